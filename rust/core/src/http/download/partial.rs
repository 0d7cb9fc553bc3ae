//! What an interrupted download leaves beside its target, and how a later request asks for the rest.
//!
//! `NAME.part` has the bytes so far, `NAME.part.info` the SHA-256 of the URL and the validator, a line each. The URL
//! itself may hold secrets, which do not belong into a file.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::digest::{hex, sha256};

/// More than any validator needs.
const MAX_INFO: u64 = 16 * 1024;

/// An interrupted download that can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// Bytes that are there.
    pub length: u64,
    /// Which version of the body they are of.
    pub validator: String,
}

impl Partial {
    /// What an earlier download of this very URL left beside the target.
    pub fn find(target: &Path, url: &str) -> Option<Self> {
        let files = PartFiles::new(target);
        let mut text = String::new();
        File::open(&files.info)
            .ok()?
            .take(MAX_INFO)
            .read_to_string(&mut text)
            .ok()?;
        // The last line end shows that the note was written to its end.
        let (found, validator) = text.strip_suffix('\n')?.split_once('\n')?;
        let part = files.part.symlink_metadata().ok()?;
        let is_usable = found == url_line(url)
            && (is_strong_etag(validator) || is_date(validator))
            && part.is_file()
            && part.len() > 0;
        is_usable.then(|| Self {
            length: part.len(),
            validator: validator.to_owned(),
        })
    }

    /// The headers that ask for the rest, or for all of it when the body is another one by now (RFC 9110 section
    /// 13.1.5).
    pub fn range_headers(&self) -> [(&'static str, String); 2] {
        [
            ("Range", format!("bytes={}-", self.length)),
            ("If-Range", self.validator.clone()),
        ]
    }

    /// Removes what is there, for a server that says that there is no such range.
    pub fn forget(target: &Path) {
        PartFiles::new(target).forget();
    }
}

/// The two files of one interrupted download. Dropped, they stay when something can be made of them.
pub(super) struct PartFiles {
    pub(super) part: PathBuf,
    info: PathBuf,
    /// They are this download's, to remove if nothing can be made of them.
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

    /// Notes where the bytes come from, if that is of use later.
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

    /// All bytes are there.
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

/// What can name the version of a body when the rest is asked for: a strong entity tag, else the date of its last
/// change. Weak tags cannot (RFC 9110 section 13.1.5).
pub fn validator_of(etag: Option<&str>, last_modified: Option<&str>) -> Option<String> {
    let etag = etag.map(str::trim).filter(|etag| is_strong_etag(etag));
    let date = last_modified.map(str::trim).filter(|date| is_date(date));
    etag.or(date).map(str::to_owned)
}

/// The first and the last byte, and the whole length if it is known, of a `Content-Range` (RFC 9110 section 14.4).
/// None for an unsatisfied range too.
pub fn content_range(value: &str) -> Option<(u64, u64, Option<u64>)> {
    let (unit, rest) = value.trim().split_once([' ', '\t'])?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (range, total) = rest.trim_start().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    let total = match total {
        "*" => None,
        total => Some(number(total)?),
    };
    let is_sound = first <= last && total.is_none_or(|total| last < total);
    is_sound.then_some((first, last, total))
}

/// Digits alone: the standard parser takes a sign too.
fn number(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

fn url_line(url: &str) -> String {
    hex(&sha256(url.as_bytes()))
}

/// RFC 9110 section 8.8.3.
fn is_strong_etag(value: &str) -> bool {
    value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .is_some_and(|tag| {
            tag.bytes()
                .all(|byte| byte > b' ' && byte != b'"' && byte != 0x7f)
        })
}

/// The one form of date that servers may send (RFC 9110 section 5.6.7).
fn is_date(value: &str) -> bool {
    const FORM: &[u8] = b"Aaa, 00 Aaa 0000 00:00:00 GMT";
    let fits = |(byte, form): (u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_uppercase(),
        b'a' => byte.is_ascii_lowercase(),
        other => byte == *other,
    };
    value.len() == FORM.len() && value.bytes().zip(FORM).all(fits)
}
