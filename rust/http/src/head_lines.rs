//! Malformed lines in the head of a response: which of them can be ignored.
//!
//! Browsers ignore a line that is no header field, and hyper can be configured to. If such a line
//! could concern the length of the body, an intermediary may have obeyed it and ended the body
//! elsewhere (RFC 9112 section 11.2): the response is refused then.

use crate::head_limits::MalformedLine;

/// Returns an error for a head that must not be read leniently.
pub(super) fn check(head: &[u8]) -> Result<(), MalformedLine> {
    let mut is_about_length = false;
    // The first line is the status line.
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.contains(&b'\r') || line.contains(&0) {
            return Err(MalformedLine::ControlCharacter);
        }
        let is_continued = line.starts_with(b" ") || line.starts_with(b"\t");
        let was_about_length = is_about_length && is_continued;
        is_about_length = names_length(line);
        if was_about_length || is_about_length && !is_field(line) {
            return Err(MalformedLine::AboutLength);
        }
    }
    Ok(())
}

/// Returns whether the part before the colon, or a line without one, could be read as
/// `Content-Length` or `Transfer-Encoding`.
fn names_length(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    let letters: Vec<u8> = name
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .map(u8::to_ascii_lowercase)
        .collect();
    ["contentlength", "transferencoding"].iter().any(|known| {
        letters
            .windows(known.len())
            .any(|part| part == known.as_bytes())
    })
}

/// Returns whether a line is a header field (RFC 9112 section 5).
fn is_field(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return false;
    };
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    let is_value = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    colon > 0 && line[..colon].iter().all(is_name) && line[colon + 1..].iter().all(is_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(line: &str) -> bool {
        check(format!("HTTP/1.1 200 OK\r\nA: b\r\n{line}\r\nB: c\r\n\r\n").as_bytes()).is_ok()
    }

    #[test]
    fn a_malformed_line_is_passed_over_unless_it_could_be_about_the_length() {
        for line in [
            "no colon",
            ": x",
            "X Y: z",
            "X : y",
            " folded",
            "X: see Content-Length",
            "X-Content-Length-Hint: 5",
            "Content-Length: 5",
            "content-LENGTH:5",
            "Transfer-Encoding:\tchunked",
        ] {
            assert!(is_taken(line), "{line:?}");
        }
        for line in [
            "Content-Length : 5",
            "Content-Length 5",
            "Content_Length x: 5",
            "content length: 5",
            " Content-Length: 5",
            "\tTransfer-Encoding: chunked",
            "\u{1}Transfer-Encoding: chunked",
            "Content-Length: 5\u{1}",
            "Content-Length: 5\r\n 6",
            "Content-Length:\r\n\t5",
            "X: a\rContent-Length: 5",
            "X: a\0b",
            "X: a\rb",
        ] {
            assert!(!is_taken(line), "{line:?}");
        }
    }

    #[test]
    fn what_seems_a_status_line_is_not_looked_at() {
        assert_eq!(check(b"HTTP/1.1 200 Content-Length\r\n\r\n"), Ok(()));
    }
}
