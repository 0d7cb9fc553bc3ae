//! Reasons why a distinguished name cannot be used.

use std::fmt;

use super::MAX_VALUE;
use crate::attribute_types::{StringKind, overview};
use crate::text::quoted;

/// Text that is no distinguished name for a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectError {
    /// The text.
    pub text: String,
    /// Fault of the name.
    pub fault: Box<SubjectFault>,
}

/// Fault of a distinguished name. The text follows the name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectFault {
    /// The name is empty.
    Empty,
    /// The name has no common name.
    NoCommonName,
    /// A part of the name has no `=`.
    NoEquals {
        /// The part.
        part: String,
    },
    /// An attribute type is unknown.
    UnknownAttribute {
        /// The type.
        attribute: String,
        /// The known type that differs in case alone.
        meant: Option<&'static str>,
    },
    /// A value cannot be used.
    Value {
        /// Type of the attribute.
        attribute: String,
        /// The value.
        value: String,
        /// Fault of the value.
        fault: ValueFault,
    },
    /// The name cannot be encoded.
    Encoding(der::Error),
}

/// Fault of an attribute's value. The text follows a colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueFault {
    /// The value is empty.
    Empty,
    /// The value has so many bytes.
    TooLong(usize),
    /// The value has a NUL character.
    Nul,
    /// The attribute may not have this character.
    Character {
        /// The character.
        character: char,
        /// String type of the attribute.
        kind: StringKind,
    },
    /// An attribute by number has text in place of DER.
    NotHex,
    /// The hex digits are odd in number, or none.
    HexDigits,
    /// The DER is no string of a known type.
    NotAString,
    /// A backslash escapes nothing.
    Escape,
    /// The escaped bytes are not UTF-8.
    Utf8,
    /// A country has other than two letters.
    Country,
    /// The value cannot be encoded.
    Encoding(der::Error),
}

impl fmt::Display for SubjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name {} {}", quoted(&self.text), self.fault)
    }
}

impl std::error::Error for SubjectError {}

impl fmt::Display for SubjectFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty: write it like \"CN=localhost,O=My Game\""),
            Self::NoCommonName => f.write_str("has no common name (CN=…): add one"),
            Self::NoEquals { part } => write!(
                f,
                "has no \"=\" in its part {}: write TYPE=value such as CN=localhost, and \"\\,\" for a comma in a value",
                quoted(part)
            ),
            Self::UnknownAttribute { attribute, meant } => {
                write!(f, "has the unknown attribute {}: ", quoted(attribute))?;
                match meant {
                    Some(meant) => write!(f, "write {meant}"),
                    None => write!(f, "known are {}, and numbers such as 2.5.4.3", overview()),
                }
            }
            Self::Value {
                attribute,
                value,
                fault,
            } => write!(
                f,
                "has the value {} for {}, which cannot be used: {fault}",
                quoted(value),
                quoted(attribute)
            ),
            Self::Encoding(error) => write!(f, "cannot be written: {error}"),
        }
    }
}

impl fmt::Display for ValueFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong(length) => {
                return write!(f, "it has {length} bytes, and at most {MAX_VALUE} are possible");
            }
            Self::Character { character, kind } => {
                let character = quoted(&character.to_string());
                return write!(f, "it has the character {character}, and it may have {kind}");
            }
            Self::Encoding(error) => return error.fmt(f),
            Self::Empty => "it is empty",
            Self::Nul => "it has a NUL character: leave it out",
            Self::NotHex => {
                "behind a number stands # and the DER of the value in hex, such as #0c0161"
            }
            Self::HexDigits => "behind # stands an even number of hex digits",
            Self::NotAString => {
                "behind # stands the DER of a UTF8String, PrintableString, IA5String, TeletexString or BMPString in hex, such as #0c0161 for \"a\""
            }
            Self::Escape => {
                "a backslash stands before one of \" # + , ; < = > \\, a blank, or two hex digits: double it where it is meant itself"
            }
            Self::Utf8 => "the bytes behind its backslashes are no UTF-8",
            Self::Country => "a country is two letters, such as DE",
        })
    }
}
