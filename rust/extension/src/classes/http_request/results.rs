//! Results of requests, with the numbers of the engine's HTTPRequest.

use godot::prelude::*;

use super::RustlsHTTPRequest;

#[godot_api(secondary)]
impl RustlsHTTPRequest {
    /// A complete response was received, with any response code.
    #[constant]
    pub(crate) const RESULT_SUCCESS: i64 = 0;
    /// Never used, and exists for compatibility with [HTTPRequest]. If a response has both a length
    /// and chunks, the chunks count (RFC 9112 section 6.3).
    #[constant]
    pub(crate) const RESULT_CHUNKED_BODY_SIZE_MISMATCH: i64 = 1;
    /// No connection could be made, a proxy refused it, or a redirect has no usable target.
    #[constant]
    pub(crate) const RESULT_CANT_CONNECT: i64 = 2;
    /// The host name has no address.
    #[constant]
    pub(crate) const RESULT_CANT_RESOLVE: i64 = 3;
    /// The connection broke, the response is not HTTP, or the method or the headers cannot be sent.
    #[constant]
    pub(crate) const RESULT_CONNECTION_ERROR: i64 = 4;
    /// The TLS handshake failed.
    #[constant]
    pub(crate) const RESULT_TLS_HANDSHAKE_ERROR: i64 = 5;
    /// Never used, and exists for compatibility with [HTTPRequest]. A response without headers is a
    /// response too.
    #[constant]
    pub(crate) const RESULT_NO_RESPONSE: i64 = 6;
    /// The body is larger than [member body_size_limit].
    #[constant]
    pub(crate) const RESULT_BODY_SIZE_LIMIT_EXCEEDED: i64 = 7;
    /// The body cannot be decompressed.
    #[constant]
    pub(crate) const RESULT_BODY_DECOMPRESS_FAILED: i64 = 8;
    /// The request was cancelled ([method RustlsHTTPResponse.cancel]), a `Content-Length` header
    /// does not match the body, a redirect would have led from https to http, or [method fetch] was
    /// called with arguments that [method request] refuses with an error code.
    #[constant]
    pub(crate) const RESULT_REQUEST_FAILED: i64 = 9;
    /// [member download_file] cannot be opened.
    #[constant]
    pub(crate) const RESULT_DOWNLOAD_FILE_CANT_OPEN: i64 = 10;
    /// [member download_file] cannot be written.
    #[constant]
    pub(crate) const RESULT_DOWNLOAD_FILE_WRITE_ERROR: i64 = 11;
    /// There were more redirects than [member max_redirects].
    #[constant]
    pub(crate) const RESULT_REDIRECT_LIMIT_REACHED: i64 = 12;
    /// The request took longer than [member timeout], or the server was silent for longer than
    /// [member read_timeout].
    #[constant]
    pub(crate) const RESULT_TIMEOUT: i64 = 13;
}
