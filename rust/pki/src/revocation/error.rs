//! Reasons why a text of revocation lists cannot be used.

use std::error::Error;
use std::fmt;

use crate::library_errors::{EncodingError, of_webpki};
use crate::pem::ListTextError;

/// Reason why a text of revocation lists is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationListError {
    /// The PEM text is not read completely.
    Pem(ListTextError),
    /// A list of the text cannot be used.
    List {
        /// Number of the list in the text, from 1.
        number: usize,
        /// Reason why it cannot be used.
        fault: ListFault,
    },
}

impl fmt::Display for RevocationListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem(error) => error.fmt(f),
            Self::List { number, fault } => write!(f, "list {number} {fault}"),
        }
    }
}

impl Error for RevocationListError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Pem(error) => Some(error),
            Self::List { fault, .. } => Some(fault),
        }
    }
}

/// Reason why one revocation list cannot be used. The text follows the name of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListFault {
    /// The list has no extensions (version 1).
    Version1,
    /// The list has no `nextUpdate`, so it never ends.
    NoNextUpdate,
    /// The list completes another one (RFC 5280 section 5.2.4).
    Delta,
    /// The list has certificates of other issuers (RFC 5280 section 5.2.5).
    Indirect,
    /// The encoding cannot be read.
    Malformed(EncodingError),
    /// webpki refuses the list.
    Refused(webpki::Error),
}

impl ListFault {
    pub(super) fn from_webpki(error: webpki::Error) -> Self {
        match error {
            webpki::Error::UnsupportedDeltaCrl => Self::Delta,
            webpki::Error::UnsupportedIndirectCrl => Self::Indirect,
            other => Self::Refused(other),
        }
    }
}

impl fmt::Display for ListFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version1 => f.write_str("is version 1: make it version 2, with extensions"),
            Self::NoNextUpdate => {
                f.write_str("does not say when the next one comes: make it with nextUpdate")
            }
            Self::Delta => f.write_str("is a delta of another list: give the whole list"),
            Self::Indirect => {
                f.write_str("is an indirect list: give the lists of the issuers themselves")
            }
            Self::Malformed(error) => write!(f, "cannot be read ({error})"),
            Self::Refused(error) => write!(f, "cannot be read ({})", of_webpki(error, &[])),
        }
    }
}

impl Error for ListFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}
