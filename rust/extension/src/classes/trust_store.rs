//! RustlsTrustStore.

use godot::global::Error;
use godot::prelude::*;
use godot_rustls_pki::trust::{MOZILLA_BUNDLE_DATE, Source};

use crate::engine::convert::godot_text;
use crate::options::default_trust::{default_trust, reload};

/// Whom connections trust that name no certificates of their own.
///
/// Read once, on first use, and again by [method reload]:
///
/// 1. The project setting [code]network/tls/certificate_bundle_override[/code], when it names a file: exactly the
///    certificates of that file (PEM, any number; or one in DER), nothing else. Paths may begin with
///    [code]res://[/code] or [code]user://[/code], be absolute, or relative to the project. A file that is missing or
///    has no usable certificate is an error, and then nothing is trusted.
/// 2. Otherwise the operating system's certificates. On Linux, Windows and macOS the environment variables
///    [code]SSL_CERT_FILE[/code] (a PEM file) and [code]SSL_CERT_DIR[/code] (folders of PEM files) name others in their
///    place. Relative paths count from the project, in an exported game from its executable. When neither names a usable
///    certificate, that is an error, and nothing but the extra certificates is trusted.
/// 3. Mozilla's bundle, when the system has none, and beside the system's on Windows, Android and iOS, whose lists
///    are partial; never in place of what the variables name.
///
/// The project setting [code]network/tls/rustls/trust[/code] chooses among 2 and 3: Automatic (as above), System
/// Only, System and Mozilla, Mozilla Only. The project setting [code]network/tls/rustls/extra_certificates[/code]
/// names a [code].crt[/code] file whose certificates are trusted beside them.
///
/// ```gdscript
/// print(RustlsTrustStore.get_certificate_count(), " certificates are trusted")
/// for problem in RustlsTrustStore.get_problems():
///     print(problem)
/// ```
#[derive(GodotClass)]
#[class(tool, no_init, base=Object)]
pub(crate) struct RustlsTrustStore {
    base: Base<Object>,
}

#[godot_api]
impl RustlsTrustStore {
    /// Nothing is trusted: [method get_problems] says why.
    #[constant]
    const SOURCE_NONE: i64 = Source::None as i64;
    /// The file of [code]network/tls/certificate_bundle_override[/code].
    #[constant]
    const SOURCE_OVERRIDE: i64 = Source::Override as i64;
    /// The operating system's certificates, and the extra ones.
    #[constant]
    const SOURCE_SYSTEM: i64 = Source::System as i64;
    /// Mozilla's bundle, which comes with the addon, and the extra ones.
    #[constant]
    const SOURCE_MOZILLA: i64 = Source::Mozilla as i64;
    /// The operating system's certificates, Mozilla's bundle and the extra ones together.
    #[constant]
    const SOURCE_SYSTEM_AND_MOZILLA: i64 = Source::SystemAndMozilla as i64;

    /// Returns where the trusted certificates came from: one of the [code]SOURCE_*[/code] constants.
    #[func]
    fn get_source() -> i64 {
        default_trust().source() as i64
    }

    /// Returns how many certificates are trusted.
    #[func]
    fn get_certificate_count() -> i64 {
        i64::try_from(default_trust().certificate_count()).unwrap_or(i64::MAX)
    }

    /// Returns the subject of every trusted certificate, in the form of RFC 4514 such as
    /// [code]CN=ISRG Root X1,O=Internet Security Research Group,C=US[/code].
    #[func]
    fn get_subjects() -> PackedStringArray {
        strings(&default_trust().subjects())
    }

    /// Returns what could not be used and why, one sentence each: files that cannot be read, certificates that were
    /// skipped, a private key that lies where it must not.
    #[func]
    fn get_problems() -> PackedStringArray {
        strings(default_trust().problems())
    }

    /// Reads project settings, files and the system's certificates again.
    ///
    /// Connections that start from now on use the result and resume no older session; running ones stay as they
    /// are. Returns [constant OK], or [constant ERR_CANT_ACQUIRE_RESOURCE] when nothing is trusted afterwards.
    #[func]
    fn reload() -> Error {
        match reload().source() {
            Source::None => Error::ERR_CANT_ACQUIRE_RESOURCE,
            _ => Error::OK,
        }
    }

    /// Returns the last day on which the addon's copy of Mozilla's bundle was the newest published one, as
    /// [code]YYYY-MM-DD[/code].
    #[func]
    fn get_mozilla_bundle_date() -> GString {
        godot_text(MOZILLA_BUNDLE_DATE)
    }
}

fn strings(list: &[String]) -> PackedStringArray {
    list.iter().map(|line| godot_text(line)).collect()
}
