//! Pools of connections: one for each configuration, way through proxies and time limit.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use godot_rustls_http::pool::Pool;
use godot_rustls_net::connector::Connector;
use godot_rustls_net::proxy::Routes;
use godot_rustls_tls::config::ClientContext;

/// Pools kept at the same time. A game has a handful of options objects.
const MOST: usize = 32;

/// What is offered by options that name no application protocols.
const PROTOCOLS: [&str; 2] = ["h2", "http/1.1"];

struct Entry {
    /// Whose connections these are. When the options are gone or changed, so is this, and the pool follows.
    setup: Weak<ClientContext>,
    routes: Routes,
    connect_timeout: Option<Duration>,
    pool: Arc<Pool>,
}

static POOLS: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// The pool for requests of `setup`. Connections never serve under another configuration than they were made with.
pub(crate) fn pool(
    setup: &Arc<ClientContext>,
    routes: &Routes,
    connect_timeout: Option<Duration>,
) -> Arc<Pool> {
    let mut pools = POOLS.lock().unwrap_or_else(PoisonError::into_inner);
    pools.retain(|entry| entry.setup.strong_count() > 0);
    let known = pools.iter().position(|entry| {
        entry.setup.as_ptr() == Arc::as_ptr(setup)
            && entry.routes == *routes
            && entry.connect_timeout == connect_timeout
    });
    if let Some(place) = known {
        // The one used last stands last.
        let entry = pools.remove(place);
        let pool = Arc::clone(&entry.pool);
        pools.push(entry);
        return pool;
    }
    if pools.len() >= MOST {
        pools.remove(0);
    }
    let offering = Arc::new(setup.with_default_alpn(&PROTOCOLS));
    let connector = Connector::new(offering, routes.clone(), connect_timeout);
    let pool = Pool::new(connector);
    pools.push(Entry {
        setup: Arc::downgrade(setup),
        routes: routes.clone(),
        connect_timeout,
        pool: Arc::clone(&pool),
    });
    pool
}

/// The configuration for a client of one connection, kept so that its sessions can be resumed.
pub(crate) fn http1_setup(setup: &Arc<ClientContext>) -> Arc<ClientContext> {
    static KNOWN: Mutex<Vec<(Weak<ClientContext>, Arc<ClientContext>)>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.retain(|(of, _)| of.strong_count() > 0);
    if let Some((_, offering)) = known
        .iter()
        .find(|(of, _)| of.as_ptr() == Arc::as_ptr(setup))
    {
        return Arc::clone(offering);
    }
    known.truncate(MOST - 1);
    let offering = Arc::new(setup.with_http1_only());
    known.insert(0, (Arc::downgrade(setup), Arc::clone(&offering)));
    offering
}

/// Closes what nobody uses, before the library goes.
pub(crate) fn stop() {
    POOLS.lock().unwrap_or_else(PoisonError::into_inner).clear();
}
