//! What the libraries' errors say, in words. Their own texts are the names of their variants, with all that is in them.

use std::fmt::Debug;

use rustls::{CertificateError, Error, InvalidMessage};
use x509_parser::error::X509Error;
use x509_parser::nom;

/// Why a certificate or a revocation list cannot be used, as a clause about "it".
pub(crate) fn of_webpki(error: &webpki::Error, der: &[u8]) -> String {
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
pub(crate) fn too_large(der: &[u8]) -> Option<String> {
    let most = usize::from(u16::MAX);
    let size = der.len();
    (size > most).then(|| format!("it has {size} bytes, and {most} are the most"))
}

/// Why a peer's certificate or its signature cannot be used, as a clause about the certificate.
pub(crate) fn of_certificate(error: &CertificateError) -> String {
    use CertificateError as C;
    match error {
        C::BadEncoding => "its encoding (DER) is broken".to_owned(),
        C::UnsupportedSignatureAlgorithmContext { .. } => {
            "a signature was made by an algorithm that is not supported".to_owned()
        }
        C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "a signature was made by an algorithm that does not fit the key".to_owned()
        }
        C::Other(other) => match other.0.downcast_ref() {
            Some(error) => of_webpki(error, &[]),
            None => "it is not valid".to_owned(),
        },
        other => words(other),
    }
}

/// Why a certificate or a list cannot be read, as a clause about "it".
pub(crate) fn of_x509(error: &nom::Err<X509Error>) -> String {
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

/// Any other error of rustls, as a clause.
pub(crate) fn of_rustls(error: &Error) -> String {
    match error {
        Error::InvalidMessage(reason) => of_message(*reason),
        Error::PeerMisbehaved(reason) => words(reason),
        Error::PeerIncompatible(reason) => words(reason),
        Error::InvalidCertificate(reason) => of_certificate(reason),
        Error::InvalidCertRevocationList(reason) => words(reason),
        Error::InconsistentKeys(reason) => words(reason),
        Error::InappropriateMessage { got_type, .. } => {
            format!("{} out of turn", words(got_type))
        }
        Error::InappropriateHandshakeMessage { got_type, .. } => {
            format!("{} out of turn", words(got_type))
        }
        Error::General(text) => text.clone(),
        // Those have texts of their own.
        Error::Other(_)
        | Error::FailedToGetCurrentTime
        | Error::FailedToGetRandomBytes
        | Error::DecryptError
        | Error::EncryptError => error.to_string(),
        other => words(other),
    }
}

/// What is wrong with a message, as a clause.
pub(crate) fn of_message(reason: InvalidMessage) -> String {
    match reason {
        InvalidMessage::MissingData(part) => format!("{} is missing", words_of(part)),
        InvalidMessage::TrailingData(part) => format!("more follows {}", words_of(part)),
        InvalidMessage::UnexpectedMessage(part) => format!("{} was not due", words_of(part)),
        InvalidMessage::IllegalEmptyList(part) => format!("{} is empty", words_of(part)),
        InvalidMessage::DuplicateExtension(number) => format!("extension {number} comes twice"),
        other => words(&other),
    }
}

/// The name of an error's variant as words, without what is in it.
fn words(error: &dyn Debug) -> String {
    words_of(&format!("{error:?}"))
}

/// "SelectedUnofferedKxGroup" as "selected unoffered kx group". It ends where something else than a name begins.
fn words_of(name: &str) -> String {
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::{OtherError, PeerIncompatible, PeerMisbehaved};

    use super::*;

    /// No part of a sentence looks like Rust.
    #[track_caller]
    fn is_plain(text: &str) {
        let rusty = ['{', '}', '[', ']', '_', '"'];
        assert!(!text.is_empty() && !text.contains(rusty), "{text}");
        for word in text.split_whitespace() {
            let inner = word.trim_matches(['(', ')', ',', ':']);
            let capitals = inner
                .chars()
                .skip(1)
                .filter(char::is_ascii_uppercase)
                .count();
            let has_lower = inner.contains(|c: char| c.is_ascii_lowercase());
            assert!(capitals == 0 || !has_lower, "{word} in {text}");
        }
    }

    #[test]
    fn names_of_variants_become_words_without_their_contents() {
        assert_eq!(
            words(&PeerMisbehaved::SelectedUnofferedKxGroup),
            "selected unoffered kx group"
        );
        assert_eq!(
            words(&PeerMisbehaved::AttemptedDowngradeToTls12WhenTls13IsSupported),
            "attempted downgrade to tls12 when tls13 is supported"
        );
        let context = CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
            signature_algorithm_id: vec![6, 9, 42],
            public_key_algorithm_id: vec![6, 9, 42],
        };
        assert_eq!(
            words(&context),
            "unsupported signature algorithm for public key context"
        );
        assert!(of_certificate(&context).contains("does not fit the key"));
    }

    #[test]
    fn nothing_of_rust_is_in_any_of_them() {
        for error in [
            webpki::Error::BadDer,
            webpki::Error::TrailingData(webpki::DerTypeId::CertificateExtensions),
            webpki::Error::UnsupportedCrlIssuingDistributionPoint,
            webpki::Error::MaximumPathDepthExceeded,
            webpki::Error::UnknownRevocationStatus,
        ] {
            is_plain(&of_webpki(&error, &[]));
            let other = OtherError(Arc::new(error));
            is_plain(&of_certificate(&CertificateError::Other(other)));
        }
        for reason in [
            InvalidMessage::MissingData("ServerKeyExchange"),
            InvalidMessage::TrailingData("ClientHelloPayload"),
            InvalidMessage::UnexpectedMessage("HandshakeMessage"),
            InvalidMessage::IllegalEmptyList("ExtensionTypes"),
            InvalidMessage::DuplicateExtension(17),
            InvalidMessage::UnsupportedCompression,
        ] {
            is_plain(&of_rustls(&Error::InvalidMessage(reason)));
        }
        for error in [
            Error::InappropriateHandshakeMessage {
                expect_types: vec![],
                got_type: rustls::HandshakeType::ServerHello,
            },
            Error::InappropriateMessage {
                expect_types: vec![],
                got_type: rustls::ContentType::ApplicationData,
            },
            Error::PeerMisbehaved(PeerMisbehaved::KeyEpochWithPendingFragment),
            Error::PeerIncompatible(PeerIncompatible::ServerRejectedEncryptedClientHello(None)),
            Error::HandshakeNotComplete,
            Error::FailedToGetRandomBytes,
            Error::General("no usable cipher suites configured".to_owned()),
        ] {
            is_plain(&of_rustls(&error));
        }
    }
}
