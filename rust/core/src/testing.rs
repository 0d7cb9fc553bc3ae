//! What the unit tests of this crate share.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use godot_rustls_testkit::{Chunks, Endpoint, Issued, Pair, SignedList, Template};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, UnixTime};

use crate::certificate::Certificate;
use crate::config::{ClientSetup, ServerSetup};
use crate::diagnosis::Cause;
use crate::digest::public_key_pin;
use crate::identity::Identity;
use crate::options::{
    ClientAuthentication, ClientOptions, ServerOptions, TlsVersion, VersionRange,
};
use crate::pem::{Bundle, read_bundle};
use crate::pins::Pins;
use crate::revocation::RevocationLists;
use crate::session::Session;
use crate::trust::TrustStore;

/// Within the dates of every certificate that does not say otherwise: 2026-06-01.
pub(crate) const NOW: i64 = 1_780_272_000;

pub(crate) fn at(unix_seconds: i64) -> UnixTime {
    UnixTime::since_unix_epoch(std::time::Duration::from_secs(
        unix_seconds.try_into().unwrap(),
    ))
}

pub(crate) fn der(issued: &Issued) -> CertificateDer<'static> {
    CertificateDer::from(issued.der().to_vec())
}

pub(crate) fn certificate(issued: &Issued) -> Certificate {
    Certificate::from_der(der(issued)).unwrap()
}

/// These certificates as the user's own trust.
pub(crate) fn own_trust(trusted: &[&Issued]) -> TrustStore {
    TrustStore::of_own(Bundle {
        certificates: trusted.iter().map(|issued| certificate(issued)).collect(),
        ..Bundle::default()
    })
}

/// The bytes of a file of `tests/fixtures/certs`.
pub(crate) fn fixture_bytes(file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/certs");
    fs::read(folder.join(file)).unwrap()
}

/// The certificates of a file of `tests/fixtures/certs`.
pub(crate) fn fixture(name: &str) -> Vec<Certificate> {
    let bundle = read_bundle(&fixture_bytes(&format!("{name}.crt")));
    assert!(bundle.problems.is_empty(), "{name}: {:?}", bundle.problems);
    bundle.certificates
}

/// The trust of a file of `tests/fixtures/certs`, as the user's own.
pub(crate) fn fixture_trust(name: &str) -> TrustStore {
    TrustStore::of_own(read_bundle(&fixture_bytes(&format!("{name}.crt"))))
}

/// The first certificate's key with the whole chain.
pub(crate) fn identity(chain: &[&Issued]) -> Identity {
    let certificates: Vec<Certificate> = chain.iter().map(|issued| certificate(issued)).collect();
    Identity::new(&certificates, key(chain[0])).unwrap()
}

/// Each version alone.
pub(crate) fn each_version() -> [VersionRange; 2] {
    [TlsVersion::V1_2, TlsVersion::V1_3].map(|only| VersionRange::new(only, only).unwrap())
}

/// The keys of these certificates.
pub(crate) fn pins(pinned: &[&Issued]) -> Pins {
    let texts: Vec<String> = pinned
        .iter()
        .map(|issued| public_key_pin(&certificate(issued).facts().public_key_info_der))
        .collect();
    Pins::new(&texts).unwrap()
}

/// As the options read them: one text.
pub(crate) fn lists(given: &[SignedList]) -> Arc<RevocationLists> {
    let text: String = given.iter().map(SignedList::pem).collect();
    Arc::new(RevocationLists::from_pem(&text).unwrap())
}

/// A server that asks for certificates, and whose clients it lets in.
pub(crate) fn asking_for(trusted: &[&Issued], required: bool) -> ClientAuthentication {
    ClientAuthentication {
        required,
        trust: Arc::new(own_trust(trusted)),
        pins: Pins::default(),
        revocation: Arc::default(),
    }
}

/// So many names that the certificate is larger than webpki reads and TLS carries.
pub(crate) fn with_too_many_names(template: Template) -> Template {
    let names: Vec<String> = (0..3_000)
        .map(|n| format!("name{n:05}.example.test"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    template.names(&names)
}

pub(crate) fn key(issued: &Issued) -> PrivateKeyDer<'static> {
    PrivateKeyDer::Pkcs8(issued.key_der().to_vec().into())
}

pub(crate) fn client_options(trusted: &[&Issued]) -> ClientOptions {
    ClientOptions::trusting(Arc::new(own_trust(trusted)))
}

pub(crate) fn client(trusted: &[&Issued]) -> ClientSetup {
    ClientSetup::new(client_options(trusted))
}

pub(crate) fn server(chain: &[&Issued]) -> ServerSetup {
    server_with(chain, VersionRange::default())
}

pub(crate) fn server_with(chain: &[&Issued], versions: VersionRange) -> ServerSetup {
    let mut options = ServerOptions::showing(identity(chain));
    options.terms.versions = versions;
    ServerSetup::new(options).unwrap()
}

/// A client on the left and a server on the right, before the first byte.
pub(crate) fn pair(
    client: &ClientSetup,
    server: &ServerSetup,
    host: &str,
    chunks: Chunks,
) -> Pair<Session, Session> {
    Pair::new(
        client.connect(host).unwrap(),
        server.accept().unwrap(),
        chunks,
    )
}

/// What failed on the left and on the right.
pub(crate) fn causes(pair: &Pair<Session, Session>) -> [Cause; 2] {
    [&pair.left, &pair.right].map(|session| session.failure().map_or(Cause::None, |why| why.cause))
}

/// The sentence of the failure, or nothing.
pub(crate) fn message(session: &Session) -> &str {
    session.failure().map_or("", |why| why.message.as_str())
}

/// A client and a server after their handshake.
pub(crate) fn connected(
    client: &ClientSetup,
    server: &ServerSetup,
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

/// Everything that can be read at once.
pub(crate) fn read_all(session: &mut Session) -> Vec<u8> {
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
