//! The part of the cache in an exchange.

use std::sync::Arc;
use std::time::SystemTime;

use http::Request;

use super::body_budget::BodyBudget;
use crate::body_sink::BodySink;
use crate::cache::{Cache, Key, Lookup, Recorder, Stored, is_cacheable, request_of};
use crate::error::FetchError;
use crate::headers::{Fields, HeaderError};
use crate::pool::Pool;
use crate::progress::Progress;
use crate::redirect::CurrentRequest;
use crate::request::FetchLimits;
use crate::response::ResponseHead;
use godot_rustls_net::phase::Phase;

/// Start of an exchange.
pub(super) enum Begin {
    /// The request is sent.
    Send(Option<Box<Caching>>),
    /// The stored response is used.
    Serve(Box<Stored>),
}

/// What the cache has to know when the response arrives.
pub(super) struct Caching {
    cache: Arc<Cache>,
    key: Key,
    request: Request<()>,
    /// The response that a 304 would confirm.
    stale: Option<Stored>,
}

impl Caching {
    /// Looks for a stored response. Makes the request conditional if there is one that has to be
    /// confirmed.
    pub(super) fn begin(
        cache: Option<&Arc<Cache>>,
        pool: &Arc<Pool>,
        current: &CurrentRequest,
        fields: &mut Fields,
        limits: FetchLimits,
    ) -> Result<Begin, HeaderError> {
        let cache = cache.filter(|_| is_cacheable(&current.method, fields));
        let request = request_of(&current.method, &current.url, fields);
        let (Some(cache), Some(request)) = (cache, request) else {
            return Ok(Begin::Send(None));
        };
        let key = Key::new(pool, &current.url, fields, limits.decode);
        let mut stale = None;
        match cache.look_up(&key, &request, SystemTime::now()) {
            Lookup::Miss => {}
            Lookup::Fresh(stored) => return Ok(Begin::Serve(Box::new(stored))),
            Lookup::Stale(stored, conditions) => {
                for (name, value) in &conditions {
                    fields
                        .add_default(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
                }
                stale = (!conditions.is_empty()).then_some(stored);
            }
        }
        Ok(Begin::Send(Some(Box::new(Self {
            cache: Arc::clone(cache),
            key,
            request,
            stale,
        }))))
    }

    /// Returns whether the response is about the condition that the cache added.
    pub(super) fn is_reply(&self, head: &ResponseHead) -> bool {
        self.stale.is_some() && head.status == 304
    }

    /// Returns the stored response that a 304 confirms. If the 304 is about another version, what is
    /// stored is removed, and the request has to be sent again.
    pub(super) fn confirmed(&self, head: &ResponseHead) -> Option<Stored> {
        let (key, stale) = (self.key.clone(), self.stale.clone()?);
        let now = SystemTime::now();
        let confirmed = self.cache.confirmed(key, &self.request, stale, head, now);
        if confirmed.is_none() {
            self.cache.invalidate(&head.url);
        }
        confirmed
    }

    /// Returns the receiver that copies a body which may be stored.
    pub(super) fn recorder<'a>(&self, sink: &'a mut dyn BodySink) -> Recorder<'a> {
        Recorder::new(sink, self.cache.max_body())
    }

    /// Stores a response that is complete, if that is allowed.
    pub(super) fn store(self, head: ResponseHead, recorder: Recorder<'_>) {
        let policy = Cache::policy(&self.request, &head, SystemTime::now());
        if let (Some(policy), Some(body)) = (policy, recorder.into_copy()) {
            self.cache.store(self.key, policy, head, body);
        }
    }
}

/// Passes a stored response to the sink.
pub(super) fn serve(
    stored: &Stored,
    limits: FetchLimits,
    progress: &Progress,
    sink: &mut dyn BodySink,
) -> Result<(), FetchError> {
    let length = stored.body.len();
    BodyBudget::new(limits.body_size_limit, None).check_announced(length as u64)?;
    progress.begin_download(Some(length as u64));
    progress.phase.set(Phase::Body);
    sink.begin(&stored.head, Some(length as u64))?;
    progress.received(length);
    sink.write(&stored.body)?;
    sink.finish()
}
