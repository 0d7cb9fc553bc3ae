//! Owner of everything that lives as long as the addon is loaded.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use godot_rustls_runtime::Shutdown;

use crate::engine::object_cache::ObjectCache;
use crate::http::engine_parity;
use crate::http::pool_cache::PoolCache;
use crate::options::config_cache::SharedConfigs;
use crate::options::default_trust::DefaultTrust;
use crate::runtime::threads::Threads;
use crate::runtime::{frame_poll, packed_bytes};
use crate::tls::handshake_budget::HandshakeCount;

/// The addon between its start and its end. A static, because the engine calls the classes without
/// any context of theirs.
static ADDON: RwLock<Option<Arc<Addon>>> = RwLock::new(None);

/// Everything that lives as long as the addon is loaded.
///
/// Fields are dropped in this order: connections, the configurations that they were made with, and
/// the threads that serve them.
///
/// Nothing in here refers to an object of the engine: a script's thread that still runs at the end
/// may be the one that drops it.
pub(crate) struct Addon {
    pub(crate) pools: PoolCache,
    pub(crate) configs: SharedConfigs,
    pub(crate) default_trust: DefaultTrust,
    pub(crate) objects: ObjectCache,
    pub(crate) threads: Arc<Threads>,
    pub(crate) handshakes: HandshakeCount,
    user_agent: OnceLock<String>,
}

impl Addon {
    fn new() -> Self {
        Self {
            pools: PoolCache::default(),
            configs: SharedConfigs::default(),
            default_trust: DefaultTrust::default(),
            objects: ObjectCache::default(),
            threads: Arc::default(),
            handshakes: HandshakeCount::default(),
            user_agent: OnceLock::new(),
        }
    }

    /// Makes an addon that starts no threads.
    fn stopped() -> Self {
        let addon = Self::new();
        addon.threads.stop();
        addon
    }

    /// Returns the user agent of requests, read from the engine once.
    pub(crate) fn user_agent(&self) -> &str {
        self.user_agent.get_or_init(engine_parity::user_agent)
    }

    /// Stops what runs. Objects that wait for a result come first, since dropping them ends their
    /// requests; threads come last.
    fn stop(&self) -> Shutdown {
        let polled = frame_poll::stop();
        self.pools.stop();
        // From here on no thread touches the engine's memory.
        packed_bytes::close();
        polled.and(self.threads.stop())
    }
}

/// Makes the addon, when the library is loaded.
pub(crate) fn start() {
    frame_poll::start();
    packed_bytes::open();
    let addon = Some(Arc::new(Addon::new()));
    let before = std::mem::replace(
        &mut *ADDON.write().unwrap_or_else(PoisonError::into_inner),
        addon,
    );
    drop(before);
}

/// Stops the addon, before the library is unloaded. The library has to stay in memory for threads
/// that are at work.
pub(crate) fn stop() -> Shutdown {
    let addon = ADDON.write().unwrap_or_else(PoisonError::into_inner).take();
    addon.map_or(Shutdown::Complete, |addon| addon.stop())
}

/// Returns the addon. Objects that outlive it, and script threads that still run, get another one,
/// which starts no threads.
pub(crate) fn addon() -> Arc<Addon> {
    let running = ADDON.read().unwrap_or_else(PoisonError::into_inner).clone();
    running.unwrap_or_else(|| Arc::new(Addon::stopped()))
}
