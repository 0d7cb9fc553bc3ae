//! The cause of a failure as a number.

/// A number for what failed, which a caller can branch on. The numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(i64)]
pub enum Cause {
    /// Nothing failed.
    #[default]
    None = 0,
    /// No trusted certificate vouches for the peer.
    UntrustedIssuer,
    /// A certificate of the chain is past its date.
    Expired,
    /// A certificate of the chain is not valid yet.
    NotYetValid,
    /// The certificate is for other names.
    NameMismatch,
    /// A certificate of the chain was revoked.
    Revoked,
    /// No certificate of the path has a pinned key.
    PinMismatch,
    /// The certificate is malformed, weak, or not meant for this use.
    BadCertificate,
    /// No TLS version is allowed on both sides.
    NoCommonVersion,
    /// No cipher suite, group or signature scheme is allowed on both sides.
    NoCommonCipher,
    /// The peer does not speak TLS.
    NotTls,
    /// The peer closed the connection.
    Closed,
    /// The connection ended without close_notify: data may be missing.
    Truncated,
    /// The server wants a client certificate.
    ClientCertificateRequired,
    /// The peer ended the connection with an alert.
    PeerAlert,
    /// The transport failed.
    Transport,
    /// Anything else.
    Other,
    /// The handshake took too long; over HTTP, anything that has a time limit.
    Timeout,
    /// The host name has no address.
    NameResolution,
    /// Nobody accepts connections at the address.
    ConnectionRefused,
    /// A body ended before it was complete.
    BodyIncomplete,
    /// Something is larger than allowed.
    SizeLimit,
    /// A proxy cannot be used or refuses the connection.
    Proxy,
    /// A redirect that is not followed.
    Redirect,
    /// A file cannot be read or written.
    File,
}
