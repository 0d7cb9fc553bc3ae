//! Dates, as text and as they are written.

use godot_rustls_testkit::KeyKind;

use super::*;

/// Tags of the two kinds of time (X.680 sections 46 and 47).
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

fn made(not_before: &str, not_after: &str) -> Certificate {
    let dates = Validity::parse(not_before, not_after).unwrap();
    self_signed(&Key::new(KeyKind::P256), &subject("CN=a"), &dates, &none()).unwrap()
}

/// The element stands in the certificate.
fn has(certificate: &Certificate, tag: u8, text: &str) -> bool {
    let element = [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    let der = certificate.der();
    der.windows(element.len()).any(|window| window == element)
}

#[test]
fn a_moment_is_read_as_utc() {
    let made = made("20260131235958", "20991231000001");
    assert_eq!(made.facts().not_before, 1_769_903_998);
    assert_eq!(made.facts().not_after, 4_102_358_401);
}

#[test]
fn years_from_1950_to_2049_have_two_digits_and_all_others_four() {
    let inside = made("19500101000000", "20491231235959");
    assert!(has(&inside, UTC_TIME, "500101000000Z"));
    assert!(has(&inside, UTC_TIME, "491231235959Z"));
    let outside = made("19491231235959", "20500101000000");
    assert!(has(&outside, GENERALIZED_TIME, "19491231235959Z"));
    assert!(has(&outside, GENERALIZED_TIME, "20500101000000Z"));
    assert!(outside.facts().not_before < inside.facts().not_before);
    assert!(outside.facts().not_after > inside.facts().not_after);
}

#[test]
fn the_first_and_the_last_year_that_can_be_written_can_be_read() {
    let widest = made("00000101000000", "99991231235959");
    assert!(has(&widest, GENERALIZED_TIME, "00000101000000Z"));
    assert!(has(&widest, GENERALIZED_TIME, "99991231235959Z"));
    assert_eq!(widest.facts().not_after, 253_402_300_799);
}

#[test]
fn leap_days_exist_in_leap_years() {
    for (year, is_leap) in [(2024, true), (2026, false), (2000, true), (2100, false)] {
        let day = format!("{year}0229000000");
        let parsed = Validity::parse(&day, "99991231235959");
        assert_eq!(parsed.is_ok(), is_leap, "{year}");
    }
}

#[test]
fn what_is_no_moment_is_refused_with_the_argument_the_value_and_the_form() {
    const GOOD: &str = "20260131235959";
    for bad in [
        "",
        "2026",
        "2026013123595",
        "202601312359590",
        "20260131235959Z",
        "20261331235959",
        "20260031235959",
        "20260230000000",
        "20260100000000",
        "20260131240000",
        "20260131236000",
        "20260131235960",
        "2026-01-31 23:",
        " 2026013123595",
        "2026013123595 ",
        "+2026013123595",
        "-2026013123595",
        "2026013123+959",
        "２０２６",
        "٢٠٢٦٠١٣",
        "abcdefghijklmn",
        "20260131\u{0}35959",
        "20260131\n35959",
    ] {
        let shown = crate::text::quoted(bad);
        let first = Validity::parse(bad, GOOD).unwrap_err().to_string();
        says(&first, &["notBefore", &shown, "YYYYMMDDhhmmss"]);
        let second = Validity::parse(GOOD, bad).unwrap_err().to_string();
        says(&second, &["notAfter", &shown, "YYYYMMDDhhmmss"]);
        assert!(!first.contains('\n') && !first.contains('\0'));
    }
}

#[test]
fn dates_are_reversed_only_when_the_first_is_later() {
    let is_reversed = |a: &str, b: &str| Validity::parse(a, b).unwrap().is_reversed();
    assert!(is_reversed("20260131235959", "20260131235958"));
    assert!(!is_reversed("20260131235959", "20260131235959"));
    assert!(!is_reversed("20260131235958", "20260131235959"));
    assert!(is_reversed("20490101000000", "19490101000000"));
}
