//! `reference` and `csharp`: files that are written from the addon's classes, and the proof that they are current.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::build;
use crate::cli::Args;
use crate::csharp;
use crate::failure::{Failure, OrFail, Outcome};
use crate::godot::Godot;
use crate::paths;
use crate::reference::description::Class;
use crate::reference::{self, File};
use crate::setup;

/// One verb's files.
struct Output {
    /// The command that writes them.
    command: &'static str,
    write: fn(&[Class]) -> Outcome<Vec<File>>,
    /// The folder that has nothing but these files, relative to the root.
    folder: Option<&'static str>,
}

const REFERENCE: Output = Output {
    command: "cargo xtask reference",
    write: reference::pages,
    folder: Some(reference::FOLDER),
};

const CSHARP: Output = Output {
    command: "cargo xtask csharp",
    write: csharp::files,
    folder: None,
};

/// Writes the pages of the class reference, or with `--check` only compares them.
pub(crate) fn reference(args: &Args) -> Outcome<ExitCode> {
    run(args, &REFERENCE)
}

/// Writes the wrappers for C#, or with `--check` only compares them.
pub(crate) fn csharp(args: &Args) -> Outcome<ExitCode> {
    run(args, &CSHARP)
}

/// Returns the files that differ from what a Godot knows of the classes, each with the command that renews it. The
/// project has the addon of the suites.
pub fn outdated(godot: &Godot, project: &Path) -> Outcome<Vec<String>> {
    let classes = reference::classes(godot, project)?;
    let mut faults = differing(&REFERENCE, &classes)?;
    faults.extend(differing(&CSHARP, &classes)?);
    Ok(faults)
}

fn run(args: &Args, output: &Output) -> Outcome<ExitCode> {
    let godot = setup::godot()?;
    build::for_tests()?;
    let classes = reference::classes(&godot, &paths::test_project())?;
    if args.has("check") {
        let faults = differing(output, &classes)?;
        if faults.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        let step = "comparing the generated files";
        return Err(Failure::new(step, faults.join("\n  "), output.command));
    }
    let files = (output.write)(&classes)?;
    for path in left_over(output, &files)? {
        let hint = "check the folder's rights";
        fs::remove_file(&path).or_fail(format!("removing {}", paths::shown(&path)), hint)?;
    }
    for file in &files {
        paths::write(&file.path, &file.text)?;
        println!("{}", paths::shown(&file.path));
    }
    Ok(ExitCode::SUCCESS)
}

fn differing(output: &Output, classes: &[Class]) -> Outcome<Vec<String>> {
    let files = (output.write)(classes)?;
    let is_current =
        |file: &&File| fs::read_to_string(&file.path).is_ok_and(|text| text == file.text);
    let outdated = files.iter().filter(|file| !is_current(file));
    let mut paths: Vec<PathBuf> = outdated.map(|file| file.path.clone()).collect();
    paths.extend(left_over(output, &files)?);
    let command = output.command;
    let told = paths
        .iter()
        .map(|path| format!("{} is not current: {command}", paths::shown(path)));
    Ok(told.collect())
}

/// Returns the files of a folder of ours that no class has any more.
fn left_over(output: &Output, files: &[File]) -> Outcome<Vec<PathBuf>> {
    let Some(folder) = output.folder.map(|folder| paths::root().join(folder)) else {
        return Ok(Vec::new());
    };
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let step = format!("listing {}", paths::shown(&folder));
    let entries = fs::read_dir(&folder).or_fail(step, "restore it from git")?;
    let present = entries.flatten().map(|entry| entry.path());
    Ok(present
        .filter(|path| files.iter().all(|file| file.path != *path))
        .collect())
}
