//! Chromium without a window: a browser's rules about certificates, of which none is switched off.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program;
use crate::program::{Conversation, Program};

/// A Chromium that trusts some authorities.
#[derive(Debug)]
pub struct Chromium {
    program: PathBuf,
    /// Where its store of certificates is, and its profiles.
    home: TempDir,
}

/// What became of a page.
#[derive(Debug)]
pub struct Page {
    /// The document when its scripts had run. Of a page that could not be loaded, nothing.
    pub document: String,
    /// All that it complained of.
    pub log: String,
}

/// No sandbox, since root cannot have one, and nothing that a browser does by itself. A load that hangs ends.
const FLAGS: [&str; 12] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--timeout=60000",
    "--dump-dom",
];

impl Chromium {
    /// Puts these certificates, and no others, into a store of NSS where Chromium looks for its user's authorities.
    pub fn trusting(roots: &[PathBuf]) -> Option<Self> {
        let (program, certutil) = (program("chromium")?, program("certutil")?);
        let home = TempDir::new().unwrap();
        let store = home.path().join(".pki/nssdb");
        fs::create_dir_all(&store).unwrap();
        let certutil = |arguments: &[&str], more: Option<&Path>| {
            let mut command = Command::new(&certutil);
            command.arg("-d").arg(format!("sql:{}", store.display()));
            command.args(arguments).args(more);
            let (code, text) = Program::start("certutil", command).finish();
            assert_eq!(code, Some(0), "{text}");
        };
        certutil(&["-N", "--empty-password"], None);
        for (number, root) in roots.iter().enumerate() {
            let name = format!("authority {number}");
            certutil(&["-A", "-t", "C,,", "-n", &name, "-i"], Some(root));
        }
        Some(Self { program, home })
    }

    /// Opens a page in a new profile. All names below `example.test` are found at 127.0.0.1.
    pub fn open(&self, address: &str) -> Page {
        let profile = TempDir::new_in(self.home.path()).unwrap();
        let mut command = Command::new(&self.program);
        command
            .env("HOME", self.home.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .args(FLAGS)
            .arg("--host-resolver-rules=MAP *.example.test 127.0.0.1")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(address);
        let (document, code, log) = Conversation::start("Chromium", command).finish();
        assert_eq!(code, Some(0), "Chromium ended badly:\n{log}");
        Page {
            document: String::from_utf8_lossy(&document).into_owned(),
            log,
        }
    }
}

impl Page {
    /// Fails unless the browser refused to load the page, for this reason.
    #[track_caller]
    pub fn assert_refused(&self, reason: &str) {
        let words = format!("Page load failed: net::{reason}");
        assert!(self.log.contains(&words), "no {reason}: {self:?}");
        assert_eq!(self.document, "");
    }
}
