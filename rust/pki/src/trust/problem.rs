//! Problems of the certificates that are to be trusted.

use std::error::Error;
use std::{fmt, io};

use crate::certificate::ParseError;
use crate::library_errors::of_webpki_of_size;
use crate::pem;
use crate::text::quoted;

/// Problem of the certificates that are to be trusted. Those beside it are trusted.
///
/// A `source` names the file, variable or store as messages do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrustProblem {
    /// A file has a problem.
    File {
        /// The file.
        source: String,
        /// Its problem.
        problem: pem::Problem,
    },
    /// A private key lies among the certificates.
    PrivateKey {
        /// The file.
        source: String,
    },
    /// webpki takes the certificate of a CA for no trust anchor.
    UnusableAnchor {
        /// The file or store.
        source: String,
        /// The certificate.
        subject: String,
        /// Size of the certificate in bytes.
        size: usize,
        /// Error of webpki.
        error: webpki::Error,
    },
    /// A certificate is no CA and not self-signed.
    NoAnchor {
        /// The file.
        source: String,
        /// The certificate.
        subject: String,
        /// Distinguished name of its issuer.
        issuer: String,
    },
    /// A file that the caller read cannot be read.
    Unreadable {
        /// The file.
        source: String,
        /// Reason that the caller gave.
        reason: String,
    },
    /// The operating system's store cannot be read completely.
    SystemStore {
        /// Reason that the platform gave.
        reason: String,
    },
    /// A certificate of the operating system cannot be used.
    SystemCertificate(ParseError),
    /// The operating system has no certificates.
    NoSystemCertificates,
    /// A file that was to be the only trust gives none.
    NothingTrusted {
        /// Problems of the file.
        reasons: Vec<TrustProblem>,
    },
    /// A file or folder that stands in for the operating system's certificates cannot be read.
    Named {
        /// The variable and the path.
        source: String,
        /// Reason why it cannot be read.
        error: NamedPathError,
    },
    /// Certificates of a named file are no CAs.
    NamedLeaves {
        /// The variable and the path.
        source: String,
        /// The first of them.
        subject: String,
        /// Count of the others.
        others: usize,
    },
    /// A file or folder that stands in for the operating system's certificates gives no trust.
    NamedNothingTrusted {
        /// The variable and the path.
        source: String,
        /// Problems of the file or folder.
        reasons: Vec<TrustProblem>,
    },
}

impl TrustProblem {
    /// Returns whether a private key lies among the certificates.
    pub fn reveals_private_key(&self) -> bool {
        match self {
            Self::PrivateKey { .. } => true,
            Self::NothingTrusted { reasons } | Self::NamedNothingTrusted { reasons, .. } => {
                reasons.iter().any(Self::reveals_private_key)
            }
            _ => false,
        }
    }
}

/// Source of the operating system's certificates in messages.
pub(super) const SYSTEM: &str = "the operating system's certificates";

impl fmt::Display for TrustProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { source, problem } => write!(f, "{source}: {problem}"),
            Self::PrivateKey { source } => write!(
                f,
                "{source}: it holds a PRIVATE KEY. Remove it now and never ship it: whoever has it can pretend to be the server"
            ),
            Self::UnusableAnchor {
                source,
                subject,
                size,
                error,
            } => write!(
                f,
                "{source}: {} was skipped ({})",
                quoted(subject),
                of_webpki_of_size(error, *size)
            ),
            Self::NoAnchor {
                source,
                subject,
                issuer,
            } => write!(
                f,
                "{source}: {} is no CA and not self-signed, so nothing is trusted by it: trust its issuer {} instead",
                quoted(subject),
                quoted(issuer)
            ),
            Self::Unreadable { source, reason } => write!(f, "{source} cannot be read ({reason})"),
            Self::SystemStore { reason } => write!(f, "{SYSTEM}: {reason}"),
            Self::SystemCertificate(error) => write!(f, "{SYSTEM}: one was skipped: {error}"),
            Self::NoSystemCertificates => write!(f, "{SYSTEM}: there are none on this machine"),
            Self::NothingTrusted { reasons } => {
                write_joined(f, reasons)?;
                f.write_str(": nothing is trusted until that is mended")
            }
            named => named.fmt_named(f),
        }
    }
}

impl TrustProblem {
    fn fmt_named(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { source, error } => write!(f, "{source}: {error}"),
            Self::NamedLeaves {
                source,
                subject,
                others,
            } => {
                write!(f, "{source}: {}", quoted(subject))?;
                if *others > 0 {
                    write!(f, " (and {others} more)")?;
                }
                f.write_str(
                    " is no CA, so nothing is trusted by it: name its issuer, or trust it in the project",
                )
            }
            Self::NamedNothingTrusted { source, reasons } => {
                if reasons.is_empty() {
                    write!(f, "{source}: it holds no certificate of a CA")?;
                }
                write_joined(f, reasons)?;
                f.write_str(": nothing is trusted by it until it names CA certificates or is unset")
            }
            _ => Ok(()),
        }
    }
}

fn write_joined(f: &mut fmt::Formatter<'_>, reasons: &[TrustProblem]) -> fmt::Result {
    for (index, reason) in reasons.iter().enumerate() {
        let separator = if index == 0 { "" } else { "; " };
        write!(f, "{separator}{reason}")?;
    }
    Ok(())
}

impl Error for TrustProblem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::File { problem, .. } => Some(problem),
            Self::SystemCertificate(error) => Some(error),
            Self::Named { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// Reason why a path of a variable cannot be read. The text is a clause about "it".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NamedPathError {
    /// The variable is set and empty.
    Empty,
    /// The operating system refuses.
    Io {
        /// Kind of the error.
        kind: io::ErrorKind,
        /// Text of the error.
        text: String,
    },
    /// The path of a file names a folder.
    IsFolder,
    /// The path of a folder names a file.
    IsFile,
    /// The path names neither a file nor a folder.
    NotRegular,
    /// The file has more bytes than this.
    TooLarge(u64),
}

impl From<io::Error> for NamedPathError {
    fn from(error: io::Error) -> Self {
        Self::Io {
            kind: error.kind(),
            text: error.to_string(),
        }
    }
}

impl fmt::Display for NamedPathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is set and empty"),
            Self::Io { text, .. } => write!(f, "it cannot be read ({text})"),
            Self::IsFolder => write!(f, "it is a folder: name it in {}", super::FOLDERS),
            Self::IsFile => {
                write!(f, "it is no folder: name the file in {}", super::FILE)
            }
            Self::NotRegular => f.write_str("it is no regular file"),
            Self::TooLarge(limit) => write!(f, "it has more than {} MiB", limit >> 20),
        }
    }
}

impl Error for NamedPathError {}
