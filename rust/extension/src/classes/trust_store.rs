//! RustlsTrustStore.

use std::sync::Arc;

use godot::global::Error;
use godot::prelude::*;
use godot_rustls_pki::trust::{MOZILLA_BUNDLE_DATE, Source, TrustStore};

use crate::addon::addon;
use crate::engine::convert::godot_text;
use crate::engine::enum_types::SourceValue;

/// The default trusted roots: the certificates that connections trust if their options name none.
///
/// The store is read once, on first use, and again by [method reload]:
///
/// 1. If the project setting `network/tls/certificate_bundle_override` names a file, exactly the
///    certificates of that file are trusted (PEM with any number of certificates, or one in DER).
///    Paths may begin with `res://` or `user://`, be absolute, or be relative to the project. A
///    file that is missing or contains no usable certificate is an error, and nothing is trusted.
/// 2. Otherwise the operating system's certificates are trusted. On Linux, Windows and macOS the
///    environment variables `SSL_CERT_FILE` (a PEM file) and `SSL_CERT_DIR` (folders of PEM files)
///    replace them. Relative paths count from the project, in an exported game from its executable.
///    If neither variable leads to a usable certificate, that is an error, and nothing is trusted
///    but the extra certificates.
/// 3. Mozilla's bundle is trusted if the system has no certificates, and in addition to the
///    system's on Windows, Android and iOS, whose lists are incomplete. It never replaces what the
///    environment variables name.
///
/// The project setting `network/tls/rustls/trust` chooses between 2 and 3: Automatic (as above),
/// System Only, System and Mozilla, Mozilla Only. The project setting
/// `network/tls/rustls/extra_certificates` names a `.crt` file whose certificates are trusted in
/// addition.
///
/// ```gdscript
/// print(RustlsTrustStore.get_certificate_count(), " certificates are trusted")
/// for problem in RustlsTrustStore.get_problems():
/// 	print(problem)
/// ```
#[derive(GodotClass)]
#[class(tool, no_init, base=Object)]
pub(crate) struct RustlsTrustStore {
    base: Base<Object>,
}

#[godot_api]
impl RustlsTrustStore {
    /// Nothing is trusted. [method get_problems] returns the reason.
    #[constant]
    const SOURCE_NONE: i64 = Source::None as i64;
    /// The certificates of the file named by `network/tls/certificate_bundle_override`.
    #[constant]
    const SOURCE_OVERRIDE: i64 = Source::Override as i64;
    /// The operating system's certificates and the extra certificates.
    #[constant]
    const SOURCE_SYSTEM: i64 = Source::System as i64;
    /// Mozilla's bundle, which is part of the addon, and the extra certificates.
    #[constant]
    const SOURCE_MOZILLA: i64 = Source::Mozilla as i64;
    /// The operating system's certificates, Mozilla's bundle and the extra certificates.
    #[constant]
    const SOURCE_SYSTEM_AND_MOZILLA: i64 = Source::SystemAndMozilla as i64;

    /// Returns the source of the trusted certificates: one of the `SOURCE_*` constants.
    #[func]
    fn get_source() -> SourceValue {
        SourceValue::new(default_trust().source() as i64)
    }

    /// Returns the version of the addon, such as `0.1.0`.
    #[func]
    fn get_version() -> GString {
        godot_text(env!("CARGO_PKG_VERSION"))
    }

    /// Returns the number of trusted certificates.
    #[func]
    fn get_certificate_count() -> i64 {
        i64::try_from(default_trust().certificate_count()).unwrap_or(i64::MAX)
    }

    /// Returns the subject of each trusted certificate in the form of RFC 4514, such as
    /// `CN=ISRG Root X1,O=Internet Security Research Group,C=US`.
    #[func]
    fn get_subjects() -> PackedStringArray {
        strings(&default_trust().subjects())
    }

    /// Returns an error message for everything that could not be used: files that cannot be read,
    /// certificates that were skipped, a private key among your own certificates. Empty if there is
    /// none.
    #[func]
    fn get_problems() -> PackedStringArray {
        default_trust()
            .problems()
            .iter()
            .map(|problem| godot_text(&problem.to_string()))
            .collect()
    }

    /// Reads the project settings, the files and the system's certificates again.
    ///
    /// Connections that start after this call use the result and resume no older session; running
    /// connections are not affected. Returns [constant OK], or [constant ERR_CANT_ACQUIRE_RESOURCE]
    /// if nothing is trusted afterwards.
    #[func]
    fn reload() -> Error {
        match addon().default_trust.reload().source() {
            Source::None => Error::ERR_CANT_ACQUIRE_RESOURCE,
            _ => Error::OK,
        }
    }

    /// Returns the last day on which the addon's copy of Mozilla's bundle was the newest published
    /// one, as `YYYY-MM-DD`.
    #[func]
    fn get_mozilla_bundle_date() -> GString {
        godot_text(MOZILLA_BUNDLE_DATE)
    }
}

fn default_trust() -> Arc<TrustStore> {
    addon().default_trust.get()
}

fn strings(list: &[String]) -> PackedStringArray {
    list.iter().map(|line| godot_text(line)).collect()
}
