//! Attribute types of distinguished names, under the names that mbedTLS has for them.

use der::asn1::ObjectIdentifier;

use super::value::StringKind;

/// commonName (RFC 5280 appendix A.1).
pub(super) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// countryName (RFC 5280 appendix A.1).
pub(super) const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");

/// An attribute that can be given by name.
#[derive(Debug)]
pub(super) struct AttributeType {
    /// The first one is for messages.
    names: &'static [&'static str],
    /// Its identifier.
    pub(super) oid: ObjectIdentifier,
    /// String type of its values.
    pub(super) kind: StringKind,
}

#[rustfmt::skip]
static TYPES: [AttributeType; 18] = [
    known(&["CN", "commonName"], "2.5.4.3", StringKind::Utf8),
    known(&["C", "countryName"], "2.5.4.6", StringKind::Printable),
    known(&["O", "organizationName"], "2.5.4.10", StringKind::Utf8),
    known(&["L", "locality"], "2.5.4.7", StringKind::Utf8),
    known(&["OU", "organizationalUnitName"], "2.5.4.11", StringKind::Utf8),
    known(&["ST", "stateOrProvinceName"], "2.5.4.8", StringKind::Utf8),
    known(&["DC", "domainComponent"], "0.9.2342.19200300.100.1.25", StringKind::Ia5),
    known(&["emailAddress", "R"], "1.2.840.113549.1.9.1", StringKind::Ia5),
    known(&["serialNumber"], "2.5.4.5", StringKind::Printable),
    known(&["postalAddress"], "2.5.4.16", StringKind::Printable),
    known(&["postalCode"], "2.5.4.17", StringKind::Printable),
    known(&["dnQualifier"], "2.5.4.46", StringKind::Printable),
    known(&["title"], "2.5.4.12", StringKind::Utf8),
    known(&["SN", "surName"], "2.5.4.4", StringKind::Utf8),
    known(&["GN", "givenName"], "2.5.4.42", StringKind::Utf8),
    known(&["initials"], "2.5.4.43", StringKind::Utf8),
    known(&["pseudonym"], "2.5.4.65", StringKind::Utf8),
    known(&["generationQualifier"], "2.5.4.44", StringKind::Utf8),
];

const fn known(
    names: &'static [&'static str],
    oid: &'static str,
    kind: StringKind,
) -> AttributeType {
    AttributeType {
        names,
        oid: ObjectIdentifier::new_unwrap(oid),
        kind,
    }
}

/// Finds the attribute of that name; case matters.
pub(super) fn find(name: &str) -> Option<&'static AttributeType> {
    TYPES.iter().find(|known| known.names.contains(&name))
}

/// Returns the known name that differs in case alone.
pub(super) fn in_right_case(name: &str) -> Option<&'static str> {
    TYPES
        .iter()
        .flat_map(|known| known.names.iter().copied())
        .find(|known| known.eq_ignore_ascii_case(name))
}

/// Lists all attributes, for messages.
pub(super) fn overview() -> String {
    let names: Vec<&str> = TYPES.iter().map(|known| known.names[0]).collect();
    names.join(", ")
}
