//! `migrate`: moves a Godot project from the engine's TLS, crypto and HTTP classes to the addon's.
//!
//! It exits with 0 when nothing is left to do, else with 1: something has to be decided by hand, or without `--write`
//! something would change.

mod engine;
mod project;
mod report;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

use crate::cli::Args;
use crate::failure::{Failure, Outcome};
use engine::{Kind, Report, apply};
use project::Project;

/// What is left to do in a project.
#[derive(Debug, Default, PartialEq, Eq)]
struct Remainder {
    /// Places that would be changed, but were not written.
    changes: usize,
    /// Places that a person has to look at.
    decisions: usize,
}

/// Checks the project, prints what is found, and with `--write` changes its files.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let [dir] = &args.rest[..] else {
        let hint = "cargo xtask migrate DIR [--write]";
        return Err(Failure::new(
            "reading the command line",
            "migrate takes one folder",
            hint,
        ));
    };
    let mut lines = Vec::new();
    let remainder = migrate(Path::new(dir), args.has("write"), &mut lines)?;
    for line in lines {
        println!("{line}");
    }
    let is_done = remainder == Remainder::default();
    Ok(if is_done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn migrate(dir: &Path, may_write: bool, lines: &mut Vec<String>) -> Outcome<Remainder> {
    let project = Project::read(dir)?;
    let reports = engine::check(&project.sources);
    let files = project.sources.iter().zip(&reports);
    let mut told = HashMap::new();
    for (source, report) in files.clone() {
        lines.extend(report::findings(source, report, &mut told));
    }
    lines.extend(project.skipped.iter().map(report::skipped));
    for (source, report) in files.filter(|(_, report)| !report.edits.is_empty()) {
        lines.extend(report::diff(source, report));
        if may_write {
            project.write(&source.path, &apply(&source.text, &report.edits))?;
        }
    }
    let open = project.skipped.iter().filter(|skipped| skipped.is_open);
    let changes = count(&reports, Kind::Change);
    let remainder = Remainder {
        changes: if may_write { 0 } else { changes },
        decisions: count(&reports, Kind::Decide) + open.count(),
    };
    let changed = if may_write {
        "changed"
    } else {
        "would be changed by --write"
    };
    lines.push(format!(
        "{changes} places {changed}, {} stay, {} to be decided by hand",
        count(&reports, Kind::Stays),
        remainder.decisions
    ));
    Ok(remainder)
}

fn count(reports: &[Report], kind: Kind) -> usize {
    let findings = reports.iter().flat_map(|report| &report.findings);
    findings.filter(|finding| finding.kind == kind).count()
}
