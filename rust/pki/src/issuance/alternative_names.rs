//! The names that a certificate is valid for (RFC 5280 section 4.2.1.6).

use std::net::IpAddr;

use rcgen::SanType;

use crate::reference_name::{LONGEST_LABEL, LONGEST_NAME, ends_in_a_number, to_a_labels};
use crate::text::quoted;

/// No certificate needs more, and each is compared with all others.
const MOST_NAMES: usize = 1000;

/// Other tools' ways to say what kind of name follows.
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
    /// Reads a DNS name or an IP address from each text. The error is a sentence.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        if texts.len() > MOST_NAMES {
            return Err(format!(
                "there are {} alternative names, at most {MOST_NAMES} are possible: make several certificates",
                texts.len()
            ));
        }
        let mut names = Self::default();
        for text in texts {
            names.add(AlternativeName::parse(text)?);
        }
        Ok(names)
    }

    /// A common name that is a DNS name or an IP address, else none. The dot of an absolute name is left out: names are
    /// compared without it.
    pub fn of_common_name(common_name: &str) -> Self {
        let name = common_name.strip_suffix('.').unwrap_or(common_name);
        Self(AlternativeName::read(name).into_iter().collect())
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As the certificate's layout takes them.
    pub(super) fn to_general_names(&self) -> Result<Vec<SanType>, String> {
        let general = |name: &AlternativeName| match name {
            AlternativeName::Ip(address) => Ok(SanType::IpAddress(*address)),
            AlternativeName::Dns(name) => name
                .as_str()
                .try_into()
                .map(SanType::DnsName)
                .map_err(|e| format!("the DNS name {} cannot be written: {e}", quoted(name))),
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
    fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).ok_or_else(|| {
            format!(
                "the alternative name {} {}",
                quoted(text),
                what_is_wrong(text)
            )
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

/// What a text has that neither a DNS name nor an address may have, and what to do; it follows the text.
fn what_is_wrong(text: &str) -> String {
    let base = text.strip_prefix("*.").unwrap_or(text);
    let long = text.split('.').find(|label| label.len() > LONGEST_LABEL);
    let mistake = if text.is_empty() {
        "is empty: give a DNS name or an IP address"
    } else if let Some(prefix) = prefix_of(text) {
        return format!(
            "has a prefix: leave \"{prefix}\" out, the kind of a name is seen by itself"
        );
    } else if text.contains(',') {
        "has a comma: give each name as an element of its own"
    } else if text.contains("://") {
        "is a URL: give its host alone"
    } else if text.contains('/') {
        "has a \"/\": give a host or an address alone"
    } else if text.starts_with('[') {
        "has brackets: give the address without them, and without a port"
    } else if has_port(text) {
        "has a port: leave it out, a certificate is valid on every port"
    } else if base.contains('*') {
        "has a wildcard where none may be: only \"*.\" at the beginning stands for one label"
    } else if text.ends_with('.') {
        "ends in a dot: leave it out"
    } else if text.contains('@') {
        "is an e-mail address: give a DNS name or an IP address"
    } else if text.contains(char::is_whitespace) {
        "has blanks: leave them out"
    } else if ends_in_a_number(text) {
        "is no valid IP address, and no DNS name either, since it ends in a number"
    } else if let Some(label) = long {
        return format!(
            "has a label of {} bytes: at most {LONGEST_LABEL} are possible",
            label.len()
        );
    } else if base != text && !base.contains('.') {
        "has a wildcard over a top-level domain, which nobody accepts: let two labels or more follow \"*.\""
    } else if text.len() > LONGEST_NAME {
        return format!(
            "has {} bytes: at most {LONGEST_NAME} are possible",
            text.len()
        );
    } else {
        "is neither a DNS name nor an IP address"
    };
    mistake.to_owned()
}

fn prefix_of(text: &str) -> Option<&str> {
    PREFIXES
        .iter()
        .filter_map(|prefix| {
            text.get(..prefix.len())
                .filter(|own| own.eq_ignore_ascii_case(prefix))
        })
        .next()
}

/// A wildcard over a top-level domain: nobody accepts such a certificate (RFC 6125 section 7.2).
fn is_too_wide(name: &str) -> bool {
    name.strip_prefix("*.")
        .is_some_and(|rest| !rest.contains('.'))
}

/// `host:port`; addresses of version 6 have more colons.
fn has_port(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
}
