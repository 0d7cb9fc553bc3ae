//! A body into a file, which is there whole or not at all.
//!
//! Everything here blocks. It is meant for a thread that may.

mod part_file;
mod sink;

#[cfg(test)]
mod tests;

use std::fs::{File, Metadata, TryLockError};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

pub use sink::FileSink;

use crate::error::{DownloadError, FileProblem};
use crate::range::Partial;
use part_file::PartFiles;

/// Characters of the target's name in the temporary's: file systems allow about 255 bytes in all.
const NAME_IN_TEMPORARY: usize = 40;

/// A file being written beside its target, which it replaces when it is whole.
///
/// Dropped before [`finish`](Self::finish) it leaves the target as it was, and nothing else; a resumable one leaves
/// what a later request can go on with.
pub struct Download {
    // What has to be removed is removed while the file is locked still: fields are dropped in this order.
    place: Place,
    file: File,
    target: PathBuf,
}

/// Where the bytes are until they are all there.
enum Place {
    Temporary(TempPath),
    Part(PartFiles),
}

impl Download {
    /// Starts a download that is of no use until it is whole.
    ///
    /// The file gets the mode of any new file. A link at the target is replaced, not followed.
    pub fn open(target: &Path) -> Result<Self, DownloadError> {
        let (folder, name) = checked(target)?;
        let prefix: String = name.chars().take(NAME_IN_TEMPORARY).collect();
        let (file, path) = tempfile::Builder::new()
            .prefix(&format!(".{prefix}."))
            .make_in(folder, |path| {
                File::options().write(true).create_new(true).open(path)
            })
            .map_err(|error| cannot_open(target, &error))?
            .into_parts();
        Ok(Self {
            place: Place::Temporary(path),
            file,
            target: target.to_owned(),
        })
    }

    /// Starts a download that a later request can go on with, or goes on with one.
    ///
    /// `validator` names the version of the body; without one nothing can be resumed later.
    /// `continue_at` is the byte at which the answer begins, and the length of the [`Partial`] that was asked with;
    /// without it the file starts anew.
    pub(crate) fn resumable(
        target: &Path,
        url: &str,
        validator: Option<&str>,
        continue_at: Option<u64>,
    ) -> Result<Self, DownloadError> {
        checked(target)?;
        let files = PartFiles::new(target);
        let mut file = open_part(&files.part, target)?;
        // What fails from here on is cleared away while the file is locked still.
        let mut files = files;
        let there = file.metadata().map_or(0, |metadata| metadata.len());
        let start = continue_at.unwrap_or(0);
        // Another download may have had it since this one asked.
        let is_still_there = |start| {
            Partial::find(target, url)
                .is_some_and(|part| part.length >= start && Some(&*part.validator) == validator)
        };
        if continue_at.is_some_and(|start| !is_still_there(start)) {
            return Err(DownloadError::Changed {
                target: target.to_owned(),
                start,
                part: files.part.clone(),
                length: there,
            });
        }
        // The old note goes first: it must never stand beside bytes of another version.
        files.forget_info();
        file.set_len(start)
            .and_then(|()| file.seek(SeekFrom::Start(start)))
            .and_then(|_| files.write_info(url, validator))
            .map_err(|error| cannot_open(target, &error))?;
        Ok(Self {
            place: Place::Part(files),
            file,
            target: target.to_owned(),
        })
    }

    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), DownloadError> {
        self.file
            .write_all(bytes)
            .map_err(|error| cannot_write(&self.target, &error))
    }

    /// The body is whole: puts it in the target's place, in one step.
    pub fn finish(self) -> Result<(), DownloadError> {
        let Self {
            place,
            file,
            target,
        } = self;
        flush(&file).map_err(|error| cannot_write(&target, &error))?;
        let lock = kept_for_rename(file);
        match place {
            Place::Temporary(path) => path.persist(&target).map_err(|error| error.error),
            Place::Part(files) => files.persist(&target),
        }
        .map_err(|error| cannot_write(&target, &error))?;
        drop(lock);
        Ok(())
    }
}

/// Waits until the disk has the bytes: a power cut after the renaming could leave the name without them. One download of
/// 10 kB after another took 2 ms each with it and 1 ms without, on loopback and ext4; a hundred at once took the same.
fn flush(file: &File) -> io::Result<()> {
    file.sync_all().or_else(|error| match error.kind() {
        // Some file systems know of no such thing.
        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => Ok(()),
        _ => Err(error),
    })
}

/// The file and its lock, so that no other download begins to write what just becomes the target. Windows may refuse to
/// rename what is open, and lets go of it here.
fn kept_for_rename(file: File) -> Option<File> {
    cfg!(unix).then_some(file)
}

/// Opens the part, for this download alone: two that write one file would mix their bytes.
fn open_part(part: &Path, target: &Path) -> Result<File, DownloadError> {
    if part.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        return Err(unusable(
            target,
            FileProblem::PartNotRegular(part.to_owned()),
        ));
    }
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(part)
        .map_err(|error| cannot_open(target, &error))?;
    if !is_ours(&file, part) {
        return Err(unusable(target, FileProblem::InUse));
    }
    Ok(file)
}

/// Locks the file that was opened at the path, unless another download has it.
fn is_ours(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => false,
        // Some file systems have no locks.
        Ok(()) | Err(TryLockError::Error(_)) => is_still_at(file, path),
    }
}

/// Whether the path leads to this very file still. The download that had the lock before may have renamed it, and it
/// is the target now.
fn is_still_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(open), Ok(found)) => is_same_file(&open, &found),
        _ => false,
    }
}

#[cfg(unix)]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// The standard library tells no more than this.
#[cfg(not(unix))]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok() && one.len() == other.len()
}

/// The folder and the name of a target that can be a file.
fn checked(target: &Path) -> Result<(&Path, String), DownloadError> {
    let refuse = |problem| Err(unusable(target, problem));
    let text = target.to_string_lossy();
    let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
        return refuse(FileProblem::NoFileName);
    };
    if text.ends_with(std::path::is_separator) {
        return refuse(FileProblem::NamesFolder);
    }
    if let Ok(found) = target.metadata() {
        if found.is_dir() {
            return refuse(FileProblem::IsFolder);
        }
        if !found.is_file() {
            return refuse(FileProblem::NotRegular);
        }
        if found.permissions().readonly() {
            return refuse(FileProblem::ReadOnly);
        }
    }
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    if !folder.is_dir() {
        return refuse(FileProblem::NoFolder(folder.to_owned()));
    }
    Ok((folder, name.to_string_lossy().into_owned()))
}

fn unusable(target: &Path, problem: FileProblem) -> DownloadError {
    DownloadError::Open {
        target: target.to_owned(),
        problem,
    }
}

fn cannot_open(target: &Path, error: &io::Error) -> DownloadError {
    unusable(target, FileProblem::Io(error.into()))
}

fn cannot_write(target: &Path, error: &io::Error) -> DownloadError {
    DownloadError::Write {
        target: target.to_owned(),
        error: error.into(),
    }
}
