//! One request and its response: redirects, cookies, time limits, retries.

mod attempt;
mod backoff;
mod body_budget;
mod cached;
mod liveness;
mod reconnect;
mod repeats;
mod response_body;
mod retry;
mod retry_after;
mod send;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;

use crate::body_sink::BodySink;
use crate::cache::{self, Stored};
use crate::cookies::Jar;
use crate::error::{FetchError, Step};
use crate::headers::{Fields, HeaderError};
use crate::pool::Pool;
use crate::progress::Progress;
use crate::range::{Partial, RangeReply};
use crate::redirect::CurrentRequest;
use crate::request::{FetchLimits, FetchRequest};
use crate::response::ResponseHead;
use body_budget::BodyBudget;
use cached::{Begin, Caching};
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::Phase;
use reconnect::Reconnection;
use repeats::Repeats;
use response_body::ResponseBody;

/// End of an exchange.
#[derive(Debug)]
pub struct FetchOutcome {
    /// The last response that arrived, also if a failure followed.
    pub head: Option<ResponseHead>,
    /// The reason why the response is not complete.
    pub failure: Option<FetchError>,
}

/// Sends the request and receives the response, until it is complete or fails.
pub async fn fetch(
    pool: &Arc<Pool>,
    request: FetchRequest,
    progress: &Arc<Progress>,
    sink: &mut dyn BodySink,
) -> FetchOutcome {
    let mut head = None;
    let limit = request.limits.timeout;
    let work = fetch_and_reconnect(pool, request, progress, sink, &mut head);
    let outcome = match limit {
        None => work.await,
        Some(limit) => match tokio::time::timeout(limit, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(FetchError::Timeout {
                limit,
                step: step(progress),
            }),
        },
    };
    progress.phase.set(Phase::Idle);
    FetchOutcome {
        head,
        failure: outcome.err(),
    }
}

fn step(progress: &Progress) -> Step {
    match progress.phase.get() {
        Phase::Resolving => Step::NameLookup,
        Phase::Connecting => Step::Connecting,
        Phase::Body => Step::Body,
        Phase::Waiting => Step::Waiting,
        Phase::Idle | Phase::Requesting => Step::Response,
    }
}

/// Fetches, and requests the rest of a stream of events as long as [`Reconnection`] allows.
async fn fetch_and_reconnect(
    pool: &Arc<Pool>,
    mut request: FetchRequest,
    progress: &Arc<Progress>,
    sink: &mut dyn BodySink,
    last: &mut Option<ResponseHead>,
) -> Result<(), FetchError> {
    let mut repeats = Repeats::of(&request);
    let mut reconnection = Reconnection::of(&request);
    loop {
        let end = fetch_with_retries(pool, &request, progress, sink, &mut repeats, last).await;
        let Some(delay) = reconnection.after(end.as_ref().err(), sink) else {
            return end;
        };
        request.fields = reconnection.fields()?;
        repeats.renew();
        repeats::wait(delay, progress).await;
    }
}

/// Fetches, and sends the request again as long as [`Repeats`] allows.
async fn fetch_with_retries(
    pool: &Arc<Pool>,
    request: &FetchRequest,
    progress: &Arc<Progress>,
    sink: &mut dyn BodySink,
    repeats: &mut Repeats,
    last: &mut Option<ResponseHead>,
) -> Result<(), FetchError> {
    loop {
        *last = None;
        let received = fetch_or_resume(pool, request, progress, sink, repeats, last).await;
        let delay = match &received {
            Ok(Received::Unavailable(delay)) => Some(*delay),
            Ok(Received::Body | Received::NoRest) => None,
            Err(error) => repeats.after_failure(error).filter(|_| sink.restart()),
        };
        let Some(delay) = delay else {
            return received.map(drop);
        };
        repeats.wait(delay, progress).await;
    }
}

/// Requests the rest of an interrupted download, or the whole body if the server cannot send the
/// rest.
async fn fetch_or_resume(
    pool: &Arc<Pool>,
    request: &FetchRequest,
    progress: &Arc<Progress>,
    sink: &mut dyn BodySink,
    repeats: &Repeats,
    last: &mut Option<ResponseHead>,
) -> Result<Received, FetchError> {
    if let Some(partial) = sink.partial() {
        if let Ok(rest) = request_for_rest(request, partial) {
            match follow(pool, &rest, progress, sink, repeats, last).await? {
                Received::NoRest => {}
                received => return Ok(received),
            }
        }
        *last = None;
        sink.forget_partial();
    }
    follow(pool, request, progress, sink, repeats, last).await
}

fn request_for_rest(
    request: &FetchRequest,
    partial: &Partial,
) -> Result<FetchRequest, HeaderError> {
    let mut rest = request.clone();
    for (name, value) in partial.range_headers() {
        rest.fields.add_default(name, &value)?;
    }
    Ok(rest)
}

/// Result after all redirects.
enum Received {
    Body,
    /// The response to a range request cannot be used.
    NoRest,
    /// A response of an overloaded server, after which the request is sent again in so much time.
    Unavailable(Duration),
}

async fn follow(
    pool: &Arc<Pool>,
    request: &FetchRequest,
    progress: &Arc<Progress>,
    sink: &mut dyn BodySink,
    repeats: &Repeats,
    last: &mut Option<ResponseHead>,
) -> Result<Received, FetchError> {
    let limits = request.limits;
    let mut current = CurrentRequest {
        method: request.method.clone(),
        url: request.url.clone(),
        fields: request.fields.clone(),
        content: request.content.clone(),
    };
    let mut redirects = 0;
    loop {
        let mut fields = complete_fields(&current, request)?;
        let cache = request.cache.as_ref().filter(|_| sink.partial().is_none());
        let caching = match Caching::begin(cache, pool, &current, &mut fields, limits)? {
            Begin::Send(caching) => caching,
            Begin::Serve(stored) => {
                return served(*stored, redirects, limits, progress, sink, last);
            }
        };
        let mut answer = ask(pool, &current, fields, request, progress).await?;
        answer.head.redirects = redirects;
        if let Some(caching) = caching.as_ref().filter(|it| it.is_reply(&answer.head)) {
            let confirmed = caching.confirmed(&answer.head);
            answer.drain().await;
            match confirmed {
                Some(stored) => return served(stored, redirects, limits, progress, sink, last),
                None => continue,
            }
        }
        let head = last.insert(answer.head.clone());
        let Some(place) = answer.location.take() else {
            if let Some(delay) = repeats.after_response(head) {
                answer.drain().await;
                return Ok(Received::Unavailable(delay));
            }
            return receive(answer, caching, &current.method, limits, progress, sink).await;
        };
        if limits.max_redirects.is_some_and(|most| redirects >= most) {
            return Err(FetchError::TooManyRedirects {
                followed: redirects,
            });
        }
        current.follow(head.status, &place, limits.allow_downgrade)?;
        answer.drain().await;
        redirects += 1;
    }
}

/// Receives the body of a response that is not a redirect.
async fn receive(
    answer: ResponseBody,
    caching: Option<Box<Caching>>,
    method: &Method,
    limits: FetchLimits,
    progress: &Arc<Progress>,
    sink: &mut dyn BodySink,
) -> Result<Received, FetchError> {
    let head = answer.head.clone();
    let range = match sink.partial().map(|partial| partial.judge(&head)) {
        Some(RangeReply::Nothing) => {
            answer.drain().await;
            return Ok(Received::NoRest);
        }
        Some(RangeReply::Rest(range)) => Some(range),
        Some(RangeReply::Other) | None => None,
    };
    let size = BodyBudget::new(limits.body_size_limit, range);
    let Some(caching) = caching else {
        answer.receive(method, limits, size, progress, sink).await?;
        return Ok(Received::Body);
    };
    let mut recorder = caching.recorder(sink);
    answer
        .receive(method, limits, size, progress, &mut recorder)
        .await?;
    caching.store(head, recorder);
    Ok(Received::Body)
}

/// Passes a stored response to the sink.
fn served(
    mut stored: Stored,
    redirects: usize,
    limits: FetchLimits,
    progress: &Progress,
    sink: &mut dyn BodySink,
    last: &mut Option<ResponseHead>,
) -> Result<Received, FetchError> {
    stored.head.redirects = redirects;
    stored.head.from_cache = true;
    *last = Some(stored.head.clone());
    cached::serve(&stored, limits, progress, sink)?;
    Ok(Received::Body)
}

/// Returns the fields of the request with the cookies, and with those that every request has.
fn complete_fields(
    current: &CurrentRequest,
    request: &FetchRequest,
) -> Result<Fields, HeaderError> {
    let mut fields = current.fields.clone();
    let cookies = request.cookies.as_deref();
    if let Some(value) = cookies.and_then(|jar| lock(jar).header(&current.url)) {
        fields.add_default("Cookie", &value)?;
    }
    fields.complete(
        &Origin::of(&current.url).authority(),
        &current.method,
        current.content.length(),
        &request.user_agent,
    )?;
    Ok(fields)
}

async fn ask(
    pool: &Arc<Pool>,
    current: &CurrentRequest,
    fields: Fields,
    request: &FetchRequest,
    progress: &Arc<Progress>,
) -> Result<ResponseBody, FetchError> {
    let answer = send::send(pool, current, fields, request.limits, progress).await?;
    if let Some(cache) = &request.cache
        && cache::invalidates(&current.method, answer.head.status)
    {
        cache.invalidate(&current.url);
    }
    if let Some(jar) = request.cookies.as_deref() {
        let set = answer
            .head
            .lines
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        lock(jar).store(&current.url, set.map(|(_, value)| value.as_str()));
    }
    Ok(answer)
}

fn lock(jar: &Mutex<Jar>) -> MutexGuard<'_, Jar> {
    jar.lock().unwrap_or_else(PoisonError::into_inner)
}
