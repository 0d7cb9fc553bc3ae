//! The choice of a server's certificate by the client's server name, and stapled OCSP responses.

use std::sync::{Arc, Mutex};

use godot_rustls_testkit::{Chunks, Issued, Pair, Template};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::HOST;
use crate::config::{ClientContext, ServerContext};
use crate::diagnosis::Cause;
use crate::identity::{Identity, ServedName};
use crate::options::ServerOptions;
use crate::provider::provider;
use crate::session::{Session, Shared};
use crate::testing::{causes, client_options, connected, each_version, identity, pair};
use crate::versions::VersionRange;
use godot_rustls_pki::provider::signature_algorithms;
use godot_rustls_pki::verifier::Verification;

fn server(default: Identity, named: &[(&str, Identity)], versions: VersionRange) -> ServerContext {
    let mut options = ServerOptions::with_identity(default);
    let named = named
        .iter()
        .map(|(name, identity)| (ServedName::new(name).unwrap(), identity.clone()));
    options.identities = options.identities.with_named(named.collect());
    options.common.versions = versions;
    ServerContext::new(options).unwrap()
}

fn of(name: &str) -> Identity {
    identity(&[&Template::leaf(name).self_signed()])
}

/// Looks at whatever it is shown.
fn onlooker() -> ClientContext {
    let mut options = client_options(&[]);
    options.verification = Verification::Nothing;
    ClientContext::new(options)
}

#[test]
fn each_name_is_shown_its_own_certificate_and_the_rest_the_default_one() {
    for versions in each_version() {
        let named = [
            ("*.example.test", of("wild")),
            ("a.example.test", of("exact")),
            ("b\u{fc}cher.example", of("unicode")),
        ];
        let server = server(of("default"), &named, versions);
        for (asked, shown) in [
            ("a.example.test", "exact"),
            ("A.Example.Test.", "exact"),
            ("b.example.test", "wild"),
            ("a.b.example.test", "default"),
            ("example.test", "default"),
            ("b\u{fc}cher.example", "unicode"),
            ("xn--bcher-kva.example", "unicode"),
            ("unknown.example.org", "default"),
            ("127.0.0.1", "default"),
            ("::1", "default"),
        ] {
            let pair = connected(&onlooker(), &server, asked);
            let leaf = &pair.left.peer_certificates()[0];
            assert_eq!(leaf.facts().display_name(), shown, "{asked}");
        }
    }
}

#[test]
fn clients_that_check_everything_reach_every_name_of_one_server() {
    let root = Template::authority("Root").self_signed();
    let issue = |name: &str| root.issue(Template::leaf(name).names(&[name]));
    let (lobby, chat, default) = (issue("lobby.test"), issue("chat.test"), issue("127.0.0.1"));
    let mut options = client_options(&[&root]);
    options.common.resumption = false;
    let client = ClientContext::new(options);
    for versions in each_version() {
        let named = [
            ("lobby.test", identity(&[&lobby])),
            ("chat.test", identity(&[&chat])),
        ];
        let server = server(identity(&[&default]), &named, versions);
        for host in ["lobby.test", "chat.test", "127.0.0.1"] {
            connected(&client, &server, host);
        }
        let mut wrong = pair(&client, &server, "shop.test", Chunks::Whole);
        wrong.settle();
        assert_eq!(causes(&wrong), [Cause::NameMismatch, Cause::PeerAlert]);
    }
}

#[test]
fn a_chain_is_shown_whole_and_in_its_order() {
    let root = Template::authority("Root").self_signed();
    let intermediate = root.issue(Template::authority("Intermediate"));
    let leaf = intermediate.issue(Template::leaf("leaf").names(&[HOST]));
    for versions in each_version() {
        let chain: [&Issued; 3] = [&leaf, &intermediate, &root];
        let pair = connected(&onlooker(), &server(identity(&chain), &[], versions), HOST);
        let shown = pair.left.peer_certificates();
        assert!(
            shown
                .iter()
                .map(|one| one.der().as_ref())
                .eq(chain.map(Issued::der))
        );
    }
}

/// Writes down the response that a server stapled.
#[derive(Debug, Default)]
struct Recorder(Mutex<Option<Vec<u8>>>);

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.0.lock().unwrap() = Some(ocsp_response.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = signature_algorithms();
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = signature_algorithms();
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        signature_algorithms().supported_schemes()
    }
}

/// Returns the OCSP response that a client receives.
fn stapled(server: &ServerContext, host: &'static str) -> Vec<u8> {
    let recorder = Arc::new(Recorder::default());
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&recorder) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::try_from(host).unwrap();
    let client = Session::client(config.into(), name, Shared::default()).unwrap();
    let mut pair = Pair::new(client, server.accept().unwrap(), Chunks::Whole);
    pair.settle();
    assert_eq!(causes(&pair), [Cause::None; 2]);
    recorder.0.lock().unwrap().take().unwrap()
}

#[test]
fn a_stapled_response_reaches_the_client_as_it_is_with_the_certificate_it_belongs_to() {
    for versions in each_version() {
        let (small, large) = (b"not read by us".to_vec(), vec![7; 20_000]);
        let default = of("default").with_ocsp_response(small.clone());
        let named = [
            ("large.test", of("large").with_ocsp_response(large.clone())),
            ("none.test", of("none")),
            ("empty.test", of("empty").with_ocsp_response(Vec::new())),
        ];
        let server = server(default, &named, versions);
        assert_eq!(stapled(&server, HOST), small);
        assert_eq!(stapled(&server, "large.test"), large);
        assert_eq!(stapled(&server, "none.test"), b"");
        assert_eq!(stapled(&server, "empty.test"), b"");
    }
}

#[test]
fn a_response_can_be_replaced_and_leaves_the_identity_it_was_made_from_alone() {
    let plain = of("one");
    let old = plain.clone().with_ocsp_response(b"old".to_vec());
    let new = old.clone().with_ocsp_response(b"new".to_vec());
    for (identity, response) in [(plain, &b""[..]), (old, b"old"), (new, b"new")] {
        assert_eq!(identity.name(), "one");
        let server = server(identity, &[], VersionRange::default());
        assert_eq!(stapled(&server, HOST), response);
    }
}

#[test]
fn a_client_that_checks_is_not_disturbed_by_a_response() {
    let owner = super::self_signed();
    for versions in each_version() {
        let identity = identity(&[&owner]).with_ocsp_response(b"anything".to_vec());
        let client = crate::testing::client(&[&owner]);
        connected(&client, &server(identity, &[], versions), HOST);
    }
}
