//! Sentences about members that behave differently in the addon's classes. README has all of them.

use super::classes::Class;

/// Returns how a member of the class differs, if it does.
pub(super) fn of(class: Class, member: &str) -> Option<&'static str> {
    match class {
        Class::HttpRequest => request(member),
        Class::HttpClient => client(member),
        Class::StreamPeerTls => stream(member),
        Class::Crypto => crypto(member),
        Class::TlsOptions => options(member),
    }
}

fn request(member: &str) -> Option<&'static str> {
    Some(match member {
        "request" | "request_raw" => {
            "connections are kept and shared, HTTP/2 is used where the server speaks it, 303, 307, 308 and relative redirects \
             are followed, credentials do not follow a redirect to another server; line breaks in a URL or header are \
             ERR_INVALID_PARAMETER"
        }
        "request_completed" => {
            "a request made in its handler may be answered in the same frame: connect or await before the next frame; a \
             paused node tells when it is not paused any more"
        }
        "use_threads" | "set_use_threads" => "has no effect: the work is always in the background",
        "download_chunk_size" | "set_download_chunk_size" => {
            "has no effect: pieces are as they arrive"
        }
        "download_file" | "set_download_file" => {
            "the file is complete or not there; after a failure an older one is left as it was"
        }
        "set_tls_options" => "null is refused; `tls_options = null` restores the default",
        "accept_gzip" | "set_accept_gzip" => {
            "asks for deflate, brotli and zstd too, and decompresses them"
        }
        "timeout" | "set_timeout" => {
            "beside it, `connect_timeout` ends a connection or handshake that takes 30 seconds"
        }
        "body_size_limit" | "set_body_size_limit" => "counts the bytes after decompression too",
        "set_http_proxy" | "set_https_proxy" => {
            "a proxy that cannot be used is RESULT_CANT_CONNECT, and nothing goes around it"
        }
        "RESULT_NO_RESPONSE" | "RESULT_CHUNKED_BODY_SIZE_MISMATCH" => "never given as a result",
        _ => return None,
    })
}

fn client(member: &str) -> Option<&'static str> {
    Some(match member {
        "request" | "request_raw" => {
            "line breaks in the URL, characters in headers that HTTP does not allow, or a wrong Content-Length are \
             ERR_INVALID_PARAMETER"
        }
        "read_response_body_chunk" => {
            "a chunk a call at most, long ones in parts; it fails when the connection was lost within the body"
        }
        "poll" => {
            "when the connection is lost within the body, reading fails instead, after what came"
        }
        "connect_to_host" => "hosts of fewer than 4 characters are taken, such as ::1",
        _ => return None,
    })
}

fn stream(member: &str) -> Option<&'static str> {
    Some(match member {
        "accept_stream" => {
            "a server is STATUS_HANDSHAKING until the handshake is done; a key that does not belong to the certificate is \
             ERR_INVALID_PARAMETER"
        }
        "connect_to_stream" => {
            "a silent peer is STATUS_ERROR after `handshake_timeout` (10 seconds; 0 is for ever)"
        }
        "get_status" => {
            "STATUS_ERROR_HOSTNAME_MISMATCH exactly when the name is what failed; a failed server handshake is STATUS_ERROR"
        }
        _ => return None,
    })
}

fn crypto(member: &str) -> Option<&'static str> {
    Some(match member {
        "generate_self_signed_certificate" => {
            "null for a name or a date that cannot be read; the common name becomes an alternative name"
        }
        "hmac_digest" => "an empty message has its HMAC, and no empty array",
        _ => return None,
    })
}

fn options(member: &str) -> Option<&'static str> {
    (member == "client_unsafe").then_some(
        "without a trusted chain the addon's classes print a warning, and in a released game an error",
    )
}
