//! Behaviour that the HTTP classes share with the engine's.

use godot::classes::{ClassDb, Engine, Os};
use godot::prelude::*;
use http::Method;

/// Methods in the order of the engine's numbers (HTTPClient.Method).
const METHODS: [Method; 9] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
    Method::PATCH,
];

/// Returns the method of a number, or an error message.
pub(crate) fn method(number: i64) -> Result<Method, String> {
    let index = usize::try_from(number).unwrap_or(usize::MAX);
    METHODS
        .get(index)
        .cloned()
        .ok_or_else(|| format!("the method is {number}: use one of HTTPClient.METHOD_, 0 to 8"))
}

/// Returns the engine's own user agent, such as `GodotEngine/4.6.3.stable.official (Linux)`.
pub(crate) fn user_agent() -> String {
    let info = Engine::singleton().get_version_info();
    let number = |key: &str| {
        info.get(key)
            .and_then(|value| value.try_to::<i64>().ok())
            .unwrap_or_default()
    };
    let text = |key: &str| {
        info.get(key)
            .map(|value| value.to_string())
            .unwrap_or_default()
    };
    let patch = match number("patch") {
        0 => String::new(),
        patch => format!(".{patch}"),
    };
    let module = if ClassDb::singleton().class_exists("CSharpScript") {
        ".mono"
    } else {
        ""
    };
    format!(
        "GodotEngine/{}.{}{patch}.{}{module}.{} ({})",
        number("major"),
        number("minor"),
        text("status"),
        text("build"),
        Os::singleton().get_name()
    )
}
