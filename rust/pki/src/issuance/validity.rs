//! From when to when a certificate is valid.

use time::format_description::FormatItem;
use time::macros::format_description;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

/// What the engine's `Crypto` takes and what sentences show.
const FORM: &[FormatItem<'_>] = format_description!("[year][month][day][hour][minute][second]");

/// Both ends of a certificate's validity (RFC 5280 section 4.1.2.5), in whichever order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Validity {
    /// Reads two moments in UTC, `YYYYMMDDhhmmss` each. The error is a sentence.
    pub fn parse(not_before: &str, not_after: &str) -> Result<Self, String> {
        Ok(Self {
            not_before: read("not_before", not_before)?,
            not_after: read("not_after", not_after)?,
        })
    }

    /// It ends before it begins: such a certificate is never valid. The engine makes them all the same.
    pub fn is_reversed(&self) -> bool {
        self.not_before > self.not_after
    }

    pub(super) fn not_before(&self) -> OffsetDateTime {
        self.not_before
    }

    pub(super) fn not_after(&self) -> OffsetDateTime {
        self.not_after
    }

    /// For certificates that nobody wants when they are never valid.
    pub(super) fn refuse_reversed(&self) -> Result<(), String> {
        if !self.is_reversed() {
            return Ok(());
        }
        Err(format!(
            "not_before ({}) is after not_after ({}), so the certificate would never be valid: exchange them",
            written(self.not_before),
            written(self.not_after)
        ))
    }
}

fn read(argument: &str, text: &str) -> Result<OffsetDateTime, String> {
    moment(text).ok_or_else(|| {
        format!(
            "{argument} is {}, which is no moment: write 14 digits YYYYMMDDhhmmss in UTC, such as \"20260131235959\"",
            crate::text::quoted(text)
        )
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

fn written(moment: OffsetDateTime) -> String {
    // The years that can be read all have four digits.
    moment.format(FORM).unwrap_or_default()
}
