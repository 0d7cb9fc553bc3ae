//! Messages about connections that did not start, ended early or ended in order.

use godot_rustls_pki::role::Role;

use super::Vocabulary;
use crate::failure::Failure;
use crate::library_errors;

/// Returns the message of an end for which neither the peer's chain nor an error of rustls is the
/// reason.
pub(super) fn message(failure: &Failure, vocabulary: &Vocabulary) -> String {
    match failure {
        Failure::UnusableOptions(error) => format!(
            "the TLS options cannot be used ({})",
            library_errors::of_rustls(error)
        ),
        Failure::NotStarted(error) => format!(
            "the TLS connection could not be started ({})",
            library_errors::of_rustls(error)
        ),
        Failure::InputRefused { reason } => format!("the peer broke the TLS protocol ({reason})"),
        Failure::Closed => "the peer closed the connection".to_owned(),
        Failure::ClosedInHandshake {
            role,
            received,
            sent_large_hello,
        } => match (received, role) {
            (0, Role::Client) => format!(
                "the server closed the connection without an answer: is it a TLS server, and on this port?{}",
                about_large_hellos(*sent_large_hello, vocabulary)
            ),
            (0, Role::Server) => "the client closed the connection without saying anything".to_owned(),
            (_, Role::Client) => format!(
                "the server closed the connection in the middle of the handshake, after {received} bytes: its log may say why"
            ),
            (_, Role::Server) => format!(
                "the client closed the connection in the middle of the handshake, after {received} bytes: it may not trust this server's certificate"
            ),
        },
        Failure::Truncated => {
            "the connection ended without the closing message of TLS (close_notify): the last data may be missing".to_owned()
        }
        Failure::HelloUnanswered {
            reason,
            sent_large_hello,
        } => format!(
            "the connection broke ({reason}){}",
            about_large_hellos(*sent_large_hello, vocabulary)
        ),
        Failure::Transport { reason } => format!("the connection broke ({reason})"),
        Failure::HandshakeTimeout { limit, received } => {
            let seen = match received {
                0 => "the peer sent nothing".to_owned(),
                n => format!("the peer sent {n} bytes"),
            };
            format!(
                "the handshake did not finish within {} seconds ({seen}): raise {} if the peer is just slow",
                limit.as_secs_f64(),
                vocabulary.connect_limit
            )
        }
        // Other functions write the messages of these.
        Failure::Refused { .. } | Failure::Protocol(_) | Failure::AfterRenegotiation { .. } => {
            "the TLS connection failed".to_owned()
        }
    }
}

/// Returns the message of an end after a renegotiation that was refused.
pub(super) fn after_renegotiation(role: Role, end: &str) -> String {
    let hint = match role {
        Role::Client => {
            "let the server ask for a client certificate at the beginning of a connection, or speak TLS 1.3 with it"
        }
        Role::Server => "let the client open another connection instead",
    };
    format!(
        "{end}, after it had asked to begin the handshake of TLS 1.2 anew (renegotiation), which is always refused here: {hint}"
    )
}

/// A key share of ML-KEM makes the hello larger than what old servers and boxes on the way read at
/// once.
fn about_large_hellos(sent_large_hello: bool, vocabulary: &Vocabulary) -> String {
    if !sent_large_hello {
        return String::new();
    }
    format!(
        " If it does so only here, it may not read a ClientHello that takes two packets: set {} without X25519MLKEM768, for instance to [\"x25519\", \"secp256r1\", \"secp384r1\"]",
        vocabulary.key_exchange_groups
    )
}
