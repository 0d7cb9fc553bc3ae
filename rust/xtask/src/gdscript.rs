//! GDScript as tokens with their places. Comments are kept apart.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// An identifier or a keyword.
    Word,
    /// A number.
    Number,
    /// A string, `StringName` or `NodePath` with its quotation marks; `inner` is what is between them.
    String { inner: (usize, usize) },
    /// A node path after `$`, or a unique name after `%`.
    NodePath,
    /// An annotation such as `@onready`.
    Annotation,
    /// An operator or a bracket.
    Sign,
}

/// A token and its place in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) range: Range<usize>,
}

/// The tokens and the comments of a script.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<Token>,
    pub(crate) comments: Vec<Range<usize>>,
}

/// Signs of two characters that mean something else than their parts.
const PAIRS: [&str; 6] = [":=", "->", "==", "!=", "<=", ">="];

/// Takes a script apart. Whatever cannot be read becomes signs, so that the rest is still seen.
pub(crate) fn tokenize(text: &str) -> Tokens {
    let mut found = Tokens::default();
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        if letter.is_whitespace() || letter == '\u{feff}' {
            at += letter.len_utf8();
            continue;
        }
        if letter == '#' {
            let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
            found.comments.push(at..end);
            at = end;
            continue;
        }
        let before = found.tokens.last();
        let token = next(
            text,
            at,
            before.is_some_and(|token| ends_value(text, token)),
        );
        at = token.range.end;
        found.tokens.push(token);
    }
    found
}

/// Returns whether a value can end with the token, so that a `%` behind it is the operator.
fn ends_value(text: &str, token: &Token) -> bool {
    const KEYWORDS: [&str; 16] = [
        "return", "in", "not", "and", "or", "if", "elif", "else", "while", "await", "match",
        "when", "is", "as", "assert", "print",
    ];
    let word = &text[token.range.clone()];
    match token.kind {
        TokenKind::Word => !KEYWORDS.contains(&word),
        TokenKind::Number | TokenKind::String { .. } | TokenKind::NodePath => true,
        TokenKind::Annotation => false,
        TokenKind::Sign => matches!(word, ")" | "]" | "}"),
    }
}

/// Returns the token at `at`, which is no blank and no comment.
fn next(text: &str, at: usize, is_behind_value: bool) -> Token {
    let rest = &text[at..];
    let token = |kind, length: usize| Token {
        kind,
        range: at..at + length,
    };
    let first = rest.chars().next().unwrap_or_default();
    let second = rest[first.len_utf8()..].chars().next().unwrap_or_default();
    if let Some(prefix) = string_prefix(first, second, is_behind_value) {
        let (inner, end) = string(text, at + prefix);
        let kind = if first == '$' {
            TokenKind::NodePath
        } else {
            TokenKind::String { inner }
        };
        return token(kind, end - at);
    }
    let is_path = first == '$' || first == '%' && !is_behind_value;
    if is_path && (is_word(second) || second == '%') {
        let length = rest[1..].find(|c| !is_word(c) && !matches!(c, '/' | '%'));
        return token(
            TokenKind::NodePath,
            length.map_or(rest.len(), |end| end + 1),
        );
    }
    if first.is_ascii_digit() {
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        return token(TokenKind::Number, length);
    }
    if is_word(first) || first == '@' && is_word(second) {
        let skipped = usize::from(first == '@');
        let length = rest[skipped..].find(|c| !is_word(c));
        let length = length.map_or(rest.len(), |end| end + skipped);
        let kind = if skipped == 1 {
            TokenKind::Annotation
        } else {
            TokenKind::Word
        };
        return token(kind, length);
    }
    let is_pair = PAIRS.iter().any(|pair| rest.starts_with(pair));
    token(TokenKind::Sign, if is_pair { 2 } else { first.len_utf8() })
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Returns how many characters stand before the quotation mark of a string that begins here.
fn string_prefix(first: char, second: char, is_behind_value: bool) -> Option<usize> {
    let is_quote = |letter| matches!(letter, '"' | '\'');
    if is_quote(first) {
        return Some(0);
    }
    let is_prefix = matches!(first, 'r' | '&' | '^' | '$') || first == '%' && !is_behind_value;
    (is_prefix && is_quote(second)).then_some(1)
}

/// Returns what is inside of the string that begins with a quotation mark at `at`, and where it ends. A backslash
/// keeps the quotation mark behind it in the string, in a raw string too; lines do not end strings.
fn string(text: &str, at: usize) -> ((usize, usize), usize) {
    let rest = &text[at..];
    let marks = if rest.starts_with("\"\"\"") || rest.starts_with("'''") {
        &rest[..3]
    } else {
        &rest[..1]
    };
    let start = at + marks.len();
    let mut is_escaped = false;
    for (offset, letter) in text[start..].char_indices() {
        let here = start + offset;
        if !is_escaped && text[here..].starts_with(marks) {
            return ((start, here), here + marks.len());
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    ((start, text.len()), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let found = tokenize(text).tokens;
        let words = found.iter().filter(|token| token.kind == TokenKind::Word);
        words.map(|token| &text[token.range.clone()]).collect()
    }

    #[test]
    fn comments_and_strings_have_no_words() {
        let text = "a # b\n\"c \\\" d\" e 'f' \"\"\"g\n\" h\"\"\" i '''j''' k \"l\nm # n\" o";
        assert_eq!(words(text), ["a", "e", "i", "k", "o"]);
    }

    #[test]
    fn raw_strings_names_and_paths_are_strings() {
        assert_eq!(
            words("r\"a\\\" b\" c &\"d\" ^\"e\" f r'g' h"),
            ["c", "f", "h"]
        );
        let text = "x = &\"abc\"";
        let found = tokenize(text).tokens;
        assert_eq!(found[2].kind, TokenKind::String { inner: (6, 9) });
    }

    #[test]
    fn node_paths_have_no_words_and_the_remainder_has() {
        assert_eq!(words("$A/B.c, %D.e, $\"F G\", $%H/I"), ["c", "e"]);
        assert_eq!(words("a %b, 1 %c, (d) %e"), ["a", "b", "c", "d", "e"]);
        assert_eq!(words("return %A"), ["return"]);
    }

    #[test]
    fn annotations_numbers_and_pairs_are_tokens() {
        let text = "@export var a:=0x1F->b";
        let found = tokenize(text).tokens;
        let texts: Vec<&str> = found
            .iter()
            .map(|token| &text[token.range.clone()])
            .collect();
        assert_eq!(texts, ["@export", "var", "a", ":=", "0x1F", "->", "b"]);
    }

    #[test]
    fn text_that_is_no_script_is_read_to_its_end() {
        for text in ["\"", "'''", "$", "%", "r\"\\", "ä§\u{feff}", "@"] {
            let _ = tokenize(text);
        }
    }
}
