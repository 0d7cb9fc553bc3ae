//! What the errors of webpki and x509-parser say, in words: their own texts are the names of their variants.

use std::fmt::Debug;

use x509_parser::error::X509Error;
use x509_parser::nom;

/// Why a certificate or a revocation list cannot be used, as a clause about "it".
pub fn of_webpki(error: &webpki::Error, der: &[u8]) -> String {
    use webpki::Error as E;
    if let Some(why) = too_large(der) {
        return why;
    }
    match error {
        E::BadDer | E::TrailingData(_) => "its encoding (DER) is broken",
        E::BadDerTime => "a date in it is not encoded as DER asks",
        E::MalformedExtensions | E::ExtensionValueInvalid => "an extension of it is malformed",
        E::InvalidCertValidity => "it ends before it begins",
        E::InvalidSerialNumber => "its serial number is malformed",
        E::MalformedDnsIdentifier => "a DNS name in it is malformed",
        E::MalformedNameConstraint | E::InvalidNetworkMaskConstraint => {
            "a name constraint in it is malformed"
        }
        E::SignatureAlgorithmMismatch => "it names two different signature algorithms",
        E::UnsupportedCertVersion => "it is not X.509 version 3",
        E::UnsupportedCriticalExtension => "it has a critical extension that is not understood",
        E::InvalidCrlNumber => "its number is malformed",
        E::UnsupportedCrlVersion => "it is not a list of version 2",
        E::UnsupportedCrlIssuingDistributionPoint => {
            "it is for a distribution point that has no full name"
        }
        E::UnsupportedRevocationReasonsPartitioning => {
            "it is about some reasons for revocation alone"
        }
        E::UnsupportedRevocationReason => "it gives a reason for revocation that is not known",
        other => return words(other),
    }
    .to_owned()
}

/// What webpki takes for broken: more bytes than two digits of a length count.
pub fn too_large(der: &[u8]) -> Option<String> {
    let most = usize::from(u16::MAX);
    let size = der.len();
    (size > most).then(|| format!("it has {size} bytes, and {most} are the most"))
}

/// Why a certificate or a list cannot be read, as a clause about "it".
pub fn of_x509(error: &nom::Err<X509Error>) -> String {
    match error {
        nom::Err::Incomplete(_) => "it ends too early".to_owned(),
        nom::Err::Error(error) | nom::Err::Failure(error) => match error {
            X509Error::Der(_) | X509Error::NomError(_) | X509Error::Generic => {
                "its encoding (DER) is broken".to_owned()
            }
            other => other.to_string(),
        },
    }
}

/// The name of an error's variant as words, without what is in it.
pub fn words(error: &dyn Debug) -> String {
    words_of(&format!("{error:?}"))
}

/// "SelectedUnofferedKxGroup" as "selected unoffered kx group". It ends where something else than a name begins.
pub fn words_of(name: &str) -> String {
    let mut words = String::new();
    let mut after_lower = false;
    for c in name.chars().take_while(char::is_ascii_alphanumeric) {
        if c.is_ascii_uppercase() && after_lower {
            words.push(' ');
        }
        after_lower = !c.is_ascii_uppercase();
        words.push(c.to_ascii_lowercase());
    }
    words
}
