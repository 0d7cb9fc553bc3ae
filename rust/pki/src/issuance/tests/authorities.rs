//! Which certificates may issue, and with which key.

use godot_rustls_testkit::{KeyKind, Purpose, Template, Usage};

use super::*;
use crate::testing::{certificate, fixture};

/// Asks `ca` to issue, with its own key by number, and returns why it does not.
#[track_caller]
fn refusal(ca: &Certificate) -> Error {
    refusal_of(&Elsewhere::of(ca), ca)
}

#[track_caller]
fn refusal_of(signer: &dyn CertificateSigner, ca: &Certificate) -> Error {
    let key = Key::new(KeyKind::P256);
    let name = subject("CN=localhost");
    issued(signer, ca, &key.info, &name, &none(), &dates()).unwrap_err()
}

#[test]
fn a_certificate_that_is_no_authority_issues_nothing() {
    let leaf = certificate(&Template::leaf("plain leaf").not_a_ca().self_signed());
    says(&refusal(&leaf), &["plain leaf", "CA:FALSE"]);
    let silent = Template::leaf("says nothing").no_basic_constraints();
    says(
        &refusal(&certificate(&silent.self_signed())),
        &["says nothing", "basic constraints"],
    );
    let old = Template::authority("very old").self_signed().as_version_1();
    says(&refusal(&certificate(&old)), &["very old", "version 3"]);
    let unsigning = Template::authority("lists only").usages(&[Usage::CrlSign]);
    says(
        &refusal(&certificate(&unsigning.self_signed())),
        &["lists only", "keyCertSign"],
    );
    let for_code = Template::authority("signs code").purposes(&[Purpose::CodeSigning]);
    says(
        &refusal(&certificate(&for_code.self_signed())),
        &["signs code", "extended key usage"],
    );
    let strange = Template::authority("strange").unknown_critical_extension();
    says(
        &refusal(&certificate(&strange.self_signed())),
        &["strange", "1.2.3.4.5.6"],
    );
}

#[test]
fn an_authority_for_clients_alone_issues() {
    let ca = Template::authority("players").purposes(&[Purpose::Client]);
    let ca = certificate(&ca.self_signed());
    let key = Key::new(KeyKind::P256);
    let name = subject("CN=Player One");
    let made = issued(
        &Elsewhere::of(&ca),
        &ca,
        &key.info,
        &name,
        &none(),
        &dates(),
    );
    // The signer has the right public half and signs nothing that can be checked: past all refusals
    // of the authority.
    says(&made.unwrap_err(), &["halves do not belong together"]);
}

#[test]
fn an_authority_without_a_name_issues_nothing() {
    let named = Template::authority("CA").self_signed();
    let info = certificate(&named).facts().public_key_info_der.clone();
    let nameless = certificate(&named.imitating(&[], &inner(&info)));
    says(&refusal(&nameless), &["no subject name"]);
}

/// The contents of a SEQUENCE of less than 128 bytes.
fn inner(der: &[u8]) -> Vec<u8> {
    assert_eq!((der[0], usize::from(der[1])), (0x30, der.len() - 2));
    der[2..].to_vec()
}

#[test]
fn a_certificate_as_mbedtls_generates_it_may_issue_and_so_may_our_self_signed_one() {
    let generated = Template::like_the_engine("old CA").self_signed();
    let pair = KeyPair::try_from(generated.key_der()).unwrap();
    let info = pair.subject_public_key_info();
    let generated = Authority {
        key: Key { pair, info },
        certificate: certificate(&generated),
    };
    let key = Key::new(KeyKind::P256);
    let ours = self_signed(&key, &subject("CN=new CA"), &dates(), &none()).unwrap();
    let ours = Authority {
        key,
        certificate: ours,
    };
    for ca in [generated, ours] {
        let leaf = ca.issue(&Key::new(KeyKind::P256), "CN=localhost", &none());
        assert!(leaf.is_signed_with(&ca.key.info));
    }
}

#[test]
fn the_key_of_another_authority_is_refused_with_both_kinds() {
    let ca = Authority::new(KeyKind::P256, "CN=Game CA").certificate;
    let refused = refusal_of(&Key::new(KeyKind::P384), &ca);
    says(&refused, &["ECDSA P-384", "ECDSA P-256", "Game CA"]);
    let refused = refusal_of(&Key::new(KeyKind::P256), &ca);
    says(&refused, &["ECDSA P-256", "Game CA", "pass the key"]);
}

#[test]
fn weak_keys_of_authority_and_subject_are_refused() {
    let weak = fixture("self_signed_rsa1024").remove(0);
    says(&refusal(&weak), &["CA key", "RSA 1024", "2048"]);
    let ca = Authority::new(KeyKind::P256, "CN=CA");
    let issue = |info: &[u8]| {
        let (key, ca) = (&ca.key, &ca.certificate);
        issued(key, ca, info, &subject("CN=a"), &none(), &dates()).unwrap_err()
    };
    let weak = &weak.facts().public_key_info_der;
    says(&issue(weak), &["subject's key", "RSA 1024", "2048"]);
    let odd = fixture("self_signed_p224").remove(0);
    says(&issue(&odd.facts().public_key_info_der), &["P-224"]);
    says(&issue(b"nothing"), &["cannot be read"]);
}

#[test]
fn reversed_dates_are_refused() {
    let ca = Authority::new(KeyKind::P256, "CN=CA");
    let reversed = Validity::parse("20340101000000", "20330101000000").unwrap();
    let (key, ca) = (&ca.key, &ca.certificate);
    let refused = issued(key, ca, &key.info, &subject("CN=a"), &none(), &reversed).unwrap_err();
    says(&refused, &["20340101000000", "20330101000000"]);
}
