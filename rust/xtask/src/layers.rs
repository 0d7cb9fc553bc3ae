//! The layers of the crates under `rust/`, and the proof that they are kept.

mod crates;
mod gdscript;
mod imports;
mod items;
mod lengths;
mod lines;
mod manifests;
mod modules;
mod public;
mod rules;
mod script_names;
mod sentences;
mod source;
mod table;
mod tokens;
mod toml;
mod tree;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

use crate::cli::Args;
use crate::failure::{Failure, Outcome};
use crate::paths;
use table::{NOT_YET, NotYet};
use tree::Tree;

/// Fails with every place where a layer is not kept, or where something is too long.
pub(crate) fn check() -> Outcome {
    prove(&Tree::read(&paths::root())?, NOT_YET)
}

fn prove(tree: &Tree, not_yet: &[NotYet]) -> Outcome {
    let mut faults = tree.faults(not_yet)?;
    faults.extend(sizes(tree, &crate::tidy::files()?)?);
    if faults.is_empty() {
        return Ok(());
    }
    let hint = "ARCHITECTURE.md says what each layer is for";
    Err(Failure::new("layers", faults.join("\n  "), hint))
}

/// Prints the files, lines, public names and imports of each crate, and proves the rules.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let tree = Tree::read(&paths::root())?;
    if !args.has("check") {
        for line in tree.summary() {
            println!("{line}");
        }
    }
    prove(&tree, if args.has("all") { &[] } else { NOT_YET })?;
    Ok(ExitCode::SUCCESS)
}

/// Returns what is too long among the Rust and GDScript files.
fn sizes(tree: &Tree, files: &[String]) -> Outcome<Vec<String>> {
    let mut faults = Vec::new();
    for name in files {
        let path = tree.root().join(name);
        let (is_rust, is_script) = (name.ends_with(".rs"), name.ends_with(".gd"));
        if !is_rust && !is_script || !path.is_file() {
            continue;
        }
        if let Some(file) = tree.file(name) {
            faults.extend(lengths::file(name, file.lines.len()));
            faults.extend(lengths::rust(name, &file.lines));
            continue;
        }
        let text = paths::read(&path)?;
        faults.extend(lengths::file(name, text.lines().count()));
        if is_rust {
            faults.extend(lengths::rust(name, &source::parse(&text)));
        } else {
            faults.extend(lengths::gdscript(name, &text));
        }
    }
    Ok(faults)
}
