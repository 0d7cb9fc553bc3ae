//! Redirects (RFC 9110 section 15.4): the next URL, method and header fields.

use http::Method;
use http::header::{self, HeaderMap};
use percent_encoding::{AsciiSet, percent_encode};
use url::Url;

use crate::body::Content;
use crate::error::FetchError;
use crate::headers::Fields;
use crate::request_url::resolve;
use godot_rustls_net::origin::Origin;

/// Fields that describe a body. A request that becomes a GET has none.
const OF_BODY: [&str; 6] = [
    "content-type",
    "content-length",
    "content-encoding",
    "content-location",
    "content-language",
    "transfer-encoding",
];

/// Fields with credentials, which another server must not get, and the host.
const OF_ORIGIN: [&str; 4] = ["authorization", "cookie", "proxy-authorization", "host"];

/// No ASCII character is encoded; bytes above ASCII always are.
const NO_ASCII: &AsciiSet = &AsciiSet::EMPTY;

/// Request that a redirect can change.
#[derive(Debug, Clone)]
pub(super) struct CurrentRequest {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) fields: Fields,
    pub(super) content: Content,
}

/// Returns the target of a redirect. An empty `Location` is none, as in browsers and curl. Bytes
/// that are not UTF-8 are percent-encoded, so that the server gets back what it sent.
pub(super) fn location(status: u16, map: &HeaderMap) -> Option<String> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let value = map.get(header::LOCATION)?.as_bytes().trim_ascii();
    let text = match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => percent_encode(value, NO_ASCII).to_string(),
    };
    (!text.is_empty()).then_some(text)
}

impl CurrentRequest {
    /// Changes the request for the redirect to `location`.
    pub(super) fn follow(
        &mut self,
        status: u16,
        location: &str,
        allow_downgrade: bool,
    ) -> Result<(), FetchError> {
        let url = resolve(&self.url, location)?;
        let (from, to) = (Origin::of(&self.url), Origin::of(&url));
        if from.is_https && !to.is_https && !allow_downgrade {
            return Err(FetchError::RedirectDowngrade {
                from: from.authority(),
                to: to.authority(),
            });
        }
        if from != to {
            self.fields.remove(&OF_ORIGIN);
            self.fields.remove_those_for_first_origin();
        }
        if becomes_get(status, &self.method) {
            self.method = Method::GET;
            self.content = Content::None;
            self.fields.remove(&OF_BODY);
            // The engine drops these too, and keeps the rest.
            self.fields.remove(&["authorization", "connection"]);
        }
        self.url = url;
        Ok(())
    }
}

/// Returns whether the method becomes GET: after 301 and 302 as in browsers; 303 requires it, 307
/// and 308 forbid it (RFC 9110 section 15.4).
fn becomes_get(status: u16, method: &Method) -> bool {
    match status {
        301 | 302 => {
            matches!(
                *method,
                Method::POST | Method::PUT | Method::DELETE | Method::PATCH
            )
        }
        303 => !matches!(*method, Method::GET | Method::HEAD),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::request_url::parse;

    fn current(method: Method, url: &str) -> CurrentRequest {
        let lines = [
            "Authorization: secret",
            "Cookie: secret",
            "Content-Type: a/b",
            "X: y",
        ];
        CurrentRequest {
            method,
            url: parse(url).unwrap(),
            fields: Fields::parse(&lines.map(str::to_owned)).unwrap(),
            content: Content::Bytes("body".into()),
        }
    }

    #[test]
    fn methods_change_as_the_status_says() {
        for (status, method, becomes) in [
            (301, Method::POST, Method::GET),
            (302, Method::DELETE, Method::GET),
            (302, Method::HEAD, Method::HEAD),
            (303, Method::PUT, Method::GET),
            (303, Method::HEAD, Method::HEAD),
            (307, Method::POST, Method::POST),
            (308, Method::PATCH, Method::PATCH),
        ] {
            let mut current = current(method.clone(), "https://example.org/a");
            current.follow(status, "/b", false).unwrap();
            assert_eq!(current.method, becomes, "{method} after {status}");
            let has_body = current.content.length() > 0;
            assert_eq!(has_body, becomes == method, "{method} after {status}");
            assert_eq!(current.fields.has("content-type"), has_body);
            assert!(current.fields.has("x"));
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        for (to, stay) in [
            ("/b", true),
            ("https://example.org:443/b", true),
            ("https://example.org:8443/b", false),
            ("https://other.example/b", false),
        ] {
            let mut current = current(Method::GET, "https://example.org/a");
            current.follow(302, to, false).unwrap();
            assert_eq!(current.fields.has("authorization"), stay, "{to}");
            assert_eq!(current.fields.has("cookie"), stay, "{to}");
        }
    }

    #[test]
    fn fields_for_the_first_origin_stay_with_it() {
        for (to, stay) in [("/b", true), ("https://other.example/b", false)] {
            let mut current = current(Method::GET, "https://example.org/a");
            let fields = &mut current.fields;
            fields.add_for_first_origin("X-Key: secret").unwrap();
            current.follow(302, to, false).unwrap();
            assert_eq!(current.fields.has("x-key"), stay, "{to}");
            assert!(current.fields.has("x"), "{to}");
        }
    }

    #[test]
    fn security_is_not_lost_on_the_way() {
        let mut current = current(Method::GET, "https://example.org/a");
        let failure = current
            .clone()
            .follow(302, "http://example.org/b", false)
            .unwrap_err();
        let expected = FetchError::RedirectDowngrade {
            from: "example.org".to_owned(),
            to: "example.org".to_owned(),
        };
        assert_eq!(failure, expected);
        current.follow(302, "http://example.org/b", true).unwrap();
        assert!(!current.fields.has("authorization"));
    }

    #[test]
    fn only_redirects_with_a_location_are_followed() {
        let with = |value: &[u8]| {
            let value = HeaderValue::from_bytes(value).unwrap();
            HeaderMap::from_iter([(header::LOCATION, value)])
        };
        let told = |value| location(302, &with(value));
        assert_eq!(told(b"/x").as_deref(), Some("/x"));
        assert_eq!(told(" /\u{e4} ".as_bytes()).as_deref(), Some("/\u{e4}"));
        assert_eq!(told(b"/\xe9 %?").as_deref(), Some("/%E9 %?"));
        assert_eq!(told(b""), None);
        assert_eq!(told(b" \t"), None);
        assert_eq!(location(302, &HeaderMap::new()), None);
        for status in [200, 300, 304, 305, 306] {
            assert_eq!(location(status, &with(b"/x")), None);
        }
    }
}
