//! The engine's classes that have a counterpart in the addon, and what those have beyond them.

#[cfg(test)]
mod tests;

/// A class of the engine with a counterpart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    StreamPeerTls,
    TlsOptions,
    Crypto,
    HttpRequest,
    HttpClient,
}

impl Class {
    pub(super) const ALL: [Self; 5] = [
        Self::StreamPeerTls,
        Self::TlsOptions,
        Self::Crypto,
        Self::HttpRequest,
        Self::HttpClient,
    ];

    /// Returns the engine's name.
    pub(super) fn engine(self) -> &'static str {
        match self {
            Self::StreamPeerTls => "StreamPeerTLS",
            Self::TlsOptions => "TLSOptions",
            Self::Crypto => "Crypto",
            Self::HttpRequest => "HTTPRequest",
            Self::HttpClient => "HTTPClient",
        }
    }

    /// Returns the name of the addon's class.
    pub(super) fn ours(self) -> String {
        format!("Rustls{}", self.engine())
    }

    /// Returns the name that the engine's class has in C#.
    pub(super) fn csharp(self) -> &'static str {
        match self {
            Self::StreamPeerTls => "StreamPeerTls",
            Self::TlsOptions => "TlsOptions",
            Self::Crypto => "Crypto",
            Self::HttpRequest => "HttpRequest",
            Self::HttpClient => "HttpClient",
        }
    }

    /// Returns the class of that name in scripts.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.engine() == name)
    }

    /// Returns whether the engine's class has an enumeration of this name. The addon's class has one of the same values,
    /// and takes and returns either's.
    pub(super) fn has_enumeration(self, name: &str) -> bool {
        matches!(
            (self, name),
            (Self::StreamPeerTls, "Status")
                | (Self::HttpRequest, "Result")
                | (Self::HttpClient, "Status" | "Method" | "ResponseCode")
        )
    }

    /// Returns the members that scripts which extend the engine's class may have declared, and which the addon's class
    /// has itself: methods, or properties, signals and constants. The engine refuses such a script.
    pub(super) fn taken(self, is_method: bool) -> impl Iterator<Item = &'static str> {
        let (methods, others): (&[&str], &[&[&str]]) = match self {
            Self::StreamPeerTls => (&STREAM_METHODS, &[&["handshake_timeout"], &CAUSES]),
            // No script can extend it.
            Self::TlsOptions => (&[], &[]),
            Self::Crypto => (&CRYPTO_METHODS, &[&CRYPTO_OTHERS]),
            Self::HttpRequest => (&REQUEST_METHODS, &[&REQUEST_OTHERS, &CAUSES, &HTTP_CAUSES]),
            Self::HttpClient => (&CLIENT_METHODS, &[&CAUSES, &HTTP_CAUSES]),
        };
        let methods = if is_method { methods } else { &[] };
        let others = if is_method { &[] } else { others };
        methods
            .iter()
            .chain(others.iter().copied().flatten())
            .copied()
    }
}

const STREAM_METHODS: [&str; 15] = [
    "get_protocol_version",
    "get_cipher_suite",
    "get_key_exchange_group",
    "get_server_name",
    "get_alpn_protocol",
    "is_session_resumed",
    "get_peer_certificates",
    "export_keying_material",
    "connect_to_host",
    "get_connected_host",
    "get_connected_port",
    "get_last_error",
    "get_last_error_code",
    "get_handshake_timeout",
    "set_handshake_timeout",
];

const CRYPTO_METHODS: [&str; 7] = [
    "generate_certificate_authority",
    "issue_certificate",
    "generate_certificate_signing_request",
    "get_last_error",
    "generate_rsa_async",
    "generate_ecdsa",
    "private_key_from_pem",
];

const CRYPTO_OTHERS: [&str; 4] = ["CURVE_P256", "CURVE_P384", "HASH_SHA384", "HASH_SHA512"];

const REQUEST_METHODS: [&str; 42] = [
    "assign_tls_options",
    "get_tls_options",
    "get_connect_timeout",
    "set_connect_timeout",
    "get_read_timeout",
    "set_read_timeout",
    "fetch",
    "get_response",
    "get_last_error",
    "get_last_error_code",
    "clear_cookies",
    "get_retry_lost_post",
    "set_retry_lost_post",
    "get_allow_https_downgrade",
    "set_allow_https_downgrade",
    "get_cookies_enabled",
    "set_cookies_enabled",
    "get_download_resume",
    "set_download_resume",
    "get_use_environment_proxies",
    "set_use_environment_proxies",
    "get_server_sent_events",
    "set_server_sent_events",
    "get_reconnect_events",
    "set_reconnect_events",
    "get_stream_body",
    "set_stream_body",
    "get_retries",
    "set_retries",
    "get_base_url",
    "set_base_url",
    "get_default_headers",
    "set_default_headers",
    "get_bearer_token",
    "set_bearer_token",
    "set_basic_auth",
    "get_configuration_warnings",
    "get_max_concurrent_requests",
    "set_max_concurrent_requests",
    "get_waiting_count",
    "get_cache",
    "set_cache",
];

const REQUEST_OTHERS: [&str; 21] = [
    "max_concurrent_requests",
    "cache",
    "connect_timeout",
    "read_timeout",
    "retry_lost_post",
    "tls_options",
    "allow_https_downgrade",
    "cookies_enabled",
    "download_resume",
    "use_environment_proxies",
    "server_sent_events",
    "reconnect_events",
    "stream_body",
    "retries",
    "base_url",
    "default_headers",
    "bearer_token",
    "progress",
    "upload_progress",
    "event_received",
    "chunk_received",
];

const CLIENT_METHODS: [&str; 4] = [
    "get_last_error",
    "get_last_error_code",
    "get_peer_certificates",
    "get_tls_version",
];

const CAUSES: [&str; 18] = [
    "CAUSE_NONE",
    "CAUSE_UNTRUSTED_ISSUER",
    "CAUSE_EXPIRED",
    "CAUSE_NOT_YET_VALID",
    "CAUSE_NAME_MISMATCH",
    "CAUSE_REVOKED",
    "CAUSE_PIN_MISMATCH",
    "CAUSE_BAD_CERTIFICATE",
    "CAUSE_NO_COMMON_VERSION",
    "CAUSE_NO_COMMON_CIPHER",
    "CAUSE_NOT_TLS",
    "CAUSE_CLOSED",
    "CAUSE_TRUNCATED",
    "CAUSE_CLIENT_CERTIFICATE_REQUIRED",
    "CAUSE_PEER_ALERT",
    "CAUSE_TRANSPORT",
    "CAUSE_OTHER",
    "CAUSE_TIMEOUT",
];

const HTTP_CAUSES: [&str; 7] = [
    "CAUSE_NAME_RESOLUTION",
    "CAUSE_CONNECTION_REFUSED",
    "CAUSE_BODY_INCOMPLETE",
    "CAUSE_SIZE_LIMIT",
    "CAUSE_PROXY",
    "CAUSE_REDIRECT",
    "CAUSE_FILE",
];
