//! Entries of the cache and their keys.

use std::sync::{Arc, Weak};

use godot_rustls_pki::digest::{Sha256, sha256};
use url::Url;

use super::Stored;
use crate::headers::Fields;
use crate::pool::Pool;

/// Fields whose values say who asks.
const CREDENTIALS: [&str; 2] = ["authorization", "cookie"];

/// What a stored response is the response to.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    url: String,
    /// Bodies are stored as they were passed on.
    is_decoded: bool,
    /// Hash of the credentials, which the cache need not keep.
    credentials: Sha256,
    /// A pool has one TLS configuration and one proxy: what was received under other trust is never
    /// served.
    pool: Weak<Pool>,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.is_decoded == other.is_decoded
            && self.pool.ptr_eq(&other.pool)
            && self.url == other.url
            && self.credentials == other.credentials
    }
}

impl Key {
    pub(crate) fn new(pool: &Arc<Pool>, url: &Url, fields: &Fields, is_decoded: bool) -> Self {
        let mut credentials = Vec::new();
        for name in CREDENTIALS {
            credentials.extend_from_slice(name.as_bytes());
            credentials.push(b':');
            credentials.extend_from_slice(fields.get(name).unwrap_or_default());
            credentials.push(b'\n');
        }
        let credentials = zeroize::Zeroizing::new(credentials);
        Self {
            url: url.as_str().to_owned(),
            is_decoded,
            credentials: sha256(&credentials),
            pool: Arc::downgrade(pool),
        }
    }

    /// Returns whether the key is of this URL, whoever asked.
    pub(super) fn is_of(&self, url: &Url) -> bool {
        self.url == url.as_str()
    }

    /// Returns whether the pool still exists.
    pub(super) fn is_alive(&self) -> bool {
        self.pool.strong_count() > 0
    }
}

/// A stored response and its key.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) stored: Stored,
    bytes: usize,
}

impl Entry {
    pub(super) fn new(key: Key, stored: Stored) -> Self {
        /// For what is not counted: the policy and the facts.
        const REST: usize = 1024;
        let lines = stored.head.lines.iter();
        // The policy has a copy of the head.
        let head: usize = lines
            .map(|(name, value)| 2 * (name.len() + value.len()))
            .sum();
        let bytes = REST + key.url.len() + head + stored.body.len();
        Self { key, stored, bytes }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
