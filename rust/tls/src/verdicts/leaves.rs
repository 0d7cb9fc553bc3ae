//! Faults of a leaf that a trusted authority issued.

use godot_rustls_testkit::{Issued, Purpose, Template, Usage};
use rustls_pki_types::CertificateDer;

use super::{HOST, accepts, ders, judgement, refusal, refuses, verdict, verdict_on};
use crate::diagnosis::Cause;
use crate::testing::diagnosis_of_refusal;
use crate::testing::{
    NOW, at, certificate, client, der, fixture, fixture_trust, own_trust, with_too_many_names,
};
use godot_rustls_pki::reference_name::ReferenceName;
use godot_rustls_pki::role::Role;
use godot_rustls_pki::verifier::Verification;

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
    let expired = root.issue(leaf().expired());
    let message = refuses(&trust, &[&expired], HOST, Cause::Expired);
    assert!(
        message.contains("2020-12-31") && message.contains("2026-06-01"),
        "{message}"
    );
    let future = root.issue(leaf().not_yet_valid());
    let message = refuses(&trust, &[&future], HOST, Cause::NotYetValid);
    assert!(
        message.contains("2090-01-01") && message.contains("clock"),
        "{message}"
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
        let cause = |now| {
            let reference = ReferenceName::parse(HOST);
            judgement(&trust, Verification::Full, &[der(&made)], &reference, now)
                .map_err(|refusal| diagnosis_of_refusal(&refusal, Role::Server).cause)
        };
        assert_eq!(cause(FROM - 1), Err(Cause::NotYetValid));
        assert_eq!(cause(FROM), Ok(()));
        assert_eq!(cause(TO), Ok(()));
        assert_eq!(cause(TO + 1), Err(Cause::Expired));
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
    for (template, word) in [
        (leaf().purposes(&[Purpose::Client]), "serverAuth"),
        (leaf().purposes(&[Purpose::CodeSigning]), "serverAuth"),
        (leaf().usages(&[Usage::KeyEncipherment]), "digitalSignature"),
        (leaf().unknown_critical_extension(), "1.2.3.4.5.6"),
        (Template::authority(HOST).names(&[HOST]), "CA certificate"),
    ] {
        let made = root.issue(template);
        let message = refuses(&trust, &[&made], HOST, Cause::BadCertificate);
        assert!(
            message.contains(word) && message.contains(HOST),
            "{message}"
        );
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
    for (name, word) in [
        ("leaf_rsa1024", "RSA 1024"),
        ("leaf_p224", "P-224"),
        ("leaf_sha1", "SHA-1"),
        ("leaf_v1", "version 1"),
    ] {
        let verdict = verdict_on(&trust, Verification::Full, &ders(&fixture(name)), HOST);
        let message = refusal(verdict, Cause::BadCertificate);
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn a_version_1_leaf_of_a_trusted_authority_is_refused() {
    let root = root();
    let old = root.issue(leaf()).as_version_1_by(&root);
    refuses(&own_trust(&[&root]), &[&old], HOST, Cause::BadCertificate);
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
    for name in [
        "leaf_rsa1024",
        "leaf_sha1",
        "leaf_client_auth",
        "leaf_no_signature_usage",
    ] {
        let verdict = verdict_on(&trust, Verification::ChainOnly, &ders(&fixture(name)), "");
        refusal(verdict, Cause::BadCertificate);
    }
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
        let size = shown.der().len().to_string();
        let chain = [certificate(shown)];
        let refused = client(&[trusted]).verify(&chain, "name00007.example.test", at(NOW));
        let message = refused.unwrap_err().to_string();
        assert!(
            message.contains(&size) && message.contains("65535"),
            "{message}"
        );
    }
}
