//! One file per class.
// Examples in the class reference are GDScript, which is indented with tabs.
#![allow(clippy::tabs_in_doc_comments)]

mod cancellation;
mod certificate_info;
mod crypto;

mod http;
mod http_cache;
mod http_causes;
mod http_client;
mod http_request;
mod http_response;
mod key_job;
mod multipart_form;
mod request_settings;
mod stream_peer_tls;
#[cfg(all(feature = "test-classes", feature = "docs"))]
mod test_reference;
#[cfg(feature = "test-classes")]
mod test_stream;
#[cfg(feature = "test-classes")]
mod test_vocabulary;
pub(crate) mod tls_options;
mod tls_server;
mod trust_store;

pub(crate) use cancellation::RustlsCancellation;
pub(crate) use certificate_info::RustlsCertificateInfo;
pub(crate) use http_cache::RustlsHTTPCache;
pub(crate) use http_request::RustlsHTTPRequest;
pub(crate) use http_response::RustlsHTTPResponse;
pub(crate) use multipart_form::RustlsMultipartForm;
pub(crate) use stream_peer_tls::RustlsStreamPeerTLS;
pub(crate) use tls_options::RustlsTLSOptions;
