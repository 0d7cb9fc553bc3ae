//! Identities of one server, chosen by the server name that the client asks for.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::DnsName;

use super::Identity;
use crate::alpn::AlpnProtocols;
use crate::callback_report;
use godot_rustls_pki::reference_name::to_a_labels;
use godot_rustls_pki::text::quoted;

/// A name that a server serves: a DNS name, or `*.` and one, which stands for any one label in
/// front of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedName {
    /// In A-labels and lower case, without the wildcard.
    name: String,
    is_wildcard: bool,
}

/// A text that is no name which clients ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServedNameError {
    /// The text.
    pub text: String,
}

impl fmt::Display for ServedNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is no server name: give a DNS name, or \"*.\" and one; clients send no addresses (RFC 6066)",
            quoted(&self.text)
        )
    }
}

impl Error for ServedNameError {}

impl ServedName {
    /// Reads a name.
    pub fn new(text: &str) -> Result<Self, ServedNameError> {
        let name = text.strip_suffix('.').unwrap_or(text);
        let (name, is_wildcard) = match name.strip_prefix("*.") {
            Some(name) => (name, true),
            None => (name, false),
        };
        to_a_labels(name)
            .filter(|name| !name.contains('*') && DnsName::try_from(name.as_str()).is_ok())
            .map(|name| Self { name, is_wildcard })
            .ok_or_else(|| ServedNameError {
                text: text.to_owned(),
            })
    }

    /// Returns whether the name covers `asked`, which is in lower case.
    fn serves(&self, asked: &str) -> bool {
        if !self.is_wildcard {
            return self.name == asked;
        }
        asked
            .split_once('.')
            .is_some_and(|(label, rest)| !label.is_empty() && rest == self.name)
    }
}

/// The identities of a server: a default, and others for names.
#[derive(Debug, Clone, PartialEq)]
pub struct ServerIdentities {
    default: Identity,
    named: Vec<(ServedName, Identity)>,
}

impl ServerIdentities {
    /// Uses `default` for every name, and for clients that ask for none.
    pub fn new(default: Identity) -> Self {
        Self {
            default,
            named: Vec::new(),
        }
    }

    /// Uses other identities for these names. Exact names come before wildcards, then the first
    /// entry that fits.
    pub fn with_named(mut self, named: Vec<(ServedName, Identity)>) -> Self {
        self.named = named;
        // The sort is stable: among equals the order stays.
        self.named.sort_by_key(|(name, _)| name.is_wildcard);
        self
    }

    /// Returns the identity for a client that asks for this name, or for none.
    fn choose(&self, asked: Option<&str>) -> &Identity {
        let asked = asked.map(|name| name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase());
        asked
            .and_then(|asked| self.named.iter().find(|(name, _)| name.serves(&asked)))
            .map_or(&self.default, |(_, identity)| identity)
    }
}

impl ResolvesServerCert for ServerIdentities {
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let offered = client_hello.alpn().map(AlpnProtocols::offered_by_peer);
        callback_report::write(|report| report.client_protocols = offered);
        Some(self.choose(client_hello.server_name()).certified_key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::identity;
    use godot_rustls_testkit::Template;

    fn named(name: &str) -> Identity {
        identity(&[&Template::leaf(name).self_signed()])
    }

    fn chosen(identities: &ServerIdentities, asked: &str) -> String {
        identities.choose(Some(asked)).name().to_owned()
    }

    #[test]
    fn exact_names_come_before_wildcards_and_the_default_last() {
        let entries = [
            ("*.example.test", "wild"),
            ("a.example.test", "exact"),
            ("b\u{fc}cher.example", "unicode"),
        ];
        let named = entries
            .map(|(name, cn)| (ServedName::new(name).unwrap(), named(cn)))
            .to_vec();
        let identities = ServerIdentities::new(self::named("default")).with_named(named);
        assert_eq!(chosen(&identities, "a.example.test"), "exact");
        assert_eq!(chosen(&identities, "A.Example.TEST"), "exact");
        // Some clients leave the dot of a whole name, which RFC 6066 section 3 does not allow.
        assert_eq!(chosen(&identities, "a.example.test."), "exact");
        assert_eq!(chosen(&identities, "b.example.test."), "wild");
        assert_eq!(chosen(&identities, "a.example.test.."), "default");
        assert_eq!(chosen(&identities, "b.example.test"), "wild");
        assert_eq!(chosen(&identities, "xn--bcher-kva.example"), "unicode");
        for other in ["example.test", "a.b.example.test", "test", "example.testa"] {
            assert_eq!(chosen(&identities, other), "default", "{other}");
        }
        assert_eq!(identities.choose(None).name(), "default");
    }

    #[test]
    fn what_no_client_asks_for_is_refused() {
        for name in [
            "",
            ".",
            "*",
            "*.",
            "127.0.0.1",
            "::1",
            "a*.test",
            "*.*.test",
            "a b",
            "a..b",
        ] {
            let problem = ServedName::new(name).unwrap_err().to_string();
            assert!(problem.contains("is no server name"), "{name}: {problem}");
        }
        assert_eq!(ServedName::new("LocalHost."), ServedName::new("localhost"));
    }
}
