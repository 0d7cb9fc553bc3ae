//! `bench`: the measuring project in a headless Godot, with the libraries as they are shipped.

mod nginx;

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

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
    build::for_editor()?;
    let project = paths::bench_project();
    let manifest = Manifest::load()?;
    let place = manifest
        .library(Platform::host()?, Kind::Editor)?
        .to_owned();
    let built = paths::demo_project().join(paths::ADDON).join(&place);
    stage::load_part(&project, &manifest, &[Library { built, place }])?;
    godot.import(&project)?;
    let json = match args.value("json") {
        Some(file) => env::current_dir()
            .or_fail("finding the current folder", "")?
            .join(file),
        None => paths::target().join("bench.json"),
    };
    if json.exists() {
        std::fs::remove_file(&json)
            .or_fail("removing the old figures", "check the file's rights")?;
    }
    let site = paths::target().join("bench-site");
    let server = serve(&godot, &site)?;
    announce("Measuring (minutes; leave the machine alone)");
    let mut word = OsString::from("--json=");
    word.push(&json);
    let mut command = godot.headless(&project);
    command.arg("--").arg(word);
    if let Some(server) = &server {
        command.arg(format!("--http-port={}", server.port));
        command.arg(format!("--http-site={}", site.display()));
    }
    command.args(&args.rest);
    Step::new("the measurements", command)
        .minutes(60)
        .hint("open tests/bench in the editor and run it there")
        .run()?;
    if !json.is_file() {
        let cause = "the project ended well but wrote no figures";
        return Err(Failure::new("the measurements", cause, "see tests/bench"));
    }
    println!("Figures: {}", paths::shown(&json));
    Ok(ExitCode::SUCCESS)
}

/// A server for the HTTP measures. Without nginx they are left out, out loud.
fn serve(godot: &Godot, site: &Path) -> Outcome<Option<Nginx>> {
    let Some(program) = nginx::program() else {
        println!("nginx is not installed: HTTP is not measured (cargo xtask setup --peers)");
        return Ok(None);
    };
    paths::remove_dir(site)?;
    let mut command = godot.headless(&paths::bench_project());
    command
        .arg("--")
        .arg(format!("--make-site={}", site.display()));
    Step::new("making what the HTTP server serves", command).quiet()?;
    Nginx::start(&program, site).map(Some)
}
