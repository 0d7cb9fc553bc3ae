//! The addon's manifest: which library file belongs to which platform is said there and nowhere else.

use crate::failure::{Failure, Outcome};
use crate::paths;

/// Which of a platform's two libraries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// With the class reference, for the editor.
    Editor,
    /// Without it, for games.
    Game,
}

/// A platform in Godot's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Platform {
    /// `linux`, `windows`, `macos`, `android`, `ios`.
    pub(crate) os: &'static str,
    /// `x86_64`, `arm64`.
    pub(crate) arch: &'static str,
}

impl Platform {
    /// The platform of a Rust target triple such as `aarch64-apple-darwin`.
    pub(crate) fn of(triple: &str) -> Option<Self> {
        let os = ["android", "linux", "windows", "ios", "darwin"]
            .into_iter()
            .find(|os| triple.split('-').any(|part| part.starts_with(os)))?;
        let arch = match triple.split('-').next()? {
            "x86_64" => "x86_64",
            "aarch64" => "arm64",
            _ => return None,
        };
        let os = if os == "darwin" { "macos" } else { os };
        Some(Self { os, arch })
    }

    /// The platform that this runs on.
    pub(crate) fn host() -> Outcome<Self> {
        Self::of(&format!(
            "{}-{}",
            std::env::consts::ARCH,
            std::env::consts::OS
        ))
        .ok_or_else(|| {
            Failure::new(
                "naming this platform",
                "the manifest knows no libraries for it",
                "add it to addon.gdextension and to the platforms in rust/xtask/src/manifest.rs",
            )
        })
    }

    /// What Cargo calls the library that it builds for this platform.
    pub(crate) fn built_name(self) -> &'static str {
        match self.os {
            "windows" => "godot_rustls.dll",
            "macos" | "ios" => "libgodot_rustls.dylib",
            _ => "libgodot_rustls.so",
        }
    }
}

/// The manifest's parts that commands need.
pub(crate) struct Manifest {
    text: String,
}

impl Manifest {
    /// Reads the one in the repository's root.
    pub(crate) fn load() -> Outcome<Self> {
        let text = paths::read(&paths::manifest_source())?;
        Ok(Self { text })
    }

    /// Its whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Keys and values of a section, without quotes.
    pub(crate) fn section(&self, name: &str) -> Vec<(&str, &str)> {
        let heading = format!("[{name}]");
        let lines = self.text.lines().map(str::trim);
        lines
            .skip_while(|line| *line != heading)
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.trim(), value.trim().trim_matches('"')))
            .collect()
    }

    /// Where the library stands, relative to the addon's folder: `bin/…`.
    pub(crate) fn library(&self, platform: Platform, kind: Kind) -> Outcome<&str> {
        let purpose = match kind {
            Kind::Editor => "editor",
            Kind::Game => "release",
        };
        let key = format!("{}.{purpose}.{}", platform.os, platform.arch);
        let libraries = self.section("libraries");
        let entry = libraries.iter().find(|(name, _)| *name == key);
        entry
            .map(|(_, path)| path.trim_start_matches("./"))
            .ok_or_else(|| {
                let hint = "add the line to addon.gdextension";
                Failure::new(
                    "reading addon.gdextension",
                    format!("[libraries] has no `{key}`"),
                    hint,
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triples_become_godots_names() {
        let name = |triple| Platform::of(triple).map(|p| (p.os, p.arch));
        assert_eq!(name("x86_64-unknown-linux-gnu"), Some(("linux", "x86_64")));
        assert_eq!(name("aarch64-apple-darwin"), Some(("macos", "arm64")));
        assert_eq!(name("aarch64-linux-android"), Some(("android", "arm64")));
        assert_eq!(name("x86_64-pc-windows-msvc"), Some(("windows", "x86_64")));
        assert_eq!(name("aarch64-apple-ios"), Some(("ios", "arm64")));
        assert_eq!(name("x86_64-macos"), None);
        assert_eq!(name("riscv64gc-unknown-linux-gnu"), None);
    }

    #[test]
    fn the_manifest_has_both_libraries_of_every_desktop_and_the_editors_come_first() {
        let manifest = Manifest::load().unwrap_or_else(|failure| panic!("{failure}"));
        for os in ["linux", "windows", "macos"] {
            for arch in ["x86_64", "arm64"] {
                let platform = Platform { os, arch };
                for kind in [Kind::Editor, Kind::Game] {
                    let path = manifest.library(platform, kind);
                    let path = path.unwrap_or_else(|failure| panic!("{failure}"));
                    assert!(path.starts_with("bin/") && path.contains(os) && path.contains(arch));
                }
                // On a tie the engine takes the earlier line.
                let keys: Vec<&str> = manifest.section("libraries").iter().map(|e| e.0).collect();
                let place = |purpose| {
                    keys.iter()
                        .position(|k| *k == format!("{os}.{purpose}.{arch}"))
                };
                assert!(place("editor") < place("debug"), "{os} {arch}");
            }
        }
    }

    #[test]
    fn the_manifest_asks_for_the_minimum_that_setup_accepts() {
        let manifest = Manifest::load().unwrap_or_else(|failure| panic!("{failure}"));
        let configuration = manifest.section("configuration");
        let (major, minor) = crate::godot::MINIMUM;
        let minimum = format!("{major}.{minor}");
        assert!(configuration.contains(&("compatibility_minimum", &minimum)));
        assert!(configuration.contains(&("entry_symbol", crate::package::ENTRY_SYMBOL)));
    }

    #[test]
    fn every_icon_of_the_manifest_is_a_file_named_as_its_class() {
        let manifest = Manifest::load().unwrap_or_else(|failure| panic!("{failure}"));
        let icons = manifest.section("icons");
        assert!(!icons.is_empty());
        for (class, path) in icons {
            assert_eq!(path, format!("./icons/{class}.svg"));
            let file = paths::demo_project().join(paths::ADDON).join(path);
            assert!(file.is_file(), "{} is missing", file.display());
        }
    }
}
