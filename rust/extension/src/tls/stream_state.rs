//! The state of a stream, beside its object.
//!
//! The binding guards an object's fields for scripts of all threads, and wakes whoever may wait for them after each look:
//! one call to the system each. A connection is looked at twice in every read, write and poll, so what they need lies in a
//! state that is found by the object's id.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use godot::classes::StreamPeer;
use godot::prelude::*;
use godot_rustls_tls::diagnosis::Diagnosis;

use super::base_stream::TlsBelow;
use super::pump::Connection;
use super::status::{ConnectionState, Status};

type Streams = HashMap<InstanceId, Arc<StreamState>, BuildHasherDefault<ById>>;

// A static: every read, write and poll of a stream looks into it, and each stream removes its own entry, also one
// that is freed after the addon's end.
static STREAMS: LazyLock<RwLock<Streams>> = LazyLock::new(RwLock::default);

/// The engine's numbers are spread as they are; nobody outside chooses them.
#[derive(Default)]
struct ById(u64);

impl Hasher for ById {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        // The table takes its places from the low bits and its marks from the high ones, which count the objects alone.
        self.0 = id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// What belongs to one object.
#[derive(Default)]
pub(crate) struct StreamState {
    fields: Mutex<Fields>,
    /// Under which it can be found, once somebody looked for it.
    object: OnceLock<InstanceId>,
}

/// The fields of a stream.
#[derive(Default)]
pub(crate) struct Fields {
    pub(crate) status: Status,
    /// The connection, unless an operation has it out: the stream below is called while nothing here is locked, since
    /// it may call back.
    pub(crate) connection: Option<ConnectionState>,
    pub(crate) stream: Option<Gd<StreamPeer>>,
    /// Counts connections, so that an operation notices when its own was ended meanwhile.
    pub(crate) epoch: u64,
    pub(crate) last_error: Diagnosis,
}

// SAFETY: what is not `Send` by itself is the engine's stream below, whose references are counted atomically. Scripts use a
// stream and what is below it from one thread at a time, as they must with the engine's own; the lock sees to this state.
unsafe impl Send for Fields {}

impl TlsBelow for StreamState {
    fn is_connected(&self) -> bool {
        Self::is_connected(self)
    }
}

impl StreamState {
    /// Returns that of an object; `own` reads it from the object the first time.
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

    /// The object is gone: an operation that still has its state is the last.
    pub(crate) fn forget(&self) {
        if let Some(id) = self.object.get() {
            let mut all = STREAMS.write().unwrap_or_else(PoisonError::into_inner);
            all.remove(id);
        }
    }

    /// Nothing may be called or dropped while this is held that could come back here.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Fields> {
        self.fields.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.status() == Status::Connected
    }

    pub(crate) fn status(&self) -> Status {
        self.lock().status
    }

    /// Something that the connection can tell, unless there is none or an operation has it out.
    pub(crate) fn inspect<T>(&self, read: impl FnOnce(&Connection) -> T) -> Option<T> {
        match &self.lock().connection {
            Some(ConnectionState::Active(connection)) => Some(read(connection)),
            _ => None,
        }
    }
}
