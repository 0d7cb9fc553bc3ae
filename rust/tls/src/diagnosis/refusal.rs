//! Messages about certificate chains that were refused.

use super::phrases::certificate;
use super::{Vocabulary, revocation};
use godot_rustls_pki::library_errors::of_webpki;
use godot_rustls_pki::role::Role;
use godot_rustls_pki::text::{moment, quoted};
use godot_rustls_pki::verifier::{NameMismatch, NearMiss, Refusal, Usage};

/// Returns the message about the refused chain of `peer`.
pub(super) fn message(refusal: &Refusal, peer: Role, vocabulary: &Vocabulary) -> String {
    match refusal {
        Refusal::NameMismatch(mismatch) => name_mismatch(mismatch, vocabulary),
        Refusal::NoCertificate
        | Refusal::NothingTrusted { .. }
        | Refusal::SelfSigned { .. }
        | Refusal::UntrustedRoot { .. }
        | Refusal::MissingIssuer { .. }
        | Refusal::IssuerKeyMismatch { .. }
        | Refusal::TrustedLeafIsNotAnchor { .. } => untrusted(refusal, peer, vocabulary),
        Refusal::Expired { .. } | Refusal::NotYetValid { .. } => dates(refusal),
        Refusal::PinMismatch {
            subject,
            pin,
            pinned,
        } => pin_mismatch(subject, pin, *pinned, vocabulary),
        Refusal::Revoked {
            subject,
            issuer,
            date,
            reason,
        } => revocation::revoked(subject, issuer, *date, *reason),
        Refusal::RevocationList { issuer, fault } => {
            revocation::unusable(issuer, *fault, vocabulary)
        }
        Refusal::Malformed(error) => format!("the peer's certificate cannot be used: {error}"),
        other => bad_certificate(other),
    }
}

/// Returns the message about a certificate that is past its date, or before it.
fn dates(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Expired {
            subject,
            not_after,
            now,
        } => format!(
            "{} expired on {} (now is {}): renew it, or correct this machine's clock if that is wrong",
            certificate(subject),
            moment(*not_after),
            moment(*now)
        ),
        Refusal::NotYetValid {
            subject,
            not_before,
            now,
        } => format!(
            "{} is valid only from {} (now is {}): check this machine's clock",
            certificate(subject),
            moment(*not_before),
            moment(*now)
        ),
        other => bad_certificate(other),
    }
}

/// Returns what to do to trust a certificate of `peer`.
fn how_to_trust(peer: Role, vocabulary: &Vocabulary) -> String {
    match peer {
        Role::Server => format!(
            "add it to the file of {} or pass it to {}",
            vocabulary.default_trust, vocabulary.client_trust
        ),
        Role::Client => format!(
            "add it to the chain of {}",
            vocabulary.client_authentication
        ),
    }
}

/// Returns what to do to trust any certificate of `peer`.
fn how_to_begin_trusting(peer: Role, vocabulary: &Vocabulary) -> String {
    match peer {
        Role::Server => format!(
            "set {} or pass a chain to {}",
            vocabulary.default_trust, vocabulary.client_trust
        ),
        Role::Client => format!("pass a chain to {}", vocabulary.client_authentication),
    }
}

/// Returns the message about a chain that leads to no trusted certificate.
fn untrusted(refusal: &Refusal, peer: Role, vocabulary: &Vocabulary) -> String {
    let how_to_trust = how_to_trust(peer, vocabulary);
    match refusal {
        Refusal::NothingTrusted { problem } => {
            let why = problem.as_ref().map(|why| format!(" ({why})"));
            format!(
                "no certificate is trusted{}: {}",
                why.unwrap_or_default(),
                how_to_begin_trusting(peer, vocabulary)
            )
        }
        Refusal::SelfSigned { subject } => format!(
            "{} is self-signed and not trusted: to trust it, {how_to_trust}",
            certificate(subject)
        ),
        Refusal::UntrustedRoot { subject, root } => format!(
            "{} was issued under {}, which is not trusted: if it should be, {how_to_trust}",
            certificate(subject),
            quoted(root)
        ),
        Refusal::MissingIssuer { subject, issuer } => format!(
            "{} needs the issuer {}, which the peer did not send and which is not trusted: the {} must send its intermediate certificates, or trust that issuer ({how_to_trust})",
            certificate(subject),
            quoted(issuer),
            peer.name()
        ),
        Refusal::IssuerKeyMismatch { subject, issuer } => format!(
            "{} is not signed by the trusted certificate of its issuer {}: same name, another key (was the CA made anew?)",
            certificate(subject),
            quoted(issuer)
        ),
        Refusal::TrustedLeafIsNotAnchor { subject, issuer } => format!(
            "{} is in your trusted certificates but was issued by {}: trust that issuer instead",
            certificate(subject),
            quoted(issuer)
        ),
        _ => "the peer sent no certificate".to_owned(),
    }
}

/// Returns the message about a certificate for other names.
fn name_mismatch(mismatch: &NameMismatch, vocabulary: &Vocabulary) -> String {
    let expected = quoted(&mismatch.expected);
    if let Some(NearMiss::AddressAsDnsName(address)) = &mismatch.near_miss {
        return format!(
            "certificate is for {} as a DNS name, not {expected} as an IP address, which alone counts: issue it with an IP address as its alternative name",
            quoted(address)
        );
    }
    let (not, hint) = if mismatch.expected.is_empty() {
        (
            "no name was given to compare".to_owned(),
            format!(
                "pass the name of the server, or set {}",
                vocabulary.name_override
            ),
        )
    } else if mismatch.near_miss.is_some() {
        (
            format!(
                "matches {expected} only by its common name, which counts for your own trusted certificates alone"
            ),
            "issue it with a subject alternative name".to_owned(),
        )
    } else {
        (
            format!("not {expected}"),
            format!(
                "connect with that name or pass {}",
                vocabulary.name_override
            ),
        )
    };
    format!("certificate {}, {not}: {hint}", presented(mismatch))
}

/// Tells the names that the certificate has.
fn presented(mismatch: &NameMismatch) -> String {
    match mismatch.presented.as_slice() {
        [] if mismatch.subject.is_empty() => "has no name at all".to_owned(),
        [] => format!(
            "has no name at all that can be compared (its subject is {})",
            quoted(&mismatch.subject)
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
    }
}

/// Returns the message about a path without a pinned key.
fn pin_mismatch(subject: &str, pin: &str, pinned: usize, vocabulary: &Vocabulary) -> String {
    let keys = match pinned {
        1 => "the one pinned key is".to_owned(),
        several => format!("the {several} pinned keys are"),
    };
    format!(
        "{} has the key {pin}, and {keys} neither that nor a key of its verified issuers: if it was changed on purpose, add the new pin to {}",
        certificate(subject),
        vocabulary.pins
    )
}

/// Returns the message about a certificate that is malformed, weak or not meant for this use.
fn bad_certificate(refusal: &Refusal) -> String {
    match refusal {
        Refusal::WeakKey { subject, weakness } => format!(
            "{} is too weak or of the wrong kind: {weakness}",
            certificate(subject)
        ),
        Refusal::UsageMissing { subject, usage } => {
            let extended = match usage {
                Usage::ServerAuth | Usage::ClientAuth => "the extended usage ",
                _ => "",
            };
            format!(
                "{} has a key usage without {extended}{usage}: issue it anew with that usage",
                certificate(subject)
            )
        }
        Refusal::ExtendedUsageMissing { subject } => format!(
            "{} has an extended key usage that does not allow this use: issue it with serverAuth for servers, clientAuth for clients",
            certificate(subject)
        ),
        Refusal::NotACa { subject } => {
            format!("{} issued another one but is no CA", certificate(subject))
        }
        Refusal::CaAsLeaf { subject } => format!(
            "{} is a CA certificate that another CA issued and cannot serve as a server's own: issue one without the CA mark",
            certificate(subject)
        ),
        Refusal::UnknownCriticalExtension { subject, oid } => format!(
            "{} has the critical extension {}, which is not understood",
            certificate(subject),
            oid.as_deref().unwrap_or("(unnamed)")
        ),
        Refusal::SelfSignatureBroken { subject, algorithm } => format!(
            "the signature of {} ({algorithm}) is not its own key's, broken or too weak: make the certificate anew with SHA-256, or trust the one that issued it",
            certificate(subject)
        ),
        Refusal::SignatureAlgorithm {
            subject,
            algorithms,
        } => format!(
            "a signature in the chain of {} ({}) is too weak or not supported: issue it anew with SHA-256",
            certificate(subject),
            signature_algorithms(algorithms)
        ),
        Refusal::NotVersion3 { subject } => format!(
            "{} is X.509 version 1: issue it as version 3",
            certificate(subject)
        ),
        other => bad_path(other),
    }
}

/// Returns the message about a path that a CA forbids or that cannot be checked.
fn bad_path(refusal: &Refusal) -> String {
    match refusal {
        Refusal::PathTooLong { ca, allowed, found } => format!(
            "CA {} allows {allowed} intermediate certificates below it, the chain has {found}",
            quoted(ca)
        ),
        Refusal::PathLengthViolated { subject } => format!(
            "the chain of {} has more CA certificates than one of them allows",
            certificate(subject)
        ),
        Refusal::TooComplex { subject } => format!(
            "the chain of {} is too long or too tangled to check",
            certificate(subject)
        ),
        Refusal::NameConstraint { subject, ca } => {
            let ca = ca
                .as_deref()
                .map_or("a CA".to_owned(), |ca| format!("CA {}", quoted(ca)));
            format!(
                "the name constraints of {ca} do not allow {}",
                certificate(subject)
            )
        }
        Refusal::Unusable { subject, error } => format!(
            "the chain of {} cannot be used ({})",
            certificate(subject),
            of_webpki(error, &[])
        ),
        _ => "the peer's certificate cannot be used".to_owned(),
    }
}

/// Lists the signature algorithms of a chain, with the weak hashes among them.
fn signature_algorithms(chain: &[String]) -> String {
    let mut names: Vec<&str> = chain.iter().map(String::as_str).collect();
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
