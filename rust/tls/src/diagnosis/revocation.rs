//! Messages about revocation lists.

use webpki::RevocationReason;

use super::Vocabulary;
use super::phrases::certificate;
use godot_rustls_pki::text::{moment, quoted};
use godot_rustls_pki::verifier::RevocationListFault;

/// Returns the message about a certificate that stands on its issuer's list.
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

/// Returns the message about a list that cannot be relied on.
pub(super) fn unusable(
    issuer: &str,
    fault: RevocationListFault,
    vocabulary: &Vocabulary,
) -> String {
    let renew = || format!("put its newest one into {}", vocabulary.revocation_lists);
    let (why, what_to_do) = match fault {
        RevocationListFault::Expired { next_update, now } => (
            format!(
                "is out of date since {} (now is {})",
                moment(next_update),
                moment(now)
            ),
            renew(),
        ),
        RevocationListFault::NotYetValid { this_update, now } => (
            format!(
                "counts only from {} (now is {})",
                moment(this_update),
                moment(now)
            ),
            "check this machine's clock".to_owned(),
        ),
        RevocationListFault::SignatureBroken => (
            "is not signed with that issuer's key, or with an algorithm that is too weak"
                .to_owned(),
            renew(),
        ),
        RevocationListFault::SignerNotAllowed => (
            "does not count, since the key usage of its issuer lacks cRLSign".to_owned(),
            "issue that certificate anew with the usage, or leave the list out".to_owned(),
        ),
    };
    format!(
        "the revocation list of {} {why}: {what_to_do}",
        quoted(issuer)
    )
}

/// Names a reason as RFC 5280 section 5.3.1 does.
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
