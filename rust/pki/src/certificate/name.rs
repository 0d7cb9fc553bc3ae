//! Distinguished names as text (RFC 4514).

use std::fmt::Write as _;

use x509_parser::asn1_rs::{Any, Tag, ToDer};
use x509_parser::prelude::{AttributeTypeAndValue, FromDer, X509Name};

/// Attribute types with a short name: those of RFC 4514 section 3 and more common ones.
const SHORT_NAMES: [(&str, &str); 16] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.65", "pseudonym"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

const COMMON_NAME: &str = "2.5.4.3";

/// Writes the name in RFC 4514 form: most specific part first, values escaped.
pub(super) fn rfc4514(name: &X509Name<'_>) -> String {
    let mut parts: Vec<String> = name
        .iter_rdn()
        .map(|rdn| {
            let attributes: Vec<String> = rdn.iter().map(attribute).collect();
            attributes.join("+")
        })
        .collect();
    parts.reverse();
    parts.join(",")
}

/// Writes a DER Name, or the contents of one (as trust anchors hold it), in RFC 4514 form.
pub fn rfc4514_of_der(subject: &[u8]) -> String {
    if let Ok((_, name)) = X509Name::from_der(subject) {
        return rfc4514(&name);
    }
    let wrapped = wrap_in_sequence(subject);
    X509Name::from_der(&wrapped).map_or_else(|_| String::new(), |(_, name)| rfc4514(&name))
}

/// Returns the most specific common name, if it can be compared. No earlier one stands in for it.
pub(super) fn common_name(name: &X509Name<'_>) -> Option<String> {
    name.iter_attributes()
        .filter(|a| a.attr_type().to_id_string() == COMMON_NAME)
        .last()
        .and_then(|a| text(a.attr_value()))
        .filter(|name| can_be_compared(name))
}

/// Returns whether nobody takes `name` for a shorter one: many strings end at U+0000, so that
/// `admin\0.guest` would be `admin` there.
pub(super) fn can_be_compared(name: &str) -> bool {
    !name.contains('\0')
}

/// Wraps `contents` in a DER SEQUENCE (X.690 section 8.1.3).
pub fn wrap_in_sequence(contents: &[u8]) -> Vec<u8> {
    let mut out = vec![0x30];
    let length = contents.len();
    if let (true, Ok(short)) = (length < 0x80, u8::try_from(length)) {
        out.push(short);
    } else {
        let bytes: Vec<u8> = length
            .to_be_bytes()
            .into_iter()
            .skip_while(|b| *b == 0)
            .collect();
        out.push(0x80 | u8::try_from(bytes.len()).unwrap_or(8));
        out.extend(bytes);
    }
    out.extend_from_slice(contents);
    out
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let short = SHORT_NAMES.iter().find(|(id, _)| *id == oid);
    match (short, text(attribute.attr_value())) {
        (Some((_, name)), Some(value)) => format!("{name}={}", escape(&value)),
        (Some((_, name)), None) => format!("{name}={}", hex(attribute.attr_value())),
        (None, _) => format!("{oid}={}", hex(attribute.attr_value())),
    }
}

/// Returns the attribute's text, of any string type. `None` when a part of it would be lost: two
/// names that differ must not read alike.
fn text(value: &Any<'_>) -> Option<String> {
    let bytes = value.data;
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString => {
            String::from_utf8(bytes.to_vec()).ok()
        }
        // In practice Latin-1, whatever T.61 says.
        Tag::T61String => Some(bytes.iter().map(|b| char::from(*b)).collect()),
        Tag::BmpString => {
            let (units, []) = bytes.as_chunks::<2>() else {
                return None;
            };
            char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit)))
                .collect::<Result<_, _>>()
                .ok()
        }
        Tag::UniversalString => {
            let (codes, []) = bytes.as_chunks::<4>() else {
                return None;
            };
            codes
                .iter()
                .map(|code| char::from_u32(u32::from_be_bytes(*code)))
                .collect()
        }
        _ => None,
    }
}

/// Writes `#` and the DER of the value in hex (RFC 4514 section 2.4).
fn hex(value: &Any<'_>) -> String {
    let mut out = String::from("#");
    for byte in value.to_der_vec().unwrap_or_default() {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (index, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '#' if index == 0 => out.push_str("\\#"),
            ' ' if index == 0 || index == last => out.push_str("\\ "),
            // Control characters must not reach a log or a label as they are.
            c if c.is_control() => {
                let mut utf8 = [0; 4];
                for byte in c.encode_utf8(&mut utf8).bytes() {
                    let _ = write!(out, "\\{byte:02x}");
                }
            }
            c => out.push(c),
        }
    }
    out
}
