//! `demo`: the demo project, in a window, headless, or in a virtual display for a picture.

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;

use crate::build;
use crate::cli::Args;
use crate::failure::{Failure, OrFail, Outcome};
use crate::godot::{Display, Godot};
use crate::paths;
use crate::process::{Step, announce};
use crate::setup;

/// Builds, runs, and ends with the demo's own exit code.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let godot = prepare()?;
    let project = paths::demo_project();
    godot.import(&project)?;
    if let Some(file) = args.value("screenshot") {
        return screenshot(&godot, &project, Path::new(file), args);
    }
    if args.has("headless") || !has_display() {
        announce("Running the demo without a window");
        let mut command = godot.headless(&project);
        command.arg("--").args(&args.rest);
        return exit_code(Step::new("the demo", command).minutes(5));
    }
    announce("Running the demo");
    let mut command = Command::new(&godot.bin);
    command
        .arg("--path")
        .arg(&project)
        .arg("--")
        .args(&args.rest);
    // A person closes the window: a day is only there because every child has a limit.
    exit_code(Step::new("the demo", command).minutes(24 * 60))
}

/// Brings Godot and builds the library at the same time: one waits for the network, the other for the
/// processor.
fn prepare() -> Outcome<Godot> {
    let present = setup::present()?;
    thread::scope(|scope| {
        let godot = scope.spawn(|| present.map_or_else(setup::install, Ok));
        build::for_demo()?;
        godot
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn screenshot(godot: &Godot, project: &Path, file: &Path, args: &Args) -> Outcome<ExitCode> {
    let file = env::current_dir()
        .or_fail("finding the current folder", "")?
        .join(file);
    if let Some(dir) = file.parent() {
        paths::make_dir(dir)?;
    }
    announce("Running the demo in a virtual display");
    let display = Display::start()?;
    let mut command = Command::new(&godot.bin);
    display.show(&mut command);
    let mut picture = std::ffi::OsString::from("--screenshot=");
    picture.push(&file);
    command
        .arg("--path")
        .arg(project)
        .arg("--")
        .arg(picture)
        .args(&args.rest);
    let before = modified(&file);
    let code = exit_code(Step::new("the demo in a virtual display", command).minutes(5))?;
    if modified(&file) == before {
        let cause = format!("{} was not written", file.display());
        return Err(Failure::new(
            "taking the picture",
            cause,
            "read the lines above",
        ));
    }
    println!("Picture: {}", file.display());
    Ok(code)
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    file.metadata().ok()?.modified().ok()
}

fn has_display() -> bool {
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn exit_code(step: Step) -> Outcome<ExitCode> {
    let status = step
        .hint("cargo xtask demo --headless shows what happens in words")
        .status()?;
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1);
    Ok(ExitCode::from(code))
}
