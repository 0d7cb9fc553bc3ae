//! What a certificate must be to issue others.

use der::Decode as _;
use der::asn1::Any;

use super::key::SubjectKey;
use crate::certificate::Facts;
use crate::text::quoted;

/// An empty Name (RFC 5280 section 4.1.2.4).
const NAMELESS: [u8; 2] = [0x30, 0];

/// Refuses an authority that nobody would accept as the issuer, and a key that is not its own.
pub(super) fn check(ca: &Facts, key: &SubjectKey) -> Result<(), String> {
    if let Some(why) = why_it_cannot_issue(ca) {
        return Err(format!(
            "the CA certificate {} cannot issue: {why}; make one with generate_certificate_authority()",
            quoted(&ca.display_name())
        ));
    }
    key.refuse_weak("the CA key")?;
    let own = SubjectKey::read(&ca.public_key_info_der)?;
    if own.is_same(key) {
        return Ok(());
    }
    Err(format!(
        "the CA key ({}) is not that of the CA certificate {} ({}): pass the key with which that certificate was made",
        key.kind(),
        quoted(&ca.display_name()),
        own.kind()
    ))
}

/// The Name that stands as the issuer in what it issues.
pub(super) fn name(ca: &Facts) -> Result<Any, String> {
    Any::from_der(&ca.subject_der)
        .map_err(|e| format!("the name of the CA certificate cannot be read: {e}"))
}

/// RFC 5280 section 6.1.4.
fn why_it_cannot_issue(ca: &Facts) -> Option<String> {
    let why = match ca.basic_constraints {
        _ if !ca.is_version_3 => "it is not of X.509 version 3",
        None => "it does not say that it is a CA (no basic constraints)",
        Some(constraints) if !constraints.is_ca => "it says that it is no CA (CA:FALSE)",
        _ if ca.key_usage.is_some_and(|usage| !usage.key_cert_sign) => {
            "its key usage does not allow signing certificates (keyCertSign)"
        }
        _ if ca
            .extended_key_usage
            .is_some_and(|usage| !(usage.server_auth || usage.client_auth || usage.any)) =>
        {
            "its extended key usage allows neither servers nor clients"
        }
        _ if ca.subject_der == NAMELESS => "it has no subject name",
        _ => {
            let unknown = ca.unknown_critical_extension.as_ref()?;
            return Some(format!("it has the unknown critical extension {unknown}"));
        }
    };
    Some(why.to_owned())
}
