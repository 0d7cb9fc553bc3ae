//! Attribute types of distinguished names: those that are written by a short name (RFC 4514 section 3)
//! and those that can be given by name, under the names that mbedTLS has for them.

use der::asn1::ObjectIdentifier;

/// commonName (RFC 5280 appendix A.1).
pub(crate) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// countryName (RFC 5280 appendix A.1).
pub(crate) const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");

/// String types that new names are written in (RFC 5280 section 4.1.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StringKind {
    /// UTF8String: any text.
    Utf8,
    /// PrintableString: a part of ASCII (X.680 section 41.4).
    Printable,
    /// IA5String: ASCII.
    Ia5,
}

/// Attribute type with its names.
#[derive(Debug)]
pub(crate) struct AttributeType {
    /// The first one is for messages.
    names: &'static [&'static str],
    /// Object identifier of the type.
    pub(crate) oid: ObjectIdentifier,
    /// String type of new values; `None` where no new ones are made.
    kind: Option<StringKind>,
    /// True when names in text form have the first name in place of the identifier.
    is_short: bool,
}

#[rustfmt::skip]
static TYPES: [AttributeType; 20] = [
    short(&["CN", "commonName"], "2.5.4.3", StringKind::Utf8),
    short(&["C", "countryName"], "2.5.4.6", StringKind::Printable),
    short(&["O", "organizationName"], "2.5.4.10", StringKind::Utf8),
    short(&["L", "locality"], "2.5.4.7", StringKind::Utf8),
    short(&["OU", "organizationalUnitName"], "2.5.4.11", StringKind::Utf8),
    short(&["ST", "stateOrProvinceName"], "2.5.4.8", StringKind::Utf8),
    short(&["DC", "domainComponent"], "0.9.2342.19200300.100.1.25", StringKind::Ia5),
    short(&["emailAddress", "R"], "1.2.840.113549.1.9.1", StringKind::Ia5),
    short(&["serialNumber"], "2.5.4.5", StringKind::Printable),
    long(&["postalAddress"], "2.5.4.16", StringKind::Printable),
    long(&["postalCode"], "2.5.4.17", StringKind::Printable),
    long(&["dnQualifier"], "2.5.4.46", StringKind::Printable),
    short(&["title"], "2.5.4.12", StringKind::Utf8),
    short(&["SN", "surName"], "2.5.4.4", StringKind::Utf8),
    short(&["GN", "givenName"], "2.5.4.42", StringKind::Utf8),
    short(&["initials"], "2.5.4.43", StringKind::Utf8),
    short(&["pseudonym"], "2.5.4.65", StringKind::Utf8),
    long(&["generationQualifier"], "2.5.4.44", StringKind::Utf8),
    read_only(&["STREET"], "2.5.4.9"),
    read_only(&["UID"], "0.9.2342.19200300.100.1.1"),
];

const fn short(
    names: &'static [&'static str],
    oid: &'static str,
    kind: StringKind,
) -> AttributeType {
    AttributeType {
        names,
        oid: ObjectIdentifier::new_unwrap(oid),
        kind: Some(kind),
        is_short: true,
    }
}

const fn long(
    names: &'static [&'static str],
    oid: &'static str,
    kind: StringKind,
) -> AttributeType {
    AttributeType {
        is_short: false,
        ..short(names, oid, kind)
    }
}

const fn read_only(names: &'static [&'static str], oid: &'static str) -> AttributeType {
    AttributeType {
        names,
        oid: ObjectIdentifier::new_unwrap(oid),
        kind: None,
        is_short: true,
    }
}

/// Returns the short name of the type whose identifier has these contents in DER.
pub(crate) fn short_name(oid: &[u8]) -> Option<&'static str> {
    TYPES
        .iter()
        .find(|known| known.is_short && known.oid.as_bytes() == oid)
        .map(|known| known.names[0])
}

/// Finds the attribute of that name, with the string type of its values; case matters.
pub(crate) fn find(name: &str) -> Option<(ObjectIdentifier, StringKind)> {
    let known = TYPES.iter().find(|known| known.names.contains(&name))?;
    Some((known.oid, known.kind?))
}

/// Returns the known name that differs in case alone.
pub(crate) fn in_right_case(name: &str) -> Option<&'static str> {
    TYPES
        .iter()
        .filter(|known| known.kind.is_some())
        .flat_map(|known| known.names.iter().copied())
        .find(|known| known.eq_ignore_ascii_case(name))
}

/// Lists all attributes that can be given by name, for messages.
pub(crate) fn overview() -> String {
    let given = TYPES.iter().filter(|known| known.kind.is_some());
    let names: Vec<&str> = given.map(|known| known.names[0]).collect();
    names.join(", ")
}
