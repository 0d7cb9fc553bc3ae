//! Several lists of one issuer, and of issuers with one name.

use super::*;

#[test]
fn a_list_published_ahead_of_its_time_counts_only_when_there_is_no_other() {
    let chain = Chain::new();
    let ahead = empty().valid(NOW + 500, NOW + 1000).signed_by(&chain.root);
    let now = empty().valid(NOW - 500, NOW + 600).signed_by(&chain.root);
    assert_eq!(of_chain(&chain, &[ahead.clone(), now]), Ok(()));
    let bad = revoking(&chain.intermediate)
        .valid(NOW - 500, NOW + 600)
        .signed_by(&chain.root);
    refuses(
        of_chain(&chain, &[ahead.clone(), bad]),
        revoked(&chain.intermediate),
    );
    refuses(
        of_chain(&chain, &[ahead]),
        unusable("CN=Root", begins(NOW + 500)),
    );
    // What it revokes it revokes already: this machine's clock may be slow.
    let ahead = revoking(&chain.intermediate)
        .valid(NOW + 500, NOW + 1000)
        .signed_by(&chain.root);
    let now = empty().valid(NOW - 500, NOW + 600).signed_by(&chain.root);
    refuses(
        of_chain(&chain, &[ahead, now]),
        revoked(&chain.intermediate),
    );
}

#[test]
fn a_list_about_a_part_of_the_certificates_hides_none_about_the_rest_and_revokes_what_it_names() {
    let root = authority("Root").self_signed();
    let leaf = root.issue(Template::leaf("server").names(&[HOST]));
    let other = root.issue(Template::leaf("other").names(&[HOST]));
    let partial = |list: RevocationList| {
        list.for_authorities_only()
            .valid(NOW - 1000, NOW + 1000)
            .signed_by(&root)
    };
    let whole = |list: RevocationList| list.valid(NOW - 2000, NOW + 2000).signed_by(&root);
    let about = |given: &[SignedList]| verdict(&[&root], given, &[&leaf]);
    assert_eq!(about(&[partial(empty())]), Ok(()));
    assert_eq!(about(&[partial(revoking(&other)), whole(empty())]), Ok(()));
    for given in [
        vec![partial(empty()), whole(revoking(&leaf))],
        vec![partial(revoking(&leaf)), whole(empty())],
        vec![partial(revoking(&leaf))],
    ] {
        refuses(about(&given), revoked(&leaf));
    }
}

#[test]
fn the_lists_of_a_ca_that_was_made_anew_do_not_refuse_each_others_certificates() {
    let (old, new) = (
        authority("Root").self_signed(),
        authority("Root").self_signed(),
    );
    let by_old = old.issue(Template::leaf("by old").names(&[HOST]));
    let by_new = new.issue(Template::leaf("by new").names(&[HOST]));
    let about = |given: &[SignedList], leaf| verdict(&[&old, &new], given, &[leaf]);
    let ended_list = empty().valid(NOW - 9000, NOW - 5).signed_by(&old);
    let current = empty().valid(NOW - 1000, NOW + 1000).signed_by(&new);
    // The old one's list ended for the old one's certificates alone.
    let given = [ended_list, current];
    assert_eq!(about(&given, &by_new), Ok(()));
    refuses(about(&given, &by_old), unusable("CN=Root", ended(NOW - 5)));
    // Whichever of the two revokes it: serial numbers of one CA are told apart (RFC 5280 section
    // 4.1.2.2).
    for leaf in [&by_old, &by_new] {
        for signer in [&old, &new] {
            let given = [revoking(leaf).signed_by(signer)];
            refuses(about(&given, leaf), revoked(leaf));
        }
    }
}

#[test]
fn a_list_of_the_name_that_another_key_signed_can_only_refuse() {
    let root = authority("Root").self_signed();
    let stranger = authority("Root").self_signed();
    let leaf = root.issue(Template::leaf("server").names(&[HOST]));
    let about = |given: &[SignedList]| verdict(&[&root], given, &[&leaf]);
    let good = empty().signed_by(&root);
    // An authority below others that was made anew has two lists too, and nobody trusts its own
    // certificates.
    let strange = empty().signed_by(&stranger);
    assert_eq!(about(&[good.clone(), strange.clone()]), Ok(()));
    let revoking = revoking(&leaf).signed_by(&stranger);
    refuses(about(&[good, revoking]), revoked(&leaf));
    // Alone it says nothing that can be believed, whoever brings its signer along.
    let broken = unusable("CN=Root", RevocationListFault::SignatureBroken);
    refuses(about(std::slice::from_ref(&strange)), broken.clone());
    refuses(verdict(&[&root], &[strange], &[&leaf, &stranger]), broken);
}

#[test]
fn two_lists_of_one_second_both_count() {
    let root = authority("Root").self_signed();
    let leaf = root.issue(Template::leaf("server").names(&[HOST]));
    let [good, bad] = [empty(), revoking(&leaf)].map(|list| list.signed_by(&root));
    for given in [[&good, &bad], [&bad, &good]] {
        refuses(
            verdict(&[&root], &given.map(Clone::clone), &[&leaf]),
            revoked(&leaf),
        );
    }
}

#[test]
fn an_anchor_on_the_list_of_another_anchor_vouches_for_nobody() {
    let chain = Chain::new();
    let given = [revoking(&chain.intermediate).signed_by(&chain.root)];
    let trusted = [&chain.root, &chain.intermediate];
    for sent in [vec![&chain.leaf], vec![&chain.leaf, &chain.intermediate]] {
        refuses(
            verdict(&trusted, &given, &sent),
            revoked(&chain.intermediate),
        );
        // The list says nothing to those who do not know its issuer.
        assert_eq!(verdict(&trusted[1..], &given, &sent), Ok(()));
    }
    let given = [revoking(&chain.root).signed_by(&chain.root)];
    refuses(of_chain(&chain, &given), revoked(&chain.root));
}
