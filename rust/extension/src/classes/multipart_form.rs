//! RustlsMultipartForm.

use std::sync::Arc;

use godot::classes::{FileAccess, ProjectSettings};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_http::body::Content;
use godot_rustls_http::multipart::Form;

use crate::engine::convert::{godot_text, refuse, report};
use crate::engine::objects::read_file;

/// A form with fields and files, encoded as a browser uploads it (multipart/form-data, RFC 7578).
///
/// Pass the form as the data of [method RustlsHTTPRequest.fetch], which also sends its content
/// type. Files are read from disk while they are sent, so they may be larger than the memory.
///
/// ```gdscript
/// var form := RustlsMultipartForm.new()
/// form.add_field("player", "Ada")
/// form.add_file("screenshot", "user://screenshot.png")
/// var url := "https://example.org/upload"
/// await $RustlsHTTPRequest.fetch(url, [], HTTPClient.METHOD_POST, form).completed
/// ```
#[derive(GodotClass)]
#[class(tool, init, base=RefCounted)]
pub(crate) struct RustlsMultipartForm {
    form: Option<Form>,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsMultipartForm {
    /// Adds a text field.
    #[func]
    fn add_field(&mut self, name: GString, value: GString) {
        if let Some(form) = self.form() {
            form.add_field(&name.to_string(), &value.to_string());
        }
    }

    /// Adds bytes as a file. If [param content_type] is empty, it is guessed from the extension of
    /// [param file_name].
    ///
    /// Returns [constant OK], or [constant ERR_INVALID_PARAMETER] and prints an error if the part
    /// cannot be added.
    #[func]
    fn add_bytes(
        &mut self,
        name: GString,
        data: PackedByteArray,
        #[opt(default = "")] file_name: GString,
        #[opt(default = "")] content_type: GString,
    ) -> Error {
        let (name, file_name, content_type) = (
            name.to_string(),
            file_name.to_string(),
            content_type.to_string(),
        );
        let Some(form) = self.form() else {
            return Error::ERR_UNAVAILABLE;
        };
        match form.add_bytes(&name, data.as_slice(), &file_name, &content_type) {
            Ok(()) => Error::OK,
            Err(problem) => refuse(Error::ERR_INVALID_PARAMETER, &problem.to_string()),
        }
    }

    /// Adds a file. [param path] begins with `user://` or `res://`, or is absolute. The file is
    /// sent under [param file_name], or under its own name if that is empty. The file must not
    /// change until it has been sent. If [param content_type] is empty, it is guessed from the
    /// extension.
    ///
    /// Returns [constant OK], or [constant ERR_FILE_CANT_OPEN] and prints an error if the file
    /// cannot be read.
    #[func]
    fn add_file(
        &mut self,
        name: GString,
        path: GString,
        #[opt(default = "")] file_name: GString,
        #[opt(default = "")] content_type: GString,
    ) -> Error {
        let path = path.to_string();
        let place = std::path::PathBuf::from(
            ProjectSettings::singleton()
                .globalize_path(&path)
                .to_string(),
        );
        let own_name = path
            .rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let file_name = if file_name.is_empty() {
            own_name
        } else {
            file_name.to_string()
        };
        let (name, content_type) = (name.to_string(), content_type.to_string());
        let is_packed = !place.exists() && FileAccess::file_exists(&path);
        let Some(form) = self.form() else {
            return Error::ERR_UNAVAILABLE;
        };
        // Files of an exported game are in its pack, which only the engine can read.
        let added = if is_packed {
            read_file(&path).and_then(|bytes| {
                let added = form.add_bytes(&name, &bytes, &file_name, &content_type);
                added.map_err(|error| error.to_string())
            })
        } else {
            let added = form.add_file(&name, place, &file_name, &content_type);
            added.map_err(|error| error.to_string())
        };
        match added {
            Ok(()) => Error::OK,
            Err(problem) => refuse(
                Error::ERR_FILE_CANT_OPEN,
                &format!("the file \"{path}\" cannot be sent: {problem}"),
            ),
        }
    }

    /// Returns the value of the Content-Type header, which contains the boundary between the parts.
    #[func]
    fn get_content_type(&mut self) -> GString {
        let content_type = self.form().map(|form| form.content_type());
        godot_text(&content_type.unwrap_or_default())
    }

    /// Returns the length of the whole body in bytes.
    #[func]
    fn get_length(&mut self) -> i64 {
        let length = self.form().map_or(0, |form| form.length());
        i64::try_from(length).unwrap_or(i64::MAX)
    }

    /// Returns a snapshot of the form with its content type, or none if the system provides no
    /// random numbers.
    pub(crate) fn content(&mut self) -> Option<(Content, String)> {
        let form = self.form()?;
        Some((Content::Form(Arc::new(form.clone())), form.content_type()))
    }

    fn form(&mut self) -> Option<&mut Form> {
        if self.form.is_none() {
            match Form::new() {
                Ok(form) => self.form = Some(form),
                Err(problem) => report(&problem.to_string()),
            }
        }
        self.form.as_mut()
    }
}
