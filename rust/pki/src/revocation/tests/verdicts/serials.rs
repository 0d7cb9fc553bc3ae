//! How a certificate is found on a list: by its issuer and its serial number.

use super::*;

#[test]
fn a_serial_number_counts_under_its_issuer_alone() {
    let (one, two) = (
        authority("One").self_signed(),
        authority("Two").self_signed(),
    );
    let template = Template::leaf("server").names(&[HOST]).serial(&[7]);
    let leaf = one.issue(template);
    let of_two = empty().revoking_serial(&[7], None).signed_by(&two);
    assert_eq!(verdict(&[&one, &two], &[of_two], &[&leaf]), Ok(()));
}

#[test]
fn serial_numbers_of_every_length_are_found() {
    let root = authority("Root").self_signed();
    let longest: Vec<u8> = (0xe0..0xf4).collect();
    for serial in [
        &[0x80][..],
        &[0x7f],
        &[0xff, 0],
        &[1, 0, 0],
        &longest[1..],
        &longest,
    ] {
        let leaf = root.issue(Template::leaf("server").names(&[HOST]).serial(serial));
        assert_eq!(
            verdict(&[&root], &[empty().signed_by(&root)], &[&leaf]),
            Ok(())
        );
        let list = empty().revoking_serial(serial, None).signed_by(&root);
        refuses(
            verdict(&[&root], &[list], &[&leaf]),
            revoked_for(&leaf, None),
        );
    }
}

#[test]
fn a_badly_written_serial_number_hides_nobody_from_a_list_that_writes_it_well() {
    let mut chain = Chain::new();
    chain.intermediate = chain
        .intermediate
        .with_serial_bytes_by(&chain.root, &[0, 0x12, 7]);
    chain.leaf = chain
        .leaf
        .with_serial_bytes_by(&chain.intermediate, &[0, 0, 0x80]);
    let (by_root, by_intermediate) = (
        empty().revoking_serial(&[0x12, 7], None),
        empty().revoking_serial(&[0x80], None),
    );
    let good = [
        empty().signed_by(&chain.root),
        by_root.signed_by(&chain.intermediate),
    ];
    assert_eq!(of_chain(&chain, &good), Ok(()));
    for (list, revoked) in [
        (by_root.signed_by(&chain.root), &chain.intermediate),
        (by_intermediate.signed_by(&chain.intermediate), &chain.leaf),
    ] {
        refuses(of_chain(&chain, &[list]), revoked_for(revoked, None));
    }
}
