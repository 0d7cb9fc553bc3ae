//! Ways to a server: through proxies that answer by script.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::thread;

use super::server::ok;
use super::*;
use crate::diagnosis::{Cause, Vocabulary};
use crate::http::connect::socks::Place;
use crate::http::connect::through::by_socks;
use crate::http::connect::{Limit, PhaseCell};
use crate::http::proxy::Proxy;
use crate::http::target::Origin;
use crate::testing::client;

fn pool_through(proxy: &str) -> Arc<Pool> {
    let proxy = Proxy::parse(proxy, 0).unwrap();
    let routes = Routes {
        http: proxy.clone(),
        https: proxy,
        ..Routes::default()
    };
    Pool::new(connector(&client(&[]), routes))
}

/// Each connection is served on a thread of its own, and knows its number.
fn listen(serve: impl Fn(TcpStream, usize) -> io::Result<()> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    // Ends with the process: nobody waits for it.
    thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let serve = Arc::clone(&serve);
            // The client may leave whenever it likes.
            thread::spawn(move || serve(stream, number));
        }
    });
    port
}

/// A SOCKS proxy that answers requests itself.
pub(super) struct SocksProxy {
    pub(super) port: u16,
    /// What it was asked for: methods, credentials, places.
    pub(super) asked: Shared<Vec<String>>,
}

impl SocksProxy {
    /// `method` is what it picks of those offered, `reply` what it says to each connection's request.
    pub(super) fn start(
        method: u8,
        reply: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let asked = Shared::<Vec<String>>::default();
        let kept = Arc::clone(&asked);
        let port = listen(move |mut stream, number| {
            let tell = |what: String| kept.lock().unwrap().push(what);
            let [_, count] = take(&mut stream)?;
            tell(format!("methods {:?}", some(&mut stream, count)?));
            stream.write_all(&[5, method])?;
            if method == 2 {
                let [version, length] = take(&mut stream)?;
                let user = text(&mut stream, length)?;
                let [length] = take(&mut stream)?;
                let password = text(&mut stream, length)?;
                tell(format!("login {version} {user} {password}"));
                stream.write_all(&[1, u8::from(password == "wrong")])?;
            }
            tell(place(&mut stream)?);
            let reply = reply(number);
            stream.write_all(&reply)?;
            if reply.len() < GRANTED.len() {
                return stream.shutdown(Shutdown::Write);
            }
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.extend(take::<1>(&mut stream)?);
            }
            stream.write_all(&ok("x"))
        });
        Self { port, asked }
    }

    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn place(stream: &mut TcpStream) -> io::Result<String> {
    let [5, 1, 0, kind] = take(stream)? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let place = match kind {
        1 => format!("address {}", Ipv4Addr::from(take::<4>(stream)?)),
        4 => format!("address {}", Ipv6Addr::from(take::<16>(stream)?)),
        _ => {
            let [length] = take(stream)?;
            format!("name {}", text(stream, length)?)
        }
    };
    Ok(format!("{place} {}", u16::from_be_bytes(take(stream)?)))
}

fn take<const COUNT: usize>(stream: &mut TcpStream) -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn some(stream: &mut TcpStream, count: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(count)];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text(stream: &mut TcpStream, count: u8) -> io::Result<String> {
    Ok(String::from_utf8(some(stream, count)?).unwrap())
}

const GRANTED: [u8; 10] = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

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
    let answer = block_on(ask(&pool, order(&format!("http://{name}:81/"))));
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
                whole(ask(&pool, order(&format!("http://{host}/"))).await).0,
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
fn a_socks_proxy_is_offered_one_address_after_the_other() {
    let proxy = SocksProxy::start(0, |number| match number {
        0 => vec![5, 4, 0, 1, 0, 0, 0, 0, 0, 0],
        _ => GRANTED.to_vec(),
    });
    let origin = Origin {
        is_https: false,
        host: "two.test".to_owned(),
        port: 80,
    };
    let places = ["2001:db8::1", "192.0.2.1", "192.0.2.2"]
        .map(|address| Place::Address(address.parse().unwrap()));
    let way = Proxy::parse("socks5://127.0.0.1", i64::from(proxy.port))
        .unwrap()
        .unwrap();
    let limit = Limit::new(Some(Duration::from_secs(10)), Vocabulary::default());
    let phase = PhaseCell::default();
    let made = block_on(by_socks(&way, &origin, &places, &limit, &phase));
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
            let mut asked = order("http://hidden.test/");
            asked.rules.timeout = Some(Duration::from_secs(10));
            let (ending, body) = ask(&pool_through(&way), asked).await;
            let told = ending.failure.as_ref().map(ToString::to_string);
            assert!(!told.unwrap_or_default().contains("secret"));
            failed((ending, body), FailureKind::CantConnect, words);
        }
    });
}

#[test]
fn a_tunnel_is_there_with_any_status_of_success() {
    block_on(async {
        for (answer, kind, words) in [
            (
                "HTTP/1.1 204 Fine\r\nVia: a\r\n\r\n",
                FailureKind::TlsHandshake,
                "",
            ),
            ("HTTP/1.0 200 OK\r\n\r\n", FailureKind::TlsHandshake, ""),
            (
                "HTTP/1.1 403 No\r\n\r\n",
                FailureKind::CantConnect,
                "403 No",
            ),
            ("HTTP/1.1 407 Who\r\n\r\n", FailureKind::CantConnect, "user"),
            ("SSH-2.0-x\r\n\r\n", FailureKind::CantConnect, "no HTTP"),
            (
                "HTTP/1.1 200 OK\r\n",
                FailureKind::CantConnect,
                "closed the connection",
            ),
        ] {
            let port = listen(move |mut stream, _| {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.extend(take::<1>(&mut stream)?);
                }
                stream.write_all(answer.as_bytes())?;
                stream.shutdown(Shutdown::Write)
            });
            let pool = pool_through(&format!("http://127.0.0.1:{port}"));
            let told = ask(&pool, order("https://hidden.test/")).await;
            failed(told, kind, words);
        }
    });
}

#[tokio::test]
async fn advice_names_the_setting_of_the_class_that_connects() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let origin = Origin {
        is_https: true,
        host: "127.0.0.1".to_owned(),
        port,
    };
    let limit = Some(Duration::from_millis(20));
    let connector =
        Connector::new(Arc::new(client(&[])), Routes::default(), limit).speaking(Vocabulary {
            connect_limit: "patience",
        });
    let failed = connector.connect(&origin, &PhaseCell::default()).await;
    let failure = failed.err().unwrap();
    assert_eq!(failure.cause, Cause::Timeout);
    assert!(failure.message.contains("raise patience if"), "{failure}");
}
