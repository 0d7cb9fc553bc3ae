//! The proxies that a script set.

use godot::prelude::*;
use godot_rustls_net::proxy::Proxy;

use crate::engine::objects::secret_text;

/// One for each scheme. Which cannot be used lets no request out until it is set again: going without it could tell a
/// server what it was to hide.
#[derive(Default)]
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
    /// The error is a sentence, and stands for every request from now on.
    pub(crate) fn set_http(&mut self, host: &GString, port: i64) -> Result<(), String> {
        self.http = Choice::of("set_http_proxy", host, port);
        self.http.proxy().map(drop)
    }

    /// As [`Self::set_http`] does, for HTTPS.
    pub(crate) fn set_https(&mut self, host: &GString, port: i64) -> Result<(), String> {
        self.https = Choice::of("set_https_proxy", host, port);
        self.https.proxy().map(drop)
    }

    /// For HTTP and HTTPS.
    pub(crate) fn chosen(&self) -> Result<(Option<Proxy>, Option<Proxy>), String> {
        Ok((self.http.proxy()?, self.https.proxy()?))
    }
}

impl Choice {
    fn of(call: &str, host: &GString, port: i64) -> Self {
        // A URL may have a port of its own, and -1 removes whatever there was, as in the engine.
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
