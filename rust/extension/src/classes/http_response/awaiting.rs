//! Signals of responses that can be awaited in any order.

use godot::classes::RefCounted;
use godot::prelude::*;

use super::RustlsHTTPResponse;
use crate::engine::convert::report;
use crate::engine::shared_objects::with_bound;
use crate::runtime::frame_poll::{Poll, spawn_on_main};
use crate::runtime::late_listeners::{self, Completes};

impl Completes for RustlsHTTPResponse {
    fn result(this: &Gd<Self>) -> Variant {
        this.to_variant()
    }

    fn is_over(this: &Gd<Self>) -> bool {
        with_bound(this, Self::is_completed)
    }
}

const ALL_COMPLETED: &str = "all_completed";

/// Metadata of the object that emits the signal.
const RESPONSES: &str = "responses";

#[godot_api(secondary)]
impl RustlsHTTPResponse {
    /// Returns a signal that can be awaited at any time, also when the request has ended already:
    /// then it fires in the next frame. The value is this object.
    ///
    /// ```gdscript
    /// var slow: RustlsHTTPResponse = $RustlsHTTPRequest.fetch("https://example.org/map")
    /// var fast: RustlsHTTPResponse = $RustlsHTTPRequest.fetch("https://example.org/news")
    /// await slow.done()
    /// await fast.done()
    /// ```
    #[func(gd_self)]
    fn done(this: Gd<Self>) -> Signal {
        late_listeners::done(&this)
    }

    /// Returns the signal of a request that has just begun.
    pub(crate) fn completion(this: &Gd<Self>) -> Signal {
        late_listeners::done(this)
    }

    /// Returns a signal that fires when all of [param responses] have completed, also those that
    /// have already, and always in a later frame. The value is [param responses]. An element that is
    /// not a [RustlsHTTPResponse] is reported as an error and not waited for.
    ///
    /// ```gdscript
    /// var http: RustlsHTTPRequest = $RustlsHTTPRequest
    /// var pages: Array[RustlsHTTPResponse] = []
    /// for page in 10:
    /// 	pages.append(http.fetch("https://example.org/page/%d" % page))
    /// await RustlsHTTPResponse.all(pages)
    /// for page in pages:
    /// 	print(page.response_code)
    /// ```
    #[func]
    fn all(responses: AnyArray) -> Signal {
        let mut awaited = RefCounted::new_gd();
        awaited.add_user_signal(ALL_COMPLETED);
        awaited.set_meta(RESPONSES, &responses.to_variant());
        for other in responses.iter_shared().filter(|it| response(it).is_none()) {
            report(&format!(
                "RustlsHTTPResponse.all() waits for responses alone, and got {other}"
            ));
        }
        // Keeps the object, with the responses, until the signal has been emitted.
        spawn_on_main(&awaited, |awaited| move || emit_when_all_are_over(&awaited));
        Signal::from_object_signal(&awaited, ALL_COMPLETED)
    }
}

fn response(element: &Variant) -> Option<Gd<RustlsHTTPResponse>> {
    element.try_to().ok()
}

fn emit_when_all_are_over(awaited: &Gd<RefCounted>) -> Poll {
    let responses = awaited.get_meta(RESPONSES);
    let Ok(all) = responses.try_to::<AnyArray>() else {
        return Poll::Done;
    };
    let mut waiting = all.iter_shared().filter_map(|element| response(&element));
    if waiting.any(|response| !RustlsHTTPResponse::is_over(&response)) {
        return Poll::Pending;
    }
    awaited.clone().emit_signal(ALL_COMPLETED, &[responses]);
    Poll::Done
}
