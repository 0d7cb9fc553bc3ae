use super::*;
use TlsVersion::{V1_2, V1_3};

fn described(min: TlsVersion, max: TlsVersion, tls13_enabled: bool) -> Result<&'static str, Cause> {
    VersionRange::new(min, max)
        .and_then(|range| range.limited_by(tls13_enabled))
        .map(VersionRange::describe)
        .map_err(|diagnosis| diagnosis.cause)
}

#[test]
fn a_range_holds_both_its_ends() {
    assert_eq!(described(V1_2, V1_2, true), Ok("TLS 1.2 only"));
    assert_eq!(described(V1_2, V1_3, true), Ok("TLS 1.2 and 1.3"));
    assert_eq!(described(V1_3, V1_3, true), Ok("TLS 1.3 only"));
    assert_eq!(VersionRange::default().describe(), "TLS 1.2 and 1.3");
}

#[test]
fn the_engines_setting_lowers_the_maximum() {
    assert_eq!(described(V1_2, V1_3, false), Ok("TLS 1.2 only"));
    assert_eq!(described(V1_2, V1_2, false), Ok("TLS 1.2 only"));
    assert_eq!(described(V1_3, V1_3, false), Err(Cause::NoCommonVersion));
    let message = VersionRange::new(V1_3, V1_3)
        .and_then(|range| range.limited_by(false))
        .unwrap_err()
        .message;
    assert!(
        message.contains("network/tls/enable_tls_v1.3") && message.contains("min_version"),
        "{message}"
    );
}

#[test]
fn an_empty_range_is_refused_with_both_names() {
    let message = VersionRange::new(V1_3, V1_2).unwrap_err().message;
    assert!(
        message.contains("min_version") && message.contains("max_version"),
        "{message}"
    );
}
