//! A connection that hyper drives.

mod activity;
mod last_use;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::{TrySendError, http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::sync::Notify;

pub(crate) use activity::Activity;
pub(crate) use last_use::LastUse;

use crate::body::Body;
use crate::error::FetchError;
use crate::frames::{CountedFrames, HeadsHeard};
use crate::head_limits::{MAX_HEAD, MAX_HEADERS};
use crate::header_case::{SharedCapture, Wire};
use godot_rustls_net::connector::{Connector, PeerFacts};
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::PhaseCell;
use godot_rustls_net::transport::Transport;

/// The application protocol that stands for HTTP/2 (RFC 9113 section 3.2).
const H2: &[u8] = b"h2";

/// Bytes of a body that a server may send over HTTP/2 before they are read. The size keeps a fast
/// network busy between two reads.
const STREAM_WINDOW: u32 = 4 * 1024 * 1024;

/// Bytes of all bodies together. The windows of the streams bound what a connection holds. If a few
/// streams could fill the window of the connection, streams that are not read, such as the events
/// of a paused game, would block all other requests to their server.
const CONNECTION_WINDOW: u32 = 256 * STREAM_WINDOW;

/// Connection that can take a request.
#[derive(Debug)]
pub(crate) enum Connection {
    Http1(Http1),
    Http2(Http2),
}

/// HTTP/1.1 connection, which carries one exchange at a time.
#[derive(Debug)]
pub(crate) struct Http1 {
    sender: http1::SendRequest<Body>,
    pub(crate) facts: Arc<PeerFacts>,
    pub(crate) capture: SharedCapture,
    /// Notified when the connection is closed.
    pub(crate) over: Arc<Notify>,
    is_used: bool,
}

/// HTTP/2 connection, which carries many exchanges at the same time.
#[derive(Debug, Clone)]
pub(crate) struct Http2 {
    sender: http2::SendRequest<Body>,
    pub(crate) facts: Arc<PeerFacts>,
    is_used: bool,
    /// Each request holds a clone until its response has been read. The pool holds one more.
    last_use: Arc<Mutex<LastUse>>,
    heard: HeadsHeard,
}

type Sent = Result<Response<Incoming>, TrySendError<Request<Body>>>;

impl Connection {
    pub(crate) async fn make(
        connector: &Connector,
        origin: &Origin,
        phase: &PhaseCell,
    ) -> Result<Self, FetchError> {
        let (transport, facts) = connector.connect(origin, phase).await?;
        if facts.alpn == H2 {
            Http2::begin(transport, facts).await.map(Self::Http2)
        } else {
            Http1::begin(transport, facts).await.map(Self::Http1)
        }
    }

    /// Returns whether the connection may have carried a request before. The server may be about to
    /// close such a connection.
    pub(crate) fn is_reused(&self) -> bool {
        match self {
            Self::Http1(connection) => connection.is_used,
            Self::Http2(connection) => connection.is_used,
        }
    }

    /// Returns whether other requests use the connection at the same time.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Http2(_))
    }

    /// Returns an observer of what the server sends before its response.
    pub(crate) fn activity(&self) -> Activity {
        match self {
            Self::Http1(connection) => Activity::alone(connection.capture.clone()),
            Self::Http2(connection) => {
                let users = Arc::downgrade(&connection.last_use);
                Activity::shared(connection.heard.clone(), users)
            }
        }
    }

    pub(crate) fn facts(&self) -> &Arc<PeerFacts> {
        match self {
            Self::Http1(connection) => &connection.facts,
            Self::Http2(connection) => &connection.facts,
        }
    }
}

impl Http1 {
    pub(crate) async fn begin(transport: Transport, facts: PeerFacts) -> Result<Self, FetchError> {
        let capture = SharedCapture::default();
        let wire = Wire::new(transport, capture.clone());
        let (sender, connection) = http1::Builder::new()
            .title_case_headers(true)
            .max_headers(MAX_HEADERS)
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_HEAD)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true)
            .ignore_invalid_headers_in_responses(true)
            .handshake(TokioIo::new(wire))
            .await
            .map_err(|error| not_begun(&error))?;
        let over = Arc::new(Notify::new());
        let told = Arc::clone(&over);
        tokio::spawn(async move {
            // The request that awaits a response receives the error.
            let _ = connection.await;
            told.notify_one();
        });
        Ok(Self {
            sender,
            facts: Arc::new(facts),
            capture,
            over,
            is_used: false,
        })
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> Sent {
        self.sender.try_send_request(request).await
    }

    /// Waits until the connection can take another request. Returns false if it was closed.
    pub(crate) async fn ready(&mut self) -> bool {
        self.sender.ready().await.is_ok()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.sender.is_ready()
    }

    pub(crate) fn used_again(mut self) -> Self {
        self.is_used = true;
        self
    }
}

impl Http2 {
    async fn begin(transport: Transport, facts: PeerFacts) -> Result<Self, FetchError> {
        let frames = CountedFrames::new(transport);
        let heard = frames.heads_heard();
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(20))
            .handshake(TokioIo::new(frames))
            .await
            .map_err(|error| not_begun(&error))?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            facts: Arc::new(facts),
            is_used: false,
            last_use: Arc::new(Mutex::new(LastUse::now())),
            heard,
        })
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> Sent {
        self.sender.try_send_request(request).await
    }

    /// Returns a clone for a further request.
    pub(crate) fn again(&self) -> Self {
        let mut again = self.clone();
        again.is_used = true;
        again
    }

    /// Returns whether the connection can serve another request. If it was not used for longer than
    /// `max_idle_time`, a router on the path may have dropped it without a notice.
    pub(crate) fn is_usable(&self, max_idle_time: Duration) -> bool {
        let is_used = Arc::strong_count(&self.last_use) > 1;
        !self.sender.is_closed() && (is_used || self.lock().age() < max_idle_time)
    }

    fn lock(&self) -> MutexGuard<'_, LastUse> {
        self.last_use.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Http2 {
    fn drop(&mut self) {
        *self.lock() = LastUse::now();
    }
}

fn not_begun(error: &hyper::Error) -> FetchError {
    FetchError::ConnectionSetup {
        reason: error.to_string(),
    }
}
