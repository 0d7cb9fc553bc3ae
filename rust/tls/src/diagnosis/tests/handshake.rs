use rustls::{
    AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible, PeerMisbehaved,
};

use super::*;

fn diagnosis_of(failure: &Failure) -> Diagnosis {
    diagnose(failure, &Vocabulary::default())
}

/// Returns the diagnosis of an error of rustls on a client, after a change of the facts.
fn on_client(error: Error, change: impl FnOnce(&mut ProtocolFailure)) -> Diagnosis {
    let mut failure = protocol_failure(error, Role::Client);
    change(&mut failure);
    diagnosis_of(&Failure::Protocol(Box::new(failure)))
}

fn of_rustls(error: Error, role: Role) -> Diagnosis {
    diagnosis_of(&Failure::Protocol(Box::new(protocol_failure(error, role))))
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
        let why = on_client(broken.clone(), |failure| {
            failure.first_bytes = bytes.to_vec();
        });
        says(&why, Cause::NotTls, words);
    }
    // A record header first, or a handshake that was complete: that is TLS, however broken.
    let record = on_client(broken.clone(), |failure| {
        failure.first_bytes = vec![22, 3, 1, 0, 5];
    });
    says(&record, Cause::Other, &[]);
    let later = on_client(broken, |failure| {
        failure.first_bytes = b"HTTP/1.1 400".to_vec();
        failure.was_connected = true;
    });
    says(&later, Cause::Other, &[]);
}

#[test]
fn alerts_are_told_with_their_names_for_either_side() {
    let alert = |description, role| of_rustls(Error::AlertReceived(description), role);
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
    let incompatible = |reason| of_rustls(Error::PeerIncompatible(reason), Role::Client);
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
        says(&of_rustls(error, Role::Client), cause, &[]);
    }
    says(
        &of_rustls(Error::NoCertificatesPresented, Role::Server),
        Cause::ClientCertificateRequired,
        &[],
    );
}

#[test]
fn ends_are_told_apart() {
    let early = |role, received| {
        diagnosis_of(&Failure::ClosedInHandshake {
            role,
            received,
            sent_large_hello: false,
        })
    };
    says(
        &early(Role::Client, 0),
        Cause::Closed,
        &["server", "without an answer"],
    );
    says(
        &early(Role::Client, 900),
        Cause::Closed,
        &["server", "900 bytes"],
    );
    says(&early(Role::Server, 0), Cause::Closed, &["client"]);
    says(
        &early(Role::Server, 300),
        Cause::Closed,
        &["client", "300 bytes", "trust"],
    );
    says(&diagnosis_of(&Failure::Closed), Cause::Closed, &[]);
    says(
        &diagnosis_of(&Failure::Truncated),
        Cause::Truncated,
        &["close_notify"],
    );
    let reason = "reset".to_owned();
    says(
        &diagnosis_of(&Failure::Transport { reason }),
        Cause::Transport,
        &["reset"],
    );
    let late = |limit, received| diagnosis_of(&Failure::HandshakeTimeout { limit, received });
    says(
        &late(Duration::from_secs(10), 0),
        Cause::Timeout,
        &["10 seconds", "nothing", "raise the time limit"],
    );
    says(
        &late(Duration::from_millis(500), 7),
        Cause::Timeout,
        &["0.5 seconds", "7 bytes"],
    );
}

#[test]
fn an_end_right_after_a_large_hello_names_the_option_that_makes_it_small() {
    let advice = "the key exchange groups without X25519MLKEM768";
    let closed = |role, received, sent_large_hello| {
        diagnosis_of(&Failure::ClosedInHandshake {
            role,
            received,
            sent_large_hello,
        })
    };
    let reset = |sent_large_hello| {
        diagnosis_of(&Failure::HelloUnanswered {
            reason: "reset".to_owned(),
            sent_large_hello,
        })
    };
    says(&closed(Role::Client, 0, true), Cause::Closed, &[advice]);
    says(&reset(true), Cause::Transport, &["reset", advice]);
    for other in [
        closed(Role::Client, 7, true),
        closed(Role::Client, 0, false),
        closed(Role::Server, 0, false),
        reset(false),
    ] {
        assert!(!other.message.contains("X25519MLKEM768"), "{other}");
    }
}

#[test]
fn renegotiation_is_told_with_the_end_that_followed_it() {
    let after = |role, end| {
        let end = Box::new(end);
        diagnosis_of(&Failure::AfterRenegotiation { role, end })
    };
    let alert = Error::AlertReceived(AlertDescription::HandshakeFailure);
    let mut connected = protocol_failure(alert, Role::Client);
    connected.was_connected = true;
    says(
        &after(Role::Client, Failure::Protocol(Box::new(connected))),
        Cause::PeerAlert,
        &["handshake_failure (40)", "renegotiation", "TLS 1.3"],
    );
    says(
        &after(Role::Server, Failure::Truncated),
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
            &of_rustls(Error::InvalidMessage(reason), Role::Client),
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
    let der = rustls::OtherError(Arc::new(webpki::Error::TrailingData(
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
        let told = of_rustls(error, Role::Client).message;
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
