//! Pools of connections: one for each configuration, proxies and time limit.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use godot_rustls_http::pool::Pool;
use godot_rustls_net::connector::Connector;
use godot_rustls_net::proxy::Routes;
use godot_rustls_tls::config::ClientContext;

/// Pools kept at the same time. A game has a handful of options objects.
const MAX_POOLS: usize = 32;

/// The application protocols that are offered by options that name none.
const PROTOCOLS: [&str; 2] = ["h2", "http/1.1"];

/// Connection pools, and the configurations of clients of one connection.
#[derive(Default)]
pub(crate) struct PoolCache {
    /// The pool that was used last stands last.
    pools: Mutex<Vec<Entry>>,
    /// Configurations, each with the one for HTTP/1.1 alone that was made of it.
    http1_contexts: Mutex<Vec<(Weak<ClientContext>, Arc<ClientContext>)>>,
}

struct Entry {
    /// The configuration of these connections. It is dropped when its options are dropped or
    /// changed, and the pool follows.
    context: Weak<ClientContext>,
    routes: Routes,
    connect_timeout: Option<Duration>,
    pool: Arc<Pool>,
}

impl PoolCache {
    /// Returns the pool for requests with `context`. A connection never serves under another
    /// configuration than the one it was made with.
    pub(crate) fn pool(
        &self,
        context: &Arc<ClientContext>,
        routes: &Routes,
        connect_timeout: Option<Duration>,
    ) -> Arc<Pool> {
        let mut pools = lock(&self.pools);
        pools.retain(|entry| entry.context.strong_count() > 0);
        let known = pools.iter().position(|entry| {
            entry.context.as_ptr() == Arc::as_ptr(context)
                && entry.routes == *routes
                && entry.connect_timeout == connect_timeout
        });
        if let Some(index) = known {
            let entry = pools.remove(index);
            let pool = Arc::clone(&entry.pool);
            pools.push(entry);
            return pool;
        }
        if pools.len() >= MAX_POOLS {
            pools.remove(0);
        }
        let offering = Arc::new(context.with_default_alpn(&PROTOCOLS));
        let connector = Connector::new(offering, routes.clone(), connect_timeout);
        let pool = Pool::new(connector);
        pools.push(Entry {
            context: Arc::downgrade(context),
            routes: routes.clone(),
            connect_timeout,
            pool: Arc::clone(&pool),
        });
        pool
    }

    /// Returns `context` for a client of one HTTP/1.1 connection. It is kept, so that its sessions
    /// can be resumed.
    pub(crate) fn http1_context(&self, context: &Arc<ClientContext>) -> Arc<ClientContext> {
        let mut known = lock(&self.http1_contexts);
        known.retain(|(of, _)| of.strong_count() > 0);
        if let Some((_, http1)) = known
            .iter()
            .find(|(of, _)| of.as_ptr() == Arc::as_ptr(context))
        {
            return Arc::clone(http1);
        }
        known.truncate(MAX_POOLS - 1);
        let http1 = Arc::new(context.with_http1_only());
        known.insert(0, (Arc::downgrade(context), Arc::clone(&http1)));
        http1
    }

    /// Closes the connections that no request uses.
    pub(crate) fn stop(&self) {
        lock(&self.pools).clear();
    }
}

fn lock<T>(list: &Mutex<Vec<T>>) -> MutexGuard<'_, Vec<T>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}
