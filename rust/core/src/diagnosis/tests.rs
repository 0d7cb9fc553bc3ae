mod handshake;

use godot_rustls_testkit::{Issued, Template};
use rustls::CertificateError;

use super::*;
use crate::certificate::Facts;
use crate::names::ReferenceName;
use crate::session::Role;
use crate::testing::{NOW, certificate};

fn facts(issued: &Issued) -> Facts {
    certificate(issued).facts().clone()
}

fn leaf() -> Facts {
    facts(&Template::leaf("play.example.org").self_signed())
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
    let leaf = leaf();
    says(
        &expired(&leaf, 4_200_000_000).diagnosis,
        Cause::Expired,
        &["play.example.org", "2099-12-31 23:59 UTC", "2103-", "renew"],
    );
    says(
        &not_yet_valid(&leaf, 0).diagnosis,
        Cause::NotYetValid,
        &[
            "play.example.org",
            "2020-01-01 00:00 UTC",
            "1970-01-01",
            "clock",
        ],
    );
}

#[test]
fn moments_beyond_the_calendar_are_still_told() {
    assert_eq!(moment(NOW), "2026-06-01 00:00 UTC");
    assert_eq!(moment(i64::MAX), format!("{} seconds after 1970", i64::MAX));
}

#[test]
fn names_are_named_on_both_sides() {
    let asked = ReferenceName::parse("localhost");
    let named =
        |template: Template| name_mismatch(&facts(&template.self_signed()), &asked).diagnosis;
    for (template, words) in [
        (
            Template::leaf("x").names(&["a.test"]),
            &["is for \"a.test\"", "not \"localhost\""][..],
        ),
        (
            Template::leaf("x").names(&["a.test", "b.test"]),
            &["\"a.test\" (and 1 more name)"],
        ),
        (
            Template::leaf("x").names(&["a.test", "b.test", "10.0.0.1"]),
            &["(and 2 more names)"],
        ),
        (Template::leaf("x").names(&["10.0.0.1"]), &["\"10.0.0.1\""]),
        (Template::leaf("My Server"), &["\"My Server\""]),
        (
            Template::leaf("x").without_common_name(),
            &["no name at all"],
        ),
        (
            Template::leaf("localhost"),
            &["common name", "subject alternative name"],
        ),
    ] {
        says(&named(template), Cause::NameMismatch, words);
    }
    let empty = name_mismatch(&leaf(), &ReferenceName::parse("")).diagnosis;
    says(
        &empty,
        Cause::NameMismatch,
        &["play.example.org", "common_name_override"],
    );
}

#[test]
fn an_untrusted_chain_says_what_it_leads_to_and_how_to_trust_it() {
    let root = Template::authority("Test Root").self_signed();
    let middle = root.issue(Template::authority("Test Middle"));
    let leaf = middle.issue(Template::leaf("play.example.org"));
    let all = [facts(&leaf), facts(&middle), facts(&root)];
    let trust = "certificate_bundle_override";
    says(
        &untrusted(Role::Server, &all, 1, None).diagnosis,
        Cause::UntrustedIssuer,
        &["play.example.org", "CN=Test Root", trust],
    );
    says(
        &untrusted(Role::Server, &all[..2], 1, None).diagnosis,
        Cause::UntrustedIssuer,
        &["CN=Test Root", "did not send", trust],
    );
    says(
        &untrusted(Role::Server, &all[..1], 1, None).diagnosis,
        Cause::UntrustedIssuer,
        &["CN=Test Middle", "did not send", trust],
    );
    says(
        &untrusted(Role::Server, &all[2..], 1, None).diagnosis,
        Cause::UntrustedIssuer,
        &[
            "Test Root",
            "self-signed",
            trust,
            "RustlsTLSOptions.client()",
        ],
    );
    says(
        &untrusted(Role::Server, &[], 1, None).diagnosis,
        Cause::UntrustedIssuer,
        &["no certificate"],
    );
    says(
        &untrusted(Role::Server, &all, 0, Some("ca.crt cannot be read")).diagnosis,
        Cause::UntrustedIssuer,
        &["no certificate is trusted", "ca.crt cannot be read"],
    );
}

#[test]
fn chains_that_turn_in_circles_are_described_too() {
    let one = Template::authority("One").self_signed();
    let two = one.issue(Template::authority("Two"));
    let back = two.issue(Template::authority("One").key_of(&one));
    let chain = [facts(&two), facts(&back)];
    assert_eq!(
        untrusted(Role::Server, &chain, 1, None).diagnosis.cause,
        Cause::UntrustedIssuer
    );
}

#[test]
fn every_fault_of_a_certificate_names_it_and_what_is_wrong() {
    let leaf = leaf();
    for (rejection, cause, word) in [
        (
            weak_key(&leaf, "its key is RSA 1024, below the minimum of 2048 bits"),
            Cause::BadCertificate,
            "RSA 1024",
        ),
        (
            key_usage_forbids(&leaf, "digitalSignature"),
            Cause::BadCertificate,
            "digitalSignature",
        ),
        (not_an_issuer(&leaf), Cause::BadCertificate, "no CA"),
        (
            unknown_critical(&leaf, "1.2.3"),
            Cause::BadCertificate,
            "1.2.3",
        ),
        (path_too_long(&leaf, 3, 4), Cause::BadCertificate, "3"),
        (
            common_name_is_constrained(&leaf, "Bound Root"),
            Cause::BadCertificate,
            "Bound Root",
        ),
        (
            self_signature_broken(&leaf),
            Cause::BadCertificate,
            "ecdsa-with-SHA256",
        ),
        (
            reused_leaf_not_anchor(&leaf),
            Cause::UntrustedIssuer,
            "issuer",
        ),
    ] {
        says(&rejection.diagnosis, cause, &["play.example.org", word]);
    }
}

#[test]
fn every_error_of_path_building_becomes_a_sentence_about_the_leaf() {
    use webpki::Error as E;
    let chain = [leaf()];
    let date = |seconds| {
        rustls_pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
    };
    for (error, cause) in [
        (
            E::CertExpired {
                time: date(5),
                not_after: date(4),
            },
            Cause::Expired,
        ),
        (
            E::CertNotValidYet {
                time: date(4),
                not_before: date(5),
            },
            Cause::NotYetValid,
        ),
        (E::UnknownIssuer, Cause::UntrustedIssuer),
        (E::CaUsedAsEndEntity, Cause::BadCertificate),
        (E::EndEntityUsedAsCa, Cause::BadCertificate),
        (E::PathLenConstraintViolated, Cause::BadCertificate),
        (E::NameConstraintViolation, Cause::BadCertificate),
        (E::UnsupportedCriticalExtension, Cause::BadCertificate),
        (E::UnsupportedCertVersion, Cause::BadCertificate),
        (E::MaximumPathBuildCallsExceeded, Cause::BadCertificate),
        (E::MaximumSignatureChecksExceeded, Cause::BadCertificate),
        (E::SignatureAlgorithmMismatch, Cause::BadCertificate),
        (E::BadDer, Cause::BadCertificate),
    ] {
        says(
            &from_webpki(&error, Role::Server, &chain, NOW, 1, None).diagnosis,
            cause,
            &["play.example.org"],
        );
    }
}

#[test]
fn a_certificates_alert_is_the_one_that_the_peer_understands() {
    let leaf = leaf();
    assert_eq!(expired(&leaf, NOW).alert, CertificateError::Expired);
    assert_eq!(
        not_yet_valid(&leaf, NOW).alert,
        CertificateError::NotValidYet
    );
    assert_eq!(
        untrusted(Role::Server, &[], 1, None).alert,
        CertificateError::UnknownIssuer
    );
    let name = ReferenceName::parse("x");
    assert_eq!(
        name_mismatch(&leaf, &name).alert,
        CertificateError::NotValidForName
    );
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
    let hostile = facts(&Template::leaf("evil\n\u{202e}name").self_signed());
    for rejection in [
        expired(&hostile, NOW),
        untrusted(Role::Server, std::slice::from_ref(&hostile), 1, None),
    ] {
        let message = rejection.diagnosis.message;
        assert!(!message.contains(['\n', '\u{202e}']), "{message}");
    }
    let names: Vec<String> = (0..100).map(|n| format!("host{n}.example.test")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = facts(&Template::leaf("x").names(&names).self_signed());
    let message = name_mismatch(&many, &ReferenceName::parse("y"))
        .diagnosis
        .message;
    assert!(message.len() < 300, "{message}");
}

#[test]
fn sentences_that_a_user_can_act_on_say_how() {
    let leaf = leaf();
    for diagnosis in [
        expired(&leaf, NOW).diagnosis,
        not_yet_valid(&leaf, NOW).diagnosis,
        name_mismatch(&leaf, &ReferenceName::parse("x")).diagnosis,
        untrusted(Role::Server, std::slice::from_ref(&leaf), 1, None).diagnosis,
        reused_leaf_not_anchor(&leaf).diagnosis,
        self_signature_broken(&leaf).diagnosis,
        timeout(1.0, 0, Vocabulary::default()),
    ] {
        assert!(diagnosis.message.contains(": "), "{diagnosis}");
        assert!(diagnosis.message.len() < 400, "{diagnosis}");
    }
}
