//! Requirements on a certificate that issues others.

use der::Decode as _;
use der::asn1::Any;

use super::key::SubjectKey;
use super::{AuthorityFault, Error, KeyRole};
use crate::certificate::Facts;

/// An empty Name (RFC 5280 section 4.1.2.4).
const NAMELESS: [u8; 2] = [0x30, 0];

/// Refuses an authority that nobody would accept as the issuer, and a key that is not its own.
pub(super) fn check(ca: &Facts, key: &SubjectKey) -> Result<(), Error> {
    if let Some(fault) = fault(ca) {
        return Err(Error::CannotIssue {
            ca: ca.display_name(),
            fault,
        });
    }
    key.refuse_weak(KeyRole::Ca)?;
    let own = SubjectKey::read(&ca.public_key_info_der)?;
    if own.is_same(key) {
        return Ok(());
    }
    Err(Error::CaKeyMismatch {
        ca: ca.display_name(),
        given: key.kind().clone(),
        own: own.kind().clone(),
    })
}

/// Returns the Name that stands as the issuer in what the authority issues.
pub(super) fn name(ca: &Facts) -> Result<Any, Error> {
    Any::from_der(&ca.subject_der).map_err(Error::CaName)
}

/// Returns what the certificate lacks to issue others (RFC 5280 section 6.1.4).
fn fault(ca: &Facts) -> Option<AuthorityFault> {
    match ca.basic_constraints {
        _ if !ca.is_version_3 => Some(AuthorityFault::NotVersion3),
        None => Some(AuthorityFault::NoBasicConstraints),
        Some(constraints) if !constraints.is_ca => Some(AuthorityFault::NotACa),
        _ if ca.key_usage.is_some_and(|usage| !usage.key_cert_sign) => {
            Some(AuthorityFault::NoKeyCertSign)
        }
        _ if ca
            .extended_key_usage
            .is_some_and(|usage| !(usage.server_auth || usage.client_auth || usage.any)) =>
        {
            Some(AuthorityFault::ExtendedKeyUsage)
        }
        _ if ca.subject_der == NAMELESS => Some(AuthorityFault::Nameless),
        _ => ca
            .unknown_critical_extension
            .clone()
            .map(|oid| AuthorityFault::UnknownCriticalExtension { oid }),
    }
}
