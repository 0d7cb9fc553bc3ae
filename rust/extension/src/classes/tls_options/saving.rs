//! What becomes of options that are saved, and what to warn of before they are.

use godot::classes::{IResource, Resource};
use godot::prelude::*;
use godot::register::info::{PropertyInfo, PropertyUsageFlags};

use super::RustlsTLSOptions;
use crate::convert::warn;

/// Listed once whenever somebody saves, copies or inspects the options.
const WATCHED: &str = "private_key";

/// Certificates that were given as PEM text are saved under these names, out of the inspector's sight: without
/// them, options that trusted a few would trust everybody's authorities when they are loaded.
const TRUSTED_PEM: &str = "trusted_pem";
const CERTIFICATE_PEM: &str = "certificate_pem";

#[godot_api]
impl IResource for RustlsTLSOptions {
    fn on_get_property_list(&mut self) -> Vec<PropertyInfo> {
        [TRUSTED_PEM, CERTIFICATE_PEM]
            .into_iter()
            .filter(|name| self.pem(name).is_some())
            .map(|name| PropertyInfo {
                usage: PropertyUsageFlags::STORAGE,
                ..PropertyInfo::new_export::<GString>(name)
            })
            .collect()
    }

    fn on_get(&self, property: StringName) -> Option<Variant> {
        let pem = self.pem(&property.to_string())?;
        Some(GString::from(pem).to_variant())
    }

    fn on_set(&mut self, property: StringName, value: Variant) -> bool {
        let place = match property.to_string().as_str() {
            TRUSTED_PEM => &mut self.trusted_pem,
            CERTIFICATE_PEM => &mut self.certificate_pem,
            _ => return false,
        };
        // A file that somebody changed may hold anything; what is no text trusts nobody.
        *place = Some(value.try_to::<GString>().unwrap_or_default().to_string());
        true
    }

    // Not with the object's own handle: the engine lists properties of objects that nobody counts references of
    // (those that tell it the defaults), and dropping a handle would free them.
    fn on_validate_property(&self, property: &mut PropertyInfo) {
        if property.property_name != WATCHED {
            return;
        }
        if self
            .private_key
            .as_ref()
            .is_some_and(|key| !lies_in_a_file(key))
        {
            // What would be saved is an empty key, which is worse to find than none.
            let rest = property.usage.ord() & !PropertyUsageFlags::STORAGE.ord();
            property.usage = PropertyUsageFlags::from_ord(rest);
        }
        for warning in self.warnings() {
            let is_new = !self.told.borrow().contains(&warning);
            if is_new {
                self.told.borrow_mut().push(warning.clone());
                warn(&warning);
            }
        }
    }
}

#[godot_api(secondary)]
impl RustlsTLSOptions {
    /// Returns what to mind before these options are saved or shipped, one sentence each: a private key that would
    /// travel with the project, and everything that is not saved with the resource. Empty when there is nothing.
    ///
    /// Each is also printed as a warning, once, when the options are saved, duplicated or shown in the inspector.
    #[func]
    fn get_configuration_warnings(&self) -> PackedStringArray {
        let warnings = self.warnings();
        warnings
            .iter()
            .map(|text| GString::from(text.as_str()))
            .collect()
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
                    &format!("{name} lies in no file of its own and"),
                    "save it as a .crt file and load() that",
                )
            }),
        );
        let parts = [
            (self.key_pem.is_some(), "the private key given as PEM text"),
            (
                self.identity_files.is_some(),
                "the identity given by its files",
            ),
            (
                self.client_identity.is_some(),
                "the identity of set_identity()",
            ),
            (
                self.clients.is_some(),
                "the question of set_client_authentication()",
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

    /// What is saved under one of the names above.
    fn pem(&self, name: &str) -> Option<&str> {
        match name {
            TRUSTED_PEM => self.trusted_pem.as_deref(),
            CERTIFICATE_PEM => self.certificate_pem.as_deref(),
            _ => None,
        }
    }

    fn key_warning(&self) -> Option<String> {
        let key = self.private_key.as_ref()?;
        if !lies_in_a_file(key) {
            return Some(not_saved(
                "private_key lies in no file of its own and",
                "save it as a .key file on the server and load() that",
            ));
        }
        let path = key.get_path();
        Some(if path.to_string().starts_with("res://") {
            format!(
                "private_key is \"{path}\", which is exported with the project and so reaches every player: keep the key on the server, outside the project, and set it there"
            )
        } else {
            format!(
                "private_key refers to \"{path}\": keep that file on the server and never ship it"
            )
        })
    }
}

fn not_saved(what: &str, what_to_do: &str) -> String {
    format!("{what} is not saved with these TLS options: {what_to_do}")
}

/// Whether a saved resource refers to it, rather than to a copy inside itself, which the engine writes empty.
fn lies_in_a_file<T: Inherits<Resource>>(held: &Gd<T>) -> bool {
    let path = held.clone().upcast::<Resource>().get_path().to_string();
    !path.is_empty() && !path.contains("::")
}
