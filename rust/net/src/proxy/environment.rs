//! The proxies that the environment names.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::Proxy;
use crate::redacted;

/// The exemption of all servers. The matcher knows it for names alone.
const EVERYTHING: &str = "*";

/// What the variables said when they were read. Equal ones lead the same ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    http: Named,
    https: Named,
    /// What goes without a proxy, in the form that the matcher knows.
    exempt: Vec<String>,
}

/// A proxy, or why the variable names none. None: no variable is filled.
type Named = Option<Result<Proxy, String>>;

impl Environment {
    /// Reads `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, in capitals first.
    ///
    /// On a thread where nobody changes the environment at the same time, which is no safe thing to do on most systems.
    pub fn read() -> Self {
        // A value that is no text names no proxy either, and that has to be told.
        let variable = |name: &str| {
            let value = std::env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        };
        Self::of(variable)
    }

    pub(super) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        // Empty ones do not count, as in curl.
        let filled = |name: &&str| {
            let value = variable(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| value.to_owned())
        };
        let named = |names: &[&'static str]| {
            let mut found = names.iter().filter_map(|name| Some((*name, filled(name)?)));
            found.next().map(|(name, value)| read(name, &value))
        };
        // Web servers give scripts a header of the request by this name (httpoxy).
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

    /// The proxy for a server. None: none.
    ///
    /// Fails when a variable is filled and names no proxy that can be used: going without it could tell a server what the
    /// proxy was to hide.
    pub(super) fn route(
        &self,
        is_https: bool,
        host: &str,
        port: u16,
    ) -> Result<Option<Proxy>, String> {
        let named = if is_https { &self.https } else { &self.http };
        match named {
            Some(named) if !self.exempts(host, port)? => named.clone().map(Some),
            _ => Ok(None),
        }
    }

    fn exempts(&self, host: &str, port: u16) -> Result<bool, String> {
        if self.exempt.iter().any(|one| one == EVERYTHING) {
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
            .map_err(|_| {
                format!(
                    "{} is no host that a proxy could be looked up for",
                    redacted::host(host)
                )
            })?;
        // It is asked only for what goes past whatever proxy there is.
        let matcher = Matcher::builder()
            .all("http://any")
            .no(self.exempt.join(","));
        Ok(matcher.build().intercept(&uri).is_none())
    }
}

fn read(name: &str, value: &str) -> Result<Proxy, String> {
    let named =
        Proxy::parse(value, 0).and_then(|proxy| proxy.ok_or_else(|| "it names none".into()));
    named.map_err(|problem| {
        format!(
            "the proxy that the environment variable {name} names cannot be used: {problem}. Change the variable, or turn use_environment_proxies off"
        )
    })
}

/// Blanks part them too, as in curl. IPv6 may have its brackets.
fn exemptions(list: &str) -> Vec<String> {
    list.split(|c: char| c == ',' || c.is_whitespace())
        .filter(|one| !one.is_empty())
        .map(|one| one.replace(['[', ']'], ""))
        .collect()
}
