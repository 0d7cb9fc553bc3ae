//! Dates Mozilla's bundle: the crate that carries it has no date of its own.

use std::path::Path;
use std::{env, fs};

/// The last day on which a `webpki-roots` version was seen to be the newest one. An update without its day
/// fails the build.
const RELEASES: [(&str, &str); 1] = [("1.0.10", "2026-11-24")];

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let lock = Path::new(&root).join("../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock.display());
    println!("cargo::rerun-if-changed=build.rs");
    let text = fs::read_to_string(&lock).unwrap_or_default();
    let version = text
        .split("[[package]]")
        .find(|package| package.contains("name = \"webpki-roots\""))
        .and_then(|package| {
            package
                .lines()
                .find_map(|line| line.strip_prefix("version = "))
        })
        .map(|version| version.trim_matches('"'))
        .unwrap_or_default();
    match RELEASES.iter().find(|(known, _)| *known == version) {
        Some((_, day)) => println!("cargo::rustc-env=MOZILLA_BUNDLE_DATE={day}"),
        None => {
            println!("cargo::error=webpki-roots {version} has no day in rust/pki/build.rs: add it");
        }
    }
}
