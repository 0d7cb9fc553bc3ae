//! Puts the addon's parts together inside a Godot project.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{OrFail, Outcome};
use crate::godot;
use crate::manifest::Manifest;
use crate::paths;

/// The script for projects that also export to the web.
pub(crate) const SHIM: &str = "rustls_or_engine.gd";

/// A built library and its place in the addon's folder.
pub(crate) struct Library {
    /// What Cargo made.
    pub(crate) built: PathBuf,
    /// As the manifest names it.
    pub(crate) place: String,
}

/// What a project needs to load the addon: manifest, icons, scripts, libraries.
pub(crate) fn load_part(project: &Path, manifest: &Manifest, libraries: &[Library]) -> Outcome {
    let addon = project.join(paths::ADDON);
    paths::write(&addon.join(paths::MANIFEST), manifest.text())?;
    copy_committed(&addon, "icons", "svg")?;
    copy_committed(&addon, "", "gd")?;
    for library in libraries {
        let place = addon.join(&library.place);
        if !same(&library.built, &place) {
            paths::replace(&library.built, &place)?;
        }
    }
    godot::list_extension(project)
}

/// Icons and scripts live in the demo's addon folder; other projects get copies.
fn copy_committed(addon: &Path, folder: &str, ending: &str) -> Outcome {
    let source = paths::demo_project().join(paths::ADDON).join(folder);
    let step = format!("copying the files of {}", source.display());
    if addon.join(folder) == source {
        return Ok(());
    }
    for entry in fs::read_dir(&source).or_fail(step.clone(), "get them from the repository")? {
        let path = entry.or_fail(step.clone(), "")?.path();
        if path.extension().is_some_and(|found| found == ending) {
            let name = path.file_name().unwrap_or_default();
            paths::write(&addon.join(folder).join(name), paths::read(&path)?)?;
        }
    }
    Ok(())
}

/// Whether a copy is up to date, by size and time: a Godot that has it loaded is then left alone.
fn same(built: &Path, copy: &Path) -> bool {
    let facts = |path: &Path| {
        let facts = fs::metadata(path).ok()?;
        Some((facts.len(), facts.modified().ok()?))
    };
    match (facts(built), facts(copy)) {
        (Some(built), Some(copy)) => built.0 == copy.0 && built.1 <= copy.1,
        _ => false,
    }
}
