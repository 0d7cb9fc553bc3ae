//! Sentences about revocation lists.

use webpki::RevocationReason;

use super::quoted;
use super::refusal::certificate;
use godot_rustls_pki::text::moment;
use godot_rustls_pki::verifier::RevocationListFault;

const RENEW: &str = "put its newest one into revocation_lists_pem";

/// A certificate stands on its issuer's list.
pub(super) fn revoked(
    subject: &str,
    issuer: &str,
    date: i64,
    reason: Option<RevocationReason>,
) -> String {
    format!(
        "{} was revoked by its issuer {} on {} ({}): do not trust it, a new one must be issued",
        certificate(subject),
        quoted(issuer),
        moment(date),
        reason.map_or("no reason given", reason_name)
    )
}

/// The list of an issuer cannot be relied on.
pub(super) fn unusable(issuer: &str, fault: RevocationListFault) -> String {
    let (why, what_to_do) = match fault {
        RevocationListFault::Expired { next_update, now } => (
            format!(
                "is out of date since {} (now is {})",
                moment(next_update),
                moment(now)
            ),
            RENEW,
        ),
        RevocationListFault::NotYetValid { this_update, now } => (
            format!(
                "counts only from {} (now is {})",
                moment(this_update),
                moment(now)
            ),
            "check this machine's clock",
        ),
        RevocationListFault::SignatureBroken => (
            "is not signed with that issuer's key, or with an algorithm that is too weak"
                .to_owned(),
            RENEW,
        ),
        RevocationListFault::SignerNotAllowed => (
            "does not count, since the key usage of its issuer lacks cRLSign".to_owned(),
            "issue that certificate anew with the usage, or leave the list out",
        ),
    };
    format!(
        "the revocation list of {} {why}: {what_to_do}",
        quoted(issuer)
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
