//! The choice of the proxy that a connection goes through.

use super::environment::Environment;
use super::settings::Proxy;
use crate::error::ProxyError;

/// The proxies that are set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    /// The proxy for `http://` URLs.
    pub http: Option<Proxy>,
    /// The proxy for `https://` URLs.
    pub https: Option<Proxy>,
    /// The environment, which decides where no proxy is set.
    pub environment: Option<Environment>,
}

impl Routes {
    /// Returns the proxy for a server, `None` for a direct connection.
    ///
    /// Fails when the environment names a proxy that cannot be used: a direct connection could
    /// reveal to the server what the proxy was to hide.
    pub(crate) fn route(
        &self,
        is_https: bool,
        host: &str,
        port: u16,
    ) -> Result<Option<Proxy>, ProxyError> {
        let set = if is_https { &self.https } else { &self.http };
        match (set, &self.environment) {
            (Some(proxy), _) => Ok(Some(proxy.clone())),
            (None, Some(environment)) => environment.route(is_https, host, port),
            (None, None) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
