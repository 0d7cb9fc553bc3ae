//! The project settings that the addon reads and those that it adds.

use std::time::Duration;

use godot::classes::ProjectSettings;
use godot::global::godot_warn;
use godot::prelude::*;
use godot::register::info::PropertyHint;
use godot_rustls_pki::trust::Mode;
use godot_rustls_runtime::spare_cores;

use crate::engine::convert::seconds;

const BUNDLE_OVERRIDE: &str = "network/tls/certificate_bundle_override";
const ENABLE_TLS_1_3: &str = "network/tls/enable_tls_v1.3";
const CONNECT_TIMEOUT: &str = "network/limits/tcp/connect_timeout_seconds";
const TRUST: &str = "network/tls/rustls/trust";
const HANDSHAKE_THREADS: &str = "network/tls/rustls/handshake_threads";
const HTTP_FRAME_BUDGET: &str = "network/tls/rustls/http_main_thread_budget_ms";
const EXTRA_CERTIFICATES: &str = "network/tls/rustls/extra_certificates";

/// Stands for as many threads as the machine has cores to spare.
const AUTOMATIC: i64 = -1;

/// Adds the addon's settings to the project's, so that they are shown in Project Settings beside
/// the engine's.
pub(crate) fn register() {
    add(
        TRUST,
        &0.to_variant(),
        PropertyHint::ENUM,
        "Automatic,System Only,System and Mozilla,Mozilla Only",
    );
    // Files with this extension alone are resources, and so are exported with the game.
    add(
        EXTRA_CERTIFICATES,
        &GString::new().to_variant(),
        PropertyHint::FILE,
        "*.crt",
    );
    add(
        HANDSHAKE_THREADS,
        &AUTOMATIC.to_variant(),
        PropertyHint::RANGE,
        "-1,64,1",
    );
    add(
        HTTP_FRAME_BUDGET,
        &1.0.to_variant(),
        PropertyHint::RANGE,
        "0.1,16.0,0.1,or_greater,suffix:ms",
    );
}

fn add(name: &str, default: &Variant, hint: PropertyHint, hint_string: &str) {
    let mut settings = ProjectSettings::singleton();
    if !settings.has_setting(name) {
        settings.set_setting(name, default);
    }
    settings.set_initial_value(name, default);
    settings.set_as_basic(name, true);
    let info = vdict! {
        "name" => name,
        "type" => default.get_type().ord(),
        "hint" => hint.ord(),
        "hint_string" => hint_string,
    };
    settings.add_property_info(&info);
}

/// Returns the path of the bundle that replaces the default trust; empty if there is none.
pub(crate) fn bundle_override() -> String {
    text(BUNDLE_OVERRIDE)
}

/// Returns the path of the certificates trusted in addition to the system's; empty if there are
/// none.
pub(crate) fn extra_certificates() -> String {
    text(EXTRA_CERTIFICATES)
}

/// Returns which certificates make up the default trust.
pub(crate) fn trust_mode() -> Mode {
    let value = read(TRUST);
    match value.try_to::<i64>() {
        Ok(0) | Err(_) => Mode::Automatic,
        Ok(1) => Mode::System,
        Ok(2) => Mode::SystemAndMozilla,
        Ok(3) => Mode::Mozilla,
        Ok(other) => {
            godot_warn!("{TRUST} is {other}, not 0 to 3: Automatic is used");
            Mode::Automatic
        }
    }
}

/// Returns how many threads process the expensive steps of handshakes. With none, the call that
/// reaches a step processes it.
pub(crate) fn handshake_threads() -> usize {
    let value = read(HANDSHAKE_THREADS).try_to::<i64>().unwrap_or(AUTOMATIC);
    // Any negative number means automatic.
    usize::try_from(value).unwrap_or_else(|_| spare_cores())
}

/// Returns the part of a frame that delivering HTTP responses may take.
pub(crate) fn http_frame_budget() -> Duration {
    // A script may set a whole number.
    let milliseconds = read(HTTP_FRAME_BUDGET)
        .try_to_relaxed::<f64>()
        .unwrap_or(1.0);
    Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::from_millis(1))
}

/// Returns the engine's limit for making a TCP connection; `None` means no limit.
pub(crate) fn connect_timeout() -> Option<Duration> {
    let value = read(CONNECT_TIMEOUT)
        .try_to_relaxed::<f64>()
        .unwrap_or(30.0);
    seconds(value)
}

/// Returns whether the engine's setting allows TLS 1.3. Read for every connection.
pub(crate) fn is_tls_1_3_enabled() -> bool {
    read(ENABLE_TLS_1_3).try_to::<bool>().unwrap_or(true)
}

fn text(name: &str) -> String {
    read(name)
        .try_to::<GString>()
        .map(|value| value.to_string())
        .unwrap_or_default()
}

/// Returns the value with feature tags applied, as the engine reads its own settings.
fn read(name: &str) -> Variant {
    let settings = ProjectSettings::singleton();
    if settings.has_setting(name) {
        settings.get_setting_with_override(name)
    } else {
        Variant::nil()
    }
}
