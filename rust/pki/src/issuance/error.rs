//! Reasons why a certificate or a signing request is not made.

use std::fmt;

use super::{AlternativeNameError, Validity};
use crate::certificate::{KeyWeakness, ParseError, PublicKeyKind};
use crate::crypto;
use crate::text::quoted;

/// Reason why a certificate or a signing request is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A key cannot be used.
    Crypto(crypto::Error),
    /// The signer did not sign.
    Signing(SigningError),
    /// An alternative name cannot be written.
    AlternativeName(AlternativeNameError),
    /// A key of this kind cannot stand in a certificate.
    KeyKind(PublicKeyKind),
    /// The key does not hold an uncompressed point.
    CompressedPoint(PublicKeyKind),
    /// Keys of this kind do not sign certificates.
    SignerKind(PublicKeyKind),
    /// A key is too weak.
    WeakKey {
        /// Part that the key plays.
        role: KeyRole,
        /// Weakness of the key.
        weakness: KeyWeakness,
    },
    /// The validity ends before it begins.
    Reversed(Validity),
    /// The certificate of the authority cannot issue others.
    CannotIssue {
        /// The certificate.
        ca: String,
        /// Fault of the certificate.
        fault: AuthorityFault,
    },
    /// The key is not that of the authority's certificate.
    CaKeyMismatch {
        /// The certificate.
        ca: String,
        /// Kind of the key that was given.
        given: PublicKeyKind,
        /// Kind of the certificate's key.
        own: PublicKeyKind,
    },
    /// The name of the authority's certificate cannot be read.
    CaName(der::Error),
    /// rcgen does not lay the certificate out.
    Layout(rcgen::Error),
    /// The certificate cannot be encoded.
    Encoding(der::Error),
    /// The public half of the signer's key does not verify its signature.
    KeyHalves(PublicKeyKind),
    /// The certificate that was made cannot be read.
    Unreadable(ParseError),
}

/// Reason why a [`CertificateSigner`](super::CertificateSigner) did not sign.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SigningError {
    /// The provider's reason.
    Provider(crypto::Error),
    /// Another implementation failed without a reason.
    Other,
}

/// Part that a key plays when a certificate is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// Key of a new authority.
    Authority,
    /// Key of the authority that issues.
    Ca,
    /// Key that the certificate is for.
    Subject,
    /// Key of a signing request.
    Request,
}

/// Fault of a certificate that is to issue others (RFC 5280 section 6.1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorityFault {
    /// The certificate is not of X.509 version 3.
    NotVersion3,
    /// The certificate has no basic constraints.
    NoBasicConstraints,
    /// The basic constraints say that it is no CA.
    NotACa,
    /// The key usage lacks keyCertSign.
    NoKeyCertSign,
    /// The extended key usage allows neither servers nor clients.
    ExtendedKeyUsage,
    /// The subject is empty.
    Nameless,
    /// A critical extension is unknown.
    UnknownCriticalExtension {
        /// Object identifier of the extension.
        oid: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crypto(error) => error.fmt(f),
            Self::Signing(error) => error.fmt(f),
            Self::AlternativeName(error) => error.fmt(f),
            Self::WeakKey { role, weakness } => write!(f, "{role} cannot be used: {weakness}"),
            Self::Reversed(validity) => {
                let [begin, end] = validity.to_texts();
                write!(
                    f,
                    "notBefore ({begin}) is after notAfter ({end}), so the certificate would never be valid: exchange them"
                )
            }
            Self::CannotIssue { ca, fault } => {
                write!(f, "the CA certificate {} cannot issue: {fault}", quoted(ca))
            }
            Self::CaName(error) => {
                write!(f, "the name of the CA certificate cannot be read: {error}")
            }
            Self::Layout(error) => write!(f, "the certificate cannot be laid out: {error}"),
            Self::Encoding(error) => write!(f, "the certificate cannot be encoded: {error}"),
            Self::Unreadable(error) => {
                write!(f, "the certificate that was made cannot be read: {error}")
            }
            about_key => about_key.fmt_key(f),
        }
    }
}

impl Error {
    fn fmt_key(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyKind(kind) => write!(
                f,
                "the key ({kind}) can stand in no certificate: use RSA, or ECDSA on P-256, P-384 or P-521"
            ),
            Self::CompressedPoint(kind) => write!(
                f,
                "the key ({kind}) does not hold an uncompressed point: save it in the usual form"
            ),
            Self::SignerKind(kind) => write!(
                f,
                "certificates are not signed with {kind} keys: use RSA, or ECDSA on P-256, P-384 or P-521"
            ),
            Self::CaKeyMismatch { ca, given, own } => write!(
                f,
                "the CA key ({given}) is not that of the CA certificate {} ({own}): pass the key with which that certificate was made",
                quoted(ca)
            ),
            Self::KeyHalves(kind) => write!(
                f,
                "the {kind} key made a signature that its public half does not verify: its halves do not belong together"
            ),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Crypto(error) => Some(error),
            Self::Signing(error) => Some(error),
            Self::AlternativeName(error) => Some(error),
            Self::Layout(error) => Some(error),
            Self::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}

impl From<crypto::Error> for Error {
    fn from(error: crypto::Error) -> Self {
        Self::Crypto(error)
    }
}

impl From<SigningError> for Error {
    fn from(error: SigningError) -> Self {
        Self::Signing(error)
    }
}

impl From<AlternativeNameError> for Error {
    fn from(error: AlternativeNameError) -> Self {
        Self::AlternativeName(error)
    }
}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(error) => error.fmt(f),
            Self::Other => f.write_str("the key could not sign"),
        }
    }
}

impl std::error::Error for SigningError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Provider(error) => Some(error),
            Self::Other => None,
        }
    }
}

impl From<crypto::Error> for SigningError {
    fn from(error: crypto::Error) -> Self {
        Self::Provider(error)
    }
}

impl fmt::Display for KeyRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Authority => "the authority's key",
            Self::Ca => "the CA key",
            Self::Subject => "the subject's key",
            Self::Request => "the key",
        })
    }
}

impl fmt::Display for AuthorityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotVersion3 => "it is not of X.509 version 3",
            Self::NoBasicConstraints => "it does not say that it is a CA (no basic constraints)",
            Self::NotACa => "it says that it is no CA (CA:FALSE)",
            Self::NoKeyCertSign => {
                "its key usage does not allow signing certificates (keyCertSign)"
            }
            Self::ExtendedKeyUsage => "its extended key usage allows neither servers nor clients",
            Self::Nameless => "it has no subject name",
            Self::UnknownCriticalExtension { oid } => {
                return write!(f, "it has the unknown critical extension {oid}");
            }
        })
    }
}
