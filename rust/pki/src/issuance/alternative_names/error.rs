//! Reasons why alternative names cannot be used.

use std::fmt;

use super::MAX_NAMES;
use crate::reference_name::{MAX_LABEL, MAX_NAME};
use crate::text::quoted;

/// Reason why alternative names cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlternativeNameError {
    /// There are so many names.
    TooMany(usize),
    /// A text is neither a DNS name nor an IP address.
    Name {
        /// The text.
        text: String,
        /// Fault of the text.
        fault: NameFault,
    },
    /// A DNS name cannot be encoded.
    Encoding {
        /// The name.
        name: String,
        /// Error of rcgen.
        error: rcgen::Error,
    },
}

/// Feature of a text that neither a DNS name nor an IP address may have. The sentence follows the
/// name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameFault {
    /// The text is empty.
    Empty,
    /// A prefix names the kind of the name, as in other tools.
    Prefix(String),
    /// A comma separates names.
    Comma,
    /// The text is a URL.
    Url,
    /// The text has a slash.
    Slash,
    /// The address stands in brackets.
    Brackets,
    /// A port follows.
    Port,
    /// A wildcard is not the first label.
    Wildcard,
    /// A dot ends the name.
    TrailingDot,
    /// The text is an e-mail address.
    Email,
    /// The text has blanks.
    Blanks,
    /// The text ends in a number without being an address.
    Number,
    /// A label has so many bytes.
    LongLabel(usize),
    /// A wildcard stands over a top-level domain.
    TopLevelWildcard,
    /// The text has so many bytes.
    TooLong(usize),
    /// Anything else.
    Other,
}

impl fmt::Display for AlternativeNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany(count) => write!(
                f,
                "there are {count} alternative names, at most {MAX_NAMES} are possible: make several certificates"
            ),
            Self::Name { text, fault } => {
                write!(f, "the alternative name {} {fault}", quoted(text))
            }
            Self::Encoding { name, error } => {
                write!(
                    f,
                    "the DNS name {} cannot be written: {error}",
                    quoted(name)
                )
            }
        }
    }
}

impl std::error::Error for AlternativeNameError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Encoding { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prefix(prefix) => {
                return write!(
                    f,
                    "has a prefix: leave \"{prefix}\" out, the kind of a name is seen by itself"
                );
            }
            Self::LongLabel(length) => {
                return write!(
                    f,
                    "has a label of {length} bytes: at most {MAX_LABEL} are possible"
                );
            }
            Self::TooLong(length) => {
                return write!(f, "has {length} bytes: at most {MAX_NAME} are possible");
            }
            Self::Empty => "is empty: give a DNS name or an IP address",
            Self::Comma => "has a comma: give each name as an element of its own",
            Self::Url => "is a URL: give its host alone",
            Self::Slash => "has a \"/\": give a host or an address alone",
            Self::Brackets => "has brackets: give the address without them, and without a port",
            Self::Port => "has a port: leave it out, a certificate is valid on every port",
            Self::Wildcard => {
                "has a wildcard where none may be: only \"*.\" at the beginning stands for one label"
            }
            Self::TrailingDot => "ends in a dot: leave it out",
            Self::Email => "is an e-mail address: give a DNS name or an IP address",
            Self::Blanks => "has blanks: leave them out",
            Self::Number => {
                "is no valid IP address, and no DNS name either, since it ends in a number"
            }
            Self::TopLevelWildcard => {
                "has a wildcard over a top-level domain, which nobody accepts: let two labels or more follow \"*.\""
            }
            Self::Other => "is neither a DNS name nor an IP address",
        })
    }
}
