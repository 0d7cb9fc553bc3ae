//! What a server answers to whoever asks for the rest of a body (RFC 9110 section 15.3.7).

pub(crate) mod validator;

use validator::is_same_version;

use crate::error::DownloadError;
use crate::response::ResponseHead;

/// RFC 9110 section 15.3.7.
const PARTIAL_CONTENT: u16 = 206;
/// RFC 9110 section 15.5.17.
const RANGE_NOT_SATISFIABLE: u16 = 416;

/// An interrupted download that can be gone on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// Bytes that are there.
    pub length: u64,
    /// Which version of the body they are of.
    pub validator: String,
}

/// What the answer is of use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeReply {
    /// Going on, with these bytes.
    Rest(ContentRange),
    /// Nothing. All is to be asked for, without a range.
    Nothing,
    /// A body that stands for itself: all of the file, or an error page.
    Other,
}

impl Partial {
    /// The headers that ask for the rest, or for all of it when the body is another one by now (RFC 9110 section
    /// 13.1.5).
    pub(crate) fn range_headers(&self) -> [(&'static str, String); 2] {
        [
            ("Range", format!("bytes={}-", self.length)),
            ("If-Range", self.validator.clone()),
        ]
    }

    /// What the answer to a range request is of use for.
    pub fn judge(&self, head: &ResponseHead) -> RangeReply {
        match head.status {
            PARTIAL_CONTENT => self
                .rest(head)
                .map_or(RangeReply::Nothing, RangeReply::Rest),
            RANGE_NOT_SATISFIABLE => RangeReply::Nothing,
            _ => RangeReply::Other,
        }
    }

    /// The bytes that follow those that are there. A server that ignores If-Range may send those of another version
    /// (RFC 9110 section 15.3.7.3).
    fn rest(&self, head: &ResponseHead) -> Option<ContentRange> {
        let range = head.header("content-range").and_then(ContentRange::parse)?;
        let is_rest = range.first == self.length
            && !is_coded(head)
            && is_same_version(
                &self.validator,
                head.header("etag"),
                head.header("last-modified"),
            );
        is_rest.then_some(range)
    }
}

/// The body is compressed, also where that was not asked for. Its bytes are others than the file's, and a part of it
/// cannot be decompressed alone.
pub(super) fn is_coded(head: &ResponseHead) -> bool {
    let lines = head.lines.iter();
    lines
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"))
        .flat_map(|(_, codings)| codings.split(',').map(str::trim))
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
}

/// Which bytes of a file a body has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// The first one's place.
    pub first: u64,
    /// The last one's place.
    pub last: u64,
    /// How many the file has, if that is known.
    pub total: Option<u64>,
}

impl ContentRange {
    /// Reads a `Content-Range` (RFC 9110 section 14.4). None for an unsatisfied range too.
    pub(super) fn parse(value: &str) -> Option<Self> {
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
        // The end of the body has to be a number too.
        let is_sound = first <= last && last < u64::MAX && total.is_none_or(|total| last < total);
        is_sound.then_some(Self { first, last, total })
    }

    fn length(&self) -> u64 {
        self.last - self.first + 1
    }

    /// More bytes than announced have no place in the file.
    pub(super) fn has_room_for(&self, received: u64) -> Result<(), DownloadError> {
        if received <= self.length() {
            return Ok(());
        }
        Err(self.mismatch(received, true))
    }

    /// Whether so many bytes make the file whole. A server may send less than was asked for.
    pub(super) fn ends_with(&self, received: u64) -> Result<(), DownloadError> {
        if received != self.length() {
            return Err(self.mismatch(received, false));
        }
        match self.total {
            Some(total) if self.last + 1 != total => Err(DownloadError::RangeEndsEarly {
                first: self.first,
                last: self.last,
                total,
            }),
            _ => Ok(()),
        }
    }

    fn mismatch(&self, received: u64, or_more: bool) -> DownloadError {
        DownloadError::RangeMismatch {
            first: self.first,
            last: self.last,
            received,
            or_more,
        }
    }
}

/// Digits alone: the standard parser takes a sign too.
fn number(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
