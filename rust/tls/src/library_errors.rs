//! Clauses about errors of rustls, whose own texts are the names of their variants with all that is
//! in them.

use godot_rustls_pki::library_errors::{of_webpki, words, words_of};
use rustls::{CertificateError, Error, InvalidMessage, PeerIncompatible};

/// Says why a peer's certificate or its signature cannot be used, as a clause about the
/// certificate.
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

/// Says what any other error of rustls means, as a clause.
pub(crate) fn of_rustls(error: &Error) -> String {
    match error {
        Error::InvalidMessage(reason) => of_message(*reason),
        Error::PeerMisbehaved(reason) => words(reason),
        Error::PeerIncompatible(reason) => of_incompatible(reason),
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
        // The library has texts for these.
        Error::Other(_)
        | Error::FailedToGetCurrentTime
        | Error::FailedToGetRandomBytes
        | Error::DecryptError
        | Error::EncryptError => error.to_string(),
        other => words(other),
    }
}

/// Says why the two sides cannot speak with each other, as a clause.
pub(crate) fn of_incompatible(reason: &PeerIncompatible) -> String {
    words(reason)
}

/// Says what is wrong with a message, as a clause.
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rustls::{OtherError, PeerMisbehaved};

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
