//! The paths that a file names: imports, which give names, and paths inside the code.

use super::items::module;
use super::tokens::{Token, closing, text};

/// A module's path from the root of its crate; empty for the root.
pub(super) type ModulePath = Vec<String>;

/// A path that a module names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    /// The module that names it: the file's, or one inside the file.
    pub(super) module: ModulePath,
    /// From the root of the crate.
    pub(super) target: ModulePath,
    /// The name that a `use` gives it.
    pub(super) alias: Option<String>,
    /// Counted from 0.
    pub(super) line: usize,
}

/// Returns what the file of `module` names, outside of its tests, and the modules inside the file.
pub(super) fn imports(
    tokens: &[Token<'_>],
    file: &[String],
    is_test: impl Fn(usize) -> bool,
) -> (Vec<Import>, Vec<ModulePath>) {
    let (mut found, mut inside) = (Vec::new(), Vec::new());
    // The modules around the token at hand, each with its last token.
    let mut around: Vec<usize> = Vec::new();
    let mut path = file.to_vec();
    let mut at = 0;
    while at < tokens.len() {
        while around.last().is_some_and(|end| at > *end) {
            around.pop();
            path.pop();
        }
        if is_test(tokens[at].line) {
            at += 1;
            continue;
        }
        if let Some((name, true)) = module(tokens, at) {
            around.push(closing(tokens, at + 2));
            path.push(name.to_owned());
            inside.push(path.clone());
            at += 3;
            continue;
        }
        let (names, next) = names(tokens, at);
        for (written, alias) in names {
            let target = absolute(&written, &path);
            found.extend(target.map(|target| Import {
                module: path.clone(),
                target,
                alias,
                line: tokens[at].line,
            }));
        }
        at = next;
    }
    (found, inside)
}

/// A path as it is written, and the name that a `use` gives it.
type Written = (Vec<String>, Option<String>);

/// Returns what begins at `at`, and the token behind it.
fn names(tokens: &[Token<'_>], at: usize) -> (Vec<Written>, usize) {
    let is_path_before = at > 0 && tokens[at - 1].text == "::";
    match (tokens[at].text, text(tokens, at + 1)) {
        // `use<'a>` says what an `impl Trait` borrows.
        ("use", next) if next != "<" => {
            let mut found = Vec::new();
            let end = tree(tokens, at + 1, &[], &mut found);
            (found, end + 1)
        }
        // `pub(in crate::a)` imports nothing.
        ("pub", "(") => (Vec::new(), closing(tokens, at + 1) + 1),
        ("crate" | "super" | "self", "::") if !is_path_before => {
            let (path, end) = plain(tokens, at);
            (vec![(path, None)], end)
        }
        _ => (Vec::new(), at + 1),
    }
}

/// Reads `a::b::c`.
fn plain(tokens: &[Token<'_>], mut at: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    while let Some(token) = tokens.get(at).filter(|token| token.is_word()) {
        path.push(token.text.to_owned());
        at += 1;
        if text(tokens, at) != "::" {
            break;
        }
        at += 1;
    }
    (path, at)
}

/// Adds the paths of a use tree, such as `a::{b::C, d as e}`, and returns the token behind it.
fn tree(tokens: &[Token<'_>], at: usize, base: &[String], found: &mut Vec<Written>) -> usize {
    let (own, mut at) = plain(tokens, at);
    let mut path = [base, own.as_slice()].concat();
    match text(tokens, at) {
        "{" => {
            let end = closing(tokens, at);
            at += 1;
            while at < end {
                at = match text(tokens, at) {
                    "," => at + 1,
                    _ => tree(tokens, at, &path, found),
                };
            }
            return end + 1;
        }
        "*" => {
            found.push((path, None));
            return at + 1;
        }
        // An absolute path leads to another crate: nothing of this one.
        "::" => return tree(tokens, at + 1, &["::".to_owned()], found),
        _ => {}
    }
    // `a::{self}` is `a`; a `self` or `super` of its own leads a path.
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let mut alias = path.last().cloned();
    if text(tokens, at) == "as" {
        alias = Some(text(tokens, at + 1).to_owned());
        at += 2;
    }
    found.push((path, alias));
    at
}

/// Resolves `crate`, `super` and `self`; a path without them begins in the module itself.
fn absolute(written: &[String], module: &[String]) -> Option<ModulePath> {
    let mut base = module.to_vec();
    let mut rest = written;
    loop {
        match rest.first().map(String::as_str) {
            Some("crate") => base.clear(),
            Some("super") => {
                base.pop()?;
            }
            Some("self") => {}
            _ => break,
        }
        rest = &rest[1..];
    }
    base.extend(rest.iter().cloned());
    Some(base)
}

#[cfg(test)]
mod tests {
    use super::super::source::parse;
    use super::super::tokens::tokens;
    use super::*;

    /// What the module `m::n` imports: from where, what, under which name.
    fn read(code: &str) -> Vec<String> {
        let lines = parse(code);
        let file = ["m".to_owned(), "n".to_owned()];
        let (found, _) = imports(&tokens(&lines), &file, |line| lines[line].is_test);
        let shown = |import: &Import| {
            let alias = import.alias.as_deref().unwrap_or("-");
            format!(
                "{} {} {alias}",
                import.module.join("::"),
                import.target.join("::")
            )
        };
        found.iter().map(shown).collect()
    }

    #[test]
    fn use_trees_are_taken_apart() {
        assert_eq!(
            read("use crate::{a::{B, c::D as E, self}, f::*,\n};"),
            ["m::n a::B B", "m::n a::c::D E", "m::n a a", "m::n f -"]
        );
        assert_eq!(
            read("use super::{self as up, x};"),
            ["m::n m up", "m::n m::x x"]
        );
        assert_eq!(read("pub(crate) use x::Y;"), ["m::n m::n::x::Y Y"]);
        assert_eq!(read("use ::std::fmt;"), ["m::n m::n::::::std::fmt fmt"]);
    }

    #[test]
    fn paths_in_code_are_found_and_limits_of_visibility_are_not() {
        let code =
            "pub(in crate::a) fn f(x: crate::b::C<'_>) -> impl D + use<'_> { super::e::g(1) }";
        assert_eq!(read(code), ["m::n b::C -", "m::n m::e::g -"]);
        assert_eq!(
            read("other::crate_::x(); self.y(); \"crate::z\""),
            [] as [&str; 0]
        );
    }

    #[test]
    fn modules_inside_a_file_have_paths_of_their_own() {
        let code = "mod o { use super::p; mod q { use super::super::r; } } use crate::s;\n\
                    #[cfg(test)]\nmod t { use crate::u; }";
        assert_eq!(
            read(code),
            ["m::n::o m::n::p p", "m::n::o::q m::n::r r", "m::n s s"]
        );
    }
}
