//! Validity of certificates.

use std::fmt;

use time::format_description::FormatItem;
use time::macros::format_description;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

use crate::text::quoted;

/// Form of moments in arguments and messages.
const FORM: &[FormatItem<'_>] = format_description!("[year][month][day][hour][minute][second]");

/// First and last moment of a certificate's validity (RFC 5280 section 4.1.2.5), in either order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Validity {
    /// Reads two moments in UTC, `YYYYMMDDhhmmss` each.
    pub fn parse(not_before: &str, not_after: &str) -> Result<Self, ValidityError> {
        Ok(Self {
            not_before: read(Bound::NotBefore, not_before)?,
            not_after: read(Bound::NotAfter, not_after)?,
        })
    }

    /// Returns whether the validity ends before it begins: such a certificate is never valid.
    pub fn is_reversed(&self) -> bool {
        self.not_before > self.not_after
    }

    pub(super) fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    pub(super) fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// Returns both moments as [`Self::parse`] reads them.
    pub fn to_texts(self) -> [String; 2] {
        // The years that can be read all have four digits.
        [self.not_before, self.not_after].map(|moment| moment.format(FORM).unwrap_or_default())
    }
}

/// Text that is no moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidityError {
    /// End of the validity.
    pub bound: Bound,
    /// The text.
    pub text: String,
}

/// End of a validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The first moment.
    NotBefore,
    /// The last moment.
    NotAfter,
}

impl fmt::Display for ValidityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = match self.bound {
            Bound::NotBefore => "notBefore",
            Bound::NotAfter => "notAfter",
        };
        write!(f, "{bound} {}", self.fault())
    }
}

impl std::error::Error for ValidityError {}

impl ValidityError {
    /// Returns what is wrong, for a sentence that begins with the name of the bound.
    pub fn fault(&self) -> String {
        format!(
            "is {}, which is no moment: write 14 digits YYYYMMDDhhmmss in UTC, such as \"20260131235959\"",
            quoted(&self.text)
        )
    }
}

fn read(bound: Bound, text: &str) -> Result<OffsetDateTime, ValidityError> {
    moment(text).ok_or_else(|| ValidityError {
        bound,
        text: text.to_owned(),
    })
}

fn moment(text: &str) -> Option<OffsetDateTime> {
    if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let two = |start: usize| text[start..start + 2].parse::<u8>().ok();
    let month = Month::try_from(two(4)?).ok()?;
    let date = Date::from_calendar_date(text[..4].parse().ok()?, month, two(6)?).ok()?;
    let time = Time::from_hms(two(8)?, two(10)?, two(12)?).ok()?;
    Some(PrimitiveDateTime::new(date, time).assume_utc())
}
