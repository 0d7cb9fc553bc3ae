//! Access to the contents of the engine's X509Certificate and CryptoKey.

use std::sync::{Mutex, PoisonError};

use godot::classes::{CryptoKey, Engine, FileAccess, X509Certificate};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::pem::{Bundle, read_bundle, write_certificate};
use zeroize::Zeroizing;

/// Returns the bytes of a file, read through the engine, so that exported packs and `user://` work.
pub(crate) fn read_file(path: &str) -> Result<Vec<u8>, String> {
    let bytes = FileAccess::get_file_as_bytes(path);
    if bytes.is_empty() {
        let error = FileAccess::get_open_error();
        if error != Error::OK {
            return Err(describe(error));
        }
    }
    Ok(bytes.to_vec())
}

/// Returns the description of an error of the engine.
pub(crate) fn describe(error: Error) -> String {
    match error {
        Error::ERR_FILE_NOT_FOUND | Error::ERR_FILE_BAD_PATH => "the file was not found".to_owned(),
        Error::ERR_FILE_NO_PERMISSION | Error::ERR_FILE_CANT_OPEN => {
            "the file cannot be opened".to_owned()
        }
        other => format!(
            "error {}: {}",
            other.ord(),
            godot::global::error_string(i64::from(other.ord()))
        ),
    }
}

/// Returns all certificates of an engine object, as PEM or DER bytes.
///
/// The engine writes a chain as its first certificate repeated. The file that it was loaded from
/// has all of them; without a file the chain cannot be known, which is an error and not a shorter
/// chain.
pub(crate) fn certificate_bytes(certificate: &Gd<X509Certificate>) -> Result<Vec<u8>, String> {
    let path = certificate.get_path().to_string();
    if !path.is_empty() && FileAccess::file_exists(&path) {
        return read_file(&path).map_err(|reason| format!("the certificate \"{path}\": {reason}"));
    }
    let text = certificate_text(certificate);
    match text.matches("-----BEGIN CERTIFICATE-----").count() {
        0 | 1 => Ok(text.into_bytes()),
        count => Err(format!(
            "the X509Certificate holds {count} certificates, of which the engine returns only the first: use load(\"res://….crt\") on the file, or pass its text to RustlsTLSOptions.client_from_pem() or server_from_pem()"
        )),
    }
}

/// Returns the engine's text of a certificate. The engine logs an error about its own stray NUL on
/// every call, which says nothing about the certificate.
fn certificate_text(certificate: &Gd<X509Certificate>) -> String {
    let mut certificate = certificate.clone();
    quietly(|| certificate.save_to_string().to_string())
}

/// Runs `work` while the engine prints no errors: those that it would log say nothing to a user.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    // A static: the setting that this lock protects is the engine's, one for the process.
    static QUIET: Mutex<()> = Mutex::new(());
    let _one_at_a_time = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
    let _quiet = Quiet::begin();
    work()
}

/// Guard during which the engine prints no errors, of any thread.
struct Quiet {
    was_printing: bool,
}

impl Quiet {
    fn begin() -> Self {
        let mut engine = Engine::singleton();
        let was_printing = engine.is_printing_error_messages();
        engine.set_print_error_messages(false);
        Self { was_printing }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        Engine::singleton().set_print_error_messages(self.was_printing);
    }
}

/// Parses certificates. An empty engine object has none.
pub(crate) fn certificates(bytes: &[u8]) -> Bundle {
    if is_empty_object(bytes) {
        return Bundle::default();
    }
    read_bundle(bytes)
}

/// Returns whether these are the bytes of an empty engine object: the markers with nothing between,
/// and a stray character behind.
fn is_empty_object(bytes: &[u8]) -> bool {
    if bytes.len() > 64 {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '\0' | '\u{fffd}'));
    matches!(
        text,
        "" | "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"
    )
}

/// Returns the private key as PEM text, which is wiped from memory after use.
pub(crate) fn private_key_text(key: &Gd<CryptoKey>) -> Result<Zeroizing<String>, String> {
    // An empty key counts as public-only too, and writing it would log an error.
    if key.is_public_only() {
        return Err(
            "the key is empty or holds only the public part: pass the private key".to_owned(),
        );
    }
    let text = secret_text(&key.clone().save_to_string());
    if text.is_empty() {
        return Err("the key cannot be read: load it again".to_owned());
    }
    Ok(text)
}

/// Returns a copy that is wiped after use and leaves no other copy behind, as writing it character
/// by character would.
pub(crate) fn secret_text(text: &GString) -> Zeroizing<String> {
    Zeroizing::new(String::from(text))
}

/// Returns the public key as PEM text, also that of a private key. `None` for an empty key.
pub(crate) fn public_key_text(key: &Gd<CryptoKey>) -> Option<String> {
    let is_public_only = key.is_public_only();
    let mut key = key.clone();
    let mut text = || key.save_to_string_ex().public_only(true).done().to_string();
    // Only an empty key fails, which counts as public-only.
    let text = if is_public_only {
        quietly(text)
    } else {
        text()
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Makes the engine's object of a key.
pub(crate) fn crypto_key(pem: &str) -> Result<Gd<CryptoKey>, String> {
    let mut key = CryptoKey::new_gd();
    match quietly(|| key.load_from_string(pem)) {
        Error::OK => Ok(key),
        _ => Err("the engine's CryptoKey cannot hold this key: it is damaged, or of another kind than RSA and ECDSA on named curves; pass an Ed25519 key as PEM text to RustlsTLSOptions.server_from_pem()".to_owned()),
    }
}

/// Makes the engine's object of a certificate.
pub(crate) fn x509_certificate(certificate: &Certificate) -> Result<Gd<X509Certificate>, String> {
    let mut object = X509Certificate::new_gd();
    let text = write_certificate(certificate);
    let error = quietly(|| object.load_from_string(&text));
    if error != Error::OK {
        return Err(format!(
            "the engine's X509Certificate does not accept the certificate ({})",
            describe(error)
        ));
    }
    // Such an object could neither be saved nor used for options.
    if certificate_text(&object).is_empty() {
        return Err(format!(
            "the certificate is too long: {} bytes as PEM, of which the engine's X509Certificate returns less than 4096: use fewer or shorter names",
            text.len()
        ));
    }
    Ok(object)
}
