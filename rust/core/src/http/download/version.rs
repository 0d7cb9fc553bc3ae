//! What names the version of a body, so that the rest of another one is never glued to it.

/// What can name the version of a body when the rest is asked for: a strong entity tag, else the date of its last
/// change. Weak tags cannot (RFC 9110 section 13.1.5).
pub(super) fn validator_of(etag: Option<&str>, last_modified: Option<&str>) -> Option<String> {
    let etag = etag.map(str::trim).filter(|etag| is_strong_etag(etag));
    let date = last_modified.map(str::trim).filter(|date| is_date(date));
    etag.or(date).map(str::to_owned)
}

/// Whether it can name a version at all.
pub(super) fn is_validator(value: &str) -> bool {
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
