//! Whom a URL names.

use url::Url;

/// One server as the pool knows it: scheme, host and port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Through TLS.
    pub is_https: bool,
    /// A name in A-labels, or an address without brackets.
    pub host: String,
    /// As given, or the scheme's own.
    pub port: u16,
}

impl Origin {
    /// Who serves `url`, which has a host.
    pub fn of(url: &Url) -> Self {
        let host = match url.host() {
            Some(url::Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        };
        Self {
            is_https: url.scheme() == "https",
            host,
            port: url.port_or_known_default().unwrap_or_default(),
        }
    }

    /// As it stands in a Host header (RFC 9110 section 7.2): without the port that the scheme implies.
    pub fn authority(&self) -> String {
        let port = if self.is_https { 443 } else { 80 };
        if self.port == port {
            self.bracketed()
        } else {
            format!("{}:{}", self.bracketed(), self.port)
        }
    }

    /// The host as it stands in a URL.
    pub fn bracketed(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        }
    }
}
