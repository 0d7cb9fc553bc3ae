//! A self-signed certificate that is itself trusted.

use godot_rustls_testkit::{Issued, KeyKind, Purpose, Template, Usage};

use super::*;
use crate::certificate::{KeyWeakness, ParseError};
use crate::library_errors::EncodingError;
use crate::refusal::NameMismatch;
use crate::testing::{fixture, fixture_trust, own_trust};
use crate::trust::{Mode, Request, SystemCertificates};

fn trusted(template: Template) -> (TrustStore, Issued) {
    let made = template.self_signed();
    (own_trust(&[&made]), made)
}

#[test]
fn a_certificate_as_mbedtls_generates_it_is_accepted_when_trusted_itself() {
    let (trust, made) = trusted(Template::like_the_engine(HOST));
    accepts(&trust, &[&made], HOST);
}

#[test]
fn a_certificate_as_openssl_makes_it_is_accepted_when_trusted_itself() {
    let (trust, made) = trusted(Template::like_openssl(HOST));
    accepts(&trust, &[&made], HOST);
    let (trust, made) = trusted(Template::like_openssl("anything").names(&[HOST, "127.0.0.1"]));
    accepts(&trust, &[&made], HOST);
    accepts(&trust, &[&made], "127.0.0.1");
}

#[test]
fn basic_constraints_of_a_trusted_self_signed_certificate_do_not_matter() {
    for template in [
        Template::leaf(HOST).not_a_ca(),
        Template::leaf(HOST).no_basic_constraints(),
        Template::leaf(HOST)
            .no_basic_constraints()
            .no_usages()
            .purposes(&[]),
        Template::leaf(HOST)
            .path_length(3)
            .usages(&[Usage::CertSign, Usage::DigitalSignature]),
    ] {
        let (trust, made) = trusted(template);
        accepts(&trust, &[&made], HOST);
    }
}

#[test]
fn every_supported_key_may_sign_a_trusted_self_signed_certificate() {
    for kind in KeyKind::ALL {
        let (trust, made) = trusted(Template::like_the_engine(HOST).key(kind));
        accepts(&trust, &[&made], HOST);
    }
    for name in [
        "self_signed_sha512",
        "self_signed_pss",
        "self_signed_p384",
        "self_signed_p521",
    ] {
        let verdict = verdict_on(
            &fixture_trust(name),
            Verification::Full,
            &ders(&fixture(name)),
            HOST,
        );
        assert_eq!(verdict, Ok(()), "{name}");
    }
}

#[test]
fn a_badly_encoded_serial_number_as_mbedtls_writes_one_in_500_is_accepted() {
    let made = Template::like_the_engine(HOST).self_signed();
    let mut serial = vec![0, 0x12];
    serial.extend([7; 18]);
    for serial in [serial, vec![0, 0, 1], vec![0x80; 20], vec![0]] {
        let odd = made.with_serial_bytes(&serial);
        accepts(&own_trust(&[&odd]), &[&odd], HOST);
    }
}

#[test]
fn an_expired_trusted_certificate_is_refused_with_both_dates() {
    let (trust, made) = trusted(Template::like_the_engine(HOST).expired());
    refuses(&trust, &[&made], HOST, expired(&made));
}

#[test]
fn a_trusted_certificate_before_its_date_is_refused_with_both_dates() {
    let (trust, made) = trusted(Template::like_the_engine(HOST).not_yet_valid());
    refuses(&trust, &[&made], HOST, not_yet_valid(&made));
}

#[test]
fn a_trusted_certificate_is_refused_under_another_name_and_under_none() {
    let (trust, made) = trusted(Template::like_the_engine(HOST));
    for name in ["play.example.org", ""] {
        let mismatch = NameMismatch {
            presented: vec![HOST.to_owned()],
            subject: full_subject(&made),
            expected: name.to_owned(),
            near_miss: None,
        };
        let refusal = Refusal::NameMismatch(Box::new(mismatch));
        refuses(&trust, &[&made], name, refusal);
    }
}

#[test]
fn a_self_signed_certificate_with_the_same_subject_and_another_key_is_refused() {
    for template in [Template::like_the_engine(HOST), Template::leaf(HOST)] {
        let (trust, _) = trusted(template.clone());
        let impostor = template.self_signed();
        refuses(&trust, &[&impostor], HOST, self_signed(&impostor));
    }
}

#[test]
fn equal_subject_and_key_are_not_enough_without_the_ca_mark() {
    let (trust, trusted) = trusted(Template::leaf(HOST));
    let renewed = Template::leaf(HOST)
        .key_of(&trusted)
        .names(&["elsewhere.example.org"])
        .self_signed();
    let refusal = self_signed(&renewed);
    refuses(&trust, &[&renewed], "elsewhere.example.org", refusal);
}

#[test]
fn a_trusted_certificate_vouches_for_itself_only_in_the_first_place() {
    let (trust, trusted) = trusted(Template::leaf(HOST));
    let attacker = Template::leaf(HOST).self_signed();
    assert!(verdict(&trust, &[&attacker, &trusted], HOST).is_err());
    accepts(&trust, &[&trusted, &attacker], HOST);
}

#[test]
fn a_trusted_self_signed_certificate_that_is_no_ca_issues_nothing() {
    let (trust, trusted) = trusted(Template::leaf(HOST));
    let issued = trusted.issue(Template::leaf(HOST));
    refuses(&trust, &[&issued, &trusted], HOST, not_a_ca(&trusted));
}

#[test]
fn a_self_signed_certificate_of_the_system_does_not_vouch_for_itself() {
    let made = Template::like_the_engine(HOST).self_signed();
    let trust = TrustStore::load(Request {
        mode: Mode::System,
        override_bundle: None,
        extra: None,
        system: SystemCertificates::Pem(made.pem()),
    });
    assert_eq!(trust.certificate_count(), 1);
    refuses(&trust, &[&made], HOST, self_signed(&made));
}

#[test]
fn a_trusted_certificate_whose_own_signature_is_broken_is_refused() {
    let broken = Template::like_the_engine(HOST)
        .self_signed()
        .with_broken_signature();
    let refusal = Refusal::SelfSignatureBroken {
        subject: HOST.to_owned(),
        algorithm: "ecdsa-with-SHA256".to_owned(),
    };
    refuses(&own_trust(&[&broken]), &[&broken], HOST, refusal);
}

#[test]
fn weak_and_outdated_trusted_certificates_are_refused() {
    let weak = |weakness| Refusal::WeakKey {
        subject: HOST.to_owned(),
        weakness,
    };
    let unsupported = |kind: &str| weak(KeyWeakness::Unsupported(kind.to_owned()));
    for (name, refusal) in [
        (
            "self_signed_sha1",
            Refusal::SelfSignatureBroken {
                subject: HOST.to_owned(),
                algorithm: "sha1WithRSAEncryption".to_owned(),
            },
        ),
        ("self_signed_rsa1024", weak(KeyWeakness::RsaTooSmall(1024))),
        ("self_signed_p224", unsupported("ECDSA P-224")),
        ("self_signed_secp256k1", unsupported("ECDSA secp256k1")),
        (
            "self_signed_v1",
            Refusal::NotVersion3 {
                subject: HOST.to_owned(),
            },
        ),
    ] {
        let chain = ders(&fixture(name));
        let verdict = verdict_on(&fixture_trust(name), Verification::Full, &chain, HOST);
        assert_eq!(verdict, Err(refusal), "{name}");
    }
}

#[test]
fn usages_that_forbid_serving_are_refused_for_a_trusted_certificate_too() {
    let leaf = || Template::leaf(HOST);
    let cases: [Case; 5] = [
        (leaf().purposes(&[Purpose::Client]), |made| {
            usage_missing(made, Lacking::ServerAuth)
        }),
        (leaf().purposes(&[Purpose::CodeSigning]), |made| {
            usage_missing(made, Lacking::ServerAuth)
        }),
        (leaf().usages(&[Usage::KeyEncipherment]), |made| {
            usage_missing(made, Lacking::DigitalSignature)
        }),
        (Template::authority(HOST), |made| {
            usage_missing(made, Lacking::DigitalSignature)
        }),
        (leaf().unknown_critical_extension(), unknown_extension),
    ];
    for (template, refusal) in cases {
        let (trust, made) = trusted(template);
        refuses(&trust, &[&made], HOST, refusal(&made));
    }
    let (trust, made) = trusted(Template::leaf(HOST).purposes(&[Purpose::Client, Purpose::Server]));
    accepts(&trust, &[&made], HOST);
}

#[test]
fn without_the_name_check_everything_else_still_counts() {
    let (trust, made) = trusted(Template::like_the_engine("elsewhere.example.org"));
    let chain_only = |trust: &TrustStore, leaf: &Issued| {
        verdict_on(trust, Verification::ChainOnly, &[der(leaf)], HOST)
    };
    assert_eq!(chain_only(&trust, &made), Ok(()));
    assert_eq!(
        chain_only(&TrustStore::default(), &made),
        Err(Refusal::NothingTrusted { problem: None })
    );
    let (trust, made) = trusted(Template::like_the_engine(HOST).expired());
    assert_eq!(chain_only(&trust, &made), Err(expired(&made)));
}

#[test]
fn without_any_check_only_keys_and_forms_that_cannot_sign_are_refused() {
    let nothing = |chain: &[CertificateDer<'_>]| {
        verdict_on(&TrustStore::default(), Verification::Nothing, chain, "")
    };
    let stranger = Template::leaf("x")
        .expired()
        .purposes(&[Purpose::Client])
        .self_signed();
    assert_eq!(nothing(&[der(&stranger)]), Ok(()));
    assert_eq!(nothing(&ders(&fixture("self_signed_sha1"))), Ok(()));
    for name in ["leaf_rsa1024", "leaf_p224"] {
        let refusal = nothing(&ders(&fixture(name))).unwrap_err();
        assert!(matches!(refusal, Refusal::WeakKey { .. }), "{refusal:?}");
    }
    let refusal = nothing(&ders(&fixture("leaf_v1"))).unwrap_err();
    assert!(matches!(refusal, Refusal::NotVersion3 { .. }));
    assert_eq!(nothing(&[]), Err(Refusal::NoCertificate));
    assert_eq!(
        nothing(&[b"no certificate".to_vec().into()]),
        Err(Refusal::Malformed(ParseError::Malformed(
            EncodingError::Der
        )))
    );
}

#[test]
fn a_certificate_named_like_its_issuer_is_found_through_that_issuer() {
    let ca = Template::authority(HOST).self_signed();
    let leaf = ca.issue(Template::leaf(HOST).names(&[HOST]));
    accepts(&own_trust(&[&ca]), &[&leaf], HOST);
    accepts(&own_trust(&[&ca, &leaf]), &[&leaf], HOST);
    assert!(verdict(&own_trust(&[&leaf]), &[&leaf], HOST).is_err());
}
