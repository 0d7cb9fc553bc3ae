//! Core's sessions over plain sockets, without an engine, against openssl.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;

use godot_rustls_interop_tests::{
    Certificates, Kind, OpensslServer, Version, accept, connect, fixture, openssl_client,
};
use godot_rustls_pki::pem::{read_bundle, read_private_key};
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_testkit::Generator;
use godot_rustls_tls::config::{ClientContext, ServerContext};
use godot_rustls_tls::identity::Identity;
use godot_rustls_tls::options::{ClientOptions, ServerOptions};
use godot_rustls_tls::versions::{TlsVersion, VersionRange};

fn range(version: Version) -> VersionRange {
    let only = match version {
        Version::Tls12 => TlsVersion::V1_2,
        Version::Tls13 => TlsVersion::V1_3,
    };
    VersionRange::new(only, only).unwrap()
}

fn client(root: &Path, version: Version) -> ClientContext {
    let bundle = read_bundle(&fs::read(root).unwrap());
    let mut options = ClientOptions::trusting(Arc::new(TrustStore::from_user_bundle(bundle)));
    options.common.versions = range(version);
    ClientContext::new(options)
}

fn server(chain: &Path, key: &Path, version: Version) -> ServerContext {
    let chain = read_bundle(&fs::read(chain).unwrap()).certificates;
    let key = read_private_key(&fs::read_to_string(key).unwrap()).unwrap();
    let mut options = ServerOptions::with_identity(Identity::new(&chain, key).unwrap());
    options.common.versions = range(version);
    ServerContext::new(options).unwrap()
}

#[test]
fn a_client_talks_to_openssl_with_every_key_and_version_and_ends_cleanly() {
    let Some(certificates) = Certificates::make() else {
        return;
    };
    for kind in Kind::ALL {
        let (chain, key) = (certificates.chain(kind), certificates.server_key(kind));
        let peer = OpensslServer::start(&chain, &key, &[]).unwrap();
        for version in Version::ALL {
            let setup = client(&certificates.root(), version);
            let session = setup.connect("localhost").unwrap();
            let mut stream = connect(session, peer.port()).unwrap();
            assert_eq!(
                stream.session().protocol_version(),
                version.name(),
                "{kind:?}"
            );
            stream.send(b"drawkcab\nCLOSE\n").unwrap();
            let mut got = Vec::new();
            loop {
                match stream.read().unwrap() {
                    part if part.is_empty() => break,
                    part => got.extend(part),
                }
            }
            assert_eq!(got, b"backward\n", "{kind:?} {version:?}");
            stream.close().unwrap();
        }
    }
}

#[test]
fn a_client_refuses_what_it_must_from_openssl() {
    let Some(certificates) = Certificates::make() else {
        return;
    };
    let root = fixture("root.crt");
    for (name, trusted, word) in [
        ("localhost_expired", &root, "expired on 2021-01-01"),
        ("localhost_future", &root, "valid only from 2090-01-01"),
        ("name_san_dns_other", &root, "other.example.test"),
        ("leaf_client_auth", &root, "serverAuth"),
        ("localhost", &certificates.root(), "Fixture Root"),
    ] {
        let (chain, key) = (
            fixture(&format!("{name}.crt")),
            fixture(&format!("{name}.key")),
        );
        let peer = OpensslServer::start(&chain, &key, &[]).unwrap();
        for version in Version::ALL {
            let session = client(trusted, version).connect("localhost").unwrap();
            let why = connect(session, peer.port()).unwrap_err().to_string();
            assert!(why.contains(word), "{name}: {why}");
        }
    }
}

#[test]
fn a_server_serves_openssl_with_every_key_and_version() {
    let Some(certificates) = Certificates::make() else {
        return;
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let data = Generator::new(1).bytes(300_000);
    for kind in Kind::ALL {
        for version in Version::ALL {
            let setup = server(
                &certificates.chain(kind),
                &certificates.server_key(kind),
                version,
            );
            let mut peer = openssl_client(port, &certificates.root(), version, &[]).unwrap();
            let (size, serving) = (data.len(), setup.accept().unwrap());
            let listener = listener.try_clone().unwrap();
            let served = std::thread::spawn(move || {
                let mut stream = accept(serving, &listener).unwrap();
                assert_eq!(stream.session().server_name(), "localhost");
                let mut count = 0;
                loop {
                    let part = stream.read().unwrap();
                    if part.is_empty() {
                        break;
                    }
                    count += part.len();
                    stream.send(&part).unwrap();
                }
                stream.close().unwrap();
                count
            });
            let echoed = peer.exchange(&data, size);
            assert!(echoed == data, "{kind:?} {version:?}");
            let (rest, _, errors) = peer.finish();
            assert!(
                rest.is_empty() && !errors.contains("verify error"),
                "{errors}"
            );
            assert_eq!(served.join().unwrap(), size, "{kind:?} {version:?}");
        }
    }
}
