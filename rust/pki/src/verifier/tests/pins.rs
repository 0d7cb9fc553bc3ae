//! Pinned keys, beside everything else that is checked.

use godot_rustls_testkit::{Purpose, Template};
use webpki_roots::TLS_SERVER_ROOTS;

use super::*;
use crate::certificate::{rfc4514_of_der, wrap_in_sequence};
use crate::digest::public_key_pin;
use crate::testing::{own_trust, pins};

/// An authority, one below it, and a server.
struct Chain {
    root: Issued,
    intermediate: Issued,
    leaf: Issued,
}

impl Chain {
    fn new() -> Self {
        Self::with(Template::leaf("server").names(&[HOST]))
    }

    fn with(leaf: Template) -> Self {
        let root = Template::authority("Root").self_signed();
        let intermediate = root.issue(Template::authority("Intermediate"));
        let leaf = intermediate.issue(leaf);
        Self {
            root,
            intermediate,
            leaf,
        }
    }
}

/// Of a server, with everything checked.
fn verdict(trusted: &[&Issued], pinned: &[&Issued], chain: &[&Issued]) -> Result<(), Refusal> {
    verdict_on(Verification::Full, trusted, pinned, chain)
}

fn verdict_on(
    verification: Verification,
    trusted: &[&Issued],
    pinned: &[&Issued],
    chain: &[&Issued],
) -> Result<(), Refusal> {
    let party = Party::Server {
        verification,
        reference: &ReferenceName::parse(HOST),
    };
    verdict_of(party, trusted, &pins(pinned), chain)
}

fn verdict_of(
    party: Party<'_>,
    trusted: &[&Issued],
    pins: &Pins,
    chain: &[&Issued],
) -> Result<(), Refusal> {
    let policy = Policy {
        trust: &own_trust(trusted),
        pins,
        revocation: &RevocationLists::default(),
        party,
    };
    let chain: Vec<CertificateDer<'_>> = chain.iter().map(|issued| der(issued)).collect();
    verify_chain(policy, &chain, at(NOW)).map(|_| ())
}

#[track_caller]
fn mismatches(verdict: Result<(), Refusal>) {
    let refusal = verdict.unwrap_err();
    assert!(
        matches!(refusal, Refusal::PinMismatch { .. }),
        "{refusal:?}"
    );
}

#[test]
fn any_key_of_the_verified_path_may_be_the_pinned_one() {
    let chain = Chain::new();
    let stranger = Template::authority("Stranger").self_signed();
    let presented = [&chain.leaf, &chain.intermediate];
    for pinned in [&chain.leaf, &chain.intermediate, &chain.root] {
        for pinned in [vec![pinned], vec![&stranger, pinned]] {
            assert_eq!(verdict(&[&chain.root], &pinned, &presented), Ok(()));
        }
    }
    mismatches(verdict(&[&chain.root], &[&stranger], &presented));
}

#[test]
fn a_mismatch_tells_the_key_that_is_there_and_how_many_were_asked_for() {
    let chain = Chain::new();
    let (one, two) = (Chain::new().leaf, Chain::new().leaf);
    let presented = [&chain.leaf, &chain.intermediate];
    let shown = certificate(&chain.leaf);
    let mismatch = |pinned| Refusal::PinMismatch {
        subject: "server".to_owned(),
        pin: public_key_pin(&shown.facts().public_key_info_der),
        pinned,
    };
    for (pinned, count) in [(&[&one][..], 1), (&[&one, &two], 2)] {
        let verdict = verdict(&[&chain.root], pinned, &presented);
        assert_eq!(verdict, Err(mismatch(count)));
    }
}

#[test]
fn a_certificate_that_is_only_sent_along_never_counts() {
    let chain = Chain::new();
    let stranger = Template::authority("Stranger").self_signed();
    let namesake = Template::authority("Intermediate").self_signed();
    // Of the same authority, and as good as the one in the path.
    let sibling = chain.root.issue(Template::authority("Sibling"));
    let other_leaf = chain
        .intermediate
        .issue(Template::leaf("other").names(&[HOST]));
    for pinned in [&stranger, &namesake, &sibling, &other_leaf] {
        for presented in [
            [&chain.leaf, &chain.intermediate, pinned],
            [&chain.leaf, pinned, &chain.intermediate],
        ] {
            mismatches(verdict(&[&chain.root], &[pinned], &presented));
        }
    }
}

#[test]
fn a_trusted_certificate_outside_the_path_never_counts() {
    let chain = Chain::new();
    let (stranger, namesake) = (
        Template::authority("Stranger").self_signed(),
        Template::authority("Root").self_signed(),
    );
    for pinned in [&stranger, &namesake] {
        for trusted in [[&chain.root, pinned], [pinned, &chain.root]] {
            mismatches(verdict(
                &trusted,
                &[pinned],
                &[&chain.leaf, &chain.intermediate, pinned],
            ));
        }
    }
}

#[test]
fn of_two_paths_the_one_with_the_pinned_key_is_found() {
    let (one, two) = (
        Template::authority("One").self_signed(),
        Template::authority("Two").self_signed(),
    );
    let by_one = one.issue(Template::authority("Intermediate"));
    let by_two = two.issue(Template::authority("Intermediate").key_of(&by_one));
    let leaf = by_one.issue(Template::leaf("server").names(&[HOST]));
    for presented in [[&leaf, &by_one, &by_two], [&leaf, &by_two, &by_one]] {
        for trusted in [[&one, &two], [&two, &one]] {
            for pinned in trusted {
                assert_eq!(verdict(&trusted, &[pinned], &presented), Ok(()));
            }
        }
        // The path to the pinned key exists, and ends in somebody who is not trusted.
        mismatches(verdict(&[&one], &[&two], &presented));
    }
}

#[test]
fn of_two_anchors_of_one_name_the_pinned_one_is_found() {
    let (old, new) = (
        Template::authority("Root").self_signed(),
        Template::authority("Root").self_signed(),
    );
    let leaf = new.issue(Template::leaf("server").names(&[HOST]));
    for trusted in [[&old, &new], [&new, &old]] {
        assert_eq!(verdict(&trusted, &[&new], &[&leaf]), Ok(()));
        mismatches(verdict(&trusted, &[&old], &[&leaf]));
    }
}

#[test]
fn a_pin_never_replaces_another_check() {
    let server = || Template::leaf("server").names(&[HOST]);
    let cases: [Case; 4] = [
        (server().expired(), expired),
        (server().not_yet_valid(), not_yet_valid),
        (Template::leaf("server").names(&["other.test"]), |leaf| {
            name_mismatch(leaf, HOST)
        }),
        (server().purposes(&[Purpose::Client]), |leaf| {
            Refusal::ExtendedUsageMissing {
                subject: subject(leaf),
            }
        }),
    ];
    for (template, refusal) in cases {
        let chain = Chain::with(template);
        let all = [&chain.leaf, &chain.intermediate, &chain.root];
        let verdict = verdict(&[&chain.root], &all, &all);
        assert_eq!(verdict, Err(refusal(&chain.leaf)));
    }
    let chain = Chain::new();
    let all = [&chain.leaf, &chain.intermediate, &chain.root];
    let stranger = Template::authority("Stranger").self_signed();
    assert_eq!(
        verdict(&[], &all, &all),
        Err(Refusal::NothingTrusted { problem: None })
    );
    assert_eq!(
        verdict(&[&stranger], &all, &all),
        Err(Refusal::UntrustedRoot {
            subject: "server".to_owned(),
            root: "CN=Root".to_owned(),
        })
    );
    // Beside the leaf's own fault, a pin that does not match is nothing to tell.
    let old = Chain::with(server().expired());
    let presented = [&old.leaf, &old.intermediate];
    assert_eq!(
        verdict(&[&old.root], &[&stranger], &presented),
        Err(expired(&old.leaf))
    );
}

#[test]
fn without_the_name_check_pins_count_as_ever() {
    let chain = Chain::with(Template::leaf("server").names(&["other.test"]));
    let presented = [&chain.leaf, &chain.intermediate];
    let on = |pinned: &[&Issued]| {
        verdict_on(Verification::ChainOnly, &[&chain.root], pinned, &presented)
    };
    assert_eq!(on(&[&chain.root]), Ok(()));
    mismatches(on(&[&Chain::new().leaf]));
}

#[test]
fn an_unsafe_client_compares_the_key_of_the_first_certificate_alone() {
    let chain = Chain::new();
    let presented = [&chain.leaf, &chain.intermediate, &chain.root];
    for trusted in [vec![], vec![&chain.root]] {
        let on =
            |pinned: &[&Issued]| verdict_on(Verification::Nothing, &trusted, pinned, &presented);
        assert_eq!(on(&[]), Ok(()));
        assert_eq!(on(&[&chain.root, &chain.leaf]), Ok(()));
        // Nobody verified that they are this certificate's issuers.
        mismatches(on(&[&chain.intermediate]));
        mismatches(on(&[&chain.root]));
    }
}

#[test]
fn a_trusted_self_signed_certificate_has_one_key_to_compare() {
    let own = Template::like_the_engine(HOST).self_signed();
    let stranger = Template::like_the_engine(HOST).self_signed();
    assert_eq!(verdict(&[&own], &[&own], &[&own]), Ok(()));
    for trusted in [vec![&own], vec![&own, &stranger]] {
        mismatches(verdict(&trusted, &[&stranger], &[&own]));
        mismatches(verdict(&trusted, &[&stranger], &[&own, &stranger]));
    }
}

#[test]
fn pins_on_a_server_compare_the_keys_of_its_clients_path() {
    let chain = Chain::with(Template::leaf("player").purposes(&[Purpose::Client]));
    let presented = [&chain.leaf, &chain.intermediate];
    let stranger = Chain::new().leaf;
    let of =
        |pinned: &[&Issued]| verdict_of(Party::Client, &[&chain.root], &pins(pinned), &presented);
    for pinned in [&chain.leaf, &chain.intermediate, &chain.root] {
        assert_eq!(of(&[pinned]), Ok(()));
    }
    mismatches(of(&[&stranger]));
    let along = [&chain.leaf, &chain.intermediate, &stranger];
    mismatches(verdict_of(
        Party::Client,
        &[&chain.root],
        &pins(&[&stranger]),
        &along,
    ));
}

#[test]
fn an_authority_that_is_known_by_name_and_key_alone_is_pinned_like_any_other() {
    let chain = Chain::new();
    let trust = TrustStore::from_bare_anchors(&[certificate(&chain.root)]);
    let presented = [der(&chain.leaf), der(&chain.intermediate)];
    let verdict = |pinned: &Issued| {
        let policy = Policy {
            trust: &trust,
            pins: &pins(&[pinned]),
            revocation: &RevocationLists::default(),
            party: Party::Server {
                verification: Verification::Full,
                reference: &ReferenceName::parse(HOST),
            },
        };
        verify_chain(policy, &presented, at(NOW)).map(|_| ())
    };
    for pinned in [&chain.leaf, &chain.intermediate, &chain.root] {
        assert_eq!(verdict(pinned), Ok(()));
    }
    mismatches(verdict(&Chain::new().root));
}

#[test]
fn a_root_of_mozilla_is_pinned_by_the_key_that_others_publish_for_it() {
    let root = TLS_SERVER_ROOTS
        .iter()
        .find(|anchor| rfc4514_of_der(&anchor.subject).contains("ISRG Root X1"))
        .unwrap();
    // Anchors carry the contents of the key's SEQUENCE; a pin is made of the whole.
    let key = wrap_in_sequence(&root.subject_public_key_info);
    assert_eq!(
        public_key_pin(&key),
        "sha256/C5+lpZ7tcVwmwQIMcRtPbsQtWLABXhQzejna0wHFr8M="
    );
}
