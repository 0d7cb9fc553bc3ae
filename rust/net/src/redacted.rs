//! The printable form of URLs and hosts, without user, password, query and fragment: logs are read
//! by others than the user.

use std::net::Ipv6Addr;

use url::Url;

use godot_rustls_pki::text::quoted;

/// The longest name of the DNS, in bytes (RFC 1035 section 2.3.4).
const MAX_NAME: usize = 255;

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
        let scheme = scheme.filter(|scheme| is_scheme(scheme));
        return quoted(&scheme.map_or("…".to_owned(), |scheme| format!("{scheme}://…")));
    }
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let end = end.min(end_of_host(text));
    let cut = if end < text.len() { "…" } else { "" };
    quoted(&format!("{}{cut}", &text[..end]))
}

/// Returns the length of what may be printed: up to a colon that no port follows. A password stands
/// there when the `@` and the server after it were forgotten.
fn end_of_host(text: &str) -> usize {
    let begin = start_of_authority(text);
    let authority = text[begin..].split(['/', '\\', '?', '#']).next();
    let authority = authority.unwrap_or_default();
    let beyond_address = match authority.split_once(']') {
        Some((address, _)) if is_ipv6(&format!("{address}]")) => address.len() + 1,
        _ => 0,
    };
    let end = begin + authority.len();
    match authority[beyond_address..].split_once(':') {
        // Nothing after the colon may be a port that was left out, or a password with a slash.
        Some((_, "")) if end == text.len() => end,
        Some((_, port)) if is_port(port) => text.len(),
        Some((host, _)) => begin + beyond_address + host.len() + 1,
        None => text.len(),
    }
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns where the authority begins. URL parsers ignore blanks in front and line breaks anywhere,
/// and after `http:` and `https:` take any number of slashes of either kind for two.
fn start_of_authority(text: &str) -> usize {
    let is_ignored = |c: char| c <= ' ';
    let is_slash = |c: char| matches!(c, '/' | '\\') || is_ignored(c);
    let after_scheme = text.split_once(':').and_then(|(scheme, rest)| {
        let scheme = scheme.replace(is_ignored, "").to_ascii_lowercase();
        let is_before_authority = match scheme.as_str() {
            "http" | "https" => rest.starts_with(is_slash),
            _ => is_scheme(&scheme) && rest.starts_with("//"),
        };
        is_before_authority.then_some(rest)
    });
    let rest = after_scheme.unwrap_or(text);
    text.len() - rest.trim_start_matches(is_slash).len()
}

fn is_scheme(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    !text.is_empty() && text.bytes().all(is_allowed)
}

/// Returns whether `host` is an IPv6 address, with or without brackets and zone.
fn is_ipv6(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let bare = bare.unwrap_or(host);
    let (address, zone) = bare.split_once('%').unwrap_or((bare, ""));
    address.parse::<Ipv6Addr>().is_ok() && is_zone(zone)
}

fn is_zone(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().all(is_allowed)
}

/// Returns the printable form of a host, in place of which a user may have given a whole URL.
pub fn host(host: &str) -> String {
    let is_of_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '%' | ' ');
    let is_name = host.len() <= MAX_NAME && host.chars().all(is_of_host);
    if is_name || is_ipv6(host) {
        return host.to_owned();
    }
    url_text(host)
}

#[cfg(test)]
mod tests;
