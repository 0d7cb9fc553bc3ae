//! Private keys under a password (PKCS#8, RFC 5958; PBES2, RFC 8018).

use pkcs8::der::{Decode, SecretDocument};
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef};
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use crate::pem;

/// More rounds than any tool asks for: a file could ask for hours of them.
const MOST_ROUNDS: u32 = 10_000_000;
/// More memory than any tool asks scrypt for, in bytes: a file could ask for all there is.
const MOST_MEMORY: u64 = 1 << 28;

/// Reads the private key of a PEM text, encrypted (PKCS#8 alone) or not, as PKCS#8, PKCS#1 or SEC1 PEM. Errors are
/// sentences without any part of the key or the password.
pub fn decrypt_private_key(text: &str, password: &str) -> Result<Zeroizing<String>, String> {
    let Some(encrypted) = pem::read_encrypted_private_key(text)? else {
        return match pem::read_private_key(text)? {
            PrivateKeyDer::Pkcs1(key) => write("RSA PRIVATE KEY", key.secret_pkcs1_der()),
            PrivateKeyDer::Sec1(key) => write("EC PRIVATE KEY", key.secret_sec1_der()),
            key => write_private_key(key.secret_der()),
        };
    };
    let encrypted = EncryptedPrivateKeyInfoRef::from_der(&encrypted).map_err(|_| {
        "the encrypted private key cannot be read: it is damaged, or its encryption is unknown (PBES2 with AES is known, such as \"openssl pkcs8 -topk8\" makes)".to_owned()
    })?;
    check_effort(&encrypted.encryption_algorithm)?;
    if password.is_empty() {
        return Err("the private key is encrypted: pass its password".to_owned());
    }
    let wrong = || "the password is wrong, or the encrypted private key is damaged".to_owned();
    let key = encrypted.decrypt(password).map_err(|_| wrong())?;
    // A wrong password sometimes gives well padded nonsense.
    PrivateKeyInfoRef::from_der(key.as_bytes()).map_err(|_| wrong())?;
    write_private_key(key.as_bytes())
}

/// Writes a PKCS#8 key as PEM.
pub fn write_private_key(pkcs8: &[u8]) -> Result<Zeroizing<String>, String> {
    write("PRIVATE KEY", pkcs8)
}

fn write(label: &'static str, der: &[u8]) -> Result<Zeroizing<String>, String> {
    SecretDocument::try_from(der)
        .and_then(|document| document.to_pem(label, LineEnding::LF))
        .map_err(|_| "the private key cannot be read: it is damaged".to_owned())
}

/// Refuses a file that asks for more time or memory than a key is worth.
fn check_effort(scheme: &EncryptionScheme) -> Result<(), String> {
    let Some(parameters) = scheme.pbes2() else {
        return Err("the private key is encrypted in an old way (PBES1): encrypt it anew with \"openssl pkcs8 -topk8 -v2 aes-256-cbc\"".to_owned());
    };
    if let Some(pbkdf2) = parameters.kdf.pbkdf2()
        && pbkdf2.iteration_count > MOST_ROUNDS
    {
        return Err(format!(
            "the encrypted private key asks for {} rounds of PBKDF2, at most {MOST_ROUNDS} are done: encrypt it anew with fewer",
            pbkdf2.iteration_count
        ));
    }
    if let Some(scrypt) = parameters.kdf.scrypt() {
        let memory = scrypt
            .cost_parameter
            .saturating_mul(128 * u64::from(scrypt.block_size));
        let lanes = u64::from(scrypt.parallelization);
        if memory.saturating_mul(lanes) > MOST_MEMORY {
            return Err(format!(
                "the encrypted private key asks scrypt for more than {} MiB: encrypt it anew with less",
                MOST_MEMORY >> 20
            ));
        }
    }
    Ok(())
}
