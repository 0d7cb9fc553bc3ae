//! Where things are, all of it derived from the repository's root.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{OrFail, Outcome};

/// The repository's root.
pub fn root() -> PathBuf {
    // Cargo sets the variable for `cargo run` and `cargo test`; the compiled-in value serves a binary that is
    // started by hand. Every crate that links this one lies two folders below the root.
    let manifest_dir =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let manifest_dir = Path::new(&manifest_dir);
    manifest_dir
        .ancestors()
        .nth(2)
        .unwrap_or(manifest_dir)
        .to_path_buf()
}

/// Cargo's target folder; Godot and the tools that setup brings live there too.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The Godot that setup installs, when the machine has none.
pub(crate) fn godot_home() -> PathBuf {
    target().join("godot")
}

/// Command-line tools that setup installs.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// The demo.
pub fn demo_project() -> PathBuf {
    root().join("godot-project")
}

/// The project of the GDScript suites.
pub fn test_project() -> PathBuf {
    root().join("tests/godot")
}

/// The project of the measurements.
pub(crate) fn bench_project() -> PathBuf {
    root().join("tests/bench")
}

/// The addon's folder inside a project.
pub const ADDON: &str = "addons/rustls";

/// The manifest's name inside the addon's folder.
pub const MANIFEST: &str = "rustls.gdextension";

/// The one source of the manifest.
pub fn manifest_source() -> PathBuf {
    root().join("addon.gdextension")
}

/// `path` as it is shown to a person: relative to the repository where it lies inside.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The first program of that name on `PATH`, or in the folders of system services that a user's `PATH` lacks.
pub fn program(name: &str) -> Option<PathBuf> {
    let search = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&search)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|dir| dir.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
        .find(|path| path.is_file())
}

/// Creates `dir` and its parents.
pub fn make_dir(dir: &Path) -> Outcome {
    fs::create_dir_all(dir).or_fail(
        format!("creating {}", shown(dir)),
        "check the folder's rights and the free space",
    )
}

/// Removes `dir` with all it holds, if it is there.
pub fn remove_dir(dir: &Path) -> Outcome {
    if !dir.exists() {
        return Ok(());
    }
    fs::remove_dir_all(dir).or_fail(
        format!("removing {}", shown(dir)),
        "close programs that use files in it",
    )
}

/// Reads a text file.
pub fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).or_fail(
        format!("reading {}", shown(path)),
        "check that the file exists and is UTF-8",
    )
}

/// Writes a file with its folder, leaving it untouched when it already says the same (Godot watches times).
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Outcome {
    let content = content.as_ref();
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(dir) = path.parent() {
        make_dir(dir)?;
    }
    fs::write(path, content).or_fail(
        format!("writing {}", shown(path)),
        "check the folder's rights and the free space",
    )
}

/// Copies a file beside its destination and renames it: a Godot that has the old one loaded keeps it whole.
pub fn replace(from: &Path, to: &Path) -> Outcome {
    if let Some(dir) = to.parent() {
        make_dir(dir)?;
    }
    let name = to.file_name().unwrap_or(OsStr::new("file"));
    let fresh = to.with_file_name(format!(".{}.new", name.to_string_lossy()));
    let step = || format!("copying {} to {}", shown(from), shown(to));
    fs::copy(from, &fresh).or_fail(step(), "check the free space")?;
    fs::rename(&fresh, to).or_fail(step(), "close the Godot that has the library loaded")
}
