//! Where decrypted bytes go: the engine's buffer, whose bytes are no values yet.

use godot_rustls_tls::session::Session;

/// A buffer that is filled from its beginning.
///
/// The engine's memory is not initialised. Each part is zeroed just before it is filled, while that costs next to
/// nothing, and the rest is never touched: scripts ask for much more than there is.
pub(crate) struct ReadBuf<'a> {
    buffer: &'a mut [std::mem::MaybeUninit<u8>],
    filled: usize,
}

impl<'a> ReadBuf<'a> {
    pub(crate) fn new(buffer: &'a mut [std::mem::MaybeUninit<u8>]) -> Self {
        Self { buffer, filled: 0 }
    }

    /// Bytes that were filled.
    pub(crate) fn filled(&self) -> usize {
        self.filled
    }

    /// Bytes that are still missing.
    pub(crate) fn room(&self) -> usize {
        self.buffer.len() - self.filled
    }

    /// Gives `session` these bytes of the peer's and moves here what comes of them, record by record, so that no more
    /// waits in between than one. What does not fit stays with the session.
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

    /// Moves what `session` has decrypted here, as far as it fits.
    pub(super) fn fill_from(&mut self, session: &mut Session) {
        loop {
            let count = self.room().min(session.readable());
            let part = &mut self.buffer[self.filled..][..count];
            part.fill(std::mem::MaybeUninit::new(0));
            // SAFETY: all of it was just written.
            let part = unsafe { &mut *(std::ptr::from_mut(part) as *mut [u8]) };
            match session.read(part) {
                0 => return,
                moved => self.filled += moved,
            }
        }
    }
}
