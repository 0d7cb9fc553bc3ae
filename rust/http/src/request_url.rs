//! URLs of requests and of redirects.

mod base;
mod error;

use godot_rustls_net::redacted;
use url::Url;

pub use base::{add_query, parse_base, parse_relative};
pub use error::{LocationError, LocationProblem, UrlError, UrlProblem};

/// Characters of the longest name that a host can have (RFC 1035 section 2.3.4).
pub(crate) const MAX_HOST: usize = 253;

/// Reads the URL of a request. The fragment and user information are dropped; what a browser would
/// repair is refused.
pub fn parse(text: &str) -> Result<Url, UrlError> {
    if text.is_empty() {
        return Err(UrlError::Empty);
    }
    let refuse = |problem| {
        let url = redacted::url_text(text);
        Err(UrlError::Unusable { url, problem })
    };
    if text.chars().any(char::is_control) {
        return refuse(UrlProblem::ControlCharacter);
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return refuse(UrlProblem::NoScheme);
    };
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return refuse(UrlProblem::OtherScheme);
    }
    let authority_ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, beyond) = rest.split_at(authority_ends);
    if authority.is_empty() {
        return refuse(UrlProblem::NoHost);
    }
    // A browser reads a backslash as a slash, and so finds another host.
    if authority.contains('\\') {
        return refuse(UrlProblem::BackslashInHost);
    }
    let server = authority
        .rsplit_once('@')
        .map_or(authority, |(_, server)| server);
    let port = server
        .rsplit_once(':')
        .map(|(_, port)| port)
        .filter(|port| !port.contains(']'));
    if port.is_some_and(|port| port.parse::<u16>().unwrap_or_default() == 0) {
        return refuse(UrlProblem::Port);
    }
    match Url::parse(&format!("{scheme}://{authority}{beyond}")) {
        Ok(mut url) => {
            url.set_fragment(None);
            drop_user(&mut url);
            Ok(url)
        }
        Err(error) => refuse(UrlProblem::Unreadable(error)),
    }
}

/// Returns a URL, valid or not, in quotes and without user, password, query and fragment.
pub fn redacted(text: &str) -> String {
    parse(text).map_or_else(|_| redacted::url_text(text), |read| redacted::url(&read))
}

/// Resolves the `Location` of a redirect against `base` (RFC 3986 section 5).
pub(crate) fn resolve(base: &Url, location: &str) -> Result<Url, LocationError> {
    let location = location.trim();
    let refuse = |problem| {
        let location = redacted::url_text(location);
        Err(LocationError { location, problem })
    };
    if location.chars().any(char::is_control) {
        return refuse(LocationProblem::ControlCharacter);
    }
    if !is_plain(location) {
        return refuse(LocationProblem::AmbiguousHost);
    }
    let mut url = match base.join(location) {
        Ok(url) => url,
        Err(error) => return refuse(LocationProblem::Unreadable(error)),
    };
    if !matches!(url.scheme(), "http" | "https") {
        return refuse(LocationProblem::OtherScheme);
    }
    if url.port() == Some(0) {
        return refuse(LocationProblem::PortZero);
    }
    if url.host_str().is_none_or(|host| host.len() > MAX_HOST) {
        return refuse(LocationProblem::LongHost);
    }
    url.set_fragment(None);
    drop_user(&mut url);
    Ok(url)
}

/// Returns whether all readers find the host in the same place. Browsers read "///host/" and
/// "/\\host/" as "//host/", and "https:host" as either; RFC 3986 does not.
fn is_plain(location: &str) -> bool {
    let is_scheme = |scheme: &str| {
        let scheme = scheme.to_ascii_lowercase();
        scheme == "http" || scheme == "https"
    };
    let (has_scheme, rest) = match location.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (true, rest),
        _ => (false, location),
    };
    let is_slash = |letter: char| letter == '/' || letter == '\\';
    let beyond = rest.trim_start_matches(is_slash);
    let slashes = &rest[..rest.len() - beyond.len()];
    if !has_scheme && slashes.len() < 2 {
        return true;
    }
    let authority = beyond.split(['/', '?', '#']).next().unwrap_or_default();
    slashes == "//" && !authority.contains('\\')
}

/// Removes user and password, which must not appear in a log or on a screen.
fn drop_user(url: &mut Url) {
    // Fails only for URLs without a host, which have no user information.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

#[cfg(test)]
mod tests {
    use godot_rustls_net::origin::Origin;

    use super::*;

    fn read(text: &str) -> (String, String) {
        let url = parse(text).unwrap();
        (
            Origin::of(&url).authority(),
            url[url::Position::BeforePath..].to_owned(),
        )
    }

    #[test]
    fn hosts_ports_and_paths_are_told_apart() {
        for (text, authority, path) in [
            ("https://example.org", "example.org", "/"),
            ("HTTPS://Example.ORG:443/a?b#c", "example.org", "/a?b"),
            ("http://example.org:443/", "example.org:443", "/"),
            ("http://127.0.0.1:1?x", "127.0.0.1:1", "/?x"),
            ("http://[::1]/", "[::1]", "/"),
            ("http://[::1]:8080/x y", "[::1]:8080", "/x%20y"),
            ("https://user:word@example.org/", "example.org", "/"),
            (
                "https://bücher.example/ä",
                "xn--bcher-kva.example",
                "/%C3%A4",
            ),
        ] {
            assert_eq!(
                read(text),
                (authority.to_owned(), path.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_the_engine_refuses_is_refused_in_words() {
        for (text, words) in [
            ("", "is empty"),
            ("example.org", "no scheme"),
            ("ftp://example.org/", "neither https"),
            (" http://example.org/", "neither https"),
            ("http://", "no host"),
            ("http:///path", "no host"),
            ("https://:80/", "cannot be read"),
            ("https://example.org:0/", "1 to 65535"),
            ("https://example.org:65536/", "1 to 65535"),
            ("https://example.org:http/", "1 to 65535"),
            ("https://example.org:/", "1 to 65535"),
            ("https://example.org\\@evil.example/", "backslash"),
            ("https://example.org/\r\nX: y", "line break"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn redirects_resolve_against_where_they_came_from() {
        let base = parse("https://example.org:8443/a/b?c").unwrap();
        for (location, wanted) in [
            ("/x", "https://example.org:8443/x"),
            ("x", "https://example.org:8443/a/x"),
            ("../x#part", "https://example.org:8443/x"),
            ("?q", "https://example.org:8443/a/b?q"),
            ("//other.example/x", "https://other.example/x"),
            ("/a//b", "https://example.org:8443/a//b"),
            ("/a?b=http:///c", "https://example.org:8443/a?b=http:///c"),
            ("HTTP://me:pw@other.example", "http://other.example/"),
        ] {
            assert_eq!(
                resolve(&base, location).unwrap().as_str(),
                wanted,
                "{location}"
            );
        }
        for location in [
            "ftp://x/",
            "javascript:alert(1)",
            "https://",
            "http://x:99999/",
            "http://x:0/",
            "///other.example/x",
            "/\\other.example/x",
            "\\\\other.example/x",
            "//\\other.example/x",
            "//example.org\\@other.example/x",
            "/\t/other.example/x",
            "https:///other.example/x",
            "https:/other.example/x",
            "https:other.example",
            "https:\\\\other.example",
            &format!("http://{}/", "h.".repeat(130)),
        ] {
            assert!(resolve(&base, location).is_err(), "{location}");
        }
    }

    #[test]
    fn urls_that_were_not_read_are_shown_without_their_secrets() {
        let read = Url::parse("https://me:secret@example.org:8443/a?secret#secret").unwrap();
        assert_eq!(redacted(read.as_str()), redacted::url(&read));
        assert_eq!(redacted("ftp://me:secret@x"), "\"ftp://…\"");
    }
}
