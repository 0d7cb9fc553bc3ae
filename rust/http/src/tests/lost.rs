//! Requests whose connection was lost: which of them are sent once more.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::http2::{Http2Server, Then as Http2Then};
use super::raw_http2::{END_STREAM, RawHttp2, head, once};
use super::server::{Server, Then, ok};
use super::*;
use godot_rustls_tls::testing::client;

/// Returns a server that ends each connection with `last_words` when its second request arrives,
/// like one whose idle timeout has just expired.
fn tired(last_words: &'static [u8]) -> Server {
    Server::plain(move |_, count, _| match count {
        0 => (ok("x"), Then::Keep),
        _ => (last_words.to_vec(), Then::Cut),
    })
}

const LOST: (FetchErrorKind, &str) = (FetchErrorKind::Connection, "closed the connection");

#[test]
fn a_request_that_was_lost_with_a_reused_connection_is_sent_once_more_whatever_its_method() {
    for method in [Method::GET, Method::PUT, Method::POST, Method::PATCH] {
        let server = tired(b"");
        let pool = plain_pool();
        block_on(async {
            whole(ask(&pool, request(&server.url("/"))).await);
            let mut second = post(&server.url("/"));
            second.method = method;
            whole(ask(&pool, second).await);
        });
        assert_eq!(server.connections(), [0, 0, 1]);
        let heads = server.heads();
        assert_eq!(heads[1], heads[2], "the whole request");
        assert!(heads[2].ends_with("score=1"));
    }
}

#[test]
fn a_request_is_not_sent_a_third_time() {
    let server = Server::plain(|connection, count, _| match (connection, count) {
        (0, 0) => (ok("x"), Then::Keep),
        _ => (Vec::new(), Then::Cut),
    });
    let pool = plain_pool();
    block_on(async {
        whole(ask(&pool, request(&server.url("/"))).await);
        failed(ask(&pool, post(&server.url("/"))).await, LOST.0, LOST.1);
    });
    assert_eq!(server.connections(), [0, 0, 1]);
}

#[test]
fn a_post_is_not_repeated_when_a_byte_of_a_response_came_or_the_connection_was_new() {
    for last_words in [&b"H"[..], b"HTTP/1.1 100 Continue\r\n\r\n"] {
        let server = tired(last_words);
        let pool = plain_pool();
        block_on(async {
            whole(ask(&pool, request(&server.url("/"))).await);
            failed(ask(&pool, post(&server.url("/"))).await, LOST.0, LOST.1);
        });
        assert_eq!(server.connections(), [0, 0]);
    }
    let server = Server::plain(|_, _, _| (Vec::new(), Then::Cut));
    failed(
        block_on(ask(&plain_pool(), post(&server.url("/")))),
        LOST.0,
        LOST.1,
    );
    assert_eq!(server.connections(), [0]);
}

#[test]
fn a_post_that_must_not_be_repeated_goes_by_a_connection_of_its_own() {
    let server = tired(b"");
    let pool = plain_pool();
    block_on(async {
        for _ in 0..3 {
            whole(ask(&pool, post_once(&server.url("/"))).await);
        }
        // A request with another method is not affected.
        let mut get = post_once(&server.url("/"));
        get.method = Method::GET;
        whole(ask(&pool, get).await);
    });
    assert_eq!(server.connections(), [0, 1, 2, 2, 3]);
}

#[test]
fn a_server_that_closes_after_a_redirect_without_saying_so_loses_no_post() {
    let server = Server::plain(|_, _, head| {
        if head.starts_with("POST /old") {
            let redirect = "HTTP/1.1 307 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n";
            (redirect.into(), Then::Close)
        } else {
            (ok("x"), Then::Close)
        }
    });
    for request in [post, post_once] {
        let pool = plain_pool();
        block_on(async {
            for _ in 0..60 {
                whole(ask(&pool, request(&server.url("/old"))).await);
            }
        });
    }
    let arrived = server.heads();
    let arrived = arrived.iter().filter(|head| head.starts_with("POST /new"));
    assert_eq!(arrived.count(), 120, "the server took each once");
}

#[test]
fn a_server_that_says_that_it_tired_of_waiting_is_asked_again_over_a_new_connection() {
    let tired = |count: usize, first: usize| {
        if count < first {
            (ok("x"), Then::Keep)
        } else {
            let late =
                "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            (late.into(), Then::Close)
        }
    };
    let server = Server::plain(move |_, count, _| tired(count, 1));
    let pool = plain_pool();
    block_on(async {
        for _ in 0..2 {
            assert_eq!(whole(ask(&pool, post(&server.url("/"))).await).0, 200);
        }
    });
    assert_eq!(server.connections(), [0, 0, 1]);
    // On a new connection, it is the response.
    let server = Server::plain(move |_, count, _| tired(count, 0));
    let answer = block_on(ask(&plain_pool(), post(&server.url("/"))));
    assert_eq!(whole(answer).0, 408);
    assert_eq!(server.connections(), [0]);
}

#[test]
fn a_program_behind_the_server_that_took_too_long_does_not_get_the_request_twice() {
    let server = Server::plain(|_, count, _| match count {
        0 => (ok("x"), Then::Keep),
        _ => {
            let late = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 4\r\n\r\nlate";
            (late.into(), Then::Keep)
        }
    });
    let pool = plain_pool();
    block_on(async {
        whole(ask(&pool, post(&server.url("/"))).await);
        let late = whole(ask(&pool, post(&server.url("/"))).await);
        assert_eq!(late, (408, b"late".to_vec()));
    });
    assert_eq!(server.connections(), [0, 0]);
}

#[test]
fn a_connection_is_not_reused_beyond_what_its_server_announces() {
    for (keep_alive, connections) in [
        ("timeout=60", [0, 0]),
        ("timeout=1", [0, 1]),
        ("timeout=0, max=100", [0, 1]),
    ] {
        let server = Server::plain(move |_, _, _| {
            let answer = format!(
                "HTTP/1.1 200 OK\r\nKeep-Alive: {keep_alive}\r\nContent-Length: 1\r\n\r\nx"
            );
            (answer.into_bytes(), Then::Keep)
        });
        let pool = plain_pool();
        block_on(async {
            for _ in 0..2 {
                whole(ask(&pool, request(&server.url("/"))).await);
            }
        });
        assert_eq!(server.connections(), connections, "{keep_alive}");
    }
}

#[test]
fn over_http2_a_post_comes_again_when_the_server_did_not_begin_it_or_the_connection_was_reused() {
    block_on(async {
        for (then, on_first, request, expected) in [
            (
                Http2Then::Refuse,
                true,
                post_once as fn(&str) -> FetchRequest,
                Some(1),
            ),
            (Http2Then::Cut, false, post, Some(1)),
            (Http2Then::Cut, false, post_once, None),
            (Http2Then::Cut, true, post, None),
        ] {
            let then = Mutex::new(Some(then));
            let server = Http2Server::start(move |_, path| match path {
                "/post" => then.lock().unwrap().take().unwrap_or(Http2Then::Answer),
                _ => Http2Then::Answer,
            })
            .await;
            let pool = pool(&client(&[&server.owner]));
            if !on_first {
                whole(ask(&pool, super::request(&server.url("/"))).await);
            }
            let answer = ask(&pool, request(&server.url("/post"))).await;
            match expected {
                Some(connection) => {
                    whole(answer);
                    assert_eq!(server.connections().last(), Some(&connection));
                }
                None => failed(answer, LOST.0, LOST.1),
            }
        }
    });
}

#[test]
fn a_post_is_not_repeated_over_http2_when_an_interim_response_came() {
    block_on(async {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let server = RawHttp2::start(move |number, stream| {
            count.fetch_add(1, Ordering::SeqCst);
            match number {
                0 => once([head(stream, END_STREAM, &[(":status", "200")])]),
                _ => {
                    let hint = head(stream, 0, &[(":status", "103")]);
                    Box::new([hint, Vec::new()].into_iter())
                }
            }
        })
        .await;
        let pool = server.pool();
        whole(ask(&pool, request(&server.url())).await);
        failed(ask(&pool, post(&server.url())).await, LOST.0, LOST.1);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    });
}
