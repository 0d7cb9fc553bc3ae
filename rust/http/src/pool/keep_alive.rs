//! Time for which a server keeps an idle connection, as its response says (`Keep-Alive: timeout=5,
//! max=100`, RFC 2068 section 19.7.1; Apache, Node and many others send it).

use std::time::Duration;

use http::HeaderMap;

/// Subtracted from the server's time, which began while the response was on its way; the next
/// request needs time too.
const MARGIN: Duration = Duration::from_secs(1);

/// Returns the time for which the connection of this response may be reused; `None` if the server
/// does not say.
pub(super) fn usable_for(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all("keep-alive").iter();
    let seconds = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(timeout)
        .min()?;
    Some(Duration::from_secs(seconds).saturating_sub(MARGIN))
}

fn timeout(parameter: &str) -> Option<u64> {
    let (name, value) = parameter.split_once('=')?;
    let is_timeout = name.trim().eq_ignore_ascii_case("timeout");
    is_timeout
        .then(|| value.trim().trim_matches('"').parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_usable_a_second_less_than_its_server_keeps_it() {
        for (values, expected) in [
            (&["timeout=5"][..], Some(4)),
            (&["timeout=5, max=100"], Some(4)),
            (&["max=100,Timeout = \"15\""], Some(14)),
            (&["max=100", "timeout=7"], Some(6)),
            (&["timeout=60, timeout=3"], Some(2)),
            (&["timeout=1"], Some(0)),
            (&["timeout=0"], Some(0)),
            (&[], None),
            (&["", "timeout", "timeout=", "timeout=soon", "max=5"], None),
            (&["timeout=-1"], None),
            (&["timeout=99999999999999999999"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("keep-alive", value.parse().unwrap());
            }
            let expected = expected.map(Duration::from_secs);
            assert_eq!(usable_for(&headers), expected, "{values:?}");
        }
    }
}
