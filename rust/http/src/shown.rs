//! What may be printed of URLs and headers: never a value of a header, nor the user, password, query or fragment of a URL.
//! Logs are read by others, and lie in exported games under `user://logs`.

use godot_rustls_pki::text::quoted;
use http::header::HeaderName;

pub use godot_rustls_net::redacted::{host, url, url_text};

use crate::request_url;

/// The text of a URL, read or not, in quotes.
pub fn any_url(text: &str) -> String {
    request_url::parse(text).map_or_else(|_| url_text(text), |read| url(&read))
}

/// A header by its name, or by its place among the headers when the name cannot be told from the value.
pub fn header(line: &str, place: usize) -> String {
    let name = line.split_once(':').map(|(name, _)| name);
    match name.filter(|name| HeaderName::from_bytes(name.as_bytes()).is_ok()) {
        Some(name) => format!("the header {}", quoted(name)),
        None => format!("header {} of the list", place + 1),
    }
}

#[cfg(test)]
mod tests {
    use ::url::Url;

    use super::*;

    #[test]
    fn urls_that_were_not_read_are_shown_without_their_secrets() {
        let read = Url::parse("https://me:secret@example.org:8443/a?secret#secret").unwrap();
        assert_eq!(any_url(read.as_str()), url(&read));
        assert_eq!(any_url("ftp://me:secret@x"), "\"ftp://…\"");
    }

    #[test]
    fn headers_are_shown_without_their_values() {
        for (line, shown) in [
            (
                "Authorization: Bearer secret",
                "the header \"Authorization\"",
            ),
            ("Bearer secret", "header 3 of the list"),
            ("Authorization Bearer secret: x", "header 3 of the list"),
            ("X\r\nAuthorization: secret", "header 3 of the list"),
            (": secret", "header 3 of the list"),
        ] {
            assert_eq!(header(line, 2), shown, "{line:?}");
        }
    }
}
