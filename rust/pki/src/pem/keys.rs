//! Keys in PEM texts.

use std::borrow::Cow;
use std::fmt;

use rustls_pki_types::PrivateKeyDer;
use zeroize::Zeroizing;

use super::base64::{decode_public, decode_secret};
use super::blocks::{Block, BlockFault, BlockName, blocks};
use super::formats::{self, OtherFormat};
use super::normalise;

/// Label of a PKCS#8 key under a password (RFC 7468 section 11).
const ENCRYPTED_KEY: &str = "ENCRYPTED PRIVATE KEY";
/// Header of a key that is encrypted as RFC 1421 has it.
const OLD_ENCRYPTION: &str = "Proc-Type: 4,ENCRYPTED";

/// Reason why a private key cannot be read. No text has any part of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// The text holds no private key.
    NotFound {
        /// Format that the text seems to have.
        format: Option<OtherFormat>,
    },
    /// The file has another format.
    Format(OtherFormat),
    /// The text holds a public key.
    PublicKey,
    /// The key is encrypted.
    Encrypted,
    /// The key is encrypted as RFC 1421 has it, which nobody should use any more.
    OldEncryption,
    /// The base64 text of the encrypted key is broken.
    EncryptedBase64,
    /// The markers of a block are broken.
    Markers {
        /// The block.
        block: BlockName,
        /// The fault.
        fault: BlockFault,
    },
    /// A block holds no key that can be read.
    Unreadable {
        /// The block.
        block: BlockName,
        /// The fault.
        fault: KeyFault,
    },
}

/// Fault of a block with a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFault {
    /// The base64 text is broken.
    Base64,
    /// The key is in the format of OpenSSH.
    OpenSsh,
    /// The label is not known.
    Form,
}

impl fmt::Display for PrivateKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { format } => {
                f.write_str("no PEM block with a private key was found")?;
                format.map_or(Ok(()), |format| write!(f, ": {format}"))
            }
            Self::Format(format) => write!(f, "no private key was found: {format}"),
            Self::PublicKey => f.write_str("it is a public key: a private key is needed"),
            Self::Encrypted => f.write_str("the private key is encrypted: decrypt it first"),
            Self::OldEncryption => f.write_str(
                "the private key is encrypted in OpenSSL's own old way: convert it with \"openssl pkcs8 -topk8\"",
            ),
            Self::EncryptedBase64 => {
                f.write_str("the base64 text of the encrypted private key is broken")
            }
            Self::Markers { block, fault } => write!(f, "{block} is unusable: {fault}"),
            Self::Unreadable { block, fault } => {
                write!(f, "{block} holds no readable key: {fault}")
            }
        }
    }
}

impl std::error::Error for PrivateKeyError {}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base64 => "its base64 text is broken",
            Self::OpenSsh => "convert it with \"ssh-keygen -p -m PEM\"",
            Self::Form => "it is of an unknown form",
        })
    }
}

/// Reads the private key of a file: the first one in PEM, or one in DER.
pub fn read_private_key_file(bytes: &[u8]) -> Result<PrivateKeyDer<'static>, PrivateKeyError> {
    if let Some(format) = formats::of_der(bytes) {
        return Err(PrivateKeyError::Format(format));
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
/// A SEC1 block may stand behind its `EC PARAMETERS`. Line breaks may be lost or written out as
/// `\n`.
pub fn read_private_key(text: &str) -> Result<PrivateKeyDer<'static>, PrivateKeyError> {
    let normalised = Zeroizing::new(normalise(text.as_bytes()));
    let Some(block) = first_private_key(&normalised)? else {
        return Err(no_key_found(text));
    };
    if block.label == ENCRYPTED_KEY || block.body.contains(OLD_ENCRYPTION) {
        return Err(PrivateKeyError::Encrypted);
    }
    decode_private_key(&block).map_err(|fault| PrivateKeyError::Unreadable {
        block: block.name(),
        fault,
    })
}

/// Reads the public key of a PEM text, as the DER of its SubjectPublicKeyInfo (RFC 7468 section
/// 13). `None` when the text holds none that can be read.
pub fn read_public_key(text: &str) -> Option<Vec<u8>> {
    let normalised = normalise(text.as_bytes());
    blocks(&normalised)
        .into_iter()
        .find(|block| block.label == "PUBLIC KEY" && block.fault.is_none())
        .and_then(|block| decode_public(block.label, block.body))
}

/// Reads the first private key of a PEM text if it is encrypted, as the DER of its
/// EncryptedPrivateKeyInfo (RFC 5958 section 3).
pub(crate) fn read_encrypted_private_key(text: &str) -> Result<Option<Vec<u8>>, PrivateKeyError> {
    let normalised = Zeroizing::new(normalise(text.as_bytes()));
    let Some(block) = first_private_key(&normalised)? else {
        return Ok(None);
    };
    if block.body.contains(OLD_ENCRYPTION) {
        return Err(PrivateKeyError::OldEncryption);
    }
    if block.label != ENCRYPTED_KEY {
        return Ok(None);
    }
    let der = decode_secret(block.body).ok_or(PrivateKeyError::EncryptedBase64)?;
    Ok(Some(der.to_vec()))
}

/// Finds the first private key. A text with a broken block gives none: that one could be the key
/// that was meant.
fn first_private_key(normalised: &str) -> Result<Option<Block<'_>>, PrivateKeyError> {
    let blocks = blocks(normalised);
    for block in &blocks {
        if let Some(fault) = block.fault {
            let block = block.name();
            return Err(PrivateKeyError::Markers { block, fault });
        }
    }
    let mut keys = blocks.into_iter();
    Ok(keys.find(|block| block.label.ends_with("PRIVATE KEY")))
}

fn decode_private_key(block: &Block<'_>) -> Result<PrivateKeyDer<'static>, KeyFault> {
    let der = decode_secret(block.body).ok_or(KeyFault::Base64)?;
    match block.label {
        "RSA PRIVATE KEY" => Ok(PrivateKeyDer::Pkcs1(der.to_vec().into())),
        "EC PRIVATE KEY" => Ok(PrivateKeyDer::Sec1(der.to_vec().into())),
        "PRIVATE KEY" => Ok(PrivateKeyDer::Pkcs8(der.to_vec().into())),
        "OPENSSH PRIVATE KEY" => Err(KeyFault::OpenSsh),
        _ => Err(KeyFault::Form),
    }
}

/// Returns the reason for a text without a private key. The text is not repeated: it could be a
/// password as well as a path.
fn no_key_found(text: &str) -> PrivateKeyError {
    match formats::of_text(text) {
        None if text.contains("PUBLIC KEY-----") => PrivateKeyError::PublicKey,
        format => PrivateKeyError::NotFound { format },
    }
}
