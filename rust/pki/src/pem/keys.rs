//! Keys in PEM texts.

use std::borrow::Cow;

use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::base64::{decode_public, decode_secret};
use super::blocks::{Block, blocks};
use super::formats;
use super::normalise;

/// Label of a PKCS#8 key under a password (RFC 7468 section 11).
const ENCRYPTED_KEY: &str = "ENCRYPTED PRIVATE KEY";
/// What stands in a key that is encrypted as RFC 1421 has it.
const OLD_ENCRYPTION: &str = "Proc-Type: 4,ENCRYPTED";

/// Reads the private key of a file: the first one in PEM, or one in DER. The error is a sentence without any part of the
/// key.
pub fn read_private_key_file(bytes: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    if let Some(what) = formats::of_der(bytes) {
        return Err(format!("no private key was found: {what}"));
    }
    if let Ok(key) = PrivateKeyDer::try_from(bytes) {
        return Ok(key.clone_key());
    }
    // Lossy: whatever is no text is no PEM either. A text is not copied.
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => read_private_key(text),
        Cow::Owned(text) => read_private_key(&Zeroizing::new(text)),
    }
}

/// Reads the first private key of a PEM text.
///
/// A SEC1 block may stand behind its `EC PARAMETERS`. Line breaks may be lost or written out as `\n`. The error is a
/// sentence without any part of the key.
pub fn read_private_key(text: &str) -> Result<PrivateKeyDer<'static>, String> {
    let normalised = Zeroizing::new(normalise(text.as_bytes()));
    let Some(block) = first_private_key(&normalised)? else {
        return Err(no_key_found(text));
    };
    if block.label == ENCRYPTED_KEY || block.body.contains(OLD_ENCRYPTION) {
        return Err("the private key is encrypted: decrypt it first, such as with RustlsCrypto.private_key_from_pem()".to_owned());
    }
    decode_private_key(&block)
        .map_err(|why| format!("{} holds no readable key: {why}", block.describe()))
}

/// Reads the public key of a PEM text, as the DER of its SubjectPublicKeyInfo (RFC 7468 section 13). The error is a
/// sentence.
pub fn read_public_key(text: &str) -> Result<Vec<u8>, String> {
    let normalised = normalise(text.as_bytes());
    let key = blocks(&normalised)
        .into_iter()
        .find(|block| block.label == "PUBLIC KEY" && block.fault.is_none())
        .and_then(|block| decode_public(block.label, block.body));
    key.ok_or_else(|| "the public key cannot be read".to_owned())
}

/// The first private key of a PEM text when it is under a password, as the DER of its EncryptedPrivateKeyInfo (RFC
/// 5958 section 3). The error is a sentence.
pub(crate) fn read_encrypted_private_key(text: &str) -> Result<Option<Vec<u8>>, String> {
    let normalised = Zeroizing::new(normalise(text.as_bytes()));
    let Some(block) = first_private_key(&normalised)? else {
        return Ok(None);
    };
    if block.body.contains(OLD_ENCRYPTION) {
        return Err("the private key is encrypted in OpenSSL's own old way: convert it with \"openssl pkcs8 -topk8\"".to_owned());
    }
    if block.label != ENCRYPTED_KEY {
        return Ok(None);
    }
    let der = decode_secret(block.body)
        .ok_or("the base64 text of the encrypted private key is broken")?;
    Ok(Some(der.to_vec()))
}

/// A text in which something is broken gives no key: it could be another one than was meant.
fn first_private_key(normalised: &str) -> Result<Option<Block<'_>>, String> {
    let blocks = blocks(normalised);
    for block in &blocks {
        if let Some(fault) = block.fault {
            return Err(format!("{} is unusable: {fault}", block.describe()));
        }
    }
    let mut keys = blocks.into_iter();
    Ok(keys.find(|block| block.label.ends_with("PRIVATE KEY")))
}

/// The error completes a sentence about the block.
fn decode_private_key(block: &Block<'_>) -> Result<PrivateKeyDer<'static>, &'static str> {
    let der = decode_secret(block.body).ok_or("its base64 text is broken")?;
    match block.label {
        "RSA PRIVATE KEY" => Ok(PrivateKeyDer::Pkcs1(der.to_vec().into())),
        "EC PRIVATE KEY" => Ok(PrivateKeyDer::Sec1(der.to_vec().into())),
        "PRIVATE KEY" => Ok(PrivateKeyDer::Pkcs8(der.to_vec().into())),
        "OPENSSH PRIVATE KEY" => Err("convert it with \"ssh-keygen -p -m PEM\""),
        _ => Err("it is of an unknown form"),
    }
}

/// A path is passed for a text easily. It is not repeated: it could be a password just as well.
fn no_key_found(text: &str) -> String {
    if let Some(what) = formats::of_text(text) {
        return format!("no PEM block with a private key was found: {what}");
    }
    if text.contains("PUBLIC KEY-----") {
        return "it is a public key: a private key is needed".to_owned();
    }
    "no PEM block with a private key was found".to_owned()
}
