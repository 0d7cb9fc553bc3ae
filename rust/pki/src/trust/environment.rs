//! Certificates of the variables `SSL_CERT_FILE` and `SSL_CERT_DIR`, in place of the operating
//! system's.
//!
//! Read here and not by rustls-native-certs, which passes over certificates that OpenSSL reads, and
//! falls silent when a file holds none.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{FILE, FOLDERS, NamedPathError, Origin, TrustProblem, TrustStore};
use crate::certificate::Certificate;
use crate::pem::{Bundle, read_bundle};
use crate::text::quoted;

/// Largest file in bytes, more than any bundle has.
const MAX_FILE: u64 = 1 << 26;

/// Values of the variables, as far as they are set.
#[derive(Debug, Default)]
pub struct NamedCertificates {
    /// `SSL_CERT_FILE`: the path of a file.
    pub file: Option<OsString>,
    /// `SSL_CERT_DIR`: paths of folders, separated as the platform separates them in `PATH`.
    pub folders: Option<OsString>,
    /// Folder that relative paths count from.
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
            let bundle = read_file(&named.base.join(place.path))?;
            Ok(vec![(place.describe(place.path), Ok(bundle))])
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

/// Splits a list of paths. An empty part names nothing beside others.
fn paths(folders: &OsStr) -> Vec<PathBuf> {
    let parts = std::env::split_paths(folders);
    let named: Vec<PathBuf> = parts.filter(|path| !path.as_os_str().is_empty()).collect();
    if named.is_empty() {
        vec![PathBuf::new()]
    } else {
        named
    }
}

/// Files, each with its name in messages.
type Read = Result<Vec<(String, Result<Bundle, NamedPathError>)>, NamedPathError>;

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
        Err(NamedPathError::Empty)
    } else {
        read(place)
    };
    match bundles {
        Ok(bundles) => {
            for (source, bundle) in bundles {
                let mut bundle = match bundle {
                    Ok(bundle) => bundle,
                    Err(error) => {
                        store.problems.push(TrustProblem::Named { source, error });
                        continue;
                    }
                };
                issues |= bundle.certificates.iter().any(may_issue);
                store.add_problems(std::mem::take(&mut bundle.problems), &source);
                // Folders have leaves of the machine's own beside what is trusted.
                if place.variable == FILE {
                    store.problems.extend(leaves_in(&bundle, &source));
                }
                // Folders have several names for one file.
                let is_new = |one: &Certificate| known.insert(one.der().as_ref().to_vec());
                bundle.certificates.retain(is_new);
                store.add_bundle(bundle, Origin::System, &source);
            }
        }
        Err(error) => store.problems.push(TrustProblem::Named {
            source: from.clone(),
            error,
        }),
    }
    if !issues {
        // One failure, one problem.
        let reasons = store.problems.drain(first..).collect();
        store.problems.push(TrustProblem::NamedNothingTrusted {
            source: from,
            reasons,
        });
    }
    issues
}

fn may_issue(certificate: &Certificate) -> bool {
    certificate.facts().may_issue()
}

/// Describes the certificates that are no CAs: only the user's own trust has certificates that
/// count for themselves.
fn leaves_in(bundle: &Bundle, source: &str) -> Option<TrustProblem> {
    let mut leaves = bundle.certificates.iter().filter(|one| !may_issue(one));
    let first = leaves.next()?;
    Some(TrustProblem::NamedLeaves {
        source: source.to_owned(),
        subject: first.facts().display_name(),
        others: leaves.count(),
    })
}

fn read_file(path: &Path) -> Result<Bundle, NamedPathError> {
    let kind = fs::metadata(path)?;
    if kind.is_dir() {
        return Err(NamedPathError::IsFolder);
    }
    // A pipe would keep the caller waiting for whoever writes into it, and a device may be endless.
    if !kind.is_file() {
        return Err(NamedPathError::NotRegular);
    }
    if kind.len() > MAX_FILE {
        return Err(NamedPathError::TooLarge(MAX_FILE));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(read_bundle(&bytes))
}

/// Reads every file of a folder, whatever its name: OpenSSL's names are made of hashes, other tools
/// put certificates beside them. A file without certificates is no mistake there.
fn read_folder(place: &Place<'_>, base: &Path) -> Read {
    let folder = base.join(place.path);
    if folder.is_file() {
        return Err(NamedPathError::IsFile);
    }
    let mut files = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>, std::io::Error>>()?;
    files.sort();
    let mut bundles = Vec::new();
    // A link that leads nowhere is what a removed certificate leaves.
    for file in files.into_iter().filter(|file| file.is_file()) {
        let bundle = read_file(&file);
        if !bundle.as_ref().is_ok_and(|bundle| bundle.holds_none) {
            let name = place.path.join(file.file_name().unwrap_or_default());
            bundles.push((place.describe(&name), bundle));
        }
    }
    Ok(bundles)
}
