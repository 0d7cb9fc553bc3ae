//! Saving of options, and warnings before they are saved.

use std::sync::{Arc, Mutex, PoisonError};

use godot::classes::{IResource, Resource};
use godot::prelude::*;
use godot::register::info::{PropertyInfo, PropertyUsageFlags};
use godot_rustls_pki::pem::write_certificate;

use super::RustlsTLSOptions;
use super::request::TrustedText;
use crate::engine::certificate_source::CertificateSource;
use crate::engine::convert::{godot_text, warn_later};
use crate::engine::objects::certificates;
use crate::options::identity_files::IdentityFiles;
use crate::options::options_key::ClientsSpec;

/// The engine lists this property once whenever options are saved, copied or inspected.
const WATCHED: &str = "private_key";

/// Hidden storage properties for settings that are neither properties nor secret. Without them,
/// options that trust a single CA would trust the system's roots after loading, and a server would
/// no longer ask clients for a certificate.
const TRUSTED_PEM: &str = "trusted_pem";
const CERTIFICATE_PEM: &str = "certificate_pem";
const CLIENT_AUTHENTICATION: &str = "client_authentication";
const CLIENT_TRUSTED_PEM: &str = "client_trusted_pem";
/// The paths of the identity's files, not their contents.
const KEY_PATH: &str = "private_key_path";
const CERTIFICATE_PATH: &str = "own_certificate_path";

#[godot_api]
impl IResource for RustlsTLSOptions {
    fn to_string(&self) -> GString {
        godot_text(&self.description())
    }

    fn on_get_property_list(&mut self) -> Vec<PropertyInfo> {
        let names = [
            TRUSTED_PEM,
            CERTIFICATE_PEM,
            CLIENT_AUTHENTICATION,
            CLIENT_TRUSTED_PEM,
            KEY_PATH,
            CERTIFICATE_PATH,
        ];
        let kept = names.into_iter().filter_map(|name| {
            let mut property = match self.kept(name)?.get_type() {
                VariantType::INT => PropertyInfo::new_export::<i64>(name),
                _ => PropertyInfo::new_export::<GString>(name),
            };
            property.usage = PropertyUsageFlags::STORAGE;
            Some(property)
        });
        kept.collect()
    }

    fn on_get(&self, property: StringName) -> Option<Variant> {
        self.kept(&property.to_string())
    }

    fn on_set(&mut self, property: StringName, value: Variant) -> bool {
        // A changed file may contain anything: a value that is not a text leads to no trust.
        let text = || value.try_to::<GString>().unwrap_or_default().to_string();
        match property.to_string().as_str() {
            TRUSTED_PEM => self.trusted_pem = Some(TrustedText::new(text())),
            CERTIFICATE_PEM => self.certificate_pem = Some(source(text())),
            CLIENT_AUTHENTICATION => {
                self.kept_clients().required =
                    value.try_to().ok() != Some(Self::CLIENT_AUTHENTICATION_OPTIONAL);
            }
            CLIENT_TRUSTED_PEM => self.kept_clients().trust = source(text()),
            KEY_PATH => self.identity_files = Some(files(text(), self.identity_paths().1)),
            CERTIFICATE_PATH => self.identity_files = Some(files(self.identity_paths().0, text())),
            _ => return false,
        }
        true
    }

    // Without a handle to the object: the engine lists properties of objects without counted
    // references (for the defaults), and dropping a handle would free them.
    fn on_validate_property(&self, property: &mut PropertyInfo) {
        if property.property_name != WATCHED {
            return;
        }
        if self
            .private_key
            .as_ref()
            .is_some_and(|key| !lies_in_a_file(key))
        {
            // An empty key would be saved, which is harder to notice than a missing one.
            let rest = property.usage.ord() & !PropertyUsageFlags::STORAGE.ord();
            property.usage = PropertyUsageFlags::from_ord(rest);
        }
        for warning in self.warnings() {
            if self.is_news(&warning) {
                warn_later(warning);
            }
        }
    }
}

#[godot_api(secondary)]
impl RustlsTLSOptions {
    /// Returns warnings about saving or shipping these options, one sentence each: a private key
    /// that would be shipped with the project, and every setting that is not saved with the
    /// resource. Empty if there is no warning.
    ///
    /// Each warning is also printed once when the options are saved, duplicated or shown in the
    /// inspector.
    #[func]
    fn get_configuration_warnings(&self) -> PackedStringArray {
        let warnings = self.warnings();
        warnings.iter().map(|line| godot_text(line)).collect()
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = self.key_warning().into_iter().collect();
        warnings.extend(
            [
                (&self.trusted_ca_chain, "trusted_ca_chain"),
                (&self.own_certificate, "own_certificate"),
            ]
            .into_iter()
            .filter(|(held, _)| held.as_ref().is_some_and(|held| !lies_in_a_file(held)))
            .map(|(_, name)| {
                not_saved(
                    &format!("{name} has no file of its own and"),
                    "save it as a .crt file and load() that",
                )
            }),
        );
        let parts = [
            (self.key_pem.is_some(), "the private key given as PEM text"),
            (
                self.client_identity.is_some(),
                "the identity of set_identity()",
            ),
            (
                !self.named_identities.is_empty(),
                "what add_server_identity() added",
            ),
        ];
        warnings.extend(
            parts
                .into_iter()
                .filter(|(is_there, _)| *is_there)
                .map(|(_, what)| not_saved(what, "set it again after loading")),
        );
        warnings
    }

    /// Returns the value that is saved under one of the names above.
    fn kept(&self, name: &str) -> Option<Variant> {
        match name {
            TRUSTED_PEM => self
                .trusted_pem
                .as_ref()
                .map(|text| certificates_alone(text.pem())),
            CERTIFICATE_PEM => self
                .certificate_pem
                .as_ref()
                .map(|pem| whole_chain(pem.bytes())),
            CLIENT_AUTHENTICATION => self.clients.as_ref().map(|clients| {
                let mode = if clients.required {
                    Self::CLIENT_AUTHENTICATION_REQUIRED
                } else {
                    Self::CLIENT_AUTHENTICATION_OPTIONAL
                };
                mode.to_variant()
            }),
            CLIENT_TRUSTED_PEM => self
                .clients
                .as_ref()
                .map(|clients| certificates_alone(clients.trust.bytes())),
            KEY_PATH => self.identity_path(self.identity_paths().0),
            CERTIFICATE_PATH => self.identity_path(self.identity_paths().1),
            _ => None,
        }
    }

    /// Returns the paths of the identity's files; empty without files.
    fn identity_paths(&self) -> (String, String) {
        let Some(files) = &self.identity_files else {
            return (String::new(), String::new());
        };
        let files = files.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, certificate) = files.paths();
        (key.to_owned(), certificate.to_owned())
    }

    fn identity_path(&self, path: String) -> Option<Variant> {
        self.identity_files.as_ref()?;
        Some(godot_text(&path).to_variant())
    }

    /// Returns the saved client authentication. Until both halves are read it trusts nothing.
    fn kept_clients(&mut self) -> &mut ClientsSpec {
        self.clients.get_or_insert(ClientsSpec {
            required: true,
            trust: Arc::default(),
        })
    }

    /// Returns whether a warning is new, and remembers it.
    fn is_news(&self, warning: &str) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = !told.iter().any(|known| known == warning);
        if is_news {
            told.push(warning.to_owned());
        }
        is_news
    }

    fn key_warning(&self) -> Option<String> {
        if self.identity_files.is_some() {
            return Some(shipped("the key", &self.identity_paths().0));
        }
        let key = self.private_key.as_ref()?;
        if !lies_in_a_file(key) {
            return Some(not_saved(
                "private_key has no file of its own and",
                "save it as a .key file on the server and load() that",
            ));
        }
        Some(shipped("private_key", &key.get_path().to_string()))
    }
}

/// Returns the warning about a key file. A path without a scheme may be relative to the project.
fn shipped(what: &str, path: &str) -> String {
    let is_elsewhere = !path.starts_with("res://")
        && (path.contains("://") || std::path::Path::new(path).is_absolute());
    if is_elsewhere {
        format!("{what} refers to \"{path}\": keep that file on the server and never ship it")
    } else {
        format!(
            "{what} is \"{path}\", which is exported with the project and so reaches every player: keep the key on the server, outside the project, and set it there"
        )
    }
}

fn files(key: String, certificate: String) -> Mutex<IdentityFiles> {
    Mutex::new(IdentityFiles::new(key, certificate))
}

fn not_saved(what: &str, what_to_do: &str) -> String {
    format!("{what} is not saved with these TLS options: {what_to_do}")
}

/// Returns whether a saved resource refers to a file, and not to an embedded copy, which the engine
/// saves empty.
fn lies_in_a_file<T: Inherits<Resource>>(held: &Gd<T>) -> bool {
    let path = held.clone().upcast::<Resource>().get_path().to_string();
    !path.is_empty() && !path.contains("::")
}

/// Returns the chain for saving. A chain with unreadable parts is not saved, because the rest would
/// be served.
fn whole_chain(given: &[u8]) -> Variant {
    if certificates(given).problems.is_empty() {
        certificates_alone(given)
    } else {
        GString::new().to_variant()
    }
}

/// Returns the certificates of a text alone, which may contain a private key by mistake.
fn certificates_alone(given: impl AsRef<[u8]>) -> Variant {
    let read = certificates(given.as_ref()).certificates;
    let pem: String = read.iter().map(write_certificate).collect();
    godot_text(&pem).to_variant()
}

fn source(text: String) -> Arc<CertificateSource> {
    Arc::new(CertificateSource::new(text.into_bytes()))
}
