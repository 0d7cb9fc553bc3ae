//! What `get_last_error_code()` says.

#![allow(
    missing_docs,
    reason = "the names are those of RustlsStreamPeerTLS, whose help explains them"
)]

pub const NONE: i64 = 0;
pub const UNTRUSTED_ISSUER: i64 = 1;
pub const EXPIRED: i64 = 2;
pub const NOT_YET_VALID: i64 = 3;
pub const NAME_MISMATCH: i64 = 4;
pub const REVOKED: i64 = 5;
pub const PIN_MISMATCH: i64 = 6;
pub const BAD_CERTIFICATE: i64 = 7;
pub const NO_COMMON_VERSION: i64 = 8;
pub const NO_COMMON_CIPHER: i64 = 9;
pub const NOT_TLS: i64 = 10;
pub const CLOSED: i64 = 11;
pub const TRUNCATED: i64 = 12;
pub const CLIENT_CERTIFICATE_REQUIRED: i64 = 13;
pub const PEER_ALERT: i64 = 14;
pub const OTHER: i64 = 16;
pub const TIMEOUT: i64 = 17;
