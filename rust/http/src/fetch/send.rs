//! Sending of one request over a connection of the pool, with the retries that [`retry`] allows.

use std::sync::Arc;

use http::{Request, Uri, Version};
use hyper::client::conn::TrySendError;

use super::attempt::{end_of, is_request_timeout};
use super::liveness::{LivenessGuard, with_read_timeout};
use super::response_body::ResponseBody;
use super::retry::{self, Attempt, End, Retry};
use crate::body::Body;
use crate::connection::Connection;
use crate::error::{FetchError, RequestError, TransportError};
use crate::head_limits::{HeadRefused, MAX_HEADERS};
use crate::headers::{Fields, HeaderLine, lines_of};
use crate::hyper_error::from_hyper;
use crate::pool::{Lease, Pool, Reuse};
use crate::progress::Progress;
use crate::redirect::CurrentRequest;
use crate::request::FetchLimits;
use crate::response::{HTTP_2, ResponseHead};
use godot_rustls_net::connector::PeerFacts;
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::Phase;
use godot_rustls_net::redacted;

type Response = http::Response<hyper::body::Incoming>;

/// Sends the request until a response head arrives or [`retry::next`] ends the attempts.
pub(super) async fn send(
    pool: &Arc<Pool>,
    current: &CurrentRequest,
    fields: Fields,
    limits: FetchLimits,
    progress: &Arc<Progress>,
) -> Result<ResponseBody, FetchError> {
    let origin = Origin::of(&current.url);
    let is_idempotent = current.method.is_idempotent();
    let reuse = Reuse::of(is_idempotent, limits.retry_lost_post);
    let mut connection = pool.connection(&origin, reuse, &progress.phase).await?;
    let (mut refusals, mut losses) = (0, 0);
    loop {
        progress.phase.set(Phase::Requesting);
        let (is_reused, is_shared) = (connection.is_reused(), connection.is_shared());
        let activity = connection.activity();
        let request = request(current, &origin, &fields, &connection, progress)?;
        let facts = Arc::clone(connection.facts());
        let exchanged = {
            let guard = LivenessGuard::new(pool, &origin, &facts, limits.read_timeout);
            let work = exchange(pool, &origin, connection, &fields, request);
            let exchanged =
                with_read_timeout(work, limits.read_timeout, progress, &activity).await?;
            guard.disarm();
            exchanged
        };
        let end = match &exchanged {
            Ok(exchanged) if is_request_timeout(&exchanged.response) => End::NotBegun,
            Ok(_) => return conclude(current, limits, facts, exchanged),
            Err(error) => end_of(error, activity.has_begun()),
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
            may_repeat: limits.retry_lost_post,
            refusals,
            losses,
        });
        connection = match retry {
            Retry::No => return conclude(current, limits, facts, exchanged),
            Retry::Pooled => {
                pool.retire(&origin, &facts);
                pool.connection(&origin, reuse, &progress.phase).await?
            }
            Retry::New => pool.new_connection(&origin, &progress.phase).await?,
        };
    }
}

/// Response head of one attempt.
struct Exchanged {
    response: Response,
    /// The header lines as the server wrote them, over HTTP/1.1.
    lines: Option<Vec<HeaderLine>>,
    /// The connection, which returns to the pool after the body was read.
    lease: Lease,
}

type Exchange = Result<Exchanged, TrySendError<Request<Body>>>;

async fn exchange(
    pool: &Arc<Pool>,
    origin: &Origin,
    mut connection: Connection,
    fields: &Fields,
    request: Request<Body>,
) -> Exchange {
    let (response, lines) = match &mut connection {
        Connection::Http1(connection) => {
            connection.capture.begin(fields.spellings());
            let response = connection.send(request).await?;
            (response, connection.capture.take_lines())
        }
        Connection::Http2(connection) => (connection.send(request).await?, None),
    };
    let lease = pool.lease(origin, connection, response.headers());
    Ok(Exchanged {
        response,
        lines,
        lease,
    })
}

/// Returns the response, or the error, of the last attempt.
fn conclude(
    current: &CurrentRequest,
    limits: FetchLimits,
    facts: Arc<PeerFacts>,
    exchanged: Exchange,
) -> Result<ResponseBody, FetchError> {
    let Exchanged {
        response,
        lines,
        lease,
    } = exchanged.map_err(|error| from_hyper(error.error()))?;
    if response.headers().len() > MAX_HEADERS {
        return Err(TransportError::Head(HeadRefused::TooLong).into());
    }
    let head = ResponseHead {
        status: response.status().as_u16(),
        lines: lines.unwrap_or_else(|| lines_of(response.headers())),
        version: version(response.version()),
        url: current.url.clone(),
        redirects: 0,
        from_cache: false,
        facts,
    };
    Ok(ResponseBody::new(
        head,
        response,
        limits.read_timeout,
        lease,
    ))
}

fn request(
    current: &CurrentRequest,
    origin: &Origin,
    fields: &Fields,
    connection: &Connection,
    progress: &Arc<Progress>,
) -> Result<Request<Body>, RequestError> {
    let mut map = fields.to_map();
    let is_http2 = matches!(connection, Connection::Http2(_));
    let facts: &PeerFacts = connection.facts();
    let target = &current.url[url::Position::BeforePath..url::Position::AfterQuery];
    let uri = if is_http2 {
        // The host is part of the target in HTTP/2 (RFC 9113 section 8.3.1). A `Host` of the caller
        // takes its place.
        let host = map.remove(http::header::HOST);
        let given = host
            .as_ref()
            .and_then(|host| host.to_str().ok())
            .map(str::to_owned);
        let authority = given.unwrap_or_else(|| origin.authority());
        format!("{}://{authority}{target}", current.url.scheme())
    } else if facts.is_forwarded {
        format!("http://{}{target}", origin.authority())
    } else {
        target.to_owned()
    };
    let uri: Uri = uri
        .parse()
        .map_err(|error: http::uri::InvalidUri| RequestError::Url {
            url: redacted::url(&current.url),
            reason: error.to_string(),
        })?;
    let mut request = Request::builder().method(current.method.clone()).uri(uri);
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
        .body(current.content.body(progress))
        .map_err(|error| RequestError::Message {
            reason: error.to_string(),
        })
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => HTTP_2,
        _ => "HTTP/1.1",
    }
}
