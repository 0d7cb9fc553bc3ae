//! Common frame of certificates and revocation lists: a signed part, an algorithm, a signature.

use rustls_pki_types::{SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer};
use webpki::RawPublicKeyEntity;
use x509_parser::asn1_rs::{Any, FromDer};

use crate::provider::signature_algorithms;

/// The three parts of a certificate (RFC 5280 section 4.1.1) or a revocation list (section 5.1.1).
pub(crate) struct Signed<'a> {
    /// Part that is signed, header included.
    signed: &'a [u8],
    /// Contents of the algorithm's identifier.
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    pub(crate) fn of(der: &'a [u8]) -> Option<Self> {
        let (_, whole) = Any::from_der(der).ok()?;
        let (rest, _) = Any::from_der(whole.data).ok()?;
        let signed = &whole.data[..whole.data.len() - rest.len()];
        let (rest, algorithm) = Any::from_der(rest).ok()?;
        let (_, bits) = Any::from_der(rest).ok()?;
        // The first byte of a BIT STRING counts unused bits, and a signature has none.
        let (0, signature) = bits
            .data
            .split_first()
            .map(|(unused, rest)| (*unused, rest))?
        else {
            return None;
        };
        Some(Self {
            signed,
            algorithm: algorithm.data,
            signature,
        })
    }

    /// Returns whether signatures of this algorithm are accepted from some kind of key.
    pub(crate) fn algorithm_is_believed(&self) -> bool {
        self.candidates().next().is_some()
    }

    /// Returns whether the key, a SubjectPublicKeyInfo in DER, made the signature by an accepted
    /// algorithm.
    pub(crate) fn is_by(&self, public_key_info_der: &[u8]) -> bool {
        let key = SubjectPublicKeyInfoDer::from(public_key_info_der);
        RawPublicKeyEntity::try_from(&key).is_ok_and(|key| {
            self.candidates().any(|algorithm| {
                key.verify_signature(algorithm, self.signed, self.signature)
                    .is_ok()
            })
        })
    }

    fn candidates(&self) -> impl Iterator<Item = &'static dyn SignatureVerificationAlgorithm> {
        signature_algorithms()
            .all
            .iter()
            .copied()
            .filter(|algorithm| algorithm.signature_alg_id().as_ref() == self.algorithm)
    }
}
