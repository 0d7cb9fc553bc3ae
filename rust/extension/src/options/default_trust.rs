//! The default trusted roots.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot_rustls_pki::trust::{
    CertificateFile, NamedCertificates, Request, Source, SystemCertificates, TrustStore,
    UnreadableFile,
};

use crate::engine::convert::report;
use crate::engine::objects::read_file;
use crate::engine::project_settings;

const OVERRIDE_SETTING: &str = "network/tls/certificate_bundle_override";
const EXTRA_SETTING: &str = "network/tls/rustls/extra_certificates";

/// The trust that connections use whose options name no certificates: read on first use, kept until
/// a script reloads it.
#[derive(Default)]
pub(crate) struct DefaultTrust {
    store: Mutex<Option<Arc<TrustStore>>>,
    reloads: AtomicU64,
}

impl DefaultTrust {
    /// Returns the trusted certificates.
    pub(crate) fn get(&self) -> Arc<TrustStore> {
        if let Some(trust) = self.lock().as_ref() {
            return Arc::clone(trust);
        }
        // Nothing is locked while a problem is printed: a script may listen and ask for the trust.
        let (fresh, problems) = load();
        let mut store = self.lock();
        if let Some(trust) = store.as_ref() {
            // Another thread was faster, and prints the problems.
            return Arc::clone(trust);
        }
        *store = Some(Arc::clone(&fresh));
        drop(store);
        problems.iter().for_each(|problem| report(problem));
        fresh
    }

    /// Reads settings, files and the system's store again. New connections use the result; running
    /// ones are not affected.
    pub(crate) fn reload(&self) -> Arc<TrustStore> {
        let (fresh, problems) = load();
        *self.lock() = Some(Arc::clone(&fresh));
        // After the store: a configuration of the new count must not have the old trust.
        self.reloads.fetch_add(1, Ordering::AcqRel);
        problems.iter().for_each(|problem| report(problem));
        fresh
    }

    /// Returns how often the trust was read again.
    pub(crate) fn reloads(&self) -> u64 {
        self.reloads.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<TrustStore>>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Loads the trust that the settings name, and returns the problems to print.
fn load() -> (Arc<TrustStore>, Vec<String>) {
    let override_bundle = file(OVERRIDE_SETTING, &project_settings::bundle_override());
    let extra = file(EXTRA_SETTING, &project_settings::extra_certificates());
    // A file that the project or its user names must work, so its problems are printed. Gaps in the
    // system's store are not their mistake, and are listed by `get_problems()`.
    let named_by_project = override_bundle.is_some() || extra.is_some();
    let system = system_certificates();
    let named_by_user = matches!(system, SystemCertificates::Named(_));
    let store = TrustStore::load(Request {
        mode: project_settings::trust_mode(),
        override_bundle,
        extra,
        system,
    });
    let problems = if named_by_project || named_by_user || store.source() == Source::None {
        store.problems().iter().map(ToString::to_string).collect()
    } else {
        Vec::new()
    };
    (Arc::new(store), problems)
}

/// Reads the file of a setting. Error messages name both.
fn file(setting: &str, path: &str) -> Option<CertificateFile> {
    if path.is_empty() {
        return None;
    }
    Some(CertificateFile {
        name: format!("{setting} \"{path}\""),
        contents: read_relative(path).map_err(UnreadableFile),
    })
}

/// Reads a file. A path without a scheme is relative to the project, as in the engine.
pub(crate) fn read_relative(path: &str) -> Result<Vec<u8>, String> {
    if path.contains("://") || std::path::Path::new(path).is_absolute() {
        return read_file(path);
    }
    read_file(&format!("res://{path}")).or_else(|_| read_file(path))
}

#[cfg(any(target_os = "android", target_os = "ios"))]
fn system_certificates() -> SystemCertificates {
    use godot::classes::Os;
    use godot::obj::Singleton as _;
    SystemCertificates::Pem(Os::singleton().get_system_ca_certificates().to_string())
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
fn system_certificates() -> SystemCertificates {
    let file = std::env::var_os("SSL_CERT_FILE");
    let folders = std::env::var_os("SSL_CERT_DIR");
    if file.is_none() && folders.is_none() {
        return SystemCertificates::Native;
    }
    SystemCertificates::Named(NamedCertificates {
        file,
        folders,
        base: project_folder(),
    })
}

/// Returns the folder of the project, or that of an exported game's executable.
#[cfg(not(any(target_os = "android", target_os = "ios")))]
fn project_folder() -> std::path::PathBuf {
    use godot::classes::{Os, ProjectSettings};
    use godot::obj::Singleton as _;
    let folder = ProjectSettings::singleton().globalize_path("res://");
    if folder.is_empty() {
        Os::singleton().get_executable_path().get_base_dir()
    } else {
        folder
    }
    .to_string()
    .into()
}
