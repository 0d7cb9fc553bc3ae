//! Clients with keys that are weak, stolen certificates, or keys of a kind that the server does not
//! allow.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::server::ResolvesServerCert;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{
    ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};
use rustls_pki_types::{CertificateDer, UnixTime};

use super::*;
use crate::provider::provider;
use crate::testing::diagnosis_of_refusal;
use crate::testing::{NOW, at, der, fixture, fixture_trust, key};
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::reference_name::ReferenceName;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_pki::role::Role;
use godot_rustls_pki::verifier::{Party, Policy, verify_chain};

#[test]
fn weak_and_outdated_client_certificates_are_refused() {
    for (name, word) in [
        ("leaf_rsa1024", "RSA 1024"),
        ("leaf_p224", "P-224"),
        ("leaf_v1", "version 1"),
        ("self_signed_sha1", "sha1"),
        ("self_signed_rsa1024", "RSA 1024"),
    ] {
        let chain = fixture(name);
        let trust = fixture_trust(name);
        let policy = Policy {
            trust: &trust,
            pins: &Pins::default(),
            revocation: &RevocationLists::default(),
            party: Party::Client,
        };
        let ders: Vec<_> = chain
            .iter()
            .map(|certificate| certificate.der().clone())
            .collect();
        let refused = diagnosis_of_refusal(
            &verify_chain(policy, &ders, at(NOW)).unwrap_err(),
            Role::Client,
        );
        assert_eq!(refused.cause, Cause::BadCertificate, "{name}: {refused}");
        assert!(refused.message.contains(word), "{name}: {refused}");
    }
}

#[test]
fn a_client_with_a_stolen_certificate_is_refused() {
    let world = World::new();
    let root = Template::authority("Servers").self_signed();
    let served = root.issue(Template::leaf(HOST).names(&[HOST]));
    let thief = Template::leaf("thief").self_signed();
    let provider = provider();
    let stolen = CertifiedKey::new(
        world.chain().map(der).to_vec(),
        provider.key_provider.load_private_key(key(&thief)).unwrap(),
    );
    let mut roots = RootCertStore::empty();
    roots.add(der(&root)).unwrap();
    for versions in each_version() {
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions.protocol_versions())
            .unwrap()
            .with_root_certificates(roots.clone())
            .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(stolen.clone())));
        let name = ReferenceName::parse(HOST).server_name().unwrap();
        let client =
            Session::client(config.into(), name, crate::session::Shared::default()).unwrap();
        let mut options = ServerOptions::with_identity(identity(&[&served]));
        options.clients = Some(asking_for(&[&world.authority], true));
        let server = ServerContext::new(options).unwrap().accept().unwrap();
        let mut pair = Pair::new(client, server, Chunks::Whole);
        pair.settle();
        assert_eq!(causes(&pair)[1], Cause::BadCertificate);
        says(&pair.right, &["private key"]);
        assert!(pair.right.is_handshaking());
    }
}

/// Believes signatures of RSA keys alone.
#[derive(Debug)]
struct OnlyRsa(ClientVerifier);

impl ClientCertVerifier for OnlyRsa {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.0.verify_client_cert(end_entity, intermediates, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::RSA_PSS_SHA256]
    }
}

#[test]
fn a_client_whose_key_cannot_sign_as_the_server_wants_is_told_so() {
    let world = World::new();
    let owner = identity(&[&world.server]);
    let served = Arc::new(SingleCertAndKey::from(owner.certified_key()));
    for versions in each_version() {
        let verifier = OnlyRsa(ClientVerifier::new(
            asking_for(&[&world.authority], true),
            Arc::default(),
        ));
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions.protocol_versions())
            .unwrap()
            .with_client_cert_verifier(Arc::new(verifier))
            .with_cert_resolver(Arc::clone(&served) as Arc<dyn ResolvesServerCert>);
        let server = Session::server(config.into(), crate::session::Shared::default()).unwrap();
        let mut options = client_options(&[&world.server]);
        options.identity = Some(identity(&world.chain()));
        let client = ClientContext::new(options).connect(HOST).unwrap();
        let mut pair = Pair::new(client, server, Chunks::Whole);
        pair.settle();
        assert_eq!(causes(&pair), [Cause::ClientCertificateRequired; 2]);
        says(
            &pair.left,
            &["the key of \"player\" cannot sign", "another kind of key"],
        );
    }
}
