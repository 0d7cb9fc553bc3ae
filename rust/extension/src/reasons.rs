//! Error messages about keys, certificates and revocation lists, with the names that scripts know.

use godot_rustls_pki::crypto;
use godot_rustls_pki::issuance::{self, Bound, SigningError, ValidityError};
use godot_rustls_pki::pem::PrivateKeyError;
use godot_rustls_pki::pins::PinError;
use godot_rustls_pki::revocation::RevocationListError;

/// Returns the error message of an operation with a key. Where the provider lacks an algorithm, the
/// engine may have it.
pub(crate) fn of_crypto(error: &crypto::Error) -> String {
    use crypto::Error;
    match error {
        Error::PrivateKeyText(error) => of_private_key(error),
        Error::UnsupportedSigningHash(hash) => {
            format!("only the engine makes RSA signatures over {hash}: use SHA-256")
        }
        Error::UnsupportedVerifyingKey(kind) => {
            format!("only the engine verifies signatures of {kind} keys")
        }
        Error::UnsupportedVerifyingSize(bits) => format!(
            "only the engine verifies signatures of RSA {bits} keys: use RSA 2048 and SHA-256"
        ),
        Error::UnsupportedVerifyingHash(hash) => {
            format!("only the engine verifies RSA signatures over {hash}: use RSA 2048 and SHA-256")
        }
        Error::UnsupportedCurve(curve) => format!(
            "only the engine verifies signatures of ECDSA {curve} keys, over SHA-256 at most: use P-256"
        ),
        Error::UnsupportedEncryptingSize(key) => {
            format!("only the engine encrypts with {key} keys: use RSA 2048 to 8192")
        }
        Error::UnsupportedRsaSize(bits) => format!(
            "only the engine generates RSA keys of {bits} bits: use 2048, 3072, 4096 or 8192"
        ),
        other => other.to_string(),
    }
}

/// Returns the error message about a private key that cannot be read.
pub(crate) fn of_private_key(error: &PrivateKeyError) -> String {
    match error {
        PrivateKeyError::Encrypted => {
            format!("{error}, such as with RustlsCrypto.private_key_from_pem()")
        }
        other => other.to_string(),
    }
}

/// Returns the error message about a certificate or a signing request that cannot be issued.
pub(crate) fn of_issuance(error: &issuance::Error) -> String {
    use issuance::Error;
    match error {
        Error::Crypto(error) | Error::Signing(SigningError::Provider(error)) => of_crypto(error),
        Error::Signing(_) => "the engine could not sign with this key".to_owned(),
        Error::Reversed(validity) => {
            let [begin, end] = validity.to_texts();
            format!(
                "not_before ({begin}) is after not_after ({end}), so the certificate would never be valid: swap them"
            )
        }
        Error::CannotIssue { .. } => {
            format!("{error}; make one with generate_certificate_authority()")
        }
        other => other.to_string(),
    }
}

/// Returns the error message about `pinned_public_keys`.
pub(crate) fn of_pins(error: &PinError) -> String {
    format!("pinned_public_keys: {error}, as RustlsCertificateInfo.public_key_pin has it")
}

/// Returns the error message about `revocation_lists_pem`.
pub(crate) fn of_revocation_lists(error: &RevocationListError) -> String {
    format!("revocation_lists_pem cannot be used: {error}")
}

/// Returns the error message about an argument that is not a date.
pub(crate) fn of_validity(error: &ValidityError) -> String {
    let argument = match error.bound {
        Bound::NotBefore => "not_before",
        Bound::NotAfter => "not_after",
    };
    format!("{argument} {}", error.fault())
}
