//! What the tests in `tests/` share: certificates made by openssl, other people's TLS programs, and the addon in a
//! headless Godot that works through a list of jobs.

// A helper that cannot do its work ends the test that called it: that is what a panic means in a test.
#![allow(clippy::unwrap_used)]

mod authority;
mod calls;
mod capture;
pub mod cause;
mod certificates;
mod chromium;
mod godot;
pub mod http;
mod made;
mod nginx;
mod openssl;
mod peers;
mod program;
pub mod rules;
mod tcp;
mod web;

use std::env;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

pub use authority::Authority;
pub use calls::{Argument, from_hex, to_hex};
pub use capture::{Capture, tshark};
pub use certificates::{Certificates, Kind, Pair};
pub use chromium::{Chromium, Page};
pub use godot::{Batch, Engine, Job, Outcome, Running, godot_project};
pub use made::Made;
pub use nginx::{Nginx, Site};
pub use openssl::{Openssl, Verdict};
pub use peers::{OpensslServer, PythonServer, curl, openssl_client, openssl_report, python_client};
pub use program::{Conversation, Program};
pub use tcp::{accept, connect};
pub use web::{Named, WebServer};
pub use xtask::skip::present;

use godot_rustls_testkit::Generator;

/// A version of TLS, as the peers' flags and the addon's constants call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// RFC 5246.
    Tls12,
    /// RFC 8446.
    Tls13,
}

impl Version {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Tls12, Self::Tls13];

    /// What `get_protocol_version()` says.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tls12 => "TLSv1.2",
            Self::Tls13 => "TLSv1.3",
        }
    }

    /// The constant of RustlsTLSOptions.
    pub fn constant(self) -> u8 {
        match self {
            Self::Tls12 => 0,
            Self::Tls13 => 1,
        }
    }

    /// The flag of `openssl s_client` and `s_server` for this version alone.
    pub fn openssl_flag(self) -> &'static str {
        match self {
            Self::Tls12 => "-tls1_2",
            Self::Tls13 => "-tls1_3",
        }
    }
}

/// Randomness of this run. A test that fails shows its seed, and `RUSTLS_TEST_SEED` gives the same again.
pub fn randomness() -> Generator {
    let given = env::var("RUSTLS_TEST_SEED").ok();
    let seed = given.map_or_else(
        || UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64,
        |seed| seed.parse().unwrap(),
    );
    println!("RUSTLS_TEST_SEED={seed}");
    Generator::new(seed)
}

/// The program's path, or a skip of the test.
pub fn program(name: &str) -> Option<PathBuf> {
    // Debian keeps servers where an ordinary user's PATH does not look.
    let extra = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    let folders = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect::<Vec<_>>();
    let found = folders
        .into_iter()
        .chain(extra)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    let reason = format!("{name} is not installed (`cargo xtask setup --peers` does that)");
    present(found, &reason)
}

/// A file of this crate's folder.
pub(crate) fn own_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A certificate or key of the suites' fixtures.
pub fn fixture(name: &str) -> PathBuf {
    own_file("../fixtures/certs").join(name)
}
