//! What a crate's manifest says it depends on.

use super::table::{LAYERS, Layer};

/// A dependency and the line that names it.
struct Dependency<'a> {
    line: usize,
    name: &'a str,
    /// Behind `[dev-dependencies]`.
    is_for_tests: bool,
    is_optional: bool,
}

/// The prefix of this workspace's packages.
const OURS: &str = "godot-rustls-";

/// Returns what is wrong with the manifest of a layer; `place` is its path for messages.
pub(super) fn faults(place: &str, layer: &Layer, manifest: &str) -> Vec<String> {
    dependencies(manifest)
        .iter()
        .filter_map(|dependency| fault(place, layer, dependency))
        .collect()
}

fn fault(place: &str, layer: &Layer, dependency: &Dependency<'_>) -> Option<String> {
    let Dependency { line, name, .. } = dependency;
    if let Some(own) = name.strip_prefix(OURS) {
        if own == "testkit" && !dependency.is_for_tests && !dependency.is_optional {
            return Some(format!(
                "{place}:{line}: {name} is for tests: make it a dev-dependency, or optional behind `testing`"
            ));
        }
        if !dependency.is_for_tests && !layer.uses.contains(&own) {
            let uses = layer.uses.join(", ");
            return Some(format!(
                "{place}:{line}: {} depends on {name}, which is not below it (it may use: {uses})",
                layer.name
            ));
        }
        return None;
    }
    (!dependency.is_for_tests && layer.not.contains(name)).then(|| {
        format!(
            "{place}:{line}: {} depends on {name}, which belongs to a higher layer",
            layer.name
        )
    })
}

/// Returns the crates under `rust/` that the table of layers does not have.
pub(super) fn unknown(folders: &[String]) -> Vec<String> {
    folders
        .iter()
        .filter(|folder| LAYERS.iter().all(|layer| layer.name != **folder))
        .map(|folder| {
            format!(
                "rust/{folder}: a crate without a layer: add it to rust/xtask/src/layers/table.rs"
            )
        })
        .collect()
}

/// Reads the tables of dependencies; names in them stand at the beginning of a line.
fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut table = "";
    let mut found = Vec::new();
    for (index, line) in manifest.lines().enumerate() {
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_end_matches(']');
            continue;
        }
        let name_ends = line.find(['.', '=', ' ']).unwrap_or(0);
        if table.ends_with("dependencies") && name_ends > 0 && !line.starts_with('#') {
            found.push(Dependency {
                line: index + 1,
                name: &line[..name_ends],
                is_for_tests: table.ends_with("dev-dependencies"),
                is_optional: line.contains("optional = true"),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(name: &str) -> &'static Layer {
        LAYERS.iter().find(|layer| layer.name == name).unwrap()
    }

    #[test]
    fn a_dependency_upward_is_told_with_its_line() {
        let manifest =
            "[dependencies]\nrustls.workspace = true\ngodot-rustls-net.workspace = true\n";
        let found = faults("rust/tls/Cargo.toml", layer("tls"), manifest);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("rust/tls/Cargo.toml:3: tls depends on godot-rustls-net"));
        assert!(faults("x", layer("http"), manifest).is_empty());
    }

    #[test]
    fn sockets_and_the_engine_belong_to_higher_layers() {
        let manifest = "[dependencies]\ntokio = \"1\"\ngodot.workspace = true\n";
        assert_eq!(faults("x", layer("pki"), manifest).len(), 2);
        assert_eq!(faults("x", layer("net"), manifest).len(), 1);
        assert!(faults("x", layer("extension"), manifest).is_empty());
    }

    #[test]
    fn tests_may_use_what_the_crate_may_not() {
        let manifest = "[dependencies]\ngodot-rustls-testkit = { workspace = true, optional = true }\n[dev-dependencies]\ntokio = \"1\"\ngodot-rustls-testkit.workspace = true\n";
        assert!(faults("x", layer("pki"), manifest).is_empty());
        let plain = "[target.'cfg(unix)'.dependencies]\ngodot-rustls-testkit.workspace = true\n";
        assert_eq!(faults("x", layer("pki"), plain).len(), 1);
    }

    #[test]
    fn every_crate_has_a_layer() {
        let folders = ["pki".to_owned(), "websocket".to_owned()];
        let found = unknown(&folders);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("rust/websocket"));
    }
}
