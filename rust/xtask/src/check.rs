//! `check`: everything that can be said about the tree without running it.

use std::env;
use std::process::{Command, ExitCode};

use crate::build::TEST_FEATURES;
use crate::engine_api;
use crate::failure::{Failure, Outcome};
use crate::instructions::{self, Counter};
use crate::layers;
use crate::process::{Step, announce, cargo};
use crate::setup;
use crate::tidy;
use crate::versions;

/// What the checks came to.
#[derive(Default)]
pub(crate) struct Summary {
    /// One line a failed check.
    pub(crate) failed: Vec<String>,
    /// One line a check that could not run.
    pub(crate) skipped: Vec<String>,
}

/// Runs all checks and tells which failed.
pub(crate) fn run() -> Outcome<ExitCode> {
    let summary = all()?;
    for line in &summary.skipped {
        println!("SKIPPED {line}");
    }
    if summary.failed.is_empty() {
        println!("\nAll checks passed.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("\nFailed checks: {}", summary.failed.join(", "));
    Ok(ExitCode::FAILURE)
}

/// Runs every check, also after one failed: a person then mends all at once.
pub(crate) fn all() -> Outcome<Summary> {
    let mut summary = Summary::default();
    let clippy = |extra: &[&str]| {
        let mut words = vec!["clippy", "--quiet", "--all-targets"];
        words.extend(extra);
        words.extend(["--", "-D", "warnings"]);
        words.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let checks = [
        ("formatting", words("fmt --all --check"), "cargo fmt --all"),
        (
            "clippy",
            clippy(&["--workspace", "--features", TEST_FEATURES]),
            "mend what it names",
        ),
        (
            "clippy of the shipped features",
            clippy(&["--package", "godot-rustls"]),
            "mend what it names",
        ),
        (
            "documentation of the layers",
            words(
                "doc --quiet --no-deps --package godot-rustls-pki --package godot-rustls-tls --package godot-rustls-net --package godot-rustls-http --package godot-rustls-runtime",
            ),
            "mend the links it names",
        ),
    ];
    for (name, words, hint) in checks {
        announce(&format!("Checking: {name}"));
        let mut command = cargo();
        command.args(words).env("RUSTDOCFLAGS", "-D warnings");
        note(
            &mut summary,
            Step::new(name, command).minutes(40).hint(hint).run(),
        );
    }
    announce("Checking: house rules");
    note(&mut summary, tidy::run());
    note(&mut summary, versions::check());
    announce("Checking: layers");
    note(&mut summary, layers::check());
    announce("Checking: the engine's description");
    note(&mut summary, engine_api::check());
    announce("Checking: dependencies");
    dependencies(&mut summary)?;
    announce("Checking: instructions");
    count_instructions(&mut summary);
    Ok(summary)
}

fn note(summary: &mut Summary, result: Outcome) {
    if let Err(failure) = result {
        eprintln!("{failure}");
        summary.failed.push(failure.step().to_owned());
    }
}

/// Skips the check out loud; CI does not skip.
fn not_installed(summary: &mut Summary, check: &str, program: &str) {
    let cause = format!("{program} is not installed (cargo xtask setup --peers)");
    if env::var_os("CI").is_some_and(|value| value == "true") {
        let failure = Failure::new(check, cause, "cargo xtask setup --peers");
        note(summary, Err(failure));
    } else {
        summary.skipped.push(format!("{check}: {cause}"));
    }
}

fn count_instructions(summary: &mut Summary) {
    match instructions::counter() {
        Counter::Valgrind(valgrind) => note(summary, instructions::check(&valgrind)),
        Counter::Missing => not_installed(summary, "instructions", "valgrind"),
        Counter::OtherPlatform(why) => summary.skipped.push(format!("instructions: {why}")),
    }
}

fn dependencies(summary: &mut Summary) -> Outcome {
    let Some(deny) = setup::cargo_deny() else {
        not_installed(summary, "dependencies", "cargo-deny");
        return Ok(());
    };
    let check = |words: &[&str]| {
        let mut command = Command::new(&deny);
        command.current_dir(crate::paths::root());
        command
            .args(["--locked", "check", "--hide-inclusion-graph"])
            .args(words);
        command
    };
    let rules = check(&["bans", "licenses", "sources"]);
    let hint = "deny.toml says what may be linked and why";
    note(
        summary,
        Step::new("dependencies: licences, sources, bans", rules)
            .hint(hint)
            .run(),
    );
    let name = "dependencies: advisories";
    let advisories = Step::new(name, check(&["advisories"])).capture()?;
    if advisories
        .text
        .contains("failed to fetch advisory database")
    {
        println!(
            "NOTE: the advisory database cannot be reached from here: known vulnerabilities were NOT checked."
        );
        summary
            .skipped
            .push(format!("{name}: the advisory database cannot be reached"));
    } else if advisories.code != Some(0) {
        print!("{}", advisories.text);
        let failure = Failure::new(
            name,
            "a dependency has an advisory",
            "cargo update, or see deny.toml",
        );
        note(summary, Err(failure));
    }
    Ok(())
}
