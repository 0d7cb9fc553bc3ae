//! Formats that are given in place of PEM.

use std::fmt;

/// Format of what was given in place of PEM, with advice in its text. Nothing of the input is
/// repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtherFormat {
    /// PKCS#12.
    Pkcs12,
    /// PKCS#7 in DER.
    Pkcs7,
    /// DER in place of a text.
    Der,
    /// One line, which may be a path.
    Path,
    /// One line that may be the path of a PKCS#12 file.
    Pkcs12Path,
    /// One line that may be the path of a DER file.
    DerPath,
}

impl fmt::Display for OtherFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pkcs12 => {
                "it is PKCS#12 (.p12, .pfx): convert it with \"openssl pkcs12 -in FILE -out FILE.pem\""
            }
            Self::Pkcs7 => {
                "it is PKCS#7: convert it with \"openssl pkcs7 -inform DER -print_certs\""
            }
            Self::Der => {
                "it is DER: convert it to PEM, such as with \"openssl pkey -inform DER\" or \"openssl x509 -inform DER\""
            }
            Self::Path => "if it is a path, pass the text of its file",
            Self::Pkcs12Path => {
                "if it is the path of a PKCS#12 file, convert the file with \"openssl pkcs12 -in FILE -out FILE.pem\" and pass the text of that"
            }
            Self::DerPath => {
                "if it is the path of a DER file, convert the file to PEM and pass the text of that"
            }
        })
    }
}

/// INTEGER 3, the version of a PKCS#12 file (RFC 7292 section 4).
const PKCS12_VERSION: &[u8] = &[0x02, 0x01, 0x03];
/// The number of signedData (RFC 2315 section 14).
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
/// Before the version in what was text once: an unreadable byte of the length has three.
const MAX_HEADER: usize = 15;

/// Returns the format of a DER file that is neither a certificate nor a key.
pub(super) fn of_der(bytes: &[u8]) -> Option<OtherFormat> {
    let contents = match bytes {
        [0x30, 0..=0x7f, contents @ ..] | [0x30, 0x81, _, contents @ ..] => contents,
        [0x30, 0x82, _, _, contents @ ..] | [0x30, 0x83, _, _, _, contents @ ..] => contents,
        // Without a length, as some write both.
        [0x30, 0x80, contents @ ..] => contents,
        _ => return None,
    };
    if contents.starts_with(PKCS12_VERSION) {
        Some(OtherFormat::Pkcs12)
    } else if contents.starts_with(SIGNED_DATA) {
        Some(OtherFormat::Pkcs7)
    } else {
        None
    }
}

/// Returns the format that a text without any PEM block seems to have.
pub(super) fn of_text(text: &str) -> Option<OtherFormat> {
    let is_binary = text.starts_with('0')
        && text.contains(|c: char| c == '\u{fffd}' || (c.is_control() && !c.is_whitespace()));
    if is_binary {
        let head = text.as_bytes();
        let head = &head[..head.len().min(MAX_HEADER)];
        let is_pkcs12 = super::contains(head, PKCS12_VERSION);
        return Some(if is_pkcs12 {
            OtherFormat::Pkcs12
        } else {
            OtherFormat::Der
        });
    }
    let line = text.trim();
    if line.is_empty() || line.contains(['\n', '\r']) || line.contains("-----") {
        return None;
    }
    let ending = line.rsplit('.').next().unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "p12" | "pfx" => Some(OtherFormat::Pkcs12Path),
        "der" => Some(OtherFormat::DerPath),
        _ => Some(OtherFormat::Path),
    }
}
