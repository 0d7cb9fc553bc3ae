//! How a test says that it could not run, in the form that `test` counts.

use std::env;
use std::io::Write;

/// What a test needs, if it is there. Else the test is skipped out loud, and in CI it fails: there nothing may
/// be missing.
pub fn present<T>(what: Option<T>, reason: &str) -> Option<T> {
    if what.is_none() {
        // The harness names a test's thread after the test.
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        let is_ci = env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
        assert!(!is_ci, "{test}: {reason}, and CI does not skip");
        // Past the harness, which would hide the line of a test that does not fail.
        let line = format!("\nSKIPPED {test}: {reason}\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    what
}
