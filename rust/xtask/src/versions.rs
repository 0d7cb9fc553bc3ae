//! The version of the addon, which is written in `Cargo.toml` and said in several documents.

use crate::failure::{Failure, Outcome};
use crate::paths;

/// The version that Cargo knows.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Proves that the documents name the version that Cargo knows.
pub(crate) fn check() -> Outcome {
    let log = paths::read(&paths::root().join("CHANGELOG.md"))?;
    let readme = paths::read(&paths::root().join("README.md"))?;
    let problems = problems(VERSION, &log, &readme);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        "comparing the versions",
        problems.join("; "),
        "write the version of Cargo.toml into them",
    ))
}

fn problems(version: &str, log: &str, readme: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let newest = log.lines().find_map(|line| line.strip_prefix("## "));
    if newest.is_none_or(|entry| entry.split([',', ' ']).next() != Some(version)) {
        problems.push(format!(
            "Cargo says {version}, CHANGELOG.md begins with {newest:?}"
        ));
    }
    let zip = zip_name(version);
    if !readme.contains(&zip) {
        problems.push(format!("README.md does not name {zip}"));
    }
    let minor = version.rsplit_once('.').map_or(version, |(minor, _)| minor);
    let row = format!("| {minor} ");
    if !readme.lines().any(|line| line.starts_with(&row)) {
        problems.push(format!(
            "README.md has no row for {minor} in its table of versions"
        ));
    }
    problems
}

/// Returns the name of the package.
pub(crate) fn zip_name(version: &str) -> String {
    format!("rustls-godot-{version}.zip")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "# Changelog\n\n## 0.2.1, unreleased\n\n## 0.2.0, 2026-11-01\n";
    const README: &str =
        "| Addon |\n|---|\n| 0.2 (not released yet) |\n\n`rustls-godot-0.2.1.zip`\n";

    #[test]
    fn documents_of_the_version_pass() {
        assert_eq!(problems("0.2.1", LOG, README), Vec::<String>::new());
    }

    #[test]
    fn each_document_of_another_version_is_named() {
        let problems = problems("0.3.0", LOG, README);
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert!(problems[0].contains("CHANGELOG.md"));
        assert!(problems[1].contains("rustls-godot-0.3.0.zip"));
        assert!(problems[2].contains("row for 0.3"));
    }
}
