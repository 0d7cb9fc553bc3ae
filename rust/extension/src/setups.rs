//! From options objects, ours or the engine's, to core configurations that are built once and shared.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use godot::classes::{RefCounted, TlsOptions};
use godot::prelude::*;
use godot_rustls_core::config::{ClientSetup, ServerSetup};
use godot_rustls_core::identity::Identity;
use godot_rustls_core::options::{ClientOptions, ServerOptions, Verification, VersionRange};
use godot_rustls_core::pem::read_private_key;
use godot_rustls_core::trust::TrustStore;
use zeroize::Zeroizing;

use crate::classes::RustlsTLSOptions;
use crate::engine_objects::{certificate_bytes, certificates, private_key_text};
use crate::trust::default_trust;

/// Everything that makes one client's configuration differ from another's.
#[derive(Clone, PartialEq)]
pub(crate) struct ClientSpec {
    /// The user's own chain as bytes, or the default trust.
    pub(crate) own_trust: Option<Vec<u8>>,
    pub(crate) verification: Verification,
    pub(crate) common_name_override: String,
    pub(crate) versions: VersionRange,
}

/// Everything that makes one server's configuration differ from another's.
#[derive(Clone, PartialEq)]
pub(crate) struct ServerSpec {
    pub(crate) key: Zeroizing<String>,
    pub(crate) certificate: Vec<u8>,
    pub(crate) versions: VersionRange,
}

/// Which side a set of options is for.
pub(crate) enum Spec {
    Client(ClientSpec),
    Server(ServerSpec),
}

/// The last configurations of one owner. Equal options give the same configuration, and so may resume the
/// same sessions; any change starts a new one.
#[derive(Default)]
pub(crate) struct SetupCache {
    clients: VecDeque<(ClientSpec, Arc<ClientSetup>)>,
    servers: VecDeque<(ServerSpec, Arc<ServerSetup>)>,
}

/// Configurations kept for all of the engine's own options objects and for null together. They are told
/// apart by content alone; a game has a handful.
const KEPT_SHARED: usize = 16;

/// One object of ours has one configuration at a time.
const KEPT_OWN: usize = 1;

const UNSAFE_WARNING: &str = "client_unsafe() without a trusted chain accepts every certificate: anybody on the way can read and change the data. Never ship it.";

static SHARED: Mutex<SetupCache> = Mutex::new(SetupCache {
    clients: VecDeque::new(),
    servers: VecDeque::new(),
});

impl SetupCache {
    /// The configuration for `spec`, whose trust is `default` when it has none of its own, and whether it is new.
    fn client(
        &mut self,
        spec: ClientSpec,
        default: Option<Arc<TrustStore>>,
        capacity: usize,
    ) -> (Arc<ClientSetup>, bool) {
        let known = self.clients.iter().find(|(known, setup)| {
            *known == spec
                && default
                    .as_ref()
                    .is_none_or(|trust| Arc::ptr_eq(trust, &setup.options().trust))
        });
        if let Some((_, setup)) = known {
            return (Arc::clone(setup), false);
        }
        let setup = Arc::new(new_client(&spec, default));
        // An older configuration for the same options is one of a trust that was replaced.
        self.clients.retain(|(known, _)| *known != spec);
        self.clients.truncate(capacity.saturating_sub(1));
        self.clients.push_front((spec, Arc::clone(&setup)));
        (setup, true)
    }

    fn server(&mut self, spec: ServerSpec, capacity: usize) -> Result<Arc<ServerSetup>, String> {
        if let Some((_, setup)) = self.servers.iter().find(|(known, _)| *known == spec) {
            return Ok(Arc::clone(setup));
        }
        let bundle = certificates(&spec.certificate);
        if let (true, Some(problem)) = (bundle.certificates.is_empty(), bundle.problems.first()) {
            return Err(format!("the certificate cannot be used: {problem}"));
        }
        let key = read_private_key(&spec.key)?;
        let identity = Identity::new(&bundle.certificates, key)?;
        let options = ServerOptions {
            identity,
            versions: spec.versions,
        };
        let setup = Arc::new(ServerSetup::new(options).map_err(|diagnosis| diagnosis.message)?);
        self.servers.truncate(capacity.saturating_sub(1));
        self.servers.push_front((spec, Arc::clone(&setup)));
        Ok(setup)
    }
}

/// The configuration for a client with `options`: ours, the engine's, or null for the defaults.
pub(crate) fn client_setup(options: Option<Gd<RefCounted>>) -> Result<Arc<ClientSetup>, String> {
    let (spec, ours) = spec_of(options)?;
    match spec {
        Spec::Server(_) => {
            Err("these are server options: a client needs RustlsTLSOptions.client()".to_owned())
        }
        Spec::Client(spec) => {
            // Whatever may print comes before and after the locks: a script may listen.
            let default = default_trust_for(&spec);
            let is_own = default.is_none();
            let (setup, is_new) = match ours {
                Some(mut ours) => ours.bind_mut().cache.client(spec, default, KEPT_OWN),
                None => shared().client(spec, default, KEPT_SHARED),
            };
            if is_new {
                warn_about(setup.options(), is_own);
            }
            Ok(setup)
        }
    }
}

/// A configuration for one question, kept by nobody.
pub(crate) fn temporary_client(spec: &ClientSpec) -> ClientSetup {
    new_client(spec, default_trust_for(spec))
}

/// The default trust is read only when somebody needs it.
fn default_trust_for(spec: &ClientSpec) -> Option<Arc<TrustStore>> {
    spec.own_trust.is_none().then(default_trust)
}

fn new_client(spec: &ClientSpec, default: Option<Arc<TrustStore>>) -> ClientSetup {
    let own = || TrustStore::of_own(certificates(spec.own_trust.as_deref().unwrap_or_default()));
    ClientSetup::new(ClientOptions {
        trust: default.unwrap_or_else(|| Arc::new(own())),
        verification: spec.verification,
        common_name_override: spec.common_name_override.clone(),
        versions: spec.versions,
    })
}

/// What options that work should still not do, once.
fn warn_about(options: &ClientOptions, trust_is_own: bool) {
    if options.verification == Verification::Nothing {
        godot::global::push_warning(&[UNSAFE_WARNING.to_variant()]);
    }
    // The default trust said so when it was read.
    if let Some(problem) = options.trust.private_key_problem().filter(|_| trust_is_own) {
        crate::convert::report(problem);
    }
}

/// The configuration for a server with `options`, ours or the engine's.
pub(crate) fn server_setup(options: Option<Gd<RefCounted>>) -> Result<Arc<ServerSetup>, String> {
    if options.is_none() {
        return Err(
            "a server needs options: make them with RustlsTLSOptions.server(key, certificate)"
                .to_owned(),
        );
    }
    let (spec, ours) = spec_of(options)?;
    match spec {
        Spec::Client(_) => Err(
            "these are client options: a server needs RustlsTLSOptions.server(key, certificate)"
                .to_owned(),
        ),
        Spec::Server(spec) => match ours {
            Some(mut ours) => ours.bind_mut().cache.server(spec, KEPT_OWN),
            None => shared().server(spec, KEPT_SHARED),
        },
    }
}

/// Why `options` cannot be used, without keeping anything.
pub(crate) fn check(spec: Spec) -> Result<(), String> {
    match spec {
        Spec::Client(spec) => match spec.own_trust {
            Some(bytes) => match certificates(&bytes) {
                bundle if bundle.certificates.is_empty() => {
                    let why = bundle
                        .problems
                        .first()
                        .map_or("the trusted chain is empty", String::as_str);
                    Err(format!("no certificate is trusted: {why}"))
                }
                _ => Ok(()),
            },
            None => Ok(()),
        },
        Spec::Server(spec) => SetupCache::default().server(spec, KEPT_OWN).map(|_| ()),
    }
}

fn shared() -> std::sync::MutexGuard<'static, SetupCache> {
    SHARED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spec_of(
    options: Option<Gd<RefCounted>>,
) -> Result<(Spec, Option<Gd<RustlsTLSOptions>>), String> {
    let Some(options) = options else {
        return Ok((Spec::Client(default_client()?), None));
    };
    let options = match options.try_cast::<RustlsTLSOptions>() {
        Ok(ours) => {
            let spec = ours.bind().spec()?;
            return Ok((spec, Some(ours)));
        }
        Err(other) => other,
    };
    match options.try_cast::<TlsOptions>() {
        Ok(engine) => Ok((engine_spec(&engine)?, None)),
        Err(other) => Err(format!(
            "the options are a {}: pass a RustlsTLSOptions or the engine's TLSOptions",
            other.get_class()
        )),
    }
}

/// The versions for options that name none: both, as far as the engine's setting allows.
pub(crate) fn allowed(range: VersionRange) -> Result<VersionRange, String> {
    range
        .limited_by(crate::project_settings::is_tls_1_3_enabled())
        .map_err(|diagnosis| diagnosis.message)
}

fn default_client() -> Result<ClientSpec, String> {
    Ok(ClientSpec {
        own_trust: None,
        verification: Verification::Full,
        common_name_override: String::new(),
        versions: allowed(VersionRange::default())?,
    })
}

fn engine_spec(options: &Gd<TlsOptions>) -> Result<Spec, String> {
    let versions = allowed(VersionRange::default())?;
    if options.is_server() {
        let key = options
            .get_private_key()
            .ok_or("the options have no private key")?;
        let certificate = options
            .get_own_certificate()
            .ok_or("the options have no certificate")?;
        return Ok(Spec::Server(ServerSpec {
            key: private_key_text(&key)?,
            certificate: certificate_bytes(&certificate)?,
            versions,
        }));
    }
    let chain = options.get_trusted_ca_chain();
    Ok(Spec::Client(ClientSpec {
        verification: verification(options.is_unsafe_client(), chain.is_some()),
        own_trust: chain.map(|chain| certificate_bytes(&chain)).transpose()?,
        common_name_override: options.get_common_name_override().to_string(),
        versions,
    }))
}

/// What an unsafe client still checks: with a chain all but the name, without one nothing.
pub(crate) fn verification(is_unsafe: bool, has_chain: bool) -> Verification {
    match (is_unsafe, has_chain) {
        (false, _) => Verification::Full,
        (true, true) => Verification::ChainOnly,
        (true, false) => Verification::Nothing,
    }
}
