//! Values of attributes: what stands behind the `=`, and how it is written in a certificate.

use der::asn1::{Any, BmpString};
use der::{Decode, Tag, Tagged};

use crate::text::quoted;

/// What the engine's TLS library holds of a value, in bytes.
const LONGEST: usize = 255;

/// Characters that stand for themselves behind a backslash (RFC 4514 section 2.4).
const SPECIAL: &[u8] = b" \"#+,;<=>\\";

/// The string types that new names are written in (RFC 5280 section 4.1.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StringKind {
    /// UTF8String: any text.
    Utf8,
    /// PrintableString: a part of ASCII (X.680 section 41.4).
    Printable,
    /// IA5String: ASCII.
    Ia5,
}

/// A value as text, and as it is written.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// What it says.
    pub(super) text: String,
    /// Its DER.
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

    /// What it holds, for sentences.
    fn describe(self) -> &'static str {
        match self {
            Self::Utf8 => "any character",
            Self::Ia5 => "ASCII characters only",
            Self::Printable => "letters and digits of ASCII, blanks and '()+,-./:=? only",
        }
    }
}

impl Value {
    /// Reads text with escapes. The error follows a colon.
    pub(super) fn of_text(escaped: &str, kind: StringKind) -> Result<Self, String> {
        let text = unescape(escaped)?;
        if let Some(odd) = text.chars().find(|c| !kind.holds(*c)) {
            return Err(format!(
                "it has the character {}, and it may have {}",
                quoted(&odd.to_string()),
                kind.describe()
            ));
        }
        let der = Any::new(kind.tag(), text.as_bytes()).map_err(|e| e.to_string())?;
        Self { text, der }.checked()
    }

    /// Reads the hex digits of a string's DER. The error follows a colon.
    pub(super) fn of_hex(digits: &str) -> Result<Self, String> {
        let bytes = unhex(digits).ok_or("behind # stands an even number of hex digits")?;
        let der = Any::from_der(&bytes).map_err(|_| NO_STRING)?;
        let text = text_of(&der).ok_or(NO_STRING)?;
        Self { text, der }.checked()
    }

    fn checked(self) -> Result<Self, String> {
        let length = self.der.value().len();
        if length == 0 {
            return Err("it is empty".to_owned());
        }
        if length > LONGEST {
            return Err(format!(
                "it has {length} bytes, and at most {LONGEST} are possible"
            ));
        }
        if self.text.contains('\0') {
            return Err("it has a NUL character: leave it out".to_owned());
        }
        Ok(self)
    }
}

const NO_STRING: &str = "behind # stands the DER of a UTF8String, PrintableString, IA5String, TeletexString or BMPString in hex, such as #0c0161 for \"a\"";

/// The text of a string of any type, when its contents are what that type allows.
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

/// Two hex digits behind a backslash are a byte of UTF-8, a special character is itself.
fn unescape(escaped: &str) -> Result<String, String> {
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
            return Err("a backslash stands before one of \" # + , ; < = > \\, a blank, or two hex digits: double it where it is meant itself".to_owned());
        }
    }
    String::from_utf8(bytes).map_err(|_| "the bytes behind its backslashes are no UTF-8".to_owned())
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
