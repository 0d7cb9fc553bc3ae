//! What names the version of a body, so that the rest of another one is never glued to it.

use time::format_description::FormatItem;
use time::macros::format_description;
use time::{Duration, PrimitiveDateTime};

/// The one form of date that servers may send (RFC 9110 section 5.6.7).
const FORM: &[FormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
const FORM_LENGTH: usize = 29;

/// How much older than its answer a body has to be, so that no other one of the same date can follow (RFC 9110 section
/// 8.8.2.2).
const SETTLED: Duration = Duration::seconds(60);

/// What can name the version of a body when the rest is asked for: a strong entity tag, or the date of its last change
/// where there is no tag and the answer's own date shows that the other is settled. A weak tag names nothing, and takes
/// the date's place all the same (RFC 9110 section 13.1.5).
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

/// Whether it can name a version at all.
pub(crate) fn is_validator(value: &str) -> bool {
    is_strong_etag(value) || is_date(value)
}

/// Whether an answer with these is of the version that `validator` names. One that does not say has to be believed.
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

fn is_date(value: &str) -> bool {
    moment(value).is_some()
}

fn moment(value: &str) -> Option<PrimitiveDateTime> {
    if value.len() != FORM_LENGTH {
        return None;
    }
    PrimitiveDateTime::parse(value, FORM).ok()
}
