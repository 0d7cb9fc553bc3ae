//! Pinned public keys (RFC 7469 section 2.4 for the form).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::digest::{PIN_PREFIX, Sha256, sha256};

/// Keys of which one must stand in the verified path, beside all other checks; none asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins(Vec<Sha256>);

impl Pins {
    /// Reads pins of the form `sha256/BASE64`. The error is a sentence.
    pub fn new(texts: &[String]) -> Result<Self, String> {
        texts
            .iter()
            .enumerate()
            .map(|(index, text)| {
                parse(text).map_err(|why| {
                    format!(
                        "pinned_public_keys: entry {} ({}) {why}: write \"{PIN_PREFIX}\" and the base64 of the SHA-256 of the public key, as RustlsCertificateInfo.public_key_pin has it",
                        index + 1,
                        crate::text::quoted(text)
                    )
                })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Nothing is pinned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many keys are pinned.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The key with this SubjectPublicKeyInfo is pinned. Hashes of public keys are public: no secret is compared.
    pub fn hold(&self, public_key_info_der: &[u8]) -> bool {
        self.0.contains(&sha256(public_key_info_der))
    }
}

fn parse(text: &str) -> Result<Sha256, &'static str> {
    let encoded = text
        .strip_prefix(PIN_PREFIX)
        .ok_or("does not begin with the name of the hash")?;
    let bytes = STANDARD.decode(encoded).map_err(|_| "is no base64")?;
    Sha256::try_from(bytes).map_err(|_| "is not 32 bytes long")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::public_key_pin;

    fn problem(text: &str) -> String {
        Pins::new(&[public_key_pin(b"good"), text.to_owned()]).unwrap_err()
    }

    #[test]
    fn a_pin_holds_the_key_it_was_made_of_and_no_other() {
        let pins = Pins::new(&[public_key_pin(b"one"), public_key_pin(b"two")]).unwrap();
        assert!(pins.hold(b"one") && pins.hold(b"two") && !pins.hold(b"three"));
        assert!(!Pins::default().hold(b"one"));
    }

    #[test]
    fn a_malformed_pin_is_told_by_place_text_and_fault() {
        let pin = public_key_pin(b"one");
        assert!(problem(&pin[7..]).contains("entry 2"));
        assert!(problem(&pin.replace("sha256", "sha1")).contains("name of the hash"));
        assert!(problem(&pin.to_uppercase()).contains("name of the hash"));
        assert!(problem("sha256/####").contains("is no base64"));
        assert!(problem(&pin[..pin.len() - 1]).contains("is no base64"));
        assert!(problem("sha256/AAAA").contains("is not 32 bytes long"));
        assert!(problem("").contains("entry 2 (\"\")"));
        assert!(problem(&format!("{pin}\n")).contains("is no base64"));
    }
}
