//! Requests through scripted proxies.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;

use tokio::io::AsyncReadExt as _;

use super::clock::by_timers;
use super::*;
use godot_rustls_net::origin::Origin;
use godot_rustls_net::phase::PhaseCell;
use godot_rustls_net::proxy::Proxy;
use godot_rustls_net::vocabulary::Vocabulary;
use godot_rustls_testkit::socks::{GRANTED, SocksProxy, listen};
use godot_rustls_tls::diagnosis::Cause;
use godot_rustls_tls::testing::client;

fn pool_through(proxy: &str) -> Arc<Pool> {
    let proxy = Proxy::parse(proxy, 0).unwrap();
    let routes = Routes {
        http: proxy.clone(),
        https: proxy,
        ..Routes::default()
    };
    Pool::new(connector(&client(&[]), routes))
}

#[test]
fn socks_takes_a_user_a_password_and_a_name_of_full_length() {
    let proxy = SocksProxy::start(2, |_| GRANTED.to_vec());
    let (user, password) = ("u".repeat(255), "p".repeat(255));
    let name = [
        "n".repeat(60),
        "n".repeat(60),
        "n".repeat(60),
        "n".repeat(60),
    ]
    .join(".");
    let pool = pool_through(&format!(
        "socks5h://{user}:{password}@127.0.0.1:{}",
        proxy.port
    ));
    let answer = block_on(ask(&pool, request(&format!("http://{name}:81/"))));
    assert_eq!(whole(answer).0, 200);
    assert_eq!(
        proxy.asked(),
        [
            "methods [0, 2]".to_owned(),
            format!("login 1 {user} {password}"),
            format!("name {name} 81"),
        ]
    );
}

#[test]
fn a_socks_proxy_may_do_without_the_credentials_and_answer_with_any_address() {
    let v6 = [&[5, 0, 0, 4][..], &[1; 16], &[0, 80]].concat();
    let name = [&[5, 0, 0, 3, 4][..], b"name", &[0, 80]].concat();
    let proxy = SocksProxy::start(0, move |number| [&v6, &name][number].clone());
    block_on(async {
        for (credentials, host) in [("ada:secret@", "[::1]"), ("", "127.0.0.1")] {
            let pool = pool_through(&format!("socks5://{credentials}127.0.0.1:{}", proxy.port));
            assert_eq!(
                whole(ask(&pool, request(&format!("http://{host}/"))).await).0,
                200
            );
        }
    });
    assert_eq!(
        proxy.asked(),
        [
            "methods [0, 2]",
            "address ::1 80",
            "methods [0]",
            "address 127.0.0.1 80"
        ]
    );
}

#[test]
fn what_a_socks_proxy_does_not_do_is_told() {
    block_on(async {
        for (method, reply, credentials, words) in [
            (0xFF, GRANTED.to_vec(), "", "wants a user and a password"),
            (
                0xFF,
                GRANTED.to_vec(),
                "ada:secret@",
                "neither with nor without",
            ),
            (2, GRANTED.to_vec(), "", "method 2"),
            (2, GRANTED.to_vec(), "ada:wrong@", "does not take this user"),
            (0, vec![5, 2, 0, 1], "", "rules do not allow"),
            (0, vec![5, 99, 0, 1], "", "error 99"),
            (0, vec![4, 0, 0, 1], "", "no SOCKS 5"),
            (0, vec![5, 0, 0, 2], "", "no SOCKS 5"),
            (0, GRANTED[..7].to_vec(), "", "closed the connection"),
        ] {
            let proxy = SocksProxy::start(method, move |_| reply.clone());
            let way = format!("socks5h://{credentials}127.0.0.1:{}", proxy.port);
            let mut asked = request("http://hidden.test/");
            asked.limits.timeout = Some(Duration::from_secs(10));
            let (outcome, body) = ask(&pool_through(&way), asked).await;
            let told = outcome.failure.as_ref().map(ToString::to_string);
            assert!(!told.unwrap_or_default().contains("secret"));
            failed((outcome, body), FetchErrorKind::CantConnect, words);
        }
    });
}

#[test]
fn a_tunnel_is_there_with_any_status_of_success() {
    block_on(async {
        for (answer, kind, words) in [
            (
                "HTTP/1.1 204 Fine\r\nVia: a\r\n\r\n",
                FetchErrorKind::TlsHandshake,
                "",
            ),
            ("HTTP/1.0 200 OK\r\n\r\n", FetchErrorKind::TlsHandshake, ""),
            (
                "HTTP/1.1 403 No\r\n\r\n",
                FetchErrorKind::CantConnect,
                "403 No",
            ),
            (
                "HTTP/1.1 407 Who\r\n\r\n",
                FetchErrorKind::CantConnect,
                "user",
            ),
            ("SSH-2.0-x\r\n\r\n", FetchErrorKind::CantConnect, "no HTTP"),
            (
                "HTTP/1.1 200 OK\r\n",
                FetchErrorKind::CantConnect,
                "closed the connection",
            ),
        ] {
            let port = listen(move |mut stream, _| {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte)?;
                    head.extend(byte);
                }
                stream.write_all(answer.as_bytes())?;
                stream.shutdown(Shutdown::Write)
            });
            let pool = pool_through(&format!("http://127.0.0.1:{port}"));
            let told = ask(&pool, request("https://hidden.test/")).await;
            failed(told, kind, words);
        }
    });
}

#[tokio::test]
async fn advice_names_the_setting_of_the_class_that_connects() {
    const LIMIT: Duration = Duration::from_secs(10);
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let origin = Origin {
        is_https: true,
        host: "127.0.0.1".to_owned(),
        port: silent.local_addr().unwrap().port(),
    };
    let vocabulary = Vocabulary {
        tls: godot_rustls_tls::diagnosis::Vocabulary {
            connect_limit: "patience",
            ..Default::default()
        },
        ..Vocabulary::default()
    };
    let connecting = tokio::spawn(async move {
        let connector = Connector::new(Arc::new(client(&[])), Routes::default(), Some(LIMIT));
        let connected = connector.connect(&origin, &PhaseCell::default()).await;
        connected.err().unwrap()
    });
    let (mut connection, _) = silent.accept().await.unwrap();
    connection.read_u8().await.unwrap();
    let (failure, took) = by_timers(connecting).await;
    let diagnosis = failure.unwrap().diagnosis(vocabulary);
    assert_eq!(diagnosis.cause, Cause::Timeout);
    assert!(
        diagnosis.message.contains("raise patience if"),
        "{diagnosis}"
    );
    assert!(took.abs_diff(LIMIT) < LIMIT / 2, "{took:?}");
}
