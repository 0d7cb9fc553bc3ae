//! Status codes (RFC 9110 section 15 and IANA's registry), under the names of the engine's
//! HTTPClient.

use godot::prelude::*;

use super::RustlsHTTPClient;

#[godot_api(secondary)]
impl RustlsHTTPClient {
    /// 100 Continue.
    #[constant]
    const RESPONSE_CONTINUE: i64 = 100;
    /// 101 Switching Protocols.
    #[constant]
    const RESPONSE_SWITCHING_PROTOCOLS: i64 = 101;
    /// 102 Processing.
    #[constant]
    const RESPONSE_PROCESSING: i64 = 102;
    /// 200 OK.
    #[constant]
    const RESPONSE_OK: i64 = 200;
    /// 201 Created.
    #[constant]
    const RESPONSE_CREATED: i64 = 201;
    /// 202 Accepted.
    #[constant]
    const RESPONSE_ACCEPTED: i64 = 202;
    /// 203 Non-Authoritative Information.
    #[constant]
    const RESPONSE_NON_AUTHORITATIVE_INFORMATION: i64 = 203;
    /// 204 No Content.
    #[constant]
    const RESPONSE_NO_CONTENT: i64 = 204;
    /// 205 Reset Content.
    #[constant]
    const RESPONSE_RESET_CONTENT: i64 = 205;
    /// 206 Partial Content.
    #[constant]
    const RESPONSE_PARTIAL_CONTENT: i64 = 206;
    /// 207 Multi-Status.
    #[constant]
    const RESPONSE_MULTI_STATUS: i64 = 207;
    /// 208 Already Reported.
    #[constant]
    const RESPONSE_ALREADY_REPORTED: i64 = 208;
    /// 226 IM Used.
    #[constant]
    const RESPONSE_IM_USED: i64 = 226;
    /// 300 Multiple Choices.
    #[constant]
    const RESPONSE_MULTIPLE_CHOICES: i64 = 300;
    /// 301 Moved Permanently.
    #[constant]
    const RESPONSE_MOVED_PERMANENTLY: i64 = 301;
    /// 302 Found.
    #[constant]
    const RESPONSE_FOUND: i64 = 302;
    /// 303 See Other.
    #[constant]
    const RESPONSE_SEE_OTHER: i64 = 303;
    /// 304 Not Modified.
    #[constant]
    const RESPONSE_NOT_MODIFIED: i64 = 304;
    /// 305 Use Proxy.
    #[constant]
    const RESPONSE_USE_PROXY: i64 = 305;
    /// 306 Switch Proxy, no longer used.
    #[constant]
    const RESPONSE_SWITCH_PROXY: i64 = 306;
    /// 307 Temporary Redirect.
    #[constant]
    const RESPONSE_TEMPORARY_REDIRECT: i64 = 307;
    /// 308 Permanent Redirect.
    #[constant]
    const RESPONSE_PERMANENT_REDIRECT: i64 = 308;
    /// 400 Bad Request.
    #[constant]
    const RESPONSE_BAD_REQUEST: i64 = 400;
    /// 401 Unauthorized.
    #[constant]
    const RESPONSE_UNAUTHORIZED: i64 = 401;
    /// 402 Payment Required.
    #[constant]
    const RESPONSE_PAYMENT_REQUIRED: i64 = 402;
    /// 403 Forbidden.
    #[constant]
    const RESPONSE_FORBIDDEN: i64 = 403;
    /// 404 Not Found.
    #[constant]
    const RESPONSE_NOT_FOUND: i64 = 404;
    /// 405 Method Not Allowed.
    #[constant]
    const RESPONSE_METHOD_NOT_ALLOWED: i64 = 405;
    /// 406 Not Acceptable.
    #[constant]
    const RESPONSE_NOT_ACCEPTABLE: i64 = 406;
    /// 407 Proxy Authentication Required.
    #[constant]
    const RESPONSE_PROXY_AUTHENTICATION_REQUIRED: i64 = 407;
    /// 408 Request Timeout.
    #[constant]
    const RESPONSE_REQUEST_TIMEOUT: i64 = 408;
    /// 409 Conflict.
    #[constant]
    const RESPONSE_CONFLICT: i64 = 409;
    /// 410 Gone.
    #[constant]
    const RESPONSE_GONE: i64 = 410;
    /// 411 Length Required.
    #[constant]
    const RESPONSE_LENGTH_REQUIRED: i64 = 411;
    /// 412 Precondition Failed.
    #[constant]
    const RESPONSE_PRECONDITION_FAILED: i64 = 412;
    /// 413 Content Too Large.
    #[constant]
    const RESPONSE_REQUEST_ENTITY_TOO_LARGE: i64 = 413;
    /// 414 URI Too Long.
    #[constant]
    const RESPONSE_REQUEST_URI_TOO_LONG: i64 = 414;
    /// 415 Unsupported Media Type.
    #[constant]
    const RESPONSE_UNSUPPORTED_MEDIA_TYPE: i64 = 415;
    /// 416 Range Not Satisfiable.
    #[constant]
    const RESPONSE_REQUESTED_RANGE_NOT_SATISFIABLE: i64 = 416;
    /// 417 Expectation Failed.
    #[constant]
    const RESPONSE_EXPECTATION_FAILED: i64 = 417;
    /// 418 I'm a teapot.
    #[constant]
    const RESPONSE_IM_A_TEAPOT: i64 = 418;
    /// 421 Misdirected Request.
    #[constant]
    const RESPONSE_MISDIRECTED_REQUEST: i64 = 421;
    /// 422 Unprocessable Content.
    #[constant]
    const RESPONSE_UNPROCESSABLE_ENTITY: i64 = 422;
    /// 423 Locked.
    #[constant]
    const RESPONSE_LOCKED: i64 = 423;
    /// 424 Failed Dependency.
    #[constant]
    const RESPONSE_FAILED_DEPENDENCY: i64 = 424;
    /// 426 Upgrade Required.
    #[constant]
    const RESPONSE_UPGRADE_REQUIRED: i64 = 426;
    /// 428 Precondition Required.
    #[constant]
    const RESPONSE_PRECONDITION_REQUIRED: i64 = 428;
    /// 429 Too Many Requests.
    #[constant]
    const RESPONSE_TOO_MANY_REQUESTS: i64 = 429;
    /// 431 Request Header Fields Too Large.
    #[constant]
    const RESPONSE_REQUEST_HEADER_FIELDS_TOO_LARGE: i64 = 431;
    /// 451 Unavailable For Legal Reasons.
    #[constant]
    const RESPONSE_UNAVAILABLE_FOR_LEGAL_REASONS: i64 = 451;
    /// 500 Internal Server Error.
    #[constant]
    const RESPONSE_INTERNAL_SERVER_ERROR: i64 = 500;
    /// 501 Not Implemented.
    #[constant]
    const RESPONSE_NOT_IMPLEMENTED: i64 = 501;
    /// 502 Bad Gateway.
    #[constant]
    const RESPONSE_BAD_GATEWAY: i64 = 502;
    /// 503 Service Unavailable.
    #[constant]
    const RESPONSE_SERVICE_UNAVAILABLE: i64 = 503;
    /// 504 Gateway Timeout.
    #[constant]
    const RESPONSE_GATEWAY_TIMEOUT: i64 = 504;
    /// 505 HTTP Version Not Supported.
    #[constant]
    const RESPONSE_HTTP_VERSION_NOT_SUPPORTED: i64 = 505;
    /// 506 Variant Also Negotiates.
    #[constant]
    const RESPONSE_VARIANT_ALSO_NEGOTIATES: i64 = 506;
    /// 507 Insufficient Storage.
    #[constant]
    const RESPONSE_INSUFFICIENT_STORAGE: i64 = 507;
    /// 508 Loop Detected.
    #[constant]
    const RESPONSE_LOOP_DETECTED: i64 = 508;
    /// 510 Not Extended.
    #[constant]
    const RESPONSE_NOT_EXTENDED: i64 = 510;
    /// 511 Network Authentication Required.
    #[constant]
    const RESPONSE_NETWORK_AUTH_REQUIRED: i64 = 511;
}
