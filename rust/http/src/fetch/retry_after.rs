//! The time that a server asks a client to wait (`Retry-After`, RFC 9110 section 10.2.3).

use std::time::{Duration, SystemTime};

use crate::response::ResponseHead;

/// Returns the time to wait from `now` on; `None` without a `Retry-After` or with an invalid one.
///
/// A date is compared with the date of the response, if there is one: the clocks of players are
/// wrong more often than those of servers.
pub(super) fn of(head: &ResponseHead, now: SystemTime) -> Option<Duration> {
    let value = head.header("retry-after")?.trim();
    if value.is_empty() {
        return None;
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        // The only possible fault is a number that is too large.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let sent = head.header("date").map(str::trim);
    let sent = sent.and_then(|sent| httpdate::parse_http_date(sent).ok());
    // A date in the past asks for no wait.
    Some(date.duration_since(sent.unwrap_or(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::request_url;

    fn head(lines: &[(&str, &str)]) -> ResponseHead {
        ResponseHead {
            status: 503,
            lines: lines
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            version: "HTTP/1.1",
            url: request_url::parse("http://example.org/").unwrap(),
            redirects: 0,
            from_cache: false,
            facts: Arc::default(),
        }
    }

    #[test]
    fn seconds_and_the_three_forms_of_dates_are_read_and_nothing_else() {
        // Sun, 06 Nov 1994 08:49:37 GMT.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (value, seconds) in [
            ("0", Some(0)),
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("99999999999", Some(99_999_999_999)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun Nov  6 08:50:37 1994", Some(60)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("+1", None),
            ("1.5", None),
            ("1, 2", None),
            ("soon", None),
            ("Sun, 99 Nov 1994 08:50:37 GMT", None),
            ("１２", None),
        ] {
            let asked = of(&head(&[("retry-after", value)]), now);
            assert_eq!(asked, seconds.map(Duration::from_secs), "{value:?}");
        }
        assert_eq!(of(&head(&[]), now), None);
    }

    #[test]
    fn a_date_counts_from_the_date_of_the_response() {
        let retry_after = ("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT");
        for (date, seconds) in [
            ("Sun, 06 Nov 1994 08:50:07 GMT", 30),
            ("Sun, 06 Nov 1994 08:51:07 GMT", 0),
            ("yesterday", 784_111_837),
        ] {
            let asked = of(
                &head(&[retry_after, ("Date", date)]),
                SystemTime::UNIX_EPOCH,
            );
            assert_eq!(asked, Some(Duration::from_secs(seconds)), "{date:?}");
        }
    }
}
