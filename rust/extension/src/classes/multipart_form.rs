//! RustlsMultipartForm.

use std::sync::Arc;

use godot::classes::{FileAccess, ProjectSettings};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_http::body::Content;
use godot_rustls_http::multipart::Form;

use crate::engine::convert::{godot_text, refuse, report};
use crate::engine::objects::read_file;

/// A form with fields and files, as a browser's upload sends it (multipart/form-data, RFC 7578).
///
/// Pass it as the data of [method RustlsHTTPRequest.fetch], which sends its content type too. Files are read from the disk
/// while they are sent, so they may be larger than memory.
///
/// ```gdscript
/// var form := RustlsMultipartForm.new()
/// form.add_field("player", "Ada")
/// form.add_file("screenshot", "user://screenshot.png")
/// var response: RustlsHTTPResponse = await $RustlsHTTPRequest.fetch("https://example.org/upload", [],
///         HTTPClient.METHOD_POST, form).completed
/// ```
#[derive(GodotClass)]
#[class(tool, init, base=RefCounted)]
pub(crate) struct RustlsMultipartForm {
    form: Option<Form>,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsMultipartForm {
    /// Adds a field with a text.
    #[func]
    fn add_field(&mut self, name: GString, value: GString) {
        if let Some(form) = self.form() {
            form.add_field(&name.to_string(), &value.to_string());
        }
    }

    /// Adds bytes as a file. [param content_type] is guessed from the ending of [param file_name] when it is empty.
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

    /// Adds a file: [code]user://[/code], [code]res://[/code] or an absolute path. It is sent under [param file_name], or its
    /// own name when that is empty, and must not change until it was sent. [param content_type] is guessed from the ending
    /// when it is empty. Returns [constant ERR_FILE_CANT_OPEN] and prints why when it cannot be read.
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
        // Files of an exported game lie in its pack, where only the engine reads.
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

    /// Returns the value of the Content-Type header, which names the boundary between the parts.
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

    /// As it is now, with its content type. None when the system gives no random numbers for the boundary.
    pub(crate) fn content(&mut self) -> Option<(Content, String)> {
        let form = self.form()?;
        Some((Content::Form(Arc::new(form.clone())), form.content_type()))
    }

    fn form(&mut self) -> Option<&mut Form> {
        if self.form.is_none() {
            match Form::new() {
                Ok(form) => self.form = Some(form),
                Err(problem) => report(&problem),
            }
        }
        self.form.as_mut()
    }
}
