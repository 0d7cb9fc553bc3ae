//! The configuration of a server.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::CryptoProvider;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, NoServerSessionStorage, ServerSessionMemoryCache};
use rustls_pki_types::UnixTime;

use super::shared;
use crate::failure::Failure;
use crate::options::ServerOptions;
use crate::provider::{Ticketer, indulgent, provider_with};
use crate::rustls_verifier::ClientVerifier;
use crate::rustls_verifier::Horizon;
use crate::session::{Session, Shared};
use godot_rustls_pki::verifier::seconds;

/// Sessions kept for TLS 1.2 clients that take no tickets; tickets cost the server no memory.
pub(super) const KEPT_SESSIONS: usize = 256;

/// A server's configuration, ready to accept connections.
#[derive(Debug)]
pub struct ServerSetup {
    options: ServerOptions,
    current: Mutex<Current>,
    shared: Shared,
}

/// A configuration with its sessions.
#[derive(Debug)]
struct Current {
    config: Arc<rustls::ServerConfig>,
    /// The same for clients whose server name is passed over.
    indulgent: Arc<rustls::ServerConfig>,
    horizon: Arc<Horizon>,
}

impl ServerSetup {
    /// Builds the configuration for `options`.
    pub fn new(options: ServerOptions) -> Result<Self, Failure> {
        Ok(Self {
            current: Mutex::new(Current::new(&options)?),
            shared: shared(&options.terms, None),
            options,
        })
    }

    /// Starts the server's side of one connection.
    pub fn accept(&self) -> Result<Session, Failure> {
        self.accept_at(UnixTime::now())
    }

    /// `now` decides which sessions can be resumed still.
    pub(super) fn accept_at(&self, now: UnixTime) -> Result<Session, Failure> {
        let (config, indulgent) = {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            if current.horizon.is_past(seconds(now)) {
                *current = Current::new(&self.options)?;
            }
            (Arc::clone(&current.config), Arc::clone(&current.indulgent))
        };
        let session = Session::server(config, self.shared.clone())?;
        Ok(session.passing_over_names(indulgent))
    }
}

impl Current {
    /// It has keys of its own for session tickets: a session that began under another one, and so perhaps under
    /// another idea of which clients are let in, is not resumed.
    fn new(options: &ServerOptions) -> Result<Self, Failure> {
        let horizon = Arc::<Horizon>::default();
        let provider = provider_with(&options.terms.groups);
        let config = configured(options, Arc::clone(&provider), &horizon)?;
        let mut indulgent = configured(options, indulgent(&provider), &horizon)?;
        indulgent.session_storage = Arc::clone(&config.session_storage);
        indulgent.ticketer = Arc::clone(&config.ticketer);
        Ok(Self {
            config: Arc::new(config),
            indulgent: Arc::new(indulgent),
            horizon,
        })
    }
}

fn configured(
    options: &ServerOptions,
    provider: Arc<CryptoProvider>,
    horizon: &Arc<Horizon>,
) -> Result<rustls::ServerConfig, Failure> {
    let terms = &options.terms;
    let clients: Arc<dyn ClientCertVerifier> = match &options.clients {
        Some(clients) => Arc::new(ClientVerifier::new(clients.clone(), Arc::clone(horizon))),
        None => Arc::new(NoClientAuth),
    };
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(terms.versions.protocol_versions())
        .map_err(Failure::UnusableOptions)?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(options.identities.clone()));
    config.alpn_protocols = terms.alpn.to_wire();
    if terms.resumption {
        config.session_storage = ServerSessionMemoryCache::new(KEPT_SESSIONS);
        config.ticketer = Arc::<Ticketer>::default();
    } else {
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    if let Some(key_log) = &terms.key_log {
        config.key_log = Arc::clone(key_log) as Arc<dyn rustls::KeyLog>;
    }
    Ok(config)
}
