//! Values of attributes: the text behind the `=` and its encoding.

use std::fmt;

use der::asn1::{Any, BmpString};
use der::{Decode, Tag, Tagged};

use super::MAX_VALUE;
use super::ValueFault;
use crate::attribute_types::StringKind;

/// Characters that stand for themselves behind a backslash (RFC 4514 section 2.4).
const SPECIAL: &[u8] = b" \"#+,;<=>\\";

/// Value as text and as encoded.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// The text.
    pub(super) text: String,
    /// The DER.
    pub(super) der: Any,
}

impl StringKind {
    fn tag(self) -> Tag {
        match self {
            Self::Utf8 => Tag::Utf8String,
            Self::Printable => Tag::PrintableString,
            Self::Ia5 => Tag::Ia5String,
        }
    }

    fn holds(self, c: char) -> bool {
        match self {
            Self::Utf8 => true,
            Self::Ia5 => c.is_ascii(),
            Self::Printable => c.is_ascii_alphanumeric() || " '()+,-./:=?".contains(c),
        }
    }
}

/// Names the characters that a string of the type has.
impl fmt::Display for StringKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "any character",
            Self::Ia5 => "ASCII characters only",
            Self::Printable => "letters and digits of ASCII, blanks and '()+,-./:=? only",
        })
    }
}

impl Value {
    /// Reads text with escapes.
    pub(super) fn from_text(escaped: &str, kind: StringKind) -> Result<Self, ValueFault> {
        let text = unescape(escaped)?;
        if let Some(odd) = text.chars().find(|c| !kind.holds(*c)) {
            return Err(ValueFault::Character {
                character: odd,
                kind,
            });
        }
        let der = Any::new(kind.tag(), text.as_bytes()).map_err(ValueFault::Encoding)?;
        Self { text, der }.checked()
    }

    /// Reads the hex digits of a string's DER.
    pub(super) fn from_hex(digits: &str) -> Result<Self, ValueFault> {
        let bytes = unhex(digits).ok_or(ValueFault::HexDigits)?;
        let der = Any::from_der(&bytes).map_err(|_| ValueFault::NotAString)?;
        let text = text_of(&der).ok_or(ValueFault::NotAString)?;
        Self { text, der }.checked()
    }

    fn checked(self) -> Result<Self, ValueFault> {
        let length = self.der.value().len();
        if length == 0 {
            return Err(ValueFault::Empty);
        }
        if length > MAX_VALUE {
            return Err(ValueFault::TooLong(length));
        }
        if self.text.contains('\0') {
            return Err(ValueFault::Nul);
        }
        Ok(self)
    }
}

/// Returns the text of a string of any type, when the type allows its contents.
fn text_of(value: &Any) -> Option<String> {
    let bytes = value.value();
    let text = String::from_utf8(bytes.to_vec()).ok();
    let only = |kind: StringKind| text.clone().filter(|t| t.chars().all(|c| kind.holds(c)));
    match value.tag() {
        Tag::Utf8String => text,
        Tag::PrintableString => only(StringKind::Printable),
        Tag::Ia5String => only(StringKind::Ia5),
        // In practice Latin-1, whatever T.61 says.
        Tag::TeletexString => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Tag::BmpString => Some(BmpString::from_ucs2(bytes).ok()?.to_string()),
        _ => None,
    }
}

/// Resolves escapes: two hex digits behind a backslash are a byte of UTF-8, a special character is
/// itself.
fn unescape(escaped: &str) -> Result<String, ValueFault> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        if *byte != b'\\' {
            bytes.push(*byte);
        } else if let Some(pair) = after.get(..2).and_then(hex_pair) {
            bytes.push(pair);
            rest = &after[2..];
        } else if let Some(special) = after.first().filter(|c| SPECIAL.contains(c)) {
            bytes.push(*special);
            rest = &after[1..];
        } else {
            return Err(ValueFault::Escape);
        }
    }
    String::from_utf8(bytes).map_err(|_| ValueFault::Utf8)
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(hex_pair).collect()
}

fn hex_pair(digits: &[u8]) -> Option<u8> {
    let &[high, low] = digits else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(high)? << 4 | value(low)?).ok()
}
