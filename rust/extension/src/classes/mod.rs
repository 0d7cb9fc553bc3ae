//! One file a class.

mod certificate_info;
mod crypto;
mod key_job;
mod stream_peer_tls;
#[cfg(feature = "test-classes")]
mod test_stream;
mod tls_options;
mod trust_store;

pub(crate) use certificate_info::RustlsCertificateInfo;
pub(crate) use stream_peer_tls::RustlsStreamPeerTLS;
pub(crate) use tls_options::RustlsTLSOptions;
