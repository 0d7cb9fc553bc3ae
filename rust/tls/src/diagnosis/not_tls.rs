//! The message about a peer that does not speak TLS.

use godot_rustls_pki::text::quoted;

/// Returns the message about a peer that began with these bytes.
pub(super) fn message(first_bytes: &[u8]) -> String {
    let starts_with = |words: &[&str]| {
        words.iter().any(|word| {
            first_bytes
                .get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        })
    };
    let hint = if starts_with(&["HTTP/", "<!DOCTYPE", "<html"]) {
        "it answers in plain HTTP: connect to the HTTPS port"
    } else if starts_with(&["GET ", "POST ", "HEAD ", "PUT ", "OPTIONS "]) {
        "it sends a plain HTTP request: use https:// or wss:// there"
    } else if starts_with(&["SSH-"]) {
        "it is an SSH server: check the port"
    } else if starts_with(&["220 ", "220-"]) {
        "it greets like a mail or FTP server that starts without TLS (STARTTLS)"
    } else {
        "check the port, and that the other side uses TLS"
    };
    format!(
        "the peer does not speak TLS (it sent {}); {hint}",
        shown(first_bytes)
    )
}

/// Returns the first bytes of a peer as text if they are text, else in hex.
fn shown(first: &[u8]) -> String {
    let text = String::from_utf8_lossy(first);
    let is_text =
        text.chars().all(|c| !c.is_control() || c.is_whitespace()) && !text.contains('\u{fffd}');
    if is_text {
        return format!("{}…", quoted(text.trim_end()));
    }
    let hex: Vec<String> = first.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}…", hex.join(" "))
}
