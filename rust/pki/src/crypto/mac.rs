//! Message authentication.

use aws_lc_rs::hmac;

use super::{Error, HashAlgorithm};

/// Returns the HMAC (RFC 2104) of `message` under `key`, as long as the function's hashes.
pub fn hmac(function: HashAlgorithm, key: &[u8], message: &[u8]) -> Result<Vec<u8>, Error> {
    let algorithm = match function {
        HashAlgorithm::Md5 => {
            return Err(Error::HmacMd5);
        }
        HashAlgorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        HashAlgorithm::Sha256 => hmac::HMAC_SHA256,
        HashAlgorithm::Sha384 => hmac::HMAC_SHA384,
        HashAlgorithm::Sha512 => hmac::HMAC_SHA512,
    };
    // Anybody can make the code of an empty key: that is a key that was forgotten.
    if key.is_empty() {
        return Err(Error::EmptyHmacKey);
    }
    let key = hmac::Key::new(algorithm, key);
    Ok(hmac::sign(&key, message).as_ref().to_vec())
}
