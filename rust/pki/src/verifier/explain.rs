//! Refusals for the errors of path building, with the certificate at fault.

use rustls_pki_types::CertificateDer;
use webpki::Error;

use super::{Check, checks, seconds};
use crate::certificate::{Facts, KeyWeakness};
use crate::refusal::Refusal;
use crate::trust::TrustProblem;

impl Check<'_> {
    /// Returns the reason why webpki found no path, with the certificate that is the cause.
    pub(super) fn explain(&self, error: &Error, intermediates: &[CertificateDer<'_>]) -> Refusal {
        let mut chain = vec![self.leaf.clone()];
        chain.extend(
            intermediates
                .iter()
                .filter_map(|der| Facts::from_der(der).ok()),
        );
        let trust = self.policy.trust;
        let why_empty = trust.problems().first();
        let count = trust.certificate_count();
        let is_about_a_key = matches!(
            error,
            Error::InvalidSignatureForPublicKey
                | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
        );
        // webpki complains of the CA mark of a self-signed leaf, or of another certificate with the
        // same name.
        let self_signed = self.leaf.is_self_issued()
            && match error {
                Error::EndEntityUsedAsCa => self.leaf.signed(&self.end_entity.der()),
                Error::CaUsedAsEndEntity => true,
                _ => is_about_a_key,
            };
        if self_signed || matches!(error, Error::UnknownIssuer) {
            let unusable = chain
                .iter()
                .find_map(|facts| trust.unusable_issuer(&facts.issuer_der));
            return match unusable {
                Some(issuer) if !self.leaf.is_self_issued() => checks::why_not_an_issuer(issuer),
                _ => Refusal::unknown_issuer(&chain, count, why_empty),
            };
        }
        if is_about_a_key && let Some((issuer, weakness)) = self.weak_issuer(&chain) {
            return Refusal::weak_key(issuer, weakness);
        }
        refusal_of(error, &chain, seconds(self.now), count, why_empty)
    }

    /// Finds an issuer, sent along or trusted, whose key is too weak for its signatures to be
    /// accepted.
    fn weak_issuer<'c>(&'c self, chain: &'c [Facts]) -> Option<(&'c Facts, KeyWeakness)> {
        let issuers = chain.iter().flat_map(|facts| {
            let sent = chain.iter().skip(1);
            let trusted = self.policy.trust.whole_certificates();
            sent.chain(trusted)
                .filter(|issuer| issuer.subject_der == facts.issuer_der)
        });
        issuers
            .filter_map(|issuer| Some((issuer, issuer.public_key.weakness()?)))
            .next()
    }
}

/// Returns the reason why webpki found no path. `chain` is what the peer sent, leaf first;
/// `trusted` counts the trusted certificates, and `problem` says why there is none.
pub(super) fn refusal_of(
    error: &Error,
    chain: &[Facts],
    now: i64,
    trusted: usize,
    problem: Option<&TrustProblem>,
) -> Refusal {
    let Some(leaf) = chain.first() else {
        return Refusal::NoCertificate;
    };
    let subject = leaf.display_name();
    match error {
        Error::CertExpired { not_after, .. } => {
            let culprit = chain
                .iter()
                .find(|facts| facts.not_after == seconds(*not_after));
            Refusal::expired(culprit.unwrap_or(leaf), now)
        }
        Error::CertNotValidYet { not_before, .. } => {
            let culprit = chain
                .iter()
                .find(|facts| facts.not_before == seconds(*not_before));
            Refusal::not_yet_valid(culprit.unwrap_or(leaf), now)
        }
        Error::UnknownIssuer => Refusal::unknown_issuer(chain, trusted, problem),
        Error::InvalidSignatureForPublicKey
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            Refusal::IssuerKeyMismatch {
                subject,
                issuer: leaf.issuer.clone(),
            }
        }
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::SignatureAlgorithmMismatch => {
            let names = chain.iter().map(|facts| facts.signature_algorithm.clone());
            Refusal::SignatureAlgorithm {
                subject,
                algorithms: names.collect(),
            }
        }
        Error::EndEntityUsedAsCa => {
            let culprit = chain.iter().skip(1).find(|facts| !facts.may_issue());
            Refusal::NotACa {
                subject: culprit.unwrap_or(leaf).display_name(),
            }
        }
        Error::UnsupportedCriticalExtension => {
            let oid = chain
                .iter()
                .find_map(|facts| facts.unknown_critical_extension.as_deref());
            Refusal::unknown_critical_extension(leaf, oid)
        }
        Error::UnsupportedCertVersion => {
            let culprit = chain.iter().find(|facts| !facts.is_version_3);
            Refusal::NotVersion3 {
                subject: culprit.unwrap_or(leaf).display_name(),
            }
        }
        about_leaf => refusal_of_leaf(about_leaf, subject),
    }
}

/// Returns the refusal for an error that names no certificate beside the leaf.
fn refusal_of_leaf(error: &Error, subject: String) -> Refusal {
    match error {
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            Refusal::ExtendedUsageMissing { subject }
        }
        Error::CaUsedAsEndEntity => Refusal::CaAsLeaf { subject },
        Error::PathLenConstraintViolated => Refusal::PathLengthViolated { subject },
        Error::NameConstraintViolation => Refusal::NameConstraint { subject, ca: None },
        Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => Refusal::TooComplex { subject },
        other => Refusal::Unusable {
            subject,
            error: other.clone(),
        },
    }
}

#[cfg(test)]
mod tests;
