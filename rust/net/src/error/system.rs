//! An error of the operating system as a value that can be cloned and compared.

use std::error::Error;
use std::fmt;
use std::io;

/// The kind and the text of an [`io::Error`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemError {
    /// The kind of the error.
    pub kind: io::ErrorKind,
    /// The system's text.
    pub text: String,
}

impl From<io::Error> for SystemError {
    fn from(error: io::Error) -> Self {
        Self {
            kind: error.kind(),
            text: error.to_string(),
        }
    }
}

impl fmt::Display for SystemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for SystemError {}
