//! Why path building failed, in words.

use rustls_pki_types::CertificateDer;
use webpki::Error;

use super::{Check, checks, seconds};
use crate::certificate::Facts;
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
                _ => diagnosis::untrusted(peer, &chain, count, why_empty),
            };
        }
        if is_about_a_key && let Some((issuer, weakness)) = self.weak_issuer(&chain) {
            return diagnosis::weak_key(issuer, &weakness);
        }
        diagnosis::from_webpki(error, peer, &chain, seconds(self.now), count, why_empty)
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
}
