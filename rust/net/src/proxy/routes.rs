//! Which proxy a request goes through.

use super::{Environment, Proxy};

/// The proxies that were set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes {
    /// For http:// URLs.
    pub http: Option<Proxy>,
    /// For https:// URLs.
    pub https: Option<Proxy>,
    /// Counts where none is set.
    pub environment: Option<Environment>,
}

impl Routes {
    /// The proxy for a server. None: none.
    ///
    /// Fails when the environment names one that cannot be used: going without it could tell a server what the proxy
    /// was to hide.
    pub fn route(&self, is_https: bool, host: &str, port: u16) -> Result<Option<Proxy>, String> {
        let set = if is_https { &self.https } else { &self.http };
        match (set, &self.environment) {
            (Some(proxy), _) => Ok(Some(proxy.clone())),
            (None, Some(environment)) => environment.route(is_https, host, port),
            (None, None) => Ok(None),
        }
    }
}
