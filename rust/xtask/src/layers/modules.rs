//! Which modules of a crate import which, and whether any do so in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::{Import, ModulePath};

/// From each child of a module to the siblings that it imports, with the file and line.
type Edges = BTreeMap<String, BTreeMap<String, String>>;

/// Steps after which a chain of names that lead to names is given up: it is one in a circle.
const MAX_NAMES: usize = 16;

/// What the modules of one crate import.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// The edges between the children of each module.
    edges: BTreeMap<ModulePath, Edges>,
}

impl Graph {
    /// Follows every import to the module that it leads to, through the imports of other modules too:
    /// a sibling's name is the sibling's, also when the parent passes it on.
    pub(super) fn new(modules: &BTreeSet<ModulePath>, imports: &[(String, Import)]) -> Self {
        let names = imports.iter().filter_map(|(_, import)| {
            let alias = import.alias.clone()?;
            Some(((import.module.clone(), alias), import.target.clone()))
        });
        let names: BTreeMap<_, _> = names.collect();
        let mut graph = Self::default();
        for (place, import) in imports {
            let target = resolve(modules, &names, &import.target);
            graph.connect(&import.module, &target, place);
        }
        graph
    }

    /// Notes that `from` imports of `to`: an edge between the two siblings at which the paths part.
    /// A parent and its child may know each other.
    fn connect(&mut self, from: &[String], to: &[String], place: &str) {
        let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        let (Some(a), Some(b)) = (from.get(common), to.get(common)) else {
            return;
        };
        let edges = self.edges.entry(from[..common].to_vec()).or_default();
        let targets = edges.entry(a.clone()).or_default();
        targets.entry(b.clone()).or_insert_with(|| place.to_owned());
    }

    /// The edges between the children of each module, as "a -> b, c"; `root` names the crate.
    pub(super) fn listed(&self, root: &str) -> Vec<String> {
        let mut listed = Vec::new();
        for (parent, edges) in &self.edges {
            let parent = [&[root.to_owned()], parent.as_slice()].concat().join("::");
            listed.push(format!("{parent}:"));
            for (from, targets) in edges {
                let targets: Vec<&str> = targets.keys().map(String::as_str).collect();
                listed.push(format!("  {from} -> {}", targets.join(", ")));
            }
        }
        listed
    }

    /// The number of edges.
    pub(super) fn len(&self) -> usize {
        let edges = self.edges.values().flat_map(BTreeMap::values);
        edges.map(BTreeMap::len).sum()
    }

    /// One line for each edge that leads back to where it begins.
    pub(super) fn circles(&self) -> Vec<String> {
        self.edges.values().flat_map(circles_among).collect()
    }
}

/// Returns the module that `target` leads to.
fn resolve(
    modules: &BTreeSet<ModulePath>,
    names: &BTreeMap<(ModulePath, String), ModulePath>,
    target: &[String],
) -> ModulePath {
    let mut target = target.to_vec();
    for _ in 0..MAX_NAMES {
        let mut length = target.len();
        while !modules.contains(&target[..length]) && length > 0 {
            length -= 1;
        }
        let (module, rest) = target.split_at(length);
        let Some((name, rest)) = rest.split_first() else {
            break;
        };
        let Some(next) = names.get(&(module.to_vec(), name.clone())) else {
            return module.to_vec();
        };
        let next = [next.as_slice(), rest].concat();
        if next == target {
            return module.to_vec();
        }
        target = next;
    }
    target
}

fn circles_among(edges: &Edges) -> Vec<String> {
    let mut circles = Vec::new();
    for (from, targets) in edges {
        for (to, place) in targets {
            if let Some(way) = way(edges, to, from) {
                let way = way.join(" -> ");
                circles.push(format!(
                    "{place}: {from} imports {to} in a circle ({from} -> {way}): \
                     modules beside each other import each other one way"
                ));
            }
        }
    }
    circles
}

/// Returns the shortest way along the edges.
fn way<'a>(edges: &'a Edges, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut seen = BTreeSet::from([from]);
    let mut waiting = vec![vec![from]];
    while !waiting.is_empty() {
        let mut next = Vec::new();
        for way in waiting {
            let last = way.last().copied()?;
            if last == to {
                return Some(way);
            }
            for target in edges.get(last).into_iter().flat_map(BTreeMap::keys) {
                if seen.insert(target) {
                    next.push([way.as_slice(), &[target.as_str()]].concat());
                }
            }
        }
        waiting = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::imports::imports;
    use super::super::source::parse;
    use super::super::tokens::tokens;
    use super::*;

    fn graph(files: &[(&str, &str)]) -> Graph {
        let mut modules = BTreeSet::from([ModulePath::new()]);
        let mut found = Vec::new();
        for (name, code) in files {
            let parts = name.split("::").filter(|part| !part.is_empty());
            let file: ModulePath = parts.map(str::to_owned).collect();
            let lines = parse(code);
            let (named, inside) = imports(&tokens(&lines), &file, |line| lines[line].is_test);
            let place = |import: &Import| format!("{name}:{}", import.line + 1);
            found.extend(named.into_iter().map(|import| (place(&import), import)));
            modules.insert(file);
            modules.extend(inside);
        }
        Graph::new(&modules, &found)
    }

    #[test]
    fn two_modules_that_import_each_other_are_a_circle() {
        let circles =
            graph(&[("a", "use crate::b::X;"), ("b", "fn f() { crate::a::y() }")]).circles();
        assert_eq!(circles.len(), 2, "{circles:?}");
        assert!(
            circles[0].starts_with("a:1: a imports b in a circle (a -> b -> a)"),
            "{circles:?}"
        );
    }

    #[test]
    fn circles_go_over_several_modules_and_through_super() {
        let files = [
            ("a", "use super::b::X;"),
            ("b", ""),
            ("b::inner", "use crate::c;"),
            ("c", "\n\nuse crate::{d, a::Z};"),
            ("d", ""),
        ];
        let circles = graph(&files).circles();
        assert_eq!(circles.len(), 3, "{circles:?}");
        assert!(circles[0].contains("(a -> b -> c -> a)"), "{circles:?}");
        assert_eq!(graph(&files[..3]).circles(), [] as [String; 0]);
    }

    #[test]
    fn siblings_below_the_top_are_looked_at_too() {
        let files = [
            ("a", ""),
            ("a::x", "use super::y::Y;"),
            ("a::y", "use crate::a::x::X;"),
        ];
        assert_eq!(graph(&files).circles().len(), 2);
    }

    #[test]
    fn a_name_that_the_parent_passes_on_is_the_siblings() {
        let files = [
            ("a", "mod x; mod y; pub use x::X; use y::Y as Z;"),
            ("a::x", "use super::Z;"),
            ("a::y", "use crate::a::X;"),
        ];
        let circles = graph(&files).circles();
        assert_eq!(circles.len(), 2, "{circles:?}");
        assert!(circles[0].starts_with("a::x:1: x imports y"), "{circles:?}");
    }

    #[test]
    fn a_name_that_leads_to_itself_ends_nothing() {
        let files = [("a", "use crate::b::X;"), ("b", "pub use crate::a::X;")];
        assert_eq!(graph(&files).circles().len(), 2);
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
        assert_eq!(found.listed("k"), ["k:", "  b -> a", "  c -> b"]);
    }
}
