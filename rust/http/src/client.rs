//! A connection of one's own over HTTP/1.1, for one request at a time: what a client that is polled looks at.

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

/// Bytes of a body that are read ahead of whoever polls. The server waits when they are not fetched.
const READ_AHEAD: usize = 1024 * 1024;

/// A request over the connection.
#[derive(Debug)]
pub struct ClientRequest<'a> {
    /// Any.
    pub method: Method,
    /// A path, a whole URL, `*` or `host:port`, as it is sent.
    pub target: &'a str,
    /// The caller's; the usual ones are added.
    pub fields: Fields,
    /// Who requests.
    pub user_agent: String,
    /// The body.
    pub body: Bytes,
}

/// The head of an answer.
#[derive(Debug, Clone)]
pub struct ClientResponse {
    /// Three digits (RFC 9110 section 15).
    pub status: u16,
    /// As the server sent them.
    pub lines: Vec<HeaderLine>,
    /// What the answer announces.
    pub length: Option<u64>,
    /// It comes in chunks.
    pub is_chunked: bool,
    /// A body follows, be it an empty one.
    pub has_body: bool,
    /// The body ends with the connection.
    pub ends_with_connection: bool,
}

/// How far the connection is.
#[derive(Debug, Clone, Default)]
pub enum Stage {
    /// Looking up the name and connecting; which one tells [`Client::phase`].
    #[default]
    Connecting,
    /// Ready for a request.
    Ready,
    /// The request is on its way.
    Requesting,
    /// The answer comes.
    Receiving,
    /// Nothing more comes.
    Failed(FetchError),
    /// The server closed the connection between two requests.
    Closed,
}

#[derive(Debug, Default)]
struct State {
    stage: Stage,
    facts: Option<Arc<PeerFacts>>,
    /// The head of an answer that nobody looked at yet.
    response: Option<ClientResponse>,
    /// Each piece of the body is for itself.
    is_chunked: bool,
    pieces: VecDeque<Bytes>,
    waiting: usize,
    /// What somebody waits for, who may want more than is usually read ahead.
    wanted: usize,
    /// The last piece is there.
    is_complete: bool,
}

#[derive(Debug, Default)]
struct Shared {
    phase: PhaseCell,
    state: Mutex<State>,
    /// For those who wait on a thread of their own.
    changed: Condvar,
    /// Pieces were fetched.
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

/// The polled end.
#[derive(Debug)]
pub struct Client {
    origin: Origin,
    requests: mpsc::UnboundedSender<Prepared>,
    shared: Arc<Shared>,
}

/// A piece of a body.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyRead {
    /// At least one byte; whether it was the last.
    Bytes(Vec<u8>, bool),
    /// None yet.
    NotYet,
    /// The body was read.
    End,
    /// It stops in the middle.
    Broken,
}

impl Client {
    /// Begins to connect, once the future runs.
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

    /// Returns how far [`Stage::Connecting`] is.
    pub fn phase(&self) -> Phase {
        self.shared.phase.get()
    }

    /// How far it is.
    pub fn stage(&self) -> Stage {
        self.shared.lock().stage.clone()
    }

    /// Waits until the request has an answer or failed.
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

    /// The head of the answer, once.
    pub fn take_response(&self) -> Option<ClientResponse> {
        self.shared.lock().response.take()
    }

    /// What is known of the server once the connection is made.
    pub fn facts(&self) -> Option<Arc<PeerFacts>> {
        self.shared.lock().facts.clone()
    }

    /// Sends a request. Only when the connection is ready for one, or its last body was read. One that cannot be sent
    /// changes nothing.
    pub fn send(&self, request: ClientRequest<'_>) -> Result<(), RequestError> {
        let facts = self.facts().unwrap_or_default();
        let prepared = driver::prepare(request, &self.origin, &facts)?;
        self.shared.lock().stage = Stage::Requesting;
        // Without a receiver the stage tells that already.
        if self.requests.send(prepared).is_err() {
            self.shared.lock().stage = Stage::Closed;
        }
        Ok(())
    }

    /// Takes up to so many bytes of the body, after waiting until `enough` are there or the body ends. Chunks are not
    /// joined: whoever writes one a message reads one a message, as long as it is not longer than what is read at once.
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
    /// More is there than anybody needs now.
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
