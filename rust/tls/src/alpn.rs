//! Application protocols offered in a handshake (RFC 7301).

/// Names in the order of preference; none turns the negotiation off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlpnProtocols(Vec<Vec<u8>>);

/// RFC 7301 section 3.1: a name's length is one byte.
const LONGEST_NAME: usize = 255;

/// The list of a handshake message has two bytes for its length; the rest of the message needs room too.
const LONGEST_LIST: usize = 16 * 1024;

impl AlpnProtocols {
    /// Checks the names. The error is a sentence.
    pub fn new(names: &[String]) -> Result<Self, String> {
        for (index, name) in names.iter().enumerate() {
            let length = name.len();
            if length == 0 || length > LONGEST_NAME {
                return Err(format!(
                    "alpn_protocols: entry {} has {length} bytes: a protocol name has 1 to {LONGEST_NAME} (RFC 7301)",
                    index + 1
                ));
            }
        }
        let total: usize = names.iter().map(|name| name.len() + 1).sum();
        if total > LONGEST_LIST {
            return Err(format!(
                "alpn_protocols: its {} names take {total} bytes together: at most {LONGEST_LIST} fit",
                names.len()
            ));
        }
        Ok(Self(
            names.iter().map(|name| name.clone().into_bytes()).collect(),
        ))
    }

    /// Names that need no check: IANA's own.
    pub fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| name.as_bytes().to_vec()).collect())
    }

    /// All but this one.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|own| own != name.as_bytes());
        self
    }

    pub(crate) fn to_wire(&self) -> Vec<Vec<u8>> {
        self.0.clone()
    }

    /// For sentences.
    pub(crate) fn describe(&self) -> String {
        describe(self.0.iter().map(Vec::as_slice))
    }
}

/// Protocol names of whichever side, for sentences.
pub(crate) fn describe<'a>(names: impl Iterator<Item = &'a [u8]>) -> String {
    const TOLD: usize = 8;
    let told: Vec<String> = names
        .take(TOLD)
        .map(|name| godot_rustls_pki::text::quoted(&String::from_utf8_lossy(name)))
        .collect();
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Result<AlpnProtocols, String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        AlpnProtocols::new(&names)
    }

    #[test]
    fn names_keep_their_order() {
        assert_eq!(
            of(&["h2", "http/1.1"]).unwrap().to_wire(),
            [b"h2".to_vec(), b"http/1.1".to_vec()]
        );
    }

    #[test]
    fn empty_and_long_names_are_told_by_their_place() {
        assert!(of(&["h2", ""]).unwrap_err().contains("entry 2 has 0 bytes"));
        let long = "x".repeat(256);
        assert!(of(&[&long]).unwrap_err().contains("entry 1 has 256 bytes"));
        assert!(of(&[&long[1..]]).is_ok());
    }

    #[test]
    fn a_list_that_no_message_holds_is_refused() {
        let names = vec!["x".repeat(255); 100];
        assert!(
            AlpnProtocols::new(&names)
                .unwrap_err()
                .contains("25600 bytes")
        );
    }
}
