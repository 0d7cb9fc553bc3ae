//! Packed byte arrays that the runtime's threads fill and read, so that the main thread never copies a body.
//!
//! An array is a value in the engine's memory, not an object: its allocator and its reference count are made for
//! several threads. Only the end of the engine has to be kept away from them.

use std::mem::ManuallyDrop;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use godot::builtin::PackedByteArray;

/// Whether the engine's memory is there.
static OPEN: RwLock<bool> = RwLock::new(false);

/// Room that an announced length alone may claim; more only comes with the bytes.
const TRUSTED_LENGTH: u64 = 64 * 1024 * 1024;

/// From now on arrays may be used. Once, when the library is loaded.
pub(crate) fn open() {
    *OPEN.write().unwrap_or_else(PoisonError::into_inner) = true;
}

/// From now on no other thread touches an array. Waits for one that just copies a piece.
pub(super) fn close() {
    *OPEN.write().unwrap_or_else(PoisonError::into_inner) = false;
}

fn is_open() -> Option<RwLockReadGuard<'static, bool>> {
    let guard = OPEN.read().unwrap_or_else(PoisonError::into_inner);
    guard.then_some(guard)
}

/// An array that belongs to whoever holds this, on any thread.
pub(crate) struct Bytes {
    /// Made with the first byte: even an empty one is the engine's work.
    array: Option<ManuallyDrop<PackedByteArray>>,
    /// The array has room beyond.
    length: usize,
}

// SAFETY: an array owns its memory, whose reference count is atomic; several threads never have the same `Bytes`.
// All uses but `into_array` hold the gate, so that the engine is there.
unsafe impl Send for Bytes {}
// SAFETY: shared, it only gives a slice of memory that nobody changes: a script that writes into an array it shares
// gets a copy of its own.
unsafe impl Sync for Bytes {}

impl Bytes {
    /// None yet. The engine may be gone.
    pub(crate) fn new() -> Self {
        Self {
            array: None,
            length: 0,
        }
    }

    /// Those of a script's array, without copying them.
    pub(crate) fn of(array: PackedByteArray) -> Self {
        Self {
            length: array.len(),
            array: Some(ManuallyDrop::new(array)),
        }
    }

    /// While the gate is held.
    fn array(&mut self) -> &mut PackedByteArray {
        self.array.get_or_insert_default()
    }

    /// Makes room for a length that was announced.
    pub(crate) fn expect(&mut self, length: u64) {
        let room = usize::try_from(length.min(TRUSTED_LENGTH)).unwrap_or_default();
        if let Some(_gate) = is_open().filter(|_| room > self.length)
            && room > self.array().len()
        {
            self.array().resize(room);
        }
    }

    /// Adds a piece; false when there is no memory for it or the engine is gone.
    pub(crate) fn push(&mut self, piece: &[u8]) -> bool {
        let Some(_gate) = is_open() else {
            return false;
        };
        let (start, end) = (self.length, self.length + piece.len());
        let array = self.array();
        if end > array.len() {
            // In large steps: growing may move everything.
            array.resize(end.max(start + start / 2));
        }
        let Some(room) = array.as_mut_slice().get_mut(start..end) else {
            return false;
        };
        room.copy_from_slice(piece);
        self.length = end;
        true
    }

    /// Gives back what was claimed and not filled, while the main thread does other things.
    pub(crate) fn trim(&mut self) {
        let length = self.length;
        if let (Some(_gate), Some(array)) = (is_open(), &mut self.array)
            && array.len() > length
        {
            array.resize(length);
        }
    }

    /// On the main thread.
    pub(crate) fn into_array(mut self) -> PackedByteArray {
        self.trim();
        std::mem::take(self.array())
    }
}

impl AsRef<[u8]> for Bytes {
    /// On the main thread: whoever sends them keeps the slice.
    fn as_ref(&self) -> &[u8] {
        let array = self.array.as_ref().map(|array| array.as_slice());
        array
            .and_then(|array| array.get(..self.length))
            .unwrap_or_default()
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        // Without the engine nobody frees it, and nobody needs to.
        if let (Some(_gate), Some(array)) = (is_open(), &mut self.array) {
            // SAFETY: dropped once, here; nothing uses it any more.
            unsafe { ManuallyDrop::drop(array) };
        }
    }
}
