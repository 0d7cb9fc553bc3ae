//! The layers, from the lowest on: what each may use, and which rules it is under.

/// One crate under `rust/`.
pub(super) struct Layer {
    /// Its folder under `rust/`, and the end of its package's name.
    pub(super) name: &'static str,
    /// Crates of the workspace that it may depend on.
    pub(super) uses: &'static [&'static str],
    /// Dependencies that it must not have.
    pub(super) not: &'static [&'static str],
    /// It knows neither the engine nor the addon's classes.
    pub(super) is_engine_free: bool,
    /// It opens no socket, never sleeps and takes the time as an argument.
    pub(super) is_without_io: bool,
}

/// Asynchronous I/O, which begins above `tls`.
const IO: &[&str] = &["tokio", "hyper", "hyper-util", "h2", "godot"];

/// Every crate under `rust/`. A new one takes its place here.
pub(super) const LAYERS: [Layer; 8] = [
    Layer {
        name: "pki",
        uses: &["testkit"],
        not: IO,
        is_engine_free: true,
        is_without_io: true,
    },
    Layer {
        name: "tls",
        uses: &["pki", "testkit"],
        not: IO,
        is_engine_free: true,
        is_without_io: true,
    },
    Layer {
        name: "net",
        uses: &["pki", "tls", "testkit"],
        not: &["godot", "hyper", "h2"],
        is_engine_free: true,
        is_without_io: false,
    },
    Layer {
        name: "http",
        uses: &["pki", "tls", "net", "testkit"],
        not: &["godot"],
        is_engine_free: true,
        is_without_io: false,
    },
    Layer {
        name: "runtime",
        uses: &[],
        not: &["godot", "rustls", "hyper"],
        is_engine_free: true,
        is_without_io: false,
    },
    Layer {
        name: "extension",
        uses: &["pki", "tls", "net", "http", "runtime"],
        not: &[],
        is_engine_free: false,
        is_without_io: false,
    },
    Layer {
        name: "testkit",
        uses: &[],
        not: &["godot", "tokio"],
        is_engine_free: false,
        is_without_io: false,
    },
    Layer {
        name: "xtask",
        uses: &[],
        not: &["godot", "tokio"],
        is_engine_free: false,
        is_without_io: false,
    },
];

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
