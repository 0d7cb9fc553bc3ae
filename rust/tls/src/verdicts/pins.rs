//! Pinned keys, beside everything else that is checked.

use godot_rustls_testkit::{Chunks, Issued, Purpose, Template};
use rustls_pki_types::CertificateDer;
use webpki_roots::TLS_SERVER_ROOTS;

use super::{HOST, Party, Policy, refusal, verify_chain};
use crate::config::ClientContext;
use crate::diagnosis::{Cause, Diagnosis};
use crate::testing::diagnosis_of_refusal;
use crate::testing::{
    NOW, at, causes, certificate, client_options, der, each_version, message, own_trust, pair,
    pins, server_with,
};
use godot_rustls_pki::certificate::{rfc4514_of_der, wrap_in_sequence};
use godot_rustls_pki::digest::public_key_pin;
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::reference_name::ReferenceName;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_pki::role::Role;
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_pki::verifier::Verification;

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
fn verdict(trusted: &[&Issued], pinned: &[&Issued], chain: &[&Issued]) -> Result<(), Diagnosis> {
    verdict_on(Verification::Full, trusted, pinned, chain)
}

fn verdict_on(
    verification: Verification,
    trusted: &[&Issued],
    pinned: &[&Issued],
    chain: &[&Issued],
) -> Result<(), Diagnosis> {
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
) -> Result<(), Diagnosis> {
    let policy = Policy {
        trust: &own_trust(trusted),
        pins,
        revocation: &RevocationLists::default(),
        party,
    };
    let chain: Vec<CertificateDer<'_>> = chain.iter().map(|issued| der(issued)).collect();
    let peer = match party {
        Party::Server { .. } => Role::Server,
        Party::Client => Role::Client,
    };
    verify_chain(policy, &chain, at(NOW))
        .map(|_| ())
        .map_err(|refusal| diagnosis_of_refusal(&refusal, peer))
}

#[track_caller]
fn mismatches(verdict: Result<(), Diagnosis>) -> String {
    refusal(verdict, Cause::PinMismatch)
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
    let message = mismatches(verdict(&[&chain.root], &[&one], &presented));
    let shown = certificate(&chain.leaf);
    let pin = public_key_pin(&shown.facts().public_key_info_der);
    for word in [
        "\"server\"",
        &pin,
        "the one pinned key",
        "the pinned public keys",
    ] {
        assert!(message.contains(word), "{word}: {message}");
    }
    let message = mismatches(verdict(&[&chain.root], &[&one, &two], &presented));
    assert!(message.contains("the 2 pinned keys"), "{message}");
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
    for (template, cause) in [
        (server().expired(), Cause::Expired),
        (server().not_yet_valid(), Cause::NotYetValid),
        (
            Template::leaf("server").names(&["other.test"]),
            Cause::NameMismatch,
        ),
        (server().purposes(&[Purpose::Client]), Cause::BadCertificate),
    ] {
        let chain = Chain::with(template);
        let all = [&chain.leaf, &chain.intermediate, &chain.root];
        refusal(verdict(&[&chain.root], &all, &all), cause);
    }
    let chain = Chain::new();
    let all = [&chain.leaf, &chain.intermediate, &chain.root];
    let stranger = Template::authority("Stranger").self_signed();
    for trusted in [vec![], vec![&stranger]] {
        refusal(verdict(&trusted, &all, &all), Cause::UntrustedIssuer);
    }
    // Beside the leaf's own fault, a pin that does not match is nothing to tell.
    let expired = Chain::with(server().expired());
    let presented = [&expired.leaf, &expired.intermediate];
    refusal(
        verdict(&[&expired.root], &[&stranger], &presented),
        Cause::Expired,
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
    let trust = TrustStore::of_bare(&[certificate(&chain.root)]);
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
        verify_chain(policy, &presented, at(NOW))
            .map(|_| ())
            .map_err(|refusal| diagnosis_of_refusal(&refusal, Role::Server))
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

#[test]
fn a_server_with_another_key_learns_that_it_is_not_let_through() {
    let chain = Chain::new();
    for versions in each_version() {
        for (pinned, expected) in [
            (&chain.root, [Cause::None; 2]),
            (&Chain::new().leaf, [Cause::PinMismatch, Cause::PeerAlert]),
        ] {
            let mut options = client_options(&[&chain.root]);
            options.pins = pins(&[pinned]);
            let client = ClientContext::new(options);
            let server = server_with(&[&chain.leaf, &chain.intermediate], versions);
            let mut pair = pair(&client, &server, HOST, Chunks::Whole);
            pair.settle();
            assert_eq!(causes(&pair), expected);
            let told = message(&pair.right);
            assert!(
                told.is_empty() || told.contains("access_denied (49)"),
                "{told}"
            );
        }
    }
}
