//! `test`: the checks, the Rust tests, and the GDScript suites in a headless Godot.

mod judge;

use std::process::ExitCode;

use crate::build;
use crate::check;
use crate::cli::Args;
use crate::failure::Outcome;
use crate::godot::Godot;
use crate::paths;
use crate::process::{Step, announce, cargo};
use crate::setup;
use judge::{Totals, Verdict};

/// Runs what the flags leave and prints the total in a line of its own at the end, whatever happens.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let mut report = Report::default();
    if let Err(failure) = parts(args, &mut report) {
        eprintln!("\n{failure}");
        report.complaints.push(failure.step().to_owned());
        report.totals.failed += 1;
    }
    Ok(report.finish())
}

fn parts(args: &Args, report: &mut Report) -> Outcome {
    let only_godot = args.has("godot") || args.value("suite").is_some();
    let only_rust = args.has("rust");
    if !args.has("no-check") && !only_godot && !only_rust {
        report.checks(&check::all()?);
    }
    let godot = setup::godot()?;
    build::for_tests()?;
    if only_rust || !only_godot {
        // The engine tests export a game: that takes the libraries as they are shipped.
        build::release(None)?;
        report.add("Rust tests", &rust(&godot)?);
    }
    if only_godot || !only_rust {
        report.add("GDScript suites", &suites(&godot, args)?);
    }
    Ok(())
}

/// What the parts came to.
#[derive(Default)]
struct Report {
    totals: Totals,
    complaints: Vec<String>,
    skips: Vec<String>,
}

impl Report {
    fn checks(&mut self, summary: &check::Summary) {
        let failed = summary.failed.iter().map(|name| format!("check: {name}"));
        self.complaints.extend(failed);
        self.skips.extend(summary.skipped.iter().cloned());
        self.totals.failed += summary.failed.len() as u64;
        self.totals.skipped += summary.skipped.len() as u64;
    }

    fn add(&mut self, part: &str, verdict: &Verdict) {
        println!("-- {part}: {}", verdict.totals);
        self.totals += verdict.totals;
        let complaints = verdict
            .complaints
            .iter()
            .map(|line| format!("{part}: {line}"));
        self.complaints.extend(complaints);
        self.skips.extend(verdict.skips.iter().cloned());
    }

    fn finish(self) -> ExitCode {
        println!();
        for skip in &self.skips {
            println!("SKIPPED {skip}");
        }
        for complaint in &self.complaints {
            println!("FAILED {complaint}");
        }
        println!("{}", self.totals);
        if self.complaints.is_empty() && self.totals.failed == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn rust(godot: &Godot) -> Outcome<Verdict> {
    announce("Rust tests");
    let mut command = cargo();
    command
        .args([
            "test",
            "--workspace",
            "--no-fail-fast",
            "--features",
            build::TEST_FEATURES,
        ])
        .env("GODOT4_BIN", &godot.bin)
        .env("RUSTLS_TEST_PROJECT", paths::test_project());
    if let Some(template) = &godot.template {
        command.env("RUSTLS_TEST_TEMPLATE", template);
    }
    let run = Step::new("the Rust tests", command)
        .minutes(50)
        .echo()
        .capture()?;
    Ok(judge::rust(&run))
}

fn suites(godot: &Godot, args: &Args) -> Outcome<Verdict> {
    announce("GDScript suites");
    let project = paths::test_project();
    godot.import(&project)?;
    let mut command = godot.headless(&project);
    if let Some(suite) = args.value("suite") {
        let mut word = std::ffi::OsString::from("--suite=");
        word.push(suite);
        command.arg("--").arg(word);
    }
    let run = Step::new("the GDScript suites", command)
        .minutes(25)
        .echo()
        .capture()?;
    Ok(judge::suites(&run))
}
