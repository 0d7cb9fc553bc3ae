//! The crates of a repository, and every rule put to them.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::failure::Outcome;
use crate::paths;

use super::crates::{Crate, SourceFile, folders};
use super::items::{Kind, publics};
use super::lines::Line;
use super::manifests::{self, Renamed};
use super::public::Surface;
use super::rules;
use super::script_names::ScriptNames;
use super::sentences;
use super::table::{ENGINE_LAYER, LAYERS, Layer, NotYet, Rule};
use super::tokens::tokens;

/// All crates below a root.
pub(super) struct Tree {
    root: PathBuf,
    /// By their folders, such as `rust/pki` and `tests/interop`.
    crates: BTreeMap<String, Crate>,
    renamed: Renamed,
}

/// The words of the code of each crate, by its folder: those of `src`, and those beside it.
type Words<'a> = BTreeMap<&'a str, [HashSet<&'a str>; 2]>;

/// Where crates are.
const PARENTS: [&str; 2] = ["rust", "tests"];

/// The number, kinds and imports of a crate's names.
struct Figures {
    files: usize,
    lines: usize,
    public: usize,
    edges: usize,
}

impl Tree {
    /// Reads every crate.
    pub(super) fn read(root: &Path) -> Outcome<Self> {
        let mut crates = BTreeMap::new();
        for folder in folders(root, &PARENTS)? {
            let krate = Crate::read(root, &folder)?;
            crates.insert(folder, krate);
        }
        let workspace = paths::read(&root.join("Cargo.toml"))?;
        Ok(Self {
            root: root.to_path_buf(),
            crates,
            renamed: manifests::renamed(&workspace),
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the file of a crate by its path from the root.
    pub(super) fn file(&self, place: &str) -> Option<&SourceFile> {
        let mut files = self.crates.values().flat_map(|krate| &krate.files);
        files.find(|file| file.place == place)
    }

    /// Returns every place where a rule is not kept; `not_yet` has the rules that do not hold yet.
    pub(super) fn faults(&self, not_yet: &[NotYet]) -> Outcome<Vec<String>> {
        let folders = self
            .crates
            .keys()
            .filter(|folder| folder.starts_with("rust/"));
        let folders: Vec<String> = folders.cloned().collect();
        let mut faults = manifests::unknown(&folders);
        let (names, words) = (self.script_names(), self.words());
        for (layer, krate) in self.layers() {
            let place = format!("rust/{}/Cargo.toml", layer.name);
            let manifest = paths::read(&self.root.join(&place))?;
            faults.extend(manifests::faults(&place, layer, &manifest, &self.renamed));
            faults.extend(krate.lost.iter().cloned());
            if layer.is_without_io {
                faults.extend(each(krate, rules::io));
            }
            for rule in [Rule::Circles, Rule::Engine, Rule::Sentences, Rule::Public] {
                let found = self.keeps((layer, krate), rule, &names, &words);
                let exception = not_yet
                    .iter()
                    .find(|n| n.layer == layer.name && n.rule == rule);
                match exception {
                    None => faults.extend(found),
                    Some(not_yet) if found.is_empty() => faults.push(format!(
                        "rust/xtask/src/layers/table.rs:1: {} keeps {rule:?}: NOT_YET need not \
                         name it ({})",
                        layer.name, not_yet.reason
                    )),
                    Some(_) => {}
                }
            }
        }
        Ok(faults)
    }

    /// Returns where a crate does not keep a rule.
    fn keeps(
        &self,
        (layer, krate): (&Layer, &Crate),
        rule: Rule,
        names: &ScriptNames,
        words: &Words<'_>,
    ) -> Vec<String> {
        match rule {
            Rule::Circles => krate.graph().circles(),
            Rule::Engine if layer.is_engine_free => {
                let own = own_words(layer, words);
                each(krate, |place, lines| {
                    rules::engine(place, lines, names, &own)
                })
            }
            Rule::Sentences if layer.is_engine_free => each(krate, sentences::faults),
            Rule::Public if layer.is_library => {
                let unused = unused(layer, krate, words).into_iter();
                let told = unused.map(|(place, name)| {
                    format!(
                        "{place}: {name} is public and no other crate uses it: pub(crate) or private"
                    )
                });
                told.collect()
            }
            Rule::Engine | Rule::Sentences | Rule::Public => Vec::new(),
        }
    }

    fn words(&self) -> Words<'_> {
        let mut words = Words::new();
        for (folder, krate) in &self.crates {
            let [source, beside] = words.entry(folder.as_str()).or_default();
            for file in &krate.files {
                // Benches and tests beside `src` see a crate from outside.
                let is_source = file.place[folder.len()..].starts_with("/src/");
                let into = if is_source {
                    &mut *source
                } else {
                    &mut *beside
                };
                into.extend(tokens(&file.lines).iter().map(|token| token.text));
            }
        }
        words
    }

    fn layers(&self) -> impl Iterator<Item = (&'static Layer, &Crate)> {
        LAYERS.iter().filter_map(|layer| {
            let krate = self.crates.get(&format!("rust/{}", layer.name))?;
            Some((layer, krate))
        })
    }

    fn script_names(&self) -> ScriptNames {
        let mut names = ScriptNames::default();
        let extension = self.crates.get(&format!("rust/{ENGINE_LAYER}"));
        for file in extension.into_iter().flat_map(Crate::library) {
            names.add(&file.lines);
        }
        names
    }

    /// Returns the figures of each crate and which of its modules import which, without its tests.
    pub(super) fn summary(&self) -> Vec<String> {
        let (mut said, words) = (Vec::new(), self.words());
        for (layer, krate) in self.layers() {
            let graph = krate.graph();
            let Figures {
                files,
                lines,
                public,
                edges,
            } = figures(krate, graph.len());
            let uses = match layer.uses {
                [] => "none of the others".to_owned(),
                uses => uses.join(", "),
            };
            let unused = unused(layer, krate, &words);
            let name = layer.name;
            said.push(format!(
                "{name}: {files} files, {lines} lines, {public} public names ({} not used elsewhere), \
                 {edges} imports between modules; may use {uses}",
                unused.len()
            ));
            said.extend(
                graph
                    .listed(name)
                    .into_iter()
                    .map(|line| format!("  {line}")),
            );
        }
        said
    }
}

/// Returns the words of a layer's source.
fn own_words<'a>(layer: &Layer, words: &Words<'a>) -> HashSet<&'a str> {
    let own = words.get(format!("rust/{}", layer.name).as_str());
    own.map(|[source, _]| source.clone()).unwrap_or_default()
}

/// Returns the public names of a crate that no other one uses, each with its place.
fn unused(layer: &Layer, krate: &Crate, words: &Words<'_>) -> Vec<(String, String)> {
    let folder = format!("rust/{}", layer.name);
    let mut others = HashSet::new();
    for (name, [source, beside]) in words {
        if **name != folder {
            others.extend(source.iter().copied());
        }
        others.extend(beside.iter().copied());
    }
    let files = krate.library();
    Surface::new(files.map(|file| (file.place.as_str(), file.lines.as_slice()))).unused(&others)
}

/// Counts without tests: items for tests within a file, and files of theirs.
fn figures(krate: &Crate, edges: usize) -> Figures {
    let count = |file: &SourceFile| {
        let tokens = tokens(&file.lines);
        let items = publics(&tokens).into_iter();
        items
            .filter(|item| item.kind != Kind::Field && !file.lines[item.line].is_test)
            .count()
    };
    let lines = |file: &SourceFile| file.lines.iter().filter(|line| !line.is_test).count();
    Figures {
        files: krate.library().count(),
        lines: krate.library().map(lines).sum(),
        public: krate.library().map(count).sum(),
        edges,
    }
}

/// Puts a rule to each file of the library.
fn each(krate: &Crate, rule: impl Fn(&str, &[Line]) -> Vec<String>) -> Vec<String> {
    krate
        .library()
        .flat_map(|file| rule(&file.place, &file.lines))
        .collect()
}
