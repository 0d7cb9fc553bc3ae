//! What a stream is doing.

use super::dialer::Dialer;
use super::pump::Connection;

/// The states that scripts see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(i64)]
pub(crate) enum Status {
    #[default]
    Disconnected = 0,
    Handshaking,
    Connected,
    Error,
    ErrorHostnameMismatch,
}

impl Status {
    pub(crate) fn is_active(self) -> bool {
        matches!(self, Self::Handshaking | Self::Connected)
    }
}

/// What an object works on.
pub(crate) enum ConnectionState {
    /// Looking for the host.
    Dialing(Box<Dialer>),
    /// Speaking TLS.
    Active(Box<Connection>),
}
