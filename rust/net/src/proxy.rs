//! Proxies: how they are written, which one a connection goes through, and the way through it.
//!
//! SOCKS 5 and CONNECT are implemented here rather than taken from a crate. `hyper-util` has
//! connectors for both, and crates exist for SOCKS, but none offers all of what is needed: one
//! deadline over lookup, TCP, proxy and TLS; the next address of a name when the proxy does not
//! reach the first; the reason of a refusal as a value; passwords wiped from memory. Both are short
//! on the client's side. Only the rules of `no_proxy` come from `hyper-util`.

mod connect;
mod environment;
mod http_connect;
mod routes;
mod settings;
mod socks5;

pub(crate) use connect::{authorization, connect};
pub use environment::Environment;
pub use routes::Routes;
pub use settings::Proxy;
pub(crate) use settings::ProxyScheme;
