//! Application protocols offered in a handshake (RFC 7301).

use std::error::Error;
use std::fmt;

use godot_rustls_pki::text::quoted;

/// Names in the order of preference; none turns the negotiation off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlpnProtocols(Vec<Vec<u8>>);

/// Longest name: one byte counts it (RFC 7301 section 3.1).
const MAX_NAME: usize = 255;

/// Longest list. Two bytes count it in a handshake message, and the rest of the message needs room
/// too.
const MAX_LIST: usize = 16 * 1024;

/// Names that an error message quotes at most.
const MAX_QUOTED: usize = 8;

/// A reason why protocol names cannot be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AlpnError {
    /// A name is empty or too long.
    NameLength {
        /// The position of the name, counted from one.
        entry: usize,
        /// Its length in bytes.
        length: usize,
    },
    /// The names are too long together.
    ListLength {
        /// The number of names.
        names: usize,
        /// Their length in bytes, with the one that counts each.
        length: usize,
    },
}

impl fmt::Display for AlpnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameLength { entry, length } => write!(
                f,
                "entry {entry} has {length} bytes: a protocol name has 1 to {MAX_NAME} (RFC 7301)"
            ),
            Self::ListLength { names, length } => write!(
                f,
                "its {names} names take {length} bytes together: at most {MAX_LIST} fit"
            ),
        }
    }
}

impl Error for AlpnError {}

impl AlpnProtocols {
    /// Checks the lengths of the names.
    pub fn new(names: &[String]) -> Result<Self, AlpnError> {
        for (index, name) in names.iter().enumerate() {
            let length = name.len();
            if length == 0 || length > MAX_NAME {
                return Err(AlpnError::NameLength {
                    entry: index + 1,
                    length,
                });
            }
        }
        let length = names.iter().map(|name| name.len() + 1).sum();
        if length > MAX_LIST {
            return Err(AlpnError::ListLength {
                names: names.len(),
                length,
            });
        }
        Ok(Self(
            names.iter().map(|name| name.clone().into_bytes()).collect(),
        ))
    }

    /// Takes names that need no check, such as IANA's own.
    pub fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| name.as_bytes().to_vec()).collect())
    }

    /// Keeps as many names of a peer as an error message quotes.
    pub(crate) fn offered_by_peer<'a>(names: impl Iterator<Item = &'a [u8]>) -> Self {
        Self(names.take(MAX_QUOTED).map(<[u8]>::to_vec).collect())
    }

    /// Returns all but this one.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|own| own != name.as_bytes());
        self
    }

    /// Returns the names as rustls takes them.
    pub(crate) fn to_wire(&self) -> Vec<Vec<u8>> {
        self.0.clone()
    }

    /// Quotes the first names in an error message.
    pub(crate) fn describe(&self) -> String {
        let quoted: Vec<String> = self
            .0
            .iter()
            .take(MAX_QUOTED)
            .map(|name| quoted(&String::from_utf8_lossy(name)))
            .collect();
        quoted.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Result<AlpnProtocols, AlpnError> {
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
        let told = |names: &[&str]| of(names).unwrap_err().to_string();
        assert!(told(&["h2", ""]).contains("entry 2 has 0 bytes"));
        let long = "x".repeat(256);
        assert!(told(&[&long]).contains("entry 1 has 256 bytes"));
        assert!(of(&[&long[1..]]).is_ok());
    }

    #[test]
    fn a_list_that_no_message_holds_is_refused() {
        let names = vec!["x".repeat(255); 100];
        assert_eq!(
            AlpnProtocols::new(&names),
            Err(AlpnError::ListLength {
                names: 100,
                length: 25_600
            })
        );
    }
}
