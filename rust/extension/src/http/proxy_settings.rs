//! Proxies that a script set.

use godot::prelude::*;
use godot_rustls_net::proxy::Proxy;

use crate::engine::objects::secret_text;

/// One proxy for each scheme. An unusable one fails all requests until it is set again: going
/// without it could reveal to a server what the proxy was to hide.
#[derive(Default, Clone)]
pub(crate) struct Proxies {
    http: Choice,
    https: Choice,
}

#[derive(Default, Clone)]
enum Choice {
    #[default]
    None,
    Some(Proxy),
    Unusable(String),
}

impl Proxies {
    /// Sets the proxy for plain HTTP. An error message that is returned fails every request from
    /// now on.
    pub(crate) fn set_http(&mut self, host: &GString, port: i64) -> Result<(), String> {
        self.http = Choice::of("set_http_proxy", host, port);
        self.http.proxy().map(drop)
    }

    /// Sets the proxy for HTTPS, like [`Self::set_http`].
    pub(crate) fn set_https(&mut self, host: &GString, port: i64) -> Result<(), String> {
        self.https = Choice::of("set_https_proxy", host, port);
        self.https.proxy().map(drop)
    }

    /// Sets the proxy for both. An empty text removes the proxies.
    pub(crate) fn set_both(&mut self, url: &GString) -> Result<(), String> {
        self.http = Choice::of("proxy", url, 0);
        self.https = self.http.clone();
        self.http.proxy().map(drop)
    }

    /// Returns the proxies for HTTP and for HTTPS.
    pub(crate) fn chosen(&self) -> Result<(Option<Proxy>, Option<Proxy>), String> {
        Ok((self.http.proxy()?, self.https.proxy()?))
    }
}

impl Choice {
    fn of(call: &str, host: &GString, port: i64) -> Self {
        // A URL may have a port of its own. A port of -1 removes the proxy, as in the engine.
        let found = match port {
            -1 => Ok(None),
            _ => Proxy::parse(secret_text(host).as_str(), port),
        };
        match found {
            Ok(None) => Self::None,
            Ok(Some(proxy)) => Self::Some(proxy),
            Err(problem) => Self::Unusable(format!("{call}: {problem}")),
        }
    }

    fn proxy(&self) -> Result<Option<Proxy>, String> {
        match self {
            Self::None => Ok(None),
            Self::Some(proxy) => Ok(Some(proxy.clone())),
            Self::Unusable(problem) => Err(problem.clone()),
        }
    }
}
