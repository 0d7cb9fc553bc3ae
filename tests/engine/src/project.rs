//! Godot projects that exist for one test.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::godot::{Godot, list_extension};
use xtask::paths;

use crate::present;

/// Files above this size are linked instead of copied.
const LARGE: u64 = 1 << 20;

/// The addon as the suites load it: a debug build with test-only classes.
pub fn suites_addon() -> Option<PathBuf> {
    staged(&paths::test_project(), "run `cargo xtask build --test`")
}

/// The addon as it is shipped.
pub fn shipped_addon() -> Option<PathBuf> {
    staged(&paths::demo_project(), "run `cargo xtask build`")
}

fn staged(project: &Path, remedy: &str) -> Option<PathBuf> {
    let addon = project.join(paths::ADDON);
    let whole = addon.join(paths::MANIFEST).is_file() && addon.join("bin").is_dir();
    present(whole.then_some(addon), remedy)
}

/// A project in the target folder, made anew.
pub struct Project {
    dir: PathBuf,
}

impl Project {
    /// An empty project with these settings (lines of `project.godot`, sections included).
    pub fn new(name: &str, settings: &str) -> Self {
        let project = Self::folder(name);
        let text = format!("config_version=5\n\n{settings}\n");
        project.file("project.godot", &text);
        project
    }

    /// A copy of a project of the repository, without what Godot keeps in it. Its siblings that settings may
    /// point at (`../fixtures`) are copied too.
    pub fn copy_of(name: &str, source: &Path, siblings: &[&str]) -> Self {
        let folder = Self::folder(name);
        let parent = source.parent().unwrap_or(source);
        for sibling in siblings {
            copy(&parent.join(sibling), &folder.dir.join(sibling));
        }
        let project = Self {
            dir: folder.dir.join(source.file_name().unwrap_or_default()),
        };
        copy(source, &project.dir);
        project
    }

    fn folder(name: &str) -> Self {
        let dir = paths::target().join("engine-tests").join(name);
        paths::remove_dir(&dir)
            .and_then(|()| paths::make_dir(&dir))
            .unwrap_or_else(|failure| panic!("{failure}"));
        Self { dir }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a file of the project.
    pub fn file(&self, name: &str, content: &str) {
        paths::write(&self.dir.join(name), content).unwrap_or_else(|failure| panic!("{failure}"));
    }

    /// Puts a staged addon in and lets the engine load it.
    pub fn install(&self, addon: &Path) {
        copy(addon, &self.dir.join(paths::ADDON));
        list_extension(&self.dir).unwrap_or_else(|failure| panic!("{failure}"));
    }

    /// Adds an editor plugin of one script and enables it.
    pub fn plugin(&self, name: &str, script: &str) {
        let folder = format!("addons/{name}");
        let config = format!(
            "[plugin]\n\nname=\"{name}\"\ndescription=\"\"\nauthor=\"\"\nversion=\"1\"\nscript=\"plugin.gd\"\n"
        );
        self.file(&format!("{folder}/plugin.cfg"), &config);
        self.file(&format!("{folder}/plugin.gd"), script);
        let settings = self.dir.join("project.godot");
        let text = fs::read_to_string(&settings).unwrap_or_default();
        let enabled = format!(
            "{text}\n[editor_plugins]\n\nenabled=PackedStringArray(\"res://{folder}/plugin.cfg\")\n"
        );
        self.file("project.godot", &enabled);
    }

    /// Imports it; the log must be clean.
    pub fn import(&self, godot: &Godot) {
        godot
            .import(&self.dir)
            .unwrap_or_else(|failure| panic!("{failure}"));
    }
}

/// Copies a tree without Godot's own folder.
fn copy(from: &Path, to: &Path) {
    let step = format!("copying {} to {}", from.display(), to.display());
    if from.is_file() {
        let folder = to.parent().unwrap_or(to);
        paths::make_dir(folder).unwrap_or_else(|failure| panic!("{failure}"));
        // A debug library has hundreds of megabytes, and nobody writes into it. What tests change is copied.
        let is_library = from.metadata().is_ok_and(|facts| facts.len() > LARGE);
        if !is_library || fs::hard_link(from, to).is_err() {
            paths::replace(from, to).unwrap_or_else(|failure| panic!("{failure}"));
        }
        return;
    }
    let entries = fs::read_dir(from).unwrap_or_else(|error| panic!("{step}: {error}"));
    for entry in entries {
        let entry = entry.unwrap_or_else(|error| panic!("{step}: {error}"));
        if entry.file_name() != ".godot" {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    }
}
