//! The layers, from the lowest on: what each may use, and which rules it is under.

/// One crate under `rust/`.
pub(super) struct Layer {
    /// Its folder under `rust/`.
    pub(super) name: &'static str,
    pub(super) package: &'static str,
    /// Crates of the workspace that it may depend on, by their folders.
    pub(super) uses: &'static [&'static str],
    /// Dependencies that it must not have, but for its tests.
    pub(super) not: &'static [&'static str],
    /// It knows neither the engine nor the addon's classes.
    pub(super) is_engine_free: bool,
    /// It opens no socket, never sleeps and takes the time as an argument.
    pub(super) is_without_io: bool,
    /// What its crate's root shows others is used by others.
    pub(super) is_library: bool,
}

/// Rules that crates come under one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// No modules import each other in a circle.
    Circles,
    /// Nothing of the engine and of the addon's classes is named.
    Engine,
    /// No public error is a sentence.
    Sentences,
    /// Public names are used by another crate.
    Public,
}

/// A rule that a crate is not under yet, and why.
pub(super) struct NotYet {
    pub(super) layer: &'static str,
    pub(super) rule: Rule,
    pub(super) reason: &'static str,
}

/// Rules to be switched on, each when its crate keeps it. An entry that is not needed is a fault.
pub(super) const NOT_YET: &[NotYet] = &[not_yet(
    "extension",
    Rule::Circles,
    "a node returns its responses, and a response emits the signals of its node",
)];

const fn not_yet(layer: &'static str, rule: Rule, reason: &'static str) -> NotYet {
    NotYet {
        layer,
        rule,
        reason,
    }
}

/// Asynchronous I/O, which begins above `tls`.
const IO: &[&str] = &[
    "tokio",
    "hyper",
    "hyper-util",
    "h2",
    "mio",
    "socket2",
    "async-std",
    "smol",
];

/// Every crate under `rust/`. A new one takes its place here.
pub(super) const LAYERS: &[Layer] = &[
    Layer {
        name: "pki",
        package: "godot-rustls-pki",
        uses: &[],
        not: IO,
        is_engine_free: true,
        is_without_io: true,
        is_library: true,
    },
    Layer {
        name: "tls",
        package: "godot-rustls-tls",
        uses: &["pki"],
        not: IO,
        is_engine_free: true,
        is_without_io: true,
        is_library: true,
    },
    Layer {
        name: "net",
        package: "godot-rustls-net",
        uses: &["pki", "tls"],
        not: &["hyper", "h2"],
        is_engine_free: true,
        is_without_io: false,
        is_library: true,
    },
    Layer {
        name: "http",
        package: "godot-rustls-http",
        uses: &["pki", "tls", "net"],
        not: &[],
        is_engine_free: true,
        is_without_io: false,
        is_library: true,
    },
    Layer {
        name: "runtime",
        package: "godot-rustls-runtime",
        uses: &[],
        not: &["rustls", "hyper"],
        is_engine_free: true,
        is_without_io: false,
        is_library: true,
    },
    Layer {
        name: "extension",
        package: "godot-rustls",
        uses: &["pki", "tls", "net", "http", "runtime"],
        not: &[],
        is_engine_free: false,
        is_without_io: false,
        is_library: false,
    },
    Layer {
        name: "testkit",
        package: "godot-rustls-testkit",
        uses: &[],
        not: &["tokio"],
        is_engine_free: false,
        is_without_io: false,
        is_library: true,
    },
    Layer {
        name: "xtask",
        package: "xtask",
        uses: &[],
        not: &["tokio"],
        is_engine_free: false,
        is_without_io: false,
        is_library: true,
    },
];

/// The only crate that depends on the binding.
pub(super) const ENGINE_LAYER: &str = "extension";

/// The crate that serves tests.
pub(super) const TESTKIT: &str = "testkit";

/// The feature that shows tests of other crates what the tests of a crate share.
pub(super) const TESTING: &str = "testing";

/// Where a layer without I/O reads the clock all the same, and why.
pub(super) const CLOCK: [(&str, &str); 2] = [
    (
        "rust/tls/src/config.rs",
        "prepare() stands for prepare_at() with the present time",
    ),
    (
        "rust/tls/src/config/server.rs",
        "accept() stands for accept_at() with the present time",
    ),
];
