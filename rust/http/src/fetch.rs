//! One request and its answer: redirects, cookies, time limits, decompression.

mod attempt;
mod body_budget;
mod liveness;
mod response_body;
mod retry;
mod send;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::body_sink::Receiver;
use crate::cookies::Jar;
use crate::error::{FetchError, Step};
use crate::headers::HeaderError;
use crate::pool::Pool;
use crate::progress::Progress;
use crate::range::{Partial, Reply};
use crate::redirect::Hop;
use crate::request::{Order, Rules};
use crate::response::Head;
use body_budget::BodyBudget;
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::Phase;
use response_body::ResponseBody;

/// How an exchange ended.
#[derive(Debug)]
pub struct Ending {
    /// The last answer that came, also with a failure after it.
    pub head: Option<Head>,
    /// Why there is no whole body.
    pub failure: Option<FetchError>,
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
            Err(_) => Err(FetchError::Timeout {
                limit,
                step: step(progress),
            }),
        },
    };
    progress.phase.set(Phase::Idle);
    Ending {
        head,
        failure: outcome.err(),
    }
}

fn step(progress: &Progress) -> Step {
    match progress.phase.get() {
        Phase::Resolving => Step::NameLookup,
        Phase::Connecting => Step::Connecting,
        Phase::Body => Step::Body,
        Phase::Idle | Phase::Requesting => Step::Response,
    }
}

/// Asks for the rest of what an earlier attempt left, and for all when that is not to be had.
async fn rest_or_all(
    pool: &Arc<Pool>,
    order: Order,
    progress: &Arc<Progress>,
    receiver: &mut dyn Receiver,
    last: &mut Option<Head>,
) -> Result<(), FetchError> {
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

fn order_for_rest(order: &Order, partial: &Partial) -> Result<Order, HeaderError> {
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
) -> Result<Received, FetchError> {
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
                    answer.drain().await;
                    return Ok(Received::NoRest);
                }
                Some(Reply::Rest(span)) => Some(span),
                Some(Reply::Other) | None => None,
            };
            let size = BodyBudget::new(rules.body_size_limit, span);
            answer
                .receive(&hop.method, rules, size, progress, receiver)
                .await?;
            return Ok(Received::Body);
        };
        if rules.max_redirects.is_some_and(|most| redirects >= most) {
            return Err(FetchError::TooManyRedirects {
                followed: redirects,
            });
        }
        hop.follow(head.status, &place, rules.allow_downgrade)?;
        answer.drain().await;
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
) -> Result<ResponseBody, FetchError> {
    let mut fields = hop.fields.clone();
    if let Some(value) = cookies.and_then(|jar| lock(jar).header(&hop.url)) {
        fields.add_default("Cookie", &value)?;
    }
    fields.complete(
        &Origin::of(&hop.url).authority(),
        &hop.method,
        hop.content.length(),
        user_agent,
    )?;
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
