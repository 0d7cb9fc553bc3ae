//! The variables `SSL_CERT_FILE` and `SSL_CERT_DIR`: whom to trust in place of the operating system's certificates.
//!
//! Read here and not by rustls-native-certs, which passes over certificates that OpenSSL reads, and falls silent when
//! a file holds none.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Origin, TrustStore};
use crate::certificate::Certificate;
use crate::pem::{Bundle, read_bundle};
use crate::text::quoted;

const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";

/// More than any bundle has, in bytes.
const LONGEST_FILE: u64 = 1 << 26;

/// What the variables say, as far as they are set.
#[derive(Debug, Default)]
pub struct NamedCertificates {
    /// `SSL_CERT_FILE`: the path of a file.
    pub file: Option<OsString>,
    /// `SSL_CERT_DIR`: paths of folders, separated as the platform separates them in `PATH`.
    pub folders: Option<OsString>,
    /// Where relative paths count from.
    pub base: PathBuf,
}

/// One path of a variable.
struct Place<'a> {
    variable: &'static str,
    path: &'a Path,
}

impl Place<'_> {
    fn describe(&self, path: &Path) -> String {
        format!("{} {}", self.variable, quoted(&path.to_string_lossy()))
    }
}

/// Adds the named certificates, as the system's. Returns false when none of them can be trusted.
pub(super) fn add(store: &mut TrustStore, named: &NamedCertificates) -> bool {
    let mut known = HashSet::new();
    let mut found = false;
    if let Some(file) = &named.file {
        let place = Place {
            variable: FILE,
            path: Path::new(file),
        };
        found |= add_place(store, &place, &mut known, |place| {
            let mut bundle = read_file(&named.base.join(place.path))?;
            // Folders have leaves of the machine's own beside what is trusted.
            bundle.problems.extend(leaves_in(&bundle));
            Ok(vec![(place.describe(place.path), bundle)])
        });
    }
    for path in named.folders.as_deref().map_or_else(Vec::new, paths) {
        let place = Place {
            variable: FOLDERS,
            path: &path,
        };
        found |= add_place(store, &place, &mut known, |place| {
            read_folder(place, &named.base)
        });
    }
    found
}

/// An empty part names nothing beside others.
fn paths(folders: &OsStr) -> Vec<PathBuf> {
    let parts = std::env::split_paths(folders);
    let named: Vec<PathBuf> = parts.filter(|path| !path.as_os_str().is_empty()).collect();
    if named.is_empty() {
        vec![PathBuf::new()]
    } else {
        named
    }
}

/// Bundles, each with where it came from.
type Read = Result<Vec<(String, Bundle)>, String>;

fn add_place(
    store: &mut TrustStore,
    place: &Place<'_>,
    known: &mut HashSet<Vec<u8>>,
    read: impl FnOnce(&Place<'_>) -> Read,
) -> bool {
    let first = store.problems.len();
    let mut issues = false;
    let from = place.describe(place.path);
    let bundles = if place.path.as_os_str().is_empty() {
        Err("it is set and empty".to_owned())
    } else {
        read(place)
    };
    match bundles {
        Ok(bundles) => {
            for (from, mut bundle) in bundles {
                issues |= bundle.certificates.iter().any(may_issue);
                // Folders have several names for one file.
                let is_new = |one: &Certificate| known.insert(one.der().as_ref().to_vec());
                bundle.certificates.retain(is_new);
                store.add_bundle(bundle, Origin::System, &from);
            }
        }
        Err(reason) => store.problems.push(format!("{from}: {reason}")),
    }
    if !issues {
        tell_that_nothing_is_trusted(store, first, &from);
    }
    issues
}

fn may_issue(certificate: &Certificate) -> bool {
    certificate.facts().may_issue()
}

/// What nothing is trusted by: the user's own trust alone has certificates that count for themselves.
fn leaves_in(bundle: &Bundle) -> Option<String> {
    let mut leaves = bundle.certificates.iter().filter(|one| !may_issue(one));
    let first = leaves.next()?.facts().display_name();
    let rest = match leaves.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Some(format!(
        "{}{rest} is no CA, so nothing is trusted by it: name its issuer, or trust it in the project",
        quoted(&first)
    ))
}

/// One failure, one sentence.
fn tell_that_nothing_is_trusted(store: &mut TrustStore, first: usize, from: &str) {
    let reasons: Vec<String> = store.problems.drain(first..).collect();
    let reasons = if reasons.is_empty() {
        format!("{from}: it holds no certificate of a CA")
    } else {
        reasons.join("; ")
    };
    store.private_key_problem = store.private_key_problem.map(|place| place.min(first));
    store.problems.push(format!(
        "{reasons}: nothing is trusted by it until it names CA certificates or is unset"
    ));
}

fn read_file(path: &Path) -> Result<Bundle, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read ({error})");
    let kind = fs::metadata(path).map_err(unreadable)?;
    if kind.is_dir() {
        return Err(format!("it is a folder: name it in {FOLDERS}"));
    }
    // A pipe would keep the game waiting for whoever writes into it, and a device may be endless.
    if !kind.is_file() {
        return Err("it is no regular file".to_owned());
    }
    if kind.len() > LONGEST_FILE {
        return Err(format!("it has more than {} MiB", LONGEST_FILE >> 20));
    }
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LONGEST_FILE)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok(read_bundle(&bytes))
}

/// Every file of a folder, whatever its name: OpenSSL's names are made of hashes, other tools put certificates beside
/// them. A file without certificates is no mistake there.
fn read_folder(place: &Place<'_>, base: &Path) -> Read {
    let folder = base.join(place.path);
    if folder.is_file() {
        return Err(format!("it is no folder: name the file in {FILE}"));
    }
    let unreadable = |error: std::io::Error| format!("it cannot be read ({error})");
    let entries = fs::read_dir(&folder).map_err(unreadable)?;
    let mut files = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable)?;
    files.sort();
    let mut bundles = Vec::new();
    // A link that leads nowhere is what a removed certificate leaves.
    for file in files.into_iter().filter(|file| file.is_file()) {
        let bundle = read_file(&file).unwrap_or_else(|reason| Bundle {
            problems: vec![reason],
            ..Bundle::default()
        });
        if !bundle.holds_none {
            let name = place.path.join(file.file_name().unwrap_or_default());
            bundles.push((place.describe(&name), bundle));
        }
    }
    Ok(bundles)
}
