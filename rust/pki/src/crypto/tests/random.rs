//! Randomness and comparison.

use super::*;

#[test]
fn random_bytes_fill_all_of_the_buffer_and_never_come_twice() {
    let mut fills = [[0; 64], [0; 64]];
    for fill in &mut fills {
        fill_with_random(fill).unwrap();
        // A part of eight bytes that stays empty comes once in 2^64.
        assert!(fill.chunks(8).all(|part| part != [0; 8]));
    }
    assert_ne!(fills[0], fills[1]);
    fill_with_random(&mut []).unwrap();
}

#[test]
fn only_what_is_the_same_in_length_and_bytes_is_equal() {
    assert!(equal_in_constant_time(b"", b""));
    assert!(equal_in_constant_time(b"secret", b"secret"));
    for other in [
        &b""[..],
        b"secre",
        b"secretly",
        b"Secret",
        b"secreT",
        b"\0\0\0\0\0\0",
    ] {
        assert!(!equal_in_constant_time(b"secret", other));
        assert!(!equal_in_constant_time(other, b"secret"));
    }
    // Every place counts, far from the start too.
    let one = [7; 300];
    for place in 0..one.len() {
        let mut other = one;
        other[place] ^= 0x80;
        assert!(!equal_in_constant_time(&one, &other), "{place}");
    }
}
