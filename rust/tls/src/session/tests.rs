//! Connections in memory: their handshake, data, end and failures.

mod alpn;
mod clients;
mod data;
mod end;
mod exporter;
mod groups;
mod handshake;
mod hello;
mod hostile;
mod identities;
mod key_log;

use godot_rustls_testkit::{Issued, Template};

use crate::config::{ClientContext, ServerContext};
use crate::testing::{client_options, own_trust, server_with};
use crate::versions::{TlsVersion, VersionRange};

const HOST: &str = "localhost";

const ONLY_1_2: (TlsVersion, TlsVersion) = (TlsVersion::V1_2, TlsVersion::V1_2);
const ONLY_1_3: (TlsVersion, TlsVersion) = (TlsVersion::V1_3, TlsVersion::V1_3);

fn range((min, max): (TlsVersion, TlsVersion)) -> VersionRange {
    VersionRange::new(min, max).unwrap()
}

fn self_signed() -> Issued {
    Template::like_the_engine(HOST).self_signed()
}

/// Returns a client that trusts the server, both with one version.
fn contexts(versions: VersionRange) -> (ClientContext, ServerContext) {
    contexts_for(&self_signed(), versions, versions)
}

fn contexts_for(
    owner: &Issued,
    client: VersionRange,
    server: VersionRange,
) -> (ClientContext, ServerContext) {
    let mut options = client_options(&[owner]);
    options.common.versions = client;
    (ClientContext::new(options), server_with(&[owner], server))
}

/// Returns a client that trusts no certificate.
fn stranger() -> ClientContext {
    let mut options = client_options(&[]);
    options.trust = own_trust(&[]).into();
    ClientContext::new(options)
}

impl crate::session::Session {
    /// Returns whether the handshake was full or resumed.
    pub(crate) fn handshake_kind(&self) -> Option<rustls::HandshakeKind> {
        self.connection.handshake_kind()
    }
}
