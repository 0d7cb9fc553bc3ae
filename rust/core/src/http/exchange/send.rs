//! A request over a connection of the pool, and once more when a kept one turned out to be closed.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Uri, Version};
use hyper::client::conn::TrySendError;
use tokio::time::Instant;

use super::answer::Answer;
use super::{Head, Rules, unsendable};
use crate::http::body::Body;
use crate::http::connect::{PeerFacts, Phase};
use crate::http::failure::{Failure, FailureKind};
use crate::http::headers::{Fields, Line, lines_of};
use crate::http::pool::{Connection, Lease, Pool};
use crate::http::progress::Progress;
use crate::http::redirect::Hop;
use crate::http::target::Origin;

/// How often a request may come to a shared connection that the server ends before it begins the request. Hundreds at once
/// meet a server's limit several times.
const MOST_REFUSALS: usize = 32;

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
    let mut connection = pool.connection(&origin, &progress.phase).await?;
    let mut refusals = 0;
    let mut losses = 0;
    loop {
        progress.phase.set(Phase::Requesting);
        let was_used = matches!(&connection, Connection::Http1(one) if one.is_used);
        let is_shared = matches!(&connection, Connection::Http2(_));
        let request = request(hop, &origin, &fields, &connection, progress)?;
        let facts = Arc::clone(connection.facts());
        let doubt = Doubt::begin(pool, &origin, &facts, rules.read_timeout);
        let sent = answered(pool, &origin, connection, &fields, request);
        let answered = patient(sent, rules.read_timeout, progress).await;
        if answered.is_ok() {
            doubt.end();
        }
        let error = match answered? {
            Ok((response, lines, lease)) => {
                let lines = lines.unwrap_or_else(|| lines_of(response.headers()));
                let head = Head {
                    status: response.status().as_u16(),
                    lines,
                    version: version(response.version()),
                    url: hop.url.clone(),
                    redirects: 0,
                    facts: Arc::clone(&facts),
                };
                let body = response.into_body();
                return Ok(Answer::new(head, body, rules.read_timeout, Some(lease)));
            }
            Err(error) => error,
        };
        let is_unsent = error.message().is_some();
        let is_lost = is_repeatable(&hop.method) && is_closed(error.error());
        let was_refused = is_unsent || is_refused(error.error());
        let may_again = if was_refused {
            refusals += 1;
            refusals <= MOST_REFUSALS
        } else {
            losses += 1;
            is_lost && losses <= 1
        };
        if is_shared && may_again {
            // Others are refused at the same time, and one new connection is enough for all.
            pool.retire(&origin, &facts);
            connection = pool.connection(&origin, &progress.phase).await?;
            continue;
        }
        // Nothing was sent, or the server closed a kept connection just when the request came (RFC 9112 section 9.3.1).
        if !(was_used && (is_unsent || is_lost)) {
            return Err(told(error.error()));
        }
        connection = pool.new_connection(&origin, &progress.phase).await?;
    }
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
    Ok((response, lines, pool.lease(origin, connection)))
}

/// Waits for the answer's head. A server that takes in the body is not silent.
async fn patient<T>(
    work: impl Future<Output = T>,
    limit: Option<Duration>,
    progress: &Progress,
) -> Result<T, Failure> {
    let Some(limit) = limit else {
        return Ok(work.await);
    };
    let mut work = std::pin::pin!(work);
    loop {
        let before = progress.uploaded();
        match tokio::time::timeout(limit, &mut work).await {
            Ok(done) => return Ok(done),
            Err(_) if progress.uploaded() > before => {}
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
    let uri: Uri = uri
        .parse()
        .map_err(|error| unsendable(format!("the URL {} cannot be sent ({error})", hop.url)))?;
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

/// Asking again does no harm (RFC 9110 section 9.2.2).
fn is_repeatable(method: &Method) -> bool {
    method.is_idempotent()
}

fn is_closed(error: &hyper::Error) -> bool {
    error.is_closed()
        || error.is_canceled()
        || error.is_incomplete_message()
        || is_abandoned(error)
        || io_error(error).is_some()
}

/// The connection's task ended with the request in its hands, when the server's goodbye came just then.
fn is_abandoned(error: &hyper::Error) -> bool {
    // A body that cannot be read is the other mistake of a user's, and has an error of its own.
    error.is_user() && io_error(error).is_none()
}

/// The server says that it did not begin this request, because it ends the connection or has enough of them (RFC 9113
/// section 8.7): it may come again whatever it does.
fn is_refused(error: &hyper::Error) -> bool {
    let source = std::error::Error::source(error);
    let Some(error) = source.and_then(|error| error.downcast_ref::<h2::Error>()) else {
        return false;
    };
    let reason = error.reason();
    error.is_remote()
        && (error.is_go_away() && reason == Some(h2::Reason::NO_ERROR)
            || error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM))
}

fn io_error(error: &hyper::Error) -> Option<&std::io::Error> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some(error);
        }
        source = error.source();
    }
    None
}

/// What hyper says, in the words of the one who asked.
pub(in crate::http) fn told(error: &hyper::Error) -> Failure {
    let message = if let Some(message) = of_tls(error) {
        message
    } else if error.is_parse() && error.to_string().contains("too large") {
        "the headers of the answer are longer than 400 KiB or more than 1000".to_owned()
    } else if error.is_parse() {
        format!(
            "the answer is not what HTTP allows ({})",
            crate::http::connect::root_cause(error)
        )
    } else if error.is_incomplete_message()
        || error.is_closed()
        || error.is_canceled()
        || is_abandoned(error)
        || io_error(error).is_some_and(|error| error.kind() == std::io::ErrorKind::UnexpectedEof)
    {
        "the server closed the connection before its answer was complete".to_owned()
    } else {
        format!(
            "the connection broke ({})",
            crate::http::connect::root_cause(error)
        )
    };
    Failure::new(FailureKind::Connection, message)
}

/// What our own stream says.
fn of_tls(error: &hyper::Error) -> Option<String> {
    let inner = io_error(error)?.get_ref()?;
    let diagnosis = inner.downcast_ref::<crate::diagnosis::Diagnosis>()?;
    Some(diagnosis.message.clone())
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
}
