//! A Godot from a newer Debian suite, unpacked into a prefix of its own with all its libraries: the suite's C
//! library is newer than the machine's, so nothing of it may be installed into the system.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::find;
use crate::failure::{Failure, OrFail, Outcome};
use crate::godot::Godot;
use crate::paths;
use crate::process::{Step, announce};

/// The suite that carries Godot 4 and its export templates.
const SUITE: &str = "forky";

/// Godot, its templates, OpenGL in software for pictures, and patchelf for the templates.
const PACKAGES: [&str; 7] = [
    "godot",
    "godot-template-release",
    "godot-template-debug",
    "libgl1",
    "libegl1",
    "libgl1-mesa-dri",
    "patchelf",
];

/// Written last; another number makes older installs be made anew.
const RECIPE: &str = "1";

const KEYRINGS: [&str; 2] = [
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
];

const BY_HAND: &str = "run it again (finished downloads are kept), or get Godot from https://godotengine.org/download and set GODOT4_BIN";

/// Folder names of this machine's architecture: Debian's triplet and the loader's place.
fn architecture() -> Option<(&'static str, &'static str)> {
    match std::env::consts::ARCH {
        "x86_64" => Some(("x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2")),
        "aarch64" => Some(("aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1")),
        _ => None,
    }
}

/// Whether this machine can fetch packages of that suite.
pub(super) fn possible() -> bool {
    cfg!(target_os = "linux")
        && architecture().is_some()
        && ["apt-get", "dpkg"]
            .iter()
            .all(|name| paths::program(name).is_some())
        && keyring().is_some()
        && mirror().is_some()
}

/// The Godot of an earlier, complete install at the same place.
pub(super) fn installed() -> Outcome<Option<Godot>> {
    let home = paths::godot_home();
    // Interpreter and library paths inside the templates are absolute: a moved folder is made anew.
    if fs::read_to_string(home.join("ready")).ok() != Some(stamp(&home)) {
        return Ok(None);
    }
    let bin = home.join("godot");
    let version = find::version(&bin).map_err(|cause| {
        let hint = format!("delete {} and run setup again", paths::shown(&home));
        Failure::new("starting the installed Godot", cause, &hint)
    })?;
    let template = Some(home.join("templates/linux_release"));
    Ok(Some(Godot {
        bin,
        version,
        template,
    }))
}

/// Fetches, unpacks, makes runnable.
pub(super) fn install() -> Outcome<Godot> {
    let home = paths::godot_home();
    announce(
        "No Godot 4 on this machine: installing one into target/godot (about 220 MB to fetch)",
    );
    paths::make_dir(&home)?;
    let packages = download(&home)?;
    unpack(&home, &packages)?;
    write_wrapper(&home)?;
    patch(&home)?;
    paths::write(&home.join("ready"), stamp(&home))?;
    paths::remove_dir(&home.join("apt"))?;
    installed()?
        .ok_or_else(|| Failure::new("installing Godot", "the install is not complete", BY_HAND))
}

fn stamp(home: &Path) -> String {
    format!("recipe {RECIPE}\n{}\n", home.display())
}

fn keyring() -> Option<&'static str> {
    KEYRINGS.into_iter().find(|path| Path::new(path).is_file())
}

/// Fetches the packages with everything they need. apt-get checks the signatures and goes on with what an
/// interrupted run left.
fn download(home: &Path) -> Outcome<Vec<PathBuf>> {
    let apt = home.join("apt");
    for dir in ["lists/partial", "cache/archives/partial"] {
        paths::make_dir(&apt.join(dir))?;
    }
    let (Some(mirror), Some(keyring)) = (mirror(), keyring()) else {
        let cause = "no Debian mirror in the machine's apt sources, or no archive keyring";
        return Err(Failure::new("finding a Debian mirror", cause, BY_HAND));
    };
    let source = format!("deb [signed-by={keyring}] {mirror} {SUITE} main\n");
    paths::write(&apt.join("sources.list"), source)?;
    // With an empty status file apt takes nothing for installed and fetches the C library too.
    paths::write(&apt.join("status"), "")?;
    println!("  reading the package lists of Debian {SUITE}");
    apt_step("reading Debian's package lists", &apt, &["update"])?;
    println!("  fetching Godot, its export templates and libraries");
    let mut words = vec!["-y", "--download-only", "install"];
    words.extend(PACKAGES);
    apt_step("fetching Godot's packages", &apt, &words)?;
    let step = "listing the fetched packages";
    let mut packages = Vec::new();
    for entry in fs::read_dir(apt.join("cache/archives")).or_fail(step, BY_HAND)? {
        let path = entry.or_fail(step, BY_HAND)?.path();
        if path.extension().is_some_and(|ending| ending == "deb") {
            packages.push(path);
        }
    }
    packages.sort();
    Ok(packages)
}

fn apt_step(name: &str, apt: &Path, words: &[&str]) -> Outcome {
    let mut command = Command::new("apt-get");
    for (key, value) in [
        ("Dir::Etc::SourceList", apt.join("sources.list")),
        ("Dir::Etc::SourceParts", PathBuf::from("/dev/null")),
        ("Dir::State::Lists", apt.join("lists")),
        ("Dir::State::status", apt.join("status")),
        ("Dir::Cache", apt.join("cache")),
        ("APT::Install-Recommends", PathBuf::from("false")),
        ("Acquire::Languages", PathBuf::from("none")),
        ("Acquire::Retries", PathBuf::from("3")),
    ] {
        command.arg("-o").arg(format!("{key}={}", value.display()));
    }
    command.args(words);
    Step::new(name, command)
        .minutes(30)
        .hint(BY_HAND)
        .quiet()
        .map(drop)
}

/// Unpacks beside the final folder and renames at the end: a folder that is there is whole.
fn unpack(home: &Path, packages: &[PathBuf]) -> Outcome {
    let (prefix, partial) = (home.join("prefix"), home.join("prefix.partial"));
    paths::remove_dir(&partial)?;
    paths::make_dir(&partial)?;
    for (index, package) in packages.iter().enumerate() {
        if index % 30 == 0 {
            println!("  unpacking {} of {}", index + 1, packages.len());
        }
        let mut command = Command::new("dpkg");
        command.arg("-x").arg(package).arg(&partial);
        let name = package.file_name().unwrap_or_default().to_string_lossy();
        Step::new(format!("unpacking {name}"), command)
            .hint("check the free space (about 900 MB are needed)")
            .quiet()?;
    }
    paths::remove_dir(&prefix)?;
    fs::rename(&partial, &prefix).or_fail("moving the unpacked Godot into place", BY_HAND)
}

/// Starts a program of the prefix through the prefix's own loader.
fn write_wrapper(home: &Path) -> Outcome {
    let (triplet, loader) = architecture().unwrap_or_default();
    let script = format!(
        r#"#!/bin/sh
# Starts Godot on the C library that came with it.
home=$(dirname "$(readlink -f "$0")")
prefix=$home/prefix
lib=$prefix/usr/lib/{triplet}
export LIBGL_DRIVERS_PATH="$lib/dri"
export __EGL_VENDOR_LIBRARY_DIRS="$prefix/usr/share/glvnd/egl_vendor.d"
export GBM_BACKENDS_PATH="$lib/gbm"
exec "$prefix/{loader}" --library-path "$lib:$lib/pulseaudio:$prefix/usr/lib" "$prefix/usr/bin/godot" "$@"
"#
    );
    let path = home.join("godot");
    paths::write(&path, script)?;
    make_executable(&path)
}

/// Copies of the export templates that start by themselves: an exported game finds its pack through its own
/// path, which the loader in front of it would hide.
fn patch(home: &Path) -> Outcome {
    let (triplet, loader) = architecture().unwrap_or_default();
    let prefix = home.join("prefix");
    let lib = prefix.join("usr/lib").join(triplet);
    println!("  making the export templates runnable");
    // It carries a search path of its own, which would win over the template's.
    for entry in fs::read_dir(&lib)
        .or_fail("listing the libraries", BY_HAND)?
        .flatten()
    {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with("libpulse.so.0.") {
            patchelf(
                home,
                &["--set-rpath", "$ORIGIN:$ORIGIN/pulseaudio"],
                &entry.path(),
            )?;
        }
    }
    let search = format!("{0}:{0}/pulseaudio", lib.display());
    let loader = prefix.join(loader).display().to_string();
    for kind in ["release", "debug"] {
        let copy = home.join(format!("templates/linux_{kind}"));
        paths::replace(
            &prefix.join(format!("usr/bin/godot-template-{kind}")),
            &copy,
        )?;
        let words = [
            "--set-interpreter",
            &loader,
            "--force-rpath",
            "--set-rpath",
            &search,
        ];
        patchelf(home, &words, &copy)?;
        make_executable(&copy)?;
    }
    Ok(())
}

fn patchelf(home: &Path, words: &[&str], file: &Path) -> Outcome {
    let (triplet, loader) = architecture().unwrap_or_default();
    let prefix = home.join("prefix");
    let mut command = Command::new(prefix.join(loader));
    command
        .arg("--library-path")
        .arg(prefix.join("usr/lib").join(triplet))
        .arg(prefix.join("usr/bin/patchelf"))
        .args(words)
        .arg(file);
    let name = format!("patching {}", paths::shown(file));
    Step::new(name, command).hint(BY_HAND).quiet().map(drop)
}

fn make_executable(path: &Path) -> Outcome {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let step = format!("making {} executable", paths::shown(path));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).or_fail(step, "")?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The machine's own Debian mirror, from its apt sources.
fn mirror() -> Option<String> {
    let mut texts = vec![fs::read_to_string("/etc/apt/sources.list").unwrap_or_default()];
    let mut parts: Vec<PathBuf> = fs::read_dir("/etc/apt/sources.list.d")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|e| e == "list" || e == "sources")
        })
        .collect();
    parts.sort();
    texts.extend(
        parts
            .iter()
            .filter_map(|path| fs::read_to_string(path).ok()),
    );
    let archives: Vec<Archive> = texts.iter().flat_map(|text| archives(text)).collect();
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let codename = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    choose(&archives, codename.unwrap_or("stable"))
}

/// An archive of the apt sources.
#[derive(Debug)]
struct Archive {
    address: String,
    suites: String,
}

/// The archive that holds all suites of Debian: by its usual name, else the one of this system's own suite.
/// Not those of security updates and of other vendors.
fn choose(archives: &[Archive], codename: &str) -> Option<String> {
    let usual = |archive: &&Archive| archive.address.ends_with("/debian");
    let own = |archive: &&Archive| {
        !archive.address.contains("security")
            && archive.suites.split_whitespace().any(|s| s == codename)
    };
    let found = archives
        .iter()
        .find(usual)
        .or_else(|| archives.iter().find(own));
    found.map(|archive| archive.address.clone())
}

/// The archives of a sources file of either form, those that are switched off left out.
fn archives(text: &str) -> Vec<Archive> {
    let archive = |address: &str, suites: &str| Archive {
        address: address.trim_end_matches('/').to_owned(),
        suites: suites.to_owned(),
    };
    let mut found = Vec::new();
    for stanza in text.split("\n\n") {
        let field = |name: &str| {
            stanza
                .lines()
                .find_map(|line| line.trim().strip_prefix(name))
                .unwrap_or("")
        };
        if !field("Enabled:").trim().eq_ignore_ascii_case("no") {
            let addresses = field("URIs:").split_whitespace();
            found.extend(addresses.map(|address| archive(address, field("Suites:"))));
        }
        for entry in stanza
            .lines()
            .filter_map(|line| line.trim().strip_prefix("deb "))
        {
            let entry = match entry.trim_start().strip_prefix('[') {
                Some(options) => options.split_once(']').map_or("", |parts| parts.1),
                None => entry,
            };
            let mut words = entry.split_whitespace();
            if let (Some(address), Some(suite)) = (words.next(), words.next()) {
                found.push(archive(address, suite));
            }
        }
    }
    found.retain(|archive| archive.address.contains("://"));
    found
}

#[cfg(test)]
mod tests {
    use super::{archives, choose};

    fn mirror_in(text: &str) -> Option<String> {
        choose(&archives(text), "bookworm")
    }

    #[test]
    fn the_mirror_is_read_from_both_forms_of_apt_sources() {
        let line = "# deb http://old.example/debian x main\n\
                    deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian/ bookworm main\n";
        assert_eq!(
            mirror_in(line).as_deref(),
            Some("https://mirror.example/debian")
        );
        let stanza =
            "Types: deb\n# a comment\nURIs: http://mirror.example/debian\nSuites: bookworm\n";
        assert_eq!(
            mirror_in(stanza).as_deref(),
            Some("http://mirror.example/debian")
        );
    }

    #[test]
    fn security_and_disabled_and_foreign_archives_are_passed_over() {
        let text = "Types: deb\nURIs: http://mirror.example/debian-security\nSuites: bookworm-security\n\n\
                    Types: deb\nEnabled: no\nURIs: http://off.example/debian\nSuites: bookworm\n\n\
                    Types: deb\nURIs: http://vendor.example/apt\nSuites: stable\n";
        assert_eq!(mirror_in(text), None);
    }

    #[test]
    fn a_mirror_of_another_name_counts_when_it_has_this_systems_suite() {
        let text = "deb http://proxy.example/remote/apt/ bookworm main\n";
        assert_eq!(
            mirror_in(text).as_deref(),
            Some("http://proxy.example/remote/apt")
        );
    }
}
