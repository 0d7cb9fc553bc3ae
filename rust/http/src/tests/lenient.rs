//! Malformed responses: what is ignored, and what is refused.

use std::fs;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::clock::jump;
use super::server::{Server, Then, ok};
use super::*;
use crate::download::FileSink;

/// Returns a server that responds to `/N` with the Nth of `answers`, and then reads another
/// request.
fn answering(answers: Vec<impl Into<Vec<u8>>>) -> Server {
    let answers: Vec<Vec<u8>> = answers.into_iter().map(Into::into).collect();
    Server::plain(move |_, _, head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let number: usize = path.trim_start_matches('/').parse().unwrap();
        (answers[number].clone(), Then::Close)
    })
}

#[test]
fn a_line_that_is_no_header_field_is_passed_over() {
    let lines = [
        "no colon here",
        "HTTP/1.1 200 OK",
        ": nothing before its colon",
        "X Y: a blank in the name",
        "b\u{e4}d: no ASCII",
        "X: a control character \u{1}",
        " begins like a continued line",
        "{\"is\": \"JSON\"}",
    ];
    let answers = lines.iter().map(|line| {
        format!("HTTP/1.1 200 OK\r\n{line}\r\nA: b\r\n{line}\r\nContent-Length: 1\r\n\r\nx")
    });
    let server = answering(answers.collect::<Vec<_>>());
    block_on(async {
        for (number, line) in lines.iter().enumerate() {
            let (outcome, body) =
                ask(&plain_pool(), request(&server.url(&format!("/{number}")))).await;
            assert_eq!(outcome.failure, None, "{line:?}");
            let head = outcome.head.unwrap();
            let a = head.header("a").map(str::to_owned);
            assert!(a.is_some_and(|a| a.starts_with('b')), "{line:?}");
            assert_eq!(head.header("content-length"), Some("1"), "{line:?}");
            assert_eq!(body.bytes, b"x", "{line:?}");
        }
    });
}

#[test]
fn blanks_before_a_colon_belong_to_nothing() {
    let server = answering(vec![
        "HTTP/1.1 200 OK\r\nX-A \t: b\r\nContent-Length: 1\r\n\r\nx".to_owned(),
    ]);
    let (outcome, _) = block_on(ask(&plain_pool(), request(&server.url("/0"))));
    assert_eq!(outcome.head.unwrap().header("x-a"), Some("b"));
}

#[test]
fn a_malformed_line_about_the_length_is_refused() {
    let lines = [
        "Content-Length : 5",
        "Content-Length\t: 5",
        "Transfer-Encoding\t: chunked",
        "Transfer-Encoding : chunked",
        " Content-Length: 5",
        "\tTransfer-Encoding: chunked",
        "Content-Length\u{b}: 5",
        "Content-Length 5",
        "content length: 5",
        "Content-Length: 5\u{1}",
        "Transfer-Encoding: chunked\u{7f}",
        "\u{1}Transfer-Encoding: chunked",
        "X\rContent-Length: 5",
        "X: a\rTransfer-Encoding: chunked",
        "X: a\0Content-Length: 5",
        "Content-Length:\r\n 5",
        "Transfer-Encoding:\r\n\tchunked",
        "Content-Length: 1\r\n 5",
        "X: a\r\n Content-Length: 5",
    ];
    let ends = ["\r\n", "\n"];
    let answers = lines.iter().flat_map(|line| {
        ends.map(|end| format!("HTTP/1.1 200 OK\r\nA: b\r\n{line}{end}\r\nhello"))
    });
    let server = answering(answers.collect::<Vec<_>>());
    block_on(async {
        for number in 0..lines.len() * ends.len() {
            let answer = ask(&plain_pool(), request(&server.url(&format!("/{number}")))).await;
            let line = lines[number / ends.len()];
            assert!(
                answer.0.failure.is_some(),
                "{line:?} gave {:?}",
                answer.1.bytes
            );
            failed(answer, FetchErrorKind::Connection, "not what HTTP allows");
        }
    });
}

#[test]
fn a_malformed_length_in_an_interim_answer_is_refused_too() {
    let server = answering(vec![
        "HTTP/1.1 103 Early Hints\r\nContent-Length : 5\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
            .to_owned(),
    ]);
    let answer = block_on(ask(&plain_pool(), request(&server.url("/0"))));
    failed(answer, FetchErrorKind::Connection, "not what HTTP allows");
}

#[test]
fn chunks_count_beside_a_length_and_end_their_connection_when_it_differs() {
    let server = Server::plain(|_, _, head| {
        let length = if head.contains("/same") { 3 } else { 4 };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n"
        );
        (answer.into_bytes(), Then::Keep)
    });
    let pool = plain_pool();
    block_on(async {
        for path in ["/same", "/other", "/same"] {
            let answer = whole(ask(&pool, request(&server.url(path))).await);
            assert_eq!(answer, (200, b"abc".to_vec()));
        }
    });
    // An intermediary may have read another body (RFC 9112 section 6.3).
    assert_eq!(server.connections(), [0, 0, 1]);
}

/// Returns what a file that contains "old" contains after this response.
fn saved(answer: &[u8], method: Method, resume: bool) -> String {
    let server = answering(vec![answer]);
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("file");
    fs::write(&target, "old").unwrap();
    let mut request = request(&server.url("/0"));
    request.method = method;
    let mut file = match resume {
        true => FileSink::resuming(target.clone(), &request),
        false => FileSink::whole(target.clone()),
    };
    let progress = Arc::new(Progress::default());
    let outcome = block_on(fetch(&plain_pool(), request, &progress, &mut file));
    assert_eq!(outcome.failure, None);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    fs::read_to_string(target).unwrap()
}

#[test]
fn an_empty_body_makes_an_empty_file_and_an_answer_without_one_leaves_the_old() {
    for (method, answer, expected) in [
        (Method::GET, "200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        (Method::GET, "404 No\r\nContent-Length: 0\r\n\r\n", ""),
        (Method::GET, "200 OK\r\n\r\n", ""),
        (
            Method::GET,
            "200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "",
        ),
        (
            Method::GET,
            "200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
            "",
        ),
        (Method::POST, "200 OK\r\nContent-Length: 0\r\n\r\n", ""),
        (Method::GET, "204 No\r\n\r\n", "old"),
        (Method::GET, "304 Not\r\nContent-Length: 5\r\n\r\n", "old"),
        (Method::HEAD, "200 OK\r\nContent-Length: 0\r\n\r\n", "old"),
        (Method::HEAD, "200 OK\r\nContent-Length: 5\r\n\r\n", "old"),
    ] {
        for resume in [false, true] {
            let answer = format!("HTTP/1.1 {answer}");
            let found = saved(answer.as_bytes(), method.clone(), resume);
            assert_eq!(found, expected, "{method} {answer:?} {resume}");
        }
    }
    let nothing = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0";
    let coded = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
    let coded = [&coded[..], nothing].concat();
    assert_eq!(saved(&coded, Method::GET, false), "");
}

#[test]
fn a_redirect_that_names_nowhere_is_the_answer() {
    for location in ["", " ", "\t"] {
        let answer =
            format!("HTTP/1.1 302 Found\r\nLocation:{location}\r\nContent-Length: 4\r\n\r\nhere");
        let server = answering(vec![answer]);
        let answer = whole(block_on(ask(&plain_pool(), request(&server.url("/0")))));
        assert_eq!(answer, (302, b"here".to_vec()));
    }
}

#[test]
fn bytes_of_a_location_that_are_no_utf_8_are_sent_on_as_they_are() {
    for (location, target) in [
        (&b"/caf\xe9?\xe9"[..], "/caf%E9?%E9"),
        ("/caf\u{e9}".as_bytes(), "/caf%C3%A9"),
        (b"/caf%E9", "/caf%E9"),
    ] {
        let answer = [b"HTTP/1.1 302 Found\r\nLocation: ", location, b"\r\n\r\n"].concat();
        let server = Server::plain(move |_, _, head| match head.contains(" /begin ") {
            true => (answer.clone(), Then::Close),
            false => (ok("there"), Then::Close),
        });
        let answer = block_on(ask(&plain_pool(), request(&server.url("/begin"))));
        assert_eq!(whole(answer), (200, b"there".to_vec()));
        let begin = format!("GET {target} HTTP/1.1\r\n");
        let second = server.heads().remove(1);
        assert!(second.starts_with(&begin), "{second}");
    }
}

#[test]
fn a_sentence_quotes_a_server_in_short() {
    for location in [
        format!("http://{}/", "h".repeat(300_000)),
        format!("http://{}.test/", "h.".repeat(150_000)),
        format!("ftp://{}", "x".repeat(300_000)),
        format!("http://a/{}:bad", "[".repeat(300_000)),
        format!("http://x:{}/", "9".repeat(300_000)),
        format!("http://127.0.0.1:1/{}", "x".repeat(300_000)),
    ] {
        let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n");
        let server = answering(vec![answer]);
        let (outcome, _) = block_on(ask(&plain_pool(), request(&server.url("/0"))));
        let message = outcome.failure.unwrap().to_string();
        let begin = &location[..20];
        assert!(message.len() < 600, "{begin}: {} bytes", message.len());
    }
}

#[tokio::test]
async fn a_server_that_sends_something_is_not_silent() {
    const LIMIT: Duration = Duration::from_secs(60);
    // Twenty pieces at intervals of a fifth of the time limit: together they take four times the
    // limit.
    let interim = "HTTP/1.1 102 Processing\r\n\r\n".repeat(20);
    let end = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    let trickle = "HTTP/1.1 200 OK\r\nA: bcdefghijklmnop\r\nContent-Length: 1\r\n\r\nx";
    let ways = [
        (interim + end, "HTTP/1.1 102 Processing\r\n\r\n".len()),
        (trickle.to_owned(), 3),
    ];
    let other = Server::plain(|_, _, _| (ok("x"), Then::Keep));
    let pool = plain_pool();
    for (text, size) in ways {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let mut patient = request(&format!("http://{}/", listener.local_addr().unwrap()));
        patient.limits.read_timeout = Some(LIMIT);
        let asked = tokio::spawn(async move { ask(&plain_pool(), patient).await });
        let (mut stream, _) = listener.accept().await.unwrap();
        // Each piece is sent at once.
        stream.set_nodelay(true).unwrap();
        let _request = stream.read(&mut [0; 4096]).await;
        for piece in text.as_bytes().chunks(size) {
            stream.write_all(piece).await.unwrap();
            // The responses arrive in the order of the requests.
            whole(ask(&pool, request(&other.url("/"))).await);
            jump(LIMIT / 5).await;
        }
        assert_eq!(whole(asked.await.unwrap()), (200, b"x".to_vec()));
    }
}
