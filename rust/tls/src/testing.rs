//! Helpers that the tests of this crate share with those of the crates above.

// A fixture that cannot be read ends the test.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

use std::sync::Arc;

use godot_rustls_testkit::{Chunks, Endpoint, Issued, Pair};

use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::role::Role;
pub use godot_rustls_pki::testing::*;
use godot_rustls_pki::verifier::Refusal;

use crate::config::{ClientContext, ServerContext};
use crate::diagnosis::{Cause, Diagnosis, Vocabulary, diagnose};
use crate::failure::Failure;
use crate::identity::Identity;
use crate::options::{ClientAuthentication, ClientOptions, ServerOptions};
use crate::session::Session;
use crate::versions::{TlsVersion, VersionRange};

/// Returns the identity of this chain, with the key of its first certificate.
pub fn identity(chain: &[&Issued]) -> Identity {
    let certificates: Vec<Certificate> = chain.iter().map(|issued| certificate(issued)).collect();
    Identity::new(&certificates, key(chain[0])).unwrap()
}

/// Returns each version alone.
pub fn each_version() -> [VersionRange; 2] {
    [TlsVersion::V1_2, TlsVersion::V1_3].map(|only| VersionRange::new(only, only).unwrap())
}

/// Returns a check of client certificates against these certificates alone.
pub fn asking_for(trusted: &[&Issued], required: bool) -> ClientAuthentication {
    ClientAuthentication {
        required,
        trust: Arc::new(own_trust(trusted)),
        pins: Pins::default(),
        revocation: Arc::default(),
    }
}

/// Returns options that trust these certificates alone.
pub fn client_options(trusted: &[&Issued]) -> ClientOptions {
    ClientOptions::trusting(Arc::new(own_trust(trusted)))
}

/// Returns a client that trusts these certificates alone.
pub fn client(trusted: &[&Issued]) -> ClientContext {
    ClientContext::new(client_options(trusted))
}

/// Returns a server with this chain, leaf first.
pub fn server(chain: &[&Issued]) -> ServerContext {
    server_with(chain, VersionRange::default())
}

/// Returns a server with this chain that speaks these versions.
pub fn server_with(chain: &[&Issued], versions: VersionRange) -> ServerContext {
    let mut options = ServerOptions::with_identity(identity(chain));
    options.common.versions = versions;
    ServerContext::new(options).unwrap()
}

/// Returns a client on the left and a server on the right, before the first byte.
pub fn pair(
    client: &ClientContext,
    server: &ServerContext,
    host: &str,
    chunks: Chunks,
) -> Pair<Session, Session> {
    Pair::new(
        client.connect(host).unwrap(),
        server.accept().unwrap(),
        chunks,
    )
}

/// Returns the causes of the failures on the left and on the right.
pub fn causes(pair: &Pair<Session, Session>) -> [Cause; 2] {
    [&pair.left, &pair.right].map(|session| session.failure().map_or(Cause::None, Failure::cause))
}

/// Returns the message of the failure with neutral names of settings, or nothing.
pub fn message(session: &Session) -> String {
    session
        .failure()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// Returns the diagnosis of a refused chain, with neutral names of settings.
pub fn diagnosis_of_refusal(refusal: &Refusal, peer: Role) -> Diagnosis {
    let refusal = refusal.clone();
    diagnose(&Failure::Refused { peer, refusal }, &Vocabulary::default())
}

/// Returns a client and a server after their handshake.
pub fn connected(
    client: &ClientContext,
    server: &ServerContext,
    host: &str,
) -> Pair<Session, Session> {
    let mut pair = pair(client, server, host, Chunks::Whole);
    pair.settle();
    for session in [&pair.left, &pair.right] {
        assert!(!session.is_handshaking(), "{:?}", session.failure());
        assert_eq!(session.failure(), None);
    }
    pair
}

/// Reads everything that can be read at once.
pub fn read_all(session: &mut Session) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = [0; 5000];
    loop {
        match session.read(&mut buffer) {
            0 => return all,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

impl Endpoint for Session {
    fn wants_input(&self) -> bool {
        Session::wants_input(self)
    }

    fn input(&mut self, bytes: &[u8]) {
        Session::input(self, bytes);
    }

    fn take_output(&mut self, output: &mut Vec<u8>) {
        Session::take_output(self, output);
    }
}
