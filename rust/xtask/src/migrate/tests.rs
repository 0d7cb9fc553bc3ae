//! The command on projects in temporary folders.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;

/// Makes a project of files with their contents.
fn project(files: &[(&str, &[u8])]) -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    write(dir.path(), "project.godot", b"config_version=5\n");
    for (name, content) in files {
        write(dir.path(), name, content);
    }
    dir
}

fn write(dir: &Path, name: &str, content: &[u8]) {
    let file = dir.join(name);
    let folder = file.parent().expect("a folder");
    fs::create_dir_all(folder).expect("folders can be made");
    fs::write(file, content).expect("the file can be written");
}

fn read(dir: &TempDir, name: &str) -> Vec<u8> {
    fs::read(dir.path().join(name)).expect("the file is there")
}

/// Runs the command, and returns what it leaves to do and what it prints.
fn run(dir: &TempDir, may_write: bool) -> (Remainder, String) {
    let mut lines = Vec::new();
    let remainder = migrate(dir.path(), may_write, &mut lines).expect("the project is read");
    (remainder, lines.join("\n"))
}

const SCRIPT: &[u8] = b"\xef\xbb\xbfextends HTTPRequest\r\nvar a := Crypto.new()\r\n";
const SCRIPT_AFTER: &[u8] =
    b"\xef\xbb\xbfextends RustlsHTTPRequest\r\nvar a := RustlsCrypto.new()\r\n";

#[test]
fn files_change_only_with_write_and_only_once() {
    let dir = project(&[("scripts/a.gd", SCRIPT)]);
    let (remainder, printed) = run(&dir, false);
    assert_eq!(
        remainder,
        Remainder {
            changes: 2,
            decisions: 0
        }
    );
    assert_eq!(read(&dir, "scripts/a.gd"), SCRIPT);
    assert!(
        printed.contains("scripts/a.gd:1:9: change: HTTPRequest → RustlsHTTPRequest"),
        "{printed}"
    );
    assert!(
        printed.contains("@@ -2 +2 @@\n-var a := Crypto.new()\n+var a := RustlsCrypto.new()"),
        "{printed}"
    );

    let (remainder, _) = run(&dir, true);
    assert_eq!(remainder, Remainder::default());
    assert_eq!(read(&dir, "scripts/a.gd"), SCRIPT_AFTER);
    let names = fs::read_dir(dir.path().join("scripts"))
        .expect("the folder")
        .count();
    assert_eq!(names, 1, "a temporary file was left");

    let (remainder, printed) = run(&dir, true);
    assert_eq!(remainder, Remainder::default());
    assert!(!printed.contains("@@"), "{printed}");
}

#[test]
fn what_belongs_to_others_is_left_alone() {
    let names = [
        "addons/rustls/a.gd",
        ".godot/a.gd",
        ".hidden/a.gd",
        "ignored/a.gd",
        "other/a.gd",
        "a.gd.bak",
    ];
    let dir = project(&names.map(|name| (name, SCRIPT)));
    write(dir.path(), "ignored/.gdignore", b"");
    write(dir.path(), "other/project.godot", b"");
    let (remainder, printed) = run(&dir, true);
    assert_eq!(remainder, Remainder::default());
    assert!(
        printed.contains("other: stays: left alone: it is another project"),
        "{printed}"
    );
    for name in names {
        assert_eq!(read(&dir, name), SCRIPT, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_are_not_followed_and_rights_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let outside = project(&[("a.gd", SCRIPT), ("b.gd", SCRIPT)]);
    let dir = project(&[("own.gd", SCRIPT)]);
    let own = dir.path().join("own.gd");
    fs::set_permissions(&own, fs::Permissions::from_mode(0o640)).expect("rights can be set");
    symlink(outside.path(), dir.path().join("folder")).expect("a link");
    symlink(outside.path().join("b.gd"), dir.path().join("b.gd")).expect("a link");
    symlink(&own, dir.path().join("inside.gd")).expect("a link");
    let (remainder, printed) = run(&dir, true);
    assert_eq!(remainder, Remainder::default());
    assert!(
        printed.contains("folder: stays: left alone: it is a link that leaves the project"),
        "{printed}"
    );
    assert!(!printed.contains("inside.gd"), "{printed}");
    assert_eq!(read(&outside, "a.gd"), SCRIPT);
    assert_eq!(read(&outside, "b.gd"), SCRIPT);
    assert_eq!(read(&dir, "own.gd"), SCRIPT_AFTER);
    let rights = fs::metadata(&own).expect("the file").permissions();
    assert_eq!(rights.mode() & 0o777, 0o640);
    assert!(
        fs::symlink_metadata(dir.path().join("inside.gd"))
            .expect("the link")
            .is_symlink()
    );
}

#[test]
fn files_that_cannot_be_read_are_told_and_left_alone() {
    let latin = b"extends HTTPRequest # \xe4\n";
    let binary = b"RSRC\0\0HTTPRequest\0\xff";
    let dir = project(&[("latin.gd", latin), ("a.scn", binary), ("b.res", b"RSRC\0")]);
    let (remainder, printed) = run(&dir, true);
    assert_eq!(
        remainder,
        Remainder {
            changes: 0,
            decisions: 2
        }
    );
    assert!(
        printed.contains("latin.gd: decide: left alone: it is not UTF-8"),
        "{printed}"
    );
    assert!(
        printed.contains("a.scn: decide: left alone: it is binary"),
        "{printed}"
    );
    assert_eq!(read(&dir, "latin.gd"), latin);
}

#[test]
fn a_folder_without_a_project_is_refused() {
    let dir = TempDir::new().expect("a temporary folder");
    write(dir.path(), "a.gd", SCRIPT);
    let failure = migrate(dir.path(), true, &mut Vec::new()).expect_err("no project");
    assert!(
        failure.to_string().contains("it has no project.godot"),
        "{failure}"
    );
    assert_eq!(read(&dir, "a.gd"), SCRIPT);
}

#[test]
fn a_sentence_is_told_once() {
    let dir = project(&[(
        "a.gd",
        b"var a := HTTPRequest.new()\nfunc b():\n\ta.timeout = 1\n\ta.timeout = 2\n",
    )]);
    let (_, printed) = run(&dir, false);
    assert_eq!(printed.matches("connect_timeout").count(), 1, "{printed}");
    assert!(
        printed.contains("a.gd:4:4: differs: timeout: as at a.gd:3:4"),
        "{printed}"
    );
}
