//! Ends of exchanges, successful and failed.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use godot_rustls_testkit::Template;

use super::clock::by_timers;
use super::server::{Server, Then, ok};
use super::*;
use godot_rustls_tls::testing::{client, server as server_setup};

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let server = Server::plain(|_, _, _| (ok("x"), Then::Keep));
    let pool = plain_pool();
    block_on(async {
        for _ in 0..3 {
            assert_eq!(
                whole(ask(&pool, request(&server.url("/"))).await),
                (200, b"x".to_vec())
            );
        }
    });
    assert_eq!(server.connections(), [0, 0, 0]);
}

#[test]
fn many_requests_at_once_are_all_answered() {
    let server = Server::plain(|_, _, _| (ok("x"), Then::Keep));
    let pool = plain_pool();
    block_on(async {
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (pool, request) = (Arc::clone(&pool), request(&server.url("/")));
            all.spawn(async move { ask(&pool, request).await.0.failure });
        }
        while let Some(failure) = all.join_next().await {
            assert_eq!(failure.unwrap(), None);
        }
    });
    assert_eq!(server.connections().len(), 100);
}

#[test]
fn a_body_that_is_cut_is_an_error() {
    let server = Server::plain(|_, _, head| {
        let answer: &[u8] = match head.split(' ').nth(1) {
            Some("/length") => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            Some("/chunk") => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            Some("/chunks") => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
            _ => b"HTTP/1.1 200 O",
        };
        (answer.to_vec(), Then::Close)
    });
    let pool = plain_pool();
    block_on(async {
        for path in ["/length", "/chunk", "/chunks", "/head"] {
            failed(
                ask(&pool, request(&server.url(path))).await,
                FetchErrorKind::Connection,
                "closed",
            );
        }
    });
}

#[test]
fn a_body_that_ends_with_the_connection_needs_the_goodbye_of_tls() {
    let owner = Template::like_the_engine("localhost").self_signed();
    let server = Server::secure(server_setup(&[&owner]), |_, _, head| {
        let then = if head.contains("/whole") {
            Then::Close
        } else {
            Then::Cut
        };
        (b"HTTP/1.1 200 OK\r\n\r\nall there is".to_vec(), then)
    });
    let pool = pool(&client(&[&owner]));
    block_on(async {
        let answer = whole(ask(&pool, request(&server.secure_url("/whole"))).await);
        assert_eq!(answer, (200, b"all there is".to_vec()));
        let cut = ask(&pool, request(&server.secure_url("/cut"))).await;
        failed(cut, FetchErrorKind::Connection, "without");
    });
}

#[test]
fn a_server_that_is_not_trusted_gets_no_request() {
    let owner = Template::like_the_engine("localhost").self_signed();
    let server = Server::secure(server_setup(&[&owner]), |_, _, _| (ok("x"), Then::Keep));
    let answer = block_on(ask(&pool(&client(&[])), request(&server.secure_url("/"))));
    failed(answer, FetchErrorKind::TlsHandshake, "trust");
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn silence_ends_at_its_limit_before_an_answer_and_within() {
    const LIMIT: Duration = Duration::from_secs(30);
    const MARGIN: Duration = Duration::from_secs(5);
    let waits = Arc::new(Notify::new());
    let told = Arc::clone(&waits);
    let server = Server::plain(move |_, _, head| {
        if head.contains("/begun") {
            let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\na";
            return (begun.to_vec(), Then::Silence);
        }
        told.notify_one();
        (Vec::new(), Then::Silence)
    });
    let pool = plain_pool();
    for (path, words) in [
        ("/", "before its answer"),
        ("/begun", "in the middle of the body"),
    ] {
        let mut patient = request(&server.url(path));
        patient.limits.read_timeout = Some(LIMIT);
        let mut hurried = request(&server.url(path));
        hurried.limits.timeout = Some(LIMIT);
        for (request, words) in [(patient, words), (hurried, "within 30 seconds")] {
            let (pool, begun) = (Arc::clone(&pool), Arc::clone(&waits));
            let asked = tokio::spawn(async move { ask_telling(&pool, request, begun).await });
            waits.notified().await;
            let (answer, took) = by_timers(asked).await;
            failed(answer.unwrap(), FetchErrorKind::Timeout, words);
            assert!(took.abs_diff(LIMIT) < MARGIN, "{path}: {took:?}");
        }
    }
}

#[test]
fn a_limit_holds_for_what_is_announced_received_and_decompressed() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![0; 8 * 1024 * 1024]).unwrap();
    let bomb = bomb.finish().unwrap();
    let server = Server::plain(move |_, _, head| {
        let mut answer = match head.split(' ').nth(1) {
            Some("/announced") => {
                return (
                    b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n".to_vec(),
                    Then::Keep,
                );
            }
            Some("/received") => b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
            _ => format!(
                "HTTP/1.1 200 OK\r\nContent-Encoding: GZIP\r\nContent-Length: {}\r\n\r\n",
                bomb.len()
            )
            .into_bytes(),
        };
        answer.extend(if head.contains("/received") {
            &[b'x'; 100_001][..]
        } else {
            &bomb
        });
        (answer, Then::Close)
    });
    let pool = plain_pool();
    block_on(async {
        for path in ["/announced", "/received", "/bomb"] {
            let mut limited = request(&server.url(path));
            limited.limits.body_size_limit = Some(100_000);
            let answer = ask(&pool, limited).await;
            assert!(
                answer.1.bytes.len() <= 100_000,
                "{path}: {} bytes",
                answer.1.bytes.len()
            );
            failed(
                answer,
                FetchErrorKind::BodySizeLimit,
                "the size limit is 100000",
            );
        }
        let all = whole(ask(&pool, request(&server.url("/bomb"))).await);
        assert_eq!(all.1.len(), 8 * 1024 * 1024);
    });
}

#[test]
fn what_is_no_http_is_told_as_such() {
    let server = Server::plain(|_, _, head| {
        let answer = match head.split(' ').nth(1) {
            Some("/headers") => format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(2000)),
            Some("/long") => format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "b".repeat(500_000)),
            Some("/length") => "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n".to_owned(),
            Some("/lengths") => {
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".to_owned()
            }
            _ => "220 mail.example.org ESMTP\r\n".to_owned(),
        };
        (answer.into_bytes(), Then::Close)
    });
    let pool = plain_pool();
    block_on(async {
        for (path, words) in [
            ("/headers", "more than 1000"),
            ("/long", "longer than 400 KiB"),
            ("/length", "not what HTTP allows"),
            ("/lengths", "not what HTTP allows"),
            ("/mail", "not what HTTP allows"),
        ] {
            let answer = ask(&pool, request(&server.url(path))).await;
            assert!(
                answer.0.failure.is_some(),
                "{path}: {:?}",
                answer.0.head.map(|head| head.status)
            );
            failed(answer, FetchErrorKind::Connection, words);
        }
    });
}

#[test]
fn who_cannot_be_reached_is_told_from_who_is_unknown() {
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let pool = plain_pool();
    block_on(async {
        let refused = ask(&pool, request(&format!("http://127.0.0.1:{closed}/"))).await;
        failed(
            refused,
            FetchErrorKind::CantConnect,
            &format!("127.0.0.1 port {closed} cannot be reached"),
        );
        let unknown = ask(&pool, request("http://no-such-host.invalid/")).await;
        failed(
            unknown,
            FetchErrorKind::CantResolve,
            "no-such-host.invalid has no address",
        );
    });
}

#[test]
fn redirects_end_at_their_limit_with_the_last_answer() {
    let server = Server::plain(|_, _, _| {
        (
            b"HTTP/1.1 302 Found\r\nLocation: again\r\nContent-Length: 0\r\n\r\n".to_vec(),
            Then::Keep,
        )
    });
    let (outcome, body) = block_on(ask(&plain_pool(), request(&server.url("/"))));
    assert_eq!(
        outcome
            .head
            .as_ref()
            .map(|head| (head.status, head.redirects)),
        Some((302, 8))
    );
    failed(
        (outcome, body),
        FetchErrorKind::RedirectLimit,
        "after 8 redirects",
    );
    assert_eq!(server.connections(), [0; 9]);
}
