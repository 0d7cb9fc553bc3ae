//! What the classes that connect call their settings, for the advice in errors.

use godot_rustls_tls::diagnosis::Vocabulary;

/// What a class without proxies from the environment would call them; no sentence of its says so.
const NO_SETTING: &str = "proxies from the environment";

/// [RustlsStreamPeerTLS]'s.
pub(crate) const STREAM: Vocabulary = Vocabulary {
    connect_limit: "handshake_timeout",
    environment_proxies: NO_SETTING,
};

/// [RustlsHTTPRequest]'s.
pub(crate) const HTTP_REQUEST: Vocabulary = Vocabulary {
    connect_limit: "connect_timeout",
    environment_proxies: "use_environment_proxies",
};

/// [RustlsHTTPClient]'s, which has a project setting in common with the engine's sockets.
pub(crate) const HTTP_CLIENT: Vocabulary = Vocabulary {
    connect_limit: "the project setting network/limits/tcp/connect_timeout_seconds",
    environment_proxies: NO_SETTING,
};
