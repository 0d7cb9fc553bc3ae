use std::process::Command;

use godot_rustls_testkit::Generator;

use super::*;

fn proxy(scheme: ProxyScheme, host: &str, port: u16) -> Proxy {
    Proxy {
        scheme,
        host: host.to_owned(),
        port,
        credentials: None,
    }
}

fn with(mut proxy: Proxy, user: &str, password: &str) -> Proxy {
    proxy.credentials = Some((user.to_owned(), Zeroizing::new(password.to_owned())));
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
        let told = Proxy::parse(host, port).unwrap_err();
        assert!(told.contains(word), "{told}");
        assert!(!told.contains("secret"), "{told}");
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

/// What variables come to.
fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::of(|name| {
        let mut found = variables.iter().filter(|(known, _)| *known == name);
        found.next().map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn a_proxy_that_was_set_comes_before_the_environment() {
    let http = Some(proxy(ProxyScheme::Http, "plain", 1));
    let https = Some(proxy(ProxyScheme::Socks5, "secure", 2));
    for environment in [None, Some(environment(&[("all_proxy", "other")]))] {
        let routes = Routes {
            http: http.clone(),
            https: https.clone(),
            environment,
        };
        assert_eq!(routes.route(false, "a", 80).unwrap(), http);
        assert_eq!(routes.route(true, "a", 443).unwrap(), https);
    }
    assert_eq!(Routes::default().route(true, "a", 443).unwrap(), None);
}

#[test]
fn the_rules_of_the_environment_are_followed() {
    let of_both = environment(&[
        ("http_proxy", "plain:3128"),
        ("https_proxy", "http://us%40er:p%3aw@secure"),
        ("no_proxy", "localhost, 127.0.0.0/8, ::1, .inside.example"),
    ]);
    let route = |is_https, host| of_both.route(is_https, host, 1234).unwrap();
    let plain = proxy(ProxyScheme::Http, "plain", 3128);
    let secure = with(proxy(ProxyScheme::Http, "secure", 1080), "us@er", "p:w");
    assert_eq!(route(false, "example.com"), Some(plain.clone()));
    assert_eq!(route(true, "example.com"), Some(secure));
    assert_eq!(route(false, "2001:db8::1"), Some(plain));
    for host in ["localhost", "127.3.2.1", "::1", "[::1]", "a.inside.example"] {
        assert_eq!(route(false, host), None, "{host}");
        assert_eq!(route(true, host), None, "{host}");
    }
    let socks = environment(&[("ALL_PROXY", "socks5h://u:p@[::1]:9050")]);
    let expected = with(proxy(ProxyScheme::Socks5h, "::1", 9050), "u", "p");
    for is_https in [false, true] {
        let found = socks.route(is_https, "a", 443).unwrap();
        assert_eq!(found, Some(expected.clone()));
    }
}

#[test]
fn a_variable_that_is_empty_is_none() {
    let expected = Some(proxy(ProxyScheme::Http, "other", 1));
    for variables in [
        [("HTTPS_PROXY", ""), ("https_proxy", "other:1")],
        [("https_proxy", " "), ("all_proxy", "other:1")],
        [("ALL_PROXY", ""), ("all_proxy", "other:1")],
        [("NO_PROXY", "a"), ("all_proxy", "other:1")],
    ] {
        let found = environment(&variables).route(true, "b", 443).unwrap();
        assert_eq!(found, expected, "{variables:?}");
    }
    let exempting = environment(&[
        ("all_proxy", "other:1"),
        ("NO_PROXY", ""),
        ("no_proxy", "a"),
    ]);
    assert_eq!(exempting.route(true, "a", 443).unwrap(), None);
}

#[test]
fn every_way_to_write_an_exemption_counts() {
    for (list, host) in [
        ("*", "a.example"),
        ("*", "192.0.2.1"),
        ("*", "2001:db8::1"),
        ("a, *", "192.0.2.1"),
        ("[::1]", "::1"),
        ("a,[2001:DB8::1]", "[2001:db8::1]"),
        ("[2001:db8::]/32", "2001:db8::1"),
        ("a b.example", "c.b.example"),
    ] {
        let found = environment(&[("all_proxy", "proxy"), ("no_proxy", list)]);
        assert_eq!(found.route(true, host, 443).unwrap(), None, "{list} {host}");
        assert!(found.route(true, "b.test", 443).unwrap().is_some() || list.contains('*'));
    }
}

#[test]
fn a_proxy_of_the_environment_that_cannot_be_used_is_not_gone_around() {
    let long = format!("socks5://u:{}@proxy", "secret".repeat(50));
    for (value, words) in [
        ("https://u:secret@proxy", "not supported yet"),
        ("socks4://u:secret@proxy", "socks4://"),
        ("socks://u:secret@proxy:9050/", "socks://"),
        ("http://u:secret@", "is no proxy"),
        ("http://u:secret@pro xy", "is no proxy"),
        ("http://u:secret@proxy:99999", "is no proxy"),
        ("\u{fffd}", "is no proxy"),
        ("socks5://u@proxy", "1 to 255 bytes"),
        (&long, "1 to 255 bytes"),
    ] {
        let named = environment(&[("all_proxy", value), ("no_proxy", "inside")]);
        let told = named.route(true, "a", 443).unwrap_err();
        assert!(told.contains(words), "{told}");
        assert!(told.contains("all_proxy"), "{told}");
        assert!(!told.contains("secret"), "{told}");
        assert_eq!(named.route(true, "inside", 443).unwrap(), None);
        assert!(!format!("{named:?}").contains("secret"));
    }
    // A better one behind it does not count: it may be for less.
    let both = environment(&[("all_proxy", "proxy"), ("HTTPS_PROXY", "socks://proxy")]);
    assert!(
        both.route(true, "a", 443)
            .unwrap_err()
            .contains("HTTPS_PROXY")
    );
    assert!(both.route(false, "a", 80).unwrap().is_some());
    both.route(true, "a b", 443).unwrap_err();
}

/// A server gives a script the header `Proxy` as HTTP_PROXY (httpoxy): anybody could name a proxy.
#[test]
fn a_script_of_a_web_server_takes_no_proxy_from_who_asks() {
    let script = environment(&[
        ("REQUEST_METHOD", "GET"),
        ("HTTP_PROXY", "http://evil.example"),
        ("https_proxy", "proxy"),
    ]);
    assert_eq!(script.route(false, "a", 80).unwrap(), None);
    assert!(script.route(true, "a", 443).unwrap().is_some());
}

/// Only a process of its own can have another environment.
#[test]
fn the_variables_are_read_when_that_is_wished() {
    const CHILD: &str = "IS_CHILD_OF_PROXY_TEST";
    if std::env::var_os(CHILD).is_some() {
        let routes = Routes {
            environment: Some(Environment::read()),
            ..Routes::default()
        };
        let expected = proxy(ProxyScheme::Http, "from-environment", 3128);
        assert_eq!(routes.route(true, "a", 443).unwrap(), Some(expected));
        assert_eq!(routes.route(true, "127.0.0.1", 443).unwrap(), None);
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "proxy::tests::the_variables_are_read_when_that_is_wished",
        ])
        .env(CHILD, "1")
        .env_remove("HTTPS_PROXY")
        .env_remove("NO_PROXY")
        .env("https_proxy", "http://from-environment:3128")
        .env("no_proxy", "127.0.0.1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
}
