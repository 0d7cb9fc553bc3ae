//! A private cache of responses (RFC 9111), kept in memory.
//!
//! What may be stored, for how long, and how it is revalidated is decided by `http-cache-semantics`,
//! which implements RFC 9111 and is tested against the cases of other caches. Stored are complete
//! bodies of GET requests with the status 200, as they were passed on: decoded.

mod entry;
mod recorder;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use url::Url;

use crate::headers::Fields;
use crate::response::ResponseHead;

use entry::Entry;
pub(crate) use entry::Key;
pub(crate) use recorder::Recorder;

/// Part of the cache that one entry may take: a larger one would displace too many others.
const LARGEST_PART: usize = 4;

/// Rules of a private cache (RFC 9111 section 1), which may store responses to credentials.
const OPTIONS: CacheOptions = CacheOptions {
    shared: false,
    cache_heuristic: 0.1,
    immutable_min_time_to_live: std::time::Duration::from_secs(24 * 3600),
    ignore_cargo_cult: false,
};

/// A cache. Requests on several threads may share it.
#[derive(Debug)]
pub struct Cache(Mutex<State>);

#[derive(Debug)]
struct State {
    max_bytes: usize,
    bytes: usize,
    /// The entry that was used last stands last.
    entries: VecDeque<Entry>,
}

/// A stored response.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) head: ResponseHead,
    pub(crate) body: Bytes,
    policy: CachePolicy,
}

/// Result of a lookup.
pub(crate) enum Lookup {
    /// There is no response for this request.
    Miss,
    /// The stored response is used without a request.
    Fresh(Stored),
    /// The stored response is used if the server confirms it; the fields make the request
    /// conditional.
    Stale(Stored, Vec<(HeaderName, HeaderValue)>),
}

impl Cache {
    /// Returns an empty cache for so many bytes of bodies and heads.
    pub fn new(max_bytes: usize) -> Self {
        Self(Mutex::new(State {
            max_bytes,
            bytes: 0,
            entries: VecDeque::new(),
        }))
    }

    /// Returns the limit in bytes.
    pub fn max_bytes(&self) -> usize {
        self.lock().max_bytes
    }

    /// Sets the limit in bytes. The entries that were not used for longest are removed until the
    /// others fit.
    pub fn set_max_bytes(&self, max_bytes: usize) {
        let mut state = self.lock();
        state.max_bytes = max_bytes;
        state.evict();
    }

    /// Returns the bytes in use.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Returns the number of entries.
    pub fn count(&self) -> usize {
        self.lock().entries.len()
    }

    /// Removes all entries.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.entries.clear();
        state.bytes = 0;
    }

    /// Looks for a response to a GET request.
    pub(crate) fn look_up(&self, key: &Key, request: &Request<()>, now: SystemTime) -> Lookup {
        let mut state = self.lock();
        let Some(stored) = state.find(key) else {
            return Lookup::Miss;
        };
        match stored.policy.before_request(request, now) {
            BeforeRequest::Fresh(parts) => Lookup::Fresh(stored.with_age(&parts.headers)),
            BeforeRequest::Stale { matches: false, .. } => Lookup::Miss,
            BeforeRequest::Stale { request, .. } => {
                let conditions = [http::header::IF_NONE_MATCH, http::header::IF_MODIFIED_SINCE];
                let conditions = conditions.into_iter().filter_map(|name| {
                    let value = request.headers.get(&name)?.clone();
                    Some((name, value))
                });
                Lookup::Stale(stored, conditions.collect())
            }
        }
    }

    /// Returns the stored response that a 304 confirms, updated and stored again (RFC 9111 section
    /// 4.3.4); `None` if the 304 is about another version.
    pub(crate) fn confirmed(
        &self,
        key: Key,
        request: &Request<()>,
        mut stored: Stored,
        reply: &ResponseHead,
        now: SystemTime,
    ) -> Option<Stored> {
        let response = response_of(reply);
        let AfterResponse::NotModified(policy, _) =
            stored.policy.after_response(request, &response, now)
        else {
            return None;
        };
        stored.policy = policy;
        stored.update(reply);
        self.lock().insert(Entry::new(key, stored.clone()));
        Some(stored)
    }

    /// Returns how to store the response, if it may be stored.
    pub(crate) fn policy(
        request: &Request<()>,
        head: &ResponseHead,
        now: SystemTime,
    ) -> Option<CachePolicy> {
        let policy = CachePolicy::new_options(request, &response_of(head), now, OPTIONS);
        // A `Vary` of "*" matches no request (RFC 9111 section 4.1).
        let is_for_nobody = head.header("vary").is_some_and(|vary| vary.contains('*'));
        (head.status == 200 && !is_for_nobody && policy.is_storable()).then_some(policy)
    }

    /// Returns the bytes of the largest body that is stored.
    pub(crate) fn max_body(&self) -> usize {
        self.max_bytes() / LARGEST_PART
    }

    pub(crate) fn store(&self, key: Key, policy: CachePolicy, head: ResponseHead, body: Bytes) {
        let stored = Stored { head, body, policy };
        self.lock().insert(Entry::new(key, stored));
    }

    /// Removes what a successful request with an unsafe method makes invalid (RFC 9111 section 4.4).
    pub(crate) fn invalidate(&self, url: &Url) {
        let mut state = self.lock();
        state.entries.retain(|entry| !entry.key.is_of(url));
        state.bytes = state.entries.iter().map(Entry::bytes).sum();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&mut self, key: &Key) -> Option<Stored> {
        let place = self.entries.iter().position(|entry| entry.key == *key)?;
        let entry = self.entries.remove(place)?;
        let stored = entry.stored.clone();
        self.entries.push_back(entry);
        Some(stored)
    }

    fn insert(&mut self, entry: Entry) {
        self.remove(&entry.key);
        if entry.bytes() > self.max_bytes / LARGEST_PART {
            return;
        }
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        self.evict();
    }

    fn remove(&mut self, key: &Key) {
        // Entries of a pool that is gone can never be found again.
        self.entries
            .retain(|entry| entry.key != *key && entry.key.is_alive());
        self.bytes = self.entries.iter().map(Entry::bytes).sum();
    }

    fn evict(&mut self) {
        while self.bytes > self.max_bytes {
            let Some(oldest) = self.entries.pop_front() else {
                return;
            };
            self.bytes -= oldest.bytes();
        }
    }
}

/// Returns the request as the rules of caching see it.
pub(crate) fn request_of(method: &Method, url: &Url, fields: &Fields) -> Option<Request<()>> {
    let mut request = Request::builder()
        .method(method.clone())
        .uri(url.as_str())
        .body(())
        .ok()?;
    *request.headers_mut() = fields.to_map();
    Some(request)
}

/// Returns whether the cache may be asked: not for a part, and not for a condition of the caller.
pub(crate) fn is_cacheable(method: &Method, fields: &Fields) -> bool {
    const OF_CALLER: [&str; 6] = [
        "range",
        "if-none-match",
        "if-modified-since",
        "if-match",
        "if-unmodified-since",
        "if-range",
    ];
    *method == Method::GET && !OF_CALLER.iter().any(|name| fields.has(name))
}

/// Returns whether a request with this method and result may have changed what its URL names.
pub(crate) fn invalidates(method: &Method, status: u16) -> bool {
    !method.is_safe() && (200..400).contains(&status)
}

fn response_of(head: &ResponseHead) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(head.status).unwrap_or(StatusCode::OK);
    let headers = response.headers_mut();
    for (name, value) in &head.lines {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            headers.append(name, value);
        }
    }
    response
}

impl Stored {
    /// Returns the response with the `Age` (RFC 9111 section 5.1) that it has now.
    fn with_age(mut self, headers: &HeaderMap) -> Self {
        let age = headers.get(http::header::AGE);
        if let Some(age) = age.and_then(|age| age.to_str().ok()) {
            self.replace("Age", age);
        }
        self
    }

    /// Takes over the fields of a 304 (RFC 9111 section 3.2).
    fn update(&mut self, reply: &ResponseHead) {
        const OF_BODY: [&str; 4] = [
            "content-length",
            "content-encoding",
            "transfer-encoding",
            "content-range",
        ];
        self.replace_all(
            reply
                .lines
                .iter()
                .filter(|(name, _)| !OF_BODY.iter().any(|other| name.eq_ignore_ascii_case(other))),
        );
        self.head.facts = Arc::clone(&reply.facts);
    }

    fn replace(&mut self, name: &str, value: &str) {
        let line = (name.to_owned(), value.to_owned());
        self.replace_all([line].iter());
    }

    fn replace_all<'a>(&mut self, lines: impl Iterator<Item = &'a (String, String)> + Clone) {
        let replaced = |name: &str| {
            let mut names = lines.clone();
            names.any(|(other, _)| other.eq_ignore_ascii_case(name))
        };
        self.head.lines.retain(|(name, _)| !replaced(name));
        self.head.lines.extend(lines.cloned());
    }
}
