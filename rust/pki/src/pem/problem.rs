//! Problems of certificate files: what was skipped and why.

use std::fmt;

use super::BlockName;
use super::blocks::BlockFault;
use super::formats::OtherFormat;
use crate::certificate::ParseError;
use crate::text::quoted;

/// Problem of a certificate file. The certificates beside it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// An item was skipped.
    Skipped {
        /// The item.
        item: Item,
        /// Reason why it was skipped.
        reason: SkipReason,
    },
    /// So many more items were skipped, which are not listed one by one.
    MoreSkipped(usize),
    /// The text is UTF-16, at least in part.
    Utf16,
    /// The file is empty.
    Empty,
    /// The file holds no certificate.
    NoCertificate {
        /// Format that the file seems to have.
        format: Option<OtherFormat>,
    },
    /// So many bytes follow the DER certificate.
    TrailingBytes(usize),
    /// The file is DER, and no certificate that can be used.
    DerSkipped(DerFault),
}

/// Item of a certificate file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A certificate by its number in the file, from 1.
    Certificate(usize),
    /// A block that is no certificate.
    Block(BlockName),
}

/// Reason why an item was skipped. The text is a clause about "it".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// The markers of the block are broken.
    Markers {
        /// The fault.
        fault: BlockFault,
        /// Line of the block, from 1.
        line: usize,
    },
    /// The base64 text of the block is broken.
    Base64,
    /// The trust settings of a `TRUSTED CERTIFICATE` cannot be read.
    UnreadableTrustSettings,
    /// The trust settings of a `TRUSTED CERTIFICATE` do not allow TLS servers.
    NotForServers,
    /// The label is not that of a certificate.
    Label(String),
    /// The block holds PKCS#7.
    Pkcs7,
    /// The certificate cannot be used.
    Certificate(ParseError),
}

/// Reason why a DER file is no certificate that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DerFault {
    /// The file has another format.
    Format(OtherFormat),
    /// The certificate cannot be used.
    Certificate(ParseError),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skipped { item, reason } => write!(f, "{item} was skipped: {reason}"),
            Self::MoreSkipped(count) => write!(f, "{count} more were skipped"),
            Self::Utf16 => f.write_str(UTF16),
            Self::Empty => f.write_str("it is empty"),
            Self::NoCertificate { format } => {
                f.write_str("it holds no \"BEGIN CERTIFICATE\" block and no DER certificate")?;
                format.map_or(Ok(()), |format| write!(f, ": {format}"))
            }
            Self::TrailingBytes(count) => write!(
                f,
                "{count} bytes behind the DER certificate were ignored: use PEM for several certificates"
            ),
            Self::DerSkipped(DerFault::Format(format)) => {
                write!(f, "the DER certificate was skipped: {format}")
            }
            Self::DerSkipped(DerFault::Certificate(error)) => {
                write!(f, "the DER certificate was skipped: {error}")
            }
        }
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Skipped {
                reason: SkipReason::Certificate(error),
                ..
            }
            | Self::DerSkipped(DerFault::Certificate(error)) => Some(error),
            _ => None,
        }
    }
}

/// Sentence about a text in UTF-16.
pub(super) const UTF16: &str = "it is UTF-16, at least in part: save it as UTF-8 or ASCII";

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(number) => write!(f, "certificate {number}"),
            Self::Block(block) => block.fmt(f),
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Markers { fault, line } => write!(f, "{fault} (line {line})"),
            Self::Base64 => f.write_str("its base64 text is broken"),
            Self::UnreadableTrustSettings => f.write_str("its trust settings cannot be read"),
            Self::NotForServers => f.write_str("its trust settings do not allow TLS servers"),
            Self::Label(label) => write!(
                f,
                "its label is {}: convert it to a plain \"CERTIFICATE\" block",
                quoted(label)
            ),
            Self::Pkcs7 => {
                f.write_str("convert it with \"openssl pkcs7 -print_certs\", since it is PKCS#7")
            }
            Self::Certificate(error) => error.fmt(f),
        }
    }
}
