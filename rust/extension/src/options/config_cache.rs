//! Configurations of options objects, built once and shared.

use std::collections::VecDeque;
use std::fmt::Arguments;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use godot::classes::Os;
use godot::prelude::*;
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_pki::verifier::Verification;
use godot_rustls_tls::config::{ClientContext, ServerContext};
use godot_rustls_tls::diagnosis::diagnose;
use godot_rustls_tls::identity::{Identity, ServerIdentities};
use godot_rustls_tls::options::{
    ClientAuthentication, ClientOptions, CommonOptions, ServerOptions,
};

use crate::engine::convert::{report, warn};
use crate::options::default_trust::DefaultTrust;
use crate::options::key_log_file;
use crate::options::options_key::{ClientSpec, CommonSpec, IdentitySpec, ServerSpec, Spec};
use crate::vocabulary;

/// The last configurations of one owner. Equal specifications give the same configuration, and so
/// can resume its sessions; any change starts a new one.
#[derive(Default)]
pub(crate) struct ConfigCache {
    clients: VecDeque<(ClientSpec, Arc<ClientContext>)>,
    servers: VecDeque<(ServerSpec, Arc<ServerContext>)>,
    /// The identity that was read last: parsing a key again would take longest of all.
    identity: Option<(IdentitySpec, Identity)>,
}

/// Configurations kept for all of the engine's options objects and for null together. They are told
/// apart by content alone; a game has a handful.
const MAX_SHARED: usize = 16;

/// Options objects without any check that a warning is remembered for. A game that makes a new one
/// for every connection is warned every time.
const MAX_WARNED_OF: usize = 64;

/// An options object of the addon has one configuration at a time.
const MAX_OWN: usize = 1;

/// The configurations of all options objects of the engine's together.
#[derive(Default)]
pub(crate) struct SharedConfigs {
    cache: Mutex<ConfigCache>,
    /// Options objects without any check that a warning was printed about. The engine's objects
    /// cannot remember it themselves.
    warned_of: Mutex<VecDeque<InstanceId>>,
}

impl ConfigCache {
    /// Returns the configuration for `spec`, and whether it is new. Its trust is `default` if the
    /// specification has none of its own.
    fn client(
        &mut self,
        spec: ClientSpec,
        default: Option<Arc<TrustStore>>,
        capacity: usize,
    ) -> Result<(Arc<ClientContext>, bool), String> {
        let known = self.clients.iter().find(|(known, context)| {
            *known == spec
                && default
                    .as_ref()
                    .is_none_or(|trust| Arc::ptr_eq(trust, &context.options().trust))
        });
        if let Some((_, context)) = known {
            return Ok((Arc::clone(context), false));
        }
        let context = Arc::new(new_client(&spec, default)?);
        // Configurations from before a reload of the trust are not used any more.
        self.clients.retain(|(known, _)| {
            *known != spec && known.common.trust_reloads == spec.common.trust_reloads
        });
        self.clients.truncate(capacity.saturating_sub(1));
        self.clients.push_front((spec, Arc::clone(&context)));
        Ok((context, true))
    }

    fn server(&mut self, spec: ServerSpec, capacity: usize) -> Result<Arc<ServerContext>, String> {
        if let Some((_, context)) = self.servers.iter().find(|(known, _)| *known == spec) {
            return Ok(Arc::clone(context));
        }
        let identity = self.identity(&spec.identity)?;
        let context = Arc::new(new_server(&spec, identity)?);
        self.servers.truncate(capacity.saturating_sub(1));
        self.servers.push_front((spec, Arc::clone(&context)));
        Ok(context)
    }

    fn identity(&mut self, spec: &IdentitySpec) -> Result<Identity, String> {
        if let Some((known, identity)) = &self.identity
            && known == spec
        {
            return Ok(identity.clone());
        }
        let identity = spec.read()?;
        self.identity = Some((spec.clone(), identity.clone()));
        Ok(identity)
    }
}

/// The cache of an options object of the addon; those of the engine, and null, share one.
pub(crate) type OwnCache = Option<Arc<Mutex<ConfigCache>>>;

impl SharedConfigs {
    /// Returns the configuration for a client. `options` is the object that it came from and `call`
    /// what the script called, both for warnings.
    pub(crate) fn client(
        &self,
        default_trust: &DefaultTrust,
        spec: ClientSpec,
        own_cache: &OwnCache,
        options: Option<InstanceId>,
        call: Arguments<'_>,
    ) -> Result<Arc<ClientContext>, String> {
        // Whatever may print comes before and after the locks: a script may listen.
        let default = needed_trust(default_trust, &spec);
        let accepts_all = spec.verification == Verification::Nothing;
        let has_own_trust = spec.own_trust.is_some();
        let (context, is_new) = match own_cache {
            Some(cache) => lock(cache).client(spec, default, MAX_OWN)?,
            None => lock(&self.cache).client(spec, default, MAX_SHARED)?,
        };
        if accepts_all && options.is_some_and(|options| self.is_first_time(options)) {
            warn_of_unsafe_client(call, own_cache.is_some());
        }
        // The problems of the default trust were printed when it was read.
        if is_new && has_own_trust {
            print_problems(&context.options().trust);
        }
        Ok(context)
    }

    /// Returns the configuration for a server.
    pub(crate) fn server(
        &self,
        spec: ServerSpec,
        own_cache: &OwnCache,
    ) -> Result<Arc<ServerContext>, String> {
        match own_cache {
            Some(cache) => lock(cache).server(spec, MAX_OWN),
            None => lock(&self.cache).server(spec, MAX_SHARED),
        }
    }

    /// Returns whether no warning was printed about an options object yet.
    fn is_first_time(&self, options: InstanceId) -> bool {
        let mut warned_of = self
            .warned_of
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if warned_of.contains(&options) {
            return false;
        }
        warned_of.truncate(MAX_WARNED_OF - 1);
        warned_of.push_front(options);
        true
    }
}

/// Returns why options cannot be used. `cache` is their own.
pub(crate) fn check(spec: Spec, cache: &Mutex<ConfigCache>) -> Result<(), String> {
    match spec {
        Spec::Server(spec) => {
            let identity = lock(cache).identity(&spec.identity)?;
            new_server(&spec, identity).map(|_| ())
        }
        Spec::Client(spec) => {
            if let Some(source) = &spec.own_trust {
                let trust = source.trust();
                if trust.certificate_count() == 0 {
                    let why = trust
                        .problems()
                        .first()
                        .map_or("the trusted chain is empty".to_owned(), ToString::to_string);
                    return Err(format!("no certificate is trusted: {why}"));
                }
            }
            common(&spec.common).map(|_| ())
        }
    }
}

/// Prints the problems of certificates that a script trusts. The usable ones are trusted
/// nevertheless.
pub(crate) fn print_problems(trust: &TrustStore) {
    for problem in trust.problems() {
        if problem.reveals_private_key() {
            report(&problem.to_string());
        } else {
            warn(&problem.to_string());
        }
    }
}

/// Returns a configuration for a single check, which is not kept.
pub(crate) fn temporary_client(
    default_trust: &DefaultTrust,
    spec: &ClientSpec,
) -> Result<ClientContext, String> {
    new_client(spec, needed_trust(default_trust, spec))
}

/// Returns the default trust, which is read only for a client that needs it.
fn needed_trust(default_trust: &DefaultTrust, spec: &ClientSpec) -> Option<Arc<TrustStore>> {
    let verifies = spec.verification != Verification::Nothing;
    (spec.own_trust.is_none() && verifies).then(|| default_trust.get())
}

fn new_client(
    spec: &ClientSpec,
    default: Option<Arc<TrustStore>>,
) -> Result<ClientContext, String> {
    let own = || {
        spec.own_trust
            .as_ref()
            .map_or_else(Arc::default, |source| source.trust())
    };
    Ok(ClientContext::new(ClientOptions {
        trust: default.unwrap_or_else(own),
        verification: spec.verification,
        common_name_override: spec.common_name_override.clone(),
        pins: spec.pins.clone(),
        revocation: Arc::clone(&spec.revocation),
        identity: spec.identity.clone(),
        common: common(&spec.common)?,
    }))
}

fn new_server(spec: &ServerSpec, identity: Identity) -> Result<ServerContext, String> {
    let clients = match &spec.clients {
        Some(clients) => Some(ClientAuthentication {
            required: clients.required,
            trust: clients.trust_store()?,
            pins: spec.pins.clone(),
            revocation: Arc::clone(&spec.revocation),
        }),
        None => None,
    };
    ServerContext::new(ServerOptions {
        identities: ServerIdentities::new(identity).with_named(spec.named.clone()),
        clients,
        common: common(&spec.common)?,
    })
    .map_err(|failure| diagnose(&failure, &vocabulary::TLS_OPTIONS).message)
}

fn common(spec: &CommonSpec) -> Result<CommonOptions, String> {
    Ok(CommonOptions {
        versions: spec.versions,
        alpn: spec.alpn.clone(),
        groups: spec.groups.clone(),
        resumption: spec.resumption,
        key_log: key_log_file::open(&spec.key_log_path)?,
    })
}

/// Prints a warning in debug builds, and an error in a released game, whose log shows it.
fn warn_of_unsafe_client(call: Arguments<'_>, is_ours: bool) {
    let prefix = if is_ours { "Rustls" } else { "" };
    let message = format!(
        "{call} uses {prefix}TLSOptions.client_unsafe() without a trusted chain, which accepts every certificate: anyone on the network path can read and change the data. Never ship this."
    );
    if Os::singleton().is_debug_build() {
        warn(&message);
    } else {
        report(&message);
    }
}

fn lock(cache: &Mutex<ConfigCache>) -> MutexGuard<'_, ConfigCache> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}
