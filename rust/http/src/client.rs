//! A polled client: one HTTP/1.1 connection with one request at a time.

mod driver;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Method;
use tokio::sync::{Notify, mpsc};

use crate::error::{FetchError, RequestError};
use crate::headers::{Fields, HeaderLine};
use driver::Prepared;
use godot_rustls_net::connector::{Connector, PeerFacts};
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::{Phase, PhaseCell};

/// Bytes of a body that are read before the caller takes them. The server waits when they are not
/// taken.
const READ_AHEAD: usize = 1024 * 1024;

/// A request over the connection.
#[derive(Debug)]
pub struct ClientRequest<'a> {
    /// The method.
    pub method: Method,
    /// A path, a whole URL, `*` or `host:port`, as it is sent.
    pub target: &'a str,
    /// The caller's header fields. Those that every request has are added.
    pub fields: Fields,
    /// The value of `User-Agent`.
    pub user_agent: String,
    /// The body.
    pub body: Bytes,
}

/// Head of a response.
#[derive(Debug, Clone)]
pub struct ClientResponse {
    /// The status code (RFC 9110 section 15).
    pub status: u16,
    /// The header lines as the server sent them.
    pub lines: Vec<HeaderLine>,
    /// The length of the body that the response announces.
    pub length: Option<u64>,
    /// True if the body is chunked.
    pub is_chunked: bool,
    /// True if a body follows, which may be empty.
    pub has_body: bool,
    /// True if the end of the connection ends the body.
    pub ends_with_connection: bool,
}

/// Stage of the connection.
#[derive(Debug, Clone, Default)]
pub enum Stage {
    /// The name is looked up or the connection is made: [`Client::phase`] says which.
    #[default]
    Connecting,
    /// Ready for a request.
    Ready,
    /// The request is being sent, or its response is awaited.
    Requesting,
    /// The response is arriving.
    Receiving,
    /// The connection failed.
    Failed(FetchError),
    /// The server closed the connection between two requests.
    Closed,
}

#[derive(Debug, Default)]
struct State {
    stage: Stage,
    facts: Option<Arc<PeerFacts>>,
    /// The head of a response that the caller has not taken yet.
    response: Option<ClientResponse>,
    /// True if pieces of the body are not joined, because they are chunks.
    is_chunked: bool,
    pieces: VecDeque<Bytes>,
    waiting: usize,
    /// Bytes that a waiting caller wants, which may be more than [`READ_AHEAD`].
    wanted: usize,
    /// True once the last piece has arrived.
    is_complete: bool,
}

#[derive(Debug, Default)]
struct Shared {
    phase: PhaseCell,
    state: Mutex<State>,
    /// Notified of changes, for callers that block.
    changed: Condvar,
    /// Notified when the caller has taken pieces.
    fetched: Notify,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }
}

/// The caller's handle of the connection.
#[derive(Debug)]
pub struct Client {
    origin: Origin,
    requests: mpsc::UnboundedSender<Prepared>,
    shared: Arc<Shared>,
}

/// Result of reading a body.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyRead {
    /// At least one byte, and whether it was the last.
    Bytes(Vec<u8>, bool),
    /// No byte has arrived yet.
    NotYet,
    /// The body was read.
    End,
    /// The body was cut off.
    Broken,
}

impl Client {
    /// Starts to connect when the returned future is polled.
    pub fn open(connector: Connector, origin: Origin) -> (Self, impl Future<Output = ()> + Send) {
        let (requests, queue) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::default());
        let work = driver::run(connector, origin.clone(), queue, Arc::clone(&shared));
        let client = Self {
            origin,
            requests,
            shared,
        };
        (client, work)
    }

    /// Returns the phase of [`Stage::Connecting`].
    pub fn phase(&self) -> Phase {
        self.shared.phase.get()
    }

    /// Returns the stage of the connection.
    pub fn stage(&self) -> Stage {
        self.shared.lock().stage.clone()
    }

    /// Blocks until the request has a response or failed.
    pub fn wait_for_response(&self) {
        let mut state = self.shared.lock();
        while matches!(state.stage, Stage::Requesting) {
            state = self
                .shared
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes the head of the response.
    pub fn take_response(&self) -> Option<ClientResponse> {
        self.shared.lock().response.take()
    }

    /// Returns facts about the server once the connection was made.
    pub fn facts(&self) -> Option<Arc<PeerFacts>> {
        self.shared.lock().facts.clone()
    }

    /// Sends a request. The connection must be ready for one, or its last body read. A request that
    /// cannot be sent changes nothing.
    pub fn send(&self, request: ClientRequest<'_>) -> Result<(), RequestError> {
        let facts = self.facts().unwrap_or_default();
        let prepared = driver::prepare(request, &self.origin, &facts)?;
        self.shared.lock().stage = Stage::Requesting;
        // Without a receiver the stage says already that the connection has ended.
        if self.requests.send(prepared).is_err() {
            self.shared.lock().stage = Stage::Closed;
        }
        Ok(())
    }

    /// Takes up to `most` bytes of the body, after waiting until `enough` bytes are there or the
    /// body ends. Chunks are not joined, so a server that sends one message per chunk is read one
    /// message at a time, as far as a message fits into `most`.
    pub fn read(&self, most: usize, enough: usize) -> BodyRead {
        let mut state = self.shared.lock();
        state.wanted = enough;
        while state.waiting < enough && !state.is_complete && !state.has_failed() {
            self.shared.fetched.notify_one();
            state = self
                .shared
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.wanted = 0;
        let bytes = state.take(most);
        let is_last = state.is_complete && state.waiting == 0;
        let has_failed = state.has_failed();
        drop(state);
        self.shared.fetched.notify_one();
        match (bytes.is_empty(), is_last, has_failed) {
            (false, is_last, _) => BodyRead::Bytes(bytes, is_last),
            (true, true, _) => BodyRead::End,
            (true, false, true) => BodyRead::Broken,
            (true, false, false) => BodyRead::NotYet,
        }
    }
}

impl State {
    /// Returns whether as many bytes wait as may be read ahead.
    fn is_full(&self) -> bool {
        self.waiting > READ_AHEAD.max(self.wanted)
    }

    fn has_failed(&self) -> bool {
        matches!(self.stage, Stage::Failed(_) | Stage::Closed)
    }

    fn take(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < most {
            let Some(piece) = self.pieces.front_mut() else {
                break;
            };
            let part = piece.split_to(piece.len().min(most - bytes.len()));
            bytes.extend_from_slice(&part);
            if piece.is_empty() {
                self.pieces.pop_front();
            }
            if self.is_chunked {
                break;
            }
        }
        self.waiting -= bytes.len();
        bytes
    }
}
