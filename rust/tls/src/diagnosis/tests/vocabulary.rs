//! Messages name settings by the vocabulary alone.

use rustls::{AlertDescription, Error};

use super::*;
use crate::failure::CertificateRequest;
use godot_rustls_pki::verifier::RevocationListFault;

/// Names that stand in no message otherwise.
const MARKED: Vocabulary = Vocabulary {
    connect_limit: "<connect_limit>",
    default_trust: "<default_trust>",
    client_trust: "<client_trust>",
    client_authentication: "<client_authentication>",
    client_identity: "<client_identity>",
    name_override: "<name_override>",
    pins: "<pins>",
    revocation_lists: "<revocation_lists>",
    key_exchange_groups: "<key_exchange_groups>",
    alpn: "<alpn>",
};

fn refusals() -> Vec<Refusal> {
    let subject = subject();
    let issuer = "CN=Test Root".to_owned();
    let mut all = vec![
        expired(),
        not_yet_valid(),
        mismatch(&["a.test"], "b.test", None),
        mismatch(&["a.test"], "", None),
        mismatch(&["a.test"], "a.test", Some(NearMiss::CommonName)),
        Refusal::NoCertificate,
        Refusal::NothingTrusted { problem: None },
        Refusal::SelfSigned {
            subject: subject.clone(),
        },
        Refusal::UntrustedRoot {
            subject: subject.clone(),
            root: issuer.clone(),
        },
        Refusal::MissingIssuer {
            subject: subject.clone(),
            issuer: issuer.clone(),
        },
        Refusal::TrustedLeafIsNotAnchor {
            subject: subject.clone(),
            issuer: issuer.clone(),
        },
        Refusal::PinMismatch {
            subject,
            pin: "sha256/AAAA".to_owned(),
            pinned: 1,
        },
    ];
    let faults = [
        RevocationListFault::Expired {
            next_update: 0,
            now: 1,
        },
        RevocationListFault::NotYetValid {
            this_update: 1,
            now: 0,
        },
        RevocationListFault::SignatureBroken,
        RevocationListFault::SignerNotAllowed,
    ];
    all.extend(faults.map(|fault| Refusal::RevocationList {
        issuer: issuer.clone(),
        fault,
    }));
    all
}

fn alerts_about_the_identity() -> Vec<Failure> {
    let mut all = Vec::new();
    for request in [
        CertificateRequest::NothingToShow,
        CertificateRequest::Unsuitable,
        CertificateRequest::Shown,
    ] {
        for alert in [
            AlertDescription::UnknownCA,
            AlertDescription::CertificateExpired,
            AlertDescription::AccessDenied,
        ] {
            let mut failure = protocol_failure(Error::AlertReceived(alert), Role::Client);
            failure.certificate_request = Some(request);
            all.push(Failure::Protocol(Box::new(failure)));
        }
    }
    all
}

/// Failures with every message that may name a setting.
fn failures() -> Vec<Failure> {
    let mut all = alerts_about_the_identity();
    for peer in [Role::Client, Role::Server] {
        let refused = |refusal| Failure::Refused { peer, refusal };
        all.extend(refusals().into_iter().map(refused));
        for error in [
            Error::NoCertificatesPresented,
            Error::NoApplicationProtocol,
            Error::AlertReceived(AlertDescription::HandshakeFailure),
            Error::AlertReceived(AlertDescription::ProtocolVersion),
        ] {
            all.push(Failure::Protocol(Box::new(protocol_failure(error, peer))));
        }
    }
    all.extend([
        Failure::Closed,
        Failure::Truncated,
        Failure::ClosedInHandshake {
            role: Role::Client,
            received: 0,
            sent_large_hello: true,
        },
        Failure::HelloUnanswered {
            reason: "reset".to_owned(),
            sent_large_hello: true,
        },
        Failure::HandshakeTimeout {
            limit: Duration::from_secs(1),
            received: 0,
        },
        Failure::AfterRenegotiation {
            role: Role::Client,
            end: Box::new(Failure::Truncated),
        },
    ]);
    all
}

#[test]
fn every_name_of_the_vocabulary_stands_in_a_message() {
    let messages: Vec<String> = failures()
        .iter()
        .map(|failure| diagnose(failure, &MARKED).message)
        .collect();
    let names = format!("{MARKED:?}");
    for name in names.split('"').filter(|part| part.starts_with('<')) {
        assert!(
            messages.iter().any(|message| message.contains(name)),
            "{name} stands in no message"
        );
    }
}

#[test]
fn neutral_messages_name_nothing_that_a_caller_may_call_otherwise() {
    // TLS writes these names with an underscore.
    let of_tls = [
        "close_notify",
        "unknown_ca",
        "certificate_expired",
        "access_denied",
    ];
    let of_tls = [&of_tls[..], &["handshake_failure", "protocol_version"]].concat();
    for failure in failures() {
        let message = failure.to_string();
        for word in message.split(|c: char| c.is_whitespace() || "(),:;\"".contains(c)) {
            // Cipher suites are in capitals.
            let is_suite = word.starts_with("TLS_");
            let is_setting = word.contains('_') && !of_tls.contains(&word) && !is_suite;
            assert!(!is_setting, "{word:?} in {message}");
        }
        for part in ["()", "Rustls", "Godot", "network/", "project setting", "<"] {
            assert!(!message.contains(part), "{part:?} in {message}");
        }
    }
}
