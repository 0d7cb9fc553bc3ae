//! THIRDPARTY.txt: what is linked into the library, with licences and their texts, from Cargo's own knowledge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::Outcome;
use crate::metadata;
use crate::process::{Step, cargo};

const STEP: &str = "listing the third-party software";
const HINT: &str = "cargo fetch --locked, then again";

struct Package {
    name: String,
    version: String,
    licence: String,
    source: String,
    folder: PathBuf,
}

/// The text of the file.
pub(crate) fn notices() -> Outcome<String> {
    let packages = packages()?;
    let mut text = String::from(
        "Rustls for Godot contains the software below. Each part stays under its own licence; where a\n\
         licence asks for the source, it is at the address given.\n\n",
    );
    // Many packages share one text, some only by other line breaks.
    let mut texts: BTreeMap<String, (String, Vec<&str>)> = BTreeMap::new();
    for package in &packages {
        let Package {
            name,
            version,
            licence,
            source,
            ..
        } = package;
        let _ = writeln!(text, "{name} {version}\n    {licence}\n    {source}");
        for found in licence_texts(&package.folder) {
            let key = found.split_whitespace().collect::<Vec<_>>().join(" ");
            texts.entry(key).or_insert((found, Vec::new())).1.push(name);
        }
    }
    for (licence, names) in texts.values() {
        let rule = "-".repeat(100);
        let _ = write!(
            text,
            "\n{rule}\n{}\n{rule}\n\n{}\n",
            names.join(", "),
            licence.trim()
        );
    }
    Ok(text)
}

/// All packages whose code ends up in the library, on any platform: not those that only run while compiling.
fn packages() -> Outcome<Vec<Package>> {
    let linked = linked()?;
    let all = metadata::packages(STEP)?;
    let mut packages: Vec<Package> = all
        .iter()
        .filter(|package| !package["source"].is_null())
        .map(read_package)
        .filter(|package| linked.contains(&format!("{} v{}", package.name, package.version)))
        .collect();
    packages.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(packages)
}

fn read_package(package: &Value) -> Package {
    let text = |key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let name = text("name");
    let page = format!("https://crates.io/crates/{name}");
    Package {
        licence: text("license"),
        version: text("version"),
        source: package["repository"].as_str().map_or(page, str::to_owned),
        folder: metadata::folder(package),
        name,
    }
}

/// `name vX.Y.Z` of every linked package.
fn linked() -> Outcome<BTreeSet<String>> {
    let mut command = cargo();
    command.args([
        "tree",
        "--package",
        "godot-rustls",
        "--target",
        "all",
        "--locked",
    ]);
    command.args([
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let list = Step::new(STEP, command).hint(HINT).quiet()?;
    let mut linked = BTreeSet::new();
    for line in list.lines() {
        let mut words = line.split_whitespace();
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            linked.insert(format!("{name} {version}"));
        }
    }
    Ok(linked)
}

fn licence_texts(folder: &Path) -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .to_uppercase();
            let kinds = [
                "LICENSE",
                "LICENCE",
                "COPYING",
                "COPYRIGHT",
                "NOTICE",
                "UNLICENSE",
            ];
            path.is_file() && kinds.iter().any(|kind| name.starts_with(kind))
        })
        .collect();
    files.sort();
    files
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .collect()
}
