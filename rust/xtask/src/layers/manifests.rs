//! What the manifests of crates say that the crates depend on.

use std::collections::BTreeMap;

use super::table::{ENGINE_LAYER, LAYERS, Layer, TESTING, TESTKIT};
use super::toml::{Entry, entries, string};

/// A dependency and the line that names it.
struct Dependency {
    line: usize,
    package: String,
    is_for_tests: bool,
    is_optional: bool,
    /// With the feature that only tests need.
    has_testing: bool,
}

/// Packages behind the names that the workspace gives its dependencies.
pub(super) type Renamed = BTreeMap<String, String>;

/// Returns the dependencies of the workspace that have another name than their package.
pub(super) fn renamed(workspace: &str) -> Renamed {
    let entries = entries(workspace).into_iter();
    entries
        .filter(|entry| entry.table == "workspace.dependencies")
        .filter_map(|entry| Some((entry.key, string(&entry.value, "package")?.to_owned())))
        .collect()
}

/// Returns what is wrong with the manifest of a layer; `place` is its path for messages.
pub(super) fn faults(place: &str, layer: &Layer, manifest: &str, renamed: &Renamed) -> Vec<String> {
    let entries = entries(manifest);
    let mut found = Vec::new();
    for entry in &entries {
        let (line, key, value) = (entry.line, &entry.key, &entry.value);
        if entry.table == "package" && key == "name" && value.trim_matches('"') != layer.package {
            found.push(format!(
                "{place}:{line}: this package is {} in rust/xtask/src/layers/table.rs",
                layer.package
            ));
        }
        let is_testing =
            value.contains(&format!("{TESTING}\"")) || value.contains(&package(TESTKIT));
        if entry.table == "features" && key != TESTING && is_testing {
            found.push(format!(
                "{place}:{line}: the feature {key} brings what is for tests: only {TESTING} may"
            ));
        }
    }
    for dependency in dependencies(&entries, renamed) {
        if let Some(what) = fault(layer, &dependency) {
            found.push(format!("{place}:{}: {what}", dependency.line));
        }
    }
    found
}

fn package(name: &str) -> String {
    let layer = LAYERS.iter().find(|layer| layer.name == name);
    layer.map_or_else(String::new, |layer| layer.package.to_owned())
}

fn fault(layer: &Layer, dependency: &Dependency) -> Option<String> {
    let (name, package) = (layer.name, &dependency.package);
    let own = LAYERS.iter().find(|layer| layer.package == package);
    if let Some(own) = own.filter(|own| own.name == TESTKIT && own.name != name) {
        let is_kept_out = dependency.is_for_tests || dependency.is_optional;
        return (!is_kept_out).then(|| {
            let own = own.package;
            format!("{own} is for tests: a dev-dependency, or optional behind `{TESTING}`")
        });
    }
    if let Some(own) = own {
        let is_itself = own.name == name && dependency.is_for_tests;
        if !is_itself && !layer.uses.contains(&own.name) {
            return Some(format!(
                "{name} depends on {}, which is not below it: it may use {}",
                own.package,
                list(layer.uses)
            ));
        }
        let ships_tests = dependency.has_testing && !dependency.is_for_tests;
        return ships_tests.then(|| {
            let own = own.package;
            format!("{own} has the feature {TESTING} here: only for tests, as a dev-dependency")
        });
    }
    if package == "godot" && name != ENGINE_LAYER {
        return Some(format!(
            "{name} depends on godot: only rust/{ENGINE_LAYER} knows the engine"
        ));
    }
    (!dependency.is_for_tests && layer.not.contains(&package.as_str()))
        .then(|| format!("{name} depends on {package}: that belongs to another layer"))
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "no crate of the workspace".to_owned(),
        names => names.join(", "),
    }
}

/// Returns the crates under `rust/` that the table of layers does not have.
pub(super) fn unknown(folders: &[String]) -> Vec<String> {
    let is_known = |folder: &String| {
        let name = folder.trim_start_matches("rust/");
        LAYERS.iter().any(|layer| layer.name == name)
    };
    let unknown = folders.iter().filter(|folder| !is_known(folder));
    unknown
        .map(|folder| {
            format!(
                "{folder}/Cargo.toml:1: a crate without a layer: \
                 each has one in rust/xtask/src/layers/table.rs"
            )
        })
        .collect()
}

fn dependencies(entries: &[Entry], renamed: &Renamed) -> Vec<Dependency> {
    let mut found: Vec<Dependency> = Vec::new();
    let mut table = "";
    for entry in entries {
        // `[dependencies]` has one a line, `[dependencies.a]` has one.
        let (kind, name, is_first) = match entry.table.rsplit_once("dependencies") {
            Some((kind, "")) => (kind, entry.key.as_str(), true),
            Some((kind, name)) => (kind, name.trim_start_matches('.'), table != entry.table),
            None => continue,
        };
        table = &entry.table;
        let value = format!("{} = {}", entry.key, entry.value);
        if is_first {
            let package = renamed.get(name).map_or(name, String::as_str);
            found.push(Dependency {
                line: entry.line,
                package: package.to_owned(),
                is_for_tests: kind.ends_with("dev-"),
                is_optional: false,
                has_testing: false,
            });
        }
        if let Some(last) = found.last_mut() {
            last.is_optional |= value.contains("optional = true");
            last.has_testing |= value.contains(&format!("\"{TESTING}\""));
            if let Some(package) = string(&value, "package") {
                package.clone_into(&mut last.package);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, manifest: &str) -> Vec<String> {
        let layer = LAYERS.iter().find(|layer| layer.name == name).unwrap();
        let workspace =
            "[workspace.dependencies]\nsockets = { package = \"tokio\", version = \"1\" }";
        faults("Cargo.toml", layer, manifest, &renamed(workspace))
    }

    #[test]
    fn a_dependency_upward_is_told_with_its_line() {
        let manifest =
            "[dependencies]\nrustls.workspace = true\ngodot-rustls-net.workspace = true\n";
        let found = told("tls", manifest);
        assert_eq!(found.len(), 1);
        let wanted =
            "Cargo.toml:3: tls depends on godot-rustls-net, which is not below it: it may use pki";
        assert_eq!(found[0], wanted);
        assert_eq!(told("http", manifest), [] as [&str; 0]);
    }

    #[test]
    fn tests_depend_on_nothing_above_either() {
        let manifest = "[dev-dependencies]\ngodot-rustls-http.workspace = true\n";
        assert_eq!(told("net", manifest).len(), 1);
        let own =
            "[dev-dependencies]\ngodot-rustls-net = { path = \".\", features = [\"testing\"] }\n";
        assert_eq!(told("net", own), [] as [&str; 0]);
    }

    #[test]
    fn no_layer_depends_on_the_extension_or_on_the_commands() {
        let manifest =
            "[dependencies]\ngodot-rustls = { path = \"../extension\" }\nxtask.path = \"x\"\n";
        assert_eq!(told("http", manifest).len(), 2);
    }

    #[test]
    fn sockets_and_the_engine_belong_to_higher_layers() {
        let manifest = "[dependencies]\ntokio = \"1\"\ngodot.workspace = true\n";
        assert_eq!(told("pki", manifest).len(), 2);
        assert_eq!(told("net", manifest).len(), 1);
        assert_eq!(told("extension", manifest), [] as [&str; 0]);
        assert_eq!(told("net", "[dev-dependencies]\ngodot = \"1\"\n").len(), 1);
    }

    #[test]
    fn another_name_for_a_dependency_hides_nothing() {
        for manifest in [
            "[dependencies]\nio = { package = \"tokio\", version = \"1\" }\n",
            "[dependencies.io]\nversion = \"1\"\npackage = \"tokio\"\n",
            "[target.'cfg(unix)'.dependencies]\nsockets.workspace = true\n",
            "[build-dependencies.tokio]\nversion = \"1\"\n",
        ] {
            assert_eq!(told("pki", manifest).len(), 1, "{manifest}");
        }
    }

    #[test]
    fn the_testkit_is_for_tests() {
        let kept_out = "[features]\ntesting = [\"dep:godot-rustls-testkit\"]\n[dependencies]\n\
                        godot-rustls-testkit = { workspace = true, optional = true }\n\
                        [dev-dependencies]\ntokio = \"1\"\ngodot-rustls-testkit.workspace = true\n";
        assert_eq!(told("pki", kept_out), [] as [&str; 0]);
        let plain = "[target.'cfg(unix)'.dependencies]\ngodot-rustls-testkit.workspace = true\n";
        assert_eq!(told("pki", plain).len(), 1);
        let by_default = kept_out.replace("testing =", "default =");
        assert_eq!(told("pki", &by_default).len(), 1);
    }

    #[test]
    fn what_is_shared_for_tests_is_never_shipped() {
        let features = "godot-rustls-tls = { workspace = true, features = [\"testing\"] }\n";
        assert_eq!(
            told("extension", &format!("[dependencies]\n{features}")).len(),
            1
        );
        assert_eq!(
            told("http", &format!("[dev-dependencies]\n{features}")),
            [] as [&str; 0]
        );
        let feature = "[features]\ndefault = [\"godot-rustls-tls/testing\"]\n";
        assert_eq!(told("http", feature).len(), 1);
    }

    #[test]
    fn every_crate_has_a_layer_and_its_package_the_name_of_the_table() {
        let found = unknown(&["rust/pki".to_owned(), "rust/websocket".to_owned()]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("rust/websocket/Cargo.toml:1: a crate without a layer"));
        assert_eq!(told("pki", "[package]\nname = \"other\"\n").len(), 1);
    }
}
