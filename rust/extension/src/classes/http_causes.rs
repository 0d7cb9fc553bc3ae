//! Causes of failed requests: the constants of [RustlsStreamPeerTLS], followed by those of HTTP.

use godot::prelude::*;
use godot_rustls_tls::diagnosis::Cause;

use super::http_client::RustlsHTTPClient;
use super::{RustlsHTTPRequest, RustlsHTTPResponse};

macro_rules! causes {
    ($class:ident) => {
        #[godot_api(secondary)]
        impl $class {
            /// There was no failure.
            #[constant]
            const CAUSE_NONE: i64 = Cause::None as i64;
            /// The server's certificate does not lead to a trusted certificate.
            #[constant]
            const CAUSE_UNTRUSTED_ISSUER: i64 = Cause::UntrustedIssuer as i64;
            /// A certificate of the chain has expired.
            #[constant]
            const CAUSE_EXPIRED: i64 = Cause::Expired as i64;
            /// A certificate of the chain is not valid yet; often the clock of this machine is
            /// wrong.
            #[constant]
            const CAUSE_NOT_YET_VALID: i64 = Cause::NotYetValid as i64;
            /// The certificate is for other names.
            #[constant]
            const CAUSE_NAME_MISMATCH: i64 = Cause::NameMismatch as i64;
            /// A certificate of the chain was revoked
            /// ([member RustlsTLSOptions.revocation_lists_pem]).
            #[constant]
            const CAUSE_REVOKED: i64 = Cause::Revoked as i64;
            /// No certificate of the chain has a pinned key
            /// ([member RustlsTLSOptions.pinned_public_keys]).
            #[constant]
            const CAUSE_PIN_MISMATCH: i64 = Cause::PinMismatch as i64;
            /// A certificate is malformed, weak, or not meant for servers.
            #[constant]
            const CAUSE_BAD_CERTIFICATE: i64 = Cause::BadCertificate as i64;
            /// The two sides allow no common TLS version.
            #[constant]
            const CAUSE_NO_COMMON_VERSION: i64 = Cause::NoCommonVersion as i64;
            /// The two sides have no cipher suite, key exchange group or signature scheme in
            /// common.
            #[constant]
            const CAUSE_NO_COMMON_CIPHER: i64 = Cause::NoCommonCipher as i64;
            /// The server does not use TLS on this port.
            #[constant]
            const CAUSE_NOT_TLS: i64 = Cause::NotTls as i64;
            /// The server closed the connection before its response.
            #[constant]
            const CAUSE_CLOSED: i64 = Cause::Closed as i64;
            /// The TLS connection ended without a close_notify.
            #[constant]
            const CAUSE_TRUNCATED: i64 = Cause::Truncated as i64;
            /// The server requires a client certificate ([method RustlsTLSOptions.set_identity]),
            /// or does not accept the one that was presented.
            #[constant]
            const CAUSE_CLIENT_CERTIFICATE_REQUIRED: i64 = Cause::ClientCertificateRequired as i64;
            /// The server ended the TLS connection with an alert.
            #[constant]
            const CAUSE_PEER_ALERT: i64 = Cause::PeerAlert as i64;
            /// The connection broke, or no network leads to the server.
            #[constant]
            const CAUSE_TRANSPORT: i64 = Cause::Transport as i64;
            /// Any other cause, such as a response that is not HTTP, a cancelled request, or a call
            /// that was refused.
            #[constant]
            const CAUSE_OTHER: i64 = Cause::Other as i64;
            /// A time limit was reached.
            #[constant]
            const CAUSE_TIMEOUT: i64 = Cause::Timeout as i64;
            /// The host name has no address.
            #[constant]
            const CAUSE_NAME_RESOLUTION: i64 = Cause::NameResolution as i64;
            /// No program accepts connections at the address.
            #[constant]
            const CAUSE_CONNECTION_REFUSED: i64 = Cause::ConnectionRefused as i64;
            /// The body ended before it was complete.
            #[constant]
            const CAUSE_BODY_INCOMPLETE: i64 = Cause::BodyIncomplete as i64;
            /// The body or the header is larger than allowed.
            #[constant]
            const CAUSE_SIZE_LIMIT: i64 = Cause::SizeLimit as i64;
            /// The proxy cannot be used, cannot be reached, or does not connect to the server.
            #[constant]
            const CAUSE_PROXY: i64 = Cause::Proxy as i64;
            /// A redirect was not followed: it has no usable target, leads from https to http, or
            /// exceeds the limit.
            #[constant]
            const CAUSE_REDIRECT: i64 = Cause::Redirect as i64;
            /// The file for the body cannot be opened or written.
            #[constant]
            const CAUSE_FILE: i64 = Cause::File as i64;
        }
    };
}

causes!(RustlsHTTPRequest);
causes!(RustlsHTTPResponse);
causes!(RustlsHTTPClient);
