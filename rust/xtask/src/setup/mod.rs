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

/// A Godot 4: the one that is present, else a fresh install.
pub(crate) fn godot() -> Outcome<Godot> {
    present()?.map_or_else(install, Ok)
}

/// The user's own Godot, else the one in `target/`. `None`: there is none, and [`install`] can
/// bring one.
pub(crate) fn present() -> Outcome<Option<Godot>> {
    if let Some(own) = find::own()? {
        return Ok(Some(own));
    }
    if let Some(installed) = debian::installed()? {
        return Ok(Some(installed));
    }
    if debian::possible() {
        return Ok(None);
    }
    Err(Failure::new(
        "finding Godot 4",
        "neither GODOT4_BIN nor a godot4 or godot on PATH is a Godot 4.3 or newer",
        "get the standard build from https://godotengine.org/download and set GODOT4_BIN to its full path",
    ))
}

/// Brings a Godot into `target/`.
pub(crate) fn install() -> Outcome<Godot> {
    debian::install()
}
