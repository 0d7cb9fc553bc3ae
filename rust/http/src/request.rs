//! A request and the limits of its exchange.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use url::Url;

use crate::body::Content;
use crate::cookies::Jar;
use crate::headers::Fields;

/// What is asked for.
#[derive(Clone)]
pub struct FetchRequest {
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
    pub limits: FetchLimits,
    /// Cookies that are sent and kept.
    pub cookies: Option<Arc<Mutex<Jar>>>,
}

/// Limits of an exchange.
#[derive(Debug, Clone, Copy)]
pub struct FetchLimits {
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
    /// Repetitions of an idempotent request after a transient failure or a response of an overloaded server.
    pub retries: u32,
    /// Sends an idempotent request again when its stream of events ends or breaks.
    pub reconnect_events: bool,
}
