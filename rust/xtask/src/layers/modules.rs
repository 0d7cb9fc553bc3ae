//! Which modules of a crate import which, and whether any do so in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Line;

/// A module's path from the root of its crate; empty for the root.
pub(super) type ModulePath = Vec<String>;

/// Edges between the children of one module: from each child to those that it names, with the file and line.
type Edges = BTreeMap<String, BTreeMap<String, String>>;

/// Everything that one crate's modules name.
#[derive(Debug, Default)]
pub(super) struct Graph {
    edges: BTreeMap<ModulePath, Edges>,
}

impl Graph {
    /// Adds a file. `place` is its path for messages, `module` its module.
    pub(super) fn add(&mut self, place: &str, module: &[String], lines: &[Line]) {
        let code: Vec<&str> = lines
            .iter()
            .map(|line| if line.is_test { "" } else { line.code.as_str() })
            .collect();
        let code = code.join("\n");
        for (at, target) in targets(&code, module) {
            let number = code[..at].matches('\n').count() + 1;
            self.connect(module, &target, &format!("{place}:{number}"));
        }
    }

    /// Notes that `from` names `to`: an edge between the two siblings at which their paths part.
    fn connect(&mut self, from: &[String], to: &[String], place: &str) {
        let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        let (Some(a), Some(b)) = (from.get(common), to.get(common)) else {
            // A parent and its child may know each other.
            return;
        };
        self.edges
            .entry(from[..common].to_vec())
            .or_default()
            .entry(a.clone())
            .or_default()
            .entry(b.clone())
            .or_insert_with(|| place.to_owned());
    }

    /// Keeps the edges between modules that exist: a path may end in a type or a function.
    pub(super) fn keep(&mut self, modules: &BTreeSet<ModulePath>) {
        for (parent, edges) in &mut self.edges {
            let exists = |child: &String| {
                let mut path = parent.clone();
                path.push(child.clone());
                modules.contains(&path)
            };
            for targets in edges.values_mut() {
                targets.retain(|child, _| exists(child));
            }
            edges.retain(|child, targets| exists(child) && !targets.is_empty());
        }
    }

    /// The edges between the top modules, as "a -> b, c".
    pub(super) fn top(&self) -> Vec<String> {
        let Some(edges) = self.edges.get(&Vec::new()) else {
            return Vec::new();
        };
        edges
            .iter()
            .map(|(from, targets)| {
                let targets: Vec<&str> = targets.keys().map(String::as_str).collect();
                format!("{from} -> {}", targets.join(", "))
            })
            .collect()
    }

    /// One line for each circle.
    pub(super) fn circles(&self) -> Vec<String> {
        self.edges.values().flat_map(circles_among).collect()
    }
}

/// One line for each edge that leads back to where it began.
fn circles_among(edges: &Edges) -> Vec<String> {
    let mut circles = Vec::new();
    for (from, targets) in edges {
        for (to, place) in targets {
            if reaches(edges, to, from) {
                circles.push(format!("{place}: {from} names {to}, which names it too"));
            }
        }
    }
    circles
}

fn reaches(edges: &Edges, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(next) = waiting.pop() {
        if next == to {
            return true;
        }
        if seen.insert(next) {
            let targets = edges.get(next).into_iter().flat_map(BTreeMap::keys);
            waiting.extend(targets.map(String::as_str));
        }
    }
    false
}

/// The paths from the root that `code` of `module` names, each with its place in the code.
fn targets(code: &str, module: &[String]) -> Vec<(usize, ModulePath)> {
    let mut found = Vec::new();
    for root in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(root) {
            let is_part = code[..at]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
            if is_part {
                continue;
            }
            for path in tree(&code[at..]) {
                found.extend(absolute(&path, module).map(|path| (at, path)));
            }
        }
    }
    found
}

/// `crate`, `super` and `self` resolved.
fn absolute(path: &[String], module: &[String]) -> Option<ModulePath> {
    let mut base: Vec<String> = module.to_vec();
    let mut rest = path;
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

/// All paths of a use tree, such as `a::{b::C, d}`; of any other path the one.
fn tree(text: &str) -> Vec<ModulePath> {
    let mut paths = Vec::new();
    let mut prefix: Vec<usize> = Vec::new();
    let mut path: ModulePath = Vec::new();
    let mut word = String::new();
    // What follows the blank behind a name is `as` and a name of its own.
    let mut is_alias = false;
    for letter in text.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' if is_alias => {}
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => word.push(letter),
            ':' => {
                if !word.is_empty() {
                    path.push(std::mem::take(&mut word));
                }
            }
            '{' if word.is_empty() && !path.is_empty() => prefix.push(path.len()),
            ' ' | '\n' | '*' if !prefix.is_empty() => is_alias = !word.is_empty(),
            ',' | '}' if !prefix.is_empty() => {
                is_alias = false;
                let mut whole = path.clone();
                whole.extend((!word.is_empty()).then(|| word.clone()));
                word.clear();
                paths.push(whole);
                path.truncate(prefix.last().copied().unwrap_or_default());
                if letter == '}' {
                    prefix.pop();
                    path.truncate(prefix.last().copied().unwrap_or_default());
                    if prefix.is_empty() {
                        return paths;
                    }
                }
            }
            _ => break,
        }
    }
    path.extend((!word.is_empty()).then_some(word));
    paths.push(path);
    paths
}

#[cfg(test)]
mod tests {
    use super::super::source::parse;
    use super::*;

    fn path(text: &str) -> ModulePath {
        let parts = text.split("::").filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }

    fn graph(files: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        let mut modules = BTreeSet::new();
        for (module, text) in files {
            modules.insert(path(module));
            graph.add(module, &path(module), &parse(text));
        }
        graph.keep(&modules);
        graph
    }

    #[test]
    fn use_trees_are_taken_apart() {
        let paths: Vec<String> = tree("crate::{a::{B, c::D as E}, f};\nrest")
            .iter()
            .map(|path| path.join("::"))
            .collect();
        for wanted in ["crate::a::B", "crate::a::c::D", "crate::f"] {
            assert!(paths.iter().any(|path| path == wanted), "{paths:?}");
        }
        assert_eq!(tree("crate::a::b(c)"), [path("crate::a::b")]);
    }

    #[test]
    fn two_modules_that_name_each_other_are_a_circle() {
        let found = graph(&[("a", "use crate::b::X;"), ("b", "fn f() { crate::a::y() }")]);
        let circles = found.circles();
        assert_eq!(circles.len(), 2, "{circles:?}");
        assert!(circles[0].starts_with("a:1: a names b"), "{circles:?}");
    }

    #[test]
    fn circles_go_over_several_modules_and_through_super() {
        let files = [
            ("a", "use super::b::X;"),
            ("b::inner", "use crate::c;"),
            ("b", ""),
            ("c", "\n\nuse crate::{d, a::Z};"),
        ];
        assert!(!graph(&files).circles().is_empty());
        assert!(graph(&files[..3]).circles().is_empty());
    }

    #[test]
    fn siblings_below_the_top_are_looked_at_too() {
        let found = graph(&[
            ("a", ""),
            ("a::x", "use super::y::Y;"),
            ("a::y", "use crate::a::x::X;"),
        ]);
        assert_eq!(found.circles().len(), 2);
    }

    #[test]
    fn parents_children_tests_and_comments_are_no_circle() {
        let found = graph(&[
            ("a", "mod x;\nuse self::x::X;"),
            ("a::x", "use super::Y;\nuse crate::a::Z;"),
            (
                "b",
                "use crate::a::X;\n#[cfg(test)]\nmod tests { use crate::c::T; }",
            ),
            (
                "c",
                "// crate::b::x\nlet _ = \"crate::b::x\"; use crate::b::K;",
            ),
        ]);
        assert_eq!(found.circles(), [] as [String; 0]);
        assert_eq!(found.top(), ["b -> a", "c -> b"]);
    }
}
