//! Identities of this side, and the clients that a server accepts.
//!
//! Nothing is bound while an error is printed: a script that listens may use the same options.

use std::sync::Arc;

use godot::classes::{CryptoKey, X509Certificate};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_tls::identity::ServedName;

use super::RustlsTLSOptions;
use crate::engine::certificate_source::CertificateSource;
use crate::engine::convert::refuse;
use crate::engine::enum_types::ClientAuthenticationValue;
use crate::engine::objects::certificate_bytes;
use crate::engine::shared_objects::with_bound;
use crate::options::config_cache::print_problems;
use crate::options::options_key::ClientsSpec;
use crate::options::options_key::identity;

const FOR_CLIENTS: &str =
    "expected client options: for a server use replace_identity() or add_server_identity()";
const FOR_SERVERS: &str = "expected server options: create them with RustlsTLSOptions.server()";

#[godot_api(secondary)]
impl RustlsTLSOptions {
    /// Sets the certificate that a client presents to servers that ask for one (mutual TLS).
    ///
    /// Client certificates protect the server: only clients whose certificate it trusts can
    /// connect. By default a client has none. The certificate may be followed by intermediate
    /// certificates. It must be issued for clients (extended key usage clientAuth, or none). The
    /// identity is not saved with the resource.
    ///
    /// Returns [constant OK], or [constant ERR_INVALID_PARAMETER] for server options and if the key
    /// and the certificate cannot be used or do not belong together.
    ///
    /// ```gdscript
    /// var client := RustlsTLSOptions.client(load("res://server_ca.crt"))
    /// client.set_identity(load("user://player.key"), load("user://player.crt"))
    /// ```
    ///
    /// If a server refuses the certificate, the connection ends with
    /// [constant RustlsStreamPeerTLS.CAUSE_CLIENT_CERTIFICATE_REQUIRED]. In TLS 1.3 that happens
    /// only after the client's handshake has ended.
    #[func(gd_self)]
    fn set_identity(
        mut this: Gd<Self>,
        key: Option<Gd<CryptoKey>>,
        certificate: Option<Gd<X509Certificate>>,
    ) -> Error {
        if with_bound(&this, Self::is_server) {
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

    /// Sets whether a server asks clients for a certificate (mutual TLS): one of the
    /// `CLIENT_AUTHENTICATION_*` constants. By default clients are not asked.
    ///
    /// Client authentication protects the server from every client whose certificate does not lead
    /// to [param trusted_chain]. The default trusted roots never count for clients. A self-signed
    /// client certificate is accepted if the chain contains that certificate. Names are not
    /// compared: [method RustlsStreamPeerTLS.get_peer_certificates] returns the identity of a
    /// client. The setting is saved with the resource.
    ///
    /// Returns [constant OK], or [constant ERR_INVALID_PARAMETER] for an empty or unusable chain,
    /// an unknown mode, and client options.
    ///
    /// ```gdscript
    /// var server := RustlsTLSOptions.server(load("user://server.key"), load("user://server.crt"))
    /// var required := RustlsTLSOptions.CLIENT_AUTHENTICATION_REQUIRED
    /// server.set_client_authentication(required, load("user://players_ca.crt"))
    /// ```
    #[func(gd_self)]
    fn set_client_authentication(
        mut this: Gd<Self>,
        mode: ClientAuthenticationValue,
        trusted_chain: Option<Gd<X509Certificate>>,
    ) -> Error {
        if !with_bound(&this, Self::is_server) {
            return refuse(Error::ERR_INVALID_PARAMETER, FOR_SERVERS);
        }
        let required = match mode.0 {
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
                "the trusted chain is null: the default trusted roots do not count for clients, so pass the CA certificate that issued theirs".to_owned()
            })
            .and_then(|chain| certificate_bytes(&chain))
            .and_then(|trust| {
                let trust = Arc::new(CertificateSource::new(trust));
                let clients = ClientsSpec { required, trust };
                clients.trust_store().map(|store| (clients, store))
            });
        match clients {
            Ok((clients, store)) => {
                print_problems(&store);
                this.bind_mut().clients = Some(clients);
                Error::OK
            }
            Err(problem) => refuse(Error::ERR_INVALID_PARAMETER, &problem),
        }
    }

    /// Adds an identity that a server presents to clients that ask for [param server_name] (server
    /// name indication, RFC 6066). One address can thus serve several names.
    ///
    /// [param server_name] is a DNS name or a wildcard such as `*.example.org`, which stands for
    /// one label. Exact names take precedence over wildcards. A client that asks for another name,
    /// or for none, receives the identity that the options were created with. Adding a name again
    /// replaces its identity. The added identities are not saved with the resource.
    ///
    /// Returns [constant OK], or [constant ERR_INVALID_PARAMETER] for a name that is not a DNS
    /// name, for client options, and if the key and the certificate cannot be used or do not belong
    /// together.
    ///
    /// ```gdscript
    /// options.add_server_identity("eu.example.org", load("user://eu.key"), load("user://eu.crt"))
    /// options.add_server_identity("*.example.org", load("user://any.key"), load("user://any.crt"))
    /// ```
    ///
    /// [method RustlsStreamPeerTLS.get_server_name] returns the name that a client asked for.
    #[func(gd_self)]
    fn add_server_identity(
        mut this: Gd<Self>,
        server_name: GString,
        key: Option<Gd<CryptoKey>>,
        certificate: Option<Gd<X509Certificate>>,
    ) -> Error {
        if !with_bound(&this, Self::is_server) {
            return refuse(Error::ERR_INVALID_PARAMETER, FOR_SERVERS);
        }
        let name = server_name.to_string();
        let served = ServedName::new(&name).map_err(|problem| problem.to_string());
        let entry = served.and_then(|served| {
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

    /// Replaces the key and the certificate without a restart, for renewal.
    ///
    /// New handshakes use the new identity at once; running connections continue. On client options
    /// this method is [method set_identity]. On server options it replaces what [method server],
    /// [method server_from_pem] or [method server_from_files] provided; the files are no longer
    /// read.
    ///
    /// Returns [constant OK]. If the key and the certificate cannot be used or do not belong
    /// together, returns [constant ERR_INVALID_PARAMETER] and the old identity stays in use.
    ///
    /// ```gdscript
    /// var key: CryptoKey = load("user://server.key")
    /// var certificate: X509Certificate = load("user://server.crt")
    /// if options.replace_identity(key, certificate) != OK:
    /// 	push_warning("the old certificate is still in use")
    /// ```
    #[func(gd_self)]
    fn replace_identity(
        mut this: Gd<Self>,
        key: Option<Gd<CryptoKey>>,
        certificate: Option<Gd<X509Certificate>>,
    ) -> Error {
        if !with_bound(&this, Self::is_server) {
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
