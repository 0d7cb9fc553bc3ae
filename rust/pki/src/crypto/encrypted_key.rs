//! Private keys under a password (PKCS#8, RFC 5958; PBES2, RFC 8018).

use std::fmt;

use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{self, Decode, SecretDocument, Tag};
use pkcs8::pkcs5::pbes2::{DES_EDE3_CBC_OID, PBES2_OID, ScryptParams};
use pkcs8::pkcs5::{AlgorithmIdentifierRef, EncryptionScheme};
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef, spki};
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::Error;
use crate::pem;

/// Most rounds of PBKDF2, more than any tool asks for: a file could ask for hours of them.
const MAX_ROUNDS: u32 = 2_000_000;
/// Most memory for scrypt in bytes, more than any tool asks for: a file could ask for all there is.
const MAX_MEMORY: u64 = 1 << 28;
/// Block size of DES, and the length of its vector, in bytes.
const DES_BLOCK: usize = 8;

/// Reason why an encrypted private key cannot be decrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptedKeyError {
    /// The key is damaged, or its encryption is unknown.
    Unreadable,
    /// No password was given.
    NoPassword,
    /// The password is wrong, or the key is damaged.
    WrongPassword,
    /// The key is encrypted with PBES1.
    OldScheme,
    /// The key asks for so many rounds of PBKDF2.
    TooManyRounds(u32),
    /// The key asks scrypt for a cost that it cannot have.
    ScryptCost(u64),
    /// The key asks scrypt for too much memory.
    ScryptMemory,
}

impl fmt::Display for EncryptedKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str(
                "the encrypted private key cannot be read: it is damaged, or its encryption is unknown (PBES2 with AES is known, such as \"openssl pkcs8 -topk8\" makes)",
            ),
            Self::NoPassword => f.write_str("the private key is encrypted: pass its password"),
            Self::WrongPassword => {
                f.write_str("the password is wrong, or the encrypted private key is damaged")
            }
            Self::OldScheme => f.write_str(
                "the private key is encrypted in an old way (PBES1): encrypt it anew with \"openssl pkcs8 -topk8 -v2 aes-256-cbc\"",
            ),
            Self::TooManyRounds(rounds) => write!(
                f,
                "the encrypted private key asks for {rounds} rounds of PBKDF2, at most {MAX_ROUNDS} are done: encrypt it anew with fewer"
            ),
            Self::ScryptCost(cost) => write!(
                f,
                "the encrypted private key asks scrypt for a cost of {cost}, which is no power of two from 2 on: it is damaged, encrypt it anew"
            ),
            Self::ScryptMemory => write!(
                f,
                "the encrypted private key asks scrypt for more than {} MiB: encrypt it anew with less",
                MAX_MEMORY >> 20
            ),
        }
    }
}

impl std::error::Error for EncryptedKeyError {}

/// Reads the private key of a PEM text, encrypted (PKCS#8 alone) or not, as PKCS#8, PKCS#1 or SEC1
/// PEM. No error has any part of the key or the password.
pub fn decrypt_private_key(text: &str, password: &str) -> Result<Zeroizing<String>, Error> {
    let Some(encrypted) = pem::read_encrypted_private_key(text)? else {
        let key = Zeroizing::new(pem::read_private_key(text)?);
        return match &*key {
            PrivateKeyDer::Pkcs1(key) => write("RSA PRIVATE KEY", key.secret_pkcs1_der()),
            PrivateKeyDer::Sec1(key) => write("EC PRIVATE KEY", key.secret_sec1_der()),
            key => write_private_key(key.secret_der()),
        };
    };
    let parsed = check_vector(&encrypted)
        .and_then(|()| Ok(EncryptedPrivateKeyInfoRef::from_der(&encrypted)?));
    let encrypted = parsed.map_err(|_| EncryptedKeyError::Unreadable)?;
    check_effort(&encrypted.encryption_algorithm)?;
    if password.is_empty() {
        return Err(EncryptedKeyError::NoPassword.into());
    }
    let wrong = || Error::from(EncryptedKeyError::WrongPassword);
    let key = encrypted.decrypt(password).map_err(|_| wrong())?;
    // A wrong password sometimes gives well padded nonsense.
    PrivateKeyInfoRef::from_der(key.as_bytes()).map_err(|_| wrong())?;
    write_private_key(key.as_bytes())
}

/// Writes a PKCS#8 key as PEM.
pub(super) fn write_private_key(pkcs8: &[u8]) -> Result<Zeroizing<String>, Error> {
    write("PRIVATE KEY", pkcs8)
}

fn write(label: &'static str, der: &[u8]) -> Result<Zeroizing<String>, Error> {
    SecretDocument::try_from(der)
        .and_then(|document| document.to_pem(label, LineEnding::LF))
        .map_err(|_| Error::DamagedKey)
}

/// Refuses a vector of 3DES that is not one block: the parser takes eight bytes from it, and panics
/// when there are fewer.
fn check_vector(encrypted: &[u8]) -> spki::Result<()> {
    let scheme = AnyRef::from_der(encrypted)?.sequence(|info| {
        let scheme = AlgorithmIdentifierRef::decode(info)?;
        AnyRef::decode(info)?;
        der::Result::Ok(scheme)
    })?;
    if scheme.oid != PBES2_OID {
        return Ok(());
    }
    let cipher = scheme.parameters_any()?.sequence(|parameters| {
        AlgorithmIdentifierRef::decode(parameters)?;
        AlgorithmIdentifierRef::decode(parameters)
    })?;
    if cipher.oid != DES_EDE3_CBC_OID {
        return Ok(());
    }
    let vector: &OctetStringRef = cipher.parameters_any()?.decode_as()?;
    if vector.as_bytes().len() == DES_BLOCK {
        Ok(())
    } else {
        Err(der::Error::from(Tag::OctetString.length_error()).into())
    }
}

/// Refuses a file that asks for more time or memory than a key is worth.
fn check_effort(scheme: &EncryptionScheme) -> Result<(), EncryptedKeyError> {
    let Some(parameters) = scheme.pbes2() else {
        return Err(EncryptedKeyError::OldScheme);
    };
    if let Some(pbkdf2) = parameters.kdf.pbkdf2()
        && pbkdf2.iteration_count > MAX_ROUNDS
    {
        return Err(EncryptedKeyError::TooManyRounds(pbkdf2.iteration_count));
    }
    parameters.kdf.scrypt().map_or(Ok(()), check_scrypt)
}

fn check_scrypt(scrypt: &ScryptParams) -> Result<(), EncryptedKeyError> {
    let cost = scrypt.cost_parameter;
    // Zero makes the library panic.
    if cost < 2 || !cost.is_power_of_two() {
        return Err(EncryptedKeyError::ScryptCost(cost));
    }
    let memory = cost
        .saturating_mul(128 * u64::from(scrypt.block_size))
        .saturating_mul(u64::from(scrypt.parallelization));
    if memory > MAX_MEMORY {
        return Err(EncryptedKeyError::ScryptMemory);
    }
    Ok(())
}
