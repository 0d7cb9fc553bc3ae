//! Clauses about the errors of webpki and x509-parser, whose own texts are the names of their
//! variants.

use std::error::Error;
use std::fmt::{self, Debug};

use x509_parser::error::X509Error;
use x509_parser::nom;

/// Returns the clause about "it", a certificate or a revocation list that cannot be used.
pub fn of_webpki(error: &webpki::Error, der: &[u8]) -> String {
    of_webpki_of_size(error, der.len())
}

/// Returns the clause about a certificate or a revocation list of so many bytes.
pub(crate) fn of_webpki_of_size(error: &webpki::Error, size: usize) -> String {
    use webpki::Error as E;
    if size > MAX_SIZE {
        return size_clause(size);
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

/// Longest certificate or list that webpki reads, in bytes.
pub(crate) const MAX_SIZE: usize = u16::MAX as usize;

/// Returns a clause about the size of `der` when webpki does not read that much.
pub fn too_large(der: &[u8]) -> Option<String> {
    (der.len() > MAX_SIZE).then(|| size_clause(der.len()))
}

fn size_clause(size: usize) -> String {
    format!("it has {size} bytes, and {MAX_SIZE} are the most")
}

/// Reason why the encoding of a certificate or a list cannot be read. The text is a clause about
/// "it".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodingError {
    /// The bytes end before the element does.
    Truncated,
    /// The bytes are not DER.
    Der,
    /// x509-parser names another fault.
    Other(String),
}

impl From<&nom::Err<X509Error>> for EncodingError {
    fn from(error: &nom::Err<X509Error>) -> Self {
        match error {
            nom::Err::Incomplete(_) => Self::Truncated,
            nom::Err::Error(error) | nom::Err::Failure(error) => match error {
                X509Error::Der(_) | X509Error::NomError(_) | X509Error::Generic => Self::Der,
                other => Self::Other(other.to_string()),
            },
        }
    }
}

impl fmt::Display for EncodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("it ends too early"),
            Self::Der => f.write_str("its encoding (DER) is broken"),
            Self::Other(fault) => f.write_str(fault),
        }
    }
}

impl Error for EncodingError {}

/// Returns the name of an error's variant as words, without what is in it.
pub fn words(error: &dyn Debug) -> String {
    words_of(&format!("{error:?}"))
}

/// Splits "SelectedUnofferedKxGroup" into "selected unoffered kx group". Ends where the name does.
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
