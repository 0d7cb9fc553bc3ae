//! `setup`: a Godot 4 for every verb that needs one, and the programs that the tests talk to.

mod debian;
mod find;
mod peers;

use std::process::ExitCode;

use crate::cli::Args;
use crate::failure::{Failure, Outcome};
use crate::godot::Godot;
pub(crate) use peers::cargo_deny;

/// Finds or installs Godot, and with `--peers` everything else that the tests want.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    if args.has("peers") {
        peers::install()?;
    }
    let godot = godot()?;
    println!("Godot {} at {}", godot.version, godot.bin.display());
    Ok(ExitCode::SUCCESS)
}

/// A Godot 4: the user's own, else the one in `target/`, else a fresh install where that is possible.
pub(crate) fn godot() -> Outcome<Godot> {
    if let Some(own) = find::own()? {
        return Ok(own);
    }
    if let Some(installed) = debian::installed()? {
        return Ok(installed);
    }
    if debian::possible() {
        return debian::install();
    }
    Err(Failure::new(
        "finding Godot 4",
        "neither GODOT4_BIN nor a godot4 or godot on PATH is a Godot 4.3 or newer",
        "get the standard build from https://godotengine.org/download and set GODOT4_BIN to its full path",
    ))
}
