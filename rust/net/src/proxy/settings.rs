//! One proxy, read from what a user writes: a host, an address or a URL.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::Ipv6Addr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::error::ProxyError;
use crate::redacted;

/// The port of a proxy for which no port is given, as in curl.
const DEFAULT_PORT: u16 = 1080;

/// A stand-in for the scheme `http`: the URL parser drops the default port of a scheme that it
/// knows, and `:80` must be told apart from no port.
const HTTP: &str = "plain-http";

/// The protocol spoken to a proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum ProxyScheme {
    /// HTTP: plain requests are forwarded, TLS goes through a CONNECT tunnel.
    Http,
    /// SOCKS 5 with addresses: names are resolved on this side.
    Socks5,
    /// SOCKS 5 with names: the proxy resolves them.
    Socks5h,
}

/// A user and a password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) user: String,
    pub(crate) password: Zeroizing<String>,
}

/// A proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The protocol.
    pub(crate) scheme: ProxyScheme,
    /// The name in its ASCII form, or the address; IPv6 without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// The credentials, if any were given.
    pub(crate) credentials: Option<Credentials>,
}

impl Proxy {
    /// Parses a name, an address or a URL, and a port. A port above 0 wins over the URL's.
    ///
    /// Returns `None` when nothing is left: no host, or a port below 0 and none in the URL.
    pub fn parse(host: &str, port: i64) -> Result<Option<Self>, ProxyError> {
        let text = host.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let given = match port {
            ..=0 => None,
            port => Some(u16::try_from(port).map_err(|_| ProxyError::Port(port))?),
        };
        let url = parse_url(text)?;
        match given.or(url.port()) {
            None if port < 0 => Ok(None),
            found => Self::from_url(&url, found, text).map(Some),
        }
    }

    /// Parses the value of an environment variable.
    pub(super) fn from_variable(value: &str) -> Result<Self, ProxyError> {
        let url = parse_url(value)?;
        Self::from_url(&url, url.port(), value)
    }

    fn from_url(url: &Url, port: Option<u16>, text: &str) -> Result<Self, ProxyError> {
        let port = port.unwrap_or(DEFAULT_PORT);
        if port == 0 {
            return Err(ProxyError::Port(0));
        }
        let scheme = match url.scheme() {
            HTTP => ProxyScheme::Http,
            "socks5" => ProxyScheme::Socks5,
            "socks5h" => ProxyScheme::Socks5h,
            "https" => return Err(ProxyError::TlsToProxy(printable(text))),
            other => return Err(ProxyError::UnknownScheme(other.to_owned())),
        };
        Ok(Self {
            scheme,
            host: host_of(url).ok_or_else(|| not_a_proxy(text))?,
            port,
            credentials: credentials_of(url, scheme)?,
        })
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("scheme", &self.scheme)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("has_credentials", &self.credentials.is_some())
            .finish()
    }
}

// `Zeroizing` has no `Hash`.
impl Hash for Proxy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.scheme, &self.host, self.port).hash(state);
        let credentials = self.credentials.as_ref();
        credentials
            .map(|credentials| (&credentials.user, credentials.password.as_str()))
            .hash(state);
    }
}

/// Parses the text as a URL that has nothing behind its host and port.
fn parse_url(text: &str) -> Result<Url, ProxyError> {
    let is_plain_v6 = text.parse::<Ipv6Addr>().is_ok();
    let full = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => format!("{HTTP}://{rest}"),
        Some(_) => text.to_owned(),
        None if is_plain_v6 => format!("{HTTP}://[{text}]"),
        None => format!("{HTTP}://{text}"),
    };
    let url = Url::parse(&full).map_err(|_| not_a_proxy(text))?;
    let is_bare = matches!(url.path(), "" | "/") && url.query().or(url.fragment()).is_none();
    is_bare.then_some(url).ok_or_else(|| not_a_proxy(text))
}

/// Returns the host as it is resolved: a name in its ASCII form, an address without brackets.
fn host_of(url: &Url) -> Option<String> {
    // The parser decodes and checks the hosts of the schemes that it knows, which this one is not.
    let written = percent_decode_str(url.host_str()?).decode_utf8().ok()?;
    Some(match Host::parse(&written).ok()? {
        Host::Domain(name) => name,
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    })
}

/// Returns the decoded credentials of the URL, checked against what the protocol can transmit.
fn credentials_of(url: &Url, scheme: ProxyScheme) -> Result<Option<Credentials>, ProxyError> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decoded = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| ProxyError::CredentialsNotUtf8)
    };
    let user = decoded(url.username())?;
    let password = Zeroizing::new(decoded(url.password().unwrap_or_default())?);
    match scheme {
        ProxyScheme::Http if user.contains(':') => Err(ProxyError::ColonInUser),
        ProxyScheme::Socks5 | ProxyScheme::Socks5h
            if !(1..=255).contains(&user.len()) || !(1..=255).contains(&password.len()) =>
        {
            Err(ProxyError::CredentialsLength)
        }
        _ => Ok(Some(Credentials { user, password })),
    }
}

fn not_a_proxy(text: &str) -> ProxyError {
    ProxyError::NotAProxy(printable(text))
}

/// Returns the text without a user and a password, which end at the only `@` that a URL may have.
fn printable(text: &str) -> String {
    let server = text.split_once('@').map_or(text, |(_, server)| server);
    redacted::url_text(server)
}

#[cfg(test)]
pub(super) mod tests;
