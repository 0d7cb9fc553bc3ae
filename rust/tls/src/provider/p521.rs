//! ECDH over P-521 (RFC 8422 section 5.4, RFC 8446 section 4.2.8.2), which aws-lc-rs has and rustls
//! does not offer.

use aws_lc_rs::agreement::{
    ECDH_P521, EphemeralPrivateKey, PublicKey, UnparsedPublicKey, agree_ephemeral,
};
use aws_lc_rs::rand::SystemRandom;
use rustls::crypto::{ActiveKeyExchange, GetRandomFailed, SharedSecret, SupportedKxGroup};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, PeerMisbehaved};

/// The group, in the form that rustls takes.
pub(super) static SECP521R1: &dyn SupportedKxGroup = &P521;

/// First byte of an uncompressed point, the only form that TLS 1.3 allows (SEC 1 section 2.3.3).
const UNCOMPRESSED: u8 = 4;

#[derive(Debug)]
struct P521;

/// A key pair for one connection.
struct KeyPair {
    private: EphemeralPrivateKey,
    public: PublicKey,
}

impl SupportedKxGroup for P521 {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let private = EphemeralPrivateKey::generate(&ECDH_P521, &SystemRandom::new())
            .map_err(|_| GetRandomFailed)?;
        let public = private.compute_public_key().map_err(|_| GetRandomFailed)?;
        Ok(Box::new(KeyPair { private, public }))
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }
}

impl ActiveKeyExchange for KeyPair {
    /// Agrees on the secret; aws-lc-rs checks that the point lies on the curve.
    fn complete(self: Box<Self>, peer: &[u8]) -> Result<SharedSecret, Error> {
        if peer.first() != Some(&UNCOMPRESSED) {
            return Err(PeerMisbehaved::InvalidKeyShare.into());
        }
        let peer = UnparsedPublicKey::new(&ECDH_P521, peer);
        agree_ephemeral(
            self.private,
            peer,
            Error::from(PeerMisbehaved::InvalidKeyShare),
            |secret| Ok(SharedSecret::from(secret)),
        )
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        None
    }

    fn group(&self) -> NamedGroup {
        NamedGroup::secp521r1
    }

    fn pub_key(&self) -> &[u8] {
        self.public.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_and_a_point_of_another_form_or_place_is_refused() {
        let ours = SECP521R1.start().unwrap();
        assert_eq!(ours.group(), NamedGroup::secp521r1);
        assert_eq!((ours.pub_key().len(), ours.pub_key()[0]), (133, 4));
        let answer = SECP521R1.start_and_complete(ours.pub_key()).unwrap();
        let secret = ours.complete(&answer.pub_key).unwrap();
        assert_eq!(secret.secret_bytes(), answer.secret.secret_bytes());
        assert_eq!(secret.secret_bytes().len(), 66);
        let good = answer.pub_key;
        let compressed = [&[2 + (good[132] & 1)], &good[1..67]].concat();
        let mut elsewhere = good.clone();
        elsewhere[132] ^= 1;
        for bad in [&good[..132], &compressed, &elsewhere, &[], &[4]] {
            let refused = SECP521R1.start_and_complete(bad).err();
            assert_eq!(refused, Some(PeerMisbehaved::InvalidKeyShare.into()));
        }
    }
}
