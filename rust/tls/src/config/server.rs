//! The context of a server.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::CryptoProvider;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, NoServerSessionStorage, ServerSessionMemoryCache};
use rustls_pki_types::UnixTime;

use super::shared;
use crate::failure::Failure;
use crate::options::ServerOptions;
use crate::provider::{Ticketer, hashing_as_sent, provider_with};
use crate::rustls_verifier::{ClientVerifier, SessionExpiry};
use crate::session::{Session, Shared};
use godot_rustls_pki::verifier::seconds;

/// Sessions kept for TLS 1.2 clients that take no tickets; tickets take no memory of the server.
pub(super) const MAX_SESSIONS: usize = 256;

/// The options of a server with the configuration and sessions of its connections.
///
/// It is shared by all connections with these options, from any thread. Clients resume sessions
/// with tickets, or with session ids in TLS 1.2; a new context resumes nothing.
#[derive(Debug)]
pub struct ServerContext {
    options: ServerOptions,
    current: Mutex<Current>,
    shared: Shared,
}

/// A configuration with its sessions. It is replaced when they expire.
#[derive(Debug)]
struct Current {
    config: Arc<rustls::ServerConfig>,
    /// The same for clients whose server name is ignored.
    lenient: Arc<rustls::ServerConfig>,
    expiry: Arc<SessionExpiry>,
}

impl ServerContext {
    /// Makes a context for connections with `options`.
    pub fn new(options: ServerOptions) -> Result<Self, Failure> {
        Ok(Self {
            current: Mutex::new(Current::new(&options)?),
            shared: shared(&options.common, None),
            options,
        })
    }

    /// Starts the server's side of a connection.
    pub fn accept(&self) -> Result<Session, Failure> {
        self.accept_at(UnixTime::now())
    }

    /// `now` decides which sessions can still be resumed.
    pub(super) fn accept_at(&self, now: UnixTime) -> Result<Session, Failure> {
        let (config, lenient) = {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            if current.expiry.is_past(seconds(now)) {
                *current = Current::new(&self.options)?;
            }
            (Arc::clone(&current.config), Arc::clone(&current.lenient))
        };
        let session = Session::server(config, self.shared.clone())?;
        Ok(session.ignoring_invalid_server_names(lenient))
    }
}

impl Current {
    /// Makes a configuration with ticket keys of its own: a session that began under another one,
    /// perhaps with other rules for clients, is not resumed.
    fn new(options: &ServerOptions) -> Result<Self, Failure> {
        let expiry = Arc::<SessionExpiry>::default();
        let provider = provider_with(&options.common.groups);
        let config = configured(options, Arc::clone(&provider), &expiry)?;
        let mut lenient = configured(options, hashing_as_sent(&provider), &expiry)?;
        lenient.session_storage = Arc::clone(&config.session_storage);
        lenient.ticketer = Arc::clone(&config.ticketer);
        Ok(Self {
            config: Arc::new(config),
            lenient: Arc::new(lenient),
            expiry,
        })
    }
}

/// Builds a configuration with a store and ticket keys of its own.
fn configured(
    options: &ServerOptions,
    provider: Arc<CryptoProvider>,
    expiry: &Arc<SessionExpiry>,
) -> Result<rustls::ServerConfig, Failure> {
    let common = &options.common;
    let clients: Arc<dyn ClientCertVerifier> = match &options.clients {
        Some(clients) => Arc::new(ClientVerifier::new(clients.clone(), Arc::clone(expiry))),
        None => Arc::new(NoClientAuth),
    };
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(common.versions.protocol_versions())
        .map_err(Failure::UnusableOptions)?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(options.identities.clone()));
    config.alpn_protocols = common.alpn.to_wire();
    if common.resumption {
        config.session_storage = ServerSessionMemoryCache::new(MAX_SESSIONS);
        config.ticketer = Arc::<Ticketer>::default();
    } else {
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    if let Some(key_log) = &common.key_log {
        config.key_log = Arc::clone(key_log) as Arc<dyn rustls::KeyLog>;
    }
    Ok(config)
}
