//! Cookies (RFC 6265, with the prefixes of its successor), kept in memory.

#[cfg(test)]
mod tests;

use cookie_store::{Cookie, CookieDomain};
use url::{Host, Url};

/// Bytes of the largest `Set-Cookie` that is accepted. Like the limits below, it bounds the memory
/// and the size of later requests that a server can cause.
const MAX_LENGTH: usize = 4096;
/// Cookies of one domain. The oldest is removed first.
const MAX_OF_DOMAIN: usize = 50;
/// Cookies of all domains. The oldest is removed first.
const MAX: usize = 200;

/// Cookie store, oldest cookie first. It has no list of public suffixes: a server below co.uk can
/// set cookies for all of co.uk. Only domains of a single label are refused.
#[derive(Clone, Default)]
pub struct Jar {
    cookies: Vec<Cookie<'static>>,
}

impl Jar {
    /// Stores the `Set-Cookie` fields of a response from `url`. Cookies that `url` may not set are
    /// ignored.
    pub fn store<'a>(&mut self, url: &Url, set_cookie: impl Iterator<Item = &'a str>) {
        self.cookies.retain(|cookie| !cookie.is_expired());
        for text in set_cookie {
            if let Some(cookie) = read(url, text) {
                self.insert(url, cookie);
            }
        }
    }

    /// Returns the `Cookie` field for a request to `url`: longer paths first, then older cookies.
    pub fn header(&self, url: &Url) -> Option<String> {
        let mut cookies: Vec<&Cookie<'_>> = self
            .cookies
            .iter()
            .filter(|cookie| !cookie.is_expired() && cookie.matches(url))
            .collect();
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = cookies
            .iter()
            .map(|cookie| format!("{}={}", cookie.name(), cookie.value()))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Removes all cookies.
    pub fn clear(&mut self) {
        self.cookies.clear();
    }

    fn insert(&mut self, url: &Url, cookie: Cookie<'static>) {
        if !is_secure(url) && self.hides_secure(url, &cookie) {
            return;
        }
        let same = self.cookies.iter().position(|old| {
            old.name() == cookie.name() && old.domain == cookie.domain && *old.path == *cookie.path
        });
        match (same, cookie.is_expired()) {
            (Some(place), true) => drop(self.cookies.remove(place)),
            // The cookie keeps its place, because its creation time is that of the first one.
            (Some(place), false) => self.cookies[place] = cookie,
            (None, true) => {}
            (None, false) => {
                let is_near = |old: &Cookie<'_>| old.domain.as_cow() == cookie.domain.as_cow();
                if self.cookies.iter().filter(|old| is_near(old)).count() >= MAX_OF_DOMAIN {
                    self.remove_oldest(is_near);
                }
                if self.cookies.len() >= MAX {
                    self.remove_oldest(|_| true);
                }
                self.cookies.push(cookie);
            }
        }
    }

    /// Returns whether a cookie received without TLS would replace one with the `Secure` attribute,
    /// which an attacker could use to forge it.
    fn hides_secure(&self, url: &Url, cookie: &Cookie<'_>) -> bool {
        self.cookies.iter().any(|old| {
            let covers = |domain: &CookieDomain| match (domain, old.domain.as_cow()) {
                // Both would be sent to a host of the narrower domain.
                (CookieDomain::Suffix(wide), Some(narrow)) => narrow
                    .strip_suffix(wide.as_str())
                    .is_some_and(|rest| rest.ends_with('.')),
                _ => false,
            };
            old.secure() == Some(true)
                && old.name() == cookie.name()
                && (old.domain.matches(url) || covers(&cookie.domain))
        })
    }

    fn remove_oldest(&mut self, is_candidate: impl Fn(&Cookie<'_>) -> bool) {
        if let Some(place) = self.cookies.iter().position(is_candidate) {
            self.cookies.remove(place);
        }
    }
}

/// Parses one `Set-Cookie`. Returns `None` if `url` may not set it.
fn read(url: &Url, text: &str) -> Option<Cookie<'static>> {
    let is_fit =
        text.len() <= MAX_LENGTH && !text.chars().any(|c| c.is_ascii_control() && c != '\t');
    if !is_fit {
        return None;
    }
    let mut cookie = Cookie::parse(text, url).ok()?.into_owned();
    let has_no_domain = matches!(cookie.domain, CookieDomain::HostOnly(_));
    if let CookieDomain::Suffix(domain) = &cookie.domain
        && !domain.trim_end_matches('.').contains('.')
    {
        if !cookie.domain.host_is_identical(url) {
            return None;
        }
        cookie.domain = CookieDomain::host_only(url).ok()?;
    }
    let is_secure_cookie = cookie.secure() == Some(true);
    if is_secure_cookie && !is_secure(url) {
        return None;
    }
    let has_prefix = |prefix: &str| {
        cookie
            .name()
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    // What a prefix guarantees to the server that reads the cookie.
    let is_locked = has_no_domain && cookie.path.is_from_path_attr() && *cookie.path == *"/";
    let keeps_promise = (!has_prefix("__Secure-") || is_secure_cookie)
        && (!has_prefix("__Host-") || (is_secure_cookie && is_locked));
    keeps_promise.then_some(cookie)
}

/// Returns whether the URL is over TLS or leads to this machine, as browsers define it.
fn is_secure(url: &Url) -> bool {
    url.scheme() == "https"
        || url.host().is_some_and(|host| match host {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        })
}
