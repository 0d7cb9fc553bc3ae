//! Verdict about a peer's certificate chain: webpki's path building, and around it what the user's
//! self-signed certificates and private authorities need.
//!
//! Accepted beyond webpki, for the user's own trusted certificates only: a self-signed certificate
//! that is byte for byte the trusted one, and a common name where there is no alternative name of
//! any kind. Refused beyond webpki: anchors past their date or path length, issuers without
//! keyCertSign, leaves without digitalSignature, weak leaf keys, paths without a pinned key.

mod candidates;
mod checks;
mod explain;
mod name_check;

use std::borrow::Cow;
use std::cell::RefCell;

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use crate::certificate::{Facts, ParseError};
use crate::library_errors::MAX_SIZE;
use crate::pins::Pins;
use crate::provider::signature_algorithms;
use crate::reference_name::ReferenceName;
use crate::revocation::{RevocationLists, Signer};
use crate::role::Role;
use crate::trust::{Origin, TrustStore, Trusted};

use candidates::Candidates;

pub use crate::refusal::{NameMismatch, NearMiss, Refusal, RevocationListFault, Usage};

/// Inputs of a verdict beside chain and time.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// Trusted certificates.
    pub trust: &'a TrustStore,
    /// Keys of which one must stand in the path.
    pub pins: &'a Pins,
    /// Lists of revoked certificates.
    pub revocation: &'a RevocationLists,
    /// Owner of the chain.
    pub party: Party<'a>,
}

/// Owner of a chain.
#[derive(Debug, Clone, Copy)]
pub enum Party<'a> {
    /// A server, as far as `verification` says, under a name.
    Server {
        /// Extent of the check.
        verification: Verification,
        /// The name that it must have.
        reference: &'a ReferenceName,
    },
    /// A client, whatever its name.
    Client,
}

/// Extent of a client's check of the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// Chain, dates, usage and name.
    Full,
    /// Everything but the name.
    ChainOnly,
    /// Only what the handshake signature needs.
    Nothing,
}

impl Party<'_> {
    fn role(self) -> Role {
        match self {
            Self::Server { .. } => Role::Server,
            Self::Client => Role::Client,
        }
    }

    fn usage(self) -> KeyUsage {
        match self {
            Self::Server { .. } => KeyUsage::server_auth(),
            Self::Client => KeyUsage::client_auth(),
        }
    }

    fn verification(self) -> Verification {
        match self {
            Self::Server { verification, .. } => verification,
            Self::Client => Verification::ChainOnly,
        }
    }
}

/// Result of path building for the name check.
struct Accepted {
    /// Anchored in the user's own trust and unknown to the public.
    common_name_counts: bool,
    /// Issuers of the path, the anchor included, that carry name constraints.
    constraining: Vec<Facts>,
    verdict: Verified,
}

/// Verdict about an accepted chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Last moment at which the dates of its certificates and of revocation lists allow it: seconds
    /// since the Unix epoch, that one included.
    pub valid_until: i64,
}

impl Verified {
    /// Verdict without a date.
    const FOR_EVER: Self = Self {
        valid_until: i64::MAX,
    };
}

/// Checks a peer's chain, leaf first, as a connection does.
///
/// `now` is the time of the check.
pub fn verify_chain(
    policy: Policy<'_>,
    chain: &[CertificateDer<'_>],
    now: UnixTime,
) -> Result<Verified, Refusal> {
    let trust = policy.trust;
    let Some((leaf_der, intermediates)) = chain.split_first() else {
        return Err(Refusal::NoCertificate);
    };
    let own = trust.own_certificate(leaf_der);
    // What was read when the certificate was loaded need not be read again.
    let leaf = match own {
        Some(own) => Cow::Borrowed(own.certificate.facts()),
        None => Cow::Owned(Facts::from_der(leaf_der).map_err(Refusal::Malformed)?),
    };
    let leaf = leaf.as_ref();
    let end_entity = EndEntityCert::try_from(leaf_der).map_err(|error| {
        if leaf_der.len() > MAX_SIZE {
            return Refusal::Malformed(ParseError::TooLarge(leaf_der.len()));
        }
        explain::refusal_of(&error, std::slice::from_ref(leaf), seconds(now), 1, None)
    })?;
    if let Some(weakness) = leaf.public_key.weakness() {
        return Err(Refusal::weak_key(leaf, weakness));
    }
    if policy.party.verification() == Verification::Nothing {
        // No path is verified, so only the key that signs the handshake can be the pinned one.
        return checks::pins(policy.pins, leaf, std::iter::empty()).map(|()| Verified::FOR_EVER);
    }
    let check = Check {
        policy,
        leaf,
        end_entity: &end_entity,
        now,
    };
    let accepted = check.trust(own, intermediates)?;
    checks::leaf_key_usage(leaf)?;
    if let Party::Server {
        verification: Verification::Full,
        reference,
    } = policy.party
    {
        name_check::check(reference, leaf, &end_entity, &accepted)?;
    }
    Ok(accepted.verdict)
}

/// Check of one leaf.
struct Check<'a> {
    policy: Policy<'a>,
    leaf: &'a Facts,
    end_entity: &'a EndEntityCert<'a>,
    now: UnixTime,
}

impl Check<'_> {
    /// Finds out why the leaf is trusted, which is `own` when the user trusts the leaf itself.
    fn trust(
        &self,
        own: Option<&Trusted>,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<Accepted, Refusal> {
        match own {
            Some(own) if own.is_self_signed() => self.own_certificate(own),
            Some(_) => self.path(intermediates).map_err(|refusal| match refusal {
                refusal if !refusal.is_untrusted() => refusal,
                _ if self.leaf.is_self_issued() => Refusal::SelfSignatureBroken {
                    subject: self.leaf.display_name(),
                    algorithm: self.leaf.signature_algorithm.clone(),
                },
                _ => Refusal::TrustedLeafIsNotAnchor {
                    subject: self.leaf.display_name(),
                    issuer: self.leaf.issuer.clone(),
                },
            }),
            None => self.path(intermediates),
        }
    }

    /// Checks a leaf that is, byte for byte, a self-signed certificate of the user's own: it
    /// vouches for itself when everything else about it holds.
    fn own_certificate(&self, own: &Trusted) -> Result<Accepted, Refusal> {
        let now = seconds(self.now);
        checks::dates(self.leaf, now)?;
        checks::purpose(self.policy.party.role(), self.leaf)?;
        if let Some(oid) = &self.leaf.unknown_critical_extension {
            return Err(Refusal::unknown_critical_extension(self.leaf, Some(oid)));
        }
        self.policy.revocation.check(
            self.leaf,
            &Signer::of(self.leaf),
            &self.policy.trust.whole_certificates(),
            now,
        )?;
        checks::pins(self.policy.pins, self.leaf, std::iter::empty())?;
        Ok(Accepted {
            common_name_counts: !own.is_public,
            constraining: Vec::new(),
            verdict: self.valid_until(&[], None),
        })
    }

    /// Builds a path from the leaf to an anchor with webpki, and adds the checks that webpki leaves
    /// out.
    fn path(&self, intermediates: &[CertificateDer<'_>]) -> Result<Accepted, Refusal> {
        // webpki goes on with other paths when one is refused, and cannot carry our reason.
        let refused: RefCell<Option<Refusal>> = RefCell::new(None);
        let judge = |path: &VerifiedPath<'_>| {
            checks::path(&self.policy, self.leaf, path, seconds(self.now)).map_err(|refusal| {
                let mut refused = refused.borrow_mut();
                // A revocation explains more than what another path lacks.
                if !matches!(*refused, Some(Refusal::Revoked { .. })) {
                    *refused = Some(refusal);
                }
                webpki::Error::UnknownIssuer
            })
        };
        let candidates = Candidates::of(self.end_entity, intermediates);
        let intermediates = &candidates.certificates;
        let found = self.end_entity.verify_for_usage(
            signature_algorithms().all,
            self.policy.trust.anchors(),
            intermediates,
            self.now,
            self.policy.party.usage(),
            None,
            Some(&judge),
        );
        match found {
            Ok(path) => self.accepted(&path),
            Err(error) => match refused.take() {
                Some(refusal) => Err(refusal),
                None if candidates.has_more => Err(Refusal::TooComplex {
                    subject: self.leaf.display_name(),
                }),
                None => Err(self.explain(&error, intermediates)),
            },
        }
    }

    fn accepted(&self, path: &VerifiedPath<'_>) -> Result<Accepted, Refusal> {
        let anchor = self
            .policy
            .trust
            .describe_anchor(path.anchor())
            .ok_or_else(|| self.explain(&webpki::Error::UnknownIssuer, &[]))?;
        let intermediates = checks::intermediates(path)?;
        let verdict = self.valid_until(&intermediates, anchor.facts());
        let constraining = intermediates
            .into_iter()
            .chain(anchor.facts().cloned())
            .filter(|facts| facts.name_constraints.is_some())
            .collect();
        Ok(Accepted {
            common_name_counts: anchor.origin == Origin::Own && !anchor.is_public,
            constraining,
            verdict,
        })
    }

    fn valid_until(&self, intermediates: &[Facts], anchor: Option<&Facts>) -> Verified {
        let certificates = intermediates.iter().chain(anchor);
        let lists = self.policy.revocation.valid_until(seconds(self.now));
        Verified {
            valid_until: certificates
                .map(|facts| facts.not_after)
                .fold(self.leaf.not_after.min(lists), i64::min),
        }
    }
}

/// Returns the seconds since the Unix epoch, signed as the dates of certificates are.
pub fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
