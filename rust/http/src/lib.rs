//! HTTP over the same trust, options and diagnosis: connections that hyper speaks through, a pool of them, and
//! requests with redirects, decompression and files.
//!
//! Futures here need a tokio runtime around them, which is the caller's.
#![forbid(unsafe_code)]

pub mod body;
pub mod client;
pub mod cookies;
pub mod decode;
pub mod download;
pub mod failure;
pub mod fetch;
mod frames;
mod head_lines;
mod header_case;
pub mod headers;
pub mod multipart;
pub mod pool;
pub mod progress;
mod redirect;
pub mod request_url;
pub mod server_sent_events;
pub mod shown;

#[cfg(test)]
mod tests;
