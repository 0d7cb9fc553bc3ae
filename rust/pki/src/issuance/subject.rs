//! Distinguished names as mbedTLS takes them: `CN=localhost,O=My Game,C=DE`.
//!
//! Attributes stand in the given order, each in a set of its own. Unlike in RFC 4514, `+`, `;` and
//! quotes mean nothing. mbedTLS drops all that follows an unknown attribute, and all but the last
//! of equal attributes: the first is refused here, the second kept.

mod error;
mod value;

use der::asn1::{Any, ObjectIdentifier};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use crate::attribute_types::{self, COMMON_NAME, COUNTRY, in_right_case};
use value::Value;

pub use error::{SubjectError, SubjectFault, ValueFault};

/// Longest value that mbedTLS keeps, in bytes.
const MAX_VALUE: usize = 255;

/// A distinguished name with a common name in it.
#[derive(Debug, Clone)]
pub struct Subject {
    common_name: String,
    name: Any,
}

impl Subject {
    /// Reads `TYPE=value` parts between commas.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        Self::read(text).map_err(|fault| SubjectError {
            text: text.to_owned(),
            fault: Box::new(fault),
        })
    }

    /// Returns the most specific common name: the last one.
    pub fn common_name(&self) -> &str {
        &self.common_name
    }

    /// Returns the DER of the Name (RFC 5280 section 4.1.2.4).
    pub(super) fn name(&self) -> &Any {
        &self.name
    }

    fn read(text: &str) -> Result<Self, SubjectFault> {
        if text.trim().is_empty() {
            return Err(SubjectFault::Empty);
        }
        let mut common_name = None;
        let mut sets = RdnSequence::default();
        for part in parts(text) {
            let (oid, value) = attribute(part)?;
            if oid == COMMON_NAME {
                common_name = Some(value.text);
            }
            let attribute = AttributeTypeAndValue {
                oid,
                value: value.der,
            };
            let set = RelativeDistinguishedName::try_from(vec![attribute])
                .map_err(SubjectFault::Encoding)?;
            sets.as_mut().push(set);
        }
        let name = Any::encode_from(&Name::hazmat_from_rdn_sequence(sets))
            .map_err(SubjectFault::Encoding)?;
        Ok(Self {
            common_name: common_name.ok_or(SubjectFault::NoCommonName)?,
            name,
        })
    }
}

/// Splits a text at commas that no backslash escapes. Blanks behind a comma do not count, nor does
/// a comma at the end.
fn parts(text: &str) -> Vec<&str> {
    let mut escaped = false;
    let is_comma = |c: char| {
        let separates = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        separates
    };
    let mut parts: Vec<&str> = text.split(is_comma).collect();
    for part in parts.iter_mut().skip(1) {
        *part = part.trim_start_matches(' ');
    }
    if parts.len() > 1 && parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    parts
}

/// Reads one `TYPE=value`.
fn attribute(part: &str) -> Result<(ObjectIdentifier, Value), SubjectFault> {
    let Some((name, escaped)) = part.split_once('=') else {
        return Err(SubjectFault::NoEquals {
            part: part.to_owned(),
        });
    };
    let known = attribute_types::find(name);
    let oid = match known {
        Some((oid, _)) => oid,
        None => numeric(name).ok_or_else(|| SubjectFault::UnknownAttribute {
            attribute: name.to_owned(),
            meant: in_right_case(name.trim()),
        })?,
    };
    let value = match (escaped.strip_prefix('#'), known) {
        _ if escaped.is_empty() => Err(ValueFault::Empty),
        (Some(digits), _) => Value::from_hex(digits),
        (None, Some((_, kind))) => Value::from_text(escaped, kind),
        (None, None) => Err(ValueFault::NotHex),
    };
    let value = value.and_then(|value| check_country(oid, value));
    let value = value.map_err(|fault| SubjectFault::Value {
        attribute: name.to_owned(),
        value: escaped.to_owned(),
        fault,
    })?;
    Ok((oid, value))
}

/// Checks that a country has the two letters of ISO 3166 (RFC 5280 appendix A.1).
fn check_country(oid: ObjectIdentifier, value: Value) -> Result<Value, ValueFault> {
    let letters = value.text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if oid == COUNTRY && !(letters && value.text.len() == 2) {
        return Err(ValueFault::Country);
    }
    Ok(value)
}

fn numeric(name: &str) -> Option<ObjectIdentifier> {
    name.contains('.')
        .then(|| ObjectIdentifier::new(name).ok())
        .flatten()
}
