//! Conversion to the engine's TLSOptions, for the classes of the engine.

use std::sync::atomic::Ordering;

use godot::classes::{CryptoKey, TlsOptions, X509Certificate};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_pki::pem::write_certificate;

use super::{RustlsTLSOptions, configuration};
use crate::engine::convert::{godot_text, report};
use crate::engine::objects::{certificates, quietly};

#[godot_api(secondary)]
impl RustlsTLSOptions {
    /// Creates [TLSOptions] from these options, for the engine's own classes such as
    /// [WebSocketPeer], [WebSocketMultiplayerPeer] and [HTTPClient]. Never pass a
    /// [RustlsTLSOptions] itself to those classes: see the warning in the description of this
    /// class.
    ///
    /// Returns null and prints an error if the options cannot be used, or if they contain what
    /// [TLSOptions] does not support: pinned keys, revocation lists, TLS versions, application
    /// protocols, key exchange groups, a key log, an identity from files that are renewed, several
    /// identities, and client certificates. [method get_error] then returns the reason until the
    /// options change. For a client without a trusted chain the engine decides which roots it
    /// trusts: [RustlsTrustStore] has no effect there.
    ///
    /// ```gdscript
    /// var client := RustlsTLSOptions.client_from_pem(pem)
    /// var socket := WebSocketPeer.new()
    /// socket.connect_to_url("wss://play.example.org", client.to_engine())
    /// ```
    #[func(gd_self)]
    fn to_engine(this: Gd<Self>) -> Option<Gd<TlsOptions>> {
        let made = Self::made_for_engine(&this);
        this.bind()
            .was_wanted_by_engine
            .store(made.is_err(), Ordering::Relaxed);
        // Nothing is bound any more: a script may listen to errors.
        made.inspect_err(|problem| report(&format!("to_engine: {problem}")))
            .ok()
    }

    /// Returns the error that [method get_error] adds for otherwise usable options.
    pub(super) fn engine_problem(this: &Gd<Self>) -> Result<(), String> {
        if this.bind().was_wanted_by_engine.load(Ordering::Relaxed) {
            Self::made_for_engine(this).map(|_| ())
        } else {
            Ok(())
        }
    }

    fn made_for_engine(this: &Gd<Self>) -> Result<Gd<TlsOptions>, String> {
        configuration::check(this)?;
        let me = this.bind();
        let unknown = me.unknown_to_engine();
        if !unknown.is_empty() {
            return Err(format!(
                "the engine's TLSOptions do not support {}: remove this, or use a class of this addon",
                unknown.join(", ")
            ));
        }
        let made = if me.is_server() {
            let (key, certificate) = me.pair_for_engine()?;
            TlsOptions::server(&key, &certificate)
        } else {
            let chain = me.chain_for_engine()?;
            if me.is_unsafe_client() {
                TlsOptions::client_unsafe_ex()
                    .trusted_chain(chain.as_ref())
                    .done()
            } else {
                TlsOptions::client_ex()
                    .trusted_chain(chain.as_ref())
                    .common_name_override(&me.common_name_override)
                    .done()
            }
        };
        made.ok_or_else(|| "the engine could not create TLSOptions from these options".to_owned())
    }

    /// Returns the settings that the engine's options do not support. Session resumption is not
    /// among them: the engine never resumes.
    fn unknown_to_engine(&self) -> Vec<&'static str> {
        let of_client = !self.is_server();
        let parts = [
            (!self.pinned_public_keys.is_empty(), "pinned_public_keys"),
            (
                !self.revocation_lists_pem.is_empty(),
                "revocation_lists_pem",
            ),
            (self.min_version != Self::TLS_VERSION_1_2, "min_version"),
            (self.max_version != Self::TLS_VERSION_1_3, "max_version"),
            (!self.alpn_protocols.is_empty(), "alpn_protocols"),
            (!self.key_exchange_groups.is_empty(), "key_exchange_groups"),
            (!self.key_log_path.is_empty(), "key_log_path"),
            (
                self.is_unsafe_client() && !self.common_name_override.is_empty(),
                "common_name_override of an unsafe client",
            ),
            (
                of_client && self.client_identity.is_some(),
                "identity of a client (set_identity)",
            ),
            (
                !of_client && self.identity_files.is_some(),
                "identity from files (server_from_files)",
            ),
            (
                !of_client && !self.named_identities.is_empty(),
                "second identity (add_server_identity)",
            ),
            (
                !of_client && self.clients.is_some(),
                "certificates of clients (set_client_authentication)",
            ),
        ];
        let asked = parts.into_iter().filter(|(is_asked, _)| *is_asked);
        asked.map(|(_, what)| what).collect()
    }

    fn chain_for_engine(&self) -> Result<Option<Gd<X509Certificate>>, String> {
        match (&self.trusted_ca_chain, &self.trusted_pem) {
            (Some(chain), _) => Ok(Some(chain.clone())),
            (None, Some(text)) => loaded(text.pem().as_bytes()).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn pair_for_engine(&self) -> Result<(Gd<CryptoKey>, Gd<X509Certificate>), String> {
        let certificate = match (&self.own_certificate, &self.certificate_pem) {
            (Some(certificate), _) => certificate.clone(),
            (None, Some(pem)) => loaded(pem.bytes())?,
            (None, None) => return Err("the options have no certificate".to_owned()),
        };
        let key = match (&self.private_key, &self.key_pem) {
            (Some(key), _) => key.clone(),
            (None, Some(pem)) => {
                let mut key = CryptoKey::new_gd();
                let error = quietly(|| key.load_from_string(&godot_text(pem)));
                if error != Error::OK {
                    return Err("the engine cannot read that kind of private key".to_owned());
                }
                key
            }
            (None, None) => return Err("the options have no private key".to_owned()),
        };
        Ok((key, certificate))
    }
}

/// Loads certificates into an engine object. They are encoded again, because the engine skips
/// blocks that are read here.
fn loaded(given: &[u8]) -> Result<Gd<X509Certificate>, String> {
    let read = certificates(given).certificates;
    let pem: String = read.iter().map(write_certificate).collect();
    let mut certificate = X509Certificate::new_gd();
    match quietly(|| certificate.load_from_string(&godot_text(&pem))) {
        Error::OK => Ok(certificate),
        _ => Err("the engine cannot read one of the certificates".to_owned()),
    }
}
