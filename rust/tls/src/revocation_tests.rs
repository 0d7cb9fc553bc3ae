//! Lists of revoked certificates: what they refuse, and when they themselves are refused.

mod handshakes;
mod own;
mod serials;
mod several;

use std::sync::Arc;

use godot_rustls_pki::testing::revocation::{Chain, HOST, authority, empty, revoking};
use godot_rustls_testkit::{Issued, RevocationList, RevocationReason, SignedList, Template, Usage};

use crate::config::ClientContext;
use crate::diagnosis::{Cause, Diagnosis, Vocabulary, diagnose};
use crate::options::ClientOptions;
use crate::testing::{NOW, at, certificate, client_options, lists};
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_pki::verifier::Verification;

/// Returns what a client finds about the chain with these lists.
fn of_chain(chain: &Chain, given: &[SignedList]) -> Result<(), Diagnosis> {
    verdict(&[&chain.root], given, &[&chain.leaf, &chain.intermediate])
}

/// What a client says about a server's chain, leaf first.
fn verdict(trusted: &[&Issued], given: &[SignedList], chain: &[&Issued]) -> Result<(), Diagnosis> {
    verdict_on(Verification::Full, trusted, given, chain)
}

fn verdict_on(
    verification: Verification,
    trusted: &[&Issued],
    given: &[SignedList],
    chain: &[&Issued],
) -> Result<(), Diagnosis> {
    let mut options = client_options(trusted);
    options.revocation = lists(given);
    options.verification = verification;
    let chain: Vec<_> = chain.iter().map(|issued| certificate(issued)).collect();
    ClientContext::new(options)
        .verify(&chain, HOST, at(NOW))
        .map_err(|failure| diagnose(&failure, &Vocabulary::default()))
}

#[track_caller]
fn refusal(verdict: Result<(), Diagnosis>, cause: Cause, words: &[&str]) {
    let diagnosis = verdict.expect_err("it was accepted");
    assert_eq!(diagnosis.cause, cause, "{diagnosis}");
    for word in words {
        assert!(diagnosis.message.contains(word), "{word}: {diagnosis}");
    }
}

#[test]
fn a_revoked_certificate_is_refused_with_date_and_reason() {
    let chain = Chain::new();
    let list = revoking(&chain.leaf).signed_by(&chain.intermediate);
    refusal(
        of_chain(&chain, &[list]),
        Cause::Revoked,
        &[
            "\"server\"",
            "CN=Intermediate",
            "2021-03-04 05:06 UTC",
            "keyCompromise",
        ],
    );
}

#[test]
fn a_revoked_certificate_is_refused_without_a_reason_too() {
    let chain = Chain::new();
    let list = empty()
        .revoking(&chain.leaf, None)
        .signed_by(&chain.intermediate);
    refusal(
        of_chain(&chain, &[list]),
        Cause::Revoked,
        &["2021-03-04", "no reason given"],
    );
}

#[test]
fn every_reason_refuses_and_has_the_name_that_the_standard_gives_it() {
    use RevocationReason as Reason;
    let chain = Chain::new();
    for (reason, name) in [
        (Reason::CaCompromise, "cACompromise"),
        (Reason::AffiliationChanged, "affiliationChanged"),
        (Reason::Superseded, "superseded"),
        (Reason::CessationOfOperation, "cessationOfOperation"),
        (Reason::CertificateHold, "certificateHold"),
        (Reason::RemoveFromCrl, "removeFromCRL"),
        (Reason::PrivilegeWithdrawn, "privilegeWithdrawn"),
        (Reason::AaCompromise, "aACompromise"),
    ] {
        let list = empty().revoking(&chain.leaf, Some(reason));
        let list = list.signed_by(&chain.intermediate);
        refusal(of_chain(&chain, &[list]), Cause::Revoked, &[name]);
    }
}

#[test]
fn the_whole_path_is_checked() {
    let chain = Chain::new();
    let list = revoking(&chain.intermediate).signed_by(&chain.root);
    let good = empty().signed_by(&chain.intermediate);
    for given in [vec![list.clone()], vec![good.clone(), list.clone()]] {
        refusal(
            of_chain(&chain, &given),
            Cause::Revoked,
            &["\"Intermediate\"", "CN=Root", "2021-03-04", "keyCompromise"],
        );
    }
}

#[test]
fn lists_that_revoke_others_let_the_path_through() {
    let chain = Chain::new();
    let other = chain.intermediate.issue(Template::leaf("other"));
    let by_root = empty().signed_by(&chain.root);
    let by_intermediate = revoking(&other).signed_by(&chain.intermediate);
    assert_eq!(of_chain(&chain, &[by_root, by_intermediate]), Ok(()));
}

#[test]
fn issuers_without_a_list_are_not_refused() {
    let chain = Chain::new();
    let stranger = authority("Stranger").self_signed();
    for given in [
        empty().signed_by(&chain.root),
        empty().signed_by(&chain.intermediate),
        empty().signed_by(&stranger),
    ] {
        assert_eq!(of_chain(&chain, &[given]), Ok(()));
    }
}

#[test]
fn several_issuers_lists_each_speak_for_their_own_certificates() {
    let (one, two) = (Chain::new(), authority("Two").self_signed());
    let leaf_of_two = two.issue(Template::leaf("second").names(&[HOST]));
    let given = [
        empty().signed_by(&one.root),
        empty().signed_by(&one.intermediate),
        revoking(&leaf_of_two).signed_by(&two),
    ];
    assert_eq!(of_chain(&one, &given), Ok(()));
    refusal(
        verdict(&[&one.root, &two], &given, &[&leaf_of_two]),
        Cause::Revoked,
        &["\"second\"", "CN=Two"],
    );
}

#[test]
fn authorities_that_are_known_by_name_and_key_alone_are_held_to_their_lists_too() {
    let chain = Chain::new();
    let trust = Arc::new(TrustStore::of_bare(&[certificate(&chain.root)]));
    let verdict = |list: SignedList| {
        let mut options = ClientOptions::trusting(Arc::clone(&trust));
        options.revocation = lists(&[list]);
        let presented = [certificate(&chain.leaf), certificate(&chain.intermediate)];
        ClientContext::new(options)
            .verify(&presented, HOST, at(NOW))
            .map_err(|failure| diagnose(&failure, &Vocabulary::default()))
    };
    let by_root = |list: RevocationList| verdict(list.signed_by(&chain.root));
    assert_eq!(by_root(empty()), Ok(()));
    for (list, cause, word) in [
        (
            revoking(&chain.intermediate),
            Cause::Revoked,
            "keyCompromise",
        ),
        (empty().valid(NOW - 1000, NOW), Cause::Other, "out of date"),
        (
            empty().valid(NOW + 1, NOW + 1000),
            Cause::Other,
            "counts only from",
        ),
    ] {
        refusal(by_root(list), cause, &[word]);
    }
    let broken = empty().signed_by(&chain.root).with_broken_signature();
    refusal(verdict(broken), Cause::Other, &["not signed"]);
}

#[test]
fn a_list_past_its_date_is_an_error_in_words() {
    let chain = Chain::new();
    let list = |to| empty().valid(NOW - 1000, to).signed_by(&chain.root);
    assert_eq!(of_chain(&chain, &[list(NOW + 1)]), Ok(()));
    for end in [NOW, NOW - 1] {
        refusal(
            of_chain(&chain, &[list(end)]),
            Cause::Other,
            &[
                "revocation list",
                "CN=Root",
                "out of date since 2026-0",
                "the revocation lists",
            ],
        );
    }
}

#[test]
fn a_list_from_the_future_is_an_error_in_words() {
    for chain in [
        Chain::new(),
        Chain::of(
            Template::like_openssl("Root"),
            Template::like_openssl("Intermediate"),
        ),
    ] {
        for issuer in [&chain.root, &chain.intermediate] {
            let list = |from| empty().valid(from, NOW + 9_000_000).signed_by(issuer);
            assert_eq!(of_chain(&chain, &[list(NOW)]), Ok(()));
            refusal(
                of_chain(&chain, &[list(NOW + 1)]),
                Cause::Other,
                &["revocation list", "counts only from 2026-06-01", "clock"],
            );
        }
    }
}

#[test]
fn a_wrongly_signed_list_is_an_error_and_no_verdict() {
    let chain = Chain::new();
    let namesake = authority("Root").self_signed();
    for list in [
        revoking(&chain.intermediate).signed_by(&namesake),
        revoking(&chain.intermediate).signed_in_the_name_of(&chain.root, &chain.leaf),
        revoking(&chain.intermediate)
            .signed_by(&chain.root)
            .with_broken_signature(),
        empty().signed_by(&chain.root).with_broken_signature(),
    ] {
        refusal(
            of_chain(&chain, &[list]),
            Cause::Other,
            &[
                "revocation list of \"CN=Root\"",
                "not signed with that issuer's key",
            ],
        );
    }
}

#[test]
fn an_issuer_whose_key_usage_lacks_the_right_to_sign_lists_is_told_so() {
    for (root, intermediate, lacking) in [
        (
            Template::authority("Root"),
            authority("Intermediate"),
            "CN=Root",
        ),
        (
            authority("Root"),
            Template::authority("Intermediate"),
            "CN=Intermediate",
        ),
    ] {
        let chain = Chain::of(root, intermediate);
        let issuer = if lacking == "CN=Root" {
            &chain.root
        } else {
            &chain.intermediate
        };
        for list in [empty(), revoking(&chain.leaf)] {
            refusal(
                of_chain(&chain, &[list.signed_by(issuer)]),
                Cause::Other,
                &[lacking, "lacks cRLSign"],
            );
        }
        // Whatever the list is worth, it never lets in what it revokes.
        let given = [revoking(&chain.intermediate).signed_by(issuer)];
        assert!(of_chain(&chain, &given).is_err());
    }
}

#[test]
fn without_a_key_usage_an_issuer_may_sign_lists() {
    let chain = Chain::of(
        Template::like_openssl("Root"),
        Template::like_openssl("Intermediate"),
    );
    let given = [
        empty().signed_by(&chain.root),
        empty().signed_by(&chain.intermediate),
    ];
    assert_eq!(of_chain(&chain, &given), Ok(()));
    let list = revoking(&chain.intermediate).signed_by(&chain.root);
    refusal(
        of_chain(&chain, &[list]),
        Cause::Revoked,
        &["\"Intermediate\""],
    );
}

#[test]
fn the_newest_list_of_an_issuer_counts_in_whatever_order_they_are_given() {
    let chain = Chain::new();
    let old = |list: RevocationList| list.valid(NOW - 2000, NOW + 2000).signed_by(&chain.root);
    let new = |list: RevocationList| list.valid(NOW - 1000, NOW + 1000).signed_by(&chain.root);
    let (good, bad) = (empty(), revoking(&chain.intermediate));
    let (old_bad, new_good) = (old(bad.clone()), new(good.clone()));
    for given in [[&old_bad, &new_good], [&new_good, &old_bad]] {
        // What was on hold was let go: a list is whole, so what it no longer has is not revoked.
        assert_eq!(of_chain(&chain, &given.map(Clone::clone)), Ok(()));
    }
    let (old_good, new_bad) = (old(good), new(bad));
    for given in [[&old_good, &new_bad], [&new_bad, &old_good]] {
        refusal(
            of_chain(&chain, &given.map(Clone::clone)),
            Cause::Revoked,
            &["\"Intermediate\""],
        );
    }
}

#[test]
fn an_older_list_is_no_way_around_a_newer_one_that_ended() {
    let chain = Chain::new();
    let old = empty().valid(NOW - 2000, NOW + 2000).signed_by(&chain.root);
    let newest = empty().valid(NOW - 1000, NOW - 500).signed_by(&chain.root);
    for given in [[old.clone(), newest.clone()], [newest, old]] {
        refusal(of_chain(&chain, &given), Cause::Other, &["out of date"]);
    }
}

#[test]
fn a_path_around_a_revoked_certificate_is_taken_and_without_one_the_revocation_is_told() {
    let (one, two) = (
        authority("One").self_signed(),
        authority("Two").self_signed(),
    );
    let by_one = one.issue(authority("Intermediate"));
    let by_two = two.issue(authority("Intermediate").key_of(&by_one));
    let leaf = by_one.issue(Template::leaf("server").names(&[HOST]));
    let given = [revoking(&by_one).signed_by(&one)];
    for chain in [[&leaf, &by_one, &by_two], [&leaf, &by_two, &by_one]] {
        assert_eq!(verdict(&[&one, &two], &given, &chain), Ok(()));
        refusal(
            verdict(&[&one], &given, &chain),
            Cause::Revoked,
            &["\"Intermediate\"", "CN=One"],
        );
    }
}

#[test]
fn only_an_unsafe_client_takes_a_revoked_certificate() {
    let chain = Chain::new();
    let given = [revoking(&chain.leaf).signed_by(&chain.intermediate)];
    let presented = [&chain.leaf, &chain.intermediate];
    let on = |verification| verdict_on(verification, &[&chain.root], &given, &presented);
    refusal(on(Verification::ChainOnly), Cause::Revoked, &["2021-03-04"]);
    assert_eq!(on(Verification::Nothing), Ok(()));
}
