//! Certificates and contexts. Fixtures are the same in every run, unlike generated keys.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::pem::{read_bundle, read_private_key};
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_testkit::Template;
use godot_rustls_tls::config::{ClientContext, ServerContext};
use godot_rustls_tls::identity::Identity;
use godot_rustls_tls::options::{ClientOptions, ServerOptions};

/// The name in the certificates of the fixtures that are served here.
pub(super) const HOST: &str = "localhost";

/// CAs in the large bundle, about as many as an operating system trusts.
const ANCHORS: usize = 150;

/// The certificate of that name among the fixtures.
pub(super) fn certificate(name: &str) -> Certificate {
    let bundle = read_bundle(&fs::read(fixture(name, "crt")).unwrap());
    bundle.certificates.into_iter().next().unwrap()
}

/// A chain of fixtures, leaf first.
pub(super) fn chain(names: &[&str]) -> Vec<Certificate> {
    names.iter().map(|name| certificate(name)).collect()
}

/// Returns a bundle of as many CAs as a system has, with these fixtures at the end.
pub(super) fn large_bundle(names: &[&str]) -> Vec<u8> {
    let mut text = String::new();
    for number in 0..ANCHORS {
        let authority = Template::authority(&format!("Authority {number:03}"));
        text += &authority.self_signed().pem();
    }
    for name in names {
        text += &fs::read_to_string(fixture(name, "crt")).unwrap();
    }
    text.into_bytes()
}

/// The trust of a client that has these fixtures among many authorities.
pub(super) fn large_store(names: &[&str]) -> Arc<TrustStore> {
    Arc::new(TrustStore::from_user_bundle(read_bundle(&large_bundle(
        names,
    ))))
}

/// Options that trust the root of the fixtures alone.
pub(super) fn client_options() -> ClientOptions {
    let root = read_bundle(&fs::read(fixture("root", "crt")).unwrap());
    ClientOptions::trusting(Arc::new(TrustStore::from_user_bundle(root)))
}

/// A client that trusts the root of the fixtures alone.
pub(super) fn client() -> ClientContext {
    ClientContext::new(client_options())
}

/// A server that shows these fixtures, leaf first.
pub(super) fn server(names: &[&str]) -> ServerContext {
    let key = fs::read_to_string(fixture(names[0], "key")).unwrap();
    let key = read_private_key(&key).unwrap();
    let identity = Identity::new(&chain(names), key).unwrap();
    ServerContext::new(ServerOptions::with_identity(identity)).unwrap()
}

fn fixture(name: &str, ending: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/certs")
        .join(name)
        .with_extension(ending)
}
