//! What the tests of Rustls for Godot share: certificates made in memory, a wire between two connections,
//! peers that misbehave by script, and reproducible randomness.
//!
//! Knows nothing of the crates under test. A test fails by panicking, so the helpers panic too.

// A helper that cannot do its work ends the test that called it: that is what a panic means in a test.
#![allow(clippy::unwrap_used)]

mod authority;
mod der;
mod keys;
mod pair;
mod peer;
mod random;
mod revocation;
pub mod socks;

pub use authority::{Issued, Purpose, Template, Usage};
pub use der::element;
pub use keys::KeyKind;
pub use pair::{Chunks, Endpoint, Pair};
pub use peer::{Peer, Step};
pub use random::Generator;
pub use revocation::{RevocationList, RevocationReason, SignedList};
