//! Reasons why a certificate chain is refused, as values.

use webpki::RevocationReason;

use crate::certificate::{Facts, KeyWeakness, ParseError};
use crate::digest::public_key_pin;
use crate::reference_name::ReferenceName;
use crate::trust::TrustProblem;

/// Reason why a certificate chain is refused.
///
/// Subjects and issuers are names for people: the common name or another name of the certificate,
/// or a distinguished name as RFC 4514 writes it. Moments are seconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The peer sent no certificate.
    NoCertificate,
    /// A certificate of the chain is past its `notAfter`.
    Expired {
        /// The certificate.
        subject: String,
        /// The end of its validity.
        not_after: i64,
        /// Time of the check.
        now: i64,
    },
    /// A certificate of the chain is before its `notBefore`.
    NotYetValid {
        /// The certificate.
        subject: String,
        /// The beginning of its validity.
        not_before: i64,
        /// Time of the check.
        now: i64,
    },
    /// The certificate is for other names.
    NameMismatch(Box<NameMismatch>),
    /// No certificate is trusted at all.
    NothingTrusted {
        /// Problem of the trusted certificates, where one is known.
        problem: Option<TrustProblem>,
    },
    /// The certificate is self-signed and not trusted.
    SelfSigned {
        /// The certificate.
        subject: String,
    },
    /// The chain ends in a self-signed certificate that is not trusted.
    UntrustedRoot {
        /// The leaf.
        subject: String,
        /// The distinguished name of the root.
        root: String,
    },
    /// The chain lacks an issuer that is not trusted either.
    MissingIssuer {
        /// The leaf.
        subject: String,
        /// The distinguished name of the issuer.
        issuer: String,
    },
    /// An issuer has the name of a trusted certificate and another key.
    IssuerKeyMismatch {
        /// The leaf.
        subject: String,
        /// The distinguished name of its issuer.
        issuer: String,
    },
    /// The leaf itself is trusted, but it is not self-signed and its issuer is not trusted.
    TrustedLeafIsNotAnchor {
        /// The leaf.
        subject: String,
        /// The distinguished name of its issuer.
        issuer: String,
    },
    /// A trusted self-signed certificate was not signed with its own key, or too weakly.
    SelfSignatureBroken {
        /// The certificate.
        subject: String,
        /// Its signature algorithm.
        algorithm: String,
    },
    /// The signatures of a key cannot be relied on.
    WeakKey {
        /// The certificate with that key.
        subject: String,
        /// Weakness of the key.
        weakness: KeyWeakness,
    },
    /// A signature of the chain was made by an algorithm that is weak or unsupported.
    SignatureAlgorithm {
        /// The leaf.
        subject: String,
        /// The signature algorithms of the chain, leaf first.
        algorithms: Vec<String>,
    },
    /// The key usage or extended key usage does not allow what the certificate is used for.
    UsageMissing {
        /// The certificate.
        subject: String,
        /// The usage that it lacks.
        usage: Usage,
    },
    /// The extended key usage allows nothing that fits, as path building found.
    ExtendedUsageMissing {
        /// The leaf.
        subject: String,
    },
    /// An issuer of the path is no CA.
    NotACa {
        /// The issuer.
        subject: String,
    },
    /// The leaf is a CA certificate that another CA issued.
    CaAsLeaf {
        /// The leaf.
        subject: String,
    },
    /// A trusted CA has more CA certificates below it than it allows.
    PathTooLong {
        /// The CA.
        ca: String,
        /// Count that it allows.
        allowed: u32,
        /// Count in the chain.
        found: usize,
    },
    /// An intermediate CA has more CA certificates below it than it allows.
    PathLengthViolated {
        /// The leaf.
        subject: String,
    },
    /// The chain is longer or has more paths than are searched.
    TooComplex {
        /// The leaf.
        subject: String,
    },
    /// A critical extension is not understood.
    UnknownCriticalExtension {
        /// The certificate.
        subject: String,
        /// The object identifier, where it is known.
        oid: Option<String>,
    },
    /// The name constraints of a CA exclude the leaf.
    NameConstraint {
        /// The leaf.
        subject: String,
        /// The CA, where it is known.
        ca: Option<String>,
    },
    /// A certificate is older than X.509 version 3.
    NotVersion3 {
        /// The certificate.
        subject: String,
    },
    /// No key of the path is pinned.
    PinMismatch {
        /// The leaf.
        subject: String,
        /// The pin of its key.
        pin: String,
        /// Count of pinned keys.
        pinned: usize,
    },
    /// A certificate stands on a revocation list.
    Revoked {
        /// The certificate.
        subject: String,
        /// The distinguished name of its issuer.
        issuer: String,
        /// Date of the revocation.
        date: i64,
        /// Reason that the list gives, if any.
        reason: Option<RevocationReason>,
    },
    /// A revocation list cannot be relied on.
    RevocationList {
        /// The distinguished name of its issuer.
        issuer: String,
        /// Fault of the list.
        fault: RevocationListFault,
    },
    /// A certificate of the peer cannot be read.
    Malformed(ParseError),
    /// webpki refuses the chain for a reason that no other variant has.
    Unusable {
        /// The leaf.
        subject: String,
        /// Error of webpki.
        error: webpki::Error,
    },
}

/// Mismatch between the names of a certificate and the one asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameMismatch {
    /// The names that the certificate presents.
    pub presented: Vec<String>,
    /// Its distinguished name.
    pub subject: String,
    /// The name asked for; empty when there was none.
    pub expected: String,
    /// Reason why a name that looks right does not match.
    pub near_miss: Option<NearMiss>,
}

/// Reason why a name that looks right does not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NearMiss {
    /// The address stands in the certificate as this DNS name (RFC 9525 section 6.5).
    AddressAsDnsName(String),
    /// The common name fits, which counts for the user's own trusted certificates alone.
    CommonName,
}

/// A usage that a certificate can be issued for (RFC 5280 sections 4.2.1.3 and 4.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Key usage: signs handshakes.
    DigitalSignature,
    /// Key usage: signs certificates.
    KeyCertSign,
    /// Extended key usage: TLS servers.
    ServerAuth,
    /// Extended key usage: TLS clients.
    ClientAuth,
}

/// Reason why a revocation list cannot be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationListFault {
    /// It is past its `nextUpdate`.
    Expired {
        /// Date when the next list was due.
        next_update: i64,
        /// Time of the check.
        now: i64,
    },
    /// It is before its `thisUpdate`.
    NotYetValid {
        /// Date from which the list counts.
        this_update: i64,
        /// Time of the check.
        now: i64,
    },
    /// It was not signed with its issuer's key, or too weakly.
    SignatureBroken,
    /// The key usage of its issuer lacks cRLSign.
    SignerNotAllowed,
}

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DigitalSignature => "digitalSignature",
            Self::KeyCertSign => "keyCertSign",
            Self::ServerAuth => "serverAuth",
            Self::ClientAuth => "clientAuth",
        })
    }
}

impl Refusal {
    /// Returns whether no trusted certificate vouches for the chain.
    pub fn is_untrusted(&self) -> bool {
        matches!(
            self,
            Self::NoCertificate
                | Self::NothingTrusted { .. }
                | Self::SelfSigned { .. }
                | Self::UntrustedRoot { .. }
                | Self::MissingIssuer { .. }
                | Self::IssuerKeyMismatch { .. }
                | Self::TrustedLeafIsNotAnchor { .. }
        )
    }

    pub(crate) fn expired(facts: &Facts, now: i64) -> Self {
        Self::Expired {
            subject: facts.display_name(),
            not_after: facts.not_after,
            now,
        }
    }

    pub(crate) fn not_yet_valid(facts: &Facts, now: i64) -> Self {
        Self::NotYetValid {
            subject: facts.display_name(),
            not_before: facts.not_before,
            now,
        }
    }

    pub(crate) fn name_mismatch(facts: &Facts, reference: &ReferenceName) -> Self {
        Self::NameMismatch(Box::new(NameMismatch {
            presented: facts.presented_names(),
            subject: facts.subject.clone(),
            expected: reference.to_string(),
            near_miss: near_miss(facts, reference),
        }))
    }

    pub(crate) fn weak_key(facts: &Facts, weakness: KeyWeakness) -> Self {
        Self::WeakKey {
            subject: facts.display_name(),
            weakness,
        }
    }

    pub(crate) fn usage_missing(facts: &Facts, usage: Usage) -> Self {
        Self::UsageMissing {
            subject: facts.display_name(),
            usage,
        }
    }

    pub(crate) fn pin_mismatch(facts: &Facts, pinned: usize) -> Self {
        Self::PinMismatch {
            subject: facts.display_name(),
            pin: public_key_pin(&facts.public_key_info_der),
            pinned,
        }
    }

    pub(crate) fn unknown_critical_extension(facts: &Facts, oid: Option<&str>) -> Self {
        Self::UnknownCriticalExtension {
            subject: facts.display_name(),
            oid: oid.map(str::to_owned),
        }
    }

    /// Returns the refusal of a `chain`, leaf first as the peer sent it, that no trusted
    /// certificate issued.
    ///
    /// `trusted` counts the trusted certificates; `problem` says why there is none.
    pub(crate) fn unknown_issuer(
        chain: &[Facts],
        trusted: usize,
        problem: Option<&TrustProblem>,
    ) -> Self {
        let Some(leaf) = chain.first() else {
            return Self::NoCertificate;
        };
        if trusted == 0 {
            return Self::NothingTrusted {
                problem: problem.cloned(),
            };
        }
        let subject = leaf.display_name();
        if leaf.is_self_issued() {
            return Self::SelfSigned { subject };
        }
        let top = top_of_chain(leaf, chain);
        if top.is_self_issued() {
            Self::UntrustedRoot {
                subject,
                root: top.subject.clone(),
            }
        } else {
            Self::MissingIssuer {
                subject,
                issuer: top.issuer.clone(),
            }
        }
    }
}

fn near_miss(facts: &Facts, reference: &ReferenceName) -> Option<NearMiss> {
    if let ReferenceName::Ip(address) = reference
        && let Some(name) = facts
            .dns_names
            .iter()
            .find(|name| name.parse() == Ok(*address))
    {
        return Some(NearMiss::AddressAsDnsName(name.clone()));
    }
    let common_name = facts.common_name.as_deref().unwrap_or_default();
    let fits = !facts.has_alternative_names && reference.matches_common_name(common_name);
    (fits && !reference.to_string().is_empty()).then_some(NearMiss::CommonName)
}

/// Returns the last certificate that can be reached from the leaf by issuer names.
fn top_of_chain<'a>(leaf: &'a Facts, chain: &'a [Facts]) -> &'a Facts {
    let mut top = leaf;
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
