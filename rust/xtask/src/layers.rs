//! The layers of the crates under `rust/`, and the proof that they are kept.

mod manifests;
mod modules;
mod rules;
mod source;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::failure::{Failure, OrFail as _, Outcome};
use crate::paths;
use modules::Graph;
use source::Line;
use table::{LAYERS, Layer};

/// Crates that are not under a rule yet: what is left to do there.
const NOT_YET: [(&str, Rule); 4] = [
    ("pki", Rule::Circles),
    ("pki", Rule::Engine),
    ("pki", Rule::Sentences),
    ("http", Rule::Engine),
];

/// Rules that crates came under one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Circles,
    Engine,
    Sentences,
}

/// The largest file, in lines.
const MAX_FILE: usize = 500;

/// A file of a crate.
struct SourceFile {
    /// Its path for messages.
    place: String,
    module: Vec<String>,
    lines: Vec<Line>,
}

/// The source of a crate under `rust/`.
struct Crate {
    files: Vec<SourceFile>,
}

/// Fails with every place where a layer is not kept.
pub(crate) fn check() -> Outcome {
    let mut faults = Vec::new();
    let folders = folders(&paths::root().join("rust"))?;
    faults.extend(manifests::unknown(&folders));
    let (classes, members) = names_of_scripts()?;
    for layer in &LAYERS {
        let place = format!("rust/{}/Cargo.toml", layer.name);
        let manifest = paths::read(&paths::root().join(&place))?;
        faults.extend(manifests::faults(&place, layer, &manifest));
        let krate = read(layer)?;
        if is_under(layer, Rule::Circles) {
            faults.extend(graph(&krate).circles());
        }
        for file in krate.files.iter().filter(|file| !is_for_tests(&file.place)) {
            let (place, lines) = (&file.place, &file.lines);
            if layer.is_without_io {
                faults.extend(rules::io(place, lines));
            }
            if layer.is_engine_free && is_under(layer, Rule::Engine) {
                faults.extend(rules::engine(place, lines, &classes, &members));
            }
            if layer.is_engine_free && is_under(layer, Rule::Sentences) {
                faults.extend(rules::sentences(place, lines));
            }
        }
    }
    faults.extend(sizes()?);
    if faults.is_empty() {
        return Ok(());
    }
    let hint = "ARCHITECTURE.md says what each layer is for";
    Err(Failure::new("layers", faults.join("\n  "), hint))
}

/// Prints files, lines and imports of each crate.
pub(crate) fn run() -> Outcome<ExitCode> {
    for layer in &LAYERS {
        let krate = read(layer)?;
        let lines: usize = krate.files.iter().map(|file| file.lines.len()).sum();
        let public: usize = krate.files.iter().map(public_names).sum();
        println!(
            "{}: {} files, {lines} lines, {public} public names, uses {}",
            layer.name,
            krate.files.len(),
            match layer.uses {
                [] => "none of the others".to_owned(),
                uses => uses.join(", "),
            }
        );
        for edge in graph(&krate).top() {
            println!("  {edge}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn is_under(layer: &Layer, rule: Rule) -> bool {
    !NOT_YET.contains(&(layer.name, rule))
}

/// Functions, types and constants that other crates can name.
fn public_names(file: &SourceFile) -> usize {
    let kinds = [
        "fn ",
        "struct ",
        "enum ",
        "trait ",
        "const ",
        "type ",
        "static ",
        "async fn ",
    ];
    let lines = file.lines.iter().filter(|line| !line.is_test);
    lines
        .filter(|line| {
            let item = line.code.trim_start().strip_prefix("pub ");
            item.is_some_and(|item| kinds.iter().any(|kind| item.starts_with(kind)))
        })
        .count()
}

fn graph(krate: &Crate) -> Graph {
    let mut graph = Graph::default();
    let mut modules = BTreeSet::new();
    for file in krate.files.iter().filter(|file| !is_for_tests(&file.place)) {
        modules.insert(file.module.clone());
        graph.add(&file.place, &file.module, &file.lines);
    }
    graph.keep(&modules);
    graph
}

/// Whether a file holds tests, or what they share.
fn is_for_tests(place: &str) -> bool {
    let parts = place.split(['/', '.']);
    parts.into_iter().any(|part| {
        matches!(
            part,
            "tests" | "testing" | "verdicts" | "revocation_tests" | "issued_certificates"
        )
    })
}

fn read(layer: &Layer) -> Outcome<Crate> {
    let root = paths::root().join("rust").join(layer.name).join("src");
    let mut files = Vec::new();
    for path in rust_files(&root)? {
        let text = paths::read(&path)?;
        let inside = path.strip_prefix(&root).unwrap_or(&path).with_extension("");
        let module: Vec<String> = inside
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .filter(|part| part != "lib" && part != "mod")
            .collect();
        files.push(SourceFile {
            place: place_of(&path),
            module,
            lines: source::parse(&text),
        });
    }
    Ok(Crate { files })
}

fn place_of(path: &Path) -> String {
    let root = paths::root();
    let inside = path.strip_prefix(&root).unwrap_or(path);
    inside.to_string_lossy().replace('\\', "/")
}

fn folders(root: &Path) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for entry in
        fs::read_dir(root).or_fail("reading the folder of the crates", "run it in a clone")?
    {
        let entry = entry.or_fail("reading the folder of the crates", "run it in a clone")?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn rust_files(root: &Path) -> Outcome<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    let mut waiting = vec![root.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in
            fs::read_dir(&folder).or_fail("reading a source folder", "run it in a clone")?
        {
            let path = entry
                .or_fail("reading a source folder", "run it in a clone")?
                .path();
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

/// The classes of the addon, and those names of their members that hold an underscore.
fn names_of_scripts() -> Outcome<(Vec<String>, Vec<String>)> {
    let (mut classes, mut members) = (Vec::new(), Vec::new());
    for path in rust_files(&paths::root().join("rust/extension/src/classes"))? {
        let text = paths::read(&path)?;
        let mut is_member = false;
        for line in text.lines().map(str::trim) {
            is_member |= ["#[func", "#[var", "#[export"]
                .iter()
                .any(|m| line.starts_with(m));
            let words: Vec<&str> = line.split([' ', '(', ':', '<']).collect();
            match words.as_slice() {
                [.., "struct", name] | [.., "struct", name, "{"] if name.starts_with("Rustls") => {
                    classes.push((*name).to_owned());
                }
                [first, rest @ ..] if is_member && !first.starts_with('#') && !first.is_empty() => {
                    let name = rest
                        .iter()
                        .skip_while(|w| **w != "fn")
                        .nth(1)
                        .unwrap_or(first);
                    if name.contains('_') {
                        members.push((*name).to_owned());
                    }
                    is_member = false;
                }
                _ => {}
            }
        }
    }
    Ok((classes, members))
}

/// Files and functions that are too long, of Rust and GDScript, tests included.
fn sizes() -> Outcome<Vec<String>> {
    let mut faults = Vec::new();
    for name in crate::tidy::files()? {
        let is_rust = name.ends_with(".rs");
        if !is_rust && !name.ends_with(".gd") {
            continue;
        }
        let path = paths::root().join(&name);
        if !path.is_file() {
            continue;
        }
        let text = paths::read(&path)?;
        let count = text.lines().count();
        if count > MAX_FILE {
            faults.push(format!(
                "{name}: {count} lines, and {MAX_FILE} are the most: one idea a file"
            ));
        }
        if is_rust {
            faults.extend(rules::lengths(&name, &source::parse(&text)));
        } else {
            faults.extend(rules::gdscript_lengths(&name, &text));
        }
    }
    Ok(faults)
}
