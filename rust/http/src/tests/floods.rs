//! Servers that send without end and without progress of a response.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::clock::jump;
use super::raw_http2::{
    END_HEADERS, END_STREAM, GOAWAY, HEADERS, PADDED, PING, RawHttp2, SETTINGS, data, frame, head,
    once,
};
use super::server::{Server, Then, ok};
use super::*;

/// Time limit that no test reaches: a flood ends long before.
const LONG: Duration = Duration::from_secs(20);

/// Sends `begin`, and then `more` for as long as the client reads.
fn endless(begin: &'static str, more: &'static str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let more = more.repeat(100);
            std::thread::spawn(move || {
                let _request = stream.read(&mut [0; 4096]);
                let mut sent = stream.write_all(begin.as_bytes());
                while sent.is_ok() {
                    sent = stream.write_all(more.as_bytes());
                }
            });
        }
    });
    url
}

async fn fails_soon(pool: &Arc<Pool>, url: &str, words: &str) {
    let asked = tokio::time::timeout(LONG, ask(pool, request(url)));
    let answer = asked.await.expect("a flood has an end");
    failed(answer, FetchErrorKind::Connection, words);
}

#[test]
fn interim_answers_without_end_are_given_up_over_http_1() {
    let small = endless("", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
    let large = "HTTP/1.1 102 Processing\r\nX: ".to_owned() + &"x".repeat(90_000) + "\r\n\r\n";
    let large = endless("", large.leak());
    block_on(async {
        fails_soon(&plain_pool(), &small, "interim answers").await;
        fails_soon(&plain_pool(), &large, "interim answers").await;
    });
}

#[test]
fn as_many_interim_answers_as_are_allowed_come_before_an_answer() {
    let many = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(1000);
    let answer = many + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    let server = Server::plain(move |_, _, _| (answer.clone().into_bytes(), Then::Keep));
    block_on(async {
        let pool = plain_pool();
        for _ in 0..2 {
            let answer = ask(&pool, request(&server.url("/"))).await;
            assert_eq!(whole(answer), (200, b"x".to_vec()));
        }
    });
}

#[test]
fn interim_answers_without_end_are_given_up_over_http_2() {
    block_on(async {
        for size in [1, 100] {
            let hint = "h".repeat(size);
            let server = RawHttp2::start(move |_, stream| {
                let hints = head(stream, 0, &[(":status", "103"), ("link", &hint)]).repeat(100);
                Box::new(std::iter::repeat(hints))
            })
            .await;
            fails_soon(&server.pool(), &server.url(), "interim answers").await;
        }
    });
}

#[test]
fn some_interim_answers_come_before_an_answer_over_http_2() {
    block_on(async {
        let server = RawHttp2::start(|_, stream| {
            let hints = head(stream, 0, &[(":status", "103")]).repeat(1000);
            once([
                hints,
                head(stream, 0, &[(":status", "200")]),
                data(stream, END_STREAM, b"x"),
            ])
        })
        .await;
        let pool = server.pool();
        for _ in 0..3 {
            let answer = ask(&pool, request(&server.url())).await;
            assert_eq!(whole(answer), (200, b"x".to_vec()));
        }
    });
}

#[test]
fn frames_that_bring_nothing_are_given_up() {
    let begin = |stream| head(stream, 0, &[(":status", "200")]);
    type Flood = fn(u32) -> Vec<u8>;
    let floods: [Flood; 5] = [
        |_| frame(PING, 0, 0, &[0; 8]),
        |_| frame(SETTINGS, 0, 0, &[]),
        |stream| data(stream, 0, b""),
        |stream| data(stream, PADDED, b"\x03\0\0\0"),
        // A frame of an unknown type.
        |stream| frame(0xbe, 0, stream, b"?"),
    ];
    block_on(async {
        for flood in floods {
            let server = RawHttp2::start(move |_, stream| {
                let flood = flood(stream).repeat(100);
                Box::new(std::iter::once(begin(stream)).chain(std::iter::repeat(flood)))
            })
            .await;
            fails_soon(&server.pool(), &server.url(), "").await;
        }
    });
}

#[test]
fn a_flood_on_one_connection_holds_up_no_other_request_with_one_thread() {
    let quick = Server::plain(|_, _, _| (ok("x"), Then::Keep));
    let one_thread = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    // The server runs on threads of its own.
    let (flood, _server_runtime) = {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let server = runtime.block_on(RawHttp2::start(|_, stream| {
            let mut hints = Vec::new();
            while hints.len() < 60_000 {
                hints.extend(head(stream, 0, &[(":status", "103")]));
            }
            Box::new(std::iter::repeat(hints))
        }));
        (server, runtime)
    };
    one_thread.block_on(async move {
        let pool = flood.pool();
        let url = flood.url();
        let flooded = tokio::spawn(async move { ask(&pool, request(&url)).await.0.failure });
        let pool = plain_pool();
        let (begun, mut longest) = (Instant::now(), Duration::ZERO);
        while !flooded.is_finished() && begun.elapsed() < LONG {
            let (pool, url) = (Arc::clone(&pool), quick.url("/"));
            let asked = Instant::now();
            let other = tokio::spawn(async move { ask(&pool, request(&url)).await });
            whole(other.await.unwrap());
            longest = longest.max(asked.elapsed());
        }
        assert!(flooded.await.unwrap().is_some());
        assert!(longest < Duration::from_secs(2), "{longest:?}");
    });
}

/// Returns 2 GiB of zeros, compressed twice: so few bytes that they arrive at once.
fn bomb() -> Vec<u8> {
    let compressed = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    // A gzip stream is a sequence of members.
    compressed(&compressed(&vec![0; 16 << 20]).repeat(128))
}

/// Receiver that ignores the body.
struct Nowhere {
    /// Notified of each piece.
    came: Arc<Notify>,
}

impl BodySink for Nowhere {
    fn begin(&mut self, _: &ResponseHead, _: Option<u64>) -> Result<(), FetchError> {
        Ok(())
    }

    fn write(&mut self, _: &[u8]) -> Result<(), FetchError> {
        self.came.notify_one();
        Ok(())
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_timeout_fires_and_others_are_served_while_a_small_body_becomes_a_large_one() {
    let bomb = bomb();
    let server = Server::plain(move |_, _, head| {
        if head.contains("/quick") {
            return (ok("x"), Then::Keep);
        }
        let length = bomb.len();
        let fields = format!("Content-Encoding: gzip, gzip\r\nContent-Length: {length}");
        let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
        ([head.as_bytes(), &bomb].concat(), Then::Keep)
    });
    let mut large = request(&server.url("/"));
    large.limits.timeout = Some(LONG);
    let came = Arc::new(Notify::new());
    let mut nowhere = Nowhere {
        came: Arc::clone(&came),
    };
    let large =
        tokio::spawn(
            async move { fetch(&plain_pool(), large, &Arc::default(), &mut nowhere).await },
        );
    came.notified().await;
    whole(ask(&plain_pool(), request(&server.url("/quick"))).await);
    assert!(!large.is_finished(), "it came after the large one");
    jump(LONG).await;
    let failure = large.await.unwrap().failure.unwrap();
    assert_eq!(failure.kind(), FetchErrorKind::Timeout, "{failure}");
}

#[test]
fn more_header_fields_than_allowed_are_refused_over_http_2() {
    block_on(async {
        let server = RawHttp2::start(|count, stream| {
            let mut block = vec![0x88];
            // 1,000 fit; the first request gets one more.
            for _ in 0..1001 - count {
                block.extend(b"\x00\x01a\x01b");
            }
            let head = frame(HEADERS, END_HEADERS | END_STREAM, stream, &block);
            once([head])
        })
        .await;
        let pool = server.pool();
        let answer = ask(&pool, request(&server.url())).await;
        failed(answer, FetchErrorKind::Connection, "more than 1000");
        whole(ask(&pool, request(&server.url())).await);
    });
}

#[test]
fn what_a_server_says_at_its_goodbye_is_quoted_in_short() {
    block_on(async {
        let server = RawHttp2::start(|_, _| {
            let mut goodbye = 0_u32.to_be_bytes().to_vec();
            goodbye.extend(11_u32.to_be_bytes());
            goodbye.extend([b'?'; 9000]);
            once([frame(GOAWAY, 0, 0, &goodbye)])
        })
        .await;
        let (outcome, _) = ask(&server.pool(), request(&server.url())).await;
        let message = outcome.failure.unwrap().to_string();
        assert!(message.len() < 400, "{} bytes", message.len());
    });
}
