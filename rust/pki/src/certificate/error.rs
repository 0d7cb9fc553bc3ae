//! Reasons why bytes are not a certificate that can be used.

use std::error::Error;
use std::fmt;

use crate::library_errors::{EncodingError, MAX_SIZE};

/// Reason why bytes are not a certificate that can be used. The text is a clause about "it".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// The bytes are not an X.509 certificate.
    Malformed(EncodingError),
    /// So many bytes follow the certificate.
    TrailingBytes(usize),
    /// An extension that decides about trust cannot be read.
    Extension {
        /// Object identifier of the extension.
        oid: String,
    },
    /// The certificate has so many bytes, more than path building reads.
    TooLarge(usize),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "it is not a valid X.509 certificate ({error})"),
            Self::TrailingBytes(count) => write!(f, "{count} bytes follow the certificate"),
            Self::Extension { oid } => write!(f, "its extension {oid} cannot be read"),
            Self::TooLarge(size) => {
                write!(f, "it has {size} bytes, and {MAX_SIZE} are the most")
            }
        }
    }
}

impl Error for ParseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}
