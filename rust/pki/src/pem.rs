//! PEM and DER files: tolerant about what surrounds certificates, strict about the certificates.
//!
//! A text is read completely, or the result tells what was not: a certificate that was passed over
//! in silence could be the one that makes a chain whole, a list the one that revokes a certificate.

mod base64;
mod blocks;
mod formats;
mod keys;
mod lists;
mod problem;
mod trusted;

use ::pem::{EncodeConfig, LineEnding, Pem};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::certificate::Certificate;
use base64::decode_public;
use blocks::{Block, blocks, known};

pub use blocks::{BlockFault, BlockName};
pub use formats::OtherFormat;
pub(crate) use keys::read_encrypted_private_key;
pub use keys::{
    KeyFault, PrivateKeyError, read_private_key, read_private_key_file, read_public_key,
};
pub use lists::ListTextError;
pub(crate) use lists::read_revocation_lists;
pub use problem::{DerFault, Item, Problem, SkipReason};

/// Skipped items that are listed one by one. A file of garbage could fill the log otherwise.
const MAX_LISTED: usize = 20;

/// Contents of a certificate file.
#[derive(Debug, Default)]
pub struct Bundle {
    /// Usable certificates in file order.
    pub certificates: Vec<Certificate>,
    /// Problems of the file.
    pub problems: Vec<Problem>,
    /// True when a private key lay among the certificates.
    pub has_private_key: bool,
    /// True when the file says of a certificate that no client is to be trusted by it.
    pub is_for_servers_alone: bool,
    /// True when nothing in the file looks like a certificate.
    pub(crate) holds_none: bool,
}

/// State of reading a text.
#[derive(Default)]
struct Reading {
    bundle: Bundle,
    /// Certificates that were seen, usable or not.
    seen: usize,
    skipped: usize,
}

impl Reading {
    fn take(&mut self, block: &Block<'_>) {
        let is_certificate = holds_certificates(block.label) || is_certificate_in_disguise(block);
        if is_certificate {
            self.seen += 1;
        }
        let is_key = block.label.to_ascii_uppercase().ends_with("PRIVATE KEY");
        self.bundle.has_private_key |= is_key;
        if let Some(fault) = block.fault {
            let line = block.line;
            self.skip(block, is_certificate, SkipReason::Markers { fault, line });
        } else if is_certificate {
            match self.read(block) {
                Ok(certificate) => self.bundle.certificates.push(certificate),
                Err(reason) => self.skip(block, true, reason),
            }
        } else if matches!(block.label, "PKCS7" | "CMS") {
            self.skip(block, false, SkipReason::Pkcs7);
        }
    }

    fn read(&mut self, block: &Block<'_>) -> Result<Certificate, SkipReason> {
        let der = decode_public("CERTIFICATE", block.body).ok_or(SkipReason::Base64)?;
        let der = match block.label {
            "CERTIFICATE" | "X509 CERTIFICATE" => der,
            "TRUSTED CERTIFICATE" => {
                let (certificate, uses) =
                    trusted::split(&der).ok_or(SkipReason::UnreadableTrustSettings)?;
                if !uses.servers {
                    return Err(SkipReason::NotForServers);
                }
                self.bundle.is_for_servers_alone |= !uses.clients;
                certificate.to_vec()
            }
            other => return Err(SkipReason::Label(other.to_owned())),
        };
        Certificate::from_der(CertificateDer::from(der)).map_err(SkipReason::Certificate)
    }

    fn skip(&mut self, block: &Block<'_>, is_certificate: bool, reason: SkipReason) {
        self.skipped += 1;
        if self.skipped > MAX_LISTED {
            return;
        }
        let item = if is_certificate {
            Item::Certificate(self.seen)
        } else {
            Item::Block(block.name())
        };
        self.bundle.problems.push(Problem::Skipped { item, reason });
    }

    fn conclude(mut self, bytes: &[u8]) -> Bundle {
        let problems = &mut self.bundle.problems;
        if self.skipped > MAX_LISTED {
            let rest = self.skipped - MAX_LISTED;
            problems.push(Problem::MoreSkipped(rest));
        }
        if has_utf16(bytes) {
            problems.push(Problem::Utf16);
        }
        if self.seen == 0 && problems.is_empty() {
            problems.push(nothing_found(bytes));
            self.bundle.holds_none = !self.bundle.has_private_key;
        }
        self.bundle
    }
}

/// Reads every certificate of a file: any number in PEM, or one in DER.
///
/// Comments, other items, CRLF, a byte order mark and stray characters between blocks are passed
/// over; whatever looks like a certificate or like a block and is none is reported by its number
/// and reason, and the rest stays.
pub fn read_bundle(bytes: &[u8]) -> Bundle {
    if bytes.first() == Some(&0x30) && !contains(bytes, b"-----BEGIN ") {
        return read_der(bytes);
    }
    let text = normalise(bytes);
    let mut reading = Reading::default();
    for block in blocks(&text) {
        reading.take(&block);
    }
    reading.conclude(bytes)
}

/// Returns whether a block may hold certificates, in any form: nothing that could be meant as one
/// is passed over.
fn holds_certificates(label: &str) -> bool {
    let label = label.to_ascii_uppercase();
    label.contains("CERT") && !label.ends_with("REQUEST")
}

/// Returns whether a block with an unknown label, such as a misspelt one, holds a certificate.
fn is_certificate_in_disguise(block: &Block<'_>) -> bool {
    block.fault.is_none()
        && known(block.label).is_none()
        && decode_public("CERTIFICATE", block.body)
            .is_some_and(|der| Certificate::from_der(der.into()).is_ok())
}

/// Writes one certificate as a PEM block (RFC 7468), with plain line ends.
pub fn write_certificate(certificate: &Certificate) -> String {
    write_block("CERTIFICATE", certificate.der())
}

/// Writes one PEM block, with plain line ends.
pub(crate) fn write_block(label: &str, der: &[u8]) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    ::pem::encode_config(&Pem::new(label, der), config)
}

fn read_der(bytes: &[u8]) -> Bundle {
    let mut bundle = Bundle::default();
    let length = der_length(bytes).unwrap_or(bytes.len()).min(bytes.len());
    match Certificate::from_der(CertificateDer::from(bytes[..length].to_vec())) {
        Ok(certificate) => {
            bundle.certificates.push(certificate);
            if length < bytes.len() {
                let trailing = Problem::TrailingBytes(bytes.len() - length);
                bundle.problems.push(trailing);
            }
        }
        Err(error) => {
            let text = || std::str::from_utf8(bytes).ok().and_then(formats::of_text);
            let known = formats::of_der(bytes).or_else(text);
            bundle.has_private_key = known.is_none() && PrivateKeyDer::try_from(bytes).is_ok();
            let fault = known.map_or(DerFault::Certificate(error), DerFault::Format);
            bundle.problems.push(Problem::DerSkipped(fault));
        }
    }
    bundle
}

/// Returns the length of the first DER element, header included (X.690 section 8.1.3).
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

/// Converts to plain line ends and trimmed lines, without what the encoding left around them.
fn normalise(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    // Room for the last line's end too: growing would leave a copy behind, and there may be a key
    // in it.
    let mut out = String::with_capacity(text.len() + 1);
    // An empty line would end the headers of a block, so CRLF must not make one.
    let lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    for line in lines.flat_map(|line| line.split('\r')) {
        let line = line.trim_matches(|c: char| {
            c.is_whitespace() || matches!(c, '\0' | '\u{feff}' | '\u{fffd}')
        });
        if line.is_ascii() {
            out.push_str(line);
        } else {
            out.extend(line.chars().map(|c| if is_dash(c) { '-' } else { c }));
        }
        out.push('\n');
    }
    out
}

/// Returns whether word processors put this character in place of a hyphen.
fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    )
}

/// Recognises UTF-16, where every other byte of ASCII is zero.
fn has_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || (bytes.contains(&0) && contains(bytes, b"B\0E\0G\0I\0N"))
}

/// Returns the problem of a file without certificate blocks.
fn nothing_found(bytes: &[u8]) -> Problem {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Problem::Empty;
    }
    let format = formats::of_text(&String::from_utf8_lossy(bytes));
    Problem::NoCertificate { format }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[cfg(test)]
mod tests;
