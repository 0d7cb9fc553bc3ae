//! The head of a response.

use std::sync::Arc;

use godot_rustls_net::connector::PeerFacts;
use url::Url;

use crate::headers::{HeaderLine, find};

/// The version of a response whose body ends with a frame.
pub(crate) const HTTP_2: &str = "HTTP/2";

/// Response without its body.
#[derive(Debug, Clone)]
pub struct ResponseHead {
    /// The status code (RFC 9110 section 15).
    pub status: u16,
    /// The header lines as the server sent them.
    pub lines: Vec<HeaderLine>,
    /// The version: "HTTP/1.0", "HTTP/1.1" or "HTTP/2".
    pub version: &'static str,
    /// The URL that responded, after redirects.
    pub url: Url,
    /// The number of redirects that were followed.
    pub redirects: usize,
    /// True if the body comes from the cache.
    pub from_cache: bool,
    /// Facts about the server and the connection.
    pub facts: Arc<PeerFacts>,
}

impl ResponseHead {
    /// Returns the first value of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.lines, name)
    }
}
