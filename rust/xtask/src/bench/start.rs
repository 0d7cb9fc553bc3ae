//! What the addon costs before a game does anything: the time to the first frame, the trust store, the libraries' size.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

use crate::failure::{Failure, OrFail, Outcome};
use crate::godot::{Godot, is_problem};
use crate::manifest::{Kind, Manifest, Platform};
use crate::paths;
use crate::process::{Step, announce};
use crate::stage::{self, Library};

/// How often a game is started with the addon, and as often without.
const STARTS: usize = 15;

/// In how many processes the trust store is loaded.
const TRUST_LOADS: usize = 5;

/// The heading in the report.
const GROUP: &str = "Start";

const SETTINGS: &str = "config_version=5\n\n[application]\n\nconfig/name=\"Empty\"\nrun/main_scene=\"res://empty.tscn\"\n";
const SCENE: &str = "[gd_scene format=3]\n\n[node name=\"Empty\" type=\"Node\"]\n";

/// Measures all of it. Returns the files with the figures, for the report.
pub(super) fn measure(godot: &Godot, folder: &Path) -> Outcome<Vec<PathBuf>> {
    announce("Measuring starts (under a minute)");
    let manifest = Manifest::load()?;
    let libraries = libraries(&manifest)?;
    let mut results = starts(godot, folder, &manifest, &libraries)?;
    for (library, name) in libraries.iter().zip(["for the editor", "for games"]) {
        let size = std::fs::metadata(&library.built)
            .or_fail("reading a library's size", "cargo xtask build")?
            .len();
        let title = format!("library {name}");
        results.push(row(&title, "MB", &json!({ "rustls": [size as f64 / 1e6] })));
    }
    let file = folder.join("start.json");
    paths::write(&file, json!({ "results": results }).to_string())?;
    let mut files = vec![file];
    for number in 1..=TRUST_LOADS {
        files.push(trust_load(godot, folder, number)?);
    }
    Ok(files)
}

/// Both, as the build staged them: the editor's first.
fn libraries(manifest: &Manifest) -> Outcome<Vec<Library>> {
    let addon = paths::demo_project().join(paths::ADDON);
    [Kind::Editor, Kind::Game]
        .into_iter()
        .map(|kind| {
            let place = manifest.library(Platform::host()?, kind)?.to_owned();
            let built = addon.join(&place);
            Ok(Library { built, place })
        })
        .collect()
}

/// Starts an empty game with the addon and the same without it, in turn.
fn starts(
    godot: &Godot,
    folder: &Path,
    manifest: &Manifest,
    libraries: &[Library],
) -> Outcome<Vec<Value>> {
    let without = empty_game(folder, "without")?;
    let with = empty_game(folder, "with")?;
    stage::load_part(&with, manifest, libraries)?;
    // The first start of each reads files that the others find in memory.
    start(godot, &without)?;
    start(godot, &with)?;
    let (mut plain, mut loaded) = (Vec::new(), Vec::new());
    for round in 0..STARTS {
        if round % 2 == 0 {
            plain.push(start(godot, &without)?);
            loaded.push(start(godot, &with)?);
        } else {
            loaded.push(start(godot, &with)?);
            plain.push(start(godot, &without)?);
        }
    }
    let later: Vec<f64> = loaded.iter().zip(&plain).map(|(l, p)| l - p).collect();
    let both = json!({ "engine": plain, "rustls": loaded });
    Ok(vec![
        row(
            "start an empty game and quit in its first frame",
            "ms",
            &both,
        ),
        row("later with the addon", "ms", &json!({ "rustls": later })),
    ])
}

fn empty_game(folder: &Path, name: &str) -> Outcome<PathBuf> {
    let project = folder.join(name);
    paths::write(&project.join("project.godot"), SETTINGS)?;
    paths::write(&project.join("empty.tscn"), SCENE)?;
    Ok(project)
}

/// The time from starting the process to its end, in milliseconds.
fn start(godot: &Godot, project: &Path) -> Outcome<f64> {
    const STEP: &str = "starting an empty game";
    let mut command = godot.headless(project);
    command.arg("--quit");
    let begun = Instant::now();
    let output = command.output().or_fail(STEP, "cargo xtask setup")?;
    let took = begun.elapsed();
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() && !text.lines().any(is_problem) {
        return Ok(took.as_secs_f64() * 1e3);
    }
    let cause = format!("it ended with {}: {text}", output.status);
    let hint = format!("run it: godot --headless --path {}", project.display());
    Err(Failure::new(STEP, cause, &hint))
}

/// Loads the trust store in a process of its own.
fn trust_load(godot: &Godot, folder: &Path, number: usize) -> Outcome<PathBuf> {
    let file = folder.join(format!("trust-{number}.json"));
    let mut command = godot.headless(&paths::bench_project());
    command.args(["--", "--only=trust"]);
    command.arg(format!("--json={}", file.display()));
    Step::new("loading the trust store", command).quiet()?;
    Ok(file)
}

fn row(name: &str, unit: &str, samples: &Value) -> Value {
    json!({ "group": GROUP, "name": name, "unit": unit, "larger_is_better": false, "samples": samples })
}
