use std::net::TcpListener;

use godot_rustls_tls::diagnosis::Cause;
use godot_rustls_tls::testing::client;

use super::*;
use crate::error::{ConnectFault, ProxyError};
use crate::phase::Phase;
use crate::proxy::{Environment, Proxy};

fn connector(routes: Routes) -> Connector {
    Connector::new(Arc::new(client(&[])), routes, None)
}

fn local(is_https: bool, port: u16) -> Origin {
    Origin {
        is_https,
        host: "127.0.0.1".to_owned(),
        port,
    }
}

fn listen() -> (TcpListener, u16) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn a_refused_connection_is_a_fault_of_the_host_that_refused() {
    let (listener, port) = listen();
    drop(listener);
    let proxy = Proxy::parse("127.0.0.1", i64::from(port)).unwrap();
    let phase = PhaseCell::default();
    for (http, hop, cause) in [
        (None, Hop::Server, Cause::ConnectionRefused),
        (proxy, Hop::Proxy, Cause::Proxy),
    ] {
        let routes = Routes {
            http,
            ..Routes::default()
        };
        let connection = connector(routes).connect(&local(false, port), &phase).await;
        let error = connection.err().unwrap();
        assert_eq!(error.cause(), cause);
        let ConnectError::Connect {
            at,
            addresses_tried: 1,
            fault: ConnectFault::System(_),
            ..
        } = error
        else {
            panic!("{error:?}");
        };
        assert_eq!(at, hop);
        assert_eq!(phase.get(), Phase::Connecting);
    }
}

#[tokio::test]
async fn an_http_proxy_forwards_plain_requests_under_its_credentials() {
    let (_listener, port) = listen();
    let way = format!("http://ada:secret@127.0.0.1:{port}");
    let routes = Routes {
        http: Proxy::parse(&way, 0).unwrap(),
        ..Routes::default()
    };
    let origin = Origin {
        host: "hidden.test".to_owned(),
        ..local(false, 80)
    };
    let connected = connector(routes)
        .connect(&origin, &PhaseCell::default())
        .await;
    let (_, facts) = connected.ok().unwrap();
    assert!(facts.is_forwarded);
    assert_eq!(facts.address.map(|address| address.port()), Some(port));
    let authorization = facts.proxy_authorization.clone().unwrap();
    assert_eq!(authorization, "Basic YWRhOnNlY3JldA==");
    assert!(!format!("{facts:?}").contains("YWRh"), "{facts:?}");
}

#[tokio::test]
async fn an_unusable_proxy_of_the_environment_prevents_the_connection() {
    let (listener, port) = listen();
    listener.set_nonblocking(true).unwrap();
    let value = |name: &str| (name == "all_proxy").then(|| "socks4://proxy".to_owned());
    let routes = Routes {
        environment: Some(Environment::from_variables(value)),
        ..Routes::default()
    };
    let connected = connector(routes)
        .connect(&local(true, port), &PhaseCell::default())
        .await;
    let fault = Box::new(ProxyError::UnknownScheme("socks4".to_owned()));
    let name = "all_proxy";
    let expected = ConnectError::ProxySettings(ProxyError::Variable { name, fault });
    assert_eq!(connected.err(), Some(expected));
    assert!(listener.accept().is_err(), "a direct connection was made");
}
