//! Names that a certificate is valid for (RFC 5280 section 4.2.1.6).

mod error;

use std::net::IpAddr;

use rcgen::SanType;

use crate::reference_name::{MAX_LABEL, MAX_NAME, ends_in_a_number, to_a_labels};
pub use error::{AlternativeNameError, NameFault};

/// Most names of a certificate: each is compared with all others.
const MAX_NAMES: usize = 1000;

/// Prefixes by which other tools name the kind of a name.
const PREFIXES: [&str; 6] = ["dns:", "ip:", "ip address:", "email:", "uri:", "othername:"];

/// DNS names and IP addresses, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlternativeNames(Vec<AlternativeName>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum AlternativeName {
    /// In A-labels, ASCII as it was written.
    Dns(String),
    Ip(IpAddr),
}

impl AlternativeNames {
    /// Reads a DNS name or an IP address from each text.
    pub fn parse(texts: &[String]) -> Result<Self, AlternativeNameError> {
        if texts.len() > MAX_NAMES {
            return Err(AlternativeNameError::TooMany(texts.len()));
        }
        let mut names = Self::default();
        for text in texts {
            names.add(AlternativeName::parse(text)?);
        }
        Ok(names)
    }

    /// Takes a common name that is a DNS name or an IP address, else none. The dot of an absolute
    /// name is left out: names are compared without it.
    pub(crate) fn of_common_name(common_name: &str) -> Self {
        let name = common_name.strip_suffix('.').unwrap_or(common_name);
        Self(AlternativeName::read(name).into_iter().collect())
    }

    /// Returns whether there is no name.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Converts the names for rcgen.
    pub(super) fn to_general_names(&self) -> Result<Vec<SanType>, AlternativeNameError> {
        let general = |name: &AlternativeName| match name {
            AlternativeName::Ip(address) => Ok(SanType::IpAddress(*address)),
            AlternativeName::Dns(name) => {
                name.as_str()
                    .try_into()
                    .map(SanType::DnsName)
                    .map_err(|error| AlternativeNameError::Encoding {
                        name: name.clone(),
                        error,
                    })
            }
        };
        self.0.iter().map(general).collect()
    }

    fn add(&mut self, new: AlternativeName) {
        if !self.0.iter().any(|known| known.is_same(&new)) {
            self.0.push(new);
        }
    }
}

impl AlternativeName {
    fn parse(text: &str) -> Result<Self, AlternativeNameError> {
        Self::read(text).ok_or_else(|| AlternativeNameError::Name {
            text: text.to_owned(),
            fault: fault(text),
        })
    }

    fn read(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Ip(address));
        }
        let name = to_a_labels(text)?;
        if name.ends_with('.') || is_too_wide(&name) {
            return None;
        }
        // Comparisons ignore case, and who looks at the certificate finds the name as it was given.
        Some(Self::Dns(if text.is_ascii() {
            text.to_owned()
        } else {
            name
        }))
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dns(one), Self::Dns(other)) => one.eq_ignore_ascii_case(other),
            (one, other) => one == other,
        }
    }
}

/// Returns what a text has that neither a DNS name nor an address may have.
fn fault(text: &str) -> NameFault {
    let base = text.strip_prefix("*.").unwrap_or(text);
    let long = text.split('.').find(|label| label.len() > MAX_LABEL);
    if text.is_empty() {
        NameFault::Empty
    } else if let Some(prefix) = prefix_of(text) {
        NameFault::Prefix(prefix.to_owned())
    } else if text.contains(',') {
        NameFault::Comma
    } else if text.contains("://") {
        NameFault::Url
    } else if text.contains('/') {
        NameFault::Slash
    } else if text.starts_with('[') {
        NameFault::Brackets
    } else if has_port(text) {
        NameFault::Port
    } else if base.contains('*') {
        NameFault::Wildcard
    } else if text.ends_with('.') {
        NameFault::TrailingDot
    } else if text.contains('@') {
        NameFault::Email
    } else if text.contains(char::is_whitespace) {
        NameFault::Blanks
    } else if ends_in_a_number(text) {
        NameFault::Number
    } else if let Some(label) = long {
        NameFault::LongLabel(label.len())
    } else if base != text && !base.contains('.') {
        NameFault::TopLevelWildcard
    } else if text.len() > MAX_NAME {
        NameFault::TooLong(text.len())
    } else {
        NameFault::Other
    }
}

/// Returns the prefix as the text has it.
fn prefix_of(text: &str) -> Option<&str> {
    PREFIXES.iter().find_map(|prefix| {
        text.get(..prefix.len())
            .filter(|own| own.eq_ignore_ascii_case(prefix))
    })
}

/// Returns whether a wildcard stands over a top-level domain, which nobody accepts (RFC 6125
/// section 7.2).
fn is_too_wide(name: &str) -> bool {
    name.strip_prefix("*.")
        .is_some_and(|rest| !rest.contains('.'))
}

/// Returns whether the text is `host:port`; addresses of version 6 have more colons.
fn has_port(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}
