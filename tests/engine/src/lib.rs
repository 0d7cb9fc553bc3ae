//! What the tests in `tests/` share: a Godot to start, projects made for one test, peers, and how to say that a
//! test could not run.

mod project;
mod server;

use std::env;
use std::path::PathBuf;

use xtask::godot::Godot;
use xtask::process::{Captured, Step};

pub use project::{Project, shipped_addon, suites_addon};
pub use server::TlsServer;
pub use xtask::skip::present;

/// The Godot that `cargo xtask test` names, or a skip of the test.
pub fn godot() -> Option<Godot> {
    let named = env::var_os("GODOT4_BIN").map(PathBuf::from);
    let bin = present(named, "GODOT4_BIN is not set; run it by `cargo xtask test`")?;
    Some(Godot {
        bin,
        version: String::new(),
        template: env::var_os("RUSTLS_TEST_TEMPLATE").map(PathBuf::from),
    })
}

/// Runs a Godot to its end and returns what it printed; a hang is a failure with its name.
pub fn finish(name: &str, command: std::process::Command, minutes: u64) -> Captured {
    let run = Step::new(name, command).minutes(minutes).capture();
    run.unwrap_or_else(|failure| panic!("{failure}"))
}

/// Fails when the run did not end with 0 or its log has a line about an error.
pub fn assert_clean(name: &str, run: &Captured) {
    assert_eq!(run.code, Some(0), "{name} ended badly:\n{}", run.text);
    let problems: Vec<&str> = run
        .text
        .lines()
        .filter(|line| xtask::godot::is_problem(line))
        .collect();
    assert!(
        problems.is_empty(),
        "{name} printed {problems:?} in\n{}",
        run.text
    );
}
