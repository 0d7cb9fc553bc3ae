//! RustlsCancellation.

use godot::prelude::*;

use crate::engine::shared_objects::with_bound;
use crate::http::cancellation::Cancellation;

/// Message of a request that a script cancelled.
pub(crate) const CANCELLED: &str = "the request was cancelled";

/// Cancels any number of requests together, for instance those of a screen that is closed.
///
/// Pass the object as the option `cancellation` of [method RustlsHTTPRequest.fetch] or
/// [method RustlsHTTP.request]:
///
/// ```gdscript
/// var cancellation := RustlsCancellation.new()
/// var options := {"cancellation": cancellation}
/// get_tree().create_timer(5).timeout.connect(cancellation.cancel)
/// var news: RustlsHTTPResponse = await RustlsHTTP.request("https://example.org/news", options)
/// if news.ok:
/// 	print(news.text)
/// ```
///
/// An object is good for one cancellation: make a new one for further requests. Scripts may use it
/// from several threads at the same time.
#[derive(GodotClass)]
#[class(tool, init, base=RefCounted)]
pub(crate) struct RustlsCancellation {
    requests: Cancellation,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsCancellation {
    /// Emitted once, by the first call of [method cancel], on the thread that calls.
    #[signal]
    fn cancelled();

    /// Cancels the requests that have this object as their option, now and later. Each completes
    /// in a later frame with [constant RustlsHTTPRequest.RESULT_REQUEST_FAILED]. Requests that have
    /// completed keep their result. Further calls do nothing.
    #[func(gd_self)]
    fn cancel(this: Gd<Self>) {
        let requests = Self::requests(&this);
        if requests.cancel(CANCELLED) {
            this.signals().cancelled().emit();
        }
    }

    /// Returns whether [method cancel] has been called.
    #[func]
    fn is_cancelled(&self) -> bool {
        self.requests.is_cancelled()
    }

    /// Returns the requests, to use while nothing is bound.
    pub(crate) fn requests(this: &Gd<Self>) -> Cancellation {
        with_bound(this, |me| me.requests.clone())
    }
}
