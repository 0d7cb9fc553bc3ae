//! HTTP over the trust, options and diagnosis of the layers below: a pool of hyper's connections,
//! and requests with redirects, decompression and files.
//!
//! The futures of this crate need a tokio runtime, which the caller provides.
#![forbid(unsafe_code)]

pub mod body;
pub mod body_sink;
pub mod cache;
pub mod client;
mod connection;
pub mod cookies;
pub mod decode;
pub mod diagnosis;
pub mod download;
pub mod error;
pub mod fetch;
mod frames;
mod head_limits;
mod head_lines;
mod header_case;
pub mod headers;
mod hyper_error;
pub mod multipart;
pub mod pool;
pub mod progress;
pub mod range;
mod redirect;
pub mod request;
pub mod request_url;
pub mod response;
pub mod server_sent_events;

#[cfg(test)]
mod tests;
