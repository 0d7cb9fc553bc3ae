//! Connections of the polled client.

use std::time::{Duration, Instant};

use super::server::{Server, Then, ok};
use super::*;
use crate::client::{BodyRead, Client, ClientRequest, ClientResponse, Stage};
use godot_rustls_net::origin::Origin;

fn connected(server: &Server) -> Client {
    let setup = Arc::new(godot_rustls_tls::testing::client(&[]));
    let connector = Connector::new(setup, Routes::default(), None);
    let origin = Origin {
        is_https: false,
        host: "127.0.0.1".to_owned(),
        port: server.port,
    };
    let (client, work) = Client::open(connector, origin);
    tokio::spawn(work);
    until(|| !matches!(client.stage(), Stage::Connecting));
    client
}

/// Polls until the condition holds, as a game does.
#[track_caller]
fn until(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "it never came to that"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn answer_to(client: &Client, target: &str) -> ClientResponse {
    let sent = client.send(ClientRequest {
        method: Method::GET,
        target,
        fields: Fields::default(),
        user_agent: "test".to_owned(),
        body: bytes::Bytes::new(),
    });
    sent.unwrap();
    client.wait_for_response();
    client.take_response().unwrap()
}

#[test]
fn answers_come_one_after_another_over_one_connection() {
    let server = Server::plain(|_, _, _| (ok("hello"), Then::Keep));
    block_on(async {
        let client = connected(&server);
        for target in ["/", "/with blank", "http://example.org/absolute"] {
            assert_eq!(answer_to(&client, target).length, Some(5));
            assert_eq!(client.read(3, 3), BodyRead::Bytes(b"hel".to_vec(), false));
            assert_eq!(client.read(3, 3), BodyRead::Bytes(b"lo".to_vec(), true));
        }
    });
    assert_eq!(server.connections(), [0, 0, 0]);
    assert!(server.heads()[1].starts_with("GET /with%20blank HTTP/1.1\r\n"));
    assert!(server.heads()[2].starts_with("GET http://example.org/absolute HTTP/1.1\r\n"));
}

#[test]
fn a_reader_may_want_more_at_once_than_is_read_ahead() {
    let server = Server::plain(|_, _, _| {
        let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n".to_vec();
        answer.resize(answer.len() + (8 << 20), b'x');
        (answer, Then::Keep)
    });
    block_on(async {
        let client = Arc::new(connected(&server));
        answer_to(&client, "/");
        let (sender, sizes) = std::sync::mpsc::channel();
        let reader = Arc::clone(&client);
        std::thread::spawn(move || {
            while let BodyRead::Bytes(bytes, is_last) = reader.read(3 << 20, 3 << 20) {
                sender.send((bytes.len(), is_last)).unwrap();
            }
        });
        for expected in [(3 << 20, false), (3 << 20, false), (2 << 20, true)] {
            let size = sizes.recv_timeout(Duration::from_secs(20));
            assert_eq!(size, Ok(expected));
        }
    });
}

#[test]
fn chunks_are_not_joined_and_the_last_byte_says_that_it_is_the_last() {
    let server = Server::plain(|_, _, head| {
        let body = if head.starts_with("GET /chunks ") {
            "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
        } else {
            "Content-Length: 6\r\n\r\nonetwo"
        };
        (
            format!("HTTP/1.1 200 OK\r\n{body}").into_bytes(),
            Then::Keep,
        )
    });
    block_on(async {
        let client = connected(&server);
        for _ in 0..20 {
            answer_to(&client, "/chunks");
            assert_eq!(client.read(100, 1), BodyRead::Bytes(b"one".to_vec(), false));
            let BodyRead::Bytes(two, _) = client.read(100, 1) else {
                panic!("the second chunk is missing");
            };
            assert_eq!(two, b"two");
            until(|| client.read(100, 0) == BodyRead::End);
            answer_to(&client, "/length");
            assert_eq!(
                client.read(100, 1),
                BodyRead::Bytes(b"onetwo".to_vec(), true)
            );
        }
    });
}

#[test]
fn a_request_that_cannot_be_sent_leaves_the_connection_as_it_is() {
    let server = Server::plain(|_, _, _| (ok("hello"), Then::Keep));
    block_on(async {
        let client = connected(&server);
        let too_long = format!("/{}", "a".repeat(70_000));
        for (target, length, words) in [
            ("http://", "", "cannot be sent"),
            (&too_long, "", "cannot be sent"),
            ("/", "Content-Length: 5", "leave the header out"),
        ] {
            let lines: Vec<_> = Some(length.to_owned())
                .filter(|l| !l.is_empty())
                .into_iter()
                .collect();
            let refused = client.send(ClientRequest {
                method: Method::GET,
                target,
                fields: Fields::parse(&lines).unwrap(),
                user_agent: "test".to_owned(),
                body: bytes::Bytes::new(),
            });
            assert!(refused.unwrap_err().to_string().contains(words));
            assert!(matches!(client.stage(), Stage::Ready));
        }
        answer_to(&client, "/");
    });
}

#[test]
fn an_answer_is_not_lost_when_the_server_closes_behind_it() {
    let server = Server::plain(|_, _, _| (b"HTTP/1.1 200 OK\r\n\r\nthe end".to_vec(), Then::Close));
    block_on(async {
        let client = connected(&server);
        let answer = answer_to(&client, "/");
        until(|| matches!(client.stage(), Stage::Closed));
        assert!(answer.ends_with_connection && answer.length.is_none());
        assert_eq!(
            client.read(100, 100),
            BodyRead::Bytes(b"the end".to_vec(), true)
        );
        assert_eq!(client.read(100, 100), BodyRead::End);
    });
}

#[test]
fn chunks_beside_a_length_that_differs_count_and_end_the_connection() {
    for (lengths, is_kept) in [
        ("Content-Length: 3", true),
        ("Content-Length: 9", false),
        ("Content-Length: 3\r\nContent-Length: 9", false),
        ("Content-Length: 3, 9", false),
        ("Content-Length: x", false),
        ("Transfer-Encoding: x\r\nContent-Length: 9", false),
    ] {
        let server = Server::plain(move |_, _, _| {
            let head =
                format!("HTTP/1.1 200 OK\r\n{lengths}\r\nTransfer-Encoding: chunked\r\n\r\n");
            let body = "3\r\nabc\r\n0\r\n\r\n";
            (format!("{head}{body}").into_bytes(), Then::Keep)
        });
        block_on(async {
            let client = connected(&server);
            let answer = answer_to(&client, "/");
            assert!(answer.is_chunked);
            if !is_kept {
                until(|| matches!(client.stage(), Stage::Closed));
            }
            let body = client.read(100, 3);
            assert!(matches!(body, BodyRead::Bytes(bytes, _) if bytes == b"abc"));
            if is_kept {
                until(|| client.read(100, 0) == BodyRead::End);
                answer_to(&client, "/");
            }
        });
    }
}

#[test]
fn a_body_that_nobody_reads_makes_the_server_wait() {
    let server = Server::plain(|_, _, _| {
        let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 33554432\r\n\r\n".to_vec();
        answer.resize(answer.len() + (32 << 20), b'x');
        (answer, Then::Keep)
    });
    block_on(async {
        let client = connected(&server);
        answer_to(&client, "/");
        std::thread::sleep(Duration::from_millis(200));
        let ahead = match client.read(usize::MAX, 0) {
            BodyRead::Bytes(bytes, is_last) if !is_last => bytes.len(),
            other => panic!("{other:?}"),
        };
        assert!(ahead < 4 << 20, "{ahead} bytes were read ahead");
        let mut read = ahead;
        while let BodyRead::Bytes(bytes, is_last) = client.read(1 << 20, 1) {
            read += bytes.len();
            if is_last {
                break;
            }
        }
        assert_eq!(read, 32 << 20);
    });
}

#[test]
fn whoever_waits_is_woken_when_the_work_ends() {
    let server = Server::plain(|_, _, _| {
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".to_vec(),
            Then::Cut,
        )
    });
    block_on(async {
        let client = connected(&server);
        answer_to(&client, "/");
        assert_eq!(
            client.read(100, 100),
            BodyRead::Bytes(b"abc".to_vec(), false)
        );
        assert_eq!(client.read(100, 100), BodyRead::Broken);
    });
}
