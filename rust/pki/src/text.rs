//! Texts from outside cut for messages, and moments.

use std::fmt::Write as _;

/// Longest excerpt in characters.
const MAX: usize = 100;

/// Cuts a text from outside to its beginning, and escapes what breaks a line or turns its
/// direction.
pub fn excerpt(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars().take(MAX) {
        if letter.is_control() || turns_a_line(letter) {
            // Writing to a String does not fail.
            let _ = write!(out, "{}", letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    if text.chars().nth(MAX).is_some() {
        out.push('…');
    }
    out
}

/// Returns whether a character separates lines or changes their direction (Unicode Standard Annex
/// 9).
fn turns_a_line(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Returns an excerpt in quotation marks.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", excerpt(text))
}

/// Writes a moment as "2026-11-24 01:28 UTC".
pub fn moment(unix_seconds: i64) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    time::OffsetDateTime::from_unix_timestamp(unix_seconds)
        .ok()
        .and_then(|moment| moment.format(&format).ok())
        .unwrap_or_else(|| format!("{unix_seconds} seconds after 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_a_control_character_is_escaped() {
        assert_eq!(excerpt("a\nb\u{7}ä"), "a\\nb\\u{7}ä");
        assert_eq!(quoted(&"ä".repeat(MAX)).chars().count(), MAX + 2);
        assert_eq!(excerpt(&"ä".repeat(300_000)), "ä".repeat(MAX) + "…");
    }
}
