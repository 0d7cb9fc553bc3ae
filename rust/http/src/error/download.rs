//! Reasons why a body does not get into its file.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use godot_rustls_tls::diagnosis::Cause;

use super::FetchErrorKind;

/// Kind and text of an I/O error, which itself cannot be cloned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IoFailure {
    /// The kind.
    pub kind: io::ErrorKind,
    /// The system's text.
    pub message: String,
}

impl From<&io::Error> for IoFailure {
    fn from(error: &io::Error) -> Self {
        Self {
            kind: error.kind(),
            message: error.to_string(),
        }
    }
}

impl fmt::Display for IoFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for IoFailure {}

/// Reason why a body does not get into its file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DownloadError {
    /// The file cannot be opened.
    Open {
        /// The file that the body is for.
        target: PathBuf,
        /// What is wrong with it.
        problem: FileProblem,
    },
    /// The file cannot be written.
    Write {
        /// The file that the body is for.
        target: PathBuf,
        /// The system's error.
        error: IoFailure,
    },
    /// Another download changed the interrupted download that was to be continued.
    Changed {
        /// The file that the body is for.
        target: PathBuf,
        /// The byte at which the response begins.
        start: u64,
        /// The file that holds the bytes so far.
        part: PathBuf,
        /// Its length in bytes.
        length: u64,
    },
    /// The server sent another number of bytes than its `Content-Range` says.
    RangeMismatch {
        /// The first byte of the range.
        first: u64,
        /// The last byte of the range.
        last: u64,
        /// The bytes received.
        received: u64,
        /// More bytes may have followed.
        or_more: bool,
    },
    /// The range ends before the file does.
    RangeEndsEarly {
        /// The first byte of the range.
        first: u64,
        /// The last byte of the range.
        last: u64,
        /// The bytes of the whole file.
        total: u64,
    },
}

/// Reason why a file cannot be opened for a body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileProblem {
    /// The path has no folder or no file name.
    NoFileName,
    /// The path ends with a separator.
    NamesFolder,
    /// The path is that of a folder.
    IsFolder,
    /// The path is that of a device, a pipe or the like.
    NotRegular,
    /// The file is read-only.
    ReadOnly,
    /// The folder does not exist.
    NoFolder(PathBuf),
    /// The file for the bytes so far is not a regular one.
    PartNotRegular(PathBuf),
    /// Another download is writing the file.
    InUse,
    /// The system's error.
    Io(IoFailure),
}

impl DownloadError {
    pub(super) fn kind(&self) -> FetchErrorKind {
        match self {
            Self::Open { .. } | Self::Changed { .. } => FetchErrorKind::FileCantOpen,
            Self::Write { .. } => FetchErrorKind::FileWrite,
            Self::RangeMismatch { .. } | Self::RangeEndsEarly { .. } => FetchErrorKind::Connection,
        }
    }

    pub(super) fn cause(&self) -> Cause {
        match self {
            Self::Open { .. } | Self::Changed { .. } | Self::Write { .. } => Cause::File,
            Self::RangeMismatch { .. } | Self::RangeEndsEarly { .. } => Cause::BodyIncomplete,
        }
    }
}

impl fmt::Display for DownloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { target, problem } => write!(
                f,
                "the file {} for the body cannot be opened ({problem})",
                target.display()
            ),
            Self::Write { target, error } => write!(
                f,
                "the body cannot be written to the file {} ({error}){}",
                target.display(),
                remedy(error.kind)
            ),
            Self::Changed {
                target,
                start,
                part,
                length,
            } => write!(
                f,
                "the download to {} was to go on at byte {start}, and {} has {length} by now, or those of another version: request it again",
                target.display(),
                part.display()
            ),
            Self::RangeMismatch {
                first,
                last,
                received,
                or_more,
            } => write!(
                f,
                "the server announced the bytes {first} to {last} of the file, which are {}, and sent {received}{}: request it again to go on with the next",
                last - first + 1,
                if *or_more { " or more" } else { "" }
            ),
            Self::RangeEndsEarly { first, last, total } => write!(
                f,
                "the server sent only the bytes {first} to {last} of the {total} that the file has: request it again to go on with the next"
            ),
        }
    }
}

/// Returns the advice for a failed write, led by a colon.
fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ": make room there",
        io::ErrorKind::FileTooLarge => ": files there cannot be that large",
        io::ErrorKind::PermissionDenied => ": allow writing there",
        _ => "",
    }
}

impl Error for DownloadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Open { problem, .. } => Some(problem),
            Self::Write { error, .. } => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoFileName => "that names no file: give a folder and a file name",
            Self::NamesFolder => "that names a folder: append a file name",
            Self::IsFolder => "there is a folder of that name: append a file name",
            Self::NotRegular => {
                "that is a device or the like, no regular file: choose another name"
            }
            Self::ReadOnly => {
                "the file there is read-only: allow writing it, or choose another name"
            }
            Self::InUse => {
                "another download is writing it: wait for that one, or choose another file"
            }
            Self::NoFolder(folder) => {
                return write!(f, "there is no folder {}: make it first", folder.display());
            }
            Self::PartNotRegular(part) => {
                return write!(
                    f,
                    "{} is in the way and no regular file: remove it",
                    part.display()
                );
            }
            Self::Io(error) => return error.fmt(f),
        })
    }
}

impl Error for FileProblem {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}
