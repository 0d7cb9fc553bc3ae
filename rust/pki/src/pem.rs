//! PEM and DER files: tolerant about what surrounds certificates, strict about the certificates.
//!
//! A text is read completely, or whoever reads it is told what was not: a certificate that was passed over in silence
//! could be the one that makes a chain whole, a list the one that revokes a certificate.

mod base64;
mod blocks;
mod formats;
mod keys;
mod trusted;

use ::pem::{EncodeConfig, LineEnding, Pem};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::certificate::Certificate;
use base64::decode_public;
use blocks::{Block, blocks, known};

pub(crate) use keys::read_encrypted_private_key;
pub use keys::{read_private_key, read_private_key_file, read_public_key};

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
    /// The file says of a certificate that no client is to be trusted by it.
    pub is_for_servers_alone: bool,
    /// Nothing in the file looks like a certificate.
    pub(crate) holds_none: bool,
}

/// A text on the way to its bundle.
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
            let reason = format!("{fault} (line {})", block.line);
            self.skip(block, is_certificate, &reason);
        } else if is_certificate {
            match self.read(block) {
                Ok(certificate) => self.bundle.certificates.push(certificate),
                Err(reason) => self.skip(block, true, &reason),
            }
        } else if matches!(block.label, "PKCS7" | "CMS") {
            let reason = "convert it with \"openssl pkcs7 -print_certs\", since it is PKCS#7";
            self.skip(block, false, reason);
        }
    }

    fn read(&mut self, block: &Block<'_>) -> Result<Certificate, String> {
        let der = decode_public("CERTIFICATE", block.body).ok_or("its base64 text is broken")?;
        let der = match block.label {
            "CERTIFICATE" | "X509 CERTIFICATE" => der,
            "TRUSTED CERTIFICATE" => {
                let (certificate, uses) =
                    trusted::split(&der).ok_or("its trust settings cannot be read")?;
                if !uses.servers {
                    return Err("its trust settings do not allow TLS servers".to_owned());
                }
                self.bundle.is_for_servers_alone |= !uses.clients;
                certificate.to_vec()
            }
            other => {
                return Err(format!(
                    "its label is {}: convert it to a plain \"CERTIFICATE\" block",
                    crate::text::quoted(other)
                ));
            }
        };
        Certificate::from_der(CertificateDer::from(der)).map_err(|error| error.to_string())
    }

    fn skip(&mut self, block: &Block<'_>, is_certificate: bool, reason: &str) {
        self.skipped += 1;
        if self.skipped > TOLD_PROBLEMS {
            return;
        }
        let what = if is_certificate {
            format!("certificate {}", self.seen)
        } else {
            block.describe()
        };
        self.bundle
            .problems
            .push(format!("{what} was skipped: {reason}"));
    }

    fn conclude(mut self, bytes: &[u8]) -> Bundle {
        let problems = &mut self.bundle.problems;
        if self.skipped > TOLD_PROBLEMS {
            let rest = self.skipped - TOLD_PROBLEMS;
            problems.push(format!("{rest} more were skipped"));
        }
        if has_utf16(bytes) {
            problems.push(UTF16.to_owned());
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
/// Comments, other items, CRLF, a byte order mark and stray characters between blocks are passed over; whatever looks
/// like a certificate or like a block and is none is reported by its number and reason, and the rest stays.
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

/// Reads every revocation list of a PEM text, DER each. The error is a sentence.
///
/// All or nothing: a list that is passed over would let in what it revokes.
pub(crate) fn read_revocation_lists(
    text: &str,
) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    let normalised = normalise(text.as_bytes());
    if has_utf16(text.as_bytes()) {
        return Err(UTF16.to_owned());
    }
    let mut lists = Vec::new();
    for block in blocks(&normalised) {
        let number = lists.len() + 1;
        let is_list = block.label.to_ascii_uppercase().contains("CRL");
        match (block.fault, block.label) {
            (Some(fault), _) if is_list => {
                return Err(format!(
                    "list {number} is unusable: {fault} (line {})",
                    block.line
                ));
            }
            (Some(fault), _) => return Err(format!("{} is unusable: {fault}", block.describe())),
            (None, "X509 CRL") => {
                match decode_public(block.label, block.body).filter(|der| !der.is_empty()) {
                    Some(der) => lists.push(der.into()),
                    None => {
                        return Err(format!(
                            "list {number} is unusable: its base64 text is broken"
                        ));
                    }
                }
            }
            (None, "PKCS7" | "CMS") => {
                return Err(format!(
                    "{} may hold lists: convert it with \"openssl pkcs7 -print_certs\"",
                    block.describe()
                ));
            }
            (None, _) if is_list => {
                return Err(format!("list {number} is no \"X509 CRL\" block"));
            }
            // Whatever it is, it may be meant as one.
            (None, label) if known(label).is_none() => {
                return Err(format!(
                    "{} has an unknown label: that of a list is \"X509 CRL\"",
                    block.describe()
                ));
            }
            (None, _) => {}
        }
    }
    if lists.is_empty() {
        return Err(match formats::of_text(text) {
            Some(what) => format!("it holds no \"BEGIN X509 CRL\" block: {what}"),
            None => "it holds no \"BEGIN X509 CRL\" block".to_owned(),
        });
    }
    Ok(lists)
}

/// Of several certificates, or of one in another form: nothing that could be meant as one is passed over.
fn holds_certificates(label: &str) -> bool {
    let label = label.to_ascii_uppercase();
    label.contains("CERT") && !label.ends_with("REQUEST")
}

/// A certificate under a label that says nothing of it, such as a misspelt one.
fn is_certificate_in_disguise(block: &Block<'_>) -> bool {
    block.fault.is_none()
        && known(block.label).is_none()
        && decode_public("CERTIFICATE", block.body)
            .is_some_and(|der| Certificate::from_der(der.into()).is_ok())
}

/// One certificate as a PEM block (RFC 7468), with plain line ends.
pub fn write_certificate(certificate: &Certificate) -> String {
    write_block("CERTIFICATE", certificate.der())
}

/// One PEM block, with plain line ends.
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
                bundle.problems.push(format!(
                    "{} bytes behind the DER certificate were ignored: use PEM for several certificates",
                    bytes.len() - length
                ));
            }
        }
        Err(reason) => {
            let text = || std::str::from_utf8(bytes).ok().and_then(formats::of_text);
            let known = formats::of_der(bytes).or_else(text);
            bundle.has_private_key = known.is_none() && PrivateKeyDer::try_from(bytes).is_ok();
            let reason = known.map_or(reason.to_string(), str::to_owned);
            bundle
                .problems
                .push(format!("the DER certificate was skipped: {reason}"));
        }
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
        if line.is_ascii() {
            out.push_str(line);
        } else {
            out.extend(line.chars().map(|c| if is_dash(c) { '-' } else { c }));
        }
        out.push('\n');
    }
    out
}

/// What word processors make of hyphens.
fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}'
    )
}

const UTF16: &str = "it is UTF-16, at least in part: save it as UTF-8 or ASCII";

/// Every other byte of ASCII in UTF-16 is zero.
fn has_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        || (bytes.contains(&0) && contains(bytes, b"B\0E\0G\0I\0N"))
}

/// Why a file without certificate blocks is none.
fn nothing_found(bytes: &[u8]) -> String {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return "it is empty".to_owned();
    }
    let none = "it holds no \"BEGIN CERTIFICATE\" block and no DER certificate";
    match formats::of_text(&String::from_utf8_lossy(bytes)) {
        Some(what) => format!("{none}: {what}"),
        None => none.to_owned(),
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[cfg(test)]
mod tests;
