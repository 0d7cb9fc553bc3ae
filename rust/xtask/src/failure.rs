//! What a failing step says: its name, what happened, what to try.

use std::fmt;

/// The result of a step; nothing is more common here than a step without a value.
pub type Outcome<T = ()> = Result<T, Failure>;

/// A failed step.
#[derive(Debug)]
pub struct Failure {
    step: String,
    cause: String,
    hint: String,
}

impl Failure {
    /// Names the step, says what happened and what to try.
    pub fn new(step: impl Into<String>, cause: impl fmt::Display, hint: &str) -> Self {
        Self {
            step: step.into(),
            cause: cause.to_string(),
            hint: hint.to_owned(),
        }
    }
}

impl Failure {
    /// The step that failed.
    pub fn step(&self) -> &str {
        &self.step
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FAILED: {}\n  {}", self.step, self.cause.trim_end())?;
        if self.hint.is_empty() {
            return Ok(());
        }
        write!(f, "\n  Try: {}", self.hint)
    }
}

/// Turns any error into a [`Failure`] that names the step.
pub(crate) trait OrFail<T> {
    /// The value, or a failure of `step` with `hint` on what to try.
    fn or_fail(self, step: impl Into<String>, hint: &str) -> Outcome<T>;
}

impl<T, E: fmt::Display> OrFail<T> for Result<T, E> {
    fn or_fail(self, step: impl Into<String>, hint: &str) -> Outcome<T> {
        self.map_err(|error| Failure::new(step, error, hint))
    }
}
