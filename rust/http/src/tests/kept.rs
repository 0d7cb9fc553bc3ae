//! How long connections are kept.

use std::pin::Pin;
use std::sync::atomic::Ordering;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::http2::{Http2Server, Then as Http2Then};
use super::server::{Server, Then, ok};
use super::*;
use godot_rustls_tls::testing::client;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn pool_keeping_for(setup: &ClientContext, kept_for: Duration) -> Arc<Pool> {
    Pool::keeping_for(connector(setup, Routes::default()), kept_for)
}

#[test]
fn requests_one_after_another_leave_one_task_that_closes_idle_connections() {
    let server = Server::plain(|_, _, _| (ok("x"), Then::Keep));
    let pool = plain_pool();
    block_on(async {
        for _ in 0..50 {
            whole(ask(&pool, order(&server.url("/"))).await);
        }
        // The other one is the connection's. Those that are done are counted for a moment still.
        let settled = timeout(PATIENCE, tasks(2)).await;
        settled.expect("more tasks, or fewer");
    });
    assert_eq!(server.connections(), [0; 50]);
}

#[test]
fn idle_connections_are_closed_again_after_all_were_closed_once() {
    let server = Server::plain(|_, _, _| (ok("x"), Then::Keep));
    let pool = pool_keeping_for(&client(&[]), Duration::from_millis(50));
    block_on(async {
        for _ in 0..2 {
            whole(ask(&pool, order(&server.url("/"))).await);
            timeout(PATIENCE, tasks(0)).await.unwrap();
        }
    });
    assert_eq!(server.connections(), [0, 1]);
}

/// Waits until there are so many.
async fn tasks(count: usize) {
    while Handle::current().metrics().num_alive_tasks() != count {
        sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn a_shared_connection_that_nobody_uses_is_closed() {
    block_on(async {
        let server = Http2Server::start(|_, _| Http2Then::Answer).await;
        let pool = pool_keeping_for(&client(&[&server.owner]), Duration::from_millis(100));
        whole(ask(&pool, order(&server.url("/"))).await);
        timeout(PATIENCE, server.one_ended.notified())
            .await
            .expect("it is open still");
        whole(ask(&pool, order(&server.url("/"))).await);
        assert_eq!(server.connections(), [0, 1]);
    });
}

#[test]
fn a_shared_connection_is_kept_while_a_request_waits_for_its_answer() {
    block_on(async {
        let come = Arc::new(Notify::new());
        let told = Arc::clone(&come);
        let server = Http2Server::start(move |_, path| match path {
            "/slow" => Http2Then::After(Arc::clone(&told)),
            _ => Http2Then::Answer,
        })
        .await;
        let kept_for = Duration::from_millis(40);
        let pool = pool_keeping_for(&client(&[&server.owner]), kept_for);
        let (other, slow) = (Arc::clone(&pool), order(&server.url("/slow")));
        let slow = tokio::spawn(async move { ask(&other, slow).await });
        sleep(kept_for * 5).await;
        whole(ask(&pool, order(&server.url("/"))).await);
        assert_eq!(server.connections(), [0, 0]);
        assert_eq!(server.ended.load(Ordering::SeqCst), 0);
        come.notify_one();
        whole(slow.await.unwrap());
    });
}

#[test]
fn a_shared_connection_on_which_a_request_waited_in_vain_gets_no_other_one() {
    let limits = ["read_timeout", "timeout", "given up"];
    for (limit, has_head) in limits
        .into_iter()
        .flat_map(|limit| [(limit, false), (limit, true)])
    {
        block_on(async {
            let server = Http2Server::start(move |number, path| match (number, path) {
                (0, "/") if has_head => Http2Then::HeadAlone,
                (0, "/") => Http2Then::Silence,
                _ => Http2Then::Answer,
            })
            .await;
            let pool = pool(&client(&[&server.owner]));
            // What counts is the wait, not the time that a handshake takes on a busy machine.
            whole(ask(&pool, order(&server.url("/first"))).await);
            let mut hurried = order(&server.url("/"));
            match limit {
                "read_timeout" => hurried.rules.read_timeout = Some(Duration::from_millis(200)),
                "timeout" => hurried.rules.timeout = Some(Duration::from_millis(1500)),
                _ => {}
            }
            let first = timeout(Duration::from_millis(2500), ask(&pool, hurried)).await;
            assert!(first.is_err() || first.is_ok_and(|(ending, _)| ending.failure.is_some()));
            let second = timeout(PATIENCE / 2, ask(&pool, order(&server.url("/")))).await;
            whole(second.unwrap_or_else(|_| {
                panic!("{limit}, head {has_head}: it waits where nobody answers")
            }));
            assert_eq!(server.connections(), [0, 0, 1]);
        });
    }
}

#[test]
fn a_request_that_is_given_up_soon_does_no_harm_to_a_shared_connection() {
    block_on(async {
        let server = Http2Server::start(|_, path| match path {
            "/silent" => Http2Then::Silence,
            _ => Http2Then::Answer,
        })
        .await;
        let pool = pool(&client(&[&server.owner]));
        whole(ask(&pool, order(&server.url("/"))).await);
        let silent = ask(&pool, order(&server.url("/silent")));
        let waited = timeout(Duration::from_millis(700), silent).await;
        assert!(waited.is_err());
        whole(ask(&pool, order(&server.url("/"))).await);
        assert_eq!(server.connections(), [0, 0, 0]);
    });
}

/// What a paused game makes of a stream of events: it takes no more, and does not end.
struct Paused;

impl Receiver for Paused {
    fn begin(&mut self, _: &Head, _: Option<u64>) -> Result<(), FetchError> {
        Ok(())
    }

    fn write(&mut self, _: &[u8]) -> Result<(), FetchError> {
        Ok(())
    }

    fn until_ready(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        Some(Box::pin(std::future::pending()))
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        Ok(())
    }
}

#[test]
fn streams_that_nobody_reads_starve_no_other_request_to_their_server() {
    const STREAMS: usize = 6;
    block_on(async {
        let server = Http2Server::start(|_, path| match path {
            "/events" => Http2Then::Flood,
            _ => Http2Then::Body,
        })
        .await;
        let pool = pool(&client(&[&server.owner]));
        whole(ask(&pool, order(&server.url("/"))).await);
        let mut paused = tokio::task::JoinSet::new();
        for _ in 0..STREAMS {
            let (pool, order) = (Arc::clone(&pool), order(&server.url("/events")));
            paused.spawn(async move {
                run(&pool, order, &Arc::new(Progress::default()), &mut Paused).await
            });
        }
        // Until the server has sent what it may: a stream takes so much and no more.
        let mut before = usize::MAX;
        loop {
            let flooded = server.flooded.load(Ordering::SeqCst);
            if flooded == before && flooded > 0 {
                break;
            }
            before = flooded;
            sleep(Duration::from_millis(50)).await;
        }
        let answer = timeout(PATIENCE / 4, ask(&pool, order(&server.url("/")))).await;
        assert_eq!(whole(answer.expect("it starves")).1, b"short");
        assert!(
            before <= STREAMS * 5 * 1024 * 1024,
            "{before} bytes are held"
        );
        assert_eq!(server.connections(), [0; STREAMS + 2]);
    });
}
