//! Files that an interrupted download leaves beside its target, from which a later request
//! continues.
//!
//! `NAME.part` has the bytes so far. `NAME.part.info` has the SHA-256 of the URL and the validator,
//! one line each. The URL itself may contain secrets.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::is_ours;
use crate::range::Partial;
use crate::range::validator::is_validator;
use godot_rustls_pki::digest::{hex, sha256};

/// Bytes of the largest note: more than any validator needs.
const MAX_INFO: u64 = 16 * 1024;

impl Partial {
    /// Returns what an interrupted download of this URL left beside the target.
    pub fn find(target: &Path, url: &str) -> Option<Self> {
        let files = PartFiles::new(target);
        let mut text = String::new();
        File::open(&files.info)
            .ok()?
            .take(MAX_INFO)
            .read_to_string(&mut text)
            .ok()?;
        // The line end at the end of the file shows that it was written completely.
        let (found, validator) = text.strip_suffix('\n')?.split_once('\n')?;
        let part = files.part.symlink_metadata().ok()?;
        let is_usable =
            found == url_line(url) && is_validator(validator) && part.is_file() && part.len() > 0;
        is_usable.then(|| Self {
            length: part.len(),
            validator: validator.to_owned(),
        })
    }

    /// Removes the files, unless another download is writing them.
    pub fn forget(target: &Path) {
        let files = PartFiles::new(target);
        if let Ok(file) = File::options().write(true).open(&files.part)
            && is_ours(&file, &files.part)
        {
            files.forget();
        }
    }
}

/// The two files of one download. When they are dropped, they stay if they can be continued.
pub(super) struct PartFiles {
    pub(super) part: PathBuf,
    info: PathBuf,
    /// True if this download created the files, which are removed if they cannot be continued.
    is_owned: bool,
    has_validator: bool,
}

impl PartFiles {
    pub(super) fn new(target: &Path) -> Self {
        let beside = |ending: &str| {
            let mut path = target.as_os_str().to_owned();
            path.push(ending);
            PathBuf::from(path)
        };
        Self {
            part: beside(".part"),
            info: beside(".part.info"),
            is_owned: false,
            has_validator: false,
        }
    }

    /// Writes the note, if the download can be continued later.
    pub(super) fn write_info(&mut self, url: &str, validator: Option<&str>) -> io::Result<()> {
        self.is_owned = true;
        if let Some(validator) = validator.filter(|validator| !validator.contains('\n')) {
            fs::write(&self.info, format!("{}\n{validator}\n", url_line(url)))?;
            self.has_validator = true;
        }
        Ok(())
    }

    pub(super) fn forget_info(&self) {
        let _ = fs::remove_file(&self.info);
    }

    /// Renames the complete file to the target.
    pub(super) fn persist(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.part, target)?;
        self.is_owned = false;
        self.forget_info();
        Ok(())
    }

    fn forget(&self) {
        self.forget_info();
        let _ = fs::remove_file(&self.part);
    }
}

impl Drop for PartFiles {
    fn drop(&mut self) {
        let has_bytes = || fs::metadata(&self.part).is_ok_and(|part| part.len() > 0);
        if self.is_owned && !(self.has_validator && has_bytes()) {
            self.forget();
        }
    }
}

fn url_line(url: &str) -> String {
    hex(&sha256(url.as_bytes()))
}
