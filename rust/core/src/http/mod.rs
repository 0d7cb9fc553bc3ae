//! HTTP over the same trust, options and diagnosis: connections that hyper speaks through, a pool of them, and
//! exchanges with redirects, decompression and files.
//!
//! Futures here need a tokio runtime around them, which is the caller's.

pub mod body;
pub mod client;
pub mod connect;
pub mod cookies;
pub mod decode;
pub mod download;
pub mod events;
pub mod exchange;
pub mod failure;
mod frames;
mod head_lines;
pub mod headers;
pub mod lingering;
pub mod multipart;
pub mod pool;
pub mod progress;
pub mod proxy;
mod redirect;
pub mod shown;
mod stream;
pub mod target;
mod wire;

#[cfg(test)]
mod tests;
