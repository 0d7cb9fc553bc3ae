//! Connections that are kept for further requests.

use std::io::Write as _;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::clock::{by_timers, jump};
use super::http2::{Http2Server, Then as Http2Then};
use super::server::{Server, Then, ok};
use super::*;
use crate::decode::PIECE;
use godot_rustls_tls::testing::client;

/// Longer than any test takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Time for which the pools of these tests keep connections: so long that real time does not
/// matter.
const MAX_IDLE_TIME: Duration = Duration::from_secs(40);

fn pool_keeping(setup: &ClientContext) -> Arc<Pool> {
    Pool::with_idle_time(connector(setup, Routes::default()), MAX_IDLE_TIME)
}

/// Waits, on a paused clock, until there are `count` tasks.
async fn tasks(count: usize) {
    while Handle::current().metrics().num_alive_tasks() != count {
        sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn requests_one_after_another_leave_one_task_that_closes_idle_connections() {
    let server = Server::plain(|_, _, _| (ok("x"), Then::Keep));
    let pool = plain_pool();
    for _ in 0..50 {
        whole(ask(&pool, request(&server.url("/"))).await);
    }
    // The other task is the connection's.
    let ((), took) = by_timers(tasks(2)).await;
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(server.connections(), [0; 50]);
}

#[tokio::test]
async fn idle_connections_are_closed_again_after_all_were_closed_once() {
    let server = Server::plain(|_, _, _| (ok("x"), Then::Keep));
    let pool = pool_keeping(&client(&[]));
    for _ in 0..2 {
        whole(ask(&pool, request(&server.url("/"))).await);
        let ((), took) = by_timers(tasks(0)).await;
        assert!(took > MAX_IDLE_TIME - PATIENCE, "{took:?}");
        assert!(took < MAX_IDLE_TIME + PATIENCE, "{took:?}");
    }
    assert_eq!(server.connections(), [0, 1]);
}

#[tokio::test]
async fn a_shared_connection_that_nobody_uses_is_closed() {
    let server = Http2Server::start(|_, _| Http2Then::Answer).await;
    let pool = pool_keeping(&client(&[&server.owner]));
    whole(ask(&pool, request(&server.url("/"))).await);
    jump(MAX_IDLE_TIME / 2).await;
    whole(ask(&pool, request(&server.url("/"))).await);
    jump(MAX_IDLE_TIME).await;
    timeout(PATIENCE, server.one_ended.notified())
        .await
        .expect("it is open still");
    whole(ask(&pool, request(&server.url("/"))).await);
    assert_eq!(server.connections(), [0, 0, 1]);
}

#[tokio::test]
async fn a_shared_connection_is_kept_while_a_request_waits_for_its_answer() {
    let (waits, come) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (waiting, told) = (Arc::clone(&waits), Arc::clone(&come));
    let server = Http2Server::start(move |_, path| match path {
        "/slow" => {
            waiting.notify_one();
            Http2Then::After(Arc::clone(&told))
        }
        _ => Http2Then::Answer,
    })
    .await;
    let pool = pool_keeping(&client(&[&server.owner]));
    let (other, slow) = (Arc::clone(&pool), request(&server.url("/slow")));
    let slow = tokio::spawn(async move { ask(&other, slow).await });
    waits.notified().await;
    jump(MAX_IDLE_TIME * 5).await;
    whole(ask(&pool, request(&server.url("/"))).await);
    assert_eq!(server.connections(), [0, 0]);
    assert_eq!(server.ended.load(Ordering::SeqCst), 0);
    come.notify_one();
    whole(slow.await.unwrap());
}

#[tokio::test]
async fn a_shared_connection_on_which_a_request_waited_in_vain_gets_no_other_one() {
    // Less than the time after which hyper pings.
    let long = Some(Duration::from_secs(15));
    let short = Some(Duration::from_millis(900));
    let limits = [(short, None), (None, long), (None, None)];
    for (limits, has_head) in limits.into_iter().flat_map(|l| [(l, false), (l, true)]) {
        let waits = Arc::new(Notify::new());
        let told = Arc::clone(&waits);
        let server = Http2Server::start(move |number, path| match (number, path) {
            (0, "/") if has_head => Http2Then::HeadAlone,
            (0, "/") => {
                told.notify_one();
                Http2Then::Silence
            }
            _ => Http2Then::Answer,
        })
        .await;
        let pool = pool(&client(&[&server.owner]));
        // The wait is measured, and not the time that a handshake takes on a busy machine.
        whole(ask(&pool, request(&server.url("/first"))).await);
        let mut hurried = request(&server.url("/"));
        (hurried.limits.read_timeout, hurried.limits.timeout) = limits;
        let (other, begun) = (Arc::clone(&pool), Arc::clone(&waits));
        let hurried = tokio::spawn(async move { ask_telling(&other, hurried, begun).await });
        waits.notified().await;
        if limits == (None, None) {
            jump(Duration::from_secs(2)).await;
            hurried.abort();
            assert!(hurried.await.unwrap_err().is_cancelled());
        } else {
            let (answer, _) = by_timers(hurried).await;
            failed(answer.unwrap(), FetchErrorKind::Timeout, "");
        }
        let second = timeout(PATIENCE / 4, ask(&pool, request(&server.url("/")))).await;
        whole(second.unwrap_or_else(|_| {
            panic!("{limits:?}, head {has_head}: it waits where nobody answers")
        }));
        assert_eq!(server.connections(), [0, 0, 1]);
    }
}

#[tokio::test]
async fn a_request_that_is_given_up_soon_does_no_harm_to_a_shared_connection() {
    let waits = Arc::new(Notify::new());
    let told = Arc::clone(&waits);
    let server = Http2Server::start(move |_, path| match path {
        "/silent" => {
            told.notify_one();
            Http2Then::Silence
        }
        _ => Http2Then::Answer,
    })
    .await;
    let pool = pool(&client(&[&server.owner]));
    whole(ask(&pool, request(&server.url("/"))).await);
    let (other, silent) = (Arc::clone(&pool), request(&server.url("/silent")));
    let silent = tokio::spawn(async move { ask(&other, silent).await });
    waits.notified().await;
    jump(Duration::from_millis(500)).await;
    silent.abort();
    assert!(silent.await.unwrap_err().is_cancelled());
    whole(ask(&pool, request(&server.url("/"))).await);
    assert_eq!(server.connections(), [0, 0, 0]);
}

/// Receiver that takes a stream of events piece by piece, or not at all while a game is paused: the
/// stream then waits, and does not end.
#[derive(Clone)]
struct Gate {
    /// Bytes received.
    taken: Arc<AtomicUsize>,
    /// Permits for pieces.
    pieces: Arc<Semaphore>,
    /// Notified when the stream waits.
    waits: Arc<Notify>,
}

impl Gate {
    /// Returns a receiver that takes one piece, and lets the rest wait.
    fn closed() -> Self {
        Self {
            taken: Arc::default(),
            pieces: Arc::new(Semaphore::new(0)),
            waits: Arc::default(),
        }
    }
}

impl BodySink for Gate {
    fn begin(&mut self, _: &ResponseHead, _: Option<u64>) -> Result<(), FetchError> {
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        self.taken.fetch_add(piece.len(), Ordering::SeqCst);
        Ok(())
    }

    fn until_ready(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let (pieces, waits) = (Arc::clone(&self.pieces), Arc::clone(&self.waits));
        Some(Box::pin(async move {
            waits.notify_one();
            pieces.acquire().await.unwrap().forget();
        }))
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_stream_goes_on_when_its_reader_is_ready_however_long_that_took() {
    const SIZE: usize = 1 << 20;
    const LIMIT: Duration = Duration::from_secs(10);
    let body = "x".repeat(SIZE);
    let server = Server::plain(move |_, _, _| (ok(&body), Then::Keep));
    let mut request = request(&server.url("/"));
    request.limits.read_timeout = Some(LIMIT);
    let gate = Gate::closed();
    let mut receiver = gate.clone();
    let received =
        tokio::spawn(
            async move { fetch(&plain_pool(), request, &Arc::default(), &mut receiver).await },
        );
    for _ in 0..2 {
        let waits = timeout(PATIENCE / 4, gate.waits.notified()).await;
        waits.expect("it does not wait");
        let before = gate.taken.load(Ordering::SeqCst);
        by_timers(sleep(2 * LIMIT)).await;
        assert_eq!(gate.taken.load(Ordering::SeqCst), before);
        assert!(before > 0 && before < SIZE);
        gate.pieces.add_permits(1);
    }
    gate.pieces.add_permits(SIZE);
    let outcome = received.await.unwrap();
    assert_eq!(outcome.failure, None);
    assert_eq!(gate.taken.load(Ordering::SeqCst), SIZE);
}

#[tokio::test]
async fn a_few_bytes_that_become_many_come_only_as_fast_as_their_reader_takes_them() {
    const SIZE: usize = 64 << 20;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..SIZE >> 20 {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let server = Server::plain(move |_, _, _| {
        let length = bomb.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n"
        );
        ([head.as_bytes(), &bomb].concat(), Then::Keep)
    });
    let request = request(&server.url("/"));
    let gate = Gate::closed();
    let mut receiver = gate.clone();
    let received =
        tokio::spawn(
            async move { fetch(&plain_pool(), request, &Arc::default(), &mut receiver).await },
        );
    for pieces in 1..=3 {
        let waits = timeout(PATIENCE / 4, gate.waits.notified()).await;
        waits.expect("it does not wait");
        let taken = gate.taken.load(Ordering::SeqCst);
        assert!(taken > 0 && taken <= pieces * PIECE, "{taken}");
        gate.pieces.add_permits(1);
    }
    gate.pieces.add_permits(Semaphore::MAX_PERMITS / 2);
    let outcome = received.await.unwrap();
    assert_eq!(outcome.failure, None);
    assert_eq!(gate.taken.load(Ordering::SeqCst), SIZE);
}

#[tokio::test]
async fn streams_that_nobody_reads_starve_no_other_request_to_their_server() {
    const STREAMS: usize = 6;
    let server = Http2Server::start(|_, path| match path {
        "/events" => Http2Then::Flood,
        _ => Http2Then::Body,
    })
    .await;
    let pool = pool(&client(&[&server.owner]));
    whole(ask(&pool, request(&server.url("/"))).await);
    let mut paused = tokio::task::JoinSet::new();
    for _ in 0..STREAMS {
        let (pool, request) = (Arc::clone(&pool), request(&server.url("/events")));
        paused.spawn(
            async move { fetch(&pool, request, &Arc::default(), &mut Gate::closed()).await },
        );
    }
    // Waits until the windows of all streams are full: the server may send so much and no more.
    let mut flooded = server.flooded.subscribe();
    let full = flooded.wait_for(|bytes| *bytes >= STREAMS * 4 * 1024 * 1024);
    let full = timeout(PATIENCE / 4, full).await;
    full.expect("the streams starve").unwrap();
    for _ in 0..20 {
        let answer = timeout(PATIENCE / 4, ask(&pool, request(&server.url("/")))).await;
        assert_eq!(whole(answer.expect("it starves")).1, b"short");
    }
    let held = *flooded.borrow();
    assert!(held <= STREAMS * 5 * 1024 * 1024, "{held} bytes are held");
    assert_eq!(server.connections(), [0; STREAMS + 21]);
}
