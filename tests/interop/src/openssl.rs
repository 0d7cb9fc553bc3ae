//! The openssl command: it makes things, and judges what others made.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;
use std::process::Command;

/// openssl in a folder, with what it is to do.
#[derive(Debug)]
pub struct Openssl(Command);

impl Openssl {
    pub(crate) fn new(program: &Path, arguments: &[&str], folder: &Path) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(folder);
        Self(command)
    }

    /// Adds a flag with its value.
    pub fn with(mut self, flag: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.arg(flag).arg(value);
        self
    }

    /// Adds a flag or a file's name, or several.
    pub fn and<I: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = I>) -> Self {
        self.0.args(arguments);
        self
    }

    /// Runs it: what it printed, if it succeeded.
    pub fn verdict(mut self) -> Verdict {
        let done = self.0.output().unwrap();
        Verdict {
            what: format!("{:?}", self.0),
            accepts: done.status.success(),
            words: String::from_utf8_lossy(&done.stdout).into_owned(),
            complaints: String::from_utf8_lossy(&done.stderr).into_owned(),
        }
    }

    /// Runs it, and fails unless it succeeds.
    #[track_caller]
    pub fn run(self) {
        self.output();
    }

    /// What it prints when it succeeds, as it must.
    #[track_caller]
    pub fn output(self) -> String {
        self.verdict().accepted()
    }
}

/// What a judge says.
#[derive(Debug)]
pub struct Verdict {
    what: String,
    accepts: bool,
    words: String,
    complaints: String,
}

impl Verdict {
    /// What it says, if it accepts.
    ///
    /// # Panics
    /// When it refuses.
    #[track_caller]
    pub fn accepted(self) -> String {
        assert!(self.accepts, "refused by {self}");
        self.words
    }

    /// Fails unless it refuses and says these words.
    #[track_caller]
    pub fn assert_refused(&self, words: &str) {
        assert!(!self.accepts, "accepted by {self}");
        self.assert_says(words);
    }

    /// Fails unless it says these words.
    #[track_caller]
    pub fn assert_says(&self, words: &str) {
        let said = self.words.contains(words) || self.complaints.contains(words);
        assert!(said, "nothing about {words:?} from {self}");
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:\n{}{}", self.what, self.words, self.complaints)
    }
}
