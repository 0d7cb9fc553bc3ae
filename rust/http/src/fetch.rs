//! One request and its answer: redirects, cookies, time limits, decompression.

mod response_body;
mod retry;
mod send;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Method;
use url::Url;

use crate::body::Content;
use crate::cookies::Jar;
use crate::download::{Partial, Reply};
use crate::failure::{Failure, FailureKind};
use crate::headers::{Fields, Line, find};
use crate::pool::Pool;
use crate::progress::Progress;
use crate::redirect::Hop;
use godot_rustls_net::connector::PeerFacts;
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::Phase;
use response_body::{Answer, Size};

pub(super) use response_body::incomplete;
pub(super) use send::told;

/// What is asked for.
#[derive(Clone)]
pub struct Order {
    /// Any but CONNECT, which is for proxies.
    pub method: Method,
    /// Of [`crate::request_url::parse`].
    pub url: Url,
    /// The caller's. Host, Content-Length, User-Agent and Accept are added behind them.
    pub fields: Fields,
    /// Who asks, for servers that want to know.
    pub user_agent: String,
    /// The body.
    pub content: Content,
    /// How far to go.
    pub rules: Rules,
    /// Cookies that are sent and kept.
    pub cookies: Option<Arc<Mutex<Jar>>>,
}

/// Limits of an exchange.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Redirects that are followed; none for any number.
    pub max_redirects: Option<usize>,
    /// Bytes of the body as received and as decoded; none for any number.
    pub body_size_limit: Option<u64>,
    /// Decodes compressed bodies.
    pub decode: bool,
    /// Lets a redirect lead from https to http.
    pub allow_downgrade: bool,
    /// For everything together.
    pub timeout: Option<Duration>,
    /// For a silence of the server.
    pub read_timeout: Option<Duration>,
    /// Sends a request that is not idempotent once more when a reused connection ended without a byte of a response.
    pub retry_lost_post: bool,
}

/// The answer without its body.
#[derive(Debug, Clone)]
pub struct Head {
    /// Three digits (RFC 9110 section 15).
    pub status: u16,
    /// As the server sent them.
    pub lines: Vec<Line>,
    /// "HTTP/1.0", "HTTP/1.1" or "HTTP/2".
    pub version: &'static str,
    /// Who answered, after redirects.
    pub url: Url,
    /// How many were followed.
    pub redirects: usize,
    /// The connection's other end.
    pub facts: Arc<PeerFacts>,
}

impl Head {
    /// The first value of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.lines, name)
    }
}

/// Where a body goes. Called on the runtime's threads.
pub trait Receiver: Send {
    /// An answer that is no redirect came; `length` is what it announces.
    fn begin(&mut self, head: &Head, length: Option<u64>) -> Result<(), Failure>;
    /// A piece of the body, decoded. An empty one stands for a body without a byte; an answer that has no body, as to HEAD
    /// or with 204 or 304, gives none.
    fn write(&mut self, piece: &[u8]) -> Result<(), Failure>;
    /// Nothing more should come for the moment.
    fn is_full(&self) -> bool {
        false
    }
    /// The body is complete.
    fn finish(&mut self) -> Result<(), Failure>;
    /// What an earlier attempt left, so that only the rest is asked for.
    fn partial(&self) -> Option<&Partial> {
        None
    }
    /// There is nothing to go on with: what was left is of no use.
    fn forget_partial(&mut self) {}
}

/// How an exchange ended.
#[derive(Debug)]
pub struct Ending {
    /// The last answer that came, also with a failure after it.
    pub head: Option<Head>,
    /// Why there is no whole body.
    pub failure: Option<Failure>,
}

/// Asks and receives, until the whole answer came or something failed.
pub async fn run(
    pool: &Arc<Pool>,
    order: Order,
    progress: &Arc<Progress>,
    receiver: &mut dyn Receiver,
) -> Ending {
    let mut head = None;
    let limit = order.rules.timeout;
    let work = rest_or_all(pool, order, progress, receiver, &mut head);
    let outcome = match limit {
        None => work.await,
        Some(limit) => match tokio::time::timeout(limit, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::new(
                FailureKind::Timeout,
                format!(
                    "not done within {} seconds (timeout) while {}",
                    limit.as_secs_f64(),
                    doing(progress)
                ),
            )),
        },
    };
    progress.phase.set(Phase::Idle);
    Ending {
        head,
        failure: outcome.err(),
    }
}

fn doing(progress: &Progress) -> &'static str {
    match progress.phase.get() {
        Phase::Resolving => "looking the name up",
        Phase::Connecting => "connecting",
        Phase::Body => "receiving the body",
        Phase::Idle | Phase::Requesting => "waiting for the answer",
    }
}

/// Asks for the rest of what an earlier attempt left, and for all when that is not to be had.
async fn rest_or_all(
    pool: &Arc<Pool>,
    order: Order,
    progress: &Arc<Progress>,
    receiver: &mut dyn Receiver,
    last: &mut Option<Head>,
) -> Result<(), Failure> {
    if let Some(partial) = receiver.partial() {
        if let Ok(rest) = order_for_rest(&order, partial)
            && let Received::Body = follow(pool, rest, progress, receiver, last).await?
        {
            return Ok(());
        }
        *last = None;
        receiver.forget_partial();
    }
    follow(pool, order, progress, receiver, last)
        .await
        .map(drop)
}

fn order_for_rest(order: &Order, partial: &Partial) -> Result<Order, String> {
    let mut rest = order.clone();
    for (name, value) in partial.range_headers() {
        rest.fields.add_default(name, &value)?;
    }
    Ok(rest)
}

/// What came after all redirects.
enum Received {
    Body,
    /// An answer to the question for the rest that is of no use.
    NoRest,
}

async fn follow(
    pool: &Arc<Pool>,
    order: Order,
    progress: &Arc<Progress>,
    receiver: &mut dyn Receiver,
    last: &mut Option<Head>,
) -> Result<Received, Failure> {
    let Order {
        method,
        url,
        fields,
        user_agent,
        content,
        rules,
        cookies,
    } = order;
    let mut hop = Hop {
        method,
        url,
        fields,
        content,
    };
    let mut redirects = 0;
    loop {
        let mut answer = ask(pool, &hop, &user_agent, cookies.as_deref(), rules, progress).await?;
        answer.head.redirects = redirects;
        let head = last.insert(answer.head.clone());
        let Some(place) = answer.location.take() else {
            let span = match receiver.partial().map(|partial| partial.judge(head)) {
                Some(Reply::Nothing) => {
                    answer.skip().await;
                    return Ok(Received::NoRest);
                }
                Some(Reply::Rest(span)) => Some(span),
                Some(Reply::Other) | None => None,
            };
            let size = Size::new(rules.body_size_limit, span);
            answer
                .receive(&hop.method, rules, size, progress, receiver)
                .await?;
            return Ok(Received::Body);
        };
        if rules.max_redirects.is_some_and(|most| redirects >= most) {
            return Err(Failure::new(
                FailureKind::RedirectLimit,
                format!(
                    "the server redirects once more after {redirects} redirects: raise max_redirects if that is meant"
                ),
            ));
        }
        hop.follow(head.status, &place, rules.allow_downgrade)?;
        answer.skip().await;
        redirects += 1;
    }
}

async fn ask(
    pool: &Arc<Pool>,
    hop: &Hop,
    user_agent: &str,
    cookies: Option<&Mutex<Jar>>,
    rules: Rules,
    progress: &Arc<Progress>,
) -> Result<Answer, Failure> {
    let mut fields = hop.fields.clone();
    if let Some(value) = cookies.and_then(|jar| lock(jar).header(&hop.url)) {
        fields.add_default("Cookie", &value).map_err(unsendable)?;
    }
    fields
        .complete(
            &Origin::of(&hop.url).authority(),
            &hop.method,
            hop.content.length(),
            user_agent,
        )
        .map_err(unsendable)?;
    let answer = send::send(pool, hop, fields, rules, progress).await?;
    if let Some(jar) = cookies {
        let set = answer
            .head
            .lines
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        lock(jar).store(&hop.url, set.map(|(_, value)| value.as_str()));
    }
    Ok(answer)
}

fn lock(jar: &Mutex<Jar>) -> MutexGuard<'_, Jar> {
    jar.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unsendable(problem: String) -> Failure {
    Failure::new(FailureKind::Request, problem)
}
