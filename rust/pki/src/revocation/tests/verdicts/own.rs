//! Self-signed certificates that are trusted themselves, against lists that they signed.

use godot_rustls_testkit::{KeyKind, Template};

use super::*;

/// As mbedTLS makes them: no key usage, so it may sign lists too.
fn trusted() -> Issued {
    Template::like_the_engine(HOST).self_signed()
}

fn verdict_on_own(own: &Issued, given: &[SignedList]) -> Result<(), Refusal> {
    verdict(&[own], given, &[own])
}

#[test]
fn a_certificate_on_its_own_list_is_refused() {
    for kind in KeyKind::ALL {
        let own = Template::like_the_engine(HOST).key(kind).self_signed();
        assert_eq!(verdict_on_own(&own, &[empty().signed_by(&own)]), Ok(()));
        refuses(
            verdict_on_own(&own, &[revoking(&own).signed_by(&own)]),
            revoked(&own),
        );
    }
}

#[test]
fn its_serial_number_is_found_however_long_and_badly_written_it_is() {
    let longest: Vec<u8> = (0xe0..0xf4).collect();
    for serial in [&[0x80][..], &longest] {
        let own = Template::like_the_engine(HOST).serial(serial).self_signed();
        let list = empty().revoking_serial(serial, None).signed_by(&own);
        refuses(verdict_on_own(&own, &[list]), revoked_for(&own, None));
    }
    // As mbedTLS writes one in 500: with zero bytes too many, which those who make lists leave out.
    for (written, number) in [
        (&[0, 0x12, 7][..], &[0x12, 7][..]),
        (&[0, 0, 0x80, 7], &[0x80, 7]),
    ] {
        let own = trusted().with_serial_bytes(written);
        let list = empty().revoking_serial(number, None).signed_by(&own);
        refuses(verdict_on_own(&own, &[list]), revoked_for(&own, None));
    }
}

#[test]
fn lists_of_others_do_not_concern_it() {
    let own = trusted();
    let stranger = authority("Stranger").self_signed();
    let list = revoking(&own).signed_by(&stranger);
    assert_eq!(verdict_on_own(&own, &[list]), Ok(()));
}

#[test]
fn a_list_of_its_name_that_another_key_signed_is_an_error() {
    let (own, namesake) = (trusted(), trusted());
    for list in [
        empty().signed_by(&namesake),
        revoking(&own).signed_by(&namesake),
        empty().signed_by(&own).with_broken_signature(),
    ] {
        refuses(
            verdict_on_own(&own, &[list]),
            unusable(&subject(&own), RevocationListFault::SignatureBroken),
        );
    }
}

#[test]
fn its_list_counts_between_its_dates_alone() {
    let own = trusted();
    let list = |from, to| empty().valid(from, to).signed_by(&own);
    assert_eq!(verdict_on_own(&own, &[list(NOW, NOW + 1)]), Ok(()));
    for (list, fault) in [
        (list(NOW - 1000, NOW), ended(NOW)),
        (list(NOW + 1, NOW + 1000), begins(NOW + 1)),
    ] {
        let refusal = unusable(&subject(&own), fault);
        refuses(verdict_on_own(&own, &[list]), refusal);
    }
}

#[test]
fn its_key_usage_must_allow_lists() {
    let with = |usages: &[Usage]| Template::leaf(HOST).usages(usages).self_signed();
    let may = with(&[Usage::DigitalSignature, Usage::CrlSign]);
    assert_eq!(verdict_on_own(&may, &[empty().signed_by(&may)]), Ok(()));
    let may_not = with(&[Usage::DigitalSignature]);
    refuses(
        verdict_on_own(&may_not, &[empty().signed_by(&may_not)]),
        unusable(&subject(&may_not), RevocationListFault::SignerNotAllowed),
    );
}

#[test]
fn the_newest_of_its_lists_counts() {
    let own = trusted();
    let old = |list: RevocationList| list.valid(NOW - 2000, NOW + 2000).signed_by(&own);
    let new = |list: RevocationList| list.valid(NOW - 1000, NOW + 1000).signed_by(&own);
    let (good, bad) = (empty(), revoking(&own));
    assert_eq!(
        verdict_on_own(&own, &[old(bad.clone()), new(good.clone())]),
        Ok(())
    );
    refuses(verdict_on_own(&own, &[old(good), new(bad)]), revoked(&own));
}
