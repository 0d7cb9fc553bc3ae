//! Deciding about a peer's certificate chain: webpki's path building, and around it what the mission's
//! self-signed certificates and private authorities need.
//!
//! Accepted beyond webpki, for the user's own trusted certificates only: a self-signed certificate that is
//! byte for byte the trusted one, and a common name where there is no alternative name of any kind.
//! Refused beyond webpki: anchors past their date or path length, issuers without keyCertSign, leaves
//! without digitalSignature, weak leaf keys.

mod checks;
mod rustls_adapter;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cell::RefCell;

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use crate::certificate::Facts;
use crate::diagnosis::{self, Cause, Diagnosis, Rejection};
use crate::names::ReferenceName;
use crate::options::Verification;
use crate::provider::signature_algorithms;
use crate::trust::{Origin, TrustStore, Trusted};

pub(crate) use rustls_adapter::{
    NoIdentity, ServerVerifier, take_certificate_request, take_rejection,
};

/// How the verified chain ended, as far as the name check cares.
struct Accepted {
    /// Anchored in the user's own trust and unknown to the public.
    common_name_counts: bool,
    /// Issuers of the path, the anchor included, that carry name constraints.
    constraining: Vec<Facts>,
}

/// Checks a server's chain, leaf first, as a connection does.
///
/// `now` is the time of the check.
pub fn verify_server_chain(
    trust: &TrustStore,
    verification: Verification,
    chain: &[CertificateDer<'_>],
    reference: &ReferenceName,
    now: UnixTime,
) -> Result<(), Rejection> {
    let Some((leaf_der, intermediates)) = chain.split_first() else {
        return Err(diagnosis::untrusted(&[], trust.certificate_count(), None));
    };
    let own = trust.own_certificate(leaf_der);
    // What was read when the certificate was loaded need not be read again.
    let leaf = match own {
        Some(own) => Cow::Borrowed(own.certificate.facts()),
        None => {
            Cow::Owned(Facts::from_der(leaf_der).map_err(|error| malformed(&error.to_string()))?)
        }
    };
    let leaf = leaf.as_ref();
    let end_entity = EndEntityCert::try_from(leaf_der).map_err(|error| {
        diagnosis::from_webpki(&error, std::slice::from_ref(leaf), seconds(now), 1, None)
    })?;
    if let Some(weakness) = leaf.public_key.weakness() {
        return Err(diagnosis::weak_key(leaf, &weakness));
    }
    if verification == Verification::Nothing {
        return Ok(());
    }
    let check = Check {
        trust,
        leaf,
        end_entity: &end_entity,
        now,
    };
    let accepted = match own {
        Some(own) if own.is_self_signed(&end_entity) => check.own_certificate(own)?,
        Some(_) => match check.path(intermediates) {
            Err(rejection) if rejection.diagnosis.cause == Cause::UntrustedIssuer => {
                return Err(if leaf.is_self_issued() {
                    diagnosis::self_signature_broken(leaf)
                } else {
                    diagnosis::reused_leaf_not_anchor(leaf)
                });
            }
            outcome => outcome?,
        },
        None => check.path(intermediates)?,
    };
    checks::leaf_key_usage(leaf)?;
    if verification == Verification::Full {
        check.name(reference, &accepted)?;
    }
    Ok(())
}

/// One leaf under examination.
struct Check<'a> {
    trust: &'a TrustStore,
    leaf: &'a Facts,
    end_entity: &'a EndEntityCert<'a>,
    now: UnixTime,
}

impl Check<'_> {
    /// The leaf is, byte for byte, a self-signed certificate of the user's own: it vouches for itself when
    /// everything else about it holds.
    fn own_certificate(&self, own: &Trusted) -> Result<Accepted, Rejection> {
        checks::dates(self.leaf, seconds(self.now))?;
        checks::server_purpose(self.leaf)?;
        if let Some(oid) = &self.leaf.unknown_critical_extension {
            return Err(diagnosis::unknown_critical(self.leaf, oid));
        }
        Ok(Accepted {
            common_name_counts: !own.is_public,
            constraining: Vec::new(),
        })
    }

    /// A path from the leaf to an anchor, by webpki, with the checks that it leaves out.
    fn path(&self, intermediates: &[CertificateDer<'_>]) -> Result<Accepted, Rejection> {
        // webpki goes on with other paths when one is refused, and cannot carry our reason.
        let refused: RefCell<Option<Rejection>> = RefCell::new(None);
        let judge = |path: &VerifiedPath<'_>| {
            checks::path(self.trust, path, seconds(self.now)).map_err(|rejection| {
                refused.replace(Some(rejection));
                webpki::Error::UnknownIssuer
            })
        };
        let found = self.end_entity.verify_for_usage(
            signature_algorithms().all,
            self.trust.anchors(),
            intermediates,
            self.now,
            KeyUsage::server_auth(),
            None,
            Some(&judge),
        );
        match found {
            Ok(path) => self.accepted(&path),
            Err(error) => match refused.take() {
                Some(rejection) => Err(rejection),
                None => Err(self.explain(&error, intermediates)),
            },
        }
    }

    fn accepted(&self, path: &VerifiedPath<'_>) -> Result<Accepted, Rejection> {
        let anchor = self
            .trust
            .found(path.anchor())
            .ok_or_else(|| malformed("its path ended outside the trusted certificates"))?;
        let mut constraining = Vec::new();
        for issuer in path.intermediate_certificates() {
            let facts =
                Facts::from_der(&issuer.der()).map_err(|error| malformed(&error.to_string()))?;
            if facts.name_constraints.is_some() {
                constraining.push(facts);
            }
        }
        constraining.extend(
            anchor
                .facts
                .filter(|facts| facts.name_constraints.is_some())
                .cloned(),
        );
        Ok(Accepted {
            common_name_counts: anchor.origin == Origin::Own && !anchor.is_public,
            constraining,
        })
    }

    /// Why webpki found no path, in words.
    fn explain(&self, error: &webpki::Error, intermediates: &[CertificateDer<'_>]) -> Rejection {
        let mut chain = vec![self.leaf.clone()];
        chain.extend(
            intermediates
                .iter()
                .filter_map(|der| Facts::from_der(der).ok()),
        );
        let why_empty = self.trust.problems().first().map(String::as_str);
        let count = self.trust.certificate_count();
        // webpki complains of the CA mark of a self-signed leaf, or of the key of a trusted one with the same name.
        let self_signed = self.leaf.is_self_issued()
            && matches!(
                error,
                webpki::Error::CaUsedAsEndEntity
                    | webpki::Error::InvalidSignatureForPublicKey
                    | webpki::Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_)
            );
        if self_signed || matches!(error, webpki::Error::UnknownIssuer) {
            let unusable = chain
                .iter()
                .find_map(|facts| self.trust.unusable_issuer(&facts.issuer_der));
            return match unusable {
                Some(issuer) if !self.leaf.is_self_issued() => checks::why_not_an_issuer(issuer),
                _ => diagnosis::untrusted(&chain, count, why_empty),
            };
        }
        diagnosis::from_webpki(error, &chain, seconds(self.now), count, why_empty)
    }

    fn name(&self, reference: &ReferenceName, accepted: &Accepted) -> Result<(), Rejection> {
        if let Some(name) = reference.server_name()
            && self
                .end_entity
                .verify_is_valid_for_subject_name(&name)
                .is_ok()
        {
            return Ok(());
        }
        if reference.matches_alternative_literally(self.leaf) {
            return Ok(());
        }
        let common_name = self
            .leaf
            .common_name
            .as_deref()
            .filter(|_| accepted.common_name_counts && !self.leaf.has_alternative_names)
            .filter(|common_name| reference.matches_common_name(common_name));
        match common_name {
            Some(common_name) => {
                checks::constraints_on(common_name, self.leaf, &accepted.constraining)
            }
            None => Err(diagnosis::name_mismatch(self.leaf, reference)),
        }
    }
}

/// Seconds since the Unix epoch, as certificates count them.
fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

fn malformed(reason: &str) -> Rejection {
    Rejection {
        diagnosis: Diagnosis::new(
            Cause::BadCertificate,
            format!("the peer's certificate cannot be used: {reason}"),
        ),
        alert: rustls::CertificateError::BadEncoding,
    }
}
