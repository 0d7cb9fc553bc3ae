//! The programs that interop and engine tests talk to, and what `check` needs: cargo-deny and valgrind.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::paths;
use crate::process::{Step, announce, cargo};

/// What shows that a package is there, and the package's name in Debian. Chromium is the big one: with what it needs
/// about 130 MB to download and 420 MB on the disk.
const PEERS: [(&str, &str); 10] = [
    ("openssl", "openssl"),
    ("curl", "curl"),
    ("python3", "python3"),
    ("nginx", "nginx"),
    ("tshark", "tshark"),
    ("Xvfb", "xvfb"),
    ("chromium", "chromium"),
    ("certutil", "libnss3-tools"),
    ("valgrind", "valgrind"),
    ("/etc/ssl/certs/ca-certificates.crt", "ca-certificates"),
];

/// Pinned, so that its checks do not change by themselves.
const CARGO_DENY: &str = "0.20.2";

/// Installs what is missing.
pub(super) fn install() -> Outcome {
    install_packages()?;
    if cargo_deny().is_none() {
        install_cargo_deny()?;
    }
    Ok(())
}

/// cargo-deny: the one that setup installed, else the user's own.
pub(crate) fn cargo_deny() -> Option<PathBuf> {
    let installed = paths::tools()
        .join("bin")
        .join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    Some(installed)
        .filter(|path| path.is_file())
        .or_else(|| paths::program("cargo-deny"))
}

fn install_packages() -> Outcome {
    let missing: Vec<&str> = PEERS
        .iter()
        .filter(|(sign, _)| !present(sign))
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("install them by hand: {}", missing.join(" "));
    let step = "installing the tests' peers";
    if paths::program("apt-get").is_none() {
        return Err(Failure::new(
            step,
            "there is no apt-get on this system",
            &by_hand,
        ));
    }
    let Some(prefix) = administrator() else {
        let hint = format!("as root: apt-get install {}", missing.join(" "));
        return Err(Failure::new(
            step,
            "that needs root, and there is no sudo",
            &hint,
        ));
    };
    announce(&format!("Installing {}", missing.join(", ")));
    let apt = |words: &[&str]| {
        let mut line: Vec<&str> = prefix.to_vec();
        line.extend([
            "env",
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "-q",
            "-o",
            "DPkg::Lock::Timeout=120",
        ]);
        line.extend(words);
        let mut command = Command::new(line[0]);
        command.args(&line[1..]);
        command
    };
    Step::new("reading the package lists", apt(&["update"]))
        .hint(by_hand.clone())
        .quiet()?;
    let mut words = vec!["-y", "--no-install-recommends", "install"];
    words.extend(&missing);
    Step::new(step, apt(&words))
        .minutes(20)
        .hint(by_hand)
        .quiet()?;
    Ok(())
}

fn present(sign: &str) -> bool {
    if sign.starts_with('/') {
        return Path::new(sign).exists();
    }
    paths::program(sign).is_some()
}

/// The words in front of a command that needs root; `None` when there is no way.
fn administrator() -> Option<&'static [&'static str]> {
    let mut id = Command::new("id");
    id.arg("-u");
    let user = Step::new("asking who runs this", id).quiet().ok()?;
    if user.trim() == "0" {
        return Some(&[]);
    }
    paths::program("sudo").map(|_| &["sudo"] as &[&str])
}

/// Unoptimised: it runs for a second, and optimising it would take minutes.
fn install_cargo_deny() -> Outcome {
    announce(&format!(
        "Building cargo-deny {CARGO_DENY} into target/tools (one to two minutes)"
    ));
    let scratch = paths::tools().join("build");
    let mut command = cargo();
    command
        .args([
            "install",
            "cargo-deny",
            "--locked",
            "--debug",
            "--version",
            CARGO_DENY,
        ])
        .arg("--root")
        .arg(paths::tools())
        .env("CARGO_TARGET_DIR", &scratch)
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_STRIP", "symbols");
    Step::new("building cargo-deny", command)
        .minutes(30)
        .hint("cargo install cargo-deny --locked")
        .quiet()?;
    paths::remove_dir(&scratch)
}
