//! Encrypted bytes on their way to the stream below.

use std::io::{IoSlice, Result, Write};

use godot::builtin::PackedByteArray;

use super::base_stream::BaseStream;

/// Encrypted bytes in the form that the engine's streams take. It holds memory only while bytes
/// wait.
#[derive(Default)]
pub(super) struct WriteBuffer {
    bytes: PackedByteArray,
    /// Number of these bytes: asking the engine's array is a call.
    length: usize,
    sent: usize,
}

impl WriteBuffer {
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Takes the bytes that were not sent.
    pub(super) fn take_rest(&mut self) -> Vec<u8> {
        let rest = std::mem::take(self);
        rest.bytes
            .as_slice()
            .get(rest.sent..rest.length)
            .map(<[u8]>::to_vec)
            .unwrap_or_default()
    }

    /// Sends the bytes. Returns whether the stream below took all of them. After a failure they are
    /// dropped.
    pub(super) fn send(&mut self, base: &mut BaseStream) -> std::result::Result<bool, String> {
        if self.is_empty() {
            return Ok(true);
        }
        while self.sent < self.length {
            let count = if self.sent == 0 {
                base.send(&self.bytes)
            } else {
                base.send(&self.bytes.subarray(self.sent..self.length))
            };
            match count {
                Ok(0) => return Ok(false),
                Ok(count) => self.sent += count,
                Err(reason) => {
                    *self = Self::default();
                    return Err(reason);
                }
            }
        }
        *self = Self::default();
        Ok(true)
    }
}

impl Write for WriteBuffer {
    fn write(&mut self, data: &[u8]) -> Result<usize> {
        self.write_vectored(&[IoSlice::new(data)])
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> Result<usize> {
        let before = self.length;
        let added = parts.iter().map(|part| part.len()).sum::<usize>();
        self.length += added;
        self.bytes.resize(self.length);
        let mut room = &mut self.bytes.as_mut_slice()[before..];
        for part in parts {
            let (target, rest) = room.split_at_mut(part.len());
            target.copy_from_slice(part);
            room = rest;
        }
        Ok(added)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
