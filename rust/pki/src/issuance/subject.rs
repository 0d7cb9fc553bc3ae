//! Distinguished names as the engine's `Crypto` takes them: `CN=localhost,O=My Game,C=DE`.
//!
//! Attributes stand in the given order, each in a set of its own. Unlike in RFC 4514, `+`, `;` and quotes mean
//! nothing. What the engine drops in silence (all behind an attribute that it does not know, all but the last of
//! equal attributes) is refused or kept here.

mod attribute_types;
mod value;

use der::asn1::{Any, ObjectIdentifier};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};

use crate::text::quoted;
use attribute_types::{COMMON_NAME, COUNTRY, in_right_case, overview};
use value::Value;

/// A distinguished name with a common name in it.
#[derive(Debug, Clone)]
pub struct Subject {
    common_name: String,
    name: Any,
}

impl Subject {
    /// Reads `TYPE=value` parts between commas. The error is a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).map_err(|why| format!("the name {} {why}", quoted(text)))
    }

    /// The most specific common name: the last one, as in whatever reads the certificate.
    pub fn common_name(&self) -> &str {
        &self.common_name
    }

    /// The DER of the Name (RFC 5280 section 4.1.2.4).
    pub(super) fn name(&self) -> &Any {
        &self.name
    }

    fn read(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("is empty: write it like \"CN=localhost,O=My Game\"".to_owned());
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
            let set = RelativeDistinguishedName::try_from(vec![attribute]).map_err(unwritable)?;
            sets.as_mut().push(set);
        }
        let name = Any::encode_from(&Name::hazmat_from_rdn_sequence(sets)).map_err(unwritable)?;
        Ok(Self {
            common_name: common_name.ok_or("has no common name (CN=…): add one")?,
            name,
        })
    }
}

/// What stands between commas that no backslash escapes. Blanks behind a comma do not count, nor does a comma at
/// the end.
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

/// Reads one `TYPE=value`. The error follows the name.
fn attribute(part: &str) -> Result<(ObjectIdentifier, Value), String> {
    let Some((name, escaped)) = part.split_once('=') else {
        return Err(format!(
            "has no \"=\" in its part {}: write TYPE=value such as CN=localhost, and \"\\,\" for a comma in a value",
            quoted(part)
        ));
    };
    let known = attribute_types::find(name);
    let oid = match known {
        Some(known) => known.oid,
        None => numeric(name).ok_or_else(|| unknown(name))?,
    };
    let value = match (escaped.strip_prefix('#'), known) {
        _ if escaped.is_empty() => Err("it is empty".to_owned()),
        (Some(digits), _) => Value::of_hex(digits),
        (None, Some(known)) => Value::of_text(escaped, known.kind),
        (None, None) => Err(
            "behind a number stands # and the DER of the value in hex, such as #0c0161".to_owned(),
        ),
    };
    let value = value.and_then(|value| check_country(oid, value));
    let value = value.map_err(|why| {
        let (name, shown) = (quoted(name), quoted(escaped));
        format!("has the value {shown} for {name}, which cannot be used: {why}")
    })?;
    Ok((oid, value))
}

/// ISO 3166 has two letters for a country (RFC 5280 appendix A.1).
fn check_country(oid: ObjectIdentifier, value: Value) -> Result<Value, String> {
    let letters = value.text.bytes().all(|byte| byte.is_ascii_alphabetic());
    if oid == COUNTRY && !(letters && value.text.len() == 2) {
        return Err("a country is two letters, such as DE".to_owned());
    }
    Ok(value)
}

fn numeric(name: &str) -> Option<ObjectIdentifier> {
    name.contains('.')
        .then(|| ObjectIdentifier::new(name).ok())
        .flatten()
}

fn unknown(name: &str) -> String {
    let shown = quoted(name);
    match in_right_case(name.trim()) {
        Some(right) => format!("has the unknown attribute {shown}: write {right}"),
        None => format!(
            "has the unknown attribute {shown}: known are {}, and numbers such as 2.5.4.3",
            overview()
        ),
    }
}

/// Names of what can be read fit into DER.
fn unwritable(error: der::Error) -> String {
    format!("cannot be written: {error}")
}
