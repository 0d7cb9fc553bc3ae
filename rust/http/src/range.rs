//! Responses to requests for the rest of a body (RFC 9110 section 14).

pub(crate) mod validator;

use validator::is_same_version;

use crate::error::DownloadError;
use crate::response::ResponseHead;

/// Partial Content (RFC 9110 section 15.3.7).
const PARTIAL_CONTENT: u16 = 206;
/// Range Not Satisfiable (RFC 9110 section 15.5.17).
const RANGE_NOT_SATISFIABLE: u16 = 416;

/// Interrupted download that can be continued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// The length so far in bytes.
    pub length: u64,
    /// The validator of the version that the bytes are of.
    pub validator: String,
}

/// Use of a response to a range request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeReply {
    /// The rest of the body, or a part of it.
    Rest(ContentRange),
    /// Not usable: the whole body has to be requested.
    Nothing,
    /// A body of its own: the whole file, or an error page.
    Other,
}

impl Partial {
    /// Returns the header fields that request the rest, or the whole body if it has changed (RFC
    /// 9110 section 13.1.5).
    pub(crate) fn range_headers(&self) -> [(&'static str, String); 2] {
        [
            ("Range", format!("bytes={}-", self.length)),
            ("If-Range", self.validator.clone()),
        ]
    }

    /// Returns what a response to a range request can be used for.
    pub fn judge(&self, head: &ResponseHead) -> RangeReply {
        match head.status {
            PARTIAL_CONTENT => self
                .rest(head)
                .map_or(RangeReply::Nothing, RangeReply::Rest),
            RANGE_NOT_SATISFIABLE => RangeReply::Nothing,
            _ => RangeReply::Other,
        }
    }

    /// Returns the range of the response if it follows the bytes that are there. A server that
    /// ignores If-Range may send bytes of another version (RFC 9110 section 15.3.7.3).
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

/// Returns whether the body is compressed, which a server may do without being asked. Its bytes are
/// not those of the file, and a part of it cannot be decompressed alone.
pub(super) fn is_coded(head: &ResponseHead) -> bool {
    let lines = head.lines.iter();
    lines
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding"))
        .flat_map(|(_, codings)| codings.split(',').map(str::trim))
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity"))
}

/// Range of a file that a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// Position of the first byte.
    pub first: u64,
    /// Position of the last byte.
    pub last: u64,
    /// Length of the file, if it is known.
    pub total: Option<u64>,
}

impl ContentRange {
    /// Parses a `Content-Range` (RFC 9110 section 14.4). Returns `None` for an unsatisfied range
    /// too.
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
        // The position after the last byte has to be a number too.
        let is_sound = first <= last && last < u64::MAX && total.is_none_or(|total| last < total);
        is_sound.then_some(Self { first, last, total })
    }

    fn length(&self) -> u64 {
        self.last - self.first + 1
    }

    /// Returns an error if more bytes arrived than the range has.
    pub(super) fn has_room_for(&self, received: u64) -> Result<(), DownloadError> {
        if received <= self.length() {
            return Ok(());
        }
        Err(self.mismatch(received, true))
    }

    /// Returns an error unless the received bytes complete the file. A server may send less than
    /// was requested.
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

/// Parses digits alone: the standard parser accepts a sign too.
fn number(digits: &str) -> Option<u64> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}
