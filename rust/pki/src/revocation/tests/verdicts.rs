//! Lists of revoked certificates: what they refuse, and when they themselves are refused.

mod own;
mod serials;
mod several;

use godot_rustls_testkit::{Issued, RevocationList, RevocationReason, SignedList, Template, Usage};

use crate::pins::Pins;
use crate::reference_name::ReferenceName;
use crate::refusal::{Refusal, RevocationListFault};
use crate::testing::revocation::{Chain, HOST, authority, empty, revoking};
use crate::testing::{NOW, at, certificate, der, lists, own_trust};
use crate::trust::TrustStore;
use crate::verifier::{Party, Policy, Verification, verify_chain};

/// Date of every entry: 2021-03-04 05:06:07 UTC.
const REVOKED: i64 = 1_614_834_367;

/// Checks the chain with these lists.
fn of_chain(chain: &Chain, given: &[SignedList]) -> Result<(), Refusal> {
    verdict(&[&chain.root], given, &[&chain.leaf, &chain.intermediate])
}

/// Checks a server's chain, leaf first.
fn verdict(trusted: &[&Issued], given: &[SignedList], chain: &[&Issued]) -> Result<(), Refusal> {
    verdict_on(Verification::Full, trusted, given, chain)
}

fn verdict_on(
    verification: Verification,
    trusted: &[&Issued],
    given: &[SignedList],
    chain: &[&Issued],
) -> Result<(), Refusal> {
    verdict_of(&own_trust(trusted), verification, given, chain)
}

fn verdict_of(
    trust: &TrustStore,
    verification: Verification,
    given: &[SignedList],
    chain: &[&Issued],
) -> Result<(), Refusal> {
    let policy = Policy {
        trust,
        pins: &Pins::default(),
        revocation: &lists(given),
        party: Party::Server {
            verification,
            reference: &ReferenceName::parse(HOST),
        },
    };
    let chain: Vec<_> = chain.iter().map(|issued| der(issued)).collect();
    verify_chain(policy, &chain, at(NOW)).map(|_| ())
}

/// Returns the refusal of a certificate that [`revoking`] put on a list.
fn revoked(issued: &Issued) -> Refusal {
    revoked_for(issued, Some(RevocationReason::KeyCompromise))
}

fn revoked_for(issued: &Issued, reason: Option<RevocationReason>) -> Refusal {
    let certificate = certificate(issued);
    Refusal::Revoked {
        subject: certificate.facts().display_name(),
        issuer: certificate.facts().issuer.clone(),
        date: REVOKED,
        reason: reason.map(as_webpki),
    }
}

/// Distinguished name of the subject.
fn subject(issued: &Issued) -> String {
    certificate(issued).facts().subject.clone()
}

fn unusable(issuer: &str, fault: RevocationListFault) -> Refusal {
    Refusal::RevocationList {
        issuer: issuer.to_owned(),
        fault,
    }
}

/// Returns the fault of a list that ended at `next_update`.
fn ended(next_update: i64) -> RevocationListFault {
    RevocationListFault::Expired {
        next_update,
        now: NOW,
    }
}

/// Returns the fault of a list that begins at `this_update`.
fn begins(this_update: i64) -> RevocationListFault {
    RevocationListFault::NotYetValid {
        this_update,
        now: NOW,
    }
}

#[track_caller]
fn refuses(verdict: Result<(), Refusal>, refusal: Refusal) {
    assert_eq!(verdict.err(), Some(refusal));
}

fn as_webpki(reason: RevocationReason) -> webpki::RevocationReason {
    use webpki::RevocationReason as Read;
    match reason {
        RevocationReason::Unspecified => Read::Unspecified,
        RevocationReason::KeyCompromise => Read::KeyCompromise,
        RevocationReason::CaCompromise => Read::CaCompromise,
        RevocationReason::AffiliationChanged => Read::AffiliationChanged,
        RevocationReason::Superseded => Read::Superseded,
        RevocationReason::CessationOfOperation => Read::CessationOfOperation,
        RevocationReason::CertificateHold => Read::CertificateHold,
        RevocationReason::RemoveFromCrl => Read::RemoveFromCrl,
        RevocationReason::PrivilegeWithdrawn => Read::PrivilegeWithdrawn,
        RevocationReason::AaCompromise => Read::AaCompromise,
    }
}

#[test]
fn a_revoked_certificate_is_refused_with_date_and_reason() {
    let chain = Chain::new();
    let list = revoking(&chain.leaf).signed_by(&chain.intermediate);
    refuses(
        of_chain(&chain, &[list]),
        Refusal::Revoked {
            subject: "server".to_owned(),
            issuer: "CN=Intermediate".to_owned(),
            date: REVOKED,
            reason: Some(webpki::RevocationReason::KeyCompromise),
        },
    );
}

#[test]
fn a_revoked_certificate_is_refused_without_a_reason_too() {
    let chain = Chain::new();
    let list = empty()
        .revoking(&chain.leaf, None)
        .signed_by(&chain.intermediate);
    refuses(of_chain(&chain, &[list]), revoked_for(&chain.leaf, None));
}

#[test]
fn every_reason_refuses_and_is_told() {
    use RevocationReason as Reason;
    let chain = Chain::new();
    for reason in [
        Reason::CaCompromise,
        Reason::AffiliationChanged,
        Reason::Superseded,
        Reason::CessationOfOperation,
        Reason::CertificateHold,
        Reason::RemoveFromCrl,
        Reason::PrivilegeWithdrawn,
        Reason::AaCompromise,
    ] {
        let list = empty().revoking(&chain.leaf, Some(reason));
        let list = list.signed_by(&chain.intermediate);
        let refusal = revoked_for(&chain.leaf, Some(reason));
        refuses(of_chain(&chain, &[list]), refusal);
    }
}

#[test]
fn the_whole_path_is_checked() {
    let chain = Chain::new();
    let list = revoking(&chain.intermediate).signed_by(&chain.root);
    let good = empty().signed_by(&chain.intermediate);
    for given in [vec![list.clone()], vec![good.clone(), list.clone()]] {
        refuses(of_chain(&chain, &given), revoked(&chain.intermediate));
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
    refuses(
        verdict(&[&one.root, &two], &given, &[&leaf_of_two]),
        revoked(&leaf_of_two),
    );
}

#[test]
fn authorities_that_are_known_by_name_and_key_alone_are_held_to_their_lists_too() {
    let chain = Chain::new();
    let trust = TrustStore::from_bare_anchors(&[certificate(&chain.root)]);
    let presented = [&chain.leaf, &chain.intermediate];
    let verdict = |list: SignedList| verdict_of(&trust, Verification::Full, &[list], &presented);
    let by_root = |list: RevocationList| verdict(list.signed_by(&chain.root));
    assert_eq!(by_root(empty()), Ok(()));
    refuses(
        by_root(revoking(&chain.intermediate)),
        revoked(&chain.intermediate),
    );
    for (list, fault) in [
        (empty().valid(NOW - 1000, NOW), ended(NOW)),
        (empty().valid(NOW + 1, NOW + 1000), begins(NOW + 1)),
    ] {
        refuses(by_root(list), unusable("CN=Root", fault));
    }
    let broken = empty().signed_by(&chain.root).with_broken_signature();
    refuses(
        verdict(broken),
        unusable("CN=Root", RevocationListFault::SignatureBroken),
    );
}

#[test]
fn a_list_past_its_date_is_an_error() {
    let chain = Chain::new();
    let list = |to| empty().valid(NOW - 1000, to).signed_by(&chain.root);
    assert_eq!(of_chain(&chain, &[list(NOW + 1)]), Ok(()));
    for end in [NOW, NOW - 1] {
        refuses(
            of_chain(&chain, &[list(end)]),
            unusable("CN=Root", ended(end)),
        );
    }
}

#[test]
fn a_list_from_the_future_is_an_error() {
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
            let refusal = unusable(&subject(issuer), begins(NOW + 1));
            refuses(of_chain(&chain, &[list(NOW + 1)]), refusal);
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
        refuses(
            of_chain(&chain, &[list]),
            unusable("CN=Root", RevocationListFault::SignatureBroken),
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
            refuses(
                of_chain(&chain, &[list.signed_by(issuer)]),
                unusable(lacking, RevocationListFault::SignerNotAllowed),
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
    refuses(of_chain(&chain, &[list]), revoked(&chain.intermediate));
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
        refuses(
            of_chain(&chain, &given.map(Clone::clone)),
            revoked(&chain.intermediate),
        );
    }
}

#[test]
fn an_older_list_is_no_way_around_a_newer_one_that_ended() {
    let chain = Chain::new();
    let old = empty().valid(NOW - 2000, NOW + 2000).signed_by(&chain.root);
    let newest = empty().valid(NOW - 1000, NOW - 500).signed_by(&chain.root);
    for given in [[old.clone(), newest.clone()], [newest, old]] {
        let refusal = unusable("CN=Root", ended(NOW - 500));
        refuses(of_chain(&chain, &given), refusal);
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
        refuses(verdict(&[&one], &given, &chain), revoked(&by_one));
    }
}

#[test]
fn only_an_unsafe_client_takes_a_revoked_certificate() {
    let chain = Chain::new();
    let given = [revoking(&chain.leaf).signed_by(&chain.intermediate)];
    let presented = [&chain.leaf, &chain.intermediate];
    let on = |verification| verdict_on(verification, &[&chain.root], &given, &presented);
    refuses(on(Verification::ChainOnly), revoked(&chain.leaf));
    assert_eq!(on(Verification::Nothing), Ok(()));
}
