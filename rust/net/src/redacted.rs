//! The printable form of URLs and hosts, without user, password, query and fragment: logs are read by
//! others than the user.

use url::Url;

use godot_rustls_pki::text::quoted;

/// Returns the printable form of a parsed URL, in quotes.
pub fn url(url: &Url) -> String {
    let mut bare = url.clone();
    bare.set_query(None);
    bare.set_fragment(None);
    // Both fail only for URLs without a host, which have no user information.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    quoted(bare.as_str())
}

/// Returns the printable form of a text that should be a URL or a part of one, in quotes. Of a text
/// with an `@` only the scheme is left: only a parsed URL shows where a password ends.
pub fn url_text(text: &str) -> String {
    if text.contains('@') {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        let scheme = scheme.filter(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
        return scheme.map_or_else(|| "\"…\"".to_owned(), |scheme| format!("\"{scheme}://…\""));
    }
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let end = end.min(end_of_host(text));
    let cut = if end < text.len() { "…" } else { "" };
    quoted(&format!("{}{cut}", &text[..end]))
}

/// Returns the length of what may be printed: up to a colon that no port follows. A password stands
/// there when the `@` and the server after it were forgotten.
fn end_of_host(text: &str) -> usize {
    let begin = text.find("://").map_or(0, |at| at + 3);
    let authority = text[begin..].split(['/', '\\', '?', '#']).next();
    let authority = authority.unwrap_or_default();
    let beyond_address = authority.find(']').map_or(0, |at| at + 1);
    match authority[beyond_address..].split_once(':') {
        Some((host, port)) if !port.bytes().all(|byte| byte.is_ascii_digit()) => {
            begin + beyond_address + host.len() + 1
        }
        _ => text.len(),
    }
}

/// Returns the printable form of a host, in place of which a user may have given a whole URL.
pub fn host(host: &str) -> String {
    if host.contains(['@', '/', '?', '#', '\\']) || host.chars().any(char::is_control) {
        return url_text(host);
    }
    host.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_shown_without_their_secrets() {
        let read = Url::parse("https://me:secret@example.org:8443/a?secret#secret").unwrap();
        assert_eq!(url(&read), "\"https://example.org:8443/a\"");
        for (text, shown) in [
            ("example.org/a", "\"example.org/a\""),
            ("ftp://example.org/a?secret", "\"ftp://example.org/a…\""),
            ("https://example.org/#secret", "\"https://example.org/…\""),
            ("https://me:secret@example.org/", "\"https://…\""),
            ("https://me:se?cr/et@example.org/", "\"https://…\""),
            ("me:secret@example.org", "\"…\""),
            ("https://me:secret", "\"https://me:…\""),
            ("me:secret/x", "\"me:…\""),
            ("http://[::1]:80/a", "\"http://[::1]:80/a\""),
            ("http://[::1]:secret/a", "\"http://[::1]:…\""),
            ("ä:ö", "\"ä:…\""),
            ("", "\"\""),
            ("me:se://cret@example.org", "\"…\""),
            ("https:\\\\me:secret@example.org", "\"…\""),
        ] {
            assert_eq!(url_text(text), shown, "{text}");
        }
        assert_eq!(host("example.org"), "example.org");
        assert_eq!(host("me:secret@example.org/x"), "\"…\"");
    }
}
