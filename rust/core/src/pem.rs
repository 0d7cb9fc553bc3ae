//! PEM and DER files: tolerant about what surrounds certificates, strict about the certificates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pem::{EncodeConfig, LineEnding, Pem};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::certificate::Certificate;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
/// Label of a PKCS#8 key under a password (RFC 7468 section 11).
const ENCRYPTED_KEY: &str = "ENCRYPTED PRIVATE KEY";

/// Skipped certificates that are told one by one. A file of garbage could fill the log otherwise.
const TOLD_PROBLEMS: usize = 20;

/// What a certificate file held.
#[derive(Debug, Default)]
pub struct Bundle {
    /// Usable certificates in file order.
    pub certificates: Vec<Certificate>,
    /// What was skipped and why, one sentence each.
    pub problems: Vec<String>,
    /// A private key lay among the certificates.
    pub has_private_key: bool,
}

/// One PEM block: its label and its whole text, markers included.
struct Block<'a> {
    label: &'a str,
    text: &'a str,
    terminated: bool,
}

/// Reads every certificate of a file: any number in PEM, or one in DER.
///
/// Comments, other items, CRLF, a byte order mark and stray characters between blocks are passed over; a
/// block that is no certificate is reported by its number and reason, and the rest stays.
pub fn read_bundle(bytes: &[u8]) -> Bundle {
    if bytes.first() == Some(&0x30) && !contains(bytes, BEGIN.as_bytes()) {
        return read_der(bytes);
    }
    let text = normalise(bytes);
    let mut bundle = Bundle::default();
    let mut number = 0;
    let mut skipped = 0;
    for block in blocks(&text) {
        if block.label.ends_with("PRIVATE KEY") {
            bundle.has_private_key = true;
            continue;
        }
        if block.label.ends_with("CERTIFICATE") {
            number += 1;
            match read_certificate_block(&block) {
                Ok(certificate) => bundle.certificates.push(certificate),
                Err(reason) => {
                    skipped += 1;
                    if skipped <= TOLD_PROBLEMS {
                        bundle
                            .problems
                            .push(format!("certificate {number} was skipped: {reason}"));
                    }
                }
            }
        }
    }
    if skipped > TOLD_PROBLEMS {
        bundle
            .problems
            .push(format!("{} more were skipped", skipped - TOLD_PROBLEMS));
    }
    if number == 0 {
        bundle.problems.push(nothing_found(bytes));
    }
    bundle
}

/// Reads the first private key of a PEM text.
///
/// A SEC1 block may stand behind its `EC PARAMETERS`. The error is a sentence without any part of the key.
pub fn read_private_key(text: &str) -> Result<PrivateKeyDer<'static>, String> {
    let normalised = zeroize::Zeroizing::new(normalise(text.as_bytes()));
    for block in blocks(&normalised) {
        if block.label == ENCRYPTED_KEY || block.text.contains("Proc-Type: 4,ENCRYPTED") {
            return Err("the private key is encrypted: decrypt it first, such as with RustlsCrypto.private_key_from_pem()".to_owned());
        }
        if !block.label.ends_with("PRIVATE KEY") {
            continue;
        }
        return Some(&block)
            .filter(|block| block.terminated)
            .and_then(read_private_key_block)
            .ok_or_else(|| unreadable_key(block.label));
    }
    if text.contains("PUBLIC KEY-----") {
        return Err("it is a public key: a private key is needed".to_owned());
    }
    Err(no_key_found(text).to_owned())
}

/// A path is passed for a text easily. It is not repeated: it could be a password just as well.
fn no_key_found(text: &str) -> &'static str {
    if text.trim().is_empty() || text.contains('\n') || text.contains(BEGIN) {
        "no PEM block with a private key was found"
    } else {
        "no PEM block with a private key was found: if it is a path, pass the text of its file"
    }
}

fn unreadable_key(label: &str) -> String {
    let remedy = match label {
        "OPENSSH PRIVATE KEY" => "convert it with \"ssh-keygen -p -m PEM\"",
        _ => "it is damaged, or of an unknown form",
    };
    format!("the block \"{label}\" holds no readable key: {remedy}")
}

/// Reads the public key of a PEM text, as the DER of its SubjectPublicKeyInfo (RFC 7468 section 13). The error is a
/// sentence.
pub fn read_public_key(text: &str) -> Result<Vec<u8>, String> {
    match rustls_pemfile::read_one_from_slice(text.as_bytes()) {
        Ok(Some((rustls_pemfile::Item::SubjectPublicKeyInfo(info), _))) => Ok(info.to_vec()),
        _ => Err("the public key cannot be read".to_owned()),
    }
}

fn read_private_key_block(block: &Block<'_>) -> Option<PrivateKeyDer<'static>> {
    let der = decode_key(block)?;
    match block.label {
        "RSA PRIVATE KEY" => Some(PrivateKeyDer::Pkcs1(der.into())),
        "EC PRIVATE KEY" => Some(PrivateKeyDer::Sec1(der.into())),
        "PRIVATE KEY" => Some(PrivateKeyDer::Pkcs8(der.into())),
        _ => None,
    }
}

/// Decoded here rather than by rustls-pemfile, which leaves copies in memory.
fn decode_key(block: &Block<'_>) -> Option<Vec<u8>> {
    let lines = block.text.lines().skip(1);
    let lines = lines.take_while(|line| !line.starts_with(END));
    let mut digits = zeroize::Zeroizing::new(Vec::with_capacity(block.text.len()));
    for line in lines {
        digits.extend_from_slice(line.as_bytes());
    }
    let mut der = zeroize::Zeroizing::new(vec![0; digits.len()]);
    let length = STANDARD.decode_slice(&*digits, &mut der).ok()?;
    Some(der[..length].to_vec())
}

/// The first private key of a PEM text when it is under a password, as the DER of its EncryptedPrivateKeyInfo (RFC
/// 5958 section 3). The error is a sentence.
pub(crate) fn read_encrypted_private_key(text: &str) -> Result<Option<Vec<u8>>, String> {
    let normalised = zeroize::Zeroizing::new(normalise(text.as_bytes()));
    let Some(block) = blocks(&normalised).find(|block| block.label.ends_with("PRIVATE KEY")) else {
        return Ok(None);
    };
    if block.text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err("the private key is encrypted in OpenSSL's own old way: convert it with \"openssl pkcs8 -topk8\"".to_owned());
    }
    if block.label != ENCRYPTED_KEY {
        return Ok(None);
    }
    let der = Some(&block)
        .filter(|block| block.terminated)
        .and_then(decode_key);
    let der = der.ok_or("the base64 text of the encrypted private key is broken")?;
    Ok(Some(der))
}

/// Reads every revocation list of a PEM text, DER each. The error is a sentence.
///
/// All or nothing: a list that is passed over would let in what it revokes.
pub(crate) fn read_revocation_lists(
    text: &str,
) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    let normalised = normalise(text.as_bytes());
    let mut lists = Vec::new();
    for block in blocks(&normalised).filter(|block| block.label.ends_with("CRL")) {
        let number = lists.len() + 1;
        match rustls_pemfile::read_one_from_slice(block.text.as_bytes()) {
            Ok(Some((rustls_pemfile::Item::Crl(list), _))) if block.terminated => lists.push(list),
            _ => return Err(format!("list {number} is no readable \"X509 CRL\" block")),
        }
    }
    if lists.is_empty() {
        return Err("it holds no \"BEGIN X509 CRL\" block".to_owned());
    }
    Ok(lists)
}

/// One certificate as a PEM block (RFC 7468), with plain line ends.
pub fn write_certificate(certificate: &Certificate) -> String {
    write_block("CERTIFICATE", certificate.der())
}

/// One PEM block, with plain line ends.
pub(crate) fn write_block(label: &str, der: &[u8]) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new(label, der), config)
}

fn read_certificate_block(block: &Block<'_>) -> Result<Certificate, String> {
    if !block.terminated {
        return Err("its END line is missing".to_owned());
    }
    if block.label != "CERTIFICATE" {
        return Err(format!(
            "its label is \"{}\": convert it to a plain \"CERTIFICATE\" block",
            block.label
        ));
    }
    match rustls_pemfile::read_one_from_slice(block.text.as_bytes()) {
        Ok(Some((rustls_pemfile::Item::X509Certificate(der), _))) => {
            Certificate::from_der(der).map_err(|e| e.to_string())
        }
        _ => Err("its base64 text is broken".to_owned()),
    }
}

fn read_der(bytes: &[u8]) -> Bundle {
    let mut bundle = Bundle::default();
    let length = der_length(bytes).unwrap_or(bytes.len()).min(bytes.len());
    match Certificate::from_der(CertificateDer::from(bytes[..length].to_vec())) {
        Ok(certificate) => {
            bundle.certificates.push(certificate);
            if length < bytes.len() {
                bundle.problems.push(format!(
                    "{} bytes behind the DER certificate were ignored: use PEM for several certificates",
                    bytes.len() - length
                ));
            }
        }
        Err(reason) => bundle
            .problems
            .push(format!("the DER certificate was skipped: {reason}")),
    }
    bundle
}

/// Length of the first DER element, header included (X.690 section 8.1.3).
fn der_length(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.get(1)?;
    if first < 0x80 {
        return Some(2 + usize::from(first));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return None;
    }
    let digits = bytes.get(2..2 + count)?;
    let length = digits.iter().fold(0_usize, |n, b| n << 8 | usize::from(*b));
    length.checked_add(2 + count)
}

/// Text with plain line ends and trimmed lines, whatever the encoding left around it.
fn normalise(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    // Room for the last line's end too: growing would leave a copy behind, and there may be a key in it.
    let mut out = String::with_capacity(text.len() + 1);
    // An empty line would end the headers of a block, so CRLF must not make one.
    let lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    for line in lines.flat_map(|line| line.split('\r')) {
        let line = line.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '\0' | '\u{feff}' | '\u{fffd}')
        });
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The blocks of a normalised text. A BEGIN inside a block ends it unterminated: the next one still counts.
fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(BEGIN)?;
            let block = &rest[start..];
            let after_begin = &block[BEGIN.len()..];
            let label_end = after_begin
                .find(DASHES)
                .filter(|end| !after_begin[..*end].contains('\n'));
            let Some(label_end) = label_end else {
                rest = after_begin;
                continue;
            };
            let label = &after_begin[..label_end];
            let body = &after_begin[label_end + DASHES.len()..];
            let next = body.find(BEGIN).unwrap_or(body.len());
            let end_marker = body[..next].find(END);
            let end = match end_marker {
                Some(end) => body[end..].find('\n').map_or(body.len(), |n| end + n),
                None => next,
            };
            rest = &body[end..];
            let length = block.len() - rest.len();
            return Some(Block {
                label,
                text: &block[..length],
                terminated: end_marker.is_some(),
            });
        }
    })
}

/// Why a file without certificate blocks is none.
fn nothing_found(bytes: &[u8]) -> String {
    let looks_utf16 = matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        "it is empty".to_owned()
    } else if looks_utf16 {
        "it is UTF-16: save it as UTF-8 or ASCII".to_owned()
    } else if contains(bytes, b"PKCS7-----") {
        "it is PKCS#7: convert it with \"openssl pkcs7 -print_certs\"".to_owned()
    } else {
        "it holds no \"BEGIN CERTIFICATE\" block and no DER certificate".to_owned()
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[cfg(test)]
mod tests;
