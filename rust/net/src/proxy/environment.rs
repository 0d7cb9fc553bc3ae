//! The proxies that environment variables name, with the rules of curl.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::settings::Proxy;
use crate::error::ProxyError;
use crate::redacted;

/// The exemption of all servers, which the matcher applies to names only, not to addresses.
const EVERYTHING: &str = "*";

/// The proxies and exemptions that the environment named when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    http: Named,
    https: Named,
    /// The servers that are connected to directly, in the form that the matcher reads.
    exempt: Vec<String>,
}

/// A proxy, or the reason why the variable names none. `None`: no variable has a value.
type Named = Option<Result<Proxy, ProxyError>>;

impl Environment {
    /// Reads `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, the upper-case variable of
    /// each first.
    ///
    /// To be called on a thread on which nothing changes the environment at the same time: on most
    /// systems such a change is not synchronised with readers.
    pub fn read() -> Self {
        // A value that is not text is kept as one that names no proxy: ignoring it would connect
        // directly.
        let variable = |name: &str| {
            let value = std::env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        };
        Self::from_variables(variable)
    }

    pub(crate) fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        // An empty value counts as none, as in curl.
        let filled = |name: &&str| {
            let value = variable(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let named = |names: &[&'static str]| {
            let mut found = names.iter().filter_map(|name| Some((*name, filled(name)?)));
            found.next().map(|(name, value)| read(name, &value))
        };
        // A CGI script gets the header `Proxy` of a request as HTTP_PROXY ("httpoxy").
        let http: &[_] = match variable("REQUEST_METHOD") {
            Some(_) => &["ALL_PROXY", "all_proxy"],
            None => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
        };
        let exempt = ["NO_PROXY", "no_proxy"].iter().find_map(filled);
        Self {
            http: named(http),
            https: named(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
            exempt: exemptions(&exempt.unwrap_or_default()),
        }
    }

    /// Returns the proxy for a server, `None` for a direct connection.
    ///
    /// Fails when a variable names a proxy that cannot be used: a direct connection could reveal to
    /// the server what the proxy was to hide.
    pub(super) fn route(
        &self,
        is_https: bool,
        host: &str,
        port: u16,
    ) -> Result<Option<Proxy>, ProxyError> {
        let named = if is_https { &self.https } else { &self.http };
        match named {
            Some(named) if !self.exempts(host, port)? => named.clone().map(Some),
            _ => Ok(None),
        }
    }

    /// Returns whether `no_proxy` names the server.
    fn exempts(&self, host: &str, port: u16) -> Result<bool, ProxyError> {
        if self.exempt.iter().any(|exempt| exempt == EVERYTHING) {
            return Ok(true);
        }
        let host = host.trim_matches(['[', ']']);
        let authority = if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        };
        let uri = Uri::builder()
            .scheme("http")
            .authority(authority)
            .path_and_query("/")
            .build()
            .map_err(|_| ProxyError::InvalidHost(redacted::host(host)))?;
        // The matcher decides about exemptions only: its proxy is a dummy.
        let matcher = Matcher::builder()
            .all("http://any")
            .no(self.exempt.join(","));
        Ok(matcher.build().intercept(&uri).is_none())
    }
}

/// Parses the value of a variable that is not empty.
fn read(name: &'static str, value: &str) -> Result<Proxy, ProxyError> {
    Proxy::from_variable(value).map_err(|fault| ProxyError::Variable {
        name,
        fault: Box::new(fault),
    })
}

/// Splits a list of exemptions at commas and blanks, as curl does. The matcher expects IPv6
/// addresses without brackets.
fn exemptions(list: &str) -> Vec<String> {
    list.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|exempt| !exempt.is_empty())
        .map(|exempt| exempt.replace(['[', ']'], ""))
        .collect()
}

#[cfg(test)]
pub(super) mod tests;
