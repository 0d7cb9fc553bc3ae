//! Exchanges over real sockets with scripted servers.

mod cache;
mod client;
mod clock;
mod exchange;
mod floods;
mod http2;
mod http2_bodies;
mod kept;
mod lenient;
mod lost;
mod raw_http2;
mod reconnect;
mod resume;
mod retries;
mod server;
mod ways;
mod wire;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use tokio::sync::Notify;

use crate::body::Content;
use crate::body_sink::BodySink;
use crate::error::{FetchError, FetchErrorKind};
use crate::fetch::{FetchOutcome, fetch};
use crate::headers::Fields;
use crate::pool::Pool;
use crate::progress::Progress;
use crate::request::{FetchLimits, FetchRequest};
use crate::request_url::parse;
use crate::response::ResponseHead;
use godot_rustls_net::connector::Connector;
use godot_rustls_net::proxy::Routes;
use godot_rustls_tls::config::ClientContext;
use godot_rustls_tls::diagnosis::Cause;

/// Receiver that keeps the body in memory.
#[derive(Debug, Default)]
struct Body {
    bytes: Vec<u8>,
    is_whole: bool,
    /// Notified when the head arrives.
    begun: Arc<Notify>,
}

impl BodySink for Body {
    fn begin(&mut self, _: &ResponseHead, _: Option<u64>) -> Result<(), FetchError> {
        self.begun.notify_one();
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        self.bytes.extend_from_slice(piece);
        Ok(())
    }

    fn restart(&mut self) -> bool {
        self.bytes.clear();
        true
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        self.is_whole = true;
        Ok(())
    }
}

const RULES: FetchLimits = FetchLimits {
    max_redirects: Some(8),
    body_size_limit: None,
    decode: true,
    allow_downgrade: false,
    timeout: None,
    read_timeout: None,
    retry_lost_post: true,
    retries: 0,
    reconnect_events: false,
};

fn request(url: &str) -> FetchRequest {
    FetchRequest {
        method: Method::GET,
        url: parse(url).unwrap(),
        fields: Fields::default(),
        user_agent: "test".to_owned(),
        content: Content::None,
        limits: RULES,
        cookies: None,
        cache: None,
    }
}

fn post(url: &str) -> FetchRequest {
    let mut request = request(url);
    request.method = Method::POST;
    request.content = Content::Bytes("score=1".into());
    request
}

/// Returns a POST that is never retried.
fn post_once(url: &str) -> FetchRequest {
    let mut request = post(url);
    request.limits.retry_lost_post = false;
    request
}

fn connector(setup: &ClientContext, routes: Routes) -> Connector {
    let setup = Arc::new(setup.with_default_alpn(&["h2", "http/1.1"]));
    Connector::new(setup, routes, Some(Duration::from_secs(10)))
}

fn pool(setup: &ClientContext) -> Arc<Pool> {
    Pool::new(connector(setup, Routes::default()))
}

fn plain_pool() -> Arc<Pool> {
    pool(&godot_rustls_tls::testing::client(&[]))
}

async fn ask(pool: &Arc<Pool>, request: FetchRequest) -> (FetchOutcome, Body) {
    ask_telling(pool, request, Arc::default()).await
}

/// Sends the request, and notifies `begun` when the response head arrives.
async fn ask_telling(
    pool: &Arc<Pool>,
    request: FetchRequest,
    begun: Arc<Notify>,
) -> (FetchOutcome, Body) {
    let mut body = Body {
        begun,
        ..Body::default()
    };
    let outcome = fetch(pool, request, &Arc::new(Progress::default()), &mut body).await;
    (outcome, body)
}

/// Asserts that the response is complete. Returns its status and body.
#[track_caller]
fn whole((outcome, body): (FetchOutcome, Body)) -> (u16, Vec<u8>) {
    assert_eq!(outcome.failure, None);
    assert!(body.is_whole);
    (outcome.head.unwrap().status, body.bytes)
}

/// Asserts the kind of the failure and a part of its message.
#[track_caller]
fn failed((outcome, body): (FetchOutcome, Body), kind: FetchErrorKind, words: &str) {
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.kind(), kind, "{failure}");
    assert!(failure.to_string().contains(words), "{failure}");
    // Scripts branch on the cause, which has to agree with the message.
    let is_incomplete = failure.to_string().starts_with("the body is incomplete");
    assert_eq!(
        failure.cause() == Cause::BodyIncomplete,
        is_incomplete,
        "{failure:?}"
    );
    assert!(!body.is_whole);
}

/// Runs the work on a runtime like the addon's.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

type Shared<T> = Arc<Mutex<T>>;
