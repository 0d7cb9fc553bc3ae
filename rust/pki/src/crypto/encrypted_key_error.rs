//! Reasons why an encrypted private key cannot be decrypted.

use std::fmt;

/// Most rounds of PBKDF2, more than any tool asks for: a file could ask for hours of them.
pub(super) const MAX_ROUNDS: u32 = 2_000_000;
/// Most memory for scrypt in bytes, more than any tool asks for: a file could ask for all there is.
pub(super) const MAX_MEMORY: u64 = 1 << 28;
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
