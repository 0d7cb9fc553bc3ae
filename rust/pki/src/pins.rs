//! Pinned public keys (RFC 7469 section 2.4 for the form).

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::{PIN_PREFIX, Sha256, sha256};
use crate::text::quoted;

/// Keys of which one must stand in the verified path, beside all other checks; none asks for
/// nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins(Vec<Sha256>);

impl Pins {
    /// Reads pins of the form `sha256/BASE64`.
    ///
    /// # Errors
    ///
    /// The first text that is no pin.
    pub fn new(texts: &[String]) -> Result<Self, PinError> {
        let pin = |(index, text): (usize, &String)| {
            parse(text).map_err(|fault| PinError {
                index,
                text: text.clone(),
                fault,
            })
        };
        texts
            .iter()
            .enumerate()
            .map(pin)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns whether no key is pinned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the count of pinned keys.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the key with this SubjectPublicKeyInfo is pinned. Hashes of public keys are
    /// public: no secret is compared.
    pub fn contains(&self, public_key_info_der: &[u8]) -> bool {
        self.0.contains(&sha256(public_key_info_der))
    }
}

/// Text that is no pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinError {
    /// Index of the text, from 0.
    pub index: usize,
    /// The text.
    pub text: String,
    /// Fault of the text.
    pub fault: PinFault,
}

/// Fault of a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PinFault {
    /// The text does not begin with `sha256/`.
    Prefix,
    /// The rest is not base64.
    Base64,
    /// The hash does not have 32 bytes.
    Length,
}

impl fmt::Display for PinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, text) = (self.index + 1, quoted(&self.text));
        let fault = match self.fault {
            PinFault::Prefix => "does not begin with the name of the hash",
            PinFault::Base64 => "is no base64",
            PinFault::Length => "is not 32 bytes long",
        };
        write!(
            f,
            "entry {number} ({text}) {fault}: write \"{PIN_PREFIX}\" and the base64 of the SHA-256 of the public key"
        )
    }
}

impl Error for PinError {}

fn parse(text: &str) -> Result<Sha256, PinFault> {
    let encoded = text.strip_prefix(PIN_PREFIX).ok_or(PinFault::Prefix)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| PinFault::Base64)?;
    Sha256::try_from(bytes).map_err(|_| PinFault::Length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::public_key_pin;

    fn error(text: &str) -> PinError {
        Pins::new(&[public_key_pin(b"good"), text.to_owned()]).unwrap_err()
    }

    #[test]
    fn a_pin_holds_the_key_it_was_made_of_and_no_other() {
        let pins = Pins::new(&[public_key_pin(b"one"), public_key_pin(b"two")]).unwrap();
        assert!(pins.contains(b"one") && pins.contains(b"two") && !pins.contains(b"three"));
        assert!(!Pins::default().contains(b"one"));
    }

    #[test]
    fn a_malformed_pin_is_told_by_place_text_and_fault() {
        let pin = public_key_pin(b"one");
        for (text, fault) in [
            (&pin[7..], PinFault::Prefix),
            (&pin.replace("sha256", "sha1"), PinFault::Prefix),
            (&pin.to_uppercase(), PinFault::Prefix),
            ("sha256/####", PinFault::Base64),
            (&pin[..pin.len() - 1], PinFault::Base64),
            ("sha256/AAAA", PinFault::Length),
            ("", PinFault::Prefix),
            (&format!("{pin}\n"), PinFault::Base64),
        ] {
            let expected = PinError {
                index: 1,
                text: text.to_owned(),
                fault,
            };
            assert_eq!(error(text), expected);
        }
        assert!(
            error("")
                .to_string()
                .starts_with("entry 2 (\"\") does not begin")
        );
        assert!(
            error("sha256/####")
                .to_string()
                .contains("is no base64: write")
        );
        assert!(
            error("sha256/AAAA")
                .to_string()
                .contains("is not 32 bytes long")
        );
    }
}
