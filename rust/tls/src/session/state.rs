//! States of a session.

use crate::alpn::AlpnProtocols;
use crate::provider::transcript::Rewrite;

use super::hello::HelloFilter;
use super::record_scanner::RecordScanner;

/// The part of the connection's life that the session is in.
#[derive(Debug)]
pub(super) enum Phase {
    /// The handshake is not complete.
    Handshake(Box<HandshakeWatch>),
    /// The handshake was complete.
    Established(Renegotiation),
}

/// Facts that are gathered while the handshake goes on, and no longer.
#[derive(Debug, Default)]
pub(super) struct HandshakeWatch {
    /// The first bytes of the peer, for the error message about a peer that does not speak TLS.
    pub(super) first_bytes: Vec<u8>,
    /// Finds a peer that leaves.
    pub(super) scanner: RecordScanner,
    /// Hides a server name that is none; gone once the client's hello is over.
    pub(super) hello: Option<HelloFilter>,
    /// Messages that rustls was shown otherwise than they were sent.
    pub(super) rewrites: Vec<Rewrite>,
    /// Application protocols that the client of this server offers.
    pub(super) client_protocols: AlpnProtocols,
}

/// A request of the peer to begin the handshake of TLS 1.2 anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Renegotiation {
    /// Data came since the last request, or there was none.
    NotRequested,
    /// The peer asked for it, was refused, and sent nothing since.
    Refused,
}

/// The state of the peer's half of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// More may come.
    Open,
    /// The transport ended while input waited to be decrypted.
    TransportEnded,
    /// The peer's close_notify came.
    Closed,
    /// rustls cannot go on.
    Broken,
}

impl Input {
    /// Returns whether bytes that follow are ignored, as TLS 1.3 says (RFC 8446 section 6.1).
    pub(super) fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Broken)
    }
}
