//! Faults of a leaf that a trusted authority issued.

use godot_rustls_testkit::{Issued, Purpose, Template, Usage};

use super::*;
use crate::certificate::{KeyWeakness, ParseError};
use crate::testing::{fixture, fixture_trust, own_trust, with_too_many_names};

fn root() -> Issued {
    Template::authority("Test Root").self_signed()
}

fn leaf() -> Template {
    Template::leaf(HOST).names(&[HOST])
}

#[test]
fn a_leaf_past_or_before_its_date_is_refused_with_both_dates() {
    let root = root();
    let trust = own_trust(&[&root]);
    let old = root.issue(leaf().expired());
    refuses(
        &trust,
        &[&old],
        HOST,
        Refusal::Expired {
            subject: HOST.to_owned(),
            not_after: certificate(&old).facts().not_after,
            now: NOW,
        },
    );
    let future = root.issue(leaf().not_yet_valid());
    refuses(
        &trust,
        &[&future],
        HOST,
        Refusal::NotYetValid {
            subject: HOST.to_owned(),
            not_before: certificate(&future).facts().not_before,
            now: NOW,
        },
    );
}

#[test]
fn validity_includes_its_first_and_last_second() {
    const FROM: i64 = 1_700_000_000;
    const TO: i64 = 1_800_000_000;
    let root = Template::authority("Test Root")
        .valid(FROM, TO)
        .self_signed();
    let issued = root.issue(leaf().valid(FROM, TO));
    let own = Template::like_the_engine(HOST)
        .valid(FROM, TO)
        .self_signed();
    for (trust, made) in [(own_trust(&[&root]), issued), (own_trust(&[&own]), own)] {
        let verdict = |now| {
            let reference = ReferenceName::parse(HOST);
            verdict_at(&trust, Verification::Full, &[der(&made)], &reference, now)
        };
        let before = verdict(FROM - 1).unwrap_err();
        assert!(matches!(
            before,
            Refusal::NotYetValid { not_before: FROM, now, .. } if now == FROM - 1
        ));
        assert_eq!(verdict(FROM), Ok(()));
        assert_eq!(verdict(TO), Ok(()));
        let after = verdict(TO + 1).unwrap_err();
        assert!(matches!(
            after,
            Refusal::Expired { not_after: TO, now, .. } if now == TO + 1
        ));
    }
}

#[test]
fn an_expired_leaf_of_an_untrusted_issuer_is_not_accepted() {
    let stranger = root().issue(leaf().expired());
    assert!(verdict(&own_trust(&[]), &[&stranger], HOST).is_err());
}

#[test]
fn a_leaf_that_is_not_meant_to_serve_is_refused() {
    let root = root();
    let trust = own_trust(&[&root]);
    let for_others = |_: &Issued| Refusal::ExtendedUsageMissing {
        subject: HOST.to_owned(),
    };
    let cases: [Case; 5] = [
        (leaf().purposes(&[Purpose::Client]), for_others),
        (leaf().purposes(&[Purpose::CodeSigning]), for_others),
        (leaf().usages(&[Usage::KeyEncipherment]), |made| {
            usage_missing(made, Lacking::DigitalSignature)
        }),
        (leaf().unknown_critical_extension(), unknown_extension),
        (Template::authority(HOST).names(&[HOST]), |_| {
            Refusal::CaAsLeaf {
                subject: HOST.to_owned(),
            }
        }),
    ];
    for (template, refusal) in cases {
        let made = root.issue(template);
        refuses(&trust, &[&made], HOST, refusal(&made));
    }
    for template in [
        leaf().no_usages().purposes(&[]),
        leaf().no_basic_constraints(),
        leaf().purposes(&[Purpose::Client, Purpose::Server]),
        leaf().usages(&[Usage::KeyEncipherment, Usage::DigitalSignature]),
    ] {
        accepts(&trust, &[&root.issue(template)], HOST);
    }
}

#[test]
fn an_extension_that_nobody_knows_passes_unless_it_is_critical() {
    let root = root();
    let odd = root.issue(leaf().extension(&[1, 2, 3, 4, 5, 6], false, &[0x05, 0x00]));
    accepts(&own_trust(&[&root]), &[&odd], HOST);
}

#[test]
fn weak_and_outdated_leaves_are_refused_with_what_is_weak() {
    let trust = fixture_trust("root");
    let weak = |weakness| Refusal::WeakKey {
        subject: HOST.to_owned(),
        weakness,
    };
    for (name, refusal) in [
        ("leaf_rsa1024", weak(KeyWeakness::RsaTooSmall(1024))),
        (
            "leaf_p224",
            weak(KeyWeakness::Unsupported("ECDSA P-224".to_owned())),
        ),
        (
            "leaf_sha1",
            Refusal::SignatureAlgorithm {
                subject: HOST.to_owned(),
                algorithms: vec!["ecdsa-with-SHA1".to_owned()],
            },
        ),
        (
            "leaf_v1",
            Refusal::NotVersion3 {
                subject: HOST.to_owned(),
            },
        ),
    ] {
        let verdict = verdict_on(&trust, Verification::Full, &ders(&fixture(name)), HOST);
        assert_eq!(verdict, Err(refusal), "{name}");
    }
}

#[test]
fn a_version_1_leaf_of_a_trusted_authority_is_refused() {
    let root = root();
    let old = root.issue(leaf()).as_version_1_by(&root);
    let refusal = Refusal::NotVersion3 {
        subject: HOST.to_owned(),
    };
    refuses(&own_trust(&[&root]), &[&old], HOST, refusal);
}

#[test]
fn a_broken_signature_is_refused() {
    let root = root();
    let broken = root.issue(leaf()).with_broken_signature();
    assert!(verdict(&own_trust(&[&root]), &[&broken], HOST).is_err());
}

#[test]
fn a_weak_leaf_stays_weak_when_only_the_chain_is_checked() {
    let trust = fixture_trust("root");
    let refusal = |name: &str| {
        verdict_on(&trust, Verification::ChainOnly, &ders(&fixture(name)), "").unwrap_err()
    };
    assert!(matches!(
        refusal("leaf_rsa1024"),
        Refusal::WeakKey {
            weakness: KeyWeakness::RsaTooSmall(1024),
            ..
        }
    ));
    assert!(matches!(
        refusal("leaf_sha1"),
        Refusal::SignatureAlgorithm { .. }
    ));
    assert!(matches!(
        refusal("leaf_client_auth"),
        Refusal::ExtendedUsageMissing { .. }
    ));
    assert!(matches!(
        refusal("leaf_no_signature_usage"),
        Refusal::UsageMissing {
            usage: Lacking::DigitalSignature,
            ..
        }
    ));
}

#[test]
fn an_issued_self_signed_looking_leaf_with_a_bad_serial_number_is_accepted() {
    let made = Template::authority("Test Root")
        .self_signed()
        .with_serial_bytes(&[0, 1]);
    accepts(&own_trust(&[&made]), &[&made.issue(leaf())], HOST);
}

#[test]
fn bytes_behind_a_certificate_are_refused_wherever_it_stands() {
    let root = root();
    let intermediate = root.issue(Template::authority("Test Intermediate"));
    let below = intermediate.issue(leaf());
    let issued = root.issue(leaf());
    let own = Template::like_the_engine(HOST).self_signed();
    let trust = own_trust(&[&root, &own]);
    let longer = |made: &Issued| -> CertificateDer<'static> {
        [made.der(), &[0x30, 0x00][..]].concat().into()
    };
    for chain in [
        vec![longer(&issued)],
        vec![longer(&own)],
        vec![longer(&below), der(&intermediate)],
        vec![der(&below), longer(&intermediate)],
    ] {
        assert!(verdict_on(&trust, Verification::Full, &chain, HOST).is_err());
    }
}

#[test]
fn damaged_certificates_neither_panic_nor_pass() {
    let root = root();
    let good = root.issue(leaf());
    let trust = own_trust(&[&root]);
    let mut generator = godot_rustls_testkit::Generator::new(7);
    for round in 0..5_000 {
        let mut bytes = good.der().to_vec();
        generator.damage(&mut bytes);
        if bytes == good.der() {
            continue;
        }
        let verdict = verdict_on(&trust, Verification::Full, &[bytes.into()], HOST);
        assert!(verdict.is_err(), "round {round}");
    }
}

#[test]
fn a_certificate_that_is_too_large_is_refused_with_its_size_whoever_trusts_it() {
    let root = Template::authority("Root").self_signed();
    let leaf = root.issue(with_too_many_names(Template::leaf("localhost")));
    let own = with_too_many_names(Template::like_the_engine("localhost")).self_signed();
    for (trusted, shown) in [(&root, &leaf), (&own, &own)] {
        let verdict = verdict(&own_trust(&[trusted]), &[shown], "name00007.example.test");
        let too_large = ParseError::TooLarge(shown.der().len());
        assert_eq!(verdict, Err(Refusal::Malformed(too_large)));
    }
}
