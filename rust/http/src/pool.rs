//! A pool of connections for one configuration.

mod keep_alive;

use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::HeaderMap;
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use crate::connection::{Connection, Http1, Http2, LastUse};
use crate::error::FetchError;
use godot_rustls_net::connector::{Connector, PeerFacts};
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::PhaseCell;

/// Time for which an idle connection is kept. Servers usually close theirs after a minute or more.
const MAX_IDLE_TIME: Duration = Duration::from_secs(50);

/// Time for which an idle connection is used for requests that are not idempotent, if the server
/// does not say how long it keeps it: no server closes one that soon.
const FRESH_TIME: Duration = Duration::from_secs(2);

/// Idle connections kept for one server.
const MAX_IDLE: usize = 32;

/// Connections to one server that are being made at the same time. Further requests first wait for
/// one that becomes free: two hundred requests at once need no two hundred handshakes.
const MAX_CONNECTING: usize = 8;

/// Longest such wait without progress, when no connection was made or became free. Then a further
/// connection is made, so that a handshake that hangs delays nobody. It is longer than handshakes
/// with distant servers, so that not all waiting requests begin one together.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// All connections of one configuration.
#[derive(Debug)]
pub struct Pool {
    connector: Connector,
    max_idle_time: Duration,
    origins: Mutex<HashMap<Origin, Arc<HostPool>>>,
}

/// Connections to one server.
#[derive(Debug)]
struct HostPool {
    state: Mutex<PoolState>,
    max_idle_time: Duration,
    /// Notified when a connection became free, or a shared one was made.
    freed: Notify,
    /// One permit at first: the first connection shows whether the server speaks HTTP/2, where one
    /// is enough for all.
    connecting: Semaphore,
    /// Counts connections that became free, were made, or could not be made: the progress that
    /// waiting requests observe.
    progress: AtomicU64,
}

#[derive(Debug, Default)]
struct PoolState {
    idle: VecDeque<Idle>,
    shared: Option<Http2>,
    /// False until the first connection: until then one is made at a time.
    has_connected: bool,
    /// True while a task closes idle connections. One task is enough.
    has_reaper: bool,
}

/// Idle connection.
#[derive(Debug)]
struct Idle {
    connection: Http1,
    last_use: LastUse,
    /// Time for which the server keeps it, if it said so.
    server_keeps: Option<Duration>,
}

/// Idle connections that a request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reuse {
    /// All: the request is retried if the server is just closing the connection.
    Any,
    /// Those that the server is not about to close.
    Fresh,
    /// Only shared ones, where the server says which requests it did not process.
    Never,
}

impl Reuse {
    /// Returns the choice for a request. `may_repeat` is true if one that is not idempotent may be
    /// retried too.
    pub(super) fn of(is_idempotent: bool, may_repeat: bool) -> Self {
        match (is_idempotent, may_repeat) {
            (true, _) => Self::Any,
            (false, true) => Self::Fresh,
            (false, false) => Self::Never,
        }
    }

    /// Returns whether a connection may be used that was idle for `age`, within the time that the
    /// server keeps it.
    fn suits(self, age: Duration, server_keeps: Option<Duration>) -> bool {
        match self {
            Self::Any => true,
            Self::Fresh => server_keeps.is_some() || age < FRESH_TIME,
            Self::Never => false,
        }
    }
}

impl Idle {
    fn is_usable(&self, max_idle_time: Duration) -> bool {
        let limit = self
            .server_keeps
            .unwrap_or(max_idle_time)
            .min(max_idle_time);
        self.last_use.age() < limit && self.connection.is_ready()
    }

    fn suits(&self, reuse: Reuse) -> bool {
        reuse.suits(self.last_use.age(), self.server_keeps)
    }
}

impl PoolState {
    /// Removes connections that were idle for too long or are closed.
    fn sweep(&mut self, max_idle_time: Duration) {
        self.idle.retain(|idle| idle.is_usable(max_idle_time));
        self.shared
            .take_if(|shared| !shared.is_usable(max_idle_time));
    }

    fn is_empty(&self) -> bool {
        self.idle.is_empty() && self.shared.is_none()
    }
}

impl Pool {
    /// Returns an empty pool.
    pub fn new(connector: Connector) -> Arc<Self> {
        Self::with_idle_time(connector, MAX_IDLE_TIME)
    }

    /// Returns an empty pool that keeps idle connections for that time.
    pub(super) fn with_idle_time(connector: Connector, max_idle_time: Duration) -> Arc<Self> {
        Arc::new(Self {
            connector,
            max_idle_time,
            origins: Mutex::default(),
        })
    }

    /// Returns a connection that can take a request: an idle one if there is one, or else a new
    /// one.
    pub(super) async fn connection(
        self: &Arc<Self>,
        origin: &Origin,
        reuse: Reuse,
        phase: &PhaseCell,
    ) -> Result<Connection, FetchError> {
        let host = self.host(origin);
        if let Some(connection) = host.take(reuse) {
            return Ok(connection);
        }
        let _permit = match host.wait(reuse).await {
            Checkout::Reused(connection) => return Ok(connection),
            Checkout::Connect(permit) => permit,
        };
        let connection = Connection::make(&self.connector, origin, phase).await;
        self.on_connected(&host, connection.as_ref().ok());
        connection
    }

    /// Returns a new connection, because an idle one turned out to be closed.
    pub(super) async fn new_connection(
        self: &Arc<Self>,
        origin: &Origin,
        phase: &PhaseCell,
    ) -> Result<Connection, FetchError> {
        let connection = Connection::make(&self.connector, origin, phase).await;
        self.on_connected(&self.host(origin), connection.as_ref().ok());
        connection
    }

    /// Removes a shared connection that its server ends.
    pub(super) fn retire(&self, origin: &Origin, facts: &Arc<PeerFacts>) {
        let host = self.host(origin);
        let shared = &mut host.lock().shared;
        if shared
            .as_ref()
            .is_some_and(|shared| Arc::ptr_eq(&shared.facts, facts))
        {
            *shared = None;
        }
    }

    /// Returns the lease of a connection whose response, with these headers, is being read.
    pub(super) fn lease(
        self: &Arc<Self>,
        origin: &Origin,
        connection: Connection,
        headers: &HeaderMap,
    ) -> Lease {
        Lease {
            pool: Arc::downgrade(self),
            origin: origin.clone(),
            connection,
            server_keeps: keep_alive::usable_for(headers),
        }
    }

    fn on_connected(self: &Arc<Self>, host: &Arc<HostPool>, made: Option<&Connection>) {
        host.on_connected(made);
        self.ensure_reaper(host);
    }

    fn put_idle(self: &Arc<Self>, origin: &Origin, idle: Idle) {
        if !idle.is_usable(self.max_idle_time) {
            return;
        }
        let host = self.host(origin);
        let mut state = host.lock();
        state.idle.push_back(idle);
        if state.idle.len() > MAX_IDLE {
            state.idle.pop_front();
        }
        drop(state);
        host.progress.fetch_add(1, Ordering::Relaxed);
        host.freed.notify_one();
        self.ensure_reaper(&host);
    }

    /// Starts the task that closes idle connections, unless it is running.
    fn ensure_reaper(self: &Arc<Self>, host: &Arc<HostPool>) {
        let mut state = host.lock();
        if !state.has_reaper && !state.is_empty() {
            state.has_reaper = true;
            tokio::spawn(reap_idle(Arc::downgrade(self), Arc::downgrade(host)));
        }
    }

    fn host(&self, origin: &Origin) -> Arc<HostPool> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = origins.get(origin) {
            return Arc::clone(host);
        }
        // A crawler uses many servers once.
        origins.retain(|_, host| Arc::strong_count(host) > 1 || host.is_in_use());
        let host = Arc::new(HostPool {
            state: Mutex::default(),
            max_idle_time: self.max_idle_time,
            freed: Notify::new(),
            connecting: Semaphore::new(1),
            progress: AtomicU64::new(0),
        });
        origins.insert(origin.clone(), Arc::clone(&host));
        host
    }
}

/// Connection that returns to the pool when its response was read. A shared one counts as used
/// until then.
pub(super) struct Lease {
    pool: Weak<Pool>,
    origin: Origin,
    connection: Connection,
    server_keeps: Option<Duration>,
}

impl Lease {
    /// Returns whether other requests use the connection at the same time, so that nothing is to be
    /// returned.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.connection, Connection::Http2(_))
    }

    /// Removes the connection from the pool if it is shared.
    pub(super) fn retire(&self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.retire(&self.origin, self.connection.facts());
        }
    }

    /// Returns the connection to the pool, if the server keeps it open.
    pub(super) async fn release(self) {
        let Connection::Http1(mut connection) = self.connection else {
            return;
        };
        // Taken before the wait: the server's time begins with its response.
        let last_use = LastUse::now();
        let is_ready = timeout(MAX_WAIT, connection.ready()).await;
        if let (Ok(true), Some(pool)) = (is_ready, self.pool.upgrade()) {
            let idle = Idle {
                connection,
                last_use,
                server_keeps: self.server_keeps,
            };
            pool.put_idle(&self.origin, idle);
        }
    }
}

/// Result of waiting for a connection.
enum Checkout<'a> {
    Reused(Connection),
    Connect(Option<tokio::sync::SemaphorePermit<'a>>),
}

impl HostPool {
    fn lock(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a connection becomes free or may be made. The time limit concerns only the
    /// waiting: a connection that is then made belongs to its request alone. A request that no
    /// longer waits must not stay in a queue.
    async fn wait(&self, reuse: Reuse) -> Checkout<'_> {
        let mut turn = pin!(async {
            loop {
                let freed = self.freed.notified();
                tokio::select! {
                    // A request that cannot use the connection must not take the notification from
                    // those that can.
                    () = freed, if reuse != Reuse::Never => {
                        if let Some(connection) = self.take(reuse) {
                            return Checkout::Reused(connection);
                        }
                    }
                    permit = self.connecting.acquire() => {
                        return match self.take(reuse) {
                            Some(connection) => Checkout::Reused(connection),
                            None => Checkout::Connect(permit.ok()),
                        };
                    }
                }
            }
        });
        loop {
            let before = self.progress.load(Ordering::Relaxed);
            match timeout(MAX_WAIT, &mut turn).await {
                Ok(turn) => return turn,
                Err(_) if self.progress.load(Ordering::Relaxed) != before => {}
                Err(_) => return Checkout::Connect(None),
            }
        }
    }

    /// Takes an open connection, the one that was used last first.
    fn take(&self, reuse: Reuse) -> Option<Connection> {
        let mut state = self.lock();
        state.sweep(self.max_idle_time);
        if let Some(shared) = &state.shared {
            return Some(Connection::Http2(shared.again()));
        }
        let place = state.idle.iter().rposition(|idle| idle.suits(reuse))?;
        let idle = state.idle.remove(place)?;
        Some(Connection::Http1(idle.connection.used_again()))
    }

    /// Records what a new connection shows. `None` means that it failed: the waiting requests need
    /// not find that out one after another.
    fn on_connected(&self, made: Option<&Connection>) {
        let mut state = self.lock();
        if let Some(Connection::Http2(connection)) = made {
            state.shared = Some(connection.clone());
        }
        let had_connected = std::mem::replace(&mut state.has_connected, true);
        drop(state);
        self.progress.fetch_add(1, Ordering::Relaxed);
        if !had_connected {
            self.connecting.add_permits(MAX_CONNECTING - 1);
        }
        if matches!(made, Some(Connection::Http2(_))) {
            self.freed.notify_waiters();
        }
    }

    fn is_in_use(&self) -> bool {
        let mut state = self.lock();
        state.sweep(self.max_idle_time);
        !state.is_empty()
    }
}

/// Closes idle connections, until none is left.
async fn reap_idle(pool: Weak<Pool>, host: Weak<HostPool>) {
    loop {
        let Some(max_idle_time) = host.upgrade().map(|host| host.max_idle_time) else {
            return;
        };
        tokio::time::sleep(max_idle_time / 4).await;
        let (Some(_), Some(host)) = (pool.upgrade(), host.upgrade()) else {
            return;
        };
        let mut state = host.lock();
        state.sweep(max_idle_time);
        if state.is_empty() {
            state.has_reaper = false;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_is_not_idempotent_wants_a_connection_that_is_fresh_or_kept_by_its_server() {
        let seconds = Duration::from_secs;
        for (age, server_keeps, expected) in [
            (seconds(1), None, [true, true, false]),
            (seconds(2), None, [true, false, false]),
            (seconds(20), None, [true, false, false]),
            (seconds(20), Some(seconds(59)), [true, true, false]),
        ] {
            let suits = [Reuse::Any, Reuse::Fresh, Reuse::Never]
                .map(|reuse| reuse.suits(age, server_keeps));
            assert_eq!(suits, expected, "{age:?}, {server_keeps:?}");
        }
        assert_eq!(Reuse::of(true, false), Reuse::Any);
        assert_eq!(Reuse::of(false, true), Reuse::Fresh);
        assert_eq!(Reuse::of(false, false), Reuse::Never);
    }
}
