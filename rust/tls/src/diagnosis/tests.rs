mod handshake;
mod refusals;
mod vocabulary;

use std::sync::Arc;
use std::time::Duration;

use godot_rustls_pki::text::moment;

use super::*;
use crate::alpn::AlpnProtocols;
use crate::failure::ProtocolFailure;
use crate::testing::{NOW, diagnosis_of_refusal};
use godot_rustls_pki::certificate::KeyWeakness;
use godot_rustls_pki::role::Role;
use godot_rustls_pki::text::quoted;
use godot_rustls_pki::trust::TrustProblem;
use godot_rustls_pki::verifier::{NameMismatch, NearMiss, Refusal, Usage};

const LEAF: &str = "play.example.org";

fn subject() -> String {
    LEAF.to_owned()
}

fn expired() -> Refusal {
    Refusal::Expired {
        subject: subject(),
        not_after: 4_102_444_740,
        now: 4_200_000_000,
    }
}

fn not_yet_valid() -> Refusal {
    Refusal::NotYetValid {
        subject: subject(),
        not_before: 1_577_836_800,
        now: 0,
    }
}

fn mismatch(presented: &[&str], expected: &str, near_miss: Option<NearMiss>) -> Refusal {
    Refusal::NameMismatch(Box::new(NameMismatch {
        presented: presented.iter().map(|name| (*name).to_owned()).collect(),
        subject: String::new(),
        expected: expected.to_owned(),
        near_miss,
    }))
}

/// Returns an error of rustls before the first byte of the peer, with default options.
fn protocol_failure(error: rustls::Error, role: Role) -> ProtocolFailure {
    ProtocolFailure {
        error,
        role,
        first_bytes: Vec::new(),
        was_connected: false,
        certificate_request: None,
        client_protocols: AlpnProtocols::default(),
        local: Arc::default(),
    }
}

fn of_server(refusal: &Refusal) -> Diagnosis {
    diagnosis_of_refusal(refusal, Role::Server)
}

#[track_caller]
fn says(diagnosis: &Diagnosis, cause: Cause, words: &[&str]) {
    assert_eq!(diagnosis.cause, cause, "{diagnosis}");
    for word in words {
        assert!(
            diagnosis.message.contains(word),
            "{word:?} is missing: {diagnosis}"
        );
    }
}

#[test]
fn causes_have_the_numbers_that_scripts_compare() {
    let causes = [
        Cause::None,
        Cause::UntrustedIssuer,
        Cause::Expired,
        Cause::NotYetValid,
        Cause::NameMismatch,
        Cause::Revoked,
        Cause::PinMismatch,
        Cause::BadCertificate,
        Cause::NoCommonVersion,
        Cause::NoCommonCipher,
        Cause::NotTls,
        Cause::Closed,
        Cause::Truncated,
        Cause::ClientCertificateRequired,
        Cause::PeerAlert,
        Cause::Transport,
        Cause::Other,
        Cause::Timeout,
    ];
    for (number, cause) in (0_i64..).zip(causes) {
        assert_eq!(cause as i64, number);
    }
}

#[test]
fn dates_are_named_on_both_sides() {
    says(
        &of_server(&expired()),
        Cause::Expired,
        &[LEAF, "2099-12-31 23:59 UTC", "2103-", "renew"],
    );
    says(
        &of_server(&not_yet_valid()),
        Cause::NotYetValid,
        &[LEAF, "2020-01-01 00:00 UTC", "1970-01-01", "clock"],
    );
}

#[test]
fn moments_beyond_the_calendar_are_still_told() {
    assert_eq!(moment(NOW), "2026-06-01 00:00 UTC");
    assert_eq!(moment(i64::MAX), format!("{} seconds after 1970", i64::MAX));
}

#[test]
fn names_are_named_on_both_sides() {
    let asked = "localhost";
    for (presented, words) in [
        (
            &["a.test"][..],
            &["is for \"a.test\"", "not \"localhost\""][..],
        ),
        (&["a.test", "b.test"], &["\"a.test\" (and 1 more name)"]),
        (&["a.test", "b.test", "10.0.0.1"], &["(and 2 more names)"]),
        (&[], &["no name at all"]),
    ] {
        let refusal = mismatch(presented, asked, None);
        says(&of_server(&refusal), Cause::NameMismatch, words);
    }
    says(
        &of_server(&mismatch(&[asked], asked, Some(NearMiss::CommonName))),
        Cause::NameMismatch,
        &["common name", "subject alternative name"],
    );
    let as_dns_name = NearMiss::AddressAsDnsName("10.0.0.1".to_owned());
    says(
        &of_server(&mismatch(&["10.0.0.1"], "10.0.0.1", Some(as_dns_name))),
        Cause::NameMismatch,
        &["as a DNS name", "as an IP address", "alternative name"],
    );
    says(
        &of_server(&mismatch(&[LEAF], "", None)),
        Cause::NameMismatch,
        &[LEAF, "set a name override"],
    );
}

#[test]
fn an_untrusted_chain_says_what_it_leads_to_and_how_to_trust_it() {
    let trust = "the default certificates";
    let root = "CN=Test Root".to_owned();
    for (refusal, words) in [
        (
            Refusal::UntrustedRoot {
                subject: subject(),
                root: root.clone(),
            },
            &[LEAF, "CN=Test Root", trust][..],
        ),
        (
            Refusal::MissingIssuer {
                subject: subject(),
                issuer: root,
            },
            &["CN=Test Root", "did not send", trust],
        ),
        (
            Refusal::SelfSigned { subject: subject() },
            &[LEAF, "self-signed", trust, "the options of the client"],
        ),
        (Refusal::NoCertificate, &["no certificate"]),
        (
            Refusal::NothingTrusted {
                problem: Some(TrustProblem::Unreadable {
                    source: "ca.crt".to_owned(),
                    reason: "it is locked".to_owned(),
                }),
            },
            &[
                "no certificate is trusted",
                "(ca.crt cannot be read (it is locked))",
            ],
        ),
    ] {
        says(&of_server(&refusal), Cause::UntrustedIssuer, words);
    }
}

/// Returns faults of a certificate, each with a word of its message.
fn faults_of_a_certificate() -> Vec<(Refusal, &'static str)> {
    vec![
        (
            Refusal::WeakKey {
                subject: subject(),
                weakness: KeyWeakness::RsaTooSmall(1024),
            },
            "RSA 1024",
        ),
        (
            Refusal::UsageMissing {
                subject: subject(),
                usage: Usage::DigitalSignature,
            },
            "digitalSignature",
        ),
        (
            Refusal::UsageMissing {
                subject: subject(),
                usage: Usage::ServerAuth,
            },
            "the extended usage serverAuth",
        ),
        (
            Refusal::ExtendedUsageMissing { subject: subject() },
            "clientAuth",
        ),
        (Refusal::NotACa { subject: subject() }, "no CA"),
        (Refusal::CaAsLeaf { subject: subject() }, "CA mark"),
        (
            Refusal::UnknownCriticalExtension {
                subject: subject(),
                oid: Some("1.2.3".to_owned()),
            },
            "1.2.3",
        ),
    ]
}

/// Returns faults of a chain, each with a word of its message.
fn faults_of_a_chain() -> Vec<(Refusal, &'static str)> {
    vec![
        (
            Refusal::PathTooLong {
                ca: subject(),
                allowed: 3,
                found: 4,
            },
            "allows 3 intermediate certificates below it, the chain has 4",
        ),
        (
            Refusal::PathLengthViolated { subject: subject() },
            "more CA certificates",
        ),
        (Refusal::TooComplex { subject: subject() }, "too tangled"),
        (
            Refusal::NameConstraint {
                subject: subject(),
                ca: Some("Bound Root".to_owned()),
            },
            "CA \"Bound Root\"",
        ),
        (
            Refusal::SelfSignatureBroken {
                subject: subject(),
                algorithm: "ecdsa-with-SHA256".to_owned(),
            },
            "ecdsa-with-SHA256",
        ),
        (
            Refusal::SignatureAlgorithm {
                subject: subject(),
                algorithms: vec!["sha1WithRSAEncryption".to_owned()],
            },
            "SHA-1",
        ),
        (Refusal::NotVersion3 { subject: subject() }, "version 1"),
        (
            Refusal::Unusable {
                subject: subject(),
                error: webpki::Error::BadDer,
            },
            "DER",
        ),
    ]
}

#[test]
fn every_fault_of_a_certificate_names_it_and_what_is_wrong() {
    for (refusal, word) in faults_of_a_certificate()
        .into_iter()
        .chain(faults_of_a_chain())
    {
        says(&of_server(&refusal), Cause::BadCertificate, &[LEAF, word]);
    }
}

#[test]
fn text_from_outside_is_cut_and_cannot_break_a_line() {
    assert_eq!(quoted("a\nb\0c\u{1b}[31m"), r#""a\nb\u{0}c\u{1b}[31m""#);
    assert_eq!(quoted("a\u{2028}b\u{202e}c"), r#""a\u{2028}b\u{202e}c""#);
    let long = quoted(&"x".repeat(5_000));
    assert!(
        long.chars().count() < 110 && long.ends_with("…\""),
        "{long}"
    );
    let hostile = "evil\n\u{202e}name".to_owned();
    for refusal in [
        Refusal::Expired {
            subject: hostile.clone(),
            not_after: 0,
            now: 1,
        },
        Refusal::SelfSigned { subject: hostile },
    ] {
        let message = of_server(&refusal).message;
        assert!(!message.contains(['\n', '\u{202e}']), "{message}");
    }
    let names: Vec<String> = (0..100).map(|n| format!("host{n}.example.test")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let message = of_server(&mismatch(&names, "y", None)).message;
    assert!(message.len() < 300, "{message}");
}

#[test]
fn sentences_that_a_user_can_act_on_say_how() {
    let issuer = "CN=Test Root".to_owned();
    for diagnosis in [
        of_server(&expired()),
        of_server(&not_yet_valid()),
        of_server(&mismatch(&["a.test"], "x", None)),
        of_server(&Refusal::SelfSigned { subject: subject() }),
        of_server(&Refusal::TrustedLeafIsNotAnchor {
            subject: subject(),
            issuer,
        }),
        of_server(&Refusal::SelfSignatureBroken {
            subject: subject(),
            algorithm: "sha1WithRSAEncryption".to_owned(),
        }),
        diagnose(
            &Failure::HandshakeTimeout {
                limit: Duration::from_secs(1),
                received: 0,
            },
            &Vocabulary::default(),
        ),
    ] {
        assert!(diagnosis.message.contains(": "), "{diagnosis}");
        assert!(diagnosis.message.len() < 400, "{diagnosis}");
    }
}
