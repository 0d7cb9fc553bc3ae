//! Validators (RFC 9110 section 8.8), which name the version of a body, so that the rest of another
//! version is never appended.

use time::format_description::FormatItem;
use time::macros::format_description;
use time::{Duration, PrimitiveDateTime};

/// The only form of dates that servers may send (RFC 9110 section 5.6.7).
const FORM: &[FormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
const FORM_LENGTH: usize = 29;

/// Age of a body, compared with its response, from which on no other version can have the same date
/// (RFC 9110 section 8.8.2.2).
const SETTLED: Duration = Duration::seconds(60);

/// Returns the validator for a later range request: a strong entity tag, or the date of the last
/// change if there is no tag and the date of the response shows that the version is settled. With a
/// weak tag there is no validator, because the tag takes precedence over the date (RFC 9110 section
/// 13.1.5).
pub(crate) fn validator_of(
    etag: Option<&str>,
    last_modified: Option<&str>,
    date: Option<&str>,
) -> Option<String> {
    let etag = etag.map(str::trim);
    if let Some(etag) = etag.filter(|etag| is_strong_etag(etag)) {
        return Some(etag.to_owned());
    }
    let is_weak = etag.is_some_and(|etag| etag.starts_with("W/"));
    let last_modified = last_modified?.trim();
    let age = moment(date?.trim())? - moment(last_modified)?;
    (!is_weak && age >= SETTLED).then(|| last_modified.to_owned())
}

/// Returns whether a value is a validator.
pub(crate) fn is_validator(value: &str) -> bool {
    is_strong_etag(value) || is_date(value)
}

/// Returns whether a response with these fields is of the version that `validator` names. One that
/// does not say is believed.
pub(super) fn is_same_version(
    validator: &str,
    etag: Option<&str>,
    last_modified: Option<&str>,
) -> bool {
    let told = if is_strong_etag(validator) {
        etag
    } else {
        last_modified
    };
    told.is_none_or(|told| told.trim() == validator)
}

/// Returns whether the value is a strong entity tag (RFC 9110 section 8.8.3).
fn is_strong_etag(value: &str) -> bool {
    value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .is_some_and(|tag| {
            tag.bytes()
                .all(|byte| byte > b' ' && byte != b'"' && byte != 0x7f)
        })
}

fn is_date(value: &str) -> bool {
    moment(value).is_some()
}

fn moment(value: &str) -> Option<PrimitiveDateTime> {
    if value.len() != FORM_LENGTH {
        return None;
    }
    PrimitiveDateTime::parse(value, FORM).ok()
}
