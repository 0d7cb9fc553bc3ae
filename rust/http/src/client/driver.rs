//! The task that drives the connection of a polled client.

use std::sync::Arc;

use http::{Method, Request, Uri};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use tokio::sync::mpsc;

use super::{ClientRequest, ClientResponse, Shared, Stage};
use crate::body::{Body, Content};
use crate::connection::Http1;
use crate::error::{FetchError, RequestError};
use crate::headers::{find, find_last, have_no_other_length};
use crate::hyper_error::{cut_by, from_hyper};
use crate::progress::Progress;
use godot_rustls_net::connector::{Connector, PeerFacts};
use godot_rustls_net::origin::Origin;
use godot_rustls_net::redacted;
use godot_rustls_net::transport::Transport;

/// Characters that are percent-encoded in a request target.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`');

pub(super) async fn run(
    connector: Connector,
    origin: Origin,
    queue: mpsc::UnboundedReceiver<Prepared>,
    shared: Arc<Shared>,
) {
    let _ended = Ended(&shared);
    let outcome = match connector.connect(&origin, &shared.phase).await {
        Ok((transport, facts)) => serve(transport, facts, queue, &shared).await,
        Err(error) => Err(error.into()),
    };
    shared.change(|state| {
        state.stage = match outcome {
            Ok(()) => Stage::Closed,
            Err(failure) => Stage::Failed(failure),
        };
    });
}

/// Guard that wakes waiting callers however the task ends.
struct Ended<'a>(&'a Shared);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.change(|state| {
            if !matches!(state.stage, Stage::Failed(_) | Stage::Closed) {
                state.stage = Stage::Closed;
            }
        });
    }
}

/// Serves requests until the server closes the connection.
async fn serve(
    transport: Transport,
    facts: PeerFacts,
    mut queue: mpsc::UnboundedReceiver<Prepared>,
    shared: &Shared,
) -> Result<(), FetchError> {
    let mut connection = Http1::begin(transport, facts).await?;
    shared.change(|state| {
        state.facts = Some(Arc::clone(&connection.facts));
        state.stage = Stage::Ready;
    });
    loop {
        let over = Arc::clone(&connection.over);
        let request = tokio::select! {
            biased;
            request = queue.recv() => request,
            () = over.notified() => return Ok(()),
        };
        let Some(Prepared { request, spellings }) = request else {
            return Ok(());
        };
        let method = request.method().clone();
        connection.capture.begin(spellings);
        let response = connection
            .send(request)
            .await
            .map_err(|error| from_hyper(error.error()))?;
        let lines = connection.capture.take_lines().unwrap_or_default();
        let head = describe(&method, response.status().as_u16(), lines);
        let body = response.into_body();
        let is_complete = !head.has_body || body.is_end_stream();
        let ends_with_connection = head.ends_with_connection;
        let is_chunked = head.is_chunked;
        let beside_chunks = is_chunked.then(|| head.lines.clone());
        shared.change(|state| {
            state.is_chunked = is_chunked;
            state.pieces.clear();
            state.waiting = 0;
            state.is_complete = is_complete;
            state.stage = Stage::Receiving;
            state.response = Some(head);
        });
        let received = receive(body, shared).await?;
        let has_one_end = beside_chunks.is_none_or(|lines| have_no_other_length(&lines, received));
        shared.change(|state| state.is_complete = true);
        if ends_with_connection || !has_one_end || !connection.ready().await {
            return Ok(());
        }
    }
}

/// Receives the body, and returns its length in bytes.
async fn receive(mut body: Incoming, shared: &Shared) -> Result<u64, FetchError> {
    let mut received = 0;
    if body.is_end_stream() {
        return Ok(received);
    }
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| cut_by(&error))?.into_data() else {
            continue;
        };
        if data.is_empty() {
            continue;
        }
        received += data.len() as u64;
        // The caller that takes the last bytes has to see that they are the last: its next request
        // may follow at once.
        let is_last = body.is_end_stream();
        shared.change(|state| {
            state.waiting += data.len();
            state.pieces.push_back(data);
            state.is_complete = is_last;
        });
        while shared.lock().is_full() {
            shared.fetched.notified().await;
        }
    }
    Ok(received)
}

fn describe(method: &Method, status: u16, lines: Vec<(String, String)>) -> ClientResponse {
    // The last coding decides, whichever line it stands in (RFC 9112 section 6.1).
    let is_chunked = find_last(&lines, "transfer-encoding")
        .is_some_and(|value| value.trim().to_ascii_lowercase().ends_with("chunked"));
    let given = find(&lines, "content-length").and_then(|value| value.trim().parse().ok());
    let is_head = *method == Method::HEAD;
    let has_none = *method == Method::CONNECT && (200..300).contains(&status)
        || !is_head && matches!(status, 204 | 304);
    // The body of a response to HEAD is empty and is read once: callers that poll expect a body.
    let length = if is_head { Some(0) } else { given };
    let has_body = !has_none;
    ClientResponse {
        status,
        length,
        is_chunked: is_chunked && has_body && !is_head,
        has_body,
        ends_with_connection: has_body && !is_head && !is_chunked && length.is_none(),
        lines,
    }
}

/// Request that can be sent.
#[derive(Debug)]
pub(super) struct Prepared {
    request: Request<Body>,
    spellings: Vec<String>,
}

/// Checks and completes a request.
pub(super) fn prepare(
    request: ClientRequest<'_>,
    origin: &Origin,
    facts: &PeerFacts,
) -> Result<Prepared, RequestError> {
    let ClientRequest {
        method,
        target,
        mut fields,
        user_agent,
        body,
    } = request;
    let authority = origin.authority();
    fields.complete(&authority, &method, body.len() as u64, &user_agent)?;
    if let Some(who) = &facts.proxy_authorization {
        fields.add_default("Proxy-Authorization", who)?;
    }
    let uri = if facts.is_forwarded && target.starts_with('/') {
        parse_target(&format!("http://{authority}{target}"))?
    } else {
        parse_target(target)?
    };
    let content = if body.is_empty() {
        Content::None
    } else {
        Content::Bytes(body)
    };
    let mut request = Request::new(content.body(&Arc::new(Progress::default())));
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = fields.to_map();
    let spellings = fields.spellings();
    Ok(Prepared { request, spellings })
}

fn parse_target(target: &str) -> Result<Uri, RequestError> {
    let encoded = utf8_percent_encode(target, ENCODED).to_string();
    encoded
        .parse()
        .map_err(|error: http::uri::InvalidUri| RequestError::Target {
            target: redacted::url_text(target),
            reason: error.to_string(),
        })
}
