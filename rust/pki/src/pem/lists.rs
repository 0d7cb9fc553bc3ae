//! Revocation lists in PEM texts.

use std::fmt;

use rustls_pki_types::CertificateRevocationListDer;

use super::base64::decode_public;
use super::blocks::{Block, BlockFault, BlockName, blocks, known};
use super::formats::{self, OtherFormat};
use super::problem::UTF16;
use super::{has_utf16, normalise};

/// Reason why the revocation lists of a PEM text cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListTextError {
    /// The text is UTF-16, at least in part.
    Utf16,
    /// The markers of a list are broken.
    ListMarkers {
        /// Number of the list, from 1.
        number: usize,
        /// The fault.
        fault: BlockFault,
        /// Line of the list, from 1.
        line: usize,
    },
    /// The markers of another block are broken.
    Markers {
        /// The block.
        block: BlockName,
        /// The fault.
        fault: BlockFault,
    },
    /// The base64 text of a list is broken.
    Base64 {
        /// Number of the list, from 1.
        number: usize,
    },
    /// A list has another label than `X509 CRL`.
    Label {
        /// Number of the list, from 1.
        number: usize,
    },
    /// A block of PKCS#7 may hold lists.
    Pkcs7(BlockName),
    /// A block has an unknown label, and may be meant as a list.
    UnknownLabel(BlockName),
    /// The text holds no list.
    NoList {
        /// Format that the text seems to have.
        format: Option<OtherFormat>,
    },
}

impl fmt::Display for ListTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf16 => f.write_str(UTF16),
            Self::ListMarkers {
                number,
                fault,
                line,
            } => write!(f, "list {number} is unusable: {fault} (line {line})"),
            Self::Markers { block, fault } => write!(f, "{block} is unusable: {fault}"),
            Self::Base64 { number } => {
                write!(f, "list {number} is unusable: its base64 text is broken")
            }
            Self::Label { number } => write!(f, "list {number} is no \"X509 CRL\" block"),
            Self::Pkcs7(block) => write!(
                f,
                "{block} may hold lists: convert it with \"openssl pkcs7 -print_certs\""
            ),
            Self::UnknownLabel(block) => write!(
                f,
                "{block} has an unknown label: that of a list is \"X509 CRL\""
            ),
            Self::NoList { format } => {
                f.write_str("it holds no \"BEGIN X509 CRL\" block")?;
                format.map_or(Ok(()), |format| write!(f, ": {format}"))
            }
        }
    }
}

impl std::error::Error for ListTextError {}

/// Reads every revocation list of a PEM text, as DER.
///
/// # Errors
///
/// One block that is not read refuses the whole text: a list that is passed over would let in what
/// it revokes.
pub(crate) fn read_revocation_lists(
    text: &str,
) -> Result<Vec<CertificateRevocationListDer<'static>>, ListTextError> {
    if has_utf16(text.as_bytes()) {
        return Err(ListTextError::Utf16);
    }
    let normalised = normalise(text.as_bytes());
    let mut lists = Vec::new();
    for block in blocks(&normalised) {
        lists.extend(read_list(&block, lists.len() + 1)?);
    }
    if lists.is_empty() {
        let format = formats::of_text(text);
        return Err(ListTextError::NoList { format });
    }
    Ok(lists)
}

/// Reads a block as list `number`. Blocks that cannot be meant as a list give `None`.
fn read_list(
    block: &Block<'_>,
    number: usize,
) -> Result<Option<CertificateRevocationListDer<'static>>, ListTextError> {
    let is_list = block.label.to_ascii_uppercase().contains("CRL");
    Err(match (block.fault, block.label) {
        (Some(fault), _) if is_list => ListTextError::ListMarkers {
            number,
            fault,
            line: block.line,
        },
        (Some(fault), _) => ListTextError::Markers {
            block: block.name(),
            fault,
        },
        (None, "X509 CRL") => {
            let der = decode_public(block.label, block.body).filter(|der| !der.is_empty());
            return der
                .map(|der| Some(der.into()))
                .ok_or(ListTextError::Base64 { number });
        }
        (None, "PKCS7" | "CMS") => ListTextError::Pkcs7(block.name()),
        (None, _) if is_list => ListTextError::Label { number },
        // Any unknown block may be meant as a list.
        (None, label) if known(label).is_none() => ListTextError::UnknownLabel(block.name()),
        (None, _) => return Ok(None),
    })
}
