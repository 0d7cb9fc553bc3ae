//! Status of a stream.

use super::dialer::Dialer;
use super::pump::Connection;

/// The statuses that scripts see.
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

/// Connection of an object.
pub(crate) enum ConnectionState {
    /// Resolving the host and connecting to it.
    Dialing(Box<Dialer>),
    /// Using TLS.
    Active(Box<Connection>),
}
