//! Names that the classes give to their settings, for the advice in error messages.

use godot_rustls_http::diagnosis::Vocabulary as RequestVocabulary;
use godot_rustls_net::vocabulary::Vocabulary as ConnectionVocabulary;
use godot_rustls_tls::diagnosis::Vocabulary;

/// The names of [RustlsTLSOptions] and of the project settings about trust, which every class uses.
pub(crate) const TLS_OPTIONS: Vocabulary = Vocabulary {
    // Options alone connect to nothing.
    connect_limit: "the time limit",
    default_trust: "network/tls/certificate_bundle_override",
    client_trust: "RustlsTLSOptions.client()",
    client_authentication: "set_client_authentication()",
    client_identity: "set_identity()",
    name_override: "common_name_override",
    pins: "pinned_public_keys",
    revocation_lists: "revocation_lists_pem",
    key_exchange_groups: "key_exchange_groups",
    alpn: "alpn_protocols",
};

/// The names of [RustlsStreamPeerTLS].
pub(crate) const STREAM: Vocabulary = Vocabulary {
    connect_limit: "handshake_timeout",
    ..TLS_OPTIONS
};

/// The names of [RustlsHTTPRequest].
pub(crate) const HTTP_REQUEST: Vocabulary = Vocabulary {
    connect_limit: "connect_timeout",
    ..TLS_OPTIONS
};

/// The names of [RustlsHTTPClient], which has a project setting in common with the engine's
/// sockets.
pub(crate) const HTTP_CLIENT: Vocabulary = Vocabulary {
    connect_limit: "the project setting network/limits/tcp/connect_timeout_seconds",
    ..TLS_OPTIONS
};

/// Names of [RustlsHTTPRequest]'s settings for whole requests.
pub(crate) const REQUESTS: RequestVocabulary = RequestVocabulary {
    connection: ConnectionVocabulary {
        tls: HTTP_REQUEST,
        environment_proxies: "use_environment_proxies",
    },
    timeout: "timeout",
    read_timeout: "read_timeout",
    size_limit: "body_size_limit",
    redirect_limit: "max_redirects",
    downgrade: "allow_https_downgrade",
    download_file: "download_file",
};

/// Names of [RustlsHTTPClient]'s settings, which has none for whole requests.
pub(crate) fn client_requests() -> RequestVocabulary {
    RequestVocabulary {
        connection: ConnectionVocabulary {
            tls: HTTP_CLIENT,
            ..ConnectionVocabulary::default()
        },
        ..RequestVocabulary::default()
    }
}

/// Names of [RustlsStreamPeerTLS]'s settings for connections, which go through no proxy.
pub(crate) fn stream_connections() -> ConnectionVocabulary {
    ConnectionVocabulary {
        tls: STREAM,
        ..ConnectionVocabulary::default()
    }
}
