//! What was given in place of PEM, for sentences.

const NOT_A_PATH: &str = "if it is a path, pass the text of its file";
const PKCS12: &str =
    "it is PKCS#12 (.p12, .pfx): convert it with \"openssl pkcs12 -in FILE -out FILE.pem\"";
const PKCS7: &str = "it is PKCS#7: convert it with \"openssl pkcs7 -inform DER -print_certs\"";
const DER: &str = "it is DER: convert it to PEM, such as with \"openssl pkey -inform DER\" or \"openssl x509 -inform DER\"";

/// How far the beginning of a file says what it is, in bytes.
const HEAD: usize = 24;
/// INTEGER 3, the version of a PKCS#12 file (RFC 7292 section 4).
const PKCS12_VERSION: &[u8] = &[0x02, 0x01, 0x03];
/// The end of signedData's number (RFC 2315 section 14).
const SIGNED_DATA: &[u8] = &[0x01, 0x07, 0x02];

/// What a file in DER is that is no certificate.
pub(super) fn of_der(bytes: &[u8]) -> Option<&'static str> {
    let head = bytes.strip_prefix(&[0x30])?;
    let head = &head[..head.len().min(HEAD)];
    let begins = |part: &[u8], within: usize| {
        let head = &head[..head.len().min(within)];
        head.windows(part.len()).any(|window| window == part)
    };
    // Behind one to five bytes of length; what is no text any more has three bytes for one.
    if begins(PKCS12_VERSION, 15) {
        Some(PKCS12)
    } else if begins(SIGNED_DATA, HEAD) {
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
        return Some(of_der(text.as_bytes()).unwrap_or(DER));
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
