//! From checked options to rustls configurations, kept for all connections of one options object.

mod server;

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::Resumption;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::alpn::AlpnProtocols;
use crate::failure::{Failure, LocalFacts};
use crate::identity::Identity;
use crate::options::{ClientOptions, Terms};
use crate::provider::provider_with;
use crate::rustls_verifier::Horizon;
use crate::rustls_verifier::OwnIdentity;
use crate::rustls_verifier::ServerVerifier;
use crate::session::{Session, Shared};
use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::reference_name::{ReferenceName, indication};
use godot_rustls_pki::role::Role;
use godot_rustls_pki::verifier::Verification;
use godot_rustls_pki::verifier::{seconds, verify_chain};

pub use server::ServerSetup;

/// Reference names whose configuration and sessions are kept for one options object. A game talks to a
/// handful of servers; a crawler that exceeds this only loses resumption.
const KEPT_NAMES: usize = 32;

/// Sessions kept for one reference name. One ticket serves one connection (RFC 8446 section C.4).
const KEPT_SESSIONS: usize = 16;

/// A client's configuration, ready to start connections.
#[derive(Debug)]
pub struct ClientSetup {
    options: ClientOptions,
    shared: Shared,
    by_name: Mutex<VecDeque<NamedConfig>>,
}

/// A connection that was not started yet.
#[derive(Debug)]
pub struct PreparedClient {
    config: Arc<rustls::ClientConfig>,
    name: ServerName<'static>,
    shared: Shared,
}

impl PreparedClient {
    /// Makes the client's key shares; its first bytes are ready to send.
    pub fn start(self) -> Result<Session, Failure> {
        Session::client(self.config, self.name, self.shared)
    }
}

/// A configuration that holds sessions.
#[derive(Debug)]
struct NamedConfig {
    key: Key,
    config: Arc<rustls::ClientConfig>,
    horizon: Arc<Horizon>,
}

/// Sessions are shared between connections only when both agree: the name as it was checked, and what rustls
/// files them under.
type Key = (ReferenceName, ServerName<'static>);

impl ClientSetup {
    /// Keeps `options` for every connection started with it.
    pub fn new(options: ClientOptions) -> Self {
        let identity = options.identity.as_ref().map(Identity::name);
        Self {
            shared: shared(&options.terms, identity),
            options,
            by_name: Mutex::new(VecDeque::new()),
        }
    }

    /// The same options, offering these application protocols if they name none of their own.
    pub fn offering(&self, protocols: &[&str]) -> Self {
        let mut options = self.options.clone();
        if options.terms.alpn == AlpnProtocols::default() {
            options.terms.alpn = AlpnProtocols::of(protocols);
        }
        Self::new(options)
    }

    /// The same options for a client that speaks HTTP/1.1 alone.
    pub fn offering_http1(&self) -> Self {
        let mut options = self.options.clone();
        options.terms.alpn = std::mem::take(&mut options.terms.alpn).without("h2");
        Self::new(options).offering(&["http/1.1"])
    }

    /// What it was made of.
    pub fn options(&self) -> &ClientOptions {
        &self.options
    }

    /// Starts a connection to `host`; its first bytes are ready to send.
    pub fn connect(&self, host: &str) -> Result<Session, Failure> {
        self.prepare(host)?.start()
    }

    /// Everything that comes before the first random number and the first key of a connection to `host`.
    pub fn prepare(&self, host: &str) -> Result<PreparedClient, Failure> {
        self.prepare_at(host, UnixTime::now())
    }

    /// `now` decides which sessions can be resumed still.
    fn prepare_at(&self, host: &str, now: UnixTime) -> Result<PreparedClient, Failure> {
        let reference = self.reference(host);
        // An override that is a DNS name names the server; any other leaves that to the host.
        let server_name = indication(&self.options.common_name_override)
            .or_else(|| indication(host))
            .or_else(|| reference.server_name());
        let config = match &server_name {
            Some(name) if self.may_resume(&reference) => {
                self.shared_config(&reference, name, now)?
            }
            _ => Arc::new(self.build(self.verifier(reference), false)?),
        };
        // The placeholder stands for a host that rustls cannot hold. It is never sent, and never shared.
        let name = server_name
            .unwrap_or_else(|| ServerName::IpAddress(IpAddr::from(Ipv4Addr::UNSPECIFIED).into()));
        Ok(PreparedClient {
            config,
            name,
            shared: self.shared.clone(),
        })
    }

    /// Checks a chain, leaf first, as a connection to `host` would.
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

    /// A name that rustls cannot hold has no session store of its own: it does not resume.
    fn may_resume(&self, reference: &ReferenceName) -> bool {
        self.options.terms.resumption && !matches!(reference, ReferenceName::Literal(_))
    }

    fn verifier(&self, reference: ReferenceName) -> ServerVerifier {
        ServerVerifier {
            trust: Arc::clone(&self.options.trust),
            pins: self.options.pins.clone(),
            revocation: Arc::clone(&self.options.revocation),
            verification: self.options.verification,
            reference,
            horizon: Arc::default(),
        }
    }

    fn shared_config(
        &self,
        reference: &ReferenceName,
        server_name: &ServerName<'static>,
        now: UnixTime,
    ) -> Result<Arc<rustls::ClientConfig>, Failure> {
        let now = seconds(now);
        let mut kept = self.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|named| !named.horizon.is_past(now));
        let known = kept
            .iter()
            .position(|named| named.key.0 == *reference && named.key.1 == *server_name);
        if let Some(named) = known.and_then(|place| kept.remove(place)) {
            let config = Arc::clone(&named.config);
            kept.push_back(named);
            return Ok(config);
        }
        let verifier = self.verifier(reference.clone());
        let horizon = Arc::clone(&verifier.horizon);
        let config = Arc::new(self.build(verifier, true)?);
        if kept.len() >= KEPT_NAMES {
            kept.pop_front();
        }
        kept.push_back(NamedConfig {
            key: (reference.clone(), server_name.clone()),
            config: Arc::clone(&config),
            horizon,
        });
        Ok(config)
    }

    fn build(
        &self,
        verifier: ServerVerifier,
        resume: bool,
    ) -> Result<rustls::ClientConfig, Failure> {
        let terms = &self.options.terms;
        let mut config = rustls::ClientConfig::builder_with_provider(provider_with(&terms.groups))
            .with_protocol_versions(terms.versions.protocol_versions())
            .map_err(Failure::UnusableOptions)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::new(OwnIdentity(self.options.identity.clone())));
        config.alpn_protocols = terms.alpn.to_wire();
        if let Some(key_log) = &terms.key_log {
            config.key_log = Arc::clone(key_log) as Arc<dyn rustls::KeyLog>;
        }
        config.resumption = if resume {
            Resumption::in_memory_sessions(KEPT_SESSIONS)
        } else {
            Resumption::disabled()
        };
        Ok(config)
    }
}

fn shared(terms: &Terms, identity: Option<&str>) -> Shared {
    Shared::new(LocalFacts {
        versions: terms.versions,
        identity: identity.map(str::to_owned),
        protocols: terms.alpn.clone(),
        groups: terms.groups.clone(),
    })
}

#[cfg(test)]
mod tests;
