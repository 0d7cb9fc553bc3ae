//! URLs that are relative to a base URL, and queries of fields.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::{UrlError, UrlProblem, is_plain, parse};
use godot_rustls_net::redacted;

/// All but the unreserved characters (RFC 3986 section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Reads a base URL. Its path is a folder: a slash is added at its end where there is none, since
/// resolving would drop the last segment otherwise.
pub fn parse_base(text: &str) -> Result<Url, UrlError> {
    let mut base = parse(text)?;
    base.set_query(None);
    if !base.path().ends_with('/') {
        let path = format!("{}/", base.path());
        base.set_path(&path);
    }
    Ok(base)
}

/// Reads the URL of a request, which may be relative to `base` (RFC 3986 section 5).
pub fn parse_relative(base: &Url, text: &str) -> Result<Url, UrlError> {
    if text.is_empty() || has_scheme(text) {
        return parse(text);
    }
    let refuse = |problem| {
        let url = redacted::url_text(text);
        Err(UrlError::Unusable { url, problem })
    };
    if text.chars().any(char::is_control) {
        return refuse(UrlProblem::ControlCharacter);
    }
    if !is_plain(text) {
        return refuse(UrlProblem::AmbiguousHost);
    }
    match base.join(text) {
        Ok(url) => parse(url.as_str()),
        Err(error) => refuse(UrlProblem::Unreadable(error)),
    }
}

/// Adds fields to the query, percent-encoded (RFC 3986 section 3.4).
pub fn add_query(url: &mut Url, fields: &[(String, String)]) {
    if fields.is_empty() {
        return;
    }
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let given = url.query().filter(|query| !query.is_empty());
    let mut parts: Vec<_> = given.map(str::to_owned).into_iter().collect();
    for (name, value) in fields {
        parts.push(format!("{}={}", encoded(name), encoded(value)));
    }
    url.set_query(Some(&parts.join("&")));
}

/// Returns whether a text begins with a scheme (RFC 3986 section 3.1). A colon in the first segment
/// of a relative URL is not allowed (section 4.2).
fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else {
        return false;
    };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_a_folder() {
        for (base, expected) in [
            ("https://example.org", "https://example.org/"),
            ("https://example.org/v1", "https://example.org/v1/"),
            ("https://example.org/v1/?a=b#c", "https://example.org/v1/"),
        ] {
            assert_eq!(parse_base(base).unwrap().as_str(), expected);
        }
    }

    #[test]
    fn relative_urls_are_resolved_and_absolute_ones_are_not() {
        let base = parse_base("https://example.org:8443/v1").unwrap();
        for (text, expected) in [
            ("players", "https://example.org:8443/v1/players"),
            (
                "players?id=a:b",
                "https://example.org:8443/v1/players?id=a:b",
            ),
            ("./a/../b", "https://example.org:8443/v1/b"),
            ("/players", "https://example.org:8443/players"),
            ("?page=2", "https://example.org:8443/v1/?page=2"),
            ("//other.example/x", "https://other.example/x"),
            ("HTTP://other.example", "http://other.example/"),
            ("players#top", "https://example.org:8443/v1/players"),
        ] {
            let url = parse_relative(&base, text).unwrap();
            assert_eq!(url.as_str(), expected, "{text}");
        }
    }

    #[test]
    fn relative_urls_that_readers_understand_differently_are_refused() {
        let base = parse_base("https://example.org/v1").unwrap();
        for (text, words) in [
            ("", "is empty"),
            ("file:///etc/passwd", "neither https"),
            ("players:1", "no scheme"),
            ("\\\\other.example/", "one reader"),
            ("///other.example/", "one reader"),
            ("a\nb", "control character"),
        ] {
            let error = parse_relative(&base, text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn fields_join_the_query_that_is_there() {
        let fields = [("q", "a b&c=d"), ("ä", "1+1")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        for (given, expected) in [
            ("https://x/", "https://x/?q=a%20b%26c%3Dd&%C3%A4=1%2B1"),
            ("https://x/?", "https://x/?q=a%20b%26c%3Dd&%C3%A4=1%2B1"),
            (
                "https://x/?p=%20",
                "https://x/?p=%20&q=a%20b%26c%3Dd&%C3%A4=1%2B1",
            ),
        ] {
            let mut url = parse(given).unwrap();
            add_query(&mut url, &fields);
            assert_eq!(url.as_str(), expected);
        }
        let mut url = parse("https://x/?").unwrap();
        add_query(&mut url, &[]);
        assert_eq!(url.as_str(), "https://x/?");
    }
}
