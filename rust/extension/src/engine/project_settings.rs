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

/// As many threads as the machine has cores to spare.
const AUTOMATIC: i64 = -1;

/// Adds our settings to the project's, so that they show in Project Settings beside the engine's own.
pub(crate) fn register() {
    add(
        TRUST,
        &0.to_variant(),
        PropertyHint::ENUM,
        "Automatic,System Only,System and Mozilla,Mozilla Only",
    );
    // Only this ending is a resource, and so exported with the game.
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

/// The override bundle's path; empty when there is none.
pub(crate) fn bundle_override() -> String {
    text(BUNDLE_OVERRIDE)
}

/// The path of certificates beside the system's; empty when there are none.
pub(crate) fn extra_certificates() -> String {
    text(EXTRA_CERTIFICATES)
}

/// Which certificates make up the default trust.
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

/// Threads that do the hard steps of handshakes; with none they are done where they come up.
pub(crate) fn handshake_threads() -> usize {
    let value = read(HANDSHAKE_THREADS).try_to::<i64>().unwrap_or(AUTOMATIC);
    // Whatever is negative means automatic.
    usize::try_from(value).unwrap_or_else(|_| spare_cores())
}

/// How much of a frame delivering HTTP answers may take.
pub(crate) fn http_frame_budget() -> Duration {
    // A script may well set a whole number.
    let milliseconds = read(HTTP_FRAME_BUDGET)
        .try_to_relaxed::<f64>()
        .unwrap_or(1.0);
    Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::from_millis(1))
}

/// The engine's limit for making a TCP connection; none for any time.
pub(crate) fn connect_timeout() -> Option<Duration> {
    let value = read(CONNECT_TIMEOUT)
        .try_to_relaxed::<f64>()
        .unwrap_or(30.0);
    seconds(value)
}

/// The engine's switch for TLS 1.3, read for every connection.
pub(crate) fn is_tls_1_3_enabled() -> bool {
    read(ENABLE_TLS_1_3).try_to::<bool>().unwrap_or(true)
}

fn text(name: &str) -> String {
    read(name)
        .try_to::<GString>()
        .map(|value| value.to_string())
        .unwrap_or_default()
}

/// The value with feature tags applied, as the engine reads its own.
fn read(name: &str) -> Variant {
    let settings = ProjectSettings::singleton();
    if settings.has_setting(name) {
        settings.get_setting_with_override(name)
    } else {
        Variant::nil()
    }
}
