//! Destination of decrypted bytes: the engine's buffer, which is not initialised.

use godot_rustls_tls::session::Session;

/// A buffer that is filled from its beginning.
///
/// Each part is zeroed just before it is filled, which costs next to nothing, and the rest is never
/// touched: scripts ask for much more than there is.
pub(crate) struct ReadBuf<'a> {
    buffer: &'a mut [std::mem::MaybeUninit<u8>],
    filled: usize,
}

impl<'a> ReadBuf<'a> {
    pub(crate) fn new(buffer: &'a mut [std::mem::MaybeUninit<u8>]) -> Self {
        Self { buffer, filled: 0 }
    }

    /// Returns the number of bytes that were filled.
    pub(crate) fn filled(&self) -> usize {
        self.filled
    }

    /// Returns the number of bytes that are missing.
    pub(crate) fn room(&self) -> usize {
        self.buffer.len() - self.filled
    }

    /// Passes the peer's bytes to `session` and moves the decrypted bytes here, record by record,
    /// so that no more than one record waits in between. What does not fit stays in the session.
    pub(super) fn fill_through(&mut self, session: &mut Session, mut bytes: &[u8]) {
        while self.room() > 0 && !bytes.is_empty() {
            let taken = session.input_some(bytes);
            if taken == 0 {
                break;
            }
            bytes = &bytes[taken..];
            self.fill_from(session);
        }
        session.input(bytes);
    }

    /// Moves the bytes that `session` has decrypted here, as far as they fit.
    pub(super) fn fill_from(&mut self, session: &mut Session) {
        loop {
            let count = self.room().min(session.readable());
            let part = &mut self.buffer[self.filled..][..count];
            part.fill(std::mem::MaybeUninit::new(0));
            // SAFETY: the whole part was just written.
            let part = unsafe { &mut *(std::ptr::from_mut(part) as *mut [u8]) };
            match session.read(part) {
                0 => return,
                moved => self.filled += moved,
            }
        }
    }
}
