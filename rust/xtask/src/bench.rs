//! `bench`: the measuring project in a headless Godot, with the libraries as they are shipped.
//!
//! Parts that need a process of their own come first and leave their figures in files; the last run, which measures TLS
//! and HTTP, reports them along with its own.

mod nginx;
mod start;

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::build;
use crate::cli::Args;
use crate::failure::{Failure, OrFail, Outcome};
use crate::godot::Godot;
use crate::manifest::{Kind, Manifest, Platform};
use crate::paths;
use crate::process::{Step, announce};
use crate::setup;
use crate::stage::{self, Library};
use nginx::Nginx;

/// Builds, stages, measures, and checks that the figures were written.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let godot = setup::godot()?;
    let only = only(args);
    if only.is_some() {
        build::for_editor()?;
    } else {
        build::release(None)?;
    }
    let plain_rustls = match only.as_deref() {
        None | Some("tls") => Some(build::plain_rustls()?),
        Some(_) => None,
    };
    prepare(&godot)?;
    let folder = paths::target().join("bench");
    paths::make_dir(&folder)?;
    let mut others = Vec::new();
    if only.is_none() {
        others = start::measure(&godot, &folder)?;
        others.push(many(&godot, &folder)?);
    }
    let server = match only.as_deref() {
        None | Some("http") => serve(&godot, &folder.join("site"))?,
        Some(_) => None,
    };
    let json = figures_file(args)?;
    announce("Measuring (minutes; leave the machine alone)");
    let mut command = godot.headless(&paths::bench_project());
    command.arg("--").arg(word("--json=", &json));
    command.arg(format!("--fact=rustls={}", rustls_version()?));
    if let Some(program) = &plain_rustls {
        command.arg(word("--plain-rustls=", program));
    }
    if let Some(server) = &server {
        command.arg(format!("--http-port={}", server.port));
        command.arg(word("--http-site=", &server.site));
    }
    command.args(others.iter().map(|file| word("--add=", file)));
    command.args(&args.rest);
    measure("the measurements", &command, &json)?;
    println!("Figures: {}", paths::shown(&json));
    Ok(ExitCode::SUCCESS)
}

/// The one part that is asked for.
fn only(args: &Args) -> Option<String> {
    args.rest
        .iter()
        .find_map(|word| Some(word.to_str()?.strip_prefix("--only=")?.to_owned()))
}

/// Stages the editor's library, which the Godot that measures takes.
fn prepare(godot: &Godot) -> Outcome {
    let project = paths::bench_project();
    let manifest = Manifest::load()?;
    let place = manifest
        .library(Platform::host()?, Kind::Editor)?
        .to_owned();
    let built = paths::demo_project().join(paths::ADDON).join(&place);
    stage::load_part(&project, &manifest, &[Library { built, place }])?;
    godot.import(&project)
}

/// Where the figures go.
fn figures_file(args: &Args) -> Outcome<PathBuf> {
    Ok(match args.value("json") {
        Some(file) => env::current_dir()
            .or_fail("finding the current folder", "")?
            .join(file),
        None => paths::target().join("bench.json"),
    })
}

/// Thousands of open connections, in a process that has nothing else to remember.
fn many(godot: &Godot, folder: &Path) -> Outcome<PathBuf> {
    announce("Measuring among many connections (a minute)");
    let file = folder.join("many.json");
    let mut command = godot.headless(&paths::bench_project());
    command.args(["--", "--only=many"]);
    command.arg(word("--json=", &file));
    measure("many connections", &command, &file)?;
    Ok(file)
}

/// Runs the measuring project, which has to write its figures.
fn measure(name: &str, command: &Command, json: &Path) -> Outcome {
    if json.exists() {
        std::fs::remove_file(json)
            .or_fail("removing the old figures", "check the file's rights")?;
    }
    Step::new(name, with_many_files(command))
        .minutes(60)
        .hint("open tests/bench in the editor and run it there")
        .run()?;
    if json.is_file() {
        return Ok(());
    }
    let cause = "the project ended well but wrote no figures";
    Err(Failure::new(name, cause, "see tests/bench"))
}

/// The same command, allowed to open a file for both ends of thousands of connections, or as many as the system lets it.
fn with_many_files(command: &Command) -> Command {
    const RAISE: &str = "ulimit -n 16384 2>/dev/null || ulimit -n \"$(ulimit -H -n)\"; exec \"$@\"";
    let mut raised = if cfg!(unix) {
        let mut shell = Command::new("sh");
        shell.args(["-c", RAISE, "sh"]).arg(command.get_program());
        shell
    } else {
        Command::new(command.get_program())
    };
    raised.args(command.get_args());
    raised
}

/// The version that is built in.
fn rustls_version() -> Outcome<String> {
    let file = paths::root().join("Cargo.lock");
    version_in(&paths::read(&file)?, "rustls").ok_or_else(|| {
        let cause = format!("{} names no rustls", paths::shown(&file));
        let hint = "cargo update --package rustls";
        Failure::new("finding the version of rustls", cause, hint)
    })
}

/// The version of a package that Cargo has locked.
fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("\nname = \"{package}\"\nversion = \"");
    let (version, _) = lock.split_once(&name)?.1.split_once('"')?;
    Some(version.to_owned())
}

/// An argument that names a file.
fn word(name: &str, file: &Path) -> OsString {
    let mut word = OsString::from(name);
    word.push(file);
    word
}

/// A server for the HTTP measures. Without nginx they are left out, out loud.
fn serve(godot: &Godot, site: &Path) -> Outcome<Option<Nginx>> {
    let Some(program) = nginx::program() else {
        println!("nginx is not installed: HTTP is not measured (cargo xtask setup --peers)");
        return Ok(None);
    };
    paths::remove_dir(site)?;
    let mut command = godot.headless(&paths::bench_project());
    command.arg("--").arg(word("--make-site=", site));
    Step::new("making what the HTTP server serves", command).quiet()?;
    Nginx::start(&program, site).map(Some)
}

#[cfg(test)]
mod tests {
    use super::version_in;

    #[test]
    fn a_locked_version_is_that_of_the_package_with_exactly_this_name() {
        let lock = "[[package]]\nname = \"rustls-webpki\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"rustls\"\nversion = \"0.23.1\"\n";
        assert_eq!(version_in(lock, "rustls").as_deref(), Some("0.23.1"));
        assert_eq!(version_in(lock, "rust"), None);
    }
}
