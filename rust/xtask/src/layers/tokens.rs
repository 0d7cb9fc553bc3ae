//! Rust code as words and signs, each with its line, and where an item or a bracket ends.

use super::lines::Line;

/// A word, a lifetime or a sign; `::`, `->` and `=>` are one each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// Counted from 0.
    pub(super) line: usize,
}

impl Token<'_> {
    /// Returns whether the token can name something.
    pub(super) fn is_word(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// Takes the code of all lines apart.
pub(super) fn tokens(lines: &[Line]) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    for (line, source) in lines.iter().enumerate() {
        let texts = source
            .tokens
            .iter()
            .map(|range| &source.code[range.clone()]);
        found.extend(texts.map(|text| Token { text, line }));
    }
    found
}

/// Returns the text of the token at `at`, or nothing behind the last one.
pub(super) fn text<'a>(tokens: &[Token<'a>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.text)
}

/// Returns the bracket that closes the one at `open`, or the last token.
pub(super) fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}

/// Returns where the attributes at `at` end and what they belong to begins.
pub(super) fn behind_attributes(tokens: &[Token<'_>], mut at: usize) -> usize {
    while text(tokens, at) == "#" && text(tokens, at + 1) == "[" {
        at = closing(tokens, at + 1) + 1;
    }
    at
}

/// Returns where `pub` or `pub(…)` ends.
pub(super) fn behind_visibility(tokens: &[Token<'_>], at: usize) -> usize {
    match (text(tokens, at), text(tokens, at + 1)) {
        ("pub", "(") => closing(tokens, at + 1) + 1,
        ("pub", _) => at + 1,
        _ => at,
    }
}

/// Returns the last token of the item, field, statement or expression that begins at `at`.
pub(super) fn end_of_item(tokens: &[Token<'_>], at: usize) -> usize {
    let at = behind_attributes(tokens, at);
    let start = behind_visibility(tokens, at);
    let (keyword, next) = (text(tokens, start), text(tokens, start + 1));
    let is_value = matches!(keyword, "static" | "type" | "let" | "use")
        || keyword == "const" && !matches!(next, "fn" | "unsafe" | "extern" | "async");
    let is_item = is_value
        || matches!(
            keyword,
            "fn" | "struct" | "enum" | "union" | "impl" | "trait" | "mod" | "const" | "async"
        )
        || matches!(keyword, "unsafe" | "extern" | "macro_rules");
    // The arguments of a field's type are no comparison.
    let is_field = !is_item && (start > at || next == ":");
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text {
            "<" if is_field => depth += 1,
            ">" if is_field => depth = depth.saturating_sub(1),
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => return at.saturating_sub(1),
            ")" | "]" | "}" => {
                depth -= 1;
                if depth == 0 && token.text == "}" && !is_value {
                    return at;
                }
            }
            ";" if depth == 0 => return at,
            "," if depth == 0 && !is_item => return at,
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::super::lines::lines;
    use super::*;

    /// The text of the item at the beginning of `code`.
    fn item(code: &str) -> String {
        let lines = lines(code);
        let tokens = tokens(&lines);
        let end = end_of_item(&tokens, 0);
        let words: Vec<&str> = tokens[..=end].iter().map(|token| token.text).collect();
        words.join(" ")
    }

    #[test]
    fn words_signs_and_lifetimes_are_tokens_with_their_lines() {
        let lines = lines("a::b_1<'c>\n-> r#type => '\\''");
        let found: Vec<(&str, usize)> = tokens(&lines).iter().map(|t| (t.text, t.line)).collect();
        let first = [
            ("a", 0),
            ("::", 0),
            ("b_1", 0),
            ("<", 0),
            ("'c", 0),
            (">", 0),
        ];
        let second = [("->", 1), ("type", 1), ("=>", 1), ("'", 1), ("'", 1)];
        assert_eq!(found, [&first[..], &second[..]].concat());
    }

    #[test]
    fn an_item_ends_with_its_brace_or_semicolon() {
        let array = "fn a ( x : [ u8 ; 4 ] ) -> [ u8 ; 2 ] { b ( ) ; }";
        assert_eq!(item(&format!("{array} fn c() {{}}")), array);
        assert_eq!(item("use a::{b, c}; d"), "use a :: { b , c } ;");
        assert_eq!(
            item("const A: [u8; 1] = [{ 1 }]; d"),
            "const A : [ u8 ; 1 ] = [ { 1 } ] ;"
        );
        assert_eq!(
            item("struct A<B, C>(B, C); d"),
            "struct A < B , C > ( B , C ) ;"
        );
        assert_eq!(
            item("#[x] pub(crate) mod a { b } c"),
            "# [ x ] pub ( crate ) mod a { b }"
        );
    }

    #[test]
    fn a_field_ends_with_its_comma_or_before_the_brace_around_it() {
        assert_eq!(
            item("#[cfg(test)] a: u8, b: u8"),
            "# [ cfg ( test ) ] a : u8 ,"
        );
        assert_eq!(item("a: u8 } b"), "a : u8");
        assert_eq!(item("pub a: B<C, D>, e"), "pub a : B < C , D > ,");
        assert_eq!(item("pub B<C, D>, e"), "pub B < C , D > ,");
    }
}
