//! A server's key and certificate in files that are renewed while it runs.

use std::time::{Duration, Instant};

use godot_rustls_core::digest::{Sha256, sha256};
use godot_rustls_core::identity::Identity;
use zeroize::Zeroizing;

use crate::spec::read_identity;
use crate::trust::read_relative;

/// How often the files are looked at, at most: renewal is no matter of milliseconds, a handshake is.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What stands behind a certificate file's name in the name of the file with its OCSP response.
const OCSP_ENDING: &str = ".ocsp";

/// Two paths, and the last pair of theirs that could be used.
pub(crate) struct IdentityFiles {
    key_path: String,
    certificate_path: String,
    looked: Option<Instant>,
    /// Hash of what was read last, usable or not.
    seen: Option<Sha256>,
    /// Hash of what `current` was made of.
    served: Option<Sha256>,
    current: Result<Identity, String>,
    /// The files are broken, and somebody was told.
    has_warned: bool,
}

/// What a look at the files came to.
pub(crate) struct Look {
    /// The pair to use: the old one while the new files are broken.
    pub(crate) identity: Result<Identity, String>,
    /// What to tell the user, once.
    pub(crate) warning: Option<String>,
}

/// What the files held.
struct Contents {
    key: Zeroizing<Vec<u8>>,
    certificate: Vec<u8>,
    ocsp: Vec<u8>,
}

impl IdentityFiles {
    pub(crate) fn new(key_path: String, certificate_path: String) -> Self {
        Self {
            key_path,
            certificate_path,
            looked: None,
            seen: None,
            served: None,
            current: Err("the files were not read yet".to_owned()),
            has_warned: false,
        }
    }

    /// The paths of the key and of the certificate.
    pub(crate) fn paths(&self) -> (&str, &str) {
        (&self.key_path, &self.certificate_path)
    }

    /// The pair as of now, or as of a second ago.
    pub(crate) fn look(&mut self) -> Look {
        let is_fresh = self.looked.is_some_and(|at| at.elapsed() < LOOK_EVERY);
        let warning = if is_fresh { None } else { self.refresh() };
        Look {
            identity: self.current.clone(),
            warning,
        }
    }

    fn refresh(&mut self) -> Option<String> {
        self.looked = Some(Instant::now());
        let read = match self.read() {
            Ok(read) => read,
            Err(problem) => return self.keep(problem),
        };
        let hash = Some(read.hash());
        let is_known = std::mem::replace(&mut self.seen, hash) == hash;
        if hash == self.served {
            // The same files are there again: the same identity, with its sessions.
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

    /// Goes on with the old pair, if there is one. Files are seldom replaced in one moment: one warning.
    fn keep(&mut self, problem: String) -> Option<String> {
        if self.current.is_err() {
            self.current = Err(problem);
            return None;
        }
        if std::mem::replace(&mut self.has_warned, true) {
            return None;
        }
        Some(format!(
            "the new identity in \"{}\" and \"{}\" cannot be used ({problem}): the old one stays until it can",
            self.key_path, self.certificate_path
        ))
    }

    fn read(&self) -> Result<Contents, String> {
        let read = |what: &str, path: &str| {
            // A path is printed, and a key must never be.
            if path.contains(['\r', '\n']) || path.contains("-----BEGIN") {
                return Err(format!(
                    "the {what} is a text and no path: pass texts to RustlsTLSOptions.server_from_pem()"
                ));
            }
            read_relative(path).map_err(|why| format!("the {what} \"{path}\": {why}"))
        };
        Ok(Contents {
            key: Zeroizing::new(read("key", &self.key_path)?),
            certificate: read("certificate", &self.certificate_path)?,
            // Seldom there; a missing one is no mistake.
            ocsp: read_relative(&format!("{}{OCSP_ENDING}", self.certificate_path))
                .unwrap_or_default(),
        })
    }
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
