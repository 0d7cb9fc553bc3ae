//! The server that a URL names.

use godot_rustls_pki::reference_name::to_a_labels;
use url::Url;

/// A server: scheme, host and port (RFC 9110 section 4.3.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin {
    /// True for the scheme `https`.
    pub is_https: bool,
    /// The name in A-labels, or the address without brackets.
    pub host: String,
    /// The port, the scheme's default one if the URL has none.
    pub port: u16,
}

impl Origin {
    /// Returns the origin with a host as a user writes it: IPv6 with or without brackets, a name in
    /// U-labels or A-labels (RFC 5890 section 2.3.2.1).
    pub fn new(is_https: bool, host: &str, port: u16) -> Self {
        let inner = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = inner.unwrap_or(host);
        let a_labels = (!host.is_ascii()).then(|| to_a_labels(host)).flatten();
        Self {
            is_https,
            host: a_labels.unwrap_or_else(|| host.to_owned()),
            port,
        }
    }

    /// Returns the origin of `url`, which has a host.
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

    /// Returns the value of the Host field (RFC 9110 section 7.2): without the default port.
    pub fn authority(&self) -> String {
        let port = if self.is_https { 443 } else { 80 };
        if self.port == port {
            self.bracketed()
        } else {
            format!("{}:{}", self.bracketed(), self.port)
        }
    }

    /// Returns the host in the form of a URL: an IPv6 address in brackets.
    pub(crate) fn bracketed(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_authority_has_the_host_of_the_url_and_any_other_port_than_the_default() {
        for (url, host, port, authority) in [
            ("http://a.test/x?y", "a.test", 80, "a.test"),
            ("https://a.test", "a.test", 443, "a.test"),
            ("https://A.test:443/", "a.test", 443, "a.test"),
            ("http://a.test:443/", "a.test", 443, "a.test:443"),
            ("https://a.test:80/", "a.test", 80, "a.test:80"),
            ("https://me:secret@a.test/", "a.test", 443, "a.test"),
            (
                "https://b\u{fc}cher.test/",
                "xn--bcher-kva.test",
                443,
                "xn--bcher-kva.test",
            ),
            ("http://[2001:DB8::1]/", "2001:db8::1", 80, "[2001:db8::1]"),
            ("http://[::1]:8080/", "::1", 8080, "[::1]:8080"),
            ("http://0x7f.1/", "127.0.0.1", 80, "127.0.0.1"),
        ] {
            let origin = Origin::of(&Url::parse(url).unwrap());
            assert_eq!((origin.host.as_str(), origin.port), (host, port), "{url}");
            assert_eq!(origin.is_https, url.starts_with("https"), "{url}");
            assert_eq!(origin.authority(), authority, "{url}");
        }
    }

    #[test]
    fn a_host_that_was_written_is_kept_without_brackets_and_in_a_labels() {
        for (written, host) in [
            ("a.test", "a.test"),
            ("A.Test", "A.Test"),
            ("b\u{fc}cher.test", "xn--bcher-kva.test"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("[::1", "[::1"),
            ("", ""),
        ] {
            assert_eq!(Origin::new(true, written, 443).host, host);
        }
        // A name that is none is left for the lookup to refuse.
        let long = "\u{fc}".repeat(300);
        assert_eq!(Origin::new(true, &long, 443).host, long);
    }
}
