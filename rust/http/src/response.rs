//! The head of a response.

use std::sync::Arc;

use godot_rustls_net::connector::PeerFacts;
use url::Url;

use crate::headers::{HeaderLine, find};

/// The version of a response whose body ends with a frame.
pub(crate) const HTTP_2: &str = "HTTP/2";

/// The answer without its body.
#[derive(Debug, Clone)]
pub struct ResponseHead {
    /// Three digits (RFC 9110 section 15).
    pub status: u16,
    /// As the server sent them.
    pub lines: Vec<HeaderLine>,
    /// "HTTP/1.0", "HTTP/1.1" or "HTTP/2".
    pub version: &'static str,
    /// Who answered, after redirects.
    pub url: Url,
    /// How many were followed.
    pub redirects: usize,
    /// The connection's other end.
    pub facts: Arc<PeerFacts>,
}

impl ResponseHead {
    /// The first value of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.lines, name)
    }
}
