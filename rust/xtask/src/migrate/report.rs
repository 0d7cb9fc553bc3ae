//! What the command prints.

use std::collections::HashMap;

use super::engine::{Kind, Report, Source, apply, position};
use super::project::Skipped;

/// Returns the lines about the findings of a file. A sentence that was told before is told by its place.
pub(super) fn findings(
    source: &Source,
    report: &Report,
    told: &mut HashMap<String, String>,
) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in &report.findings {
        let (line, column) = position(&source.text, finding.at);
        let place = format!("{}:{line}:{column}", source.path);
        let message = match told.get(&finding.message) {
            Some(first) if finding.kind == Kind::Differs => {
                let (member, _) = finding.message.split_once(':').unwrap_or_default();
                format!("{member}: as at {first}")
            }
            _ => finding.message.clone(),
        };
        lines.push(format!("{place}: {}: {message}", finding.kind.word()));
        told.entry(finding.message.clone()).or_insert(place);
    }
    lines
}

/// Returns the line about a file that was left alone.
pub(super) fn skipped(skipped: &Skipped) -> String {
    let kind = if skipped.is_open {
        Kind::Decide
    } else {
        Kind::Stays
    };
    format!(
        "{}: {}: left alone: {}",
        skipped.path,
        kind.word(),
        skipped.reason
    )
}

/// Returns the lines that change, in the form of `diff -U0`. Edits never add or remove a line.
pub(super) fn diff(source: &Source, report: &Report) -> Vec<String> {
    let changed = apply(&source.text, &report.edits);
    let path = &source.path;
    let mut lines = vec![format!("--- a/{path}"), format!("+++ b/{path}")];
    let pairs = source.text.split('\n').zip(changed.split('\n'));
    for (index, (old, new)) in pairs.enumerate().filter(|(_, (old, new))| old != new) {
        let bare = |line: &str| line.trim_end_matches('\r').to_owned();
        lines.push(format!("@@ -{0} +{0} @@", index + 1));
        lines.push(format!("-{}", bare(old)));
        lines.push(format!("+{}", bare(new)));
    }
    lines
}
