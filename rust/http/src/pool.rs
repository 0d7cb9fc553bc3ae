//! Connections that are kept and used again, for one configuration.

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

/// How long a connection is kept that nobody uses. Servers usually close theirs after a minute or more.
const KEPT_FOR: Duration = Duration::from_secs(50);

/// How long a kept connection serves a request that is not idempotent, when the server does not say how long it keeps it:
/// no server closes one that soon.
const FRESH_FOR: Duration = Duration::from_secs(2);

/// Idle connections kept for one server.
const MOST_IDLE: usize = 32;

/// Connections to one server that are being made at the same time. Whoever comes beyond that first waits for one that
/// becomes free: two hundred requests at once need no two hundred handshakes.
const MOST_CONNECTING: usize = 8;

/// How long such a wait may be while nothing happens: no connection came free, none was made. After that a further one is
/// made, so that a handshake that hangs holds up nobody. Longer than handshakes with servers far away, or all who wait
/// would begin one together.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// All connections of one configuration.
#[derive(Debug)]
pub struct Pool {
    connector: Connector,
    kept_for: Duration,
    origins: Mutex<HashMap<Origin, Arc<Server>>>,
}

/// Connections to one server.
#[derive(Debug)]
struct Server {
    kept: Mutex<Kept>,
    kept_for: Duration,
    /// Somebody gave a connection back, or made one that several can use.
    freed: Notify,
    /// One at first: it shows whether the server speaks HTTP/2, where one is enough for all.
    connecting: Semaphore,
    /// Counts what those who wait may hope for: connections that came free or were made, or could not be.
    moved: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    idle: VecDeque<Idle>,
    shared: Option<Http2>,
    /// Until the first connection, one is made at a time.
    is_known: bool,
    /// A task looks after what nobody uses. One is enough for all.
    is_swept: bool,
}

/// A connection that nobody uses.
#[derive(Debug)]
struct Idle {
    connection: Http1,
    last_use: LastUse,
    /// How long its server lets it be used again.
    server_keeps: Option<Duration>,
}

/// Which kept connections a request may go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reuse {
    /// All: if the server is just closing it, the request is retried.
    Any,
    /// Those that the server is not about to close.
    Fresh,
    /// None but those that are shared, where the server says what it did not begin.
    Never,
}

impl Reuse {
    /// `may_repeat`: one that is not idempotent may be retried too.
    pub(super) fn of(is_idempotent: bool, may_repeat: bool) -> Self {
        match (is_idempotent, may_repeat) {
            (true, _) => Self::Any,
            (false, true) => Self::Fresh,
            (false, false) => Self::Never,
        }
    }

    /// Whether a connection will do that was not used for `age`. `server_keeps` holds already.
    fn suits(self, age: Duration, server_keeps: Option<Duration>) -> bool {
        match self {
            Self::Any => true,
            Self::Fresh => server_keeps.is_some() || age < FRESH_FOR,
            Self::Never => false,
        }
    }
}

impl Idle {
    fn is_usable(&self, kept_for: Duration) -> bool {
        let limit = self.server_keeps.unwrap_or(kept_for).min(kept_for);
        self.last_use.age() < limit && self.connection.is_ready()
    }

    fn suits(&self, reuse: Reuse) -> bool {
        reuse.suits(self.last_use.age(), self.server_keeps)
    }
}

impl Kept {
    /// Lets go what nobody used for long, and what is closed.
    fn sweep(&mut self, kept_for: Duration) {
        self.idle.retain(|idle| idle.is_usable(kept_for));
        self.shared.take_if(|shared| !shared.is_usable(kept_for));
    }

    fn is_empty(&self) -> bool {
        self.idle.is_empty() && self.shared.is_none()
    }
}

impl Pool {
    /// An empty one.
    pub fn new(connector: Connector) -> Arc<Self> {
        Self::keeping_for(connector, KEPT_FOR)
    }

    /// One that keeps its connections for that long.
    pub(super) fn keeping_for(connector: Connector, kept_for: Duration) -> Arc<Self> {
        Arc::new(Self {
            connector,
            kept_for,
            origins: Mutex::default(),
        })
    }

    /// A connection that is free for a request: a kept one if there is, else a new one.
    pub(super) async fn connection(
        self: &Arc<Self>,
        origin: &Origin,
        reuse: Reuse,
        phase: &PhaseCell,
    ) -> Result<Connection, FetchError> {
        let server = self.server(origin);
        if let Some(connection) = server.take(reuse) {
            return Ok(connection);
        }
        let _permit = match server.wait(reuse).await {
            Turn::Kept(connection) => return Ok(connection),
            Turn::Make(permit) => permit,
        };
        let connection = Connection::make(&self.connector, origin, phase).await;
        self.learn(&server, connection.as_ref().ok());
        connection
    }

    /// A connection of its own, whatever is kept: the kept one turned out to be closed.
    pub(super) async fn new_connection(
        self: &Arc<Self>,
        origin: &Origin,
        phase: &PhaseCell,
    ) -> Result<Connection, FetchError> {
        let connection = Connection::make(&self.connector, origin, phase).await;
        self.learn(&self.server(origin), connection.as_ref().ok());
        connection
    }

    /// Gives a shared connection to nobody any more: its server ends it.
    pub(super) fn retire(&self, origin: &Origin, facts: &Arc<PeerFacts>) {
        let server = self.server(origin);
        let shared = &mut server.lock().shared;
        if shared
            .as_ref()
            .is_some_and(|shared| Arc::ptr_eq(&shared.facts, facts))
        {
            *shared = None;
        }
    }

    /// A connection whose response, with these headers, is being read.
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

    fn learn(self: &Arc<Self>, server: &Arc<Server>, made: Option<&Connection>) {
        server.learn(made);
        self.look_after(server);
    }

    fn keep(self: &Arc<Self>, origin: &Origin, idle: Idle) {
        if !idle.is_usable(self.kept_for) {
            return;
        }
        let server = self.server(origin);
        let mut kept = server.lock();
        kept.idle.push_back(idle);
        if kept.idle.len() > MOST_IDLE {
            kept.idle.pop_front();
        }
        drop(kept);
        server.moved.fetch_add(1, Ordering::Relaxed);
        server.freed.notify_one();
        self.look_after(&server);
    }

    /// Lets a task close what nobody uses, unless one does.
    fn look_after(self: &Arc<Self>, server: &Arc<Server>) {
        let mut kept = server.lock();
        if !kept.is_swept && !kept.is_empty() {
            kept.is_swept = true;
            tokio::spawn(close_idle(Arc::downgrade(self), Arc::downgrade(server)));
        }
    }

    fn server(&self, origin: &Origin) -> Arc<Server> {
        let mut origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = origins.get(origin) {
            return Arc::clone(server);
        }
        // A crawler meets many servers once.
        origins.retain(|_, server| Arc::strong_count(server) > 1 || server.is_in_use());
        let server = Arc::new(Server {
            kept: Mutex::default(),
            kept_for: self.kept_for,
            freed: Notify::new(),
            connecting: Semaphore::new(1),
            moved: AtomicU64::new(0),
        });
        origins.insert(origin.clone(), Arc::clone(&server));
        server
    }
}

/// A connection that comes back when its answer was read. A shared one counts as used until then.
pub(super) struct Lease {
    pool: Weak<Pool>,
    origin: Origin,
    connection: Connection,
    server_keeps: Option<Duration>,
}

impl Lease {
    /// Others use it at the same time: there is nothing to give back.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self.connection, Connection::Http2(_))
    }

    /// If it is shared, gives it to nobody else.
    pub(super) fn retire(&self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.retire(&self.origin, self.connection.facts());
        }
    }

    /// Keeps the connection for the next request, if the server does.
    pub(super) async fn release(self) {
        let Connection::Http1(mut connection) = self.connection else {
            return;
        };
        // Before the wait: the server counts from its response.
        let last_use = LastUse::now();
        let is_ready = timeout(LONGEST_WAIT, connection.ready()).await;
        if let (Ok(true), Some(pool)) = (is_ready, self.pool.upgrade()) {
            let idle = Idle {
                connection,
                last_use,
                server_keeps: self.server_keeps,
            };
            pool.keep(&self.origin, idle);
        }
    }
}

/// What a request that waits comes to.
enum Turn<'a> {
    Kept(Connection),
    Make(Option<tokio::sync::SemaphorePermit<'a>>),
}

impl Server {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a connection that comes free, or for one's turn to make one. Only the waiting is cut short by its time:
    /// what is being made later belongs to its request alone. Who waits no longer must not stand in the queues.
    async fn wait(&self, reuse: Reuse) -> Turn<'_> {
        let mut turn = pin!(async {
            loop {
                let freed = self.freed.notified();
                tokio::select! {
                    // Whoever cannot use it must not take the news of it from those who can.
                    () = freed, if reuse != Reuse::Never => {
                        if let Some(connection) = self.take(reuse) {
                            return Turn::Kept(connection);
                        }
                    }
                    permit = self.connecting.acquire() => {
                        return match self.take(reuse) {
                            Some(connection) => Turn::Kept(connection),
                            None => Turn::Make(permit.ok()),
                        };
                    }
                }
            }
        });
        loop {
            let before = self.moved.load(Ordering::Relaxed);
            match timeout(LONGEST_WAIT, &mut turn).await {
                Ok(turn) => return turn,
                Err(_) if self.moved.load(Ordering::Relaxed) != before => {}
                Err(_) => return Turn::Make(None),
            }
        }
    }

    /// A connection that lives still, the one used last first.
    fn take(&self, reuse: Reuse) -> Option<Connection> {
        let mut kept = self.lock();
        kept.sweep(self.kept_for);
        if let Some(shared) = &kept.shared {
            return Some(Connection::Http2(shared.again()));
        }
        let place = kept.idle.iter().rposition(|idle| idle.suits(reuse))?;
        let idle = kept.idle.remove(place)?;
        Some(Connection::Http1(idle.connection.used_again()))
    }

    /// Remembers what a connection that was just made shows. None when it failed: the others need not wait for that
    /// one after another.
    fn learn(&self, made: Option<&Connection>) {
        let mut kept = self.lock();
        if let Some(Connection::Http2(connection)) = made {
            kept.shared = Some(connection.clone());
        }
        let was_known = std::mem::replace(&mut kept.is_known, true);
        drop(kept);
        self.moved.fetch_add(1, Ordering::Relaxed);
        if !was_known {
            self.connecting.add_permits(MOST_CONNECTING - 1);
        }
        if matches!(made, Some(Connection::Http2(_))) {
            self.freed.notify_waiters();
        }
    }

    fn is_in_use(&self) -> bool {
        let mut kept = self.lock();
        kept.sweep(self.kept_for);
        !kept.is_empty()
    }
}

/// Closes what nobody used for long, until nothing is left.
async fn close_idle(pool: Weak<Pool>, server: Weak<Server>) {
    loop {
        let Some(kept_for) = server.upgrade().map(|server| server.kept_for) else {
            return;
        };
        tokio::time::sleep(kept_for / 4).await;
        let (Some(_), Some(server)) = (pool.upgrade(), server.upgrade()) else {
            return;
        };
        let mut kept = server.lock();
        kept.sweep(kept_for);
        if kept.is_empty() {
            kept.is_swept = false;
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
