//! Contexts: rustls configurations made of checked options, and the sessions that can be resumed
//! under them.
//!
//! rustls resumes a session without verifying the certificates again. So sessions are shared
//! between connections only under the same options and the same name, and no longer than everything
//! holds that was verified (`SessionExpiry`).

mod server;

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::Resumption;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::alpn::AlpnProtocols;
use crate::failure::{Failure, LocalFacts};
use crate::identity::Identity;
use crate::options::{ClientOptions, CommonOptions};
use crate::provider::provider_with;
use crate::rustls_verifier::{ClientCertResolver, ServerVerifier, SessionExpiry};
use crate::session::{Session, Shared};
use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::reference_name::{ReferenceName, indication};
use godot_rustls_pki::role::Role;
use godot_rustls_pki::verifier::Verification;
use godot_rustls_pki::verifier::{seconds, verify_chain};

pub use server::ServerContext;

/// Reference names whose configuration and sessions are kept. Most clients talk to a handful of
/// servers; a crawler that exceeds this only loses resumption.
const MAX_NAMES: usize = 32;

/// Sessions kept for one reference name. One ticket serves one connection (RFC 8446 section C.4).
const MAX_SESSIONS: usize = 16;

/// The options of a client with the configurations and sessions of its connections.
///
/// It is shared by all connections with these options, from any thread. A session is resumed by a
/// later connection of the same context to the same name; a new context resumes nothing.
#[derive(Debug)]
pub struct ClientContext {
    options: ClientOptions,
    shared: Shared,
    by_name: Mutex<VecDeque<NamedConfig>>,
}

/// A connection that is not started yet.
///
/// Starting takes random numbers and a key share, which can take milliseconds: it may be done on
/// another thread.
#[derive(Debug)]
pub struct PreparedClient {
    config: Arc<rustls::ClientConfig>,
    name: ServerName<'static>,
    shared: Shared,
}

impl PreparedClient {
    /// Makes the client's key shares and its first bytes.
    pub fn start(self) -> Result<Session, Failure> {
        Session::client(self.config, self.name, self.shared)
    }
}

/// A configuration for one name, which holds the sessions.
#[derive(Debug)]
struct NamedConfig {
    key: Key,
    config: Arc<rustls::ClientConfig>,
    expiry: Arc<SessionExpiry>,
}

/// The name as it is verified, and the name under which rustls files sessions. Connections share
/// sessions if both are the same.
type Key = (ReferenceName, ServerName<'static>);

impl ClientContext {
    /// Makes a context for connections with `options`.
    pub fn new(options: ClientOptions) -> Self {
        let identity = options.identity.as_ref().map(Identity::name);
        Self {
            shared: shared(&options.common, identity),
            options,
            by_name: Mutex::new(VecDeque::new()),
        }
    }

    /// Returns a context with the same options, which offers these application protocols if the
    /// options name none.
    pub fn with_default_alpn(&self, protocols: &[&str]) -> Self {
        let mut options = self.options.clone();
        if options.common.alpn == AlpnProtocols::default() {
            options.common.alpn = AlpnProtocols::of(protocols);
        }
        Self::new(options)
    }

    /// Returns a context with the same options for a client that speaks no HTTP version above 1.1.
    pub fn with_http1_only(&self) -> Self {
        let mut options = self.options.clone();
        options.common.alpn = std::mem::take(&mut options.common.alpn).without("h2");
        Self::new(options).with_default_alpn(&["http/1.1"])
    }

    /// Returns the options.
    pub fn options(&self) -> &ClientOptions {
        &self.options
    }

    /// Starts a connection to `host`, whose first bytes are ready to send.
    pub fn connect(&self, host: &str) -> Result<Session, Failure> {
        self.prepare(host)?.start()
    }

    /// Prepares a connection to `host` as far as that takes no random number and no key.
    pub fn prepare(&self, host: &str) -> Result<PreparedClient, Failure> {
        self.prepare_at(host, UnixTime::now())
    }

    /// `now` decides which sessions can still be resumed.
    fn prepare_at(&self, host: &str, now: UnixTime) -> Result<PreparedClient, Failure> {
        let reference = self.reference(host);
        // A DNS name given as the override is sent as the server name; otherwise the host is.
        let server_name = indication(&self.options.common_name_override)
            .or_else(|| indication(host))
            .or_else(|| reference.server_name());
        let config = match &server_name {
            Some(name) if self.may_resume(&reference) => {
                self.shared_config(&reference, name, now)?
            }
            _ => Arc::new(self.build(self.verifier(reference), false)?),
        };
        // Placeholder for a host that is no name for rustls: it is never sent, and its session is
        // never shared.
        let name = server_name
            .unwrap_or_else(|| ServerName::IpAddress(IpAddr::from(Ipv4Addr::UNSPECIFIED).into()));
        Ok(PreparedClient {
            config,
            name,
            shared: self.shared.clone(),
        })
    }

    /// Verifies a chain, leaf first, as a connection to `host` would, and fails as it would.
    pub fn verify(&self, chain: &[Certificate], host: &str, now: UnixTime) -> Result<(), Failure> {
        let ders: Vec<CertificateDer<'_>> = chain.iter().map(|c| c.der().clone()).collect();
        let verifier = self.verifier(self.reference(host));
        verify_chain(verifier.policy(), &ders, now)
            .map(|_| ())
            .map_err(|refusal| Failure::Refused {
                peer: Role::Server,
                refusal,
            })
    }

    /// Returns the name that the server's certificate must have.
    fn reference(&self, host: &str) -> ReferenceName {
        let wanted = match self.options.common_name_override.as_str() {
            "" => host,
            name => name,
        };
        match self.options.verification {
            Verification::Full => ReferenceName::parse(wanted),
            Verification::ChainOnly | Verification::Nothing => ReferenceName::Unchecked,
        }
    }

    /// Returns whether sessions under that name can be resumed: a name that rustls cannot hold has
    /// no store of its own.
    fn may_resume(&self, reference: &ReferenceName) -> bool {
        self.options.common.resumption && !matches!(reference, ReferenceName::Literal(_))
    }

    fn verifier(&self, reference: ReferenceName) -> ServerVerifier {
        ServerVerifier {
            trust: Arc::clone(&self.options.trust),
            pins: self.options.pins.clone(),
            revocation: Arc::clone(&self.options.revocation),
            verification: self.options.verification,
            reference,
            expiry: Arc::default(),
        }
    }

    /// Returns the configuration whose sessions are shared under these names.
    fn shared_config(
        &self,
        reference: &ReferenceName,
        server_name: &ServerName<'static>,
        now: UnixTime,
    ) -> Result<Arc<rustls::ClientConfig>, Failure> {
        let now = seconds(now);
        let mut kept = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|named| !named.expiry.is_past(now));
        let known = kept
            .iter()
            .position(|named| named.key.0 == *reference && named.key.1 == *server_name);
        if let Some(named) = known.and_then(|place| kept.remove(place)) {
            let config = Arc::clone(&named.config);
            kept.push_back(named);
            return Ok(config);
        }
        let verifier = self.verifier(reference.clone());
        let expiry = Arc::clone(&verifier.expiry);
        let config = Arc::new(self.build(verifier, true)?);
        if kept.len() >= MAX_NAMES {
            kept.pop_front();
        }
        kept.push_back(NamedConfig {
            key: (reference.clone(), server_name.clone()),
            config: Arc::clone(&config),
            expiry,
        });
        Ok(config)
    }

    /// Builds a configuration, with a store of sessions if `resume` is true.
    fn build(
        &self,
        verifier: ServerVerifier,
        resume: bool,
    ) -> Result<rustls::ClientConfig, Failure> {
        let common = &self.options.common;
        let mut config = rustls::ClientConfig::builder_with_provider(provider_with(&common.groups))
            .with_protocol_versions(common.versions.protocol_versions())
            .map_err(Failure::UnusableOptions)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::new(ClientCertResolver(self.options.identity.clone())));
        config.alpn_protocols = common.alpn.to_wire();
        if let Some(key_log) = &common.key_log {
            config.key_log = Arc::clone(key_log) as Arc<dyn rustls::KeyLog>;
        }
        config.resumption = if resume {
            Resumption::in_memory_sessions(MAX_SESSIONS)
        } else {
            Resumption::disabled()
        };
        Ok(config)
    }
}

/// Returns what all sessions of a context have in common.
fn shared(common: &CommonOptions, identity: Option<&str>) -> Shared {
    Shared::new(LocalFacts {
        versions: common.versions,
        identity: identity.map(str::to_owned),
        protocols: common.alpn.clone(),
        groups: common.groups.clone(),
    })
}

#[cfg(test)]
mod tests;
