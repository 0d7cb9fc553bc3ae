//! A request over a connection of the pool, and once more where `retry` says so.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, Uri, Version};
use hyper::client::conn::TrySendError;
use tokio::time::Instant;

use super::response_body::Answer;
use super::retry::{self, Attempt, End, Retry, io_error, is_abandoned};
use super::{Head, Rules, unsendable};
use crate::body::Body;
use crate::failure::{Failure, FailureKind};
use crate::header_case::{HEAD_TOO_LONG, MOST_HEADERS, Refused};
use crate::headers::{Fields, Line, lines_of};
use crate::pool::{Activity, Connection, Lease, Pool, Reuse};
use crate::progress::Progress;
use crate::redirect::Hop;
use crate::shown;
use godot_rustls_net::connector::PeerFacts;
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::Phase;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis};

/// The name of a version, by which bodies are told that end with a frame.
pub(super) const HTTP_2: &str = "HTTP/2";

/// Who gives a request up sooner than that says nothing about its connection.
const DOUBTFUL: Duration = Duration::from_secs(1);

type Response = http::Response<hyper::body::Incoming>;

pub(super) async fn send(
    pool: &Arc<Pool>,
    hop: &Hop,
    fields: Fields,
    rules: Rules,
    progress: &Arc<Progress>,
) -> Result<Answer, Failure> {
    let origin = Origin::of(&hop.url);
    let is_idempotent = hop.method.is_idempotent();
    let reuse = Reuse::of(is_idempotent, rules.retry_lost_post);
    let mut connection = pool.connection(&origin, reuse, &progress.phase).await?;
    let (mut refusals, mut losses) = (0, 0);
    loop {
        progress.phase.set(Phase::Requesting);
        let (is_reused, is_shared) = (connection.is_reused(), connection.is_shared());
        let activity = connection.activity();
        let request = request(hop, &origin, &fields, &connection, progress)?;
        let facts = Arc::clone(connection.facts());
        let answered = {
            let doubt = Doubt::begin(pool, &origin, &facts, rules.read_timeout);
            let sent = answered(pool, &origin, connection, &fields, request);
            let answered = patient(sent, rules.read_timeout, progress, &activity).await?;
            doubt.end();
            answered
        };
        let end = match &answered {
            Ok((response, ..)) if retry::is_request_timeout(response) => End::NotBegun,
            Ok(_) => return last_of(hop, rules, facts, answered),
            Err(error) => End::of(error, activity.has_begun()),
        };
        if end.is_refusal() {
            refusals += 1;
        } else {
            losses += 1;
        }
        let retry = retry::next(&Attempt {
            end,
            is_idempotent,
            is_reused,
            is_shared,
            may_repeat: rules.retry_lost_post,
            refusals,
            losses,
        });
        connection = match retry {
            Retry::No => return last_of(hop, rules, facts, answered),
            Retry::Pooled => {
                pool.retire(&origin, &facts);
                pool.connection(&origin, reuse, &progress.phase).await?
            }
            Retry::New => pool.new_connection(&origin, &progress.phase).await?,
        };
    }
}

/// The response, or the error of the last attempt.
fn last_of(
    hop: &Hop,
    rules: Rules,
    facts: Arc<PeerFacts>,
    answered: Result<Answered, TrySendError<Request<Body>>>,
) -> Result<Answer, Failure> {
    let (response, lines, lease) = answered.map_err(|error| told(error.error()))?;
    if response.headers().len() > MOST_HEADERS {
        return Err(head_too_long());
    }
    let lines = lines.unwrap_or_else(|| lines_of(response.headers()));
    let head = Head {
        status: response.status().as_u16(),
        lines,
        version: version(response.version()),
        url: hop.url.clone(),
        redirects: 0,
        facts,
    };
    Ok(Answer::new(head, response, rules.read_timeout, Some(lease)))
}

/// The silence that says something about a connection, for a request with this limit of it.
pub(super) fn doubtful(read_timeout: Option<Duration>) -> Duration {
    read_timeout.unwrap_or(DOUBTFUL).min(DOUBTFUL)
}

/// While a request waits for its answer. Ended by a time limit or given up after a while, it retires a connection that is
/// shared: a network that changed may have cut it off, and nobody told. Those who use it already go on with it.
struct Doubt<'a> {
    pool: &'a Arc<Pool>,
    origin: &'a Origin,
    facts: &'a Arc<PeerFacts>,
    begun: Instant,
    enough: Duration,
}

impl<'a> Doubt<'a> {
    fn begin(
        pool: &'a Arc<Pool>,
        origin: &'a Origin,
        facts: &'a Arc<PeerFacts>,
        limit: Option<Duration>,
    ) -> Self {
        Self {
            pool,
            origin,
            facts,
            begun: Instant::now(),
            enough: doubtful(limit),
        }
    }

    /// The server lives.
    fn end(mut self) {
        self.enough = Duration::MAX;
    }
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        if self.begun.elapsed() >= self.enough {
            self.pool.retire(self.origin, self.facts);
        }
    }
}

/// The answer, its lines over HTTP/1.1, and the connection to give back once it was read.
type Answered = (Response, Option<Vec<Line>>, Lease);

async fn answered(
    pool: &Arc<Pool>,
    origin: &Origin,
    mut connection: Connection,
    fields: &Fields,
    request: Request<Body>,
) -> Result<Answered, TrySendError<Request<Body>>> {
    let (response, lines) = match &mut connection {
        Connection::Http1(connection) => {
            connection.notes.begin(fields.spellings());
            let response = connection.send(request).await?;
            (response, connection.notes.take_lines())
        }
        Connection::Http2(connection) => (connection.send(request).await?, None),
    };
    let lease = pool.lease(origin, connection, response.headers());
    Ok((response, lines, lease))
}

/// Waits for the answer's head. A server that takes in the body, or sends anything, is not silent.
async fn patient<T>(
    work: impl Future<Output = T>,
    limit: Option<Duration>,
    progress: &Progress,
    activity: &Activity,
) -> Result<T, Failure> {
    let Some(limit) = limit else {
        return Ok(work.await);
    };
    let mut work = std::pin::pin!(work);
    loop {
        let before = progress.uploaded();
        match tokio::time::timeout(limit, &mut work).await {
            Ok(done) => return Ok(done),
            Err(_) if progress.uploaded() > before || activity.was_heard() => {}
            Err(_) => return Err(silent(limit, "before its answer")),
        }
    }
}

pub(super) fn silent(limit: Duration, when: &str) -> Failure {
    Failure::new(
        FailureKind::Timeout,
        format!(
            "the server was silent for {} seconds {when}: raise read_timeout if it may take that long",
            limit.as_secs_f64()
        ),
    )
}

fn request(
    hop: &Hop,
    origin: &Origin,
    fields: &Fields,
    connection: &Connection,
    progress: &Arc<Progress>,
) -> Result<Request<Body>, Failure> {
    let mut map = fields.to_map();
    let is_http2 = matches!(connection, Connection::Http2(_));
    let facts: &PeerFacts = connection.facts();
    let target = &hop.url[url::Position::BeforePath..url::Position::AfterQuery];
    let uri = if is_http2 {
        // The host is part of the target there (RFC 9113 section 8.3.1), the caller's own if there is one.
        let host = map.remove(http::header::HOST);
        let given = host
            .as_ref()
            .and_then(|host| host.to_str().ok())
            .map(str::to_owned);
        let authority = given.unwrap_or_else(|| origin.authority());
        format!("{}://{authority}{target}", hop.url.scheme())
    } else if facts.is_forwarded {
        format!("http://{}{target}", origin.authority())
    } else {
        target.to_owned()
    };
    let uri: Uri = uri.parse().map_err(|error| {
        unsendable(format!(
            "the URL {} cannot be sent ({error})",
            shown::url(&hop.url)
        ))
    })?;
    let mut request = Request::builder().method(hop.method.clone()).uri(uri);
    if is_http2 {
        request = request.version(Version::HTTP_2);
    }
    if let Some(headers) = request.headers_mut() {
        *headers = map;
        if let Some(who) = &facts.proxy_authorization
            && let Ok(value) = who.parse()
        {
            headers
                .entry(http::header::PROXY_AUTHORIZATION)
                .or_insert(value);
        }
    }
    request
        .body(hop.content.body(progress))
        .map_err(|error| unsendable(format!("the request cannot be sent ({error})")))
}

/// What hyper says, in the words of the one who asked.
pub(crate) fn told(error: &hyper::Error) -> Failure {
    if let Some(diagnosis) = of_tls(error) {
        return Failure::of_tls(FailureKind::Connection, diagnosis);
    }
    if error.is_parse() && error.to_string().contains("too large") {
        return head_too_long();
    }
    let (cause, message) = if let Some(why) = refusal(error) {
        (Cause::Other, why)
    } else if error.is_parse() {
        let why = godot_rustls_net::error::root_cause(error);
        (
            Cause::Other,
            format!("the answer is not what HTTP allows ({why})"),
        )
    } else if error.is_incomplete_message()
        || error.is_closed()
        || error.is_canceled()
        || is_abandoned(error)
        || io_error(error).is_some_and(|error| {
            // The second one is h2's word for it.
            use std::io::ErrorKind::{BrokenPipe, UnexpectedEof};
            matches!(error.kind(), UnexpectedEof | BrokenPipe)
        })
    {
        (
            Cause::Closed,
            "the server closed the connection before its answer was complete".to_owned(),
        )
    } else {
        let why = godot_rustls_net::error::root_cause(error);
        (Cause::Transport, format!("the connection broke ({why})"))
    };
    Failure::new(FailureKind::Connection, message).because(cause)
}

fn head_too_long() -> Failure {
    Failure::new(FailureKind::Connection, HEAD_TOO_LONG).because(Cause::SizeLimit)
}

/// Why what came was not handed to hyper.
pub(super) fn refusal(error: &hyper::Error) -> Option<String> {
    let inner = io_error(error)?.get_ref()?;
    inner.downcast_ref::<Refused>().map(ToString::to_string)
}

/// What our own stream says.
fn of_tls(error: &hyper::Error) -> Option<Diagnosis> {
    let inner = io_error(error)?.get_ref()?;
    inner.downcast_ref::<Diagnosis>().cloned()
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => HTTP_2,
        _ => "HTTP/1.1",
    }
}
