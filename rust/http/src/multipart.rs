//! Forms with files (multipart/form-data, RFC 7578). Files are read from disk while they are sent.

mod reader;

#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use reader::FormReader;

use godot_rustls_pki::crypto::fill_with_random;
use godot_rustls_pki::digest::hex;

/// Content type of a file if neither the caller nor the file's extension tells.
const UNKNOWN: &str = "application/octet-stream";

/// File extensions that games use, and their content types.
const CONTENT_TYPES: [(&str, &str); 14] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("json", "application/json"),
    ("txt", "text/plain"),
    ("csv", "text/csv"),
    ("zip", "application/zip"),
    ("ogg", "audio/ogg"),
    ("wav", "audio/wav"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("pdf", "application/pdf"),
];

/// Form. Clones share its contents.
#[derive(Clone)]
pub struct Form {
    boundary: String,
    pieces: Vec<Piece>,
}

/// Part of the body.
#[derive(Clone)]
enum Piece {
    Bytes(Arc<[u8]>),
    /// A file, and its length when it was added.
    File(Arc<Path>, u64),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, length) => *length,
        }
    }
}

/// Failure of the random generator that makes boundaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRandomness {
    /// The generator's reason.
    pub reason: String,
}

impl fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for NoRandomness {}

impl Form {
    /// Returns an empty form. Its boundary is random, so that nobody can write a field that
    /// contains it.
    pub fn new() -> Result<Self, NoRandomness> {
        let mut random = [0; 16];
        fill_with_random(&mut random).map_err(|reason| NoRandomness {
            reason: reason.to_string(),
        })?;
        Ok(Self {
            boundary: format!("form-{}", hex(&random)),
            pieces: Vec::new(),
        })
    }

    /// Adds a text field.
    pub fn add_field(&mut self, name: &str, value: &str) {
        self.add_head(name, None, None);
        self.add(value.as_bytes());
    }

    /// Adds bytes as a file. An empty `file_name` makes a plain field. Without a content type, the
    /// extension of the name decides.
    pub fn add_bytes(
        &mut self,
        name: &str,
        bytes: &[u8],
        file_name: &str,
        content_type: &str,
    ) -> io::Result<()> {
        let content_type = content_type_of(content_type, file_name)?;
        let file_name = Some(file_name).filter(|name| !name.is_empty());
        self.add_head(name, file_name, Some(content_type));
        self.add(bytes);
        Ok(())
    }

    /// Adds a file, which must not change until the form is sent. An empty `file_name` means that
    /// of the path.
    pub fn add_file(
        &mut self,
        name: &str,
        path: PathBuf,
        file_name: &str,
        content_type: &str,
    ) -> io::Result<()> {
        let file_name = match file_name {
            "" => path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            given => given.to_owned(),
        };
        let content_type = content_type_of(content_type, &file_name)?;
        let length = readable_length(&path)?;
        self.add_head(name, Some(&file_name), Some(content_type));
        self.pieces.push(Piece::File(path.into(), length));
        Ok(())
    }

    /// Returns the value of the request's `Content-Type`.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// Returns the length of the body in bytes.
    pub fn length(&self) -> u64 {
        let parts: u64 = self.pieces.iter().map(Piece::length).sum();
        parts + self.end().len() as u64
    }

    /// Returns a reader of the body. There may be several: a redirect sends the body again.
    pub fn reader(&self) -> FormReader {
        let mut pieces = self.pieces.clone();
        pieces.push(Piece::Bytes(self.end().into_bytes().into()));
        FormReader::new(pieces)
    }

    fn end(&self) -> String {
        let line_end = if self.pieces.is_empty() { "" } else { "\r\n" };
        format!("{line_end}--{}--\r\n", self.boundary)
    }

    fn add_head(&mut self, name: &str, file_name: Option<&str>, content_type: Option<&str>) {
        let line_end = if self.pieces.is_empty() { "" } else { "\r\n" };
        let mut head = format!(
            "{line_end}--{}\r\nContent-Disposition: form-data; name=\"{}\"",
            self.boundary,
            escaped(name)
        );
        // Writing to a String does not fail.
        if let Some(file_name) = file_name {
            let _ = write!(head, "; filename=\"{}\"", escaped(file_name));
        }
        if let Some(content_type) = content_type {
            let _ = write!(head, "\r\nContent-Type: {content_type}");
        }
        head.push_str("\r\n\r\n");
        self.add(head.as_bytes());
    }

    fn add(&mut self, bytes: &[u8]) {
        self.pieces.push(Piece::Bytes(bytes.into()));
    }
}

/// Escapes a name as browsers do (WHATWG HTML, "multipart/form-data encoding algorithm"): servers
/// undo exactly that.
fn escaped(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Returns the content type that was given, if it is valid, or else that of the file's extension.
fn content_type_of<'a>(given: &'a str, file_name: &str) -> io::Result<&'a str> {
    if given.is_empty() {
        let ending = file_name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let known = CONTENT_TYPES
            .iter()
            .find(|(known, _)| ending.eq_ignore_ascii_case(known));
        return Ok(known.map_or(UNKNOWN, |(_, content_type)| content_type));
    }
    let is_visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    let (main, _) = given.split_once(';').unwrap_or((given, ""));
    let is_type = main
        .trim_end()
        .split_once('/')
        .is_some_and(|(kind, form)| is_token(kind) && is_token(form));
    // The whole text goes into the header: a line break anywhere would begin another field.
    if is_type && given.bytes().all(is_visible) {
        return Ok(given);
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!(
            "{given:?} is no content type: give one like \"image/png\", or none to have it guessed"
        ),
    ))
}

/// Returns whether the text is a token (RFC 9110 section 5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Opens the file, so that an error is known now and not while sending.
fn readable_length(path: &Path) -> io::Result<u64> {
    let told = |error: io::Error| {
        let message = format!("the file {} cannot be read ({error})", path.display());
        io::Error::new(error.kind(), message)
    };
    // Checked before opening, which would block for ever at a pipe.
    let metadata = path.metadata().map_err(told)?;
    if !metadata.is_file() {
        let reason = io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file");
        return Err(told(reason));
    }
    File::open(path).map_err(told)?;
    Ok(metadata.len())
}
