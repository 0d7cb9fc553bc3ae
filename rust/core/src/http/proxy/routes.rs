//! Which proxy a request goes through.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use zeroize::Zeroizing;

use super::{Credentials, DEFAULT_PORT, Proxy, ProxyScheme};

/// The proxies that were set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    /// For http:// URLs.
    pub http: Option<Proxy>,
    /// For https:// URLs.
    pub https: Option<Proxy>,
    /// Where none is set, `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` of the environment count.
    pub environment: bool,
}

impl Routes {
    /// The proxy for a server. None: none.
    ///
    /// Fails when the environment names one that cannot be used: going without it could tell a server what the proxy
    /// was to hide.
    pub fn route(&self, is_https: bool, host: &str, port: u16) -> Result<Option<Proxy>, String> {
        let set = if is_https { &self.https } else { &self.http };
        match set {
            Some(proxy) => Ok(Some(proxy.clone())),
            None if self.environment => by(&Matcher::from_env(), is_https, host, port),
            None => Ok(None),
        }
    }
}

/// What the matcher says. It knows the forms of `no_proxy`.
pub(super) fn by(
    matcher: &Matcher,
    is_https: bool,
    host: &str,
    port: u16,
) -> Result<Option<Proxy>, String> {
    let scheme = if is_https { "https" } else { "http" };
    let host = host.trim_matches(['[', ']']);
    let authority = if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    };
    let uri = Uri::builder()
        .scheme(scheme)
        .authority(authority)
        .path_and_query("/")
        .build()
        .map_err(|_| format!("{host:?} is no host that a proxy could be looked up for"))?;
    matcher
        .intercept(&uri)
        .map(|intercept| read(&intercept))
        .transpose()
}

fn read(intercept: &Intercept) -> Result<Proxy, String> {
    let uri = intercept.uri();
    let scheme = match uri.scheme_str() {
        Some("http") => ProxyScheme::Http,
        Some("socks5") => ProxyScheme::Socks5,
        Some("socks5h") => ProxyScheme::Socks5h,
        other => {
            return Err(format!(
                "the environment names a proxy of the kind {}://, which is not supported: http://, socks5:// and socks5h:// are. Change https_proxy, http_proxy or all_proxy, or unset use_environment_proxies",
                other.unwrap_or_default()
            ));
        }
    };
    Ok(Proxy {
        scheme,
        host: uri
            .host()
            .unwrap_or_default()
            .trim_matches(['[', ']'])
            .to_owned(),
        port: uri.port_u16().unwrap_or(DEFAULT_PORT),
        credentials: credentials_of(intercept),
    })
}

fn credentials_of(intercept: &Intercept) -> Option<Credentials> {
    if let Some((user, password)) = intercept.raw_auth() {
        return Some((user.to_owned(), Zeroizing::new(password.to_owned())));
    }
    let header = intercept.basic_auth()?.to_str().ok()?;
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let text = Zeroizing::new(String::from_utf8(decoded).ok()?);
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), Zeroizing::new(password.to_owned())))
}
