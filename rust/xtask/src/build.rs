//! `build`: the two libraries of a platform, staged where a project finds them.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::cli::Args;
use crate::failure::{Failure, Outcome};
use crate::manifest::{Kind, Manifest, Platform};
use crate::papers;
use crate::paths;
use crate::process::{Step, announce, cargo};
use crate::stage::{self, Library};

/// Features of the library that the suites load, also used for their Rust side so that Cargo builds once.
pub(crate) const TEST_FEATURES: &str = "godot-rustls/docs,godot-rustls/test-classes";

/// Builds and stages.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let staged = if args.has("test") {
        for_tests()?;
        paths::test_project()
    } else {
        release(args.value("target").map(OsStr::new))?;
        paths::demo_project()
    };
    println!("Staged: {}", paths::shown(&staged.join(paths::ADDON)));
    Ok(ExitCode::SUCCESS)
}

/// Both release libraries, staged with licences and notices into the demo.
pub(crate) fn release(target: Option<&OsStr>) -> Outcome {
    let platform = match target {
        Some(triple) => platform_of(triple)?,
        None => Platform::host()?,
    };
    if matches!(platform.os, "linux" | "windows" | "macos") {
        stage_release(Kind::Editor, platform, target)?;
    }
    stage_release(Kind::Game, platform, target)?;
    papers::stage(&paths::demo_project())
}

/// The editor's release library alone: an editor binary takes it for the editor and for running a
/// project.
pub(crate) fn for_editor() -> Outcome {
    stage_release(Kind::Editor, Platform::host()?, None)
}

/// The editor's library in the dev profile, staged into the demo: with a cold target folder it is
/// there in less than half the time of the optimised one.
pub(crate) fn for_demo() -> Outcome {
    let platform = Platform::host()?;
    announce("Building the library for the demo (minutes when much has changed)");
    let mut command = cargo();
    command.args(["build", "--package", "godot-rustls", "--features", "docs"]);
    run_cargo("building the library for the demo", command)?;
    let built = paths::target().join("debug").join(platform.built_name());
    stage_library(Kind::Editor, platform, built)
}

fn stage_release(kind: Kind, platform: Platform, target: Option<&OsStr>) -> Outcome {
    let built = compile(kind, platform, target)?;
    stage_library(kind, platform, built)
}

/// Stages one library into the demo. The platform's other one has the same name when it is built,
/// and would take its place.
fn stage_library(kind: Kind, platform: Platform, built: PathBuf) -> Outcome {
    let manifest = Manifest::load()?;
    let place = manifest.library(platform, kind)?.to_owned();
    stage::load_part(
        &paths::demo_project(),
        &manifest,
        &[Library { built, place }],
    )
}

/// The test library under the names of both, staged into the suites' project.
pub(crate) fn for_tests() -> Outcome {
    let manifest = Manifest::load()?;
    let platform = Platform::host()?;
    announce("Building the library for the suites");
    let mut command = cargo();
    // The whole workspace: Cargo then resolves the same features as for `cargo test` and reuses everything.
    command.args(["build", "--workspace", "--lib", "--features", TEST_FEATURES]);
    run_cargo("building the library for the suites", command)?;
    let built = paths::target().join("debug").join(platform.built_name());
    let libraries = [Kind::Editor, Kind::Game].map(|kind| {
        let place = manifest.library(platform, kind)?.to_owned();
        let built = built.clone();
        Ok(Library { built, place })
    });
    let libraries = libraries.into_iter().collect::<Outcome<Vec<_>>>()?;
    stage::load_part(&paths::test_project(), &manifest, &libraries)
}

fn platform_of(triple: &OsStr) -> Outcome<Platform> {
    let triple = triple.to_string_lossy();
    Platform::of(&triple).ok_or_else(|| {
        let cause = format!("`{triple}` is none of the manifest's platforms");
        Failure::new(
            "choosing the platform",
            cause,
            "rustc --print target-list; see addon.gdextension",
        )
    })
}

fn compile(kind: Kind, platform: Platform, target: Option<&OsStr>) -> Outcome<PathBuf> {
    let (name, features) = match kind {
        Kind::Editor => ("library for the editor", "docs"),
        Kind::Game => ("library for games", ""),
    };
    announce(&format!(
        "Building the {name} (optimised: minutes when much has changed)"
    ));
    let mut command = optimised(&["--package", "godot-rustls", "--features", features]);
    let mut folder = paths::target();
    if let Some(triple) = target {
        command.arg("--target").arg(triple);
        folder.push(triple);
    }
    run_cargo(&format!("building the {name}"), command)?;
    Ok(folder.join("release").join(platform.built_name()))
}

/// The program that the measurements compare with: rustls without an engine, built as the libraries are.
pub(crate) fn plain_rustls() -> Outcome<PathBuf> {
    let name = "plain_rustls";
    announce("Building the program that runs rustls alone");
    let command = optimised(&["--package", "godot-rustls-tls", "--example", name]);
    run_cargo("building the program that runs rustls alone", command)?;
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    Ok(paths::target().join("release/examples").join(file))
}

/// A build in the profile of what is shipped.
fn optimised(words: &[&str]) -> Command {
    let mut command = cargo();
    command.args(["build", "--release"]).args(words);
    command.env("CARGO_ENCODED_RUSTFLAGS", flags_for_short_paths());
    // The two libraries differ by features alone. Cargo keeps libraries of the workspace under names
    // without a hash, where each would replace the other and both would be linked anew every time.
    // This variable, made for the build of Rust itself, gives them a hash. A Cargo that no longer
    // knows it would be slower, not wrong.
    command.env("__CARGO_DEFAULT_LIB_METADATA", "rustls-for-godot");
    command
}

/// Flags that cut the builder's folders from the source paths which panic messages carry into every game.
fn flags_for_short_paths() -> OsString {
    let sources = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .map(|cargo| cargo.join("registry").join("src"));
    let registries = sources.and_then(|sources| fs::read_dir(sources).ok());
    let registries = registries.into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = registries.map(|registry| registry.path()).collect();
    folders.push(paths::root());
    // What the builder asks for himself stays.
    let mut flags = env::var_os("CARGO_ENCODED_RUSTFLAGS").unwrap_or_else(|| {
        let words = env::var("RUSTFLAGS").unwrap_or_default();
        let words: Vec<&str> = words.split_whitespace().collect();
        words.join("\u{1f}").into()
    });
    for folder in folders {
        if !flags.is_empty() {
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
    }
    flags
}

fn run_cargo(name: &str, command: Command) -> Outcome {
    let hint = "read the compiler's first error; a C compiler must be there too (gcc or clang, on Windows MSVC)";
    Step::new(name, command).minutes(60).hint(hint).run()
}
