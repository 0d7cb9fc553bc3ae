use super::*;

use tokio::io::duplex;

/// Runs a handshake with a proxy that answers with `answer` and closes. Returns the outcome, what
/// is left to read, and what was sent.
async fn run(
    answer: &[u8],
    authorization: Option<&str>,
) -> (Result<(), ProxyFault>, Vec<u8>, Vec<u8>) {
    let (mut ours, mut theirs) = duplex(64 * 1024);
    theirs.write_all(answer).await.unwrap();
    theirs.shutdown().await.unwrap();
    let outcome = handshake(&mut ours, "[::1]:443", authorization).await;
    let (mut rest, mut sent) = (Vec::new(), Vec::new());
    ours.read_to_end(&mut rest).await.unwrap();
    drop(ours);
    theirs.read_to_end(&mut sent).await.unwrap();
    (outcome, rest, sent)
}

fn status(code: u16, reason: &str) -> ProxyFault {
    let reason = reason.to_owned();
    ProxyFault::HttpStatus { code, reason }
}

#[tokio::test]
async fn the_status_decides() {
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\n\r\n", Ok(())),
        ("HTTP/1.0 204 Fine\r\nVia: a\r\n\r\n", Ok(())),
        ("HTTP/1.1 302 Found\r\n\r\n", Err(status(302, "Found"))),
        ("HTTP/1.1 403 No\r\n\r\n", Err(status(403, "No"))),
        ("HTTP/1.1 502\r\n\r\n", Err(status(502, ""))),
        ("HTTP/1.1 101 Other\r\n\r\n", Err(status(101, "Other"))),
        ("HTTP/1.1 407 Who\r\n\r\n", Err(ProxyFault::HttpCredentials)),
        ("HTTP/1.1 200 OK\r\n", Err(ProxyFault::Closed)),
        ("", Err(ProxyFault::Closed)),
    ] {
        assert_eq!(run(answer.as_bytes(), None).await.0, expected, "{answer}");
    }
    let (outcome, ..) = run(b"SSH-2.0-x\r\n\r\n", None).await;
    assert!(
        matches!(outcome, Err(ProxyFault::NotHttp(_))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_head_that_does_not_end_is_not_read_forever() {
    let head = format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(MAX_HEAD));
    let (outcome, ..) = run(head.as_bytes(), None).await;
    let limit = MAX_HEAD;
    assert_eq!(outcome, Err(ProxyFault::HttpHeadTooLong { limit }));
}

#[tokio::test]
async fn the_request_names_the_server_and_what_follows_the_head_is_left() {
    let (outcome, rest, sent) = run(b"HTTP/1.1 200 OK\r\n\r\nserver", Some("Basic YQ==")).await;
    assert_eq!(outcome, Ok(()));
    assert_eq!(rest, b"server");
    let expected = "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\
                    Proxy-Authorization: Basic YQ==\r\n\r\n";
    assert_eq!(String::from_utf8(sent).unwrap(), expected);
}
