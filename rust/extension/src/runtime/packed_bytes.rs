//! Packed byte arrays that the runtime's threads fill and read, so that the main thread never
//! copies a body.
//!
//! An array is a value in the engine's memory, not an object: its allocator and its reference count
//! are safe to use from several threads. Only the end of the engine must be kept away from these
//! threads.

use std::mem::ManuallyDrop;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use godot::builtin::PackedByteArray;

/// True while the engine's memory exists. A static beside the addon: the runtime's threads drop
/// arrays after the addon's end.
static OPEN: RwLock<bool> = RwLock::new(false);

/// Allows arrays to be used, when the library is loaded.
pub(crate) fn open() {
    *OPEN.write().unwrap_or_else(PoisonError::into_inner) = true;
}

/// Keeps other threads from touching an array from now on. Waits for a thread that is copying a
/// piece.
pub(crate) fn close() {
    *OPEN.write().unwrap_or_else(PoisonError::into_inner) = false;
}

fn is_open() -> Option<RwLockReadGuard<'static, bool>> {
    let guard = OPEN.read().unwrap_or_else(PoisonError::into_inner);
    guard.then_some(guard)
}

/// Returns the room to make for `length` bytes. It grows in large steps, because growing may move
/// everything.
fn room(length: usize, announced: usize) -> usize {
    let more = length.saturating_add(length / 2);
    if announced >= length {
        more.min(announced)
    } else {
        more
    }
}

/// An array with one owner, which may be on any thread.
pub(crate) struct Bytes {
    /// Created with the first byte: even an empty array is made by the engine.
    array: Option<ManuallyDrop<PackedByteArray>>,
    /// Bytes that were written; the array has room beyond them.
    length: usize,
    /// The announced length of the whole body.
    announced: usize,
}

// SAFETY: an array owns its memory, whose reference count is atomic, and a `Bytes` has one owner.
// All uses but `into_array` hold the gate, so that the engine exists.
unsafe impl Send for Bytes {}
// SAFETY: a shared reference only gives a slice of memory that nobody changes: a script that writes
// into an array that it shares gets a copy of its own.
unsafe impl Sync for Bytes {}

impl Bytes {
    /// Makes an empty array, also after the engine's end.
    pub(crate) fn new() -> Self {
        Self {
            array: None,
            length: 0,
            announced: 0,
        }
    }

    /// Returns the number of bytes.
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Wraps the array of a script without copying it.
    pub(crate) fn of(array: PackedByteArray) -> Self {
        Self {
            length: array.len(),
            announced: 0,
            array: Some(ManuallyDrop::new(array)),
        }
    }

    /// Returns the array. The caller holds the gate.
    fn array(&mut self) -> &mut PackedByteArray {
        self.array.get_or_insert_default()
    }

    /// Sets the announced length of the whole. Room is made only for what arrived: a server can
    /// announce anything.
    pub(crate) fn expect(&mut self, length: u64) {
        self.announced = usize::try_from(length).unwrap_or(usize::MAX);
    }

    /// Appends a piece. Returns false if there is no memory for it or the engine is gone.
    pub(crate) fn push(&mut self, piece: &[u8]) -> bool {
        let Some(_gate) = is_open() else {
            return false;
        };
        let (start, end) = (self.length, self.length + piece.len());
        let room = room(end, self.announced);
        let array = self.array();
        if end > array.len() {
            array.resize(room);
        }
        let Some(room) = array.as_mut_slice().get_mut(start..end) else {
            return false;
        };
        room.copy_from_slice(piece);
        self.length = end;
        true
    }

    /// Releases the unused room, so that the main thread does not have to.
    pub(crate) fn trim(&mut self) {
        let length = self.length;
        if let (Some(_gate), Some(array)) = (is_open(), &mut self.array)
            && array.len() > length
        {
            array.resize(length);
        }
    }

    /// Returns the array. Only on the main thread.
    pub(crate) fn into_array(mut self) -> PackedByteArray {
        self.trim();
        std::mem::take(self.array())
    }
}

impl AsRef<[u8]> for Bytes {
    /// Returns the bytes. Only called while the engine exists: requests keep the slice while they
    /// are sent, and end with the addon.
    fn as_ref(&self) -> &[u8] {
        let array = self.array.as_ref().map(|array| array.as_slice());
        array
            .and_then(|array| array.get(..self.length))
            .unwrap_or_default()
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        // Without the engine, its memory is gone and need not be freed.
        if let (Some(_gate), Some(array)) = (is_open(), &mut self.array) {
            // SAFETY: this is the only drop, and nothing uses the array afterwards.
            unsafe { ManuallyDrop::drop(array) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn room_follows_what_came_and_an_announced_length_only_bounds_it() {
        for (length, announced, expected) in [
            (2_700, 64 << 20, 4_050),
            (2_700, 0, 4_050),
            (2_700, 2_700, 2_700),
            (2_700, 3_000, 3_000),
            (2_700, 100, 4_050),
            (0, usize::MAX, 0),
            (usize::MAX, 0, usize::MAX),
        ] {
            assert_eq!(room(length, announced), expected, "{length} of {announced}");
        }
    }
}
