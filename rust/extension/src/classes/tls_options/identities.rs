//! Who this side is, and who the other side may be.
//!
//! Nothing is bound while an error is told: a script may listen, and use these very options.

use std::sync::Arc;

use godot::classes::{CryptoKey, X509Certificate};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_tls::identity::ServedName;

use super::RustlsTLSOptions;
use crate::engine::certificate_source::CertificateSource;
use crate::engine::convert::refuse;
use crate::engine::objects::certificate_bytes;
use crate::engine::shared_objects::look_at;
use crate::options::config_cache::tell_problems;
use crate::options::options_key::ClientsSpec;
use crate::options::options_key::identity;

const FOR_CLIENTS: &str =
    "these are server options: use replace_identity() or add_server_identity()";
const FOR_SERVERS: &str =
    "these are client options: make server options with RustlsTLSOptions.server()";

#[godot_api(secondary)]
impl RustlsTLSOptions {
    /// Shows a client certificate to servers that ask for one (mutual TLS).
    ///
    /// Protects the server: only clients whose certificate it trusts get in. By default a client has none. The
    /// certificate may be followed by intermediate certificates, and must be issued for clients (extended key usage
    /// clientAuth, or none). Returns [constant ERR_INVALID_PARAMETER] when the two cannot be used or do not belong
    /// together, and for server options. Not saved with the resource.
    ///
    /// ```gdscript
    /// var options := RustlsTLSOptions.client(load("res://server_ca.crt"))
    /// options.set_identity(load("user://player.key"), load("user://player.crt"))
    /// ```
    ///
    /// A server that refuses it tells so with [constant RustlsStreamPeerTLS.CAUSE_CLIENT_CERTIFICATE_REQUIRED], in
    /// TLS 1.3 only after the handshake of the client ended.
    #[func(gd_self)]
    fn set_identity(
        mut this: Gd<Self>,
        key: Option<Gd<CryptoKey>>,
        certificate: Option<Gd<X509Certificate>>,
    ) -> Error {
        if look_at(&this, Self::is_server) {
            return refuse(Error::ERR_INVALID_PARAMETER, FOR_CLIENTS);
        }
        match identity(key, certificate) {
            Ok(identity) => {
                this.bind_mut().client_identity = Some(identity);
                Error::OK
            }
            Err(problem) => refuse(
                Error::ERR_INVALID_PARAMETER,
                &format!("the client's identity was not set: {problem}"),
            ),
        }
    }

    /// Asks clients for a certificate (mutual TLS): one of the [code]CLIENT_AUTHENTICATION_*[/code] constants.
    ///
    /// Protects the server from everybody whom [param trusted_chain] does not vouch for; the default trust never counts
    /// for clients. A self-signed client certificate is let in when it stands in the chain itself. Who a client is tells
    /// [method RustlsStreamPeerTLS.get_peer_certificates]; names are not compared. By default no client is asked.
    /// Returns [constant ERR_INVALID_PARAMETER] for an empty or unusable chain, an unknown mode, and client options.
    /// Saved with the resource.
    ///
    /// ```gdscript
    /// var options := RustlsTLSOptions.server(load("user://server.key"), load("user://server.crt"))
    /// options.set_client_authentication(RustlsTLSOptions.CLIENT_AUTHENTICATION_REQUIRED, load("user://players_ca.crt"))
    /// ```
    #[func(gd_self)]
    fn set_client_authentication(
        mut this: Gd<Self>,
        mode: i64,
        trusted_chain: Option<Gd<X509Certificate>>,
    ) -> Error {
        if !look_at(&this, Self::is_server) {
            return refuse(Error::ERR_INVALID_PARAMETER, FOR_SERVERS);
        }
        let required = match mode {
            Self::CLIENT_AUTHENTICATION_NONE => {
                this.bind_mut().clients = None;
                return Error::OK;
            }
            Self::CLIENT_AUTHENTICATION_OPTIONAL => false,
            Self::CLIENT_AUTHENTICATION_REQUIRED => true,
            other => {
                return refuse(
                    Error::ERR_INVALID_PARAMETER,
                    &format!(
                        "the mode is {other}: use CLIENT_AUTHENTICATION_NONE, CLIENT_AUTHENTICATION_OPTIONAL or CLIENT_AUTHENTICATION_REQUIRED"
                    ),
                );
            }
        };
        let clients = trusted_chain
            .ok_or_else(|| {
                "the trusted chain is null: the default trust is not for clients, so pass the certificate that issued theirs".to_owned()
            })
            .and_then(|chain| certificate_bytes(&chain))
            .and_then(|trust| {
                let trust = Arc::new(CertificateSource::new(trust));
                let clients = ClientsSpec { required, trust };
                clients.trust_store().map(|store| (clients, store))
            });
        match clients {
            Ok((clients, store)) => {
                tell_problems(&store);
                this.bind_mut().clients = Some(clients);
                Error::OK
            }
            Err(problem) => refuse(Error::ERR_INVALID_PARAMETER, &problem),
        }
    }

    /// Shows another identity to clients that ask for [param server_name] (server name indication, RFC 6066).
    ///
    /// Several names can so be served on one address. [param server_name] is a DNS name or a wildcard such as
    /// [code]"*.example.org"[/code], which stands for one label. Exact names come before wildcards; whoever asks for
    /// another name, or none, is shown the identity that the options were made with. Adding a name again replaces its
    /// identity. Returns [constant ERR_INVALID_PARAMETER] when the name is no DNS name, when key and certificate cannot
    /// be used or do not belong together, and for client options. Not saved with the resource.
    ///
    /// ```gdscript
    /// options.add_server_identity("eu.example.org", load("user://eu.key"), load("user://eu.crt"))
    /// options.add_server_identity("*.example.org", load("user://any.key"), load("user://any.crt"))
    /// ```
    ///
    /// What a client asked for tells [method RustlsStreamPeerTLS.get_server_name].
    #[func(gd_self)]
    fn add_server_identity(
        mut this: Gd<Self>,
        server_name: GString,
        key: Option<Gd<CryptoKey>>,
        certificate: Option<Gd<X509Certificate>>,
    ) -> Error {
        if !look_at(&this, Self::is_server) {
            return refuse(Error::ERR_INVALID_PARAMETER, FOR_SERVERS);
        }
        let name = server_name.to_string();
        let entry = ServedName::new(&name).and_then(|served| {
            let identity = identity(key, certificate)
                .map_err(|problem| format!("no identity was added for \"{name}\": {problem}"))?;
            Ok((served, identity))
        });
        match entry {
            Ok((served, identity)) => {
                let named = &mut this.bind_mut().named_identities;
                named.retain(|(known, _)| *known != served);
                named.push((served, identity));
                Error::OK
            }
            Err(problem) => refuse(Error::ERR_INVALID_PARAMETER, &problem),
        }
    }

    /// Replaces key and certificate without a restart: for renewal.
    ///
    /// New handshakes use the new identity at once, running connections stay. On a client this is [method set_identity].
    /// On a server it replaces what [method server], [method server_from_pem] or [method server_from_files] gave; the
    /// files are then no longer looked at. When the two cannot be used or do not belong together, the old identity
    /// stays and [constant ERR_INVALID_PARAMETER] is returned.
    ///
    /// ```gdscript
    /// if options.replace_identity(load_key(), load_certificate()) != OK:
    ///     push_warning("still serving the old certificate")
    /// ```
    #[func(gd_self)]
    fn replace_identity(
        mut this: Gd<Self>,
        key: Option<Gd<CryptoKey>>,
        certificate: Option<Gd<X509Certificate>>,
    ) -> Error {
        if !look_at(&this, Self::is_server) {
            return Self::set_identity(this, key, certificate);
        }
        if let Err(problem) = identity(key.clone(), certificate.clone()) {
            return refuse(
                Error::ERR_INVALID_PARAMETER,
                &format!("the identity was not replaced: {problem}"),
            );
        }
        let mut me = this.bind_mut();
        me.private_key = key;
        me.own_certificate = certificate;
        me.identity_files = None;
        Error::OK
    }
}
