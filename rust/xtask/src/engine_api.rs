//! `engine-api`: the description of the engine that the binding is generated from, cut down to the
//! classes that the extension uses.
//!
//! The whole description has more than nine hundred classes. The binding would compile all of them,
//! look up all their methods when the engine loads the extension, and refuse an engine that was
//! built without one of them.

mod cut;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::failure::{Failure, OrFail, Outcome};
use crate::godot::MINIMUM;
use crate::{metadata, paths};
use cut::Selection;

const STEP: &str = "cutting down the engine's description";

/// The package that brings the whole description, with the binding's version of it.
const SOURCE: &str = "gdextension-api";

/// Variable of Cargo's configuration that leads the binding to the description.
const VARIABLE: &str = "GDRUST_GODOT_API_JSON";

/// Folder of the list of classes and of the description, relative to the root.
const FOLDER: &str = "rust/extension/engine-api";

/// A file of the tree as it should be.
struct Wanted {
    path: PathBuf,
    text: String,
}

/// Writes the description and the configuration that leads to it.
pub(crate) fn run() -> Outcome<ExitCode> {
    let wanted = wanted()?;
    for path in descriptions()? {
        if wanted.iter().all(|file| file.path != path) {
            fs::remove_file(&path).or_fail(STEP, "check the folder's rights")?;
        }
    }
    for file in &wanted {
        paths::write(&file.path, &file.text)?;
        println!("{}", paths::shown(&file.path));
    }
    Ok(ExitCode::SUCCESS)
}

/// Proves that the committed description is what [`run`] would write.
pub(crate) fn check() -> Outcome {
    let wanted = wanted()?;
    let outdated = wanted
        .iter()
        .filter(|file| fs::read_to_string(&file.path).ok().as_deref() != Some(file.text.as_str()));
    let mut faults: Vec<String> = outdated
        .map(|file| format!("{} is not current", paths::shown(&file.path)))
        .collect();
    for path in descriptions()? {
        if wanted.iter().all(|file| file.path != path) {
            faults.push(format!("{} is left over", paths::shown(&path)));
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    let name = "the engine's description";
    Err(Failure::new(
        name,
        faults.join("\n  "),
        "cargo xtask engine-api",
    ))
}

/// Returns the description and Cargo's configuration as they should be.
fn wanted() -> Outcome<[Wanted; 2]> {
    let list = paths::read(&paths::root().join(FOLDER).join("classes.txt"))?;
    let selection = Selection::parse(&list)
        .map_err(|fault| Failure::new(STEP, fault, "mend the line of classes.txt"))?;
    let text = cut::to_text(&selection.cut(whole()?).map_err(|fault| {
        Failure::new(
            STEP,
            fault,
            "compare classes.txt with the engine's class reference",
        )
    })?);
    // The binding's build script reads the file again only when the variable's value changes:
    // other contents need another name.
    let sum: String = Sha256::digest(text.as_bytes())[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("{FOLDER}/{}-{sum}.json", version());
    let config = paths::root().join(".cargo/config.toml");
    let config_text = point_at(&paths::read(&config)?, &name).ok_or_else(|| {
        let cause = format!(".cargo/config.toml has no line for {VARIABLE}");
        Failure::new(STEP, cause, "restore the [env] section from git")
    })?;
    Ok([
        Wanted {
            path: paths::root().join(name),
            text,
        },
        Wanted {
            path: config,
            text: config_text,
        },
    ])
}

/// The oldest engine's version: the methods of newer ones are not there in every engine.
fn version() -> String {
    format!("{}.{}", MINIMUM.0, MINIMUM.1)
}

/// Reads the whole description that the binding would take by itself.
fn whole() -> Outcome<Value> {
    let packages = metadata::packages(STEP)?;
    let source = packages.iter().find(|package| package["name"] == SOURCE);
    let source = source.ok_or_else(|| {
        Failure::new(
            STEP,
            format!("{SOURCE} is no dependency"),
            "see the binding's Cargo.toml",
        )
    })?;
    let file = metadata::folder(source)
        .join("src")
        .join(version())
        .join("extension_api.json");
    serde_json::from_str(&paths::read(&file)?).or_fail(
        STEP,
        "delete the package from Cargo's registry folder, then cargo fetch",
    )
}

/// Lists the descriptions in the tree.
fn descriptions() -> Outcome<Vec<PathBuf>> {
    let folder = fs::read_dir(paths::root().join(FOLDER)).or_fail(STEP, "restore it from git")?;
    let files = folder.flatten().map(|entry| entry.path());
    Ok(files
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect())
}

/// Returns Cargo's configuration with the variable leading to `file`.
fn point_at(config: &str, file: &str) -> Option<String> {
    let old = config.lines().find(|line| line.starts_with(VARIABLE))?;
    let new = format!("{VARIABLE} = {{ value = \"{file}\", relative = true }}");
    Some(config.replacen(old, &new, 1))
}

#[cfg(test)]
mod tests {
    use super::point_at;

    #[test]
    fn the_configuration_leads_to_the_description_and_keeps_the_rest() {
        let config = "[alias]\nx = \"run\"\n\n[env]\nGDRUST_GODOT_API_JSON = \"old\"\n";
        let new = point_at(config, "a/b.json");
        let line = "GDRUST_GODOT_API_JSON = { value = \"a/b.json\", relative = true }";
        let wanted = format!("[alias]\nx = \"run\"\n\n[env]\n{line}\n");
        assert_eq!(new.as_deref(), Some(wanted.as_str()));
        assert_eq!(point_at("[alias]\n", "a/b.json"), None);
    }
}
