//! What is made here is accepted where certificates are checked.

use std::slice::from_ref;

use godot_rustls_testkit::{Chunks, KeyKind, Template};
use rustls_pki_types::PrivateKeyDer;

use super::*;
use crate::config::ServerSetup;
use crate::diagnosis::Cause;
use crate::identity::Identity;
use crate::options::ServerOptions;
use crate::testing::{NOW, asking_for, at, causes, certificate, connected, pair};

fn identity(chain: &[Certificate], key: &Key) -> Identity {
    let der = PrivateKeyDer::Pkcs8(key.pair.serialize_der().into());
    Identity::new(chain, der).unwrap()
}

fn server(chain: &[Certificate], key: &Key) -> ServerSetup {
    ServerSetup::new(ServerOptions::showing(identity(chain, key))).unwrap()
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
        let client = trusting(&[&ca.certificate]);
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
            connected(&trusting(&[&made]), &server(from_ref(&made), &key), host);
        }
    }
}

#[test]
fn an_issued_certificate_is_accepted_from_a_client() {
    let theirs = Template::leaf("localhost").self_signed();
    let ca = Authority::new(KeyKind::P256, "CN=Players");
    let key = Key::new(KeyKind::P256);
    let player = ca.issue(&key, "CN=Player One", &none());
    let mut options = crate::testing::client_options(&[&theirs]);
    options.identity = Some(identity(&[player], &key));
    let client = crate::config::ClientSetup::new(options);
    let mut asking = asking_for(&[], true);
    asking.trust = Arc::clone(&trusting(&[&ca.certificate]).options().trust);
    let mut options = ServerOptions::showing(crate::testing::identity(&[&theirs]));
    options.clients = Some(asking);
    connected(&client, &ServerSetup::new(options).unwrap(), "localhost");
}

#[test]
fn the_name_of_an_authority_is_taken_over_byte_by_byte() {
    // Written as no library here would: in a BMPString, and two attributes in one set.
    let common_name = b"\x30\x0b\x06\x03\x55\x04\x03\x1e\x04\0C\0A";
    let unit = b"\x30\x08\x06\x03\x55\x04\x0b\x0c\x01u";
    let set = [&b"\x31\x17"[..], unit, common_name].concat();
    let country = b"\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02DE";
    let name = [&country[..], &set].concat();

    let issued_first = Template::authority("replaced").self_signed();
    let info = certificate(&issued_first)
        .facts()
        .public_key_info_der
        .clone();
    let odd = certificate(&issued_first.imitating(&name, &info[2..]));
    let pair = KeyPair::try_from(issued_first.key_der()).unwrap();
    let ca = Authority {
        key: Key { pair, info },
        certificate: odd,
    };
    let leaf = ca.issue(&Key::new(KeyKind::P256), "CN=localhost", &none());
    assert_eq!(leaf.facts().issuer_der, ca.certificate.facts().subject_der);
    assert_eq!(leaf.facts().issuer_der[2..], name);
    let client = trusting(&[&ca.certificate]);
    assert_eq!(client.verify(&[leaf], "localhost", at(NOW)), Ok(()));
}

#[test]
fn an_authority_of_another_name_or_key_does_not_vouch() {
    let ca = Authority::new(KeyKind::P256, "CN=CA,O=One");
    let leaf = ca.issue(&Key::new(KeyKind::P256), "CN=localhost", &none());
    for other in ["CN=CA,O=One", "CN=CA,O=Two"] {
        let other = Authority::new(KeyKind::P256, other).certificate;
        let verdict = trusting(&[&other]).verify(from_ref(&leaf), "localhost", at(NOW));
        assert!(verdict.is_err());
    }
}
