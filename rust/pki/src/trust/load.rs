//! The default trust: override, else the system's certificates, else Mozilla's.

use rustls_pki_types::CertificateDer;

use super::environment::{self, NamedCertificates};
use super::problem::SYSTEM;
use super::{Origin, Source, TrustProblem, TrustStore};
use crate::certificate::Certificate;
use crate::pem::read_bundle;

/// Choice of the certificates that make up the default trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The system's; Mozilla's when there are none, and beside them where the system's list is
    /// partial.
    #[default]
    Automatic,
    /// The system's alone.
    System,
    /// Both.
    SystemAndMozilla,
    /// Mozilla's alone.
    Mozilla,
}

/// Certificate file as the caller read it.
#[derive(Debug)]
pub struct CertificateFile {
    /// Name of the file in messages.
    pub name: String,
    /// Bytes of the file, or the reason why it cannot be read.
    pub contents: Result<Vec<u8>, UnreadableFile>,
}

/// Reason why a file cannot be read, in the words of whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableFile(pub String);

/// Way to the operating system's certificates.
#[derive(Debug)]
pub enum SystemCertificates {
    /// From the platform itself (Linux, Windows, macOS).
    Native,
    /// From the files that environment variables name. Nothing else stands in when they are
    /// unusable: who sets the variables says whom to trust.
    Named(NamedCertificates),
    /// From the caller, as PEM (Android, iOS).
    Pem(String),
}

/// Inputs of the default trust.
#[derive(Debug)]
pub struct Request {
    /// Sources to use.
    pub mode: Mode,
    /// Override file, which alone counts when there is one.
    pub override_bundle: Option<CertificateFile>,
    /// Certificates beside the system's or Mozilla's.
    pub extra: Option<CertificateFile>,
    /// Way to the system's certificates.
    pub system: SystemCertificates,
}

/// Platforms whose list of system certificates is known to be partial: Windows fetches roots on
/// demand, Android and iOS hide some.
const SYSTEM_LIST_IS_PARTIAL: bool = cfg!(any(windows, target_os = "android", target_os = "ios"));

pub(super) fn load(request: Request) -> TrustStore {
    let mut store = TrustStore::default();
    if let Some(file) = request.override_bundle {
        add_file(&mut store, file);
        if store.certificate_count() == 0 {
            // One failure, one problem.
            let reasons = std::mem::take(&mut store.problems);
            store
                .problems
                .push(TrustProblem::NothingTrusted { reasons });
        } else {
            store.source = Source::Override;
        }
        return store;
    }
    // First, so that an authority which the system has too is found as the user's own.
    if let Some(file) = request.extra {
        add_file(&mut store, file);
    }
    let is_named = matches!(request.system, SystemCertificates::Named(_));
    let wants_system = request.mode != Mode::Mozilla;
    let has_system = wants_system && add_system(&mut store, request.system);
    let wants_mozilla = match request.mode {
        Mode::Automatic => !is_named && (!has_system || SYSTEM_LIST_IS_PARTIAL),
        Mode::System => false,
        Mode::SystemAndMozilla => has_system || !is_named,
        Mode::Mozilla => true,
    };
    if wants_mozilla {
        store.add_mozilla();
    }
    store.source = match (has_system, wants_mozilla) {
        (true, true) => Source::SystemAndMozilla,
        (true, false) => Source::System,
        // The system has none, but the extra certificates stand in its place: something is trusted.
        (false, false) if store.certificate_count() > 0 => Source::System,
        (false, true) => Source::Mozilla,
        (false, false) => Source::None,
    };
    store
}

fn add_file(store: &mut TrustStore, file: CertificateFile) {
    match file.contents {
        Ok(bytes) => store.add_bundle(read_bundle(&bytes), Origin::Own, &file.name),
        Err(UnreadableFile(reason)) => store.problems.push(TrustProblem::Unreadable {
            source: file.name,
            reason,
        }),
    }
}

/// Adds the system's certificates; false when there are none.
fn add_system(store: &mut TrustStore, system: SystemCertificates) -> bool {
    let before = store.certificates.len();
    match system {
        SystemCertificates::Native => {
            let native = rustls_native_certs::load_native_certs();
            let errors = native.errors.iter().map(|error| TrustProblem::SystemStore {
                reason: error.to_string(),
            });
            store.problems.extend(errors);
            for der in native.certs {
                add_native(store, der, SYSTEM);
            }
        }
        SystemCertificates::Named(named) => return environment::add(store, &named),
        SystemCertificates::Pem(text) => {
            store.add_bundle(read_bundle(text.as_bytes()), Origin::System, SYSTEM);
        }
    }
    let found = store.certificates.len() > before;
    if !found {
        store.problems.push(TrustProblem::NoSystemCertificates);
    }
    found
}

fn add_native(store: &mut TrustStore, der: CertificateDer<'static>, from: &str) {
    match Certificate::from_der(der) {
        Ok(certificate) => store.add(certificate, Origin::System, from),
        Err(error) => store.problems.push(TrustProblem::SystemCertificate(error)),
    }
}
