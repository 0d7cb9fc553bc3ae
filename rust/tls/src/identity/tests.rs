use godot_rustls_testkit::{KeyKind, Template};

use super::*;
use crate::testing::{certificate, fixture, fixture_bytes, key, with_too_many_names};
use godot_rustls_pki::pem::read_private_key;

fn refusal(chain: &[Certificate], key: PrivateKeyDer<'static>) -> String {
    Identity::new(chain, key).unwrap_err().to_string()
}

#[test]
fn every_supported_key_serves_with_its_certificate() {
    for kind in KeyKind::ALL {
        let owner = Template::leaf("localhost").key(kind).self_signed();
        assert!(
            Identity::new(&[certificate(&owner)], key(&owner)).is_ok(),
            "{kind:?}"
        );
    }
    for name in ["localhost_rsa3072", "localhost_rsa4096"] {
        let text = String::from_utf8(fixture_bytes(&format!("{name}.key"))).unwrap();
        let key = read_private_key(&text).unwrap();
        assert!(Identity::new(&fixture(name), key).is_ok(), "{name}");
    }
}

#[test]
fn an_empty_certificate_is_refused() {
    let owner = Template::leaf("localhost").self_signed();
    assert!(refusal(&[], key(&owner)).contains("empty"));
}

#[test]
fn a_key_that_does_not_belong_is_refused_and_the_certificate_named() {
    let owner = Template::leaf("play.example.org").self_signed();
    for kind in KeyKind::ALL {
        let stranger = Template::leaf("x").key(kind).self_signed();
        let message = refusal(&[certificate(&owner)], key(&stranger));
        assert!(
            message.contains("play.example.org") && message.contains("P-256"),
            "{message}"
        );
    }
}

#[test]
fn a_chain_in_the_wrong_order_is_recognised() {
    let root = Template::authority("Root").self_signed();
    let leaf = root.issue(Template::leaf("play.example.org"));
    let message = refusal(&[certificate(&root), certificate(&leaf)], key(&leaf));
    assert!(
        message.contains("certificate 2") && message.contains("play.example.org"),
        "{message}"
    );
}

#[test]
fn a_key_that_cannot_be_read_is_refused_without_a_word_of_it() {
    let owner = Template::leaf("localhost").self_signed();
    let nonsense = PrivateKeyDer::Pkcs8(b"SECRET".to_vec().into());
    let message = refusal(&[certificate(&owner)], nonsense);
    assert!(
        message.contains("RSA 2048") && !message.contains("SECRET"),
        "{message}"
    );
}

#[test]
fn certificates_that_no_client_would_accept_are_refused_at_once() {
    let owner = Template::leaf("localhost").self_signed();
    let old = owner.as_version_1();
    assert!(refusal(&[certificate(&old)], key(&owner)).contains("version 1"));
    for (name, word) in [("leaf_rsa1024", "RSA 1024"), ("leaf_p224", "P-224")] {
        let message = refusal(&fixture(name), key(&owner));
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn a_certificate_that_is_too_large_says_how_large_it_is() {
    let owner = with_too_many_names(Template::leaf("localhost")).self_signed();
    let message = refusal(&[certificate(&owner)], key(&owner));
    let size = owner.der().len().to_string();
    assert!(
        message.contains(&size) && message.contains("65535"),
        "{message}"
    );
    assert!(!message.contains("TrailingData"), "{message}");
}

#[test]
fn a_name_cannot_break_the_line_of_its_refusal() {
    let owner = Template::leaf("one\nERROR: two").self_signed();
    let stranger = Template::leaf("x").self_signed();
    let (named, other) = (certificate(&owner), certificate(&stranger));
    for (chain, key) in [
        (vec![named.clone()], key(&stranger)),
        (vec![other, named], key(&owner)),
    ] {
        let message = refusal(&chain, key);
        assert!(!message.contains('\n'), "{message}");
    }
}

#[test]
fn a_key_never_reaches_a_log() {
    let owner = Template::leaf("localhost").self_signed();
    let identity = Identity::new(&[certificate(&owner)], key(&owner)).unwrap();
    assert_eq!(format!("{identity:?}"), "Identity { certificates: 1, .. }");
}
