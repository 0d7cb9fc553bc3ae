//! Public names that no other crate uses.

use std::collections::{BTreeSet, HashSet};

use super::items::{Kind, Public, publics};
use super::lines::Line;
use super::tokens::{Token, tokens};

/// The tokens of a crate's files outside of its tests, each with its path for messages.
pub(super) struct Surface<'a> {
    files: Vec<(&'a str, Vec<Token<'a>>)>,
}

impl<'a> Surface<'a> {
    /// Takes the files of a crate; `files` has none that is for tests alone.
    pub(super) fn new(files: impl Iterator<Item = (&'a str, &'a [Line])>) -> Self {
        let outside = |(place, lines): (&'a str, &'a [Line])| {
            let mut tokens = tokens(lines);
            tokens.retain(|token| !lines[token.line].is_test);
            (place, tokens)
        };
        Self {
            files: files.map(outside).collect(),
        }
    }

    /// Returns the public functions, types and values of the crate that neither `others`, which has the
    /// words of all other crates, nor the crate's own public signatures name.
    pub(super) fn unused(&self, others: &HashSet<&str>) -> Vec<(String, String)> {
        let items: Vec<(&str, &[Token<'_>], Public<'_>)> = self
            .files
            .iter()
            .flat_map(|(place, tokens)| {
                publics(tokens)
                    .into_iter()
                    .map(|item| (*place, tokens.as_slice(), item))
            })
            .collect();
        // A function names itself; a type that a signature names must be public.
        let named: HashSet<&str> = items
            .iter()
            .flat_map(|(_, tokens, item)| named(tokens, item))
            .collect();
        let unused = items.iter().filter(|(_, _, item)| {
            let is_needed = item.kind == Kind::Field
                || others.contains(item.name)
                || item.kind != Kind::Function && named.contains(item.name);
            !is_needed
        });
        let told: BTreeSet<(String, String)> = unused
            .map(|(place, _, item)| (format!("{place}:{}", item.line + 1), item.name.to_owned()))
            .collect();
        told.into_iter().collect()
    }
}

/// Returns the words of an item's surface but its own name.
fn named<'a>(tokens: &[Token<'a>], item: &Public<'a>) -> Vec<&'a str> {
    let surface = item.surface.iter().flat_map(|range| &tokens[range.clone()]);
    surface
        .filter(|token| token.is_word() && token.text != item.name)
        .map(|token| token.text)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::source::parse;
    use super::*;

    fn unused(code: &str, others: &[&str]) -> Vec<String> {
        let lines = parse(code);
        let surface = Surface::new([("a.rs", lines.as_slice())].into_iter());
        let others = others.iter().copied().collect();
        surface
            .unused(&others)
            .into_iter()
            .map(|(_, name)| name)
            .collect()
    }

    #[test]
    fn names_that_no_other_crate_uses_are_told() {
        let code = "pub fn a() {}\npub fn b() { a() }\npub(crate) fn c() {}\nfn d() {}";
        assert_eq!(unused(code, &["b"]), ["a"]);
    }

    #[test]
    fn types_of_public_signatures_and_fields_are_used() {
        let code = "pub struct A { pub b: B, c: C }\npub struct B;\npub struct C;\n\
                    pub fn d() -> [E; F] {}\npub enum E {}\npub const F: usize = 1;";
        assert_eq!(unused(code, &["A", "d"]), ["C"]);
    }

    #[test]
    fn a_type_that_only_its_own_signature_names_is_unused() {
        assert_eq!(unused("pub trait A { fn b() -> Box<dyn A>; }", &[]), ["A"]);
    }

    #[test]
    fn what_is_public_for_tests_is_left_out() {
        assert_eq!(
            unused("#[cfg(test)]\nmod b { pub fn a() {} }", &[]),
            [] as [&str; 0]
        );
    }
}
