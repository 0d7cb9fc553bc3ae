//! Private keys under a password (PKCS#8, RFC 5958; PBES2, RFC 8018).

use pkcs8::der::asn1::{AnyRef, OctetStringRef};
use pkcs8::der::{self, Decode, SecretDocument, Tag};
use pkcs8::pkcs5::pbes2::{DES_EDE3_CBC_OID, PBES2_OID, ScryptParams};
use pkcs8::pkcs5::{AlgorithmIdentifierRef, EncryptionScheme};
use pkcs8::{EncryptedPrivateKeyInfoRef, LineEnding, PrivateKeyInfoRef, spki};
use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::encrypted_key_error::{MAX_MEMORY, MAX_ROUNDS};
use super::{EncryptedKeyError, Error};
use crate::pem;

/// Block size of DES, and the length of its vector, in bytes.
const DES_BLOCK: usize = 8;

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
