//! Reasons why a body cannot be decoded.

use std::error::Error;
use std::fmt;

use super::Coding;

/// Reason why a body cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The coding that failed.
    pub coding: Coding,
    /// What is wrong with the compressed stream.
    pub problem: DecodeProblem,
}

/// Fault of a compressed stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeProblem {
    /// The first bytes are not those of the format.
    NotTheFormat,
    /// The gzip header has flags that RFC 1952 reserves.
    ReservedFlags,
    /// The gzip header does not match its check sum (RFC 1952 section 2.3.1), or has a name or comment of more than 64 KiB.
    Header,
    /// The stream breaks the rules of the format.
    Damaged,
    /// The stream breaks the rules of the format.
    DamagedBecause(String),
    /// The content does not match the check sum.
    CheckSum,
    /// The stream needs a larger window than RFC 9659 allows.
    LargeWindow,
    /// The body ended within the stream.
    Cut,
}

impl DecodeProblem {
    pub(super) fn of(self, coding: Coding) -> DecodeError {
        DecodeError {
            coding,
            problem: self,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.coding.name();
        let format = match self.coding {
            Coding::Gzip => "gzip",
            Coding::Deflate => "deflate",
            Coding::Brotli => "brotli",
            Coding::Zstd => "zstd",
        };
        if self.problem == DecodeProblem::Cut {
            return write!(
                f,
                "the body ended in the middle of its compressed stream (Content-Encoding: {name}): it was cut short on its way"
            );
        }
        write!(
            f,
            "the body is not what its header says (Content-Encoding: {name}): "
        )?;
        match &self.problem {
            DecodeProblem::NotTheFormat => write!(f, "it does not begin like {format}"),
            DecodeProblem::ReservedFlags => f.write_str("its header has unknown flags"),
            DecodeProblem::Header => f.write_str(
                "its header does not match the check sum of the header, or has a name of more than 64 KiB",
            ),
            DecodeProblem::Damaged => {
                // gzip is deflate between a header and a check sum.
                let inner = if self.coding == Coding::Gzip { "deflate" } else { format };
                write!(f, "its {inner} stream is damaged")
            }
            DecodeProblem::DamagedBecause(reason) => {
                write!(f, "its {format} stream is damaged ({reason})")
            }
            DecodeProblem::CheckSum => {
                f.write_str("its check sum says that it was altered on its way")
            }
            DecodeProblem::LargeWindow => f.write_str(
                "it needs more than the 8 MiB of memory that RFC 9659 allows: the server must compress with a smaller window (zstd without --long or --ultra)",
            ),
            DecodeProblem::Cut => Ok(()),
        }
    }
}

impl Error for DecodeError {}
