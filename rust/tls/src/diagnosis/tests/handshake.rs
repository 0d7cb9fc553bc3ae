use std::sync::LazyLock;

use rustls::{
    AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible, PeerMisbehaved,
};

use super::*;
use crate::options::VersionRange;
use crate::provider::KeyExchangeGroups;

static DEFAULT_GROUPS: LazyLock<KeyExchangeGroups> = LazyLock::new(KeyExchangeGroups::default);

fn context(first_bytes: &[u8]) -> HandshakeContext<'_> {
    HandshakeContext {
        role: Role::Client,
        first_bytes,
        versions: VersionRange::default(),
        groups: &DEFAULT_GROUPS,
        was_connected: false,
        certificate_request: None,
        identity: None,
        protocols: "",
        client_protocols: "",
    }
}

#[test]
fn a_peer_without_tls_is_described_by_its_first_bytes() {
    let broken = Error::InvalidMessage(InvalidMessage::InvalidContentType);
    for (bytes, words) in [
        (&b"HTTP/1.1 400"[..], &["plain HTTP", "HTTP/1.1 400"][..]),
        (b"GET / HTTP/1", &["plain HTTP request", "GET / HTTP/1"]),
        (b"SSH-2.0-Open", &["SSH"]),
        (b"220-mail.exa", &["STARTTLS"]),
        (&[0, 1, 2, 0xff], &["00 01 02 ff"]),
    ] {
        says(
            &from_rustls(&broken, None, context(bytes)),
            Cause::NotTls,
            words,
        );
    }
    // A record header first, or a handshake that was complete: that is TLS, however broken.
    says(
        &from_rustls(&broken, None, context(&[22, 3, 1, 0, 5])),
        Cause::Other,
        &[],
    );
    let mut later = context(b"HTTP/1.1 400");
    later.was_connected = true;
    says(&from_rustls(&broken, None, later), Cause::Other, &[]);
}

#[test]
fn alerts_are_told_with_their_names_for_either_side() {
    let alert = |description, role| {
        let mut context = context(&[]);
        context.role = role;
        from_rustls(&Error::AlertReceived(description), None, context)
    };
    says(
        &alert(AlertDescription::UnknownCA, Role::Server),
        Cause::PeerAlert,
        &["the client refused", "unknown_ca (48)"],
    );
    says(
        &alert(AlertDescription::CertificateRequired, Role::Client),
        Cause::ClientCertificateRequired,
        &["the server requires", "(116)"],
    );
    says(
        &alert(AlertDescription::ProtocolVersion, Role::Client),
        Cause::NoCommonVersion,
        &["TLS 1.2 and 1.3", "(70)"],
    );
    says(
        &alert(AlertDescription::HandshakeFailure, Role::Client),
        Cause::NoCommonCipher,
        &["TLS_AES_256_GCM_SHA384", "x25519"],
    );
    says(
        &alert(AlertDescription::Unknown(250), Role::Client),
        Cause::PeerAlert,
        &["(250)"],
    );
}

#[test]
fn what_is_not_compatible_names_what_is_offered_here() {
    let incompatible = |reason| from_rustls(&Error::PeerIncompatible(reason), None, context(&[]));
    for (reason, words) in [
        (PeerIncompatible::Tls12NotOfferedOrEnabled, "only older"),
        (PeerIncompatible::Tls12NotOffered, "only versions older"),
        (
            PeerIncompatible::ServerDoesNotSupportTls12Or13,
            "only versions older",
        ),
    ] {
        says(
            &incompatible(reason),
            Cause::NoCommonVersion,
            &[words, "TLS 1.2 and 1.3"],
        );
    }
    for (reason, word) in [
        (PeerIncompatible::NoCipherSuitesInCommon, "cipher suite"),
        (PeerIncompatible::NoKxGroupsInCommon, "key exchange group"),
        (
            PeerIncompatible::NoSignatureSchemesInCommon,
            "signature scheme",
        ),
    ] {
        says(
            &incompatible(reason),
            Cause::NoCommonCipher,
            &[word, "TLS_CHACHA20_POLY1305_SHA256", "X25519MLKEM768"],
        );
    }
}

#[test]
fn the_rest_of_what_rustls_can_say_has_a_cause() {
    for (error, cause) in [
        (
            Error::InvalidCertificate(CertificateError::BadSignature),
            Cause::BadCertificate,
        ),
        (
            Error::InvalidCertificate(CertificateError::BadEncoding),
            Cause::BadCertificate,
        ),
        (Error::NoCertificatesPresented, Cause::BadCertificate),
        (Error::DecryptError, Cause::Other),
        (Error::PeerSentOversizedRecord, Cause::Other),
        (Error::NoApplicationProtocol, Cause::Other),
        (
            Error::PeerMisbehaved(PeerMisbehaved::TooMuchEarlyDataReceived),
            Cause::Other,
        ),
        (Error::General("x".to_owned()), Cause::Other),
        (Error::FailedToGetCurrentTime, Cause::Other),
    ] {
        says(&from_rustls(&error, None, context(&[])), cause, &[]);
    }
    let mut as_server = context(&[]);
    as_server.role = Role::Server;
    says(
        &from_rustls(&Error::NoCertificatesPresented, None, as_server),
        Cause::ClientCertificateRequired,
        &[],
    );
    let refusal = expired();
    let error = Error::InvalidCertificate(CertificateError::Expired);
    assert_eq!(
        from_rustls(&error, Some(&refusal), context(&[])),
        from_refusal(&refusal, Role::Server)
    );
}

#[test]
fn ends_are_told_apart() {
    let groups = KeyExchangeGroups::default();
    let closed_early = |role, received| closed_in_handshake(role, received, &groups);
    says(
        &closed_early(Role::Client, 0),
        Cause::Closed,
        &["server", "without an answer"],
    );
    says(
        &closed_early(Role::Client, 900),
        Cause::Closed,
        &["server", "900 bytes"],
    );
    says(&closed_early(Role::Server, 0), Cause::Closed, &["client"]);
    says(
        &closed_early(Role::Server, 300),
        Cause::Closed,
        &["client", "300 bytes", "trust"],
    );
    says(&closed(), Cause::Closed, &[]);
    says(&truncated(), Cause::Truncated, &["close_notify"]);
    says(&transport("reset"), Cause::Transport, &["reset"]);
    says(
        &timeout(10.0, 0, Vocabulary::default()),
        Cause::Timeout,
        &["10 seconds", "nothing", "raise the time limit"],
    );
    says(
        &timeout(0.5, 7, Vocabulary::default()),
        Cause::Timeout,
        &["0.5 seconds", "7 bytes"],
    );
}

#[test]
fn an_end_right_after_a_large_hello_names_the_option_that_makes_it_small() {
    let groups = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        KeyExchangeGroups::new(&names).unwrap()
    };
    let advice = "key_exchange_groups without X25519MLKEM768";
    for large in [&[][..], &["SecP256r1MLKEM768", "x25519"]] {
        let groups = groups(large);
        let closed = closed_in_handshake(Role::Client, 0, &groups);
        says(&closed, Cause::Closed, &[advice]);
        let reset = hello_unanswered("reset", &groups);
        says(&reset, Cause::Transport, &["reset", advice]);
        for other in [
            closed_in_handshake(Role::Server, 0, &groups),
            closed_in_handshake(Role::Client, 7, &groups),
        ] {
            assert!(!other.message.contains("key_exchange_groups"), "{other}");
        }
    }
    let small = groups(&["x25519", "X25519MLKEM768"]);
    for other in [
        closed_in_handshake(Role::Client, 0, &small),
        hello_unanswered("reset", &small),
    ] {
        assert!(!other.message.contains("key_exchange_groups"), "{other}");
    }
}

#[test]
fn renegotiation_is_told_with_the_end_that_followed_it() {
    let alert = Error::AlertReceived(AlertDescription::HandshakeFailure);
    let mut connected = context(&[]);
    connected.was_connected = true;
    let end = from_rustls(&alert, None, connected);
    says(
        &after_renegotiation(&end, Role::Client),
        Cause::PeerAlert,
        &["handshake_failure (40)", "renegotiation", "TLS 1.3"],
    );
    says(
        &after_renegotiation(&truncated(), Role::Server),
        Cause::Truncated,
        &["close_notify", "renegotiation"],
    );
}

#[test]
fn messages_beyond_64_kib_are_told_as_what_they_most_likely_hold() {
    for reason in [
        InvalidMessage::HandshakePayloadTooLarge,
        InvalidMessage::CertificatePayloadTooLarge,
    ] {
        says(
            &from_rustls(&Error::InvalidMessage(reason), None, context(&[])),
            Cause::BadCertificate,
            &["the server sent", "64 KiB", "certificates"],
        );
    }
}

#[test]
fn no_sentence_has_the_text_of_a_library_s_debugger() {
    let context_of_key = CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
        signature_algorithm_id: vec![6, 9, 42],
        public_key_algorithm_id: vec![6, 9, 42],
    };
    let der = rustls::OtherError(std::sync::Arc::new(webpki::Error::TrailingData(
        webpki::DerTypeId::SignedData,
    )));
    for error in [
        Error::InvalidCertificate(context_of_key),
        Error::InvalidCertificate(CertificateError::Other(der)),
        Error::InvalidMessage(InvalidMessage::MissingData("ServerKeyExchange")),
        Error::PeerIncompatible(PeerIncompatible::ServerRejectedEncryptedClientHello(Some(
            vec![],
        ))),
        Error::PeerMisbehaved(PeerMisbehaved::SelectedUnofferedKxGroup),
        Error::InappropriateHandshakeMessage {
            expect_types: vec![rustls::HandshakeType::ServerHello],
            got_type: rustls::HandshakeType::Finished,
        },
    ] {
        let told = from_rustls(&error, None, context(&[])).message;
        for rusty in [
            "{",
            "[",
            "Context",
            "Data(",
            "Exchange",
            "Unoffered",
            "Finished",
        ] {
            assert!(!told.contains(rusty), "{told}");
        }
    }
}
