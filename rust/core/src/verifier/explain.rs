//! Why path building failed, in words.

use rustls_pki_types::CertificateDer;
use webpki::Error;

use super::{Check, checks, seconds};
use crate::certificate::{Facts, Signed};
use crate::diagnosis::{self, Rejection};

impl Check<'_> {
    /// Why webpki found no path, in words.
    pub(super) fn explain(&self, error: &Error, intermediates: &[CertificateDer<'_>]) -> Rejection {
        let mut chain = vec![self.leaf.clone()];
        chain.extend(
            intermediates
                .iter()
                .filter_map(|der| Facts::from_der(der).ok()),
        );
        let (trust, peer) = (self.policy.trust, self.policy.party.role());
        if let Some(rejection) = self.explain_revocation(error, &chain) {
            return rejection;
        }
        let why_empty = trust.problems().first().map(String::as_str);
        let count = trust.certificate_count();
        let is_about_a_key = matches!(
            error,
            Error::InvalidSignatureForPublicKey
                | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
        );
        // webpki complains of the CA mark of a self-signed leaf, or of another certificate with the same name.
        let self_signed = self.leaf.is_self_issued()
            && match error {
                Error::EndEntityUsedAsCa => self.leaf_signed_itself(),
                Error::CaUsedAsEndEntity => true,
                _ => is_about_a_key,
            };
        if self_signed || matches!(error, Error::UnknownIssuer) {
            let unusable = chain
                .iter()
                .find_map(|facts| trust.unusable_issuer(&facts.issuer_der));
            return match unusable {
                Some(issuer) if !self.leaf.is_self_issued() => checks::why_not_an_issuer(issuer),
                _ => diagnosis::untrusted(peer, &chain, count, why_empty),
            };
        }
        if is_about_a_key && let Some((issuer, weakness)) = self.weak_issuer(&chain) {
            return diagnosis::weak_key(issuer, &weakness);
        }
        diagnosis::from_webpki(error, peer, &chain, seconds(self.now), count, why_empty)
    }

    fn leaf_signed_itself(&self) -> bool {
        Signed::of(&self.end_entity.der()).is_some_and(|signed| signed.is_by(self.end_entity))
    }

    /// An issuer, sent along or trusted, whose key is too weak for its signatures to be believed.
    fn weak_issuer<'c>(&'c self, chain: &'c [Facts]) -> Option<(&'c Facts, String)> {
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

    /// webpki says which rule a revocation list broke; the list itself says the rest.
    fn explain_revocation(&self, error: &Error, chain: &[Facts]) -> Option<Rejection> {
        let lists = self.policy.revocation;
        let now = seconds(self.now);
        match error {
            Error::CertRevoked => {
                let entry = chain
                    .iter()
                    .find_map(|facts| lists.entry(facts).map(|entry| (facts, entry)));
                Some(match entry {
                    Some((facts, entry)) => diagnosis::revoked(facts, Some(entry)),
                    None => diagnosis::revoked(self.leaf, None),
                })
            }
            Error::CrlExpired { next_update, .. } => lists
                .ending(chain, seconds(*next_update))
                .map(|list| diagnosis::list_expired(list, now)),
            Error::IssuerNotCrlSigner => {
                Some(diagnosis::list_signer_not_allowed(&lists.issuers(chain)))
            }
            Error::InvalidCrlSignatureForPublicKey
            | Error::UnsupportedCrlSignatureAlgorithmContext(_)
            | Error::UnsupportedCrlSignatureAlgorithmForPublicKeyContext(_) => {
                Some(diagnosis::list_signature_broken(&lists.issuers(chain)))
            }
            _ => None,
        }
    }
}
