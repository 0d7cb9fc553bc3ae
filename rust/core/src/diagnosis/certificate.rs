//! Sentences about certificates that were refused.

use rustls::CertificateError;

use super::{Cause, Diagnosis, Rejection, moment, quoted, reason};
use crate::certificate::Facts;
use crate::digest::public_key_pin;
use crate::names::ReferenceName;
use crate::session::Role;

/// How to trust a certificate of a `peer`.
fn how_to_trust(peer: Role) -> &'static str {
    match peer {
        Role::Server => {
            "add it to the file of network/tls/certificate_bundle_override or pass it to RustlsTLSOptions.client()"
        }
        Role::Client => "add it to the chain of set_client_authentication()",
    }
}

/// Whose certificate it is, for the beginning of a sentence.
pub(super) fn certificate(facts: &Facts) -> String {
    format!("certificate {}", quoted(&facts.display_name()))
}

pub(super) fn reject(cause: Cause, alert: CertificateError, message: String) -> Rejection {
    Rejection {
        diagnosis: Diagnosis::new(cause, message),
        alert,
    }
}

/// Past its date.
pub fn expired(facts: &Facts, now: i64) -> Rejection {
    reject(
        Cause::Expired,
        CertificateError::Expired,
        format!(
            "{} expired on {} (now is {}): renew it, or correct this machine's clock if that is wrong",
            certificate(facts),
            moment(facts.not_after),
            moment(now)
        ),
    )
}

/// Before its date.
pub fn not_yet_valid(facts: &Facts, now: i64) -> Rejection {
    reject(
        Cause::NotYetValid,
        CertificateError::NotValidYet,
        format!(
            "{} is valid only from {} (now is {}): check this machine's clock",
            certificate(facts),
            moment(facts.not_before),
            moment(now)
        ),
    )
}

/// For other names.
pub fn name_mismatch(facts: &Facts, reference: &ReferenceName) -> Rejection {
    if let Some(address) = address_as_dns_name(facts, reference) {
        return reject(
            Cause::NameMismatch,
            CertificateError::NotValidForName,
            format!(
                "certificate is for {} as a DNS name, not {} as an IP address, which alone counts: issue it with an IP address as its alternative name",
                quoted(address),
                quoted(&reference.to_string())
            ),
        );
    }
    let names = facts.presented_names();
    let shown = match names.as_slice() {
        [] if facts.subject.is_empty() => "has no name at all".to_owned(),
        [] => format!(
            "has no name at all that can be compared (its subject is {})",
            quoted(&facts.subject)
        ),
        [one] => format!("is for {}", quoted(one)),
        [first, rest @ ..] => {
            let plural = if rest.len() == 1 { "name" } else { "names" };
            format!(
                "is for {} (and {} more {plural})",
                quoted(first),
                rest.len()
            )
        }
    };
    let asked = reference.to_string();
    let (not, hint) = if asked.is_empty() {
        (
            "no name was given to compare".to_owned(),
            "pass the name of the server, or set common_name_override",
        )
    } else if !facts.has_alternative_names
        && reference.matches_common_name(facts.common_name.as_deref().unwrap_or_default())
    {
        (
            format!(
                "matches {} only by its common name, which counts for your own trusted certificates alone",
                quoted(&asked)
            ),
            "issue it with a subject alternative name",
        )
    } else {
        (
            format!("not {}", quoted(&asked)),
            "connect with that name or pass common_name_override",
        )
    };
    reject(
        Cause::NameMismatch,
        CertificateError::NotValidForName,
        format!("certificate {shown}, {not}: {hint}"),
    )
}

/// The address that the certificate should be for, where it has it in the wrong place (RFC 9525 section 6.5).
fn address_as_dns_name<'a>(facts: &'a Facts, reference: &ReferenceName) -> Option<&'a str> {
    let ReferenceName::Ip(address) = reference else {
        return None;
    };
    let mut names = facts.dns_names.iter().map(String::as_str);
    names.find(|name| name.parse() == Ok(*address))
}

/// A key whose signatures cannot be believed.
pub fn weak_key(facts: &Facts, weakness: &str) -> Rejection {
    reject(
        Cause::BadCertificate,
        CertificateError::BadEncoding,
        format!(
            "{} is too weak or of the wrong kind: {weakness}",
            certificate(facts)
        ),
    )
}

/// Its key usage does not allow what it is used for.
pub fn key_usage_forbids(facts: &Facts, usage: &str) -> Rejection {
    reject(
        Cause::BadCertificate,
        CertificateError::InvalidPurpose,
        format!(
            "{} has a key usage without {usage}: issue it anew with that usage",
            certificate(facts)
        ),
    )
}

/// A CA certificate above more certificates than it allows.
pub fn path_too_long(facts: &Facts, allowed: u32, found: usize) -> Rejection {
    reject(
        Cause::BadCertificate,
        CertificateError::InvalidPurpose,
        format!(
            "CA {} allows {allowed} intermediate certificates below it, the chain has {found}",
            quoted(&facts.display_name())
        ),
    )
}

/// More issuers than are looked at.
pub fn too_tangled(facts: &Facts) -> Rejection {
    reject(
        Cause::BadCertificate,
        CertificateError::UnknownIssuer,
        format!(
            "the chain of {} is too long or too tangled to check",
            certificate(facts)
        ),
    )
}

/// An issuer in the path that is no CA.
pub fn not_an_issuer(facts: &Facts) -> Rejection {
    reject(
        Cause::BadCertificate,
        CertificateError::InvalidPurpose,
        format!("{} issued another one but is no CA", certificate(facts)),
    )
}

/// No key of the verified path is pinned.
pub fn pin_mismatch(facts: &Facts, pinned: usize) -> Rejection {
    let keys = match pinned {
        1 => "the one pinned key is".to_owned(),
        several => format!("the {several} pinned keys are"),
    };
    reject(
        Cause::PinMismatch,
        CertificateError::ApplicationVerificationFailure,
        format!(
            "{} has the key {}, and {keys} neither that nor a key of its verified issuers: if it was changed on purpose, add the new pin to pinned_public_keys",
            certificate(facts),
            public_key_pin(&facts.public_key_info_der)
        ),
    )
}

/// A critical extension that nobody here understands.
pub fn unknown_critical(facts: &Facts, oid: &str) -> Rejection {
    reject(
        Cause::BadCertificate,
        CertificateError::UnhandledCriticalExtension,
        format!(
            "{} has the critical extension {oid}, which is not understood",
            certificate(facts)
        ),
    )
}

/// The issuer's name constraints exclude the common name.
pub fn common_name_is_constrained(facts: &Facts, issuer: &str) -> Rejection {
    reject(
        Cause::BadCertificate,
        CertificateError::InvalidPurpose,
        format!(
            "the name constraints of CA {} do not allow {}",
            quoted(issuer),
            certificate(facts)
        ),
    )
}

/// A self-signed certificate whose own signature does not hold.
pub fn self_signature_broken(facts: &Facts) -> Rejection {
    reject(
        Cause::BadCertificate,
        // Not BadSignature, which tells the peer that its handshake could not be decrypted.
        CertificateError::BadEncoding,
        format!(
            "the signature of {} ({}) is not its own key's, broken or too weak: make the certificate anew with SHA-256, or trust the one that issued it",
            certificate(facts),
            facts.signature_algorithm
        ),
    )
}

/// The very certificate is trusted, but it is neither self-signed nor is its issuer trusted.
pub fn reused_leaf_not_anchor(facts: &Facts) -> Rejection {
    reject(
        Cause::UntrustedIssuer,
        CertificateError::UnknownIssuer,
        format!(
            "{} is in your trusted certificates but was issued by {}: trust that issuer instead",
            certificate(facts),
            quoted(&facts.issuer)
        ),
    )
}

/// Nothing trusted leads to the certificate. `chain` is what the `peer` sent, leaf first.
pub fn untrusted(
    peer: Role,
    chain: &[Facts],
    trusted_count: usize,
    why_empty: Option<&str>,
) -> Rejection {
    let how_to_trust = how_to_trust(peer);
    let message = match chain.first() {
        None => "the peer sent no certificate".to_owned(),
        Some(_) if trusted_count == 0 => format!(
            "no certificate is trusted{}: {}",
            why_empty.map(|why| format!(" ({why})")).unwrap_or_default(),
            match peer {
                Role::Server =>
                    "set network/tls/certificate_bundle_override or pass a chain to RustlsTLSOptions.client()",
                Role::Client => "pass a chain to set_client_authentication()",
            }
        ),
        Some(leaf) if leaf.is_self_issued() => format!(
            "{} is self-signed and not trusted: to trust it, {how_to_trust}",
            certificate(leaf)
        ),
        Some(leaf) => {
            let top = top_of_chain(chain);
            if top.is_self_issued() {
                format!(
                    "{} was issued under {}, which is not trusted: if it should be, {how_to_trust}",
                    certificate(leaf),
                    quoted(&top.subject)
                )
            } else {
                format!(
                    "{} needs the issuer {}, which the peer did not send and which is not trusted: the {} must send its intermediate certificates, or trust that issuer ({how_to_trust})",
                    certificate(leaf),
                    quoted(&top.issuer),
                    peer.name()
                )
            }
        }
    };
    reject(
        Cause::UntrustedIssuer,
        CertificateError::UnknownIssuer,
        message,
    )
}

/// The last certificate that can be reached from the leaf by issuer names.
fn top_of_chain(chain: &[Facts]) -> &Facts {
    let mut top = &chain[0];
    for _ in 0..chain.len() {
        let issuer = chain
            .iter()
            .find(|candidate| !top.is_self_issued() && candidate.subject_der == top.issuer_der);
        match issuer {
            Some(issuer) => top = issuer,
            None => break,
        }
    }
    top
}

/// The sentence for an error of path building. `chain` is what the peer sent, leaf first.
pub fn from_webpki(
    error: &webpki::Error,
    peer: Role,
    chain: &[Facts],
    now: i64,
    trusted_count: usize,
    why_empty: Option<&str>,
) -> Rejection {
    use webpki::Error;
    let Some(leaf) = chain.first() else {
        return untrusted(peer, chain, trusted_count, why_empty);
    };
    let bad = |alert, message: String| reject(Cause::BadCertificate, alert, message);
    match error {
        Error::CertExpired { not_after, .. } => {
            let end = i64::try_from(not_after.as_secs()).unwrap_or(i64::MAX);
            expired(
                chain
                    .iter()
                    .find(|facts| facts.not_after == end)
                    .unwrap_or(leaf),
                now,
            )
        }
        Error::CertNotValidYet { not_before, .. } => {
            let start = i64::try_from(not_before.as_secs()).unwrap_or(i64::MAX);
            not_yet_valid(
                chain
                    .iter()
                    .find(|facts| facts.not_before == start)
                    .unwrap_or(leaf),
                now,
            )
        }
        Error::UnknownIssuer => untrusted(peer, chain, trusted_count, why_empty),
        Error::InvalidSignatureForPublicKey
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => reject(
            Cause::UntrustedIssuer,
            CertificateError::UnknownIssuer,
            format!(
                "{} is not signed by the trusted certificate of its issuer {}: same name, another key (was the CA made anew?)",
                certificate(leaf),
                quoted(&leaf.issuer)
            ),
        ),
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::SignatureAlgorithmMismatch => bad(
            CertificateError::BadEncoding,
            format!(
                "a signature in the chain of {} ({}) is too weak or not supported: issue it anew with SHA-256",
                certificate(leaf),
                signature_algorithms(chain)
            ),
        ),
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => bad(
            CertificateError::InvalidPurpose,
            format!(
                "{} has an extended key usage that does not allow this use: issue it with serverAuth for servers, clientAuth for clients",
                certificate(leaf)
            ),
        ),
        Error::CaUsedAsEndEntity => bad(
            CertificateError::InvalidPurpose,
            format!(
                "{} is a CA certificate that another CA issued and cannot serve as a server's own: issue one without the CA mark",
                certificate(leaf)
            ),
        ),
        Error::EndEntityUsedAsCa => not_an_issuer(
            chain
                .iter()
                .skip(1)
                .find(|facts| !facts.may_issue())
                .unwrap_or(leaf),
        ),
        Error::PathLenConstraintViolated => bad(
            CertificateError::InvalidPurpose,
            format!(
                "the chain of {} has more CA certificates than one of them allows",
                certificate(leaf)
            ),
        ),
        Error::NameConstraintViolation => bad(
            CertificateError::InvalidPurpose,
            format!(
                "the name constraints of a CA do not allow {}",
                certificate(leaf)
            ),
        ),
        Error::UnsupportedCriticalExtension => {
            let oid = chain
                .iter()
                .find_map(|facts| facts.unknown_critical_extension.as_deref());
            unknown_critical(leaf, oid.unwrap_or("(unnamed)"))
        }
        Error::UnsupportedCertVersion => bad(
            CertificateError::BadEncoding,
            format!(
                "{} is X.509 version 1: issue it as version 3",
                certificate(
                    chain
                        .iter()
                        .find(|facts| !facts.is_version_3)
                        .unwrap_or(leaf)
                )
            ),
        ),
        Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => too_tangled(leaf),
        other => bad(
            CertificateError::BadEncoding,
            format!(
                "the chain of {} cannot be used ({})",
                certificate(leaf),
                reason::of_webpki(other, &[])
            ),
        ),
    }
}

fn signature_algorithms(chain: &[Facts]) -> String {
    let mut names: Vec<&str> = chain
        .iter()
        .map(|facts| facts.signature_algorithm.as_str())
        .collect();
    names.dedup();
    let mut text = names.join(", ");
    for (sign, hash) in [("md5", "MD5"), ("sha1", "SHA-1"), ("sha224", "SHA-224")] {
        if text.to_ascii_lowercase().contains(sign) {
            text.push_str(", that is ");
            text.push_str(hash);
        }
    }
    text
}
