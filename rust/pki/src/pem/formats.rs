//! What was given in place of PEM, for sentences.

const NOT_A_PATH: &str = "if it is a path, pass the text of its file";
const PKCS12: &str =
    "it is PKCS#12 (.p12, .pfx): convert it with \"openssl pkcs12 -in FILE -out FILE.pem\"";
const PKCS7: &str = "it is PKCS#7: convert it with \"openssl pkcs7 -inform DER -print_certs\"";
const DER: &str = "it is DER: convert it to PEM, such as with \"openssl pkey -inform DER\" or \"openssl x509 -inform DER\"";

/// INTEGER 3, the version of a PKCS#12 file (RFC 7292 section 4).
const PKCS12_VERSION: &[u8] = &[0x02, 0x01, 0x03];
/// The number of signedData (RFC 2315 section 14).
const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
/// Before the version in what was text once: an unreadable byte of the length has three.
const LONGEST_HEADER: usize = 15;

/// What a file in DER is that is neither a certificate nor a key.
pub(super) fn of_der(bytes: &[u8]) -> Option<&'static str> {
    let contents = match bytes {
        [0x30, 0..=0x7f, contents @ ..] | [0x30, 0x81, _, contents @ ..] => contents,
        [0x30, 0x82, _, _, contents @ ..] | [0x30, 0x83, _, _, _, contents @ ..] => contents,
        // Without a length, as some write both.
        [0x30, 0x80, contents @ ..] => contents,
        _ => return None,
    };
    if contents.starts_with(PKCS12_VERSION) {
        Some(PKCS12)
    } else if contents.starts_with(SIGNED_DATA) {
        Some(PKCS7)
    } else {
        None
    }
}

/// What a text without any PEM block seems to be. Nothing of it is repeated.
pub(super) fn of_text(text: &str) -> Option<&'static str> {
    let is_binary = text.starts_with('0')
        && text.contains(|c: char| c == '\u{fffd}' || (c.is_control() && !c.is_whitespace()));
    if is_binary {
        let head = text.as_bytes();
        let head = &head[..head.len().min(LONGEST_HEADER)];
        let is_pkcs12 = super::contains(head, PKCS12_VERSION);
        return Some(if is_pkcs12 { PKCS12 } else { DER });
    }
    let line = text.trim();
    if line.is_empty() || line.contains(['\n', '\r']) || line.contains("-----") {
        return None;
    }
    let ending = line.rsplit('.').next().unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "p12" | "pfx" => Some(
            "if it is the path of a PKCS#12 file, convert the file with \"openssl pkcs12 -in FILE -out FILE.pem\" and pass the text of that",
        ),
        "der" => Some(
            "if it is the path of a DER file, convert the file to PEM and pass the text of that",
        ),
        _ => Some(NOT_A_PATH),
    }
}
