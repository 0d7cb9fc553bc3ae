//! RustlsHTTPCache.

use std::sync::Arc;

use godot::prelude::*;
use godot_rustls_http::cache::Cache;

use crate::engine::shared_objects::with_bound;

/// A cache of HTTP responses (RFC 9111), kept in memory.
///
/// Assign it to [member RustlsHTTPRequest.cache], or pass it as the option `cache` of a request.
/// Several nodes and requests may share one object:
///
/// ```gdscript
/// var options := {"cache": RustlsHTTPCache.new()}
/// for attempt in 2:
/// 	var news: RustlsHTTPResponse = await RustlsHTTP.request("https://example.org/news", options)
/// 	print(news.text, ", from the cache: ", news.from_cache)
/// ```
///
/// Stored are complete responses to GET requests with the code 200, if the server allows it
/// (`Cache-Control`). As long as a response is fresh, it is delivered without asking the server.
/// Afterwards the server is asked whether it has changed (`ETag`, `Last-Modified`); if not, the body
/// is delivered from the cache, with the code 200. A successful POST, PUT, PATCH or DELETE removes
/// what is stored of its URL.
///
/// Responses to different credentials (`Authorization`, `Cookie`) and over connections with
/// different TLS options or proxies are kept apart. Requests with a `Range` or a condition such as
/// `If-None-Match`, events, bodies in pieces and resumed downloads do not use the cache.
#[derive(GodotClass)]
#[class(tool, init, base=RefCounted)]
pub(crate) struct RustlsHTTPCache {
    /// The largest size of all stored responses in bytes. The default is 33554432 (32 MiB). The
    /// responses that were not used for longest are removed. A single response may take a quarter.
    #[var(get = get_max_bytes, set = set_max_bytes, hint = RANGE, hint_string = "0,1073741824,or_greater,suffix:B", usage_flags = [DEFAULT])]
    max_bytes: PhantomVar<i64>,
    #[init(val = Arc::new(Cache::new(32 * 1024 * 1024)))]
    cache: Arc<Cache>,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsHTTPCache {
    /// Returns [member max_bytes].
    #[func]
    fn get_max_bytes(&self) -> i64 {
        i64::try_from(self.cache.max_bytes()).unwrap_or(i64::MAX)
    }

    /// Sets [member max_bytes]. A negative number means 0.
    #[func]
    fn set_max_bytes(&mut self, bytes: i64) {
        let bytes = usize::try_from(bytes.max(0)).unwrap_or(usize::MAX);
        self.cache.set_max_bytes(bytes);
    }

    /// Returns the size of the stored responses in bytes.
    #[func]
    fn get_size(&self) -> i64 {
        i64::try_from(self.cache.bytes()).unwrap_or(i64::MAX)
    }

    /// Returns the number of stored responses.
    #[func]
    fn get_entry_count(&self) -> i64 {
        i64::try_from(self.cache.count()).unwrap_or(i64::MAX)
    }

    /// Removes all stored responses.
    #[func]
    fn clear(&self) {
        self.cache.clear();
    }

    /// Returns the cache, to use while nothing is bound.
    pub(crate) fn cache(this: &Gd<Self>) -> Arc<Cache> {
        with_bound(this, |me| Arc::clone(&me.cache))
    }
}
