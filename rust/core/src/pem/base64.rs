//! The text between the markers of a block.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

/// Takes what openssl takes: bits and padding at the end say nothing.
const DECODER: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes of a body. Line breaks may be lost, or be written out as `\n`, as in JSON and in variables of the
/// environment. Leaves no copy behind: it may be a key.
pub(super) fn decode(body: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut digits = Zeroizing::new(Vec::with_capacity(body.len()));
    for word in body.split_ascii_whitespace() {
        for (index, part) in word.split('\\').enumerate() {
            // Two backslashes in a row stand for one that was written out again.
            let part = match index {
                0 => part,
                _ => part
                    .strip_prefix(['n', 'r'])
                    .or(Some(part).filter(|part| part.is_empty()))?,
            };
            digits.extend_from_slice(part.as_bytes());
        }
    }
    let mut bytes = Zeroizing::new(vec![0; digits.len()]);
    let length = DECODER.decode_slice(&*digits, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// A character of base64 (RFC 4648 section 4).
pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}
