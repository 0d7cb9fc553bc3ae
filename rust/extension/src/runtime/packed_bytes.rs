//! Packed byte arrays that the runtime's threads fill and read, so that the main thread never copies a body.
//!
//! An array is a value in the engine's memory, not an object: its allocator and its reference count are made for
//! several threads. Only the end of the engine has to be kept away from them.

use std::mem::ManuallyDrop;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use godot::builtin::PackedByteArray;

/// Whether the engine's memory is there. A static beside the addon: the runtime's threads drop arrays after its end.
static OPEN: RwLock<bool> = RwLock::new(false);

/// From now on arrays may be used. Once, when the library is loaded.
pub(crate) fn open() {
    *OPEN.write().unwrap_or_else(PoisonError::into_inner) = true;
}

/// From now on no other thread touches an array. Waits for one that just copies a piece.
pub(crate) fn close() {
    *OPEN.write().unwrap_or_else(PoisonError::into_inner) = false;
}

fn is_open() -> Option<RwLockReadGuard<'static, bool>> {
    let guard = OPEN.read().unwrap_or_else(PoisonError::into_inner);
    guard.then_some(guard)
}

/// Room to make for so many bytes, in large steps: growing may move everything.
fn room(length: usize, announced: usize) -> usize {
    let more = length.saturating_add(length / 2);
    if announced >= length {
        more.min(announced)
    } else {
        more
    }
}

/// An array that belongs to whoever holds this, on any thread.
pub(crate) struct Bytes {
    /// Made with the first byte: even an empty one is the engine's work.
    array: Option<ManuallyDrop<PackedByteArray>>,
    /// The array has room beyond.
    length: usize,
    /// The length that the whole is announced to have.
    announced: usize,
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
            announced: 0,
        }
    }

    /// Those of a script's array, without copying them.
    pub(crate) fn of(array: PackedByteArray) -> Self {
        Self {
            length: array.len(),
            announced: 0,
            array: Some(ManuallyDrop::new(array)),
        }
    }

    /// While the gate is held.
    fn array(&mut self) -> &mut PackedByteArray {
        self.array.get_or_insert_default()
    }

    /// Learns what the whole is announced to have. Room is made for what came alone: a server can announce anything.
    pub(crate) fn expect(&mut self, length: u64) {
        self.announced = usize::try_from(length).unwrap_or(usize::MAX);
    }

    /// Adds a piece; false when there is no memory for it or the engine is gone.
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
