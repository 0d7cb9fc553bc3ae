//! The user's own Godot.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::godot::{Godot, MINIMUM};
use crate::paths;
use crate::process::Step;

/// The Godot that the user named or has on `PATH`. One that was named and does not work is a failure: silently
/// taking another would test something else than was asked for.
pub(super) fn own() -> Outcome<Option<Godot>> {
    if let Some(named) = env::var_os("GODOT4_BIN").filter(|value| !value.is_empty()) {
        let bin = PathBuf::from(named);
        let version = version(&bin)
            .and_then(|version| {
                suitable(&version)
                    .then_some(version)
                    .ok_or("it is too old".into())
            })
            .map_err(|cause| {
                let cause = format!("{}: {cause}", bin.display());
                let hint = "set GODOT4_BIN to the editor binary of Godot 4.3 or newer, or unset it";
                Failure::new("starting the Godot in GODOT4_BIN", cause, hint)
            })?;
        return Ok(Some(found(bin, version)));
    }
    let on_path = ["godot4", "godot"]
        .iter()
        .filter_map(|name| paths::program(name));
    for bin in on_path {
        match version(&bin) {
            Ok(version) if suitable(&version) => return Ok(Some(found(bin, version))),
            Ok(version) => println!("  {} is Godot {version}: passed over", bin.display()),
            Err(cause) => println!("  {} does not start ({cause}): passed over", bin.display()),
        }
    }
    Ok(None)
}

fn found(bin: PathBuf, version: String) -> Godot {
    Godot {
        bin,
        version,
        template: None,
    }
}

/// What `--version` prints, in one line.
pub(super) fn version(bin: &Path) -> Result<String, String> {
    let mut command = Command::new(bin);
    command.args(["--headless", "--version"]);
    let captured = Step::new("asking for the version", command)
        .minutes(1)
        .capture()
        .map_err(|failure| failure.to_string())?;
    captured
        .text
        .lines()
        .map(str::trim)
        .find(|line| number(line).is_some())
        .map(str::to_owned)
        .ok_or_else(|| format!("no version in what it printed: {}", captured.text.trim()))
}

fn suitable(version: &str) -> bool {
    number(version).is_some_and(|(major, minor)| major == MINIMUM.0 && minor >= MINIMUM.1)
}

/// Major and minor number of `4.6.3.stable.official`.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::suitable;

    #[test]
    fn only_a_godot_4_of_the_minimum_version_is_suitable() {
        for good in [
            "4.3.stable.official.77dcf97d8",
            "4.6.3.stable.debian",
            "4.10.beta1",
        ] {
            assert!(suitable(good), "{good}");
        }
        for bad in [
            "3.5.2.stable",
            "4.2.2.stable.official",
            "5.0.dev",
            "",
            "Godot",
            "4",
        ] {
            assert!(!suitable(bad), "{bad}");
        }
    }
}
