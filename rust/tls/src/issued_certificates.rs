//! Handshakes with certificates that the crate below issued.

use std::slice::from_ref;
use std::sync::Arc;

use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::issuance::self_signed;
use godot_rustls_pki::testing::issuing::{Authority, Key, SIGNING, dates, names, none, subject};
use godot_rustls_testkit::{Chunks, KeyKind, Template};
use rustls_pki_types::PrivateKeyDer;

use crate::config::{ClientContext, ServerContext};
use crate::diagnosis::Cause;
use crate::identity::Identity;
use crate::options::{ClientOptions, ServerOptions};
use crate::testing::{self, asking_for, causes, connected, pair};

fn trusting(certificate: &Certificate) -> ClientContext {
    let trust = Arc::new(testing::trusting(&[certificate]));
    ClientContext::new(ClientOptions::trusting(trust))
}

fn identity(chain: &[Certificate], key: &Key) -> Identity {
    let der = PrivateKeyDer::Pkcs8(key.pair.serialize_der().into());
    Identity::new(chain, der).unwrap()
}

fn server(chain: &[Certificate], key: &Key) -> ServerContext {
    ServerContext::new(ServerOptions::with_identity(identity(chain, key))).unwrap()
}

#[test]
fn an_issued_certificate_is_accepted_in_a_handshake_under_every_name_of_it() {
    for (kind, of_ca) in [
        (KeyKind::Rsa2048, KeyKind::P256),
        (KeyKind::P256, KeyKind::Rsa2048),
        (KeyKind::P384, KeyKind::P521),
        (KeyKind::P521, KeyKind::P384),
        (KeyKind::Ed25519, KeyKind::P256),
    ] {
        let ca = Authority::new(of_ca, "CN=Spiele-CA Köln,DC=example,DC=org");
        let key = Key::new(kind);
        let several = names(&["localhost", "*.bücher.example", "127.0.0.1", "::1"]);
        let leaf = ca.issue(&key, "CN=anything", &several);
        let client = trusting(&ca.certificate);
        let server = server(&[leaf], &key);
        for host in ["localhost", "a.bücher.example", "127.0.0.1", "::1"] {
            connected(&client, &server, host);
        }
        for host in ["anything", "bücher.example", "127.0.0.2"] {
            let mut pair = pair(&client, &server, host, Chunks::Whole);
            pair.settle();
            assert_eq!(causes(&pair)[0], Cause::NameMismatch, "{host}");
        }
    }
}

#[test]
fn a_self_signed_certificate_is_accepted_in_a_handshake_when_it_is_trusted_itself() {
    for kind in SIGNING {
        let key = Key::new(kind);
        for (name, host) in [
            ("CN=localhost,O=Game", "localhost"),
            ("CN=bücher.example", "bücher.example"),
            ("CN=*.example.org", "play.example.org"),
            ("CN=::1", "::1"),
            ("CN=My Game Server", "My Game Server"),
        ] {
            let made = self_signed(&key, &subject(name), &dates(), &none()).unwrap();
            connected(&trusting(&made), &server(from_ref(&made), &key), host);
        }
    }
}

#[test]
fn an_issued_certificate_is_accepted_from_a_client() {
    let theirs = Template::leaf("localhost").self_signed();
    let ca = Authority::new(KeyKind::P256, "CN=Players");
    let key = Key::new(KeyKind::P256);
    let player = ca.issue(&key, "CN=Player One", &none());
    let mut options = testing::client_options(&[&theirs]);
    options.identity = Some(identity(&[player], &key));
    let client = ClientContext::new(options);
    let mut asking = asking_for(&[], true);
    asking.trust = Arc::clone(&trusting(&ca.certificate).options().trust);
    let mut options = ServerOptions::with_identity(testing::identity(&[&theirs]));
    options.clients = Some(asking);
    connected(&client, &ServerContext::new(options).unwrap(), "localhost");
}
