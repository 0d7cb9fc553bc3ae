use godot_rustls_tls::diagnosis::Cause;

use super::*;

async fn found(host: &str) -> Result<Vec<SocketAddr>, ConnectError> {
    let phase = PhaseCell::default();
    let found = resolve(Hop::Server, host, 80, &Deadline::new(None), &phase).await;
    let is_address = host.parse::<IpAddr>().is_ok();
    let expected = if is_address {
        Phase::Idle
    } else {
        Phase::Resolving
    };
    assert_eq!(phase.get(), expected, "{host}");
    found
}

#[tokio::test]
async fn an_address_needs_no_lookup() {
    for address in ["127.0.0.1", "::1", "2001:db8::1"] {
        let expected = SocketAddr::new(address.parse().unwrap(), 80);
        assert_eq!(found(address).await, Ok(vec![expected]));
    }
}

#[tokio::test]
async fn a_name_that_is_not_ascii_is_looked_up_in_a_labels() {
    // Its fullwidth letters are mapped to those of ASCII.
    let found = found("\u{ff4c}\u{ff4f}calhost").await.unwrap();
    assert!(found.iter().all(|found| found.ip().is_loopback()));
}

#[tokio::test]
async fn a_link_local_address_keeps_its_zone() {
    let found = found("fe80::1%1").await.unwrap();
    let [SocketAddr::V6(address)] = found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((address.scope_id(), address.port()), (1, 80));
}

#[tokio::test]
async fn a_host_that_is_a_url_is_told_without_its_password() {
    // No system looks up a name with a NUL.
    let error = found("https://me:secret@a.test/\0").await.unwrap_err();
    assert_eq!(error.cause(), Cause::NameResolution);
    for told in [error.to_string(), format!("{error:?}")] {
        assert!(!told.contains("secret"), "{told}");
    }
}
