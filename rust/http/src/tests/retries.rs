//! Requests that are sent again after a failure of the network or of the server.

use std::fs;
use std::net::TcpListener;

use godot_rustls_testkit::Template;
use tokio::task::yield_now;

use super::clock::{jump, without_waits};
use super::server::{Server, Then, ok};
use super::*;
use crate::download::FileSink;
use godot_rustls_net::phase::Phase;
use godot_rustls_tls::testing;

fn with_retries(mut request: FetchRequest, retries: u32) -> FetchRequest {
    request.limits.retries = retries;
    request
}

fn unavailable(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 503 Busy\r\n{lines}Content-Length: 4\r\n\r\nbusy").into_bytes()
}

/// Returns a server that is unavailable for the first `times` requests.
fn recovering(times: usize) -> Server {
    let served = Mutex::new(0);
    Server::plain(move |_, _, _| {
        let mut served = served.lock().unwrap();
        *served += 1;
        match *served > times {
            true => (ok("well"), Then::Keep),
            false => (unavailable(""), Then::Keep),
        }
    })
}

/// Fetches with waits that end at once. Returns the number of repetitions too.
async fn fetch_at_once<S: BodySink + 'static>(
    pool: &Arc<Pool>,
    request: FetchRequest,
    mut sink: S,
) -> (FetchOutcome, S, u64) {
    let progress = Arc::new(Progress::default());
    let (pool, watched) = (Arc::clone(pool), Arc::clone(&progress));
    let exchange = async move {
        let outcome = fetch(&pool, request, &watched, &mut sink).await;
        (outcome, sink)
    };
    let ((outcome, sink), _) = without_waits(&progress, exchange).await;
    (outcome, sink, progress.repeats())
}

async fn ask_at_once(request: FetchRequest) -> ((FetchOutcome, Body), u64) {
    let pool = plain_pool();
    let (outcome, body, repeats) = fetch_at_once(&pool, request, Body::default()).await;
    ((outcome, body), repeats)
}

#[tokio::test]
async fn a_request_is_sent_again_until_the_server_is_well_or_the_retries_are_used() {
    for (retries, status, body) in [(0, 503, "busy"), (2, 503, "busy"), (3, 200, "well")] {
        let server = recovering(3);
        let request = with_retries(request(&server.url("/")), retries);
        let (answer, repeats) = ask_at_once(request).await;
        assert_eq!(whole(answer), (status, body.as_bytes().to_vec()));
        assert_eq!(repeats, u64::from(retries));
        let heads = server.heads();
        assert_eq!(heads.len(), 1 + retries as usize);
        assert!(heads.iter().all(|head| *head == heads[0]), "{heads:?}");
        let one_connection = vec![0; heads.len()];
        assert_eq!(server.connections(), one_connection, "the pages were read");
    }
}

#[tokio::test]
async fn only_idempotent_requests_are_sent_again_and_with_their_body() {
    for (method, is_repeated) in [
        (Method::GET, true),
        (Method::HEAD, true),
        (Method::OPTIONS, true),
        (Method::TRACE, true),
        (Method::PUT, true),
        (Method::DELETE, true),
        (Method::POST, false),
        (Method::PATCH, false),
    ] {
        let server = recovering(1);
        let mut request = with_retries(post(&server.url("/")), 5);
        request.method = method;
        ask_at_once(request).await;
        let heads = server.heads();
        assert_eq!(heads.len() == 2, is_repeated, "{heads:?}");
        assert!(heads.iter().all(|head| head.ends_with("score=1")));
    }
}

#[tokio::test]
async fn what_a_server_asks_for_is_waited_for() {
    let server = {
        let served = Mutex::new(0);
        Server::plain(move |_, _, _| {
            let mut served = served.lock().unwrap();
            *served += 1;
            match *served {
                1 => (unavailable("Retry-After: 40\r\n"), Then::Close),
                _ => (ok("well"), Then::Keep),
            }
        })
    };
    let progress = Arc::new(Progress::default());
    let watched = Arc::clone(&progress);
    let request = with_retries(request(&server.url("/")), 1);
    let task =
        tokio::spawn(
            async move { fetch(&plain_pool(), request, &watched, &mut Body::default()).await },
        );
    while progress.phase.get() != Phase::Waiting {
        yield_now().await;
    }
    jump(Duration::from_secs(39)).await;
    for _ in 0..10 {
        yield_now().await;
    }
    assert_eq!(progress.phase.get(), Phase::Waiting);
    jump(Duration::from_secs(2)).await;
    let outcome = task.await.unwrap();
    assert_eq!(outcome.head.unwrap().status, 200);
}

#[tokio::test]
async fn a_response_that_asks_for_more_time_than_there_is_counts_at_once() {
    for (lines, timeout) in [
        ("Retry-After: 61\r\n", None),
        ("Retry-After: 99999999999\r\n", None),
        ("Retry-After: 99999999999999999999\r\n", Some(3600)),
        ("Retry-After: 10\r\n", Some(10)),
    ] {
        let server = Server::plain(move |_, _, _| (unavailable(lines), Then::Keep));
        let mut request = with_retries(request(&server.url("/")), 9);
        request.limits.timeout = timeout.map(Duration::from_secs);
        let (answer, repeats) = ask_at_once(request).await;
        assert_eq!(whole(answer).0, 503, "{lines}");
        assert_eq!(repeats, 0, "{lines}");
    }
}

#[tokio::test]
async fn a_time_that_cannot_be_read_is_none() {
    for value in ["-1", "soon", "", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let lines = format!("Retry-After: {value}\r\n");
        let server = Server::plain(move |_, _, _| (unavailable(&lines), Then::Keep));
        let (answer, repeats) = ask_at_once(with_retries(request(&server.url("/")), 4)).await;
        assert_eq!(whole(answer).0, 503);
        assert_eq!(repeats, 4, "{value}");
    }
}

#[tokio::test]
async fn the_time_limit_covers_all_tries() {
    // The first try fails, and the second one gets no response.
    let server = Server::plain(move |connection, _, _| match connection {
        0 => (Vec::new(), Then::Cut),
        _ => (Vec::new(), Then::Silence),
    });
    let mut request = with_retries(request(&server.url("/")), 9);
    request.limits.timeout = Some(Duration::from_secs(50));
    let progress = Arc::new(Progress::default());
    let watched = Arc::clone(&progress);
    let task =
        tokio::spawn(
            async move { fetch(&plain_pool(), request, &watched, &mut Body::default()).await },
        );
    while progress.phase.get() != Phase::Waiting {
        yield_now().await;
    }
    jump(Duration::from_secs(40)).await;
    while server.heads().len() < 2 {
        yield_now().await;
    }
    assert!(!task.is_finished());
    jump(Duration::from_secs(11)).await;
    let failure = task.await.unwrap().failure.unwrap();
    assert_eq!(failure.kind(), FetchErrorKind::Timeout, "{failure}");
    assert_eq!(progress.repeats(), 1);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_tried_as_often_as_allowed() {
    let port = {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    let request = with_retries(request(&format!("http://127.0.0.1:{port}/")), 3);
    let (answer, repeats) = ask_at_once(request).await;
    failed(answer, FetchErrorKind::CantConnect, "cannot be reached");
    assert_eq!(repeats, 3);
}

#[tokio::test]
async fn a_body_that_was_cut_comes_again_from_its_start() {
    let server = Server::plain(|connection, _, _| match connection {
        0 => {
            let cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234";
            (cut.into(), Then::Cut)
        }
        _ => (ok("whole"), Then::Keep),
    });
    let (answer, repeats) = ask_at_once(with_retries(request(&server.url("/")), 1)).await;
    assert_eq!(whole(answer), (200, b"whole".to_vec()));
    assert_eq!(repeats, 1);
}

#[tokio::test]
async fn a_body_of_which_a_part_was_handed_on_does_not_come_again() {
    /// Receiver that passes every piece on.
    struct HandsOn(Body);

    impl BodySink for HandsOn {
        fn begin(&mut self, head: &ResponseHead, length: Option<u64>) -> Result<(), FetchError> {
            self.0.begin(head, length)
        }

        fn write(&mut self, piece: &[u8]) -> Result<(), FetchError> {
            self.0.write(piece)
        }

        fn finish(&mut self) -> Result<(), FetchError> {
            self.0.finish()
        }
    }
    let server = Server::plain(|_, _, _| {
        let cut = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234";
        (cut.into(), Then::Cut)
    });
    let request = with_retries(request(&server.url("/")), 5);
    let sink = HandsOn(Body::default());
    let (outcome, HandsOn(body), repeats) = fetch_at_once(&plain_pool(), request, sink).await;
    assert_eq!((body.bytes.as_slice(), repeats), (&b"01234"[..], 0));
    failed(
        (outcome, body),
        FetchErrorKind::Connection,
        "closed the connection",
    );
}

#[tokio::test]
async fn a_download_begins_anew_or_continues_where_it_was_cut() {
    for resumes in [false, true] {
        let server = Server::plain(|connection, _, head| {
            let answer = match (connection, head.contains("Range: bytes=5-")) {
                (0, _) => "200 OK\r\nETag: \"a\"\r\nContent-Length: 10\r\n\r\n01234",
                (_, true) => {
                    "206 Rest\r\nETag: \"a\"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 5\r\n\r\n56789"
                }
                (_, false) => "200 OK\r\nContent-Length: 10\r\n\r\nabcdefghij",
            };
            (format!("HTTP/1.1 {answer}").into_bytes(), Then::Close)
        });
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file");
        let request = with_retries(request(&server.url("/")), 1);
        let sink = match resumes {
            true => FileSink::resuming(target.clone(), &request),
            false => FileSink::whole(target.clone()),
        };
        let (outcome, _, repeats) = fetch_at_once(&plain_pool(), request, sink).await;
        assert_eq!(outcome.failure, None);
        assert_eq!(repeats, 1);
        let expected = ["abcdefghij", "0123456789"][usize::from(resumes)];
        assert_eq!(fs::read_to_string(&target).unwrap(), expected);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_not_asked_for_again() {
    let owner = Template::like_the_engine("localhost").self_signed();
    let server = Server::secure(testing::server(&[&owner]), |_, _, _| (ok("x"), Then::Keep));
    let request = with_retries(request(&server.secure_url("/")), 5);
    let (answer, repeats) = ask_at_once(request).await;
    failed(answer, FetchErrorKind::TlsHandshake, "");
    assert_eq!(repeats, 0);
}

#[tokio::test]
async fn a_request_that_was_redirected_begins_where_it_began() {
    let busy = Mutex::new(true);
    let server = Server::plain(move |_, _, head| {
        if head.starts_with("PUT /old") {
            let redirect = "HTTP/1.1 307 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n";
            return (redirect.into(), Then::Keep);
        }
        match std::mem::take(&mut *busy.lock().unwrap()) {
            true => (unavailable("Retry-After: 0\r\n"), Then::Keep),
            false => (ok("well"), Then::Keep),
        }
    });
    let mut request = with_retries(post(&server.url("/old")), 1);
    request.method = Method::PUT;
    let (answer, _) = ask_at_once(request).await;
    assert_eq!(answer.0.head.as_ref().unwrap().redirects, 1);
    assert_eq!(whole(answer).0, 200);
    let heads = server.heads();
    let paths: Vec<_> = heads.iter().map(|head| &head[4..8]).collect();
    assert_eq!(paths, ["/old", "/new", "/old", "/new"]);
}
