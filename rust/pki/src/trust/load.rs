//! The default trust: override, else the system's certificates, else Mozilla's.

use rustls_pki_types::CertificateDer;

use super::environment::{self, NamedCertificates};
use super::{Origin, Source, TrustStore};
use crate::certificate::Certificate;
use crate::pem::read_bundle;

const OVERRIDE_SETTING: &str = "network/tls/certificate_bundle_override";
const EXTRA_SETTING: &str = "network/tls/rustls/extra_certificates";

/// Which certificates make up the default trust (`network/tls/rustls/trust`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The system's; Mozilla's when there are none, and beside them where the system's list is partial.
    #[default]
    Automatic,
    /// The system's alone.
    System,
    /// Both.
    SystemAndMozilla,
    /// Mozilla's alone.
    Mozilla,
}

/// A certificate file as the engine read it.
#[derive(Debug)]
pub struct CertificateFile {
    /// The path as the setting has it.
    pub name: String,
    /// Its bytes, or why it cannot be read.
    pub contents: Result<Vec<u8>, String>,
}

/// How the operating system's certificates are had.
#[derive(Debug)]
pub enum SystemCertificates {
    /// From the platform itself (Linux, Windows, macOS).
    Native,
    /// From whatever the environment names in their place. Nothing else stands in when that is unusable: who sets the
    /// variables says whom to trust.
    Named(NamedCertificates),
    /// From the engine, as PEM (Android, iOS).
    Pem(String),
}

/// Everything the default trust depends on.
#[derive(Debug)]
pub struct Request {
    /// Which sources.
    pub mode: Mode,
    /// The override file, when the setting names one. It alone counts then.
    pub override_bundle: Option<CertificateFile>,
    /// Certificates beside the system's or Mozilla's.
    pub extra: Option<CertificateFile>,
    /// Where the system's come from.
    pub system: SystemCertificates,
}

/// Platforms whose list of system certificates is known to be partial: Windows fetches roots on demand,
/// Android and iOS hide some.
const SYSTEM_LIST_IS_PARTIAL: bool = cfg!(any(windows, target_os = "android", target_os = "ios"));

pub(super) fn load(request: Request) -> TrustStore {
    let mut store = TrustStore::default();
    if let Some(file) = request.override_bundle {
        add_file(&mut store, file, OVERRIDE_SETTING);
        if store.certificate_count() == 0 {
            // One failure, one sentence.
            let reasons = std::mem::take(&mut store.problems).join("; ");
            store.private_key_problem = store.private_key_problem.map(|_| 0);
            store.problems.push(format!(
                "{reasons}: nothing is trusted until that is mended"
            ));
        } else {
            store.source = Source::Override;
        }
        return store;
    }
    // First, so that an authority which the system has too is found as the user's own.
    if let Some(file) = request.extra {
        add_file(&mut store, file, EXTRA_SETTING);
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

fn add_file(store: &mut TrustStore, file: CertificateFile, setting: &str) {
    let from = format!("{setting} \"{}\"", file.name);
    match file.contents {
        Ok(bytes) => store.add_bundle(read_bundle(&bytes), Origin::Own, &from),
        Err(reason) => store
            .problems
            .push(format!("{from} cannot be read ({reason})")),
    }
}

/// Adds the system's certificates; false when there are none.
fn add_system(store: &mut TrustStore, system: SystemCertificates) -> bool {
    const FROM: &str = "the operating system's certificates";
    let before = store.certificates.len();
    match system {
        SystemCertificates::Native => {
            let native = rustls_native_certs::load_native_certs();
            store
                .problems
                .extend(native.errors.iter().map(|error| format!("{FROM}: {error}")));
            for der in native.certs {
                add_native(store, der, FROM);
            }
        }
        SystemCertificates::Named(named) => return environment::add(store, &named),
        SystemCertificates::Pem(text) => {
            store.add_bundle(read_bundle(text.as_bytes()), Origin::System, FROM);
        }
    }
    let found = store.certificates.len() > before;
    if !found {
        store
            .problems
            .push(format!("{FROM}: there are none on this machine"));
    }
    found
}

fn add_native(store: &mut TrustStore, der: CertificateDer<'static>, from: &str) {
    match Certificate::from_der(der) {
        Ok(certificate) => store.add(certificate, Origin::System, from),
        Err(error) => store
            .problems
            .push(format!("{from}: one was skipped: {error}")),
    }
}
