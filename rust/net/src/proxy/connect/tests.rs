use std::time::Duration;

use godot_rustls_testkit::socks::{GRANTED, SocksProxy};

use super::*;

#[tokio::test]
async fn a_socks_proxy_is_offered_one_address_after_the_other() {
    let proxy = SocksProxy::start(0, |number| match number {
        0 => vec![5, 4, 0, 1, 0, 0, 0, 0, 0, 0],
        _ => GRANTED.to_vec(),
    });
    let origin = Origin {
        is_https: false,
        host: "two.test".to_owned(),
        port: 80,
    };
    let targets = ["2001:db8::1", "192.0.2.1", "192.0.2.2"]
        .map(|address| Target::Address(address.parse().unwrap()));
    let way = Proxy::parse("socks5://127.0.0.1", i64::from(proxy.port))
        .unwrap()
        .unwrap();
    let deadline = Deadline::new(Some(Duration::from_secs(10)));
    let phase = PhaseCell::default();
    let made = connect_by_socks(&way, &origin, &targets, &deadline, &phase).await;
    assert!(made.is_ok(), "{made:?}");
    assert_eq!(
        proxy.asked(),
        [
            "methods [0]",
            "address 2001:db8::1 80",
            "methods [0]",
            "address 192.0.2.1 80"
        ]
    );
}
