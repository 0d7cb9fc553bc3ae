//! Reasons why a header field cannot be sent. They never show a value, which may be a secret.

use std::error::Error;
use std::fmt;

use godot_rustls_pki::text::quoted;
use http::header::HeaderName;

/// Reason why a header field cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// A line is not a field, or would be more than one.
    Field {
        /// The line.
        field: FieldRef,
        /// What is wrong with it.
        problem: FieldProblem,
    },
    /// A `Content-Length` contradicts the body.
    ContentLength {
        /// The value, where it is a number. Anything else could be a secret in the wrong place.
        given: Option<u64>,
        /// The length of the body in bytes.
        body: u64,
    },
}

/// Header field of a list, named without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldRef {
    /// The field of this name.
    Name(String),
    /// The field at this index. Its name cannot be told from its value.
    Index(usize),
}

/// Reason why a line is not a header field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldProblem {
    /// The line is empty or has only blanks.
    Blank,
    /// The line has no colon.
    NoColon,
    /// Nothing precedes the colon.
    NoName,
    /// The line contains a line break or a NUL.
    LineBreak,
    /// The name is not a token (RFC 9110 section 5.1).
    InvalidName,
    /// The value has a control character.
    InvalidValue,
}

impl FieldRef {
    pub(super) fn of(line: &str, index: usize) -> Self {
        let name = line.split_once(':').map(|(name, _)| name);
        match name.filter(|name| HeaderName::from_bytes(name.as_bytes()).is_ok()) {
            Some(name) => Self::Name(name.to_owned()),
            None => Self::Index(index),
        }
    }
}

impl fmt::Display for FieldRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "the header {}", quoted(name)),
            Self::Index(index) => write!(f, "header {} of the list", index + 1),
        }
    }
}

impl fmt::Display for FieldProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blank => "is blank: write it as \"Name: value\"",
            Self::NoColon => "has no colon: write it as \"Name: value\"",
            Self::NoName => "has no name before its colon",
            Self::LineBreak => "contains a line break or a NUL, which would begin another header",
            Self::InvalidName => {
                "has a character in its name that names cannot have (RFC 9110 section 5.1)"
            }
            Self::InvalidValue => "has a control character in its value",
        })
    }
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field { field, problem } => write!(f, "{field} {problem}"),
            Self::ContentLength { given, body } => {
                f.write_str("the header Content-Length ")?;
                match given {
                    Some(number) => write!(f, "is \"{number}\"")?,
                    None => f.write_str("is no number")?,
                }
                write!(f, ", and the body has {body} bytes: leave the header out")
            }
        }
    }
}

impl Error for HeaderError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_without_their_values() {
        for (line, shown) in [
            (
                "Authorization: Bearer secret",
                "the header \"Authorization\"",
            ),
            ("Bearer secret", "header 3 of the list"),
            ("Authorization Bearer secret: x", "header 3 of the list"),
            ("X\r\nAuthorization: secret", "header 3 of the list"),
            (": secret", "header 3 of the list"),
        ] {
            assert_eq!(FieldRef::of(line, 2).to_string(), shown, "{line:?}");
        }
    }
}
