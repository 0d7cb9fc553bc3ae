//! Making keys.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair,
};
use zeroize::Zeroizing;

use super::{Error, write_private_key};

/// Sizes of the RSA keys that other implementations make, in bits.
const RSA_SIZES: std::ops::RangeInclusive<i64> = 1024..=8192;

/// A curve for ECDSA (FIPS 186-5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// secp256r1, about as strong as RSA 3072.
    P256,
    /// secp384r1, about as strong as RSA 7680.
    P384,
}

/// Checks that the provider makes RSA keys of so many bits. [`Error::UnsupportedRsaSize`] where
/// only other implementations do.
pub(super) fn check_rsa_size(bits: i64) -> Result<KeySize, Error> {
    match bits {
        2048 => Ok(KeySize::Rsa2048),
        3072 => Ok(KeySize::Rsa3072),
        4096 => Ok(KeySize::Rsa4096),
        8192 => Ok(KeySize::Rsa8192),
        _ if RSA_SIZES.contains(&bits) && bits % 2 == 0 => Err(Error::UnsupportedRsaSize(bits)),
        _ => Err(Error::NoSuchRsaSize(bits)),
    }
}

/// Makes an RSA key, as PKCS#8 PEM. Takes seconds with 4096 bits, and much longer with 8192.
pub fn generate_rsa(bits: i64) -> Result<Zeroizing<String>, Error> {
    let pair = KeyPair::generate(check_rsa_size(bits)?).map_err(|_| Error::GenerationFailed)?;
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| Error::GenerationFailed)?;
    write_private_key(pkcs8.as_ref())
}

/// Makes an ECDSA key, as PKCS#8 PEM.
pub fn generate_ecdsa(curve: Curve) -> Result<Zeroizing<String>, Error> {
    let algorithm = match curve {
        Curve::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
    };
    let pair = EcdsaKeyPair::generate(algorithm).map_err(|_| Error::GenerationFailed)?;
    let pkcs8 = pair.to_pkcs8v1().map_err(|_| Error::GenerationFailed)?;
    write_private_key(pkcs8.as_ref())
}
