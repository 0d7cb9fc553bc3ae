//! The rules, put to small repositories in temporary folders.

use std::fs;

use tempfile::TempDir;

use super::table::{NotYet, Rule};
use super::tree::Tree;
use super::{Outcome, sizes};

/// A repository with the files given, and with the manifests and roots of two crates and the extension.
fn repository(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let usual = [
        ("Cargo.toml", "[workspace]\nmembers = []\n"),
        (
            "rust/pki/Cargo.toml",
            "[package]\nname = \"godot-rustls-pki\"\n",
        ),
        ("rust/pki/src/lib.rs", "mod a;\nmod b;\n"),
        ("rust/pki/src/a.rs", ""),
        ("rust/pki/src/b.rs", ""),
        (
            "rust/tls/Cargo.toml",
            "[dependencies]\ngodot-rustls-pki.workspace = true\n",
        ),
        ("rust/tls/src/lib.rs", "fn uses() { pki::used() }\n"),
        (
            "rust/extension/Cargo.toml",
            "[dependencies]\ngodot.workspace = true\n",
        ),
        (
            "rust/extension/src/lib.rs",
            "#[class(init)]\nstruct RustlsThing {\n#[var]\nsome_limit: i64,\n}\n",
        ),
    ];
    for (place, text) in usual.iter().chain(files) {
        let path = root.path().join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn faults(files: &[(&str, &str)], not_yet: &[NotYet]) -> Vec<String> {
    let root = repository(files);
    let told = || -> Outcome<Vec<String>> { Tree::read(root.path())?.faults(not_yet) };
    told().unwrap_or_else(|failure| panic!("{failure}"))
}

/// Fails unless there is one fault, which begins with `start`.
fn assert_told(place: &str, text: &str, start: &str) {
    let told = faults(&[(place, text)], &[]);
    assert_eq!(told.len(), 1, "{text}: {told:?}");
    assert!(told[0].starts_with(start), "{told:?}");
}

#[test]
fn a_repository_that_keeps_the_rules_has_no_faults() {
    assert_eq!(faults(&[], &[]), [] as [&str; 0]);
}

#[test]
fn each_rule_tells_the_file_and_the_line() {
    let lib = "rust/pki/src/a.rs";
    assert_told(
        "rust/pki/Cargo.toml",
        "[dependencies]\n\ngodot-rustls-tls.workspace = true\n",
        "rust/pki/Cargo.toml:3: pki depends on godot-rustls-tls",
    );
    assert_told(
        lib,
        "use std::net::TcpStream;",
        "rust/pki/src/a.rs:1: TcpStream: this layer opens",
    );
    assert_told(
        lib,
        "\nfn f() { Instant::now(); }",
        "rust/pki/src/a.rs:2: now: this layer takes",
    );
    assert_told(
        lib,
        "// As Godot does.",
        "rust/pki/src/a.rs:1: Godot: only the extension names",
    );
    assert_told(
        lib,
        "// See RustlsThing.",
        "rust/pki/src/a.rs:1: RustlsThing: only the extension",
    );
    assert_told(
        lib,
        "\nconst A: &str = \"raise some_limit\";",
        "rust/pki/src/a.rs:2: some_limit:",
    );
    assert_told(
        lib,
        "pub fn used() -> Result<(), String> {}",
        "rust/pki/src/a.rs:1: used returns",
    );
    assert_told(
        lib,
        "pub fn unused() {}",
        "rust/pki/src/a.rs:1: unused is public and no other",
    );
}

#[test]
fn modules_in_a_circle_are_told_from_both_ends() {
    let files = [
        ("rust/pki/src/a.rs", "use crate::b::B;"),
        ("rust/pki/src/b.rs", "\nuse super::a::A;"),
    ];
    let told = faults(&files, &[]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("rust/pki/src/a.rs:1: a imports b in a circle"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("rust/pki/src/b.rs:2: b imports a in a circle"),
        "{told:?}"
    );
}

#[test]
fn tests_are_under_none_of_these_rules() {
    let tests = "mod a;\nmod b;\n#[cfg(test)]\nmod checks;\n";
    let files = [
        ("rust/pki/src/lib.rs", tests),
        (
            "rust/pki/src/checks.rs",
            "mod deep;\nuse std::net::TcpStream; // Godot",
        ),
        (
            "rust/pki/src/checks/deep.rs",
            "pub fn f() -> Result<(), String> { sleep() }",
        ),
        ("rust/pki/tests/whole.rs", "use tokio::x; // Godot"),
    ];
    assert_eq!(faults(&files, &[]), [] as [&str; 0]);
}

#[test]
fn a_crate_without_a_layer_is_told() {
    let told = faults(&[("rust/websocket/Cargo.toml", "[package]\n")], &[]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("rust/websocket/Cargo.toml:1: a crate without a layer"));
}

#[test]
fn a_rule_that_is_not_on_yet_tells_nothing_until_the_crate_keeps_it() {
    let not_yet = [NotYet {
        layer: "pki",
        rule: Rule::Engine,
        reason: "words",
    }];
    let file = ("rust/pki/src/a.rs", "// As Godot does.");
    assert_eq!(faults(&[file], &not_yet), [] as [&str; 0]);
    let told = faults(&[], &not_yet);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("pki keeps Engine"), "{told:?}");
}

#[test]
fn long_files_and_functions_are_told_wherever_they_are() {
    let long = format!("fn f() {{\n{}}}\n", "a();\n".repeat(60));
    let script = format!("func f():\n{}", "\ta()\n".repeat(60));
    let root = repository(&[
        ("rust/pki/src/a.rs", &long),
        ("rust/pki/build.rs", &long),
        ("tests/godot/a.gd", &script),
        ("tests/godot/b.gd", &"\n".repeat(501)),
    ]);
    let names = [
        "rust/pki/src/a.rs",
        "rust/pki/build.rs",
        "tests/godot/a.gd",
        "tests/godot/b.gd",
    ];
    let told = Tree::read(root.path()).and_then(|tree| sizes(&tree, &names.map(str::to_owned)));
    let told = told.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!(told.len(), 4, "{told:?}");
    for (told, start) in told.iter().zip(names) {
        assert!(told.starts_with(start), "{told}");
    }
}
