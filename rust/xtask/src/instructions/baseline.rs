//! The committed counts, and what a new count says against them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::failure::{Failure, Outcome};

/// Per cent that a count may grow unnoticed. Random numbers move it by a tenth of that.
const ALLOWED: u64 = 5;

/// Behind this stands what a baseline was counted with.
const TOOLS: &str = "# Counted with: ";

/// Instructions by operation.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) by_name: BTreeMap<String, u64>,
    /// What took part in the count beside our code.
    pub(super) tools: String,
}

/// One line an operation in each.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Comparison {
    /// What must be mended, or accepted by a new baseline.
    pub(super) faults: Vec<String>,
    /// What a new baseline would make use of.
    pub(super) notes: Vec<String>,
}

impl Counts {
    /// Reads what [`Counts::to_text`] wrote.
    pub(super) fn parse(text: &str) -> Outcome<Self> {
        let mut counts = Self::default();
        for (index, line) in text.lines().enumerate() {
            if let Some(tools) = line.strip_prefix(TOOLS) {
                tools.clone_into(&mut counts.tools);
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = line.split_once(' ');
            let Some((name, Ok(count))) = entry.map(|(name, count)| (name, count.parse())) else {
                let cause = format!("line {}: no name with a count: `{line}`", index + 1);
                return Err(Failure::new("reading the baseline", cause, super::RENEW));
            };
            counts.by_name.insert(name.to_owned(), count);
        }
        Ok(counts)
    }

    /// One line a name, below what a reader has to know.
    pub(super) fn to_text(&self) -> String {
        let mut text = format!(
            "# Instructions that each operation of benches/operations takes, both sides of a connection together.\n\
             # Made by: {}\n{TOOLS}{}\n",
            super::RENEW,
            self.tools
        );
        for (name, count) in &self.by_name {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{name} {count}");
        }
        text
    }

    /// What `now` says against these counts.
    pub(super) fn compare(&self, now: &Self) -> Comparison {
        let mut comparison = Comparison::default();
        for (name, &count) in &now.by_name {
            let Some(&before) = self.by_name.get(name) else {
                let fault = format!("{name}: {count} instructions, and the baseline has no count");
                comparison.faults.push(fault);
                continue;
            };
            if count.abs_diff(before) * 100 <= before * ALLOWED {
                continue;
            }
            let change = change(before, count);
            let line = format!(
                "{name}: {count} instructions, {before} in the baseline: {:.1} % {}",
                change.abs(),
                if change > 0.0 { "more" } else { "fewer" }
            );
            if change > 0.0 {
                comparison.faults.push(line);
            } else {
                comparison.notes.push(line);
            }
        }
        let gone = self
            .by_name
            .keys()
            .filter(|name| !now.by_name.contains_key(*name));
        let gone = gone.map(|name| format!("{name}: in the baseline, and no operation any more"));
        comparison.faults.extend(gone);
        comparison
    }
}

/// Per cent by which `count` lies above `before`.
#[allow(clippy::cast_precision_loss)] // Counts lie far below 2^52.
pub(super) fn change(before: u64, count: u64) -> f64 {
    (count as f64 / before as f64 - 1.0) * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(entries: &[(&str, u64)]) -> Counts {
        Counts {
            by_name: entries
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect(),
            tools: "rustc 1, valgrind 2".to_owned(),
        }
    }

    #[test]
    fn five_per_cent_are_let_pass_both_ways() {
        let before = counts(&[("a/x", 1000), ("a/y", 1000)]);
        let now = counts(&[("a/x", 1050), ("a/y", 950)]);
        assert_eq!(before.compare(&now), Comparison::default());
    }

    #[test]
    fn a_larger_count_is_a_fault_that_names_both_counts_and_the_percentage() {
        let comparison = counts(&[("a/x", 1000)]).compare(&counts(&[("a/x", 1051)]));
        let fault = "a/x: 1051 instructions, 1000 in the baseline: 5.1 % more";
        assert_eq!(comparison.faults, [fault]);
        assert!(comparison.notes.is_empty());
    }

    #[test]
    fn a_smaller_count_is_a_note() {
        let comparison = counts(&[("a/x", 1000)]).compare(&counts(&[("a/x", 900)]));
        let note = "a/x: 900 instructions, 1000 in the baseline: 10.0 % fewer";
        assert_eq!(comparison.notes, [note]);
        assert!(comparison.faults.is_empty());
    }

    #[test]
    fn an_operation_that_only_one_of_both_knows_is_a_fault() {
        let comparison = counts(&[("a/old", 1)]).compare(&counts(&[("a/new", 2)]));
        assert_eq!(comparison.faults.len(), 2, "{comparison:?}");
        assert!(comparison.faults[0].starts_with("a/new: 2 instructions"));
        assert!(comparison.faults[1].starts_with("a/old: in the baseline"));
    }

    #[test]
    fn what_was_written_is_read_back() {
        let written = counts(&[("a/x", 1), ("b/y", 12_345_678_901)]);
        assert_eq!(Counts::parse(&written.to_text()).ok(), Some(written));
    }

    #[test]
    fn a_line_without_a_count_is_named() {
        for line in ["a/x", "a/x many", "a/x 1 2"] {
            let failure = Counts::parse(&format!("# above\n{line}\n")).err();
            let text = failure.map(|why| why.to_string()).unwrap_or_default();
            assert!(
                text.contains(&format!("line 2: no name with a count: `{line}`")),
                "{text}"
            );
        }
    }
}
