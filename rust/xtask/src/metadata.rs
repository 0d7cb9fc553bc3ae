//! The packages of the dependency graph, as `cargo metadata` lists them.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::failure::{Failure, OrFail, Outcome};
use crate::process::cargo;

const HINT: &str = "cargo fetch --locked, then again";

/// Returns Cargo's entry of every package, on any platform.
pub(crate) fn packages(step: &str) -> Outcome<Vec<Value>> {
    let mut command = cargo();
    command
        .args(["metadata", "--format-version", "1", "--locked"])
        .stderr(Stdio::inherit());
    let output = command.output().or_fail(step, HINT)?;
    let mut metadata: Value = serde_json::from_slice(&output.stdout).or_fail(step, HINT)?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => Err(Failure::new(step, "cargo metadata lists no packages", HINT)),
    }
}

/// Returns the folder that holds a package's source.
pub(crate) fn folder(package: &Value) -> PathBuf {
    let manifest = package["manifest_path"].as_str().unwrap_or_default();
    Path::new(manifest)
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}
