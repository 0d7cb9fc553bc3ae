//! Methods and statuses, with the numbers of the engine's HTTPClient.

use godot::prelude::*;

use super::RustlsHTTPClient;

#[godot_api(secondary)]
impl RustlsHTTPClient {
    /// GET.
    #[constant]
    const METHOD_GET: i64 = 0;
    /// HEAD. The response has no body.
    #[constant]
    const METHOD_HEAD: i64 = 1;
    /// POST.
    #[constant]
    const METHOD_POST: i64 = 2;
    /// PUT.
    #[constant]
    const METHOD_PUT: i64 = 3;
    /// DELETE.
    #[constant]
    const METHOD_DELETE: i64 = 4;
    /// OPTIONS.
    #[constant]
    const METHOD_OPTIONS: i64 = 5;
    /// TRACE.
    #[constant]
    const METHOD_TRACE: i64 = 6;
    /// CONNECT, for proxies.
    #[constant]
    const METHOD_CONNECT: i64 = 7;
    /// PATCH.
    #[constant]
    const METHOD_PATCH: i64 = 8;
    /// The number of methods.
    #[constant]
    const METHOD_MAX: i64 = 9;
    /// There is no connection.
    #[constant]
    pub(super) const STATUS_DISCONNECTED: i64 = 0;
    /// The host name is being looked up.
    #[constant]
    pub(super) const STATUS_RESOLVING: i64 = 1;
    /// The host name has no address.
    #[constant]
    pub(super) const STATUS_CANT_RESOLVE: i64 = 2;
    /// The connection is being made.
    #[constant]
    pub(super) const STATUS_CONNECTING: i64 = 3;
    /// No connection could be made.
    #[constant]
    pub(super) const STATUS_CANT_CONNECT: i64 = 4;
    /// The connection is ready for a request.
    #[constant]
    pub(super) const STATUS_CONNECTED: i64 = 5;
    /// A request has been sent, and its response has not arrived yet.
    #[constant]
    pub(super) const STATUS_REQUESTING: i64 = 6;
    /// The body of the response can be read.
    #[constant]
    pub(super) const STATUS_BODY: i64 = 7;
    /// The connection broke, or the response is not HTTP.
    #[constant]
    pub(super) const STATUS_CONNECTION_ERROR: i64 = 8;
    /// The TLS handshake failed.
    #[constant]
    pub(super) const STATUS_TLS_HANDSHAKE_ERROR: i64 = 9;
}
