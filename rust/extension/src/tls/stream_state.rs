//! State of a stream, stored outside of its object.
//!
//! The binding guards an object's fields for scripts of all threads, and wakes waiting threads
//! after each bind: one system call each time. A connection is used twice in every read, write and
//! poll, so these calls find its state by the object's id.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use godot::classes::StreamPeer;
use godot::prelude::*;
use godot_rustls_tls::diagnosis::Diagnosis;

use super::base_stream::TlsBelow;
use super::pump::Connection;
use super::status::Status;

type Streams = HashMap<InstanceId, Arc<StreamState>, BuildHasherDefault<ById>>;

// A static: every read, write and poll of a stream uses it, and each stream removes its own entry,
// also a stream that is freed after the addon's end.
static STREAMS: LazyLock<RwLock<Streams>> = LazyLock::new(RwLock::default);

/// Hasher of instance ids, which are well distributed and not chosen by an attacker.
#[derive(Default)]
struct ById(u64);

impl Hasher for ById {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        // The table takes its places from the low bits and its marks from the high ones, which only
        // count objects.
        self.0 = id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// State of one object.
#[derive(Default)]
pub(crate) struct StreamState {
    fields: Mutex<Fields>,
    /// Id under which the state is registered, once it was looked up.
    object: OnceLock<InstanceId>,
}

/// Fields of a stream.
#[derive(Default)]
pub(crate) struct Fields {
    pub(crate) status: Status,
    /// The connection, unless an operation has taken it out: the stream below is called while
    /// nothing here is locked, because it may call back.
    pub(crate) connection: Option<Box<Connection>>,
    pub(crate) stream: Option<Gd<StreamPeer>>,
    /// Number of connections so far, so that an operation notices if its own was ended meanwhile.
    pub(crate) epoch: u64,
    pub(crate) last_error: Diagnosis,
}

// SAFETY: only the engine's stream below is not `Send` by itself, and its references are counted
// atomically. Scripts must use a stream and those below it from one thread at a time, as with the
// engine's own; the lock protects these fields.
unsafe impl Send for Fields {}

impl TlsBelow for StreamState {
    fn is_connected(&self) -> bool {
        Self::is_connected(self)
    }
}

impl StreamState {
    /// Returns the state of an object; `own` reads it from the object the first time.
    pub(crate) fn of(id: InstanceId, own: impl FnOnce() -> Arc<Self>) -> Arc<Self> {
        let known = STREAMS.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = known.get(&id) {
            return Arc::clone(state);
        }
        drop(known);
        let state = own();
        let _ = state.object.set(id);
        let mut all = STREAMS.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(id, Arc::clone(&state));
        state
    }

    /// Removes the state of an object that is freed. An operation that still has it is the last.
    pub(crate) fn forget(&self) {
        if let Some(id) = self.object.get() {
            let mut all = STREAMS.write().unwrap_or_else(PoisonError::into_inner);
            all.remove(id);
        }
    }

    /// Locks the fields. While the guard is held, nothing may be called or dropped that could call
    /// back into the stream.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Fields> {
        self.fields.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.status() == Status::Connected
    }

    pub(crate) fn status(&self) -> Status {
        self.lock().status
    }

    /// Calls `read` with the connection, unless there is none or an operation has taken it out.
    pub(crate) fn inspect<T>(&self, read: impl FnOnce(&Connection) -> T) -> Option<T> {
        self.lock().connection.as_deref().map(read)
    }
}
