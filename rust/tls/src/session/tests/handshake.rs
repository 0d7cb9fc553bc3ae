use std::time::Duration;

use godot_rustls_testkit::{Chunks, Generator, KeyKind, Pair, Template};

use super::{HOST, ONLY_1_2, ONLY_1_3, contexts, contexts_for, range, self_signed, stranger};
use crate::diagnosis::Cause;
use crate::failure::Failure;
use crate::session::{Session, Shared};
use crate::testing::{causes, client, connected, message, pair, server, server_with};
use crate::versions::VersionRange;

#[test]
fn a_handshake_succeeds_in_chunks_of_any_size_with_every_key_and_version() {
    for kind in KeyKind::ALL {
        let owner = Template::like_the_engine(HOST).key(kind).self_signed();
        for versions in [ONLY_1_2, ONLY_1_3] {
            let (client, server) = contexts_for(&owner, range(versions), range(versions));
            for chunks in [
                Chunks::Whole,
                Chunks::Of(1),
                Chunks::UpTo(300, Generator::new(5)),
            ] {
                let mut pair = pair(&client, &server, HOST, chunks);
                pair.settle();
                assert_eq!(causes(&pair), [Cause::None; 2], "{kind:?} {versions:?}");
                assert!(!pair.left.is_handshaking() && !pair.right.is_handshaking());
            }
        }
    }
}

#[test]
fn a_connection_tells_what_was_agreed() {
    for (versions, version, suite) in [
        (
            ONLY_1_2,
            "TLSv1.2",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        ),
        (ONLY_1_3, "TLSv1.3", "TLS_AES_128_GCM_SHA256"),
    ] {
        let (client, server) = contexts(range(versions));
        let fresh = client.connect(HOST).unwrap();
        assert_eq!(
            (
                fresh.protocol_version(),
                fresh.cipher_suite(),
                fresh.key_exchange_group()
            ),
            ("", String::new(), String::new())
        );
        let pair = connected(&client, &server, HOST);
        for session in [&pair.left, &pair.right] {
            assert_eq!(session.protocol_version(), version);
            assert_eq!(session.cipher_suite(), suite);
        }
        // Hybrid groups exist in TLS 1.3 alone.
        let group = if version == "TLSv1.3" {
            "X25519MLKEM768"
        } else {
            "x25519"
        };
        assert_eq!(pair.left.key_exchange_group(), group);
        assert_eq!(pair.right.key_exchange_group(), group);
    }
}

#[test]
fn both_ends_prefer_the_newest_version_that_both_allow() {
    let both = VersionRange::default();
    for (left, right, version) in [
        (both, both, "TLSv1.3"),
        (both, range(ONLY_1_2), "TLSv1.2"),
        (range(ONLY_1_3), both, "TLSv1.3"),
    ] {
        let (client, server) = contexts_for(&self_signed(), left, right);
        assert_eq!(
            connected(&client, &server, HOST).right.protocol_version(),
            version
        );
    }
}

#[test]
fn without_a_common_version_both_ends_say_so() {
    for (left, right) in [(ONLY_1_2, ONLY_1_3), (ONLY_1_3, ONLY_1_2)] {
        let (client, server) = contexts_for(&self_signed(), range(left), range(right));
        let mut pair = pair(&client, &server, HOST, Chunks::Whole);
        pair.settle();
        assert_eq!(causes(&pair), [Cause::NoCommonVersion; 2]);
        assert!(
            message(&pair.left).contains(range(left).describe()),
            "{}",
            message(&pair.left)
        );
        assert!(
            message(&pair.right).contains(range(right).describe()),
            "{}",
            message(&pair.right)
        );
    }
}

#[test]
fn the_server_sees_the_name_that_the_client_asked_for() {
    let owner = Template::leaf("x")
        .names(&["play.example.org", "127.0.0.1", "xn--bcher-kva.example"])
        .self_signed();
    let (client, server) = contexts_for(&owner, VersionRange::default(), VersionRange::default());
    for (host, indicated) in [
        ("play.example.org", "play.example.org"),
        ("PLAY.example.org.", "play.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("127.0.0.1", ""),
    ] {
        let pair = connected(&client, &server, host);
        assert_eq!(pair.right.server_name(), indicated);
        assert_eq!(pair.left.server_name(), "");
    }
}

#[test]
fn the_client_names_its_reason_and_the_server_the_alert() {
    let owner = self_signed();
    let expired = Template::like_the_engine(HOST).expired().self_signed();
    let future = Template::like_the_engine(HOST)
        .not_yet_valid()
        .self_signed();
    for versions in [ONLY_1_2, ONLY_1_3].map(range) {
        for (client, served, host, cause, alert) in [
            (
                stranger(),
                &owner,
                HOST,
                Cause::UntrustedIssuer,
                "unknown_ca (48)",
            ),
            (
                client(&[&owner]),
                &owner,
                "example.org",
                Cause::NameMismatch,
                "bad_certificate (42)",
            ),
            (
                client(&[&expired]),
                &expired,
                HOST,
                Cause::Expired,
                "certificate_expired (45)",
            ),
            (client(&[&future]), &future, HOST, Cause::NotYetValid, "(4"),
        ] {
            let mut pair = pair(
                &client,
                &server_with(&[served], versions),
                host,
                Chunks::Of(7),
            );
            pair.settle();
            assert_eq!(causes(&pair), [cause, Cause::PeerAlert]);
            assert!(
                message(&pair.right).contains(alert),
                "{}",
                message(&pair.right)
            );
        }
    }
}

#[test]
fn a_refusal_does_not_leak_into_the_next_connection_on_the_same_thread() {
    let owner = self_signed();
    let mut refused = pair(&stranger(), &server(&[&owner]), HOST, Chunks::Whole);
    refused.settle();
    let mut noise = client(&[&owner]).connect(HOST).unwrap();
    noise.input(b"HTTP/1.1 400 Bad Request\r\n");
    assert_eq!(noise.failure().unwrap().cause(), Cause::NotTls);
    connected(&client(&[&owner]), &server(&[&owner]), HOST);
}

#[test]
fn two_connections_in_turns_on_one_thread_keep_their_own_reasons() {
    let (owner, expired) = (
        self_signed(),
        Template::like_the_engine(HOST).expired().self_signed(),
    );
    let mut first = pair(&stranger(), &server(&[&owner]), HOST, Chunks::Of(11));
    let mut second = pair(
        &client(&[&expired]),
        &server(&[&expired]),
        HOST,
        Chunks::Of(13),
    );
    while first.step() + second.step() > 0 {}
    assert_eq!(causes(&first), [Cause::UntrustedIssuer, Cause::PeerAlert]);
    assert_eq!(causes(&second), [Cause::Expired, Cause::PeerAlert]);
}

#[test]
fn a_server_that_is_not_who_it_claims_to_be_is_refused() {
    // The trusted certificate in front, the key of another: what a copied certificate is good for.
    let (owner, thief) = (self_signed(), self_signed());
    let certified = rustls::sign::CertifiedKey::new(
        vec![crate::testing::der(&owner)],
        crate::provider::provider()
            .key_provider
            .load_private_key(crate::testing::key(&thief))
            .unwrap(),
    );
    for versions in [ONLY_1_2, ONLY_1_3].map(range) {
        let config = rustls::ServerConfig::builder_with_provider(crate::provider::provider())
            .with_protocol_versions(versions.protocol_versions())
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(std::sync::Arc::new(rustls::sign::SingleCertAndKey::from(
                certified.clone(),
            )));
        let server = Session::server(config.into(), Shared::default()).unwrap();
        let mut pair = Pair::new(
            client(&[&owner]).connect(HOST).unwrap(),
            server,
            Chunks::Whole,
        );
        pair.settle();
        assert_eq!(causes(&pair)[0], Cause::BadCertificate);
        assert!(
            message(&pair.left).contains("private key"),
            "{}",
            message(&pair.left)
        );
    }
}

#[test]
fn nothing_is_taken_before_the_handshake_or_after_a_failure() {
    let owner = self_signed();
    let mut pair = pair(&client(&[&owner]), &server(&[&owner]), HOST, Chunks::Whole);
    assert_eq!(
        (pair.left.write(b"early"), pair.right.write(b"early")),
        (0, 0)
    );
    pair.settle();
    assert_eq!(pair.right.read(&mut [0; 16]), 0);
    assert_eq!(pair.left.write(b"now"), 3);
    pair.left.transport_failed("cable cut");
    assert_eq!(pair.left.write(b"late"), 0);
}

#[test]
fn a_handshake_that_takes_too_long_says_how_long_and_what_came() {
    let owner = self_signed();
    let mut silent = client(&[&owner]).connect(HOST).unwrap();
    silent.handshake_timed_out(Duration::from_millis(2_500));
    let why = silent.failure().unwrap();
    let timeout = Failure::HandshakeTimeout {
        limit: Duration::from_millis(2_500),
        received: 0,
    };
    assert_eq!((why, why.cause()), (&timeout, Cause::Timeout));
    assert!(
        why.to_string().contains("2.5") && why.to_string().contains("nothing"),
        "{why}"
    );
    // The first reason stays.
    silent.transport_failed("later");
    assert_eq!(silent.failure(), Some(&timeout));
}

#[test]
fn a_transport_that_ends_in_the_handshake_is_a_close_that_says_how_far_it_came() {
    let owner = self_signed();
    let mut untouched = client(&[&owner]).connect(HOST).unwrap();
    untouched.end_of_input();
    let why = untouched.failure().unwrap();
    assert_eq!(why.cause(), Cause::Closed);
    assert!(why.to_string().contains("without an answer"), "{why}");

    let mut pair = pair(&client(&[&owner]), &server(&[&owner]), HOST, Chunks::Of(20));
    pair.step();
    pair.step();
    pair.right.end_of_input();
    let why = pair.right.failure().unwrap();
    assert_eq!(why.cause(), Cause::Closed);
    assert!(
        why.to_string().contains(&pair.right.received().to_string()),
        "{why}"
    );
}

#[test]
fn closing_in_the_handshake_tells_the_peer() {
    for versions in [ONLY_1_2, ONLY_1_3].map(range) {
        for steps in 0..4 {
            let (client, server) = contexts(versions);
            let mut pair = pair(&client, &server, HOST, Chunks::Of(400));
            for _ in 0..steps {
                pair.step();
            }
            pair.left.close();
            assert!(pair.left.has_output());
            pair.settle();
            assert!(
                pair.right.peer_has_closed() || pair.right.failure().is_some(),
                "{versions:?} {steps}"
            );
        }
    }
}
