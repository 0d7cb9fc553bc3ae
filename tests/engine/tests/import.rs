//! The projects of the repository open in the editor without a word of complaint, also the very first time.

use std::fs;

use godot_rustls_engine_tests::{
    Project, assert_clean, finish, godot, shipped_addon, suites_addon,
};
use xtask::paths;

#[test]
fn the_suites_project_imports_and_opens_in_the_editor() {
    let Some(godot) = godot() else { return };
    if suites_addon().is_none() {
        return;
    }
    let project = Project::copy_of("import-suites", &paths::test_project(), &["fixtures"]);
    open(&godot, &project);
}

#[test]
fn the_demo_imports_and_opens_in_the_editor() {
    let Some(godot) = godot() else { return };
    if shipped_addon().is_none() {
        return;
    }
    let project = Project::copy_of("import-demo", &paths::demo_project(), &[]);
    open(&godot, &project);
}

/// As a user does who unzips the addon and opens the editor: nothing of `.godot` is there yet. Some seconds of
/// frames, because an editor that meets an extension for the first time must not quit before it has read its
/// documentation (godotengine/godot#111048). Then once more, as on any other day.
fn open(godot: &xtask::godot::Godot, project: &Project) {
    let editor = |words: &[&str]| {
        let mut command = godot.headless(project.dir());
        command.arg("--editor").args(words);
        finish("the editor", command, 5)
    };
    assert_clean(
        "the editor's first start",
        &editor(&["--quit-after", "600"]),
    );
    let list = project.dir().join(".godot/extension_list.cfg");
    let list = fs::read_to_string(list).unwrap_or_default();
    assert!(
        list.contains("res://addons/rustls/rustls.gdextension"),
        "the editor did not find the addon: {list:?}"
    );
    assert_clean("the editor's second start", &editor(&["--quit"]));
    project.import(godot);
}

#[test]
fn staged_manifests_are_the_one_of_the_repository() {
    let source = fs::read_to_string(paths::manifest_source()).ok();
    assert!(source.is_some());
    for addon in [suites_addon(), shipped_addon()] {
        let Some(addon) = addon else { return };
        let staged = fs::read_to_string(addon.join(paths::MANIFEST)).ok();
        assert_eq!(staged, source, "{}", addon.display());
    }
}
