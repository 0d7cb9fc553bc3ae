//! What the classes that connect call their settings, for the advice in errors.

use godot_rustls_tls::diagnosis::Vocabulary;

/// [RustlsStreamPeerTLS]'s.
pub(crate) const STREAM: Vocabulary = Vocabulary {
    connect_limit: "handshake_timeout",
};

/// [RustlsHTTPRequest]'s.
pub(crate) const HTTP_REQUEST: Vocabulary = Vocabulary {
    connect_limit: "connect_timeout",
};

/// [RustlsHTTPClient]'s, which has a project setting in common with the engine's sockets.
pub(crate) const HTTP_CLIENT: Vocabulary = Vocabulary {
    connect_limit: "the project setting network/limits/tcp/connect_timeout_seconds",
};
