//! Distinguished names as text (RFC 4514).

use std::fmt::Write as _;

use x509_parser::asn1_rs::{Any, Tag, ToDer};
use x509_parser::prelude::{AttributeTypeAndValue, FromDer, X509Name};

use crate::attribute_types::{COMMON_NAME, short_name};

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
pub(crate) fn rfc4514_of_der(subject: &[u8]) -> String {
    if let Ok((_, name)) = X509Name::from_der(subject) {
        return rfc4514(&name);
    }
    let wrapped = wrap_in_sequence(subject);
    X509Name::from_der(&wrapped).map_or_else(|_| String::new(), |(_, name)| rfc4514(&name))
}

/// Returns the most specific common name, if it can be compared. No earlier one stands in for it.
pub(super) fn common_name(name: &X509Name<'_>) -> Option<String> {
    name.iter_attributes()
        .filter(|a| a.attr_type().as_bytes() == COMMON_NAME.as_bytes())
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
pub(crate) fn wrap_in_sequence(contents: &[u8]) -> Vec<u8> {
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
    let oid = attribute.attr_type();
    let value = attribute.attr_value();
    match (short_name(oid.as_bytes()), text(value)) {
        (Some(name), Some(text)) => format!("{name}={}", escape(&text)),
        (Some(name), None) => format!("{name}={}", hex(value)),
        (None, _) => format!("{}={}", oid.to_id_string(), hex(value)),
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
