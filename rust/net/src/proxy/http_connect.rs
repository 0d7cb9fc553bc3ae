//! A tunnel through an HTTP proxy (RFC 9110 section 9.3.6).

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use super::broken;
use godot_rustls_pki::text::excerpt;

/// Bytes that the head of a proxy's answer may have, and fields.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_FIELDS: usize = 100;

/// Asks the proxy at the other end to connect to `authority`. All that comes after that is the server's.
pub(super) async fn ask(
    socket: &mut TcpStream,
    authority: &str,
    authorization: Option<&str>,
) -> Result<(), String> {
    let mut request = Zeroizing::new(format!(
        "CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
    ));
    if let Some(value) = authorization {
        request.push_str(&format!("Proxy-Authorization: {value}\r\n"));
    }
    request.push_str("\r\n");
    let sent = socket.write_all(request.as_bytes()).await;
    sent.map_err(|error| broken(&error))?;
    let mut head = Vec::new();
    while head.len() < LONGEST_HEAD {
        // A byte more than the head would be missing in what follows.
        let byte = socket.read_u8().await.map_err(|error| broken(&error))?;
        head.push(byte);
        if byte == b'\n'
            && let Some(outcome) = outcome(&head)
        {
            return outcome;
        }
    }
    Err(format!(
        "its answer's head is longer than {LONGEST_HEAD} bytes"
    ))
}

/// What a head says, once it is whole.
fn outcome(head: &[u8]) -> Option<Result<(), String>> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut answer = httparse::Response::new(&mut fields);
    match answer.parse(head) {
        Ok(httparse::Status::Partial) => None,
        Ok(httparse::Status::Complete(_)) => Some(match answer.code.unwrap_or_default() {
            200..300 => Ok(()),
            407 => Err("it wants a user and a password, or others".to_owned()),
            code => {
                let reason = excerpt(answer.reason.unwrap_or_default());
                Err(format!("it answers with {code} {reason}")
                    .trim_end()
                    .to_owned())
            }
        }),
        Err(error) => Some(Err(format!("what it answers is no HTTP ({error})"))),
    }
}
