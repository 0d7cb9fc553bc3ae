//! Conversion of options objects, the addon's or the engine's, into configurations.

use std::fmt::Arguments;
use std::sync::Arc;

use godot::classes::{RefCounted, TlsOptions};
use godot::prelude::*;
use godot_rustls_tls::config::{ClientContext, ServerContext};

use super::RustlsTLSOptions;
use crate::addon::addon;
use crate::engine::convert::warn;
use crate::engine::shared_objects::with_bound;
use crate::options::config_cache::{self, OwnCache};
use crate::options::options_key::{self, ClientSpec, Spec};

/// Returns the configuration for a client with `options`: the addon's, the engine's, or null for
/// the defaults. `call` is the call of the script, for warnings.
pub(crate) fn client_context(
    options: Option<Gd<RefCounted>>,
    call: Arguments<'_>,
) -> Result<Arc<ClientContext>, String> {
    let id = options.as_ref().map(Gd::instance_id);
    match spec_of(options)? {
        (Spec::Client(spec), cache) => {
            let addon = addon();
            addon
                .configs
                .client(&addon.default_trust, spec, &cache, id, call)
        }
        (Spec::Server(_), _) => {
            Err("these are server options: a client needs RustlsTLSOptions.client()".to_owned())
        }
    }
}

/// Returns the configuration for a server with `options`, the addon's or the engine's.
pub(crate) fn server_context(
    options: Option<Gd<RefCounted>>,
) -> Result<Arc<ServerContext>, String> {
    if options.is_none() {
        return Err(
            "a server needs options: make them with RustlsTLSOptions.server(key, certificate)"
                .to_owned(),
        );
    }
    match spec_of(options)? {
        (Spec::Server(spec), cache) => addon().configs.server(spec, &cache),
        (Spec::Client(_), _) => Err(
            "these are client options: a server needs RustlsTLSOptions.server(key, certificate)"
                .to_owned(),
        ),
    }
}

/// Returns why `options` cannot be used.
pub(super) fn check(options: &Gd<RustlsTLSOptions>) -> Result<(), String> {
    let spec = spec_of_ours(options)?;
    let cache = with_bound(options, |options| Arc::clone(&options.cache));
    config_cache::check(spec, &cache)
}

/// Returns the specification of an options object of the addon. Its warning is printed while
/// nothing is bound, because a script may listen.
fn spec_of_ours(options: &Gd<RustlsTLSOptions>) -> Result<Spec, String> {
    let (spec, warning) = with_bound(options, RustlsTLSOptions::spec);
    if let Some(warning) = warning {
        warn(&warning);
    }
    spec
}

/// Returns the specification of options, and the cache of an options object of the addon. The cache
/// is locked while nothing is bound: building a configuration takes long.
fn spec_of(options: Option<Gd<RefCounted>>) -> Result<(Spec, OwnCache), String> {
    let Some(options) = options else {
        return Ok((
            Spec::Client(ClientSpec::with_defaults(addon().default_trust.reloads())?),
            None,
        ));
    };
    let options = match options.try_cast::<RustlsTLSOptions>() {
        Ok(ours) => {
            let spec = spec_of_ours(&ours)?;
            let cache = with_bound(&ours, |ours| Arc::clone(&ours.cache));
            return Ok((spec, Some(cache)));
        }
        Err(other) => other,
    };
    match options.try_cast::<TlsOptions>() {
        Ok(engine) => {
            let addon = addon();
            let trust_reloads = addon.default_trust.reloads();
            let spec = options_key::of_engine(&engine, &addon.objects, trust_reloads)?;
            Ok((spec, None))
        }
        Err(other) => Err(format!(
            "the options are a {}: pass a RustlsTLSOptions or the engine's TLSOptions",
            other.get_class()
        )),
    }
}
