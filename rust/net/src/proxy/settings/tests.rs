use godot_rustls_testkit::Generator;

use super::*;

pub(in crate::proxy) fn proxy(scheme: ProxyScheme, host: &str, port: u16) -> Proxy {
    Proxy {
        scheme,
        host: host.to_owned(),
        port,
        credentials: None,
    }
}

pub(in crate::proxy) fn with(mut proxy: Proxy, user: &str, password: &str) -> Proxy {
    proxy.credentials = Some(Credentials {
        user: user.to_owned(),
        password: Zeroizing::new(password.to_owned()),
    });
    proxy
}

#[test]
fn hosts_and_urls_are_read() {
    use ProxyScheme::{Http, Socks5, Socks5h};
    for (host, port, expected) in [
        ("proxy", 3128, proxy(Http, "proxy", 3128)),
        (" Proxy.Example ", 80, proxy(Http, "proxy.example", 80)),
        ("10.0.0.1", 8080, proxy(Http, "10.0.0.1", 8080)),
        ("::1", 8080, proxy(Http, "::1", 8080)),
        ("[::1]", 8080, proxy(Http, "::1", 8080)),
        ("bücher.example", 1, proxy(Http, "xn--bcher-kva.example", 1)),
        ("proxy:3128", -1, proxy(Http, "proxy", 3128)),
        ("proxy", 0, proxy(Http, "proxy", 1080)),
        ("http://proxy:80", -1, proxy(Http, "proxy", 80)),
        ("HTTP://proxy:80/", 0, proxy(Http, "proxy", 80)),
        ("http://proxy:80", 3128, proxy(Http, "proxy", 3128)),
        ("http://[fe80::1]:81", 0, proxy(Http, "fe80::1", 81)),
        ("socks5://10.0.0.1", 0, proxy(Socks5, "10.0.0.1", 1080)),
        ("SOCKS5h://proxy:9050", -1, proxy(Socks5h, "proxy", 9050)),
        (
            "http://us%40er:p%3a%C3%BC@proxy:1",
            -1,
            with(proxy(Http, "proxy", 1), "us@er", "p:ü"),
        ),
        (
            "http://user@proxy:1",
            -1,
            with(proxy(Http, "proxy", 1), "user", ""),
        ),
        (
            "socks5://u:p@[::1]:1",
            -1,
            with(proxy(Socks5, "::1", 1), "u", "p"),
        ),
    ] {
        assert_eq!(Proxy::parse(host, port).unwrap(), Some(expected), "{host}");
    }
}

#[test]
fn no_host_or_no_port_at_all_removes_the_proxy() {
    for (host, port) in [("", 8080), ("  ", -1), ("proxy", -1), ("http://proxy", -1)] {
        assert_eq!(Proxy::parse(host, port).unwrap(), None, "{host}");
    }
}

#[test]
fn what_is_no_proxy_is_told_without_its_password() {
    for (host, port, word) in [
        ("https://u:secret@proxy", 1, "not supported yet"),
        ("socks4://u:secret@proxy", 1, "socks4://"),
        ("http://u:secret@proxy/path", 1, "is no proxy"),
        ("http://u:secret@", 1, "is no proxy"),
        ("http://u:secret@a b", 1, "is no proxy"),
        ("http://u:secret@proxy:70000", 0, "is no proxy"),
        ("u:secret@proxy?x", 1, "is no proxy"),
        ("proxy", 65536, "65536 is no port"),
        ("proxy:0", 0, "0 is no port"),
        ("http://u%3a:secret@proxy", 1, "colon"),
        ("http://u:secret%ff@proxy", 1, "UTF-8"),
        ("socks5://u@proxy", 1, "255"),
        ("pro\r\nxy: 1", 1, "is no proxy"),
    ] {
        let error = Proxy::parse(host, port).unwrap_err();
        let told = error.to_string();
        assert!(told.contains(word), "{told}");
        assert!(!told.contains("secret"), "{told}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

#[test]
fn the_password_is_never_shown_and_tells_proxies_apart() {
    use std::collections::HashSet;
    let one = with(proxy(ProxyScheme::Http, "proxy", 1), "user", "secret");
    let other = with(proxy(ProxyScheme::Http, "proxy", 1), "user", "other");
    assert!(!format!("{one:?}").contains("secret"));
    let set: HashSet<Proxy> = [one.clone(), other, one].into();
    assert_eq!(set.len(), 2);
}

#[test]
fn noise_never_panics() {
    let mut generator = Generator::new(1);
    for _ in 0..3000 {
        let mut text = b"socks5h://us%40er:p%3a@[fe80::1]:8080/".to_vec();
        generator.damage(&mut text);
        let port = i64::try_from(generator.below(70_000)).unwrap() - 100;
        let _ = Proxy::parse(&String::from_utf8_lossy(&text), port);
    }
}
