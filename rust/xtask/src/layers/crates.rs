//! The source of the crates under a root, with the module of each file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{OrFail as _, Outcome};
use crate::paths;

use super::imports::{Import, ModulePath, imports};
use super::items::module;
use super::lines::Line;
use super::modules::Graph;
use super::source;
use super::tokens::{closing, tokens};

/// A file of a crate.
pub(super) struct SourceFile {
    /// Its path from the root, for messages.
    pub(super) place: String,
    /// Empty for `lib.rs` and `main.rs`.
    pub(super) module: ModulePath,
    pub(super) lines: Vec<Line>,
    /// It belongs to a module that is compiled for tests alone, or is no part of the library.
    pub(super) is_for_tests: bool,
}

/// A crate.
pub(super) struct Crate {
    pub(super) files: Vec<SourceFile>,
    /// Files that no `mod` leads to.
    pub(super) lost: Vec<String>,
}

/// A module that a file declares, and whether for tests alone.
type Declared = (ModulePath, bool);

impl Crate {
    /// Reads the crate in `folder` below `root`.
    pub(super) fn read(root: &Path, folder: &str) -> Outcome<Self> {
        let mut files = Vec::new();
        for part in ["src", "benches", "examples", "tests"] {
            let home = root.join(folder).join(part);
            for path in rust_files(&home)? {
                files.push(SourceFile {
                    place: place(root, &path),
                    module: module_of(&home, &path),
                    lines: source::parse(&paths::read(&path)?),
                    is_for_tests: part != "src",
                });
            }
        }
        Ok(Self::new(files))
    }

    fn new(mut files: Vec<SourceFile>) -> Self {
        let library = files.iter().filter(|file| !file.is_for_tests);
        let declared: Vec<Declared> = library.flat_map(declared).collect();
        let (tests, others): (Vec<Declared>, Vec<Declared>) = declared
            .into_iter()
            .partition(|(_, is_for_tests)| *is_for_tests);
        let others: BTreeSet<ModulePath> = others.into_iter().map(|(path, _)| path).collect();
        let mut lost = Vec::new();
        for file in files.iter_mut().filter(|file| !file.is_for_tests) {
            let is_test = |(path, _): &Declared| file.module.starts_with(path);
            file.is_for_tests = tests.iter().any(is_test);
            if !file.is_for_tests && !file.module.is_empty() && !others.contains(&file.module) {
                lost.push(format!("{}:1: no `mod` leads to this file", file.place));
            }
        }
        Self { files, lost }
    }

    /// Returns the files of the library that are not for tests alone.
    pub(super) fn library(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| !file.is_for_tests)
    }

    /// Returns which modules import which.
    pub(super) fn graph(&self) -> Graph {
        let mut modules = BTreeSet::from([ModulePath::new()]);
        let mut all = Vec::new();
        for file in self.library() {
            let is_test = |line: usize| file.lines[line].is_test;
            let (found, inside) = imports(&tokens(&file.lines), &file.module, is_test);
            modules.insert(file.module.clone());
            modules.extend(inside);
            let place = |import: &Import| format!("{}:{}", file.place, import.line + 1);
            all.extend(found.into_iter().map(|import| (place(&import), import)));
        }
        Graph::new(&modules, &all)
    }
}

/// Returns the modules that a file declares.
fn declared(file: &SourceFile) -> Vec<Declared> {
    let tokens = tokens(&file.lines);
    let mut found = Vec::new();
    let mut around: Vec<usize> = Vec::new();
    let mut path = file.module.clone();
    for at in 0..tokens.len() {
        while around.last().is_some_and(|end| at > *end) {
            around.pop();
            path.pop();
        }
        if let Some((name, has_body)) = module(&tokens, at) {
            path.push(name.to_owned());
            found.push((path.clone(), file.lines[tokens[at].line].is_test));
            if has_body {
                around.push(closing(&tokens, at + 2));
            } else {
                path.pop();
            }
        }
    }
    found
}

fn module_of(home: &Path, path: &Path) -> ModulePath {
    let inside = path.strip_prefix(home).unwrap_or(path).with_extension("");
    let parts = inside
        .iter()
        .map(|part| part.to_string_lossy().into_owned());
    let mut parts: ModulePath = parts.collect();
    let last = parts.last().map(String::as_str);
    if last == Some("mod") || parts.len() == 1 && matches!(last, Some("lib" | "main")) {
        parts.pop();
    }
    parts
}

/// Returns a path from the root, for messages.
pub(super) fn place(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).unwrap_or(path);
    inside.to_string_lossy().replace('\\', "/")
}

/// Returns the folders below `root` that hold crates, such as `rust/pki`.
pub(super) fn folders(root: &Path, parents: &[&str]) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    for parent in parents {
        for path in entries(&root.join(parent))? {
            if path.join("Cargo.toml").is_file() {
                found.push(place(root, &path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns the Rust files below a folder.
fn rust_files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for path in entries(&folder)? {
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns what a folder holds; nothing when it is not there.
fn entries(folder: &Path) -> Outcome<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let step = || format!("reading {}", paths::shown(folder));
    let entries = fs::read_dir(folder).or_fail(step(), "check the folder's rights")?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    paths
        .collect::<Result<_, _>>()
        .or_fail(step(), "check the folder's rights")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn krate(files: &[(&str, &str)]) -> Crate {
        let home = Path::new("src");
        let file = |(name, code): &(&str, &str)| SourceFile {
            place: (*name).to_owned(),
            module: module_of(home, &home.join(name)),
            lines: source::parse(code),
            is_for_tests: false,
        };
        Crate::new(files.iter().map(file).collect())
    }

    #[test]
    fn files_below_a_module_for_tests_are_for_tests() {
        let krate = krate(&[
            (
                "lib.rs",
                "mod a;\n#[cfg(any(test, feature = \"testing\"))]\npub mod testing;",
            ),
            (
                "a.rs",
                "mod tests_of_b { mod c; }\n#[cfg(test)]\nmod tests;",
            ),
            ("a/tests.rs", "mod deep;"),
            ("a/tests/deep.rs", ""),
            ("a/tests_of_b/c.rs", ""),
            ("testing.rs", ""),
        ]);
        let library: Vec<&str> = krate.library().map(|file| file.place.as_str()).collect();
        assert_eq!(library, ["lib.rs", "a.rs", "a/tests_of_b/c.rs"]);
        assert_eq!(krate.lost, [] as [&str; 0]);
    }

    #[test]
    fn a_file_that_no_module_leads_to_is_told() {
        let krate = krate(&[("lib.rs", "// mod b;"), ("b.rs", ""), ("c/mod.rs", "")]);
        assert_eq!(krate.lost.len(), 2);
        assert!(krate.lost[0].starts_with("b.rs:1: no `mod` leads"));
    }
}
