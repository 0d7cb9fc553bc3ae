//! End of a connection such that the last output arrives: closing a socket with unread bytes in it
//! resets the connection, and the peer's system drops what the peer has not read yet.
//!
//! A socket of the addon is closed later, on a thread (see [`godot_rustls_net::lingering`]). A
//! [`StreamPeerTcp`] belongs to the script: it has no half close, and threads of the addon never
//! touch it. Its input is read before the script can close it. A socket that nothing else
//! references would be closed at once, and is kept for some frames instead.

use std::io::Write as _;
use std::time::{Duration, Instant};

use godot::classes::StreamPeerTcp;
use godot::classes::stream_peer_tcp::Status;
use godot::prelude::*;
use godot_rustls_tls::session::Session;

use super::{Connection, MAX_READ};
use crate::engine::convert::packed_bytes;
use crate::runtime::frame_poll::{self, Poll};
use crate::tls::base_stream::BaseStream;
use crate::tls::offload::SessionSlot;
use crate::tls::received::Received;

/// Input that is read and discarded at the end, so that closing the socket does not reset the
/// connection and lose the close_notify, or the alert with the reason (RFC 8446 section 6.2).
const MAX_DISCARDED: usize = 256 * 1024;

/// close_notify to a peer that still expects plaintext (RFC 8446 section 6.1).
const PLAIN_CLOSE_NOTIFY: [u8; 7] = [21, 3, 3, 0, 2, 1, 0];

/// Time for which a socket of the engine is kept. The peer does not see the end of this side's
/// half, and may wait for it.
const MAX_LINGER: Duration = Duration::from_secs(1);

impl Connection {
    /// Sends a close_notify as far as the stream below takes it. A socket of the addon sends the
    /// rest when it is closed.
    pub(super) fn close(&mut self) {
        if let Some(mut session) = self.take_session() {
            let is_well = session.failure().is_none();
            if is_well {
                session.close();
            }
            self.flush(&mut session);
            if let BaseStream::Own(socket) = &mut self.base {
                session.take_output(&mut self.output);
                socket.set_final_output(self.output.take_rest());
            } else {
                if is_well {
                    self.discard_until_close_notify(&mut session);
                } else if self.base.is_socket() {
                    self.discard();
                }
                let is_left = is_well && session.is_handshaking();
                if !is_left && !session.peer_has_closed() {
                    self.linger_if_unowned();
                }
            }
            self.session_slot = SessionSlot::Local(session);
        } else if self.session_slot.can_send_close_notify() {
            // A failure is ignored: nothing is left to report it to.
            let _ = self.output.write_all(&PLAIN_CLOSE_NOTIFY);
            let _ = self.output.send(&mut self.base);
            if let BaseStream::Own(socket) = &mut self.base {
                socket.set_final_output(self.output.take_rest());
            }
        }
    }

    /// Sends the alert after a failure, and discards input, so that the peer learns the reason.
    pub(crate) fn finish_after_failure(&mut self) {
        if let Some(mut session) = self.take_session() {
            self.flush(&mut session);
            self.session_slot = SessionSlot::Local(session);
        }
        self.discard();
    }

    /// Reads and discards what is available.
    fn discard(&mut self) {
        let mut discarded = 0;
        while discarded < MAX_DISCARDED {
            match self.base.receive(MAX_READ) {
                Received::Data(data) => discarded += data.len(),
                _ => break,
            }
        }
    }

    /// Reads and discards what the peer sent before it learned of the end, and nothing after the
    /// peer's own close_notify: those bytes are for the script.
    fn discard_until_close_notify(&mut self, session: &mut Session) {
        if !self.base.is_socket() || session.is_handshaking() {
            return;
        }
        let mut discarded = 0;
        let mut plaintext = [0; 4096];
        while discarded < MAX_DISCARDED {
            while session.read(&mut plaintext) > 0 {}
            if !session.wants_input() {
                break;
            }
            let Some(input) = self.next_input(session) else {
                break;
            };
            discarded += input.bytes.len();
            session.input(input.bytes.as_slice());
            if !input.has_more {
                break;
            }
        }
    }

    /// Keeps a socket that nothing else references until the peer has ended its half.
    fn linger_if_unowned(&self) {
        if let Some(socket) = self.base.unowned_socket()
            && frame_poll::are_on_this_thread()
        {
            frame_poll::spawn_on_main(&socket, lingering);
        }
    }
}

/// Makes the frame task that discards the input of `socket` while it is kept.
fn lingering(mut socket: Gd<StreamPeerTcp>) -> impl FnMut() -> Poll {
    let begun = Instant::now();
    let mut discarded = 0;
    move || {
        socket.poll();
        while socket.get_status() == Status::CONNECTED && discarded < MAX_DISCARDED {
            let read = socket.get_partial_data(MAX_READ);
            match read.get(1).as_ref().and_then(packed_bytes) {
                Some(bytes) if !bytes.is_empty() => discarded += bytes.len(),
                _ if begun.elapsed() < MAX_LINGER => return Poll::Pending,
                _ => break,
            }
        }
        Poll::Done
    }
}
