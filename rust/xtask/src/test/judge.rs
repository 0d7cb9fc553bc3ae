//! Judges what a run printed. Green needs everything at once: exit code, end marker, tests, a clean log.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::AddAssign;

use crate::godot::is_problem;
use crate::process::Captured;

/// Counted tests.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Totals {
    /// Those that passed.
    pub(crate) passed: u64,
    /// Those that failed, and runs that broke without naming a test.
    pub(crate) failed: u64,
    /// Those that could not run, each with a reason in the log.
    pub(crate) skipped: u64,
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// What a run came to, and why it is not green.
pub(crate) struct Verdict {
    /// The counted tests.
    pub(crate) totals: Totals,
    /// Reasons; empty for a green run.
    pub(crate) complaints: Vec<String>,
    /// What was skipped and why.
    pub(crate) skips: Vec<String>,
}

/// Judges a run of the GDScript suites.
pub(crate) fn suites(run: &Captured) -> Verdict {
    let failed = run.text.lines().filter(|line| line.starts_with("FAIL "));
    let mut complaints: Vec<String> = failed.map(str::to_owned).collect();
    complaints.extend(unexpected(&run.text));
    let marker = run.text.lines().rev().find_map(end_marker);
    if run.code != Some(0) {
        let code = run
            .code
            .map_or("a signal".to_owned(), |code| code.to_string());
        complaints.push(format!("Godot ended with {code}"));
    }
    match marker {
        None => complaints
            .push("the end marker `== N passed, M failed, K skipped ==` is missing".to_owned()),
        Some(totals) if totals.failed > 0 => {
            complaints.push(format!("{} tests failed", totals.failed));
        }
        Some(totals) if totals.passed == 0 => complaints.push("no test ran".to_owned()),
        Some(_) => {}
    }
    let mut totals = marker.unwrap_or_default();
    if !complaints.is_empty() && totals.failed == 0 {
        totals.failed = 1;
    }
    let skips = run
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("skip "));
    Verdict {
        totals,
        complaints,
        skips: skips.map(str::to_owned).collect(),
    }
}

/// Lines that tell of an error and that no test announced. A suite puts `EXPECT-ERRORS begin` and
/// `EXPECT-ERRORS end` around what it provokes; panics and leaks are never expected.
fn unexpected(log: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut expected = false;
    for line in log.lines() {
        let text = line.trim();
        if text.starts_with("EXPECT-ERRORS begin") {
            expected = true;
        } else if text.starts_with("EXPECT-ERRORS end") {
            expected = false;
        } else if is_problem(text) {
            let grave = !text.contains("ERROR") || text.contains("panicked");
            if grave || !expected {
                found.push(format!("in the log: {text}"));
            }
        }
    }
    if expected {
        found.push("an `EXPECT-ERRORS begin` has no end".to_owned());
    }
    found
}

/// The counts of `== 12 passed, 0 failed, 1 skipped ==`.
fn end_marker(line: &str) -> Option<Totals> {
    let inner = line.trim().strip_prefix("== ")?.strip_suffix(" ==")?;
    let mut parts = inner.split(", ");
    let mut count = |word: &str| {
        let number = parts.next()?.strip_suffix(word)?.trim_end();
        number.parse().ok()
    };
    let (passed, failed, skipped) = (count("passed")?, count("failed")?, count("skipped")?);
    Some(Totals {
        passed,
        failed,
        skipped,
    })
}

/// Judges a run of `cargo test`. A test that lacks its peer prints `SKIPPED name: reason` and returns, which
/// the harness counts as passed.
pub(crate) fn rust(run: &Captured) -> Verdict {
    let mut totals = Totals::default();
    let mut complaints = Vec::new();
    // A test may lack several things and say so for each.
    let mut skipped = BTreeSet::new();
    let mut skips = Vec::new();
    for line in run.text.lines() {
        if let Some(result) = line.strip_prefix("test result: ") {
            totals += harness_result(result);
        } else if let Some(skip) = skip(line) {
            skipped.insert(skip.split(':').next());
            skips.push(skip.to_owned());
        } else if line.starts_with("test ") && line.ends_with("... FAILED") {
            complaints.push(line.to_owned());
        }
    }
    totals.skipped += skipped.len() as u64;
    totals.passed = totals.passed.saturating_sub(skipped.len() as u64);
    if run.code != Some(0) {
        complaints.push("cargo test failed".to_owned());
        totals.failed = totals.failed.max(1);
    } else if totals.passed == 0 {
        complaints.push("no Rust test ran".to_owned());
        totals.failed += 1;
    }
    Verdict {
        totals,
        complaints,
        skips,
    }
}

/// What stands behind `SKIPPED `. The line may come between the two halves of the harness's own `test x ... ok`.
fn skip(line: &str) -> Option<&str> {
    let (before, skip) = line.split_once("SKIPPED ")?;
    (before.is_empty() || before.ends_with("... ")).then_some(skip)
}

/// The counts of `ok. 12 passed; 0 failed; 1 ignored; …`.
fn harness_result(text: &str) -> Totals {
    let count = |word: &str| {
        let words: Vec<&str> = text.split([' ', ';']).collect();
        let place = words.iter().position(|w| *w == word)?;
        words.get(place.checked_sub(1)?)?.parse().ok()
    };
    Totals {
        passed: count("passed").unwrap_or(0),
        failed: count("failed").unwrap_or(0),
        skipped: count("ignored").unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(code: i32, text: &str) -> Captured {
        Captured {
            code: Some(code),
            text: text.to_owned(),
        }
    }

    const GOOD: &str = "ok test_a\n== 2 passed, 0 failed, 1 skipped ==\n";

    #[test]
    fn a_clean_run_is_green_and_counted() {
        let verdict = suites(&run(0, GOOD));
        assert!(verdict.complaints.is_empty());
        assert_eq!(verdict.totals.to_string(), "2 passed, 0 failed, 1 skipped");
    }

    #[test]
    fn each_missing_proof_alone_makes_a_run_red() {
        for (code, log) in [
            (1, GOOD.to_owned()),
            (0, "ok test_a\n".to_owned()),
            (0, "== 0 passed, 0 failed, 3 skipped ==\n".to_owned()),
            (0, "== 2 passed, 1 failed, 0 skipped ==\n".to_owned()),
            (0, format!("SCRIPT ERROR: Parse Error\n{GOOD}")),
            (0, format!("ERROR: something\n{GOOD}")),
            (0, format!("USER ERROR: something\n{GOOD}")),
            (0, format!("thread 'x' panicked at src/lib.rs:1\n{GOOD}")),
            (
                0,
                format!("{GOOD}WARNING: 3 ObjectDB instances leaked at exit\n"),
            ),
            (0, format!("EXPECT-ERRORS begin\n{GOOD}")),
        ] {
            let verdict = suites(&run(code, &log));
            assert!(!verdict.complaints.is_empty(), "{code} {log}");
            assert!(verdict.totals.failed > 0, "{code} {log}");
        }
    }

    #[test]
    fn announced_errors_pass_but_panics_and_leaks_among_them_do_not() {
        let log = |line: &str| format!("EXPECT-ERRORS begin\n{line}\nEXPECT-ERRORS end\n{GOOD}");
        assert!(
            suites(&run(0, &log("ERROR: bad certificate")))
                .complaints
                .is_empty()
        );
        for grave in [
            "thread 'x' panicked at src/lib.rs:1",
            "ObjectDB instances leaked",
        ] {
            assert!(
                !suites(&run(0, &log(grave))).complaints.is_empty(),
                "{grave}"
            );
        }
    }

    #[test]
    fn results_of_several_harnesses_add_up_and_skips_are_not_passes() {
        let log = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\
                   SKIPPED nginx: it is not installed\n\
                   test other ... SKIPPED nginx: and openssl is too old\n\
                   test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        let verdict = rust(&run(0, log));
        assert!(verdict.complaints.is_empty());
        assert_eq!(verdict.totals.to_string(), "7 passed, 0 failed, 2 skipped");
    }

    #[test]
    fn a_failed_or_empty_cargo_test_is_red() {
        assert_eq!(rust(&run(101, "error: could not compile")).totals.failed, 1);
        assert_eq!(rust(&run(0, "")).totals.failed, 1);
    }
}
