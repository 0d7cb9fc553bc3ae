//! Text between the markers of a block.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use rustls_pemfile::Item;
use zeroize::Zeroizing;

/// Decoder that ignores bits and padding at the end, as openssl does.
const DECODER: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Returns the bytes of a key's body. Decoded here rather than by rustls-pemfile, which leaves
/// copies in memory.
pub(super) fn decode_secret(body: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = digits(body)?;
    let mut bytes = Zeroizing::new(vec![0; digits.len()]);
    let length = DECODER.decode_slice(&*digits, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// Returns the bytes of a body that is no secret: what rustls-pemfile reads between plain markers
/// with this label.
pub(super) fn decode_public(label: &str, body: &str) -> Option<Vec<u8>> {
    // Nearly all bodies are plain lines, which need no copy of their own.
    let body = body.trim();
    read_item(label, body.as_bytes()).or_else(|| read_item(label, &digits(body)?))
}

fn read_item(label: &str, body: &[u8]) -> Option<Vec<u8>> {
    let begin = format!("-----BEGIN {label}-----\n");
    let end = format!("\n-----END {label}-----\n");
    let text = [begin.as_bytes(), body, end.as_bytes()].concat();
    match rustls_pemfile::read_one_from_slice(&text) {
        Ok(Some((Item::X509Certificate(der), _))) => Some(der.to_vec()),
        Ok(Some((Item::Crl(der), _))) => Some(der.to_vec()),
        Ok(Some((Item::SubjectPublicKeyInfo(der), _))) => Some(der.to_vec()),
        _ => None,
    }
}

/// Returns the base64 text of a body. Line breaks may be lost, or be written out as `\n`, as in
/// JSON and in variables of the environment. Leaves no copy behind: it may be a key.
fn digits(body: &str) -> Option<Zeroizing<Vec<u8>>> {
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
    Some(digits)
}

/// Returns whether a byte is a character of base64 (RFC 4648 section 4).
pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}
