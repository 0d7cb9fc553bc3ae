//! Status of a stream.

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
