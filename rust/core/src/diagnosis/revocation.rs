//! Sentences about revocation lists.

use rustls::CertificateError;
use webpki::RevocationReason;

use super::certificate::{certificate, reject};
use super::{Cause, Rejection, moment, quoted};
use crate::certificate::Facts;
use crate::revocation::{List, Revoked};

const RENEW: &str = "put its newest one into revocation_lists_pem";

/// A certificate stands on its issuer's list.
pub fn revoked(facts: &Facts, entry: Revoked) -> Rejection {
    let reason = entry.reason.map_or("no reason given", reason_name);
    reject(
        Cause::Revoked,
        CertificateError::Revoked,
        format!(
            "{} was revoked by its issuer {} on {} ({reason}): do not trust it, a new one must be issued",
            certificate(facts),
            quoted(&facts.issuer),
            moment(entry.date)
        ),
    )
}

/// The list is past its date, so it says nothing about today.
pub fn list_expired(list: &List, now: i64) -> Rejection {
    unusable(
        CertificateError::ExpiredRevocationList,
        &list.issuer,
        &format!(
            "is out of date since {} (now is {})",
            moment(list.next_update),
            moment(now)
        ),
        RENEW,
    )
}

/// The list is from the future.
pub fn list_not_yet_valid(list: &List, now: i64) -> Rejection {
    unusable(
        CertificateError::UnknownRevocationStatus,
        &list.issuer,
        &format!(
            "counts only from {} (now is {})",
            moment(list.this_update),
            moment(now)
        ),
        "check this machine's clock",
    )
}

/// The list was signed by somebody else than the issuer that it names.
pub fn list_signature_broken(issuer: &str) -> Rejection {
    unusable(
        CertificateError::UnknownRevocationStatus,
        issuer,
        "is not signed with that issuer's key, or with an algorithm that is too weak",
        RENEW,
    )
}

/// The issuer's certificate has a key usage without cRLSign.
pub fn list_signer_not_allowed(issuer: &str) -> Rejection {
    unusable(
        CertificateError::UnknownRevocationStatus,
        issuer,
        "does not count, since the key usage of its issuer lacks cRLSign",
        "issue that certificate anew with the usage, or leave the list out",
    )
}

fn unusable(alert: CertificateError, issuer: &str, why: &str, what_to_do: &str) -> Rejection {
    reject(
        Cause::Other,
        alert,
        format!(
            "the revocation list of {} {why}: {what_to_do}",
            quoted(issuer)
        ),
    )
}

/// RFC 5280 section 5.3.1.
fn reason_name(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Unspecified => "unspecified",
        RevocationReason::KeyCompromise => "keyCompromise",
        RevocationReason::CaCompromise => "cACompromise",
        RevocationReason::AffiliationChanged => "affiliationChanged",
        RevocationReason::Superseded => "superseded",
        RevocationReason::CessationOfOperation => "cessationOfOperation",
        RevocationReason::CertificateHold => "certificateHold",
        RevocationReason::RemoveFromCrl => "removeFromCRL",
        RevocationReason::PrivilegeWithdrawn => "privilegeWithdrawn",
        RevocationReason::AaCompromise => "aACompromise",
    }
}
