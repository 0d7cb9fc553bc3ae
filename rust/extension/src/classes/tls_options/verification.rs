//! Verdicts about certificate chains that a script asks for.

use godot::prelude::*;
use godot_rustls_pki::pem::read_bundle;
use godot_rustls_tls::diagnosis::diagnose;

use super::RustlsTLSOptions;
use crate::addon::addon;
use crate::engine::convert::unix_time;
use crate::engine::shared_objects::with_bound;
use crate::options::config_cache;
use crate::vocabulary;

/// Checks a chain, leaf first, as a connection with these options would.
pub(super) fn verify(
    this: &Gd<RustlsTLSOptions>,
    chain_pem: &str,
    server_name: &str,
    seconds: i64,
) -> Result<(), String> {
    if with_bound(this, RustlsTLSOptions::is_server) {
        return Err("expected client options: only a client verifies a server's chain".to_owned());
    }
    // Nothing is bound while the default trusted roots are read, which may print a message.
    let spec = with_bound(this, RustlsTLSOptions::client_spec)?;
    let context = config_cache::temporary_client(&addon().default_trust, &spec)?;
    let now = unix_time(seconds)?;
    let chain = read_bundle(chain_pem.as_bytes());
    if let Some(problem) = chain.problems.first() {
        return Err(format!("the chain cannot be read: {problem}"));
    }
    context
        .verify(&chain.certificates, server_name, now)
        .map_err(|failure| diagnose(&failure, &vocabulary::TLS_OPTIONS).message)
}
