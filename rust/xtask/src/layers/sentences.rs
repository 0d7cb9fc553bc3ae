//! Public errors that are sentences: `Result<_, String>` where another crate can see it.

use super::items::{Kind, publics};
use super::lines::Line;
use super::tokens::{Token, text, tokens};

/// Returns where a file outside of its tests shows other crates a sentence as an error.
pub(super) fn faults(place: &str, lines: &[Line]) -> Vec<String> {
    let tokens = tokens(lines);
    let mut found = Vec::new();
    for item in publics(&tokens) {
        let mut surface = item.surface.iter().cloned();
        if !lines[item.line].is_test && surface.any(|range| has_sentence(&tokens[range])) {
            let what = match item.kind {
                Kind::Function => "returns or takes",
                Kind::Type | Kind::Value | Kind::Field => "holds",
            };
            found.push((item.line, format!("{} {what} a sentence", item.name)));
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let is_error = matches!(text(&tokens, at + 1), "Err" | "Error");
        let is_text = text(&tokens, at + 2) == "=" && text(&tokens, at + 3) == "String";
        if token.text == "type" && is_error && is_text && !lines[token.line].is_test {
            found.push((token.line, "the trait has a sentence".to_owned()));
        }
    }
    found
        .into_iter()
        .map(|(line, what)| {
            let line = line + 1;
            format!("{place}:{line}: {what} as an error: make it an enum with the values")
        })
        .collect()
}

/// Returns whether the tokens have a `Result` with the error `String` or `&str`.
fn has_sentence(tokens: &[Token<'_>]) -> bool {
    let starts = 0..tokens.len();
    starts
        .filter(|at| tokens[*at].text == "Result" && text(tokens, at + 1) == "<")
        .any(|at| is_sentence(error(&tokens[at + 2..])))
}

/// Returns the second argument of a type, `tokens` being those behind its `<`.
fn error<'t, 'a>(tokens: &'t [Token<'a>]) -> &'t [Token<'a>] {
    let mut depth = 0_usize;
    let mut start = None;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "<" | "(" | "[" => depth += 1,
            "," if depth == 0 && start.is_none() => start = Some(at + 1),
            "," | ">" if depth == 0 => return &tokens[start.unwrap_or(at)..at],
            ">" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    &[]
}

fn is_sentence(error: &[Token<'_>]) -> bool {
    match error {
        [.., last] if last.text == "String" => true,
        [first, .., last] => first.text == "&" && last.text == "str",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::parse;
    use super::*;

    #[test]
    fn public_errors_that_are_sentences_are_told() {
        for (code, count) in [
            ("pub fn a(x: [u8; 4]) -> Result<(), String> {\n}", 1),
            (
                "    pub async fn a(\n    x: u8,\n) -> Result<Vec<u8>, String> {\n}",
                1,
            ),
            (
                "pub fn a() -> Option<Result<(u8, u8), std::string::String>> {}",
                1,
            ),
            ("pub fn a() -> Result<Map<u8, u8>, &'static str> {}", 1),
            ("pub struct A {\n    pub b: Arc<Result<C, String>>,\n}", 1),
            ("pub struct A(pub Result<C, String>);", 1),
            ("pub enum A { B(Result<C, String>) }", 1),
            ("pub trait A { fn b() -> Result<C, String>; }", 1),
            ("pub type A<T> = Result<T, String>;", 1),
            ("impl FromStr for A {\n    type Err = String;\n}", 1),
            ("fn a() -> Result<(), String> {\n}", 0),
            ("pub fn a() { let b: Result<(), String> = c(); }", 0),
            ("pub struct A { b: Result<C, String> }", 0),
            ("pub struct A(Result<C, String>);", 0),
            ("pub(crate) fn a() -> Result<(), String> {}", 0),
            ("pub fn a() -> Result<String, Error> {}", 0),
            ("pub fn a() -> Result<Map<u8, String>, Error> {}", 0),
            ("pub fn a() -> String {}", 0),
            (
                "#[cfg(test)]\nmod b { pub fn a() -> Result<(), String> {} }",
                0,
            ),
        ] {
            assert_eq!(faults("a.rs", &parse(code)).len(), count, "{code}");
        }
        let found = faults("a.rs", &parse("\npub fn a() -> Result<(), String> {}"));
        assert!(
            found[0].starts_with("a.rs:2: a returns or takes a sentence"),
            "{found:?}"
        );
    }
}
