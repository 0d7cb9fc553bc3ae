//! A request and the limits of its exchange.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use url::Url;

use crate::body::Content;
use crate::cache::Cache;
use crate::cookies::Jar;
use crate::headers::Fields;

/// Request.
#[derive(Clone)]
pub struct FetchRequest {
    /// The method. CONNECT is for proxies alone.
    pub method: Method,
    /// The URL, as [`crate::request_url::parse`] returns it.
    pub url: Url,
    /// The caller's header fields. Host, Content-Length, User-Agent and Accept are added after
    /// them.
    pub fields: Fields,
    /// The value of `User-Agent`.
    pub user_agent: String,
    /// The body.
    pub content: Content,
    /// The limits of the exchange.
    pub limits: FetchLimits,
    /// The cookies to send and to store.
    pub cookies: Option<Arc<Mutex<Jar>>>,
    /// The cache to use.
    pub cache: Option<Arc<Cache>>,
}

/// Limits of an exchange.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
    /// Redirects that are followed; `None` for no limit.
    pub max_redirects: Option<usize>,
    /// Bytes of the body as received and as decoded; `None` for no limit.
    pub body_size_limit: Option<u64>,
    /// True to decode compressed bodies.
    pub decode: bool,
    /// True to follow redirects from https to http.
    pub allow_downgrade: bool,
    /// Time limit of the whole exchange.
    pub timeout: Option<Duration>,
    /// Time limit of a server's silence.
    pub read_timeout: Option<Duration>,
    /// True to send a request that is not idempotent once more if a reused connection ended without
    /// a byte of a response.
    pub retry_lost_post: bool,
    /// Repetitions of an idempotent request after a transient failure or a response of an overloaded server.
    pub retries: u32,
    /// True to send an idempotent request again when its stream of events ends or breaks.
    pub reconnect_events: bool,
}
