//! `package`: the zip that a store takes, looked over and loaded once.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;

use crate::build;
use crate::cli::Args;
use crate::csharp;
use crate::failure::{Failure, OrFail, Outcome};
use crate::godot;
use crate::manifest::{Kind, Manifest, Platform};
use crate::papers;
use crate::paths;
use crate::process::{Step, announce};
use crate::setup;
use crate::stage;
use crate::versions::{self, VERSION};

/// The only symbol that a library may export.
pub(crate) const ENTRY_SYMBOL: &str = "rustls_godot_init";

/// Exported by the binding on Linux to make the library unloadable; it passes calls on to the C library's own.
const BINDING_SYMBOL: &str = "__cxa_thread_atexit_impl";

/// Endings of what belongs into the addon's folder.
const SHIPPED: [&str; 12] = [
    "gdextension",
    "uid",
    "svg",
    "import",
    "so",
    "dll",
    "dylib",
    "md",
    "txt",
    "gd",
    "cs",
    "cfg",
];

/// Files without an ending that belong there.
const LICENCES: [&str; 3] = ["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"];

/// Builds, zips, checks, loads.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    if args.has("staged") {
        papers::stage(&paths::demo_project())?;
    } else {
        build::release(None)?;
    }
    announce(&format!("Packing version {VERSION}"));
    versions::check()?;
    let addon = paths::demo_project().join(paths::ADDON);
    let files = collect(&addon)?;
    check_files(&files)?;
    check_symbols(&addon, &files)?;
    let package = paths::target()
        .join("package")
        .join(versions::zip_name(VERSION));
    pack(&addon, &files, &package)?;
    load(&package)?;
    let size = fs::metadata(&package)
        .map(|facts| facts.len())
        .unwrap_or_default();
    println!(
        "{} ({} files, {:.1} MB)",
        paths::shown(&package),
        files.len(),
        size as f64 / 1e6
    );
    println!("SHA-256 {}", write_checksum(&package)?);
    Ok(ExitCode::SUCCESS)
}

/// All files of the addon, relative to its folder, in a fixed order: the same tree makes the same zip.
fn collect(addon: &Path) -> Outcome<Vec<PathBuf>> {
    let step = "listing the addon's files";
    let mut files = Vec::new();
    let mut folders = vec![addon.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).or_fail(step, "cargo xtask build")? {
            let path = entry.or_fail(step, "")?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(addon).unwrap_or(&path).to_path_buf());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Nothing strange, and nothing missing that the manifest or a licence asks for.
fn check_files(files: &[PathBuf]) -> Outcome {
    let step = "checking the addon's files";
    let strays: Vec<String> = files
        .iter()
        .filter(|path| is_stray(path))
        .map(|p| p.display().to_string())
        .collect();
    if !strays.is_empty() {
        let cause = format!("stray files: {}", strays.join(", "));
        return Err(Failure::new(
            step,
            cause,
            "delete them from godot-project/addons/rustls",
        ));
    }
    let manifest = Manifest::load()?;
    let platform = Platform::host()?;
    let mut wanted = vec![
        paths::MANIFEST,
        stage::SHIM,
        "README.md",
        "docs/getting-started.md",
        papers::THIRD_PARTY,
    ];
    wanted.extend([csharp::WRAPPERS, csharp::IGNORE]);
    wanted.extend(LICENCES);
    wanted.push(manifest.library(platform, Kind::Editor)?);
    wanted.push(manifest.library(platform, Kind::Game)?);
    let icons = manifest.section("icons");
    wanted.extend(icons.iter().map(|(_, path)| path.trim_start_matches("./")));
    let missing: Vec<&str> = wanted
        .into_iter()
        .filter(|name| !files.iter().any(|file| file == Path::new(name)))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        step,
        format!("missing: {}", missing.join(", ")),
        "cargo xtask build",
    ))
}

/// Returns true for a file that no addon ships.
fn is_stray(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let is_shipped = SHIPPED.contains(&ending.as_ref()) || LICENCES.contains(&name.as_ref());
    (name.starts_with('.') || !is_shipped) && path != Path::new(csharp::IGNORE)
}

/// Libraries that other libraries in the process could take symbols from are trouble: only the entry is shown.
fn check_symbols(addon: &Path, files: &[PathBuf]) -> Outcome {
    let Some(nm) = paths::program("nm") else {
        println!("  note: there is no nm here, exported symbols were not checked");
        return Ok(());
    };
    let libraries = files
        .iter()
        .filter(|file| file.extension().is_some_and(|ending| ending == "so"));
    for library in libraries {
        let mut command = Command::new(&nm);
        command
            .args(["-D", "--defined-only"])
            .arg(addon.join(library));
        let step = format!("reading the symbols of {}", library.display());
        let text = Step::new(step.clone(), command).quiet()?;
        let symbols: Vec<&str> = text
            .lines()
            .filter_map(|line| line.split_whitespace().nth(2))
            .filter(|name| *name != BINDING_SYMBOL)
            .collect();
        if symbols != [ENTRY_SYMBOL] {
            let shown: Vec<&str> = symbols.iter().copied().take(8).collect();
            let cause = format!(
                "{} exports {} symbols: {}",
                library.display(),
                symbols.len(),
                shown.join(", ")
            );
            return Err(Failure::new(
                step,
                cause,
                "only the entry symbol may be `no_mangle`",
            ));
        }
        check_stripped(&nm, &addon.join(library))?;
    }
    Ok(())
}

/// Refuses a library of the dev profile, such as the demo stages: a shipped one has no symbol table.
fn check_stripped(nm: &Path, library: &Path) -> Outcome {
    let step = format!("reading the symbol table of {}", paths::shown(library));
    let mut command = Command::new(nm);
    command.arg("--defined-only").arg(library);
    let text = Step::new(step.clone(), command).quiet()?;
    // A symbol's line is address, kind and name. Without any, nm says so in one sentence.
    let has_symbols = text.lines().any(|line| {
        line.split_whitespace()
            .nth(1)
            .is_some_and(|kind| kind.len() == 1)
    });
    if has_symbols {
        let cause = "it is not stripped, so it is not of the release profile";
        return Err(Failure::new(step, cause, "cargo xtask build"));
    }
    Ok(())
}

fn pack(addon: &Path, files: &[PathBuf], package: &Path) -> Outcome {
    let step = "writing the zip";
    if let Some(dir) = package.parent() {
        paths::make_dir(dir)?;
    }
    let mut zip = zip::ZipWriter::new(File::create(package).or_fail(step, "check the free space")?);
    // No times: the same tree makes the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default())
        .unix_permissions(0o644);
    for file in files {
        let inside = format!("{}/{}", paths::ADDON, file.display()).replace('\\', "/");
        let content = fs::read(addon.join(file)).or_fail(step, "")?;
        zip.start_file(inside, options).or_fail(step, "")?;
        zip.write_all(&content)
            .or_fail(step, "check the free space")?;
    }
    zip.finish().or_fail(step, "check the free space")?;
    Ok(())
}

/// Does with the zip what a user does: unzip into an empty project, and use the classes.
fn load(package: &Path) -> Outcome {
    const SCRIPT: &str = r#"extends SceneTree


func _process(_delta: float) -> bool:
	for name: String in ["RustlsStreamPeerTLS", "RustlsTLSOptions", "RustlsTrustStore"]:
		if not ClassDB.class_exists(name):
			printerr("ERROR: %s is not there" % name)
			quit(1)
			return true
	var peer: StreamPeer = ClassDB.instantiate("RustlsStreamPeerTLS")
	print("PACKAGE LOADED, status ", peer.call("get_status"))
	return true
"#;
    let step = "loading the package in an empty project";
    let hint = "unzip it into a project and open that in the editor";
    let godot = setup::godot()?;
    let project = paths::target().join("package/try");
    paths::remove_dir(&project)?;
    let file = File::open(package).or_fail(step, hint)?;
    let mut zip = zip::ZipArchive::new(file).or_fail(step, hint)?;
    zip.extract(&project).or_fail(step, hint)?;
    paths::write(
        &project.join("project.godot"),
        "config_version=5\n\n[application]\n\nconfig/name=\"try\"\n",
    )?;
    paths::write(&project.join("load.gd"), SCRIPT)?;
    godot.import(&project)?;
    let mut command = godot.headless(&project);
    command.args(["--script", "res://load.gd"]);
    let log = Step::new(step, command).minutes(2).hint(hint).quiet()?;
    if log.contains("PACKAGE LOADED") && !log.lines().any(godot::is_problem) {
        return Ok(());
    }
    Err(Failure::new(step, log, hint))
}

/// Writes `….zip.sha256` in the form that `sha256sum --check` reads.
fn write_checksum(package: &Path) -> Outcome<String> {
    let step = "computing the checksum";
    let mut content = Vec::new();
    File::open(package)
        .and_then(|mut file| file.read_to_end(&mut content))
        .or_fail(step, "")?;
    let sum: String = Sha256::digest(&content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = package
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    paths::write(
        &package.with_file_name(format!("{name}.sha256")),
        format!("{sum}  {name}\n"),
    )?;
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_an_addon_are_packed() {
        for good in ["LICENSE", "README.md", csharp::WRAPPERS, csharp::IGNORE] {
            assert!(!is_stray(Path::new(good)), "{good}");
        }
        for stray in [".gdignore", "bin/.lib.so.new", "notes", "lib.so.orig"] {
            assert!(is_stray(Path::new(stray)), "{stray}");
        }
    }
}
