//! Proxies: how they are written, and which one a request goes through.

mod connect;
mod environment;
mod http_connect;
mod routes;
mod socks5;

#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::net::Ipv6Addr;

use crate::redacted;
use percent_encoding::percent_decode_str;
use url::{Host, Url};
use zeroize::Zeroizing;

pub(crate) use connect::{authorization, connect};
pub use environment::Environment;
pub use routes::Routes;

/// The port of a proxy that nothing says a port for, as in curl.
const DEFAULT_PORT: u16 = 1080;

/// How a proxy is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProxyScheme {
    /// HTTP: absolute targets, and CONNECT.
    Http,
    /// SOCKS 5 with addresses: names are resolved here.
    Socks5,
    /// SOCKS 5 with names: the proxy resolves them.
    Socks5h,
}

/// A user and a password.
pub type Credentials = (String, Zeroizing<String>);

/// One proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// How it is spoken to.
    pub scheme: ProxyScheme,
    /// Its name or address; IPv6 without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// What it asks for, if it does.
    pub credentials: Option<Credentials>,
}

impl Proxy {
    /// Reads what a script gives: a name, an address or a URL, and a port, which wins over the URL's when it is
    /// above 0.
    ///
    /// None when nothing is left: no host, or a port of -1 and none in the URL.
    pub fn parse(host: &str, port: i64) -> Result<Option<Self>, String> {
        let text = host.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let given = match port {
            ..=0 => None,
            port => match u16::try_from(port) {
                Ok(port) => Some(port),
                Err(_) => return Err(format!("{port} is no port: it must be from 1 to 65535")),
            },
        };
        let url = parse_url(text)?;
        let port = match given.or(url.port()) {
            Some(0) => return Err("0 is no port: it must be from 1 to 65535".to_owned()),
            Some(found) => found,
            None if port < 0 => return Ok(None),
            None => DEFAULT_PORT,
        };
        let scheme = match url.scheme() {
            HTTP => ProxyScheme::Http,
            "socks5" => ProxyScheme::Socks5,
            "socks5h" => ProxyScheme::Socks5h,
            "https" => {
                return Err(format!(
                    "the proxy {} is to be spoken to in TLS, which is not supported yet: give it as http://, if it allows that",
                    shown(text)
                ));
            }
            other => {
                return Err(format!(
                    "proxies of the kind {other}:// are not known: http://, socks5:// and socks5h:// are"
                ));
            }
        };
        Ok(Some(Self {
            scheme,
            host: host_of(&url).ok_or_else(|| no_proxy(text))?,
            port,
            credentials: credentials_of(&url, scheme)?,
        }))
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

impl Hash for Proxy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.scheme, &self.host, self.port).hash(state);
        let credentials = self.credentials.as_ref();
        credentials
            .map(|(user, password)| (user, password.as_str()))
            .hash(state);
    }
}

/// A scheme whose default port the parser does not know: it would leave out a port 80 that was written.
const HTTP: &str = "plain-http";

fn parse_url(text: &str) -> Result<Url, String> {
    let is_plain_v6 = text.parse::<Ipv6Addr>().is_ok();
    let full = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => format!("{HTTP}://{rest}"),
        Some(_) => text.to_owned(),
        None if is_plain_v6 => format!("{HTTP}://[{text}]"),
        None => format!("{HTTP}://{text}"),
    };
    let url = Url::parse(&full).map_err(|_| no_proxy(text))?;
    let is_bare = matches!(url.path(), "" | "/") && url.query().or(url.fragment()).is_none();
    is_bare.then_some(url).ok_or_else(|| no_proxy(text))
}

/// The host as it is resolved: names in their ASCII form.
fn host_of(url: &Url) -> Option<String> {
    let written = percent_decode_str(url.host_str()?).decode_utf8().ok()?;
    Some(match Host::parse(&written).ok()? {
        Host::Domain(name) => name,
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    })
}

fn credentials_of(url: &Url, scheme: ProxyScheme) -> Result<Option<Credentials>, String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decoded = |text: &str| {
        percent_decode_str(text)
            .decode_utf8()
            .map(std::borrow::Cow::into_owned)
            .map_err(|_| "the proxy's user or password is no UTF-8 once decoded".to_owned())
    };
    let user = decoded(url.username())?;
    let password = Zeroizing::new(decoded(url.password().unwrap_or_default())?);
    match scheme {
        ProxyScheme::Http if user.contains(':') => Err(
            "the proxy's user has a colon, which HTTP cannot tell from the password's".to_owned(),
        ),
        // RFC 1929.
        ProxyScheme::Socks5 | ProxyScheme::Socks5h
            if !(1..=255).contains(&user.len()) || !(1..=255).contains(&password.len()) =>
        {
            Err("SOCKS takes a user and a password of 1 to 255 bytes each".to_owned())
        }
        _ => Ok(Some((user, password))),
    }
}

fn no_proxy(text: &str) -> String {
    format!(
        "{} is no proxy: give a host, or a URL like http://user:password@host:3128 or socks5://host:1080",
        shown(text)
    )
}

/// The text without what may be a user and a password, which end at its one at sign.
fn shown(text: &str) -> String {
    let server = text.split_once('@').map_or(text, |(_, server)| server);
    redacted::url_text(server)
}

/// What became of a connection to a proxy, in its sentences.
fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
        _ => format!("the connection to it broke: {error}"),
    }
}
