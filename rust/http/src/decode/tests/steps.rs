//! Codings in lists, and how much one step does.

use super::*;

#[test]
fn codings_are_known_in_any_case_and_in_lists() {
    use Coding::{Brotli, Deflate, Gzip, Zstd};
    for (values, codings) in [
        (&["gzip"][..], &[Gzip][..]),
        (&[" GZip\t"], &[Gzip]),
        (&["x-gzip"], &[Gzip]),
        (&["Deflate"], &[Deflate]),
        (&["br"], &[Brotli]),
        (&["ZSTD"], &[Zstd]),
        (&["gzip,"], &[Gzip]),
        (&["identity, gzip"], &[Gzip]),
        (&["deflate, gzip"], &[Deflate, Gzip]),
        (&["deflate", "gzip , br"], &[Deflate, Gzip, Brotli]),
        (&["gzip,gzip,gzip,gzip"], &[Gzip; 4]),
        (&["gzip,gzip,gzip,gzip,gzip"], &[]),
        (&[""], &[]),
        (&["identity"], &[]),
        (&["brotli"], &[]),
        (&["compress, gzip"], &[]),
    ] {
        let listed = Coding::list(values.iter().copied());
        assert_eq!(listed, codings, "{values:?}");
    }
}

#[test]
fn codings_upon_each_other_are_undone_from_the_last() {
    let mut generator = Generator::new(8);
    let bytes = sample(&mut generator, 300_000);
    for codings in [
        &[Coding::Deflate, Coding::Gzip][..],
        &[Coding::Gzip, Coding::Zstd, Coding::Brotli],
        &[Coding::Gzip; 4],
    ] {
        for bytes in [&bytes[..], b""] {
            let both = codings
                .iter()
                .fold(bytes.to_vec(), |bytes, coding| compress(*coding, &bytes));
            for size in [1, 7000, usize::MAX] {
                assert_eq!(undone(codings, &both, &[size]).unwrap(), bytes);
            }
            let cut = undone(codings, &both[..both.len() - 1], &[9000]).unwrap_err();
            assert!(cut.to_string().contains("cut short"), "{cut}");
        }
    }
    let inner_cut = compress(Coding::Gzip, &compress(Coding::Deflate, &bytes)[..10_000]);
    let failure = undone(&[Coding::Deflate, Coding::Gzip], &inner_cut, &[9000]).unwrap_err();
    assert!(failure.to_string().contains("deflate"), "{failure}");
}

#[test]
fn a_step_makes_one_piece_at_most_however_much_a_few_bytes_become() {
    for coding in ALL {
        let bomb = compress(coding, &vec![0; 8 << 20]);
        let mut decoder = decoder(coding);
        let (mut input, mut steps) = (&bomb[..], 0);
        while decoder.step(&mut input).unwrap().is_some() {
            steps += 1;
        }
        assert!(steps >= (8 << 20) / PIECE, "{coding:?}: {steps}");
        assert_eq!(decoder.made(), 8 << 20);
    }
}
