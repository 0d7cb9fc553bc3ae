//! Texts of revocation lists, accepted and refused; verdicts by lists in a module of their own.

mod verdicts;

use godot_rustls_testkit::{Generator, Issued, SignedList};

use super::*;
use crate::testing::revocation::{Chain, HOST, authority, empty, revoking};
use crate::testing::{NOW, at, certificate, der, lists, own_trust};
use crate::verifier::{Party, Policy, Verification, verify_chain};

fn problem(text: &str) -> String {
    RevocationLists::from_pem(text).unwrap_err().to_string()
}

fn verdict(chain: &Chain, list: &SignedList) -> Result<(), Refusal> {
    let policy = Policy {
        trust: &own_trust(&[&chain.root]),
        pins: &crate::pins::Pins::default(),
        revocation: &lists(std::slice::from_ref(list)),
        party: Party::Server {
            verification: Verification::Full,
            reference: &crate::reference_name::ReferenceName::parse(HOST),
        },
    };
    verify_chain(
        policy,
        &[der(&chain.leaf), der(&chain.intermediate)],
        at(NOW),
    )
    .map(|_| ())
}

fn root() -> Issued {
    authority("Root").self_signed()
}

#[test]
fn no_text_is_no_list() {
    for text in ["", " \r\n\t"] {
        assert!(RevocationLists::from_pem(text).unwrap().is_empty());
    }
}

#[test]
fn text_around_lists_and_between_them_is_passed_over() {
    let root = root();
    let list = empty().signed_by(&root).pem();
    let text = format!("\u{feff}# mine\r\n{list}\n\n{}the rest\n{list}", root.pem());
    let read = RevocationLists::from_pem(&text.replace('\n', "\r\n")).unwrap();
    assert_eq!(read.lists.len(), 2);
    let list = &read.lists[0];
    assert_eq!(list.issuer, "CN=Root");
    assert_eq!(
        (list.this_update, list.next_update),
        (1_577_836_800, 4_102_444_799)
    );
}

#[test]
fn text_without_a_list_is_refused() {
    for text in ["lists", &root().pem()] {
        let problem = problem(text);
        assert!(problem.contains("no \"BEGIN X509 CRL\""), "{problem}");
    }
}

#[test]
fn one_list_that_cannot_be_read_refuses_them_all_and_is_told_by_its_place() {
    let list = empty().signed_by(&root()).pem();
    let end = list.find("-----END").unwrap();
    for broken in [
        &list[..end],
        &list[..end - 20],
        &list.replacen("MII", "!!!", 1).replacen("MIH", "!!!", 1),
        &list.replace("X509 CRL", "CRL"),
        "-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n",
        "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
    ] {
        let problem = problem(&format!("{list}{broken}"));
        assert!(problem.contains("list 2 "), "{broken}: {problem}");
    }
    // An unterminated one in the middle swallows nothing.
    let problem = problem(&format!("{}{list}", &list[..end]));
    assert!(problem.contains("list 1 "), "{problem}");
}

/// What `cat` makes of files without a newline at their ends.
#[test]
fn a_certificate_revoked_by_the_second_of_two_glued_lists_is_refused() {
    let chain = Chain::new();
    let other = empty().signed_by(&chain.root).pem();
    let revoking = revoking(&chain.leaf).signed_by(&chain.intermediate).pem();
    for text in [
        format!("{}{}", other.trim_end(), revoking),
        format!("{}\0{}", other.trim_end(), revoking),
        format!("{other}\t{revoking}"),
        format!("{}{}", other.trim_end(), revoking.replace('\n', "")),
    ] {
        let lists = RevocationLists::from_pem(&text).unwrap();
        assert_eq!(lists.lists.len(), 2, "{text}");
        let refused = lists.check(
            certificate(&chain.leaf).facts(),
            &Signer::of(certificate(&chain.intermediate).facts()),
            &std::iter::empty(),
            NOW,
        );
        assert!(refused.is_err(), "{text}");
    }
}

#[test]
fn whatever_begins_like_a_list_refuses_them_all_when_it_is_not_read() {
    let list = empty().signed_by(&root()).pem();
    for odd in [
        list.to_ascii_lowercase(),
        list.replace("-----BEGIN X509 CRL-----", "----BEGIN X509 CRL----"),
        list.replace("-----BEGIN X509 CRL-----", "-----begin X509 CRL-----"),
        list.replace("-----BEGIN X509 CRL-----", "BEGIN X509 CRL"),
        list.replace("-----BEGIN X509 CRL-----", "-----BEGIN X509 CRL"),
        list.replace("-----BEGIN X509 CRL-----", "-----BEGIN CERTIFICATE-----"),
        list.replace("-----BEGIN X509 CRL-----", ""),
        list.replace("-----END X509 CRL-----", "-----END-----"),
        list.replace("-----", "------"),
        list.replace("-----", "---"),
        list.replace("X509 CRL", "X509 crl"),
        list.replace("X509 CRL", "PKCS7"),
    ] {
        for text in [format!("{list}{odd}"), format!("{odd}{list}")] {
            assert!(!problem(&text).is_empty(), "{text}");
        }
    }
}

#[test]
fn a_list_that_is_cut_or_longer_than_it_says_is_refused() {
    let list = empty().signed_by(&root());
    let whole = list.der();
    for der in [
        whole[..whole.len() - 1].to_vec(),
        [whole, b"\0"].concat(),
        whole[4..].to_vec(),
        b"\x30\x80".to_vec(),
    ] {
        assert!(List::new(der.into()).is_err());
    }
}

#[test]
fn kinds_of_lists_that_cannot_be_judged_by_are_refused_with_what_to_do() {
    let root = root();
    for (list, words) in [
        (empty().version_1(), ["list 1 is version 1", "version 2"]),
        (
            empty().delta(),
            ["a delta of another list", "the whole list"],
        ),
        (
            empty().indirect(),
            ["an indirect list", "the issuers themselves"],
        ),
        (empty().without_next_update(), ["list 1 ", "next"]),
    ] {
        let problem = problem(&list.signed_by(&root).pem());
        for word in words {
            assert!(problem.contains(word), "{word}: {problem}");
        }
    }
}

#[test]
fn lists_are_equal_when_their_bytes_are() {
    let root = root();
    let one = empty().signed_by(&root).pem();
    let two = empty().revoking_serial(&[1], None).signed_by(&root).pem();
    let read = |text: &str| RevocationLists::from_pem(text).unwrap();
    assert_eq!(read(&one), read(&format!("# again\n{one}")));
    assert_ne!(read(&one), read(&two));
    assert_ne!(read(&one), read(&format!("{one}{two}")));
}

#[test]
fn damaged_texts_never_panic() {
    let mut generator = Generator::new(17);
    let root = root();
    let list = empty().revoking_serial(&[7], None).signed_by(&root).pem();
    for _ in 0..20_000 {
        let mut text = list.clone().into_bytes();
        generator.damage(&mut text);
        let _ = RevocationLists::from_pem(&String::from_utf8_lossy(&text));
    }
}

#[test]
fn a_damaged_list_that_can_be_read_never_lets_in_what_it_revoked() {
    let mut generator = Generator::new(19);
    let chain = Chain::new();
    let list = revoking(&chain.leaf).signed_by(&chain.intermediate);
    let issuer = certificate(&chain.leaf).facts().issuer_der.clone();
    let mut judged = 0;
    for _ in 0..3_000 {
        let mut der = list.der().to_vec();
        generator.damage(&mut der);
        let damaged = SignedList::from_der(der);
        let Ok(read) = RevocationLists::from_pem(&damaged.pem()) else {
            continue;
        };
        // Another name makes it a list of somebody else.
        if read.has_list_for(&issuer) {
            judged += 1;
            assert!(verdict(&chain, &damaged).is_err());
        }
    }
    assert!(judged > 100, "{judged}");
}
