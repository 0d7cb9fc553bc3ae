//! Fingerprints of certificates and keys, and how they are written.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// SHA-256 (FIPS 180-4).
pub type Sha256 = [u8; 32];

/// Prefix of a pin.
pub(crate) const PIN_PREFIX: &str = "sha256/";

/// Returns the SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Sha256 {
    let mut out = Sha256::default();
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// Writes lower-case hex, two digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a String does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Returns the pin of a public key: `sha256/` and the base64 of the hash of its
/// SubjectPublicKeyInfo (RFC 7469 section 2.4).
pub fn public_key_pin(public_key_info_der: &[u8]) -> String {
    format!(
        "{PIN_PREFIX}{}",
        STANDARD.encode(sha256(public_key_info_der))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_fips_180() {
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_pin_is_the_base64_of_the_hash() {
        assert_eq!(
            public_key_pin(b"abc"),
            "sha256/ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        );
    }
}
