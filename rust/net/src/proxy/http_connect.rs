//! The client's side of a tunnel through an HTTP proxy: CONNECT (RFC 9110 section 9.3.6).
//!
//! The head of the response is parsed by `httparse`. A response that is no success has a body that
//! is not read: the connection is closed instead.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use zeroize::Zeroizing;

use crate::error::ProxyFault;
use godot_rustls_pki::text::excerpt;

/// The largest head of a response, in bytes.
const MAX_HEAD: usize = 16 * 1024;

/// The largest number of fields in a head.
const MAX_FIELDS: usize = 100;

/// Asks the proxy to connect to `authority`. Afterwards the stream leads to that server.
pub(super) async fn handshake(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    authority: &str,
    authorization: Option<&str>,
) -> Result<(), ProxyFault> {
    let mut request = Zeroizing::new(format!(
        "CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
    ));
    if let Some(value) = authorization {
        request.push_str(&format!("Proxy-Authorization: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    while head.len() < MAX_HEAD {
        // Byte by byte: what follows the head belongs to the tunnel.
        let byte = stream.read_u8().await?;
        head.push(byte);
        if byte == b'\n'
            && let Some(outcome) = outcome(&head)
        {
            return outcome;
        }
    }
    Err(ProxyFault::HttpHeadTooLong { limit: MAX_HEAD })
}

/// Returns the outcome that a head states, or `None` while the head is incomplete.
fn outcome(head: &[u8]) -> Option<Result<(), ProxyFault>> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    match response.parse(head) {
        Ok(httparse::Status::Partial) => None,
        Ok(httparse::Status::Complete(_)) => Some(match response.code.unwrap_or_default() {
            200..300 => Ok(()),
            407 => Err(ProxyFault::HttpCredentials),
            code => {
                let reason = excerpt(response.reason.unwrap_or_default());
                let reason = reason.trim_end().to_owned();
                Err(ProxyFault::HttpStatus { code, reason })
            }
        }),
        Err(error) => Some(Err(ProxyFault::NotHttp(error.to_string()))),
    }
}

#[cfg(test)]
mod tests;
