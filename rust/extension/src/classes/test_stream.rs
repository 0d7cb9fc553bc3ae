//! An underlying stream that misbehaves on purpose. Only in test builds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use godot::classes::{IStreamPeerExtension, StreamPeerExtension};
use godot::global::Error;
use godot::meta::conv::RawPtr;
use godot::prelude::*;

/// One direction of a pair.
#[derive(Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    is_closed: bool,
}

/// One end of a connection in memory that delivers, takes and lies as told. For tests only.
#[derive(GodotClass)]
#[class(tool, init, base=StreamPeerExtension)]
pub(crate) struct RustlsTestStream {
    /// Bytes that one read delivers at most; 0 is no limit.
    #[var]
    max_read: i64,
    /// Bytes that one write takes at most; 0 is no limit.
    #[var]
    max_write: i64,
    /// Every so-manieth read delivers nothing; 0 is never.
    #[var]
    zero_reads: i64,
    /// Bytes that may wait for the other end before writes take none; 0 is no limit.
    #[var]
    capacity: i64,
    /// 0 none, 1 a read claims more than asked for, 2 a write claims more than given, 3 negative
    /// counts, 4 reads fail, 5 writes fail.
    #[var]
    lie: i64,
    reads: i64,
    incoming: Arc<Mutex<Pipe>>,
    outgoing: Arc<Mutex<Pipe>>,
    base: Base<StreamPeerExtension>,
}

#[godot_api]
impl RustlsTestStream {
    /// Makes two connected ends.
    #[func]
    fn pair() -> Array<Gd<RustlsTestStream>> {
        let (one, two) = (Self::new_gd(), Self::new_gd());
        let (mut a, mut b) = (one.clone(), two.clone());
        b.bind_mut().incoming = Arc::clone(&a.bind().outgoing);
        a.bind_mut().incoming = Arc::clone(&b.bind().outgoing);
        array![&one, &two]
    }

    /// Ends both directions; what was sent can still be read.
    #[func]
    fn close(&mut self) {
        lock(&self.outgoing).is_closed = true;
        lock(&self.incoming).is_closed = true;
    }

    fn read(&mut self, buffer: &mut [u8]) -> (Error, i32) {
        self.reads += 1;
        match self.lie {
            1 => return (Error::OK, as_count(buffer.len()).saturating_add(1000)),
            3 => return (Error::OK, -5),
            4 => return (Error::ERR_CONNECTION_ERROR, 0),
            _ => {}
        }
        let mut pipe = lock(&self.incoming);
        if pipe.bytes.is_empty() && pipe.is_closed {
            return (Error::ERR_FILE_EOF, 0);
        }
        if self.zero_reads > 0 && self.reads % self.zero_reads == 0 {
            return (Error::OK, 0);
        }
        let count = limit(self.max_read, buffer.len()).min(pipe.bytes.len());
        for (slot, byte) in buffer.iter_mut().zip(pipe.bytes.drain(..count)) {
            *slot = byte;
        }
        (Error::OK, as_count(count))
    }

    fn write(&mut self, data: &[u8]) -> (Error, i32) {
        match self.lie {
            2 => return (Error::OK, as_count(data.len()).saturating_add(1000)),
            3 => return (Error::OK, -5),
            5 => return (Error::ERR_CONNECTION_ERROR, 0),
            _ => {}
        }
        let mut pipe = lock(&self.outgoing);
        if pipe.is_closed {
            return (Error::ERR_CONNECTION_ERROR, 0);
        }
        let room = limit(self.capacity, usize::MAX).saturating_sub(pipe.bytes.len());
        let count = limit(self.max_write, data.len()).min(room);
        pipe.bytes.extend(&data[..count]);
        (Error::OK, as_count(count))
    }
}

#[godot_api]
impl IStreamPeerExtension for RustlsTestStream {
    fn get_available_bytes(&self) -> i32 {
        as_count(lock(&self.incoming).bytes.len())
    }

    unsafe fn get_partial_data_rawptr(
        &mut self,
        buffer: RawPtr<*mut u8>,
        bytes: i32,
        received: RawPtr<*mut i32>,
    ) -> Error {
        let length = usize::try_from(bytes).unwrap_or(0);
        // SAFETY: the engine passes a buffer of `bytes` bytes and a place for the count.
        let (buffer, received) = unsafe {
            (
                std::slice::from_raw_parts_mut(buffer.ptr(), length),
                &mut *received.ptr(),
            )
        };
        let (error, count) = self.read(buffer);
        *received = count;
        error
    }

    unsafe fn put_partial_data_rawptr(
        &mut self,
        data: RawPtr<*const u8>,
        bytes: i32,
        sent: RawPtr<*mut i32>,
    ) -> Error {
        let length = usize::try_from(bytes).unwrap_or(0);
        // SAFETY: the engine passes `bytes` bytes of data and a place for the count.
        let (data, sent) = unsafe {
            (
                std::slice::from_raw_parts(data.ptr(), length),
                &mut *sent.ptr(),
            )
        };
        let (error, count) = self.write(data);
        *sent = count;
        error
    }
}

fn limit(limit: i64, otherwise: usize) -> usize {
    usize::try_from(limit)
        .ok()
        .filter(|limit| *limit > 0)
        .map_or(otherwise, |limit| limit.min(otherwise))
}

fn as_count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn lock(pipe: &Mutex<Pipe>) -> std::sync::MutexGuard<'_, Pipe> {
    pipe.lock().unwrap_or_else(PoisonError::into_inner)
}
