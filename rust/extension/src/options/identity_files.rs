//! A server's key and certificate in files that are renewed while it runs.

use std::time::{Duration, Instant};

use godot_rustls_pki::digest::{Sha256, sha256};
use godot_rustls_tls::identity::Identity;
use zeroize::Zeroizing;

use crate::options::default_trust::read_relative;
use crate::options::options_key::read_identity;

/// Shortest time between two reads. Renewal need not be noticed within milliseconds.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

/// Suffix of the file with the OCSP response, after the name of the certificate file.
const OCSP_SUFFIX: &str = ".ocsp";

/// Replacement for a path that is really PEM or base64 text: paths are printed and saved, and a key
/// must never be.
const TEXT_AS_PATH: &str = "(a text)";

/// Prefixes of keys and of PEM in base64.
const BASE64_PREFIXES: [&str; 3] = ["MI", "MC", "LS0t"];
/// Lower bound on the length of a key in base64, in bytes.
const MIN_KEY_LENGTH: usize = 40;

/// The two paths, and the last identity read from them that could be used.
pub(crate) struct IdentityFiles {
    key_path: String,
    certificate_path: String,
    last_read: Option<Instant>,
    /// Hash of the contents that were read last, usable or not.
    seen: Option<Sha256>,
    /// Hash of the contents that `current` was made of.
    served: Option<Sha256>,
    current: Result<Identity, String>,
    /// A warning was printed about the broken files.
    has_warned: bool,
}

/// Result of a renewal.
pub(crate) struct Renewal {
    /// The identity to use: the old one while the new files are broken.
    pub(crate) identity: Result<Identity, String>,
    /// A warning to print, once for each time that the files break.
    pub(crate) warning: Option<String>,
}

/// Contents of the files.
struct Contents {
    key: Zeroizing<Vec<u8>>,
    certificate: Vec<u8>,
    ocsp: Vec<u8>,
}

impl IdentityFiles {
    pub(crate) fn new(key_path: String, certificate_path: String) -> Self {
        Self {
            key_path: path(key_path),
            certificate_path: path(certificate_path),
            last_read: None,
            seen: None,
            served: None,
            current: Err("the files were not read yet".to_owned()),
            has_warned: false,
        }
    }

    /// Returns the paths of the key and of the certificate.
    pub(crate) fn paths(&self) -> (&str, &str) {
        (&self.key_path, &self.certificate_path)
    }

    /// Returns the identity, at most a second old.
    pub(crate) fn renew(&mut self) -> Renewal {
        let is_fresh = self.last_read.is_some_and(|at| at.elapsed() < MIN_INTERVAL);
        let warning = if is_fresh { None } else { self.refresh() };
        Renewal {
            identity: self.current.clone(),
            warning,
        }
    }

    fn refresh(&mut self) -> Option<String> {
        self.last_read = Some(Instant::now());
        let read = match self.read() {
            Ok(read) => read,
            Err(problem) => return self.keep(problem),
        };
        let hash = Some(read.hash());
        let is_known = std::mem::replace(&mut self.seen, hash) == hash;
        if hash == self.served {
            // The old files are back: the same identity continues, with its sessions.
            self.has_warned = false;
            return None;
        }
        if is_known {
            return None;
        }
        match read.identity() {
            Ok(identity) => {
                self.current = Ok(identity);
                self.served = hash;
                self.has_warned = false;
                None
            }
            Err(problem) => self.keep(problem),
        }
    }

    /// Keeps the old identity, if there is one. Warns once, since files are seldom replaced in one
    /// step.
    fn keep(&mut self, problem: String) -> Option<String> {
        if self.current.is_err() {
            self.current = Err(problem);
            return None;
        }
        if std::mem::replace(&mut self.has_warned, true) {
            return None;
        }
        Some(format!(
            "the new identity in \"{}\" and \"{}\" cannot be used ({problem}): the old one stays in use until then",
            self.key_path, self.certificate_path
        ))
    }

    fn read(&self) -> Result<Contents, String> {
        let read = |what: &str, path: &str| {
            if path == TEXT_AS_PATH {
                return Err(format!(
                    "the {what} is a text and not a path: pass texts to RustlsTLSOptions.server_from_pem()"
                ));
            }
            read_relative(path).map_err(|why| format!("the {what} \"{path}\": {why}"))
        };
        Ok(Contents {
            key: Zeroizing::new(read("key", &self.key_path)?),
            certificate: read("certificate", &self.certificate_path)?,
            // Optional.
            ocsp: read_relative(&format!("{}{OCSP_SUFFIX}", self.certificate_path))
                .unwrap_or_default(),
        })
    }
}

fn path(given: String) -> String {
    if is_text(&given) {
        TEXT_AS_PATH.to_owned()
    } else {
        given
    }
}

/// Returns whether a path is really PEM or base64 text, also without its line breaks.
fn is_text(given: &str) -> bool {
    let upper = given.to_ascii_uppercase();
    let is_marked = upper.contains("-BEGIN") || upper.contains("PRIVATE KEY");
    let is_base64 = given.len() >= MIN_KEY_LENGTH
        && BASE64_PREFIXES.iter().any(|start| given.starts_with(start))
        && given
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b' '));
    given.contains(['\r', '\n']) || is_marked || is_base64
}

impl Contents {
    fn hash(&self) -> Sha256 {
        let hashes = [&*self.key, &self.certificate, &self.ocsp].map(|part| sha256(part));
        sha256(&hashes.concat())
    }

    fn identity(self) -> Result<Identity, String> {
        Ok(read_identity(&self.key, &self.certificate)?.with_ocsp_response(self.ocsp))
    }
}
