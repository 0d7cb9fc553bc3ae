mod steps;

use std::io::Write as _;

use ::zstd::stream::raw::CParameter;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use flate2::{Compression, Crc, GzBuilder};
use godot_rustls_testkit::Generator;

use super::*;

const ALL: [Coding; 4] = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd];

fn compress(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    let level = Compression::default();
    match coding {
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Coding::Deflate => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
        Coding::Brotli => {
            let mut made = Vec::new();
            let parameters = ::brotli::enc::BrotliEncoderParams {
                quality: 5,
                ..Default::default()
            };
            ::brotli::BrotliCompress(&mut &bytes[..], &mut made, &parameters).unwrap();
            made
        }
        Coding::Zstd => {
            let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
            encoder.include_checksum(true).unwrap();
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        }
    }
}

/// Receiver of decoded pieces.
type Output<'a> = dyn FnMut(&[u8]) -> Result<(), DecodeError> + 'a;

fn decoder(coding: Coding) -> Decoder {
    Decoder::new(&[coding]).unwrap()
}

/// Decodes all of `input`.
fn push(
    decoder: &mut Decoder,
    mut input: &[u8],
    output: &mut Output<'_>,
) -> Result<(), DecodeError> {
    while let Some(piece) = decoder.step(&mut input)? {
        assert!(piece.len() <= PIECE);
        output(piece)?;
    }
    assert!(input.is_empty(), "{} bytes are left", input.len());
    Ok(())
}

/// Decodes the input in pieces of the given sizes, which are repeated.
fn undone(codings: &[Coding], mut input: &[u8], sizes: &[usize]) -> Result<Vec<u8>, DecodeError> {
    let mut whole = Vec::new();
    let mut output = |bytes: &[u8]| {
        whole.extend_from_slice(bytes);
        Ok(())
    };
    let mut decoder = Decoder::new(codings).unwrap();
    for size in sizes.iter().cycle() {
        if input.is_empty() {
            break;
        }
        let (part, rest) = input.split_at((*size).min(input.len()));
        push(&mut decoder, part, &mut output)?;
        input = rest;
    }
    decoder.finish()?;
    Ok(whole)
}

fn decode_cut(coding: Coding, input: &[u8], sizes: &[usize]) -> Result<Vec<u8>, DecodeError> {
    undone(&[coding], input, sizes)
}

fn decode(coding: Coding, input: &[u8]) -> Result<Vec<u8>, DecodeError> {
    decode_cut(coding, input, &[usize::MAX])
}

/// Asserts that the body is refused with a message that contains `word`.
#[track_caller]
fn fails(coding: Coding, input: &[u8], word: &str) {
    for size in [1, usize::MAX] {
        let failure = decode_cut(coding, input, &[size]).unwrap_err();
        assert!(failure.to_string().contains(word), "{failure}");
    }
}

/// Returns text, noise and repetitions, as bodies have them.
fn sample(generator: &mut Generator, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while bytes.len() < length {
        match generator.below(3) {
            0 => {
                let count = generator.below(300);
                bytes.extend(generator.bytes(count));
            }
            1 => bytes.extend(vec![b'a'; generator.below(5000)]),
            _ => bytes.extend(b"the quick brown fox jumps over the lazy dog "),
        }
    }
    bytes.truncate(length);
    bytes
}

#[test]
fn a_decoder_can_be_sent_to_another_thread() {
    fn sent<T: Send>() {}
    sent::<Decoder>();
}

#[test]
fn every_coding_gives_back_what_was_compressed_however_it_is_cut() {
    let mut generator = Generator::new(1);
    for coding in ALL {
        for length in [0, 1, 2, 100, PIECE - 1, PIECE, PIECE + 1, 300_000] {
            let bytes = sample(&mut generator, length);
            let compressed = compress(coding, &bytes);
            let sizes: Vec<usize> = (0..20).map(|_| 1 + generator.below(3000)).collect();
            for sizes in [&[usize::MAX][..], &[1], &sizes] {
                assert_eq!(
                    decode_cut(coding, &compressed, sizes).unwrap(),
                    bytes,
                    "{coding:?} {length}"
                );
            }
        }
    }
}

#[test]
fn pieces_of_no_bytes_change_nothing() {
    for coding in ALL {
        let compressed = compress(coding, b"hello hello hello hello");
        let mut whole = Vec::new();
        let mut output = |bytes: &[u8]| {
            whole.extend_from_slice(bytes);
            Ok(())
        };
        let mut decoder = decoder(coding);
        for byte in &compressed {
            for _ in 0..40 {
                push(&mut decoder, &[], &mut output).unwrap();
            }
            push(&mut decoder, &[*byte], &mut output).unwrap();
        }
        decoder.finish().unwrap();
        assert_eq!(whole, b"hello hello hello hello", "{coding:?}");
    }
}

#[test]
fn an_empty_body_is_empty_whatever_the_header_says() {
    for coding in ALL {
        assert_eq!(decode(coding, b"").unwrap(), b"");
    }
}

#[test]
fn a_body_cut_anywhere_is_told_and_what_came_was_handed_out() {
    let bytes = sample(&mut Generator::new(2), 3000);
    for coding in ALL {
        let compressed = compress(coding, &bytes);
        for length in 1..compressed.len() {
            fails(coding, &compressed[..length], "cut short");
        }
        let mut came = 0;
        let cut = &compressed[..compressed.len() - 1];
        push(&mut decoder(coding), cut, &mut |bytes: &[u8]| {
            came += bytes.len();
            Ok(())
        })
        .unwrap();
        assert!(came > 0, "{coding:?}");
    }
}

#[test]
fn what_is_not_compressed_at_all_is_told() {
    for coding in ALL {
        fails(
            coding,
            b"<!DOCTYPE html><html><body>Not found",
            coding.name(),
        );
        fails(coding, &[0xff; 40], "is not what its header says");
    }
}

#[test]
fn garbage_behind_the_stream_is_passed_over() {
    for coding in ALL {
        let compressed = compress(coding, b"hello");
        for garbage in [
            &[0; 50][..],
            &[0xff; 50],
            b"\r\n",
            b"\x1f",
            b"\x1f\x8b",
            b"\x28\xb5",
        ] {
            let mut both = compressed.clone();
            both.extend(garbage);
            assert_eq!(decode(coding, &both).unwrap(), b"hello", "{coding:?}");
            assert_eq!(decode_cut(coding, &both, &[1]).unwrap(), b"hello");
        }
    }
}

#[test]
fn members_and_frames_behind_each_other_are_all_decoded() {
    for coding in [Coding::Gzip, Coding::Zstd] {
        let mut both = compress(coding, b"one ");
        both.extend(compress(coding, b""));
        both.extend(compress(coding, b"two"));
        for size in [1, 7, usize::MAX] {
            assert_eq!(decode_cut(coding, &both, &[size]).unwrap(), b"one two");
        }
        let cut = &both[..both.len() - 1];
        fails(coding, cut, "cut short");
    }
}

#[test]
fn skipped_frames_of_zstd_are_skipped() {
    let mut bytes = b"\x5a\x2a\x4d\x18\x05\0\0\0hello".to_vec();
    bytes.extend(compress(Coding::Zstd, b"world"));
    bytes.extend(b"\x50\x2a\x4d\x18\0\0\0\0");
    for size in [1, 3, usize::MAX] {
        assert_eq!(decode_cut(Coding::Zstd, &bytes, &[size]).unwrap(), b"world");
    }
}

#[test]
fn a_gzip_header_may_have_every_optional_part() {
    let all = GzBuilder::new()
        .extra(vec![7; 300])
        .filename("a name")
        .comment("a comment");
    let none_in_extra = GzBuilder::new().extra(Vec::new()).comment("");
    for builder in [all, none_in_extra] {
        let mut encoder = builder.write(Vec::new(), Compression::fast());
        encoder.write_all(b"hello").unwrap();
        let mut bytes = encoder.finish().unwrap();
        for size in [1, usize::MAX] {
            assert_eq!(decode_cut(Coding::Gzip, &bytes, &[size]).unwrap(), b"hello");
        }
        // The header's check sum precedes the body, which is 5 bytes longer than an empty one.
        let body = bytes.len() - 8 - (5 + 2);
        bytes[3] |= 1 << 1;
        let mut sum = Crc::new();
        sum.update(&bytes[..body]);
        bytes.splice(body..body, sum.sum().to_le_bytes()[..2].iter().copied());
        for size in [1, usize::MAX] {
            assert_eq!(decode_cut(Coding::Gzip, &bytes, &[size]).unwrap(), b"hello");
        }
        for length in 1..bytes.len() {
            fails(Coding::Gzip, &bytes[..length], "cut short");
        }
        bytes[body] ^= 1;
        fails(
            Coding::Gzip,
            &bytes,
            "does not match the check sum of the header",
        );
    }
}

#[test]
fn a_name_in_a_gzip_header_takes_no_more_memory_than_64_kib() {
    for (length, fits) in [(65_535, true), (65_536, false)] {
        let builder = GzBuilder::new().filename("n".repeat(length));
        let encoder = builder.write(Vec::new(), Compression::fast());
        let bytes = encoder.finish().unwrap();
        match fits {
            true => assert_eq!(decode(Coding::Gzip, &bytes).unwrap(), b""),
            false => fails(Coding::Gzip, &bytes, "a name of more than 64 KiB"),
        }
    }
}

#[test]
fn a_gzip_body_that_was_altered_is_told() {
    let good = compress(Coding::Gzip, b"hello hello hello");
    for (place, word) in [
        (0, "begin like gzip"),
        (2, "begin like gzip"),
        (3, "unknown flags"),
        (good.len() - 8, "check sum"),
        (good.len() - 1, "check sum"),
    ] {
        let mut bytes = good.clone();
        bytes[place] ^= 0x80;
        fails(Coding::Gzip, &bytes, word);
        bytes.extend(&good);
        fails(Coding::Gzip, &bytes, word);
    }
}

#[test]
fn what_came_before_a_wrong_check_sum_is_handed_out() {
    let bytes = sample(&mut Generator::new(7), 2 * PIECE);
    let mut both = compress(Coding::Gzip, &bytes);
    *both.last_mut().unwrap() ^= 1;
    both.extend(compress(Coding::Gzip, b"more"));
    let mut whole = Vec::new();
    let result = push(&mut decoder(Coding::Gzip), &both, &mut |bytes: &[u8]| {
        whole.extend_from_slice(bytes);
        Ok(())
    });
    assert_eq!(result, Err(DecodeProblem::CheckSum.of(Coding::Gzip)));
    assert_eq!(whole, bytes);
}

#[test]
fn deflate_is_read_with_and_without_the_frame_of_zlib() {
    for length in [0, 1, 5000] {
        let bytes = sample(&mut Generator::new(3), length);
        for level in [
            Compression::none(),
            Compression::fast(),
            Compression::best(),
        ] {
            let mut encoder = DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(&bytes).unwrap();
            let bare = encoder.finish().unwrap();
            for size in [1, 2, usize::MAX] {
                assert_eq!(decode_cut(Coding::Deflate, &bare, &[size]).unwrap(), bytes);
            }
        }
    }
    let mut altered = compress(Coding::Deflate, b"hello");
    *altered.last_mut().unwrap() ^= 1;
    fails(Coding::Deflate, &altered, "damaged");
}

#[test]
fn a_bomb_is_stopped_by_whoever_takes_the_pieces() {
    let zeros = vec![0; 64 << 20];
    for coding in ALL {
        let bomb = compress(coding, &zeros);
        let mut taken = 0;
        let stop = DecodeProblem::LargeWindow.of(Coding::Gzip);
        let result = push(&mut decoder(coding), &bomb, &mut |bytes: &[u8]| {
            taken += bytes.len();
            if taken > 1 << 20 {
                return Err(stop.clone());
            }
            Ok(())
        });
        assert_eq!(result.unwrap_err(), stop);
        assert!(taken <= (1 << 20) + PIECE, "{coding:?}: {taken}");
    }
}

#[test]
fn a_zstd_window_above_eight_megabytes_is_refused_in_words() {
    let compress = |log| {
        let mut encoder = ::zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.set_parameter(CParameter::WindowLog(log)).unwrap();
        encoder.write_all(&vec![7; 9 << 20]).unwrap();
        encoder.finish().unwrap()
    };
    assert_eq!(decode(Coding::Zstd, &compress(23)).unwrap().len(), 9 << 20);
    fails(Coding::Zstd, &compress(24), "8 MiB");
}

#[test]
fn a_brotli_window_beyond_the_standard_is_refused() {
    let parameters = ::brotli::enc::BrotliEncoderParams {
        quality: 5,
        lgwin: 26,
        large_window: true,
        ..Default::default()
    };
    let mut made = Vec::new();
    ::brotli::BrotliCompress(&mut &[7; 1000][..], &mut made, &parameters).unwrap();
    fails(Coding::Brotli, &made, "damaged");
}

#[test]
fn bare_deflate_is_told_from_zlib_even_when_the_check_sum_of_a_header_would_fit() {
    let mut generator = Generator::new(6);
    let mut fitting = 0;
    for _ in 0..500 {
        let bytes = generator.bytes(20);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bytes).unwrap();
        let bare = encoder.finish().unwrap();
        fitting += usize::from(u16::from_be_bytes([bare[0], bare[1]]).is_multiple_of(31));
        assert_eq!(decode(Coding::Deflate, &bare).unwrap(), bytes);
    }
    assert!(fitting > 0);
}

#[test]
fn what_a_server_flushed_is_handed_out_at_once() {
    // One block decodes to more than two pieces.
    let bytes = vec![7; 3 * PIECE];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    let mut brotli = ::brotli::CompressorWriter::new(Vec::new(), 4096, 5, 22);
    let mut zstd = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    let encoders: [&mut dyn std::io::Write; 4] = [&mut gzip, &mut zlib, &mut brotli, &mut zstd];
    for encoder in encoders {
        encoder.write_all(&bytes).unwrap();
        encoder.flush().unwrap();
    }
    let flushed = [
        gzip.get_ref(),
        zlib.get_ref(),
        brotli.get_ref(),
        zstd.get_ref(),
    ];
    for (coding, flushed) in ALL.into_iter().zip(flushed) {
        let mut came = 0;
        push(&mut decoder(coding), flushed, &mut |bytes: &[u8]| {
            came += bytes.len();
            Ok(())
        })
        .unwrap();
        assert_eq!(came, bytes.len(), "{coding:?}");
    }
}

#[test]
fn damaged_bodies_never_panic_and_never_come_out_longer_than_they_could() {
    let mut generator = Generator::new(4);
    for coding in ALL {
        let good = compress(coding, &sample(&mut generator, 4000));
        let mut failed = 0;
        for _ in 0..1500 {
            let mut bytes = good.clone();
            generator.damage(&mut bytes);
            let size = 1 + generator.below(200);
            let mut total = 0_usize;
            let mut output = |bytes: &[u8]| {
                total += bytes.len();
                if total > 1 << 20 {
                    return Err(DecodeProblem::LargeWindow.of(Coding::Gzip));
                }
                Ok(())
            };
            let mut decoder = decoder(coding);
            let result = bytes
                .chunks(size)
                .try_for_each(|part| push(&mut decoder, part, &mut output))
                .and_then(|()| decoder.finish());
            failed += usize::from(result.is_err());
        }
        assert!(failed > 500, "{coding:?}: {failed}");
    }
}

#[test]
fn noise_never_panics() {
    let mut generator = Generator::new(5);
    for _ in 0..2000 {
        let count = generator.below(200);
        let noise = generator.bytes(count);
        for (coding, begin) in ALL.into_iter().zip([
            &b"\x1f\x8b\x08\0\0\0\0\0\0\xff"[..],
            b"\x78\x9c",
            b"",
            b"\x28\xb5\x2f\xfd",
        ]) {
            let _ = decode_cut(coding, &[begin, &noise].concat(), &[1, 50]);
        }
    }
}
