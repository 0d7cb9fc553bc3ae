//! Functions, public items and items for tests among the tokens of a file.

use std::ops::Range;

use super::tokens::{Token, behind_attributes, behind_visibility, closing, end_of_item, text};

/// A function, with lines counted from 0.
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    pub(super) first_line: usize,
    pub(super) last_line: usize,
    /// From `fn` to the body.
    pub(super) signature: Range<usize>,
}

/// Kinds of public names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    Type,
    Value,
    Field,
}

/// Something public, and the tokens that other crates see of it.
pub(super) struct Public<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) line: usize,
    pub(super) surface: Vec<Range<usize>>,
}

/// Returns all functions, also those inside others.
pub(super) fn functions<'a>(tokens: &[Token<'a>]) -> Vec<Function<'a>> {
    let starts = 0..tokens.len();
    starts.filter_map(|at| function(tokens, at)).collect()
}

fn function<'a>(tokens: &[Token<'a>], at: usize) -> Option<Function<'a>> {
    // `fn(` is the type of a pointer.
    let name = tokens.get(at + 1)?;
    if tokens[at].text != "fn" || !(name.is_word() || name.text == "$") {
        return None;
    }
    let end = end_of_item(tokens, at);
    Some(Function {
        name: name.text,
        first_line: tokens[at].line,
        last_line: tokens[end].line,
        signature: at..end_of_signature(tokens, at),
    })
}

fn end_of_signature(tokens: &[Token<'_>], at: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "{" | ";" if depth == 0 => return at,
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    tokens.len()
}

/// Returns what is `pub` without a limit, in the order of the file.
pub(super) fn publics<'a>(tokens: &[Token<'a>]) -> Vec<Public<'a>> {
    let starts = 0..tokens.len();
    starts
        .filter(|at| tokens[*at].text == "pub" && text(tokens, at + 1) != "(")
        .filter_map(|at| public(tokens, at + 1))
        .collect()
}

fn public<'a>(tokens: &[Token<'a>], start: usize) -> Option<Public<'a>> {
    let mut at = start;
    while matches!(text(tokens, at), "async" | "unsafe" | "extern" | "\"")
        || text(tokens, at) == "const" && !is_value(tokens, at)
    {
        at += 1;
    }
    let (kind, name) = match text(tokens, at) {
        "fn" => (Kind::Function, at + 1),
        "struct" | "enum" | "union" | "trait" | "type" => (Kind::Type, at + 1),
        "const" | "static" => (Kind::Value, at + 1),
        "use" | "mod" => return None,
        _ => (Kind::Field, at),
    };
    let end = end_of_item(tokens, start - 1) + 1;
    let head = at..end_of_signature(tokens, at);
    let surface = match text(tokens, at) {
        "fn" => Vec::from([head]),
        // The fields of a struct are public one by one; the functions of a trait all are.
        "struct" | "union" => {
            let fields = head.clone().find(|at| tokens[*at].text == "(");
            let head = head.start..fields.unwrap_or(head.end);
            Vec::from([head])
        }
        "trait" => {
            let functions = (at..end).filter_map(|at| function(tokens, at));
            let signatures = functions.map(|function| function.signature);
            std::iter::once(head).chain(signatures).collect()
        }
        _ => {
            let whole = at..end;
            Vec::from([whole])
        }
    };
    Some(Public {
        kind,
        name: text(tokens, name),
        line: tokens.get(start)?.line,
        surface,
    })
}

/// Returns whether the `const` at `at` is a value, and no modifier of a function.
fn is_value(tokens: &[Token<'_>], at: usize) -> bool {
    !matches!(text(tokens, at + 1), "fn" | "unsafe" | "extern" | "async")
}

/// Returns the ranges of tokens that are compiled for tests alone.
pub(super) fn for_tests(tokens: &[Token<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(open) = opens_attribute(tokens, at) {
            let end = closing(tokens, open);
            if is_for_tests(&tokens[open + 1..end]) {
                let is_inner = open == at + 2;
                let last = if is_inner {
                    tokens.len() - 1
                } else {
                    end_of_item(tokens, at)
                };
                found.push(at..last + 1);
                at = last;
            }
        }
        at += 1;
    }
    found
}

/// Returns the bracket of `#[…]` or `#![…]` at `at`.
fn opens_attribute(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    match (text(tokens, at), text(tokens, at + 1), text(tokens, at + 2)) {
        ("#", "[", _) => Some(at + 1),
        ("#", "!", "[") => Some(at + 2),
        _ => None,
    }
}

/// Returns whether an attribute is `test`, or a `cfg` that holds for tests alone. A feature beside
/// `test` is one that the tests of other crates switch on.
fn is_for_tests(attribute: &[Token<'_>]) -> bool {
    let words: Vec<&str> = attribute
        .iter()
        .filter(|token| token.is_word())
        .map(|token| token.text)
        .collect();
    match words.as_slice() {
        ["test"] => true,
        ["cfg", rest @ ..] if rest.contains(&"test") && !rest.contains(&"not") => {
            let is_alternative = rest.contains(&"any");
            !is_alternative
                || rest
                    .iter()
                    .all(|w| matches!(*w, "any" | "all" | "test" | "feature"))
        }
        _ => false,
    }
}

/// Returns the name of the module that `mod name` at `at` declares, and whether its body follows.
pub(super) fn module<'a>(tokens: &[Token<'a>], at: usize) -> Option<(&'a str, bool)> {
    if tokens.get(at)?.text != "mod" || !tokens.get(at + 1)?.is_word() {
        return None;
    }
    match text(tokens, at + 2) {
        ";" => Some((text(tokens, at + 1), false)),
        "{" => Some((text(tokens, at + 1), true)),
        _ => None,
    }
}

/// Returns what the attribute at `at` is put on: a function, type, constant or field.
pub(super) fn name_below<'a>(tokens: &[Token<'a>], at: usize) -> &'a str {
    let mut at = behind_visibility(tokens, behind_attributes(tokens, at));
    while matches!(text(tokens, at), "fn" | "struct" | "const" | "async") {
        at += 1;
    }
    text(tokens, at)
}

#[cfg(test)]
mod tests {
    use super::super::lines::lines;
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn functions_have_their_lines_whatever_their_signature_holds() {
        let code = "fn a(x: [u8; 4],\n) -> u8 {\n    b()\n}\nlet f: fn(u8) = c;\ntrait D {\n    fn e();\n}";
        let lines = lines(code);
        let found: Vec<(&str, usize, usize)> = functions(&tokens(&lines))
            .iter()
            .map(|f| (f.name, f.first_line, f.last_line))
            .collect();
        assert_eq!(found, [("a", 0, 3), ("e", 6, 6)]);
    }

    #[test]
    fn public_items_have_a_kind_and_what_others_see_of_them() {
        let code = "pub const fn a(b: C) { D }\npub struct E { pub f: G, h: I }\npub(crate) fn j() {}\n\
                    pub trait K { fn l() -> M { N } }\npub const O: P = Q;\npub use r::S;\npub mod t;";
        let lines = lines(code);
        let tokens = tokens(&lines);
        let found = publics(&tokens);
        let names: Vec<(&str, Kind)> = found.iter().map(|item| (item.name, item.kind)).collect();
        let (function, type_) = (Kind::Function, Kind::Type);
        let wanted = [
            ("a", function),
            ("E", type_),
            ("f", Kind::Field),
            ("K", type_),
        ];
        assert_eq!(names, [&wanted[..], &[("O", Kind::Value)]].concat());
        let seen = |word: &str| {
            let mut surfaces = found.iter().flat_map(|item| item.surface.clone());
            surfaces.any(|range| tokens[range].iter().any(|token| token.text == word))
        };
        assert!(["C", "G", "M", "P"].iter().all(|word| seen(word)));
        assert!(!["D", "I", "N", "S"].iter().any(|word| seen(word)));
    }

    #[test]
    fn items_for_tests_are_found_by_their_attribute() {
        let count = |code: &str| {
            let lines = lines(code);
            let tokens = tokens(&lines);
            for_tests(&tokens)
                .into_iter()
                .map(|range| range.len())
                .sum::<usize>()
        };
        assert_eq!(count("a(); #[cfg(test)] mod b; c();"), 10);
        assert_eq!(count("#[cfg(test)]\n#[allow(x)]\nmod b { c }\nd"), 19);
        assert_eq!(count("#[test] fn a() {} b"), 10);
        assert!(count("#[cfg(any(test, feature = \"testing\"))] mod a; b") > 0);
        assert!(count("#[cfg(all(test, unix))] mod a; b") > 0);
        assert_eq!(count("#[cfg(any(test, unix))] mod a;"), 0);
        assert_eq!(count("#[cfg(not(test))] mod a;"), 0);
        assert_eq!(count("#![cfg(test)] mod a; fn b() {}"), 17);
    }
}
