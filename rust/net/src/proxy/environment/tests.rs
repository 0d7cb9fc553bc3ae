use std::process::Command;

use super::*;
use crate::proxy::settings::ProxyScheme;
use crate::proxy::settings::tests::{proxy, with};

/// Returns the environment that has these variables.
pub(in crate::proxy) fn environment(variables: &[(&str, &str)]) -> Environment {
    Environment::from_variables(|name| {
        let mut found = variables.iter().filter(|(known, _)| *known == name);
        found.next().map(|(_, value)| (*value).to_owned())
    })
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
        let told = named.route(true, "a", 443).unwrap_err().to_string();
        assert!(told.contains(words), "{told}");
        assert!(told.contains("all_proxy"), "{told}");
        assert!(!told.contains("secret"), "{told}");
        assert_eq!(named.route(true, "inside", 443).unwrap(), None);
        assert!(!format!("{named:?}").contains("secret"));
    }
    // A better one behind it does not count: it may be for less.
    let both = environment(&[("all_proxy", "proxy"), ("HTTPS_PROXY", "socks://proxy")]);
    let error = both.route(true, "a", 443).unwrap_err();
    let ProxyError::Variable { name, fault } = error else {
        panic!("{error:?}");
    };
    assert_eq!(name, "HTTPS_PROXY");
    assert_eq!(*fault, ProxyError::UnknownScheme("socks".to_owned()));
    assert!(both.route(false, "a", 80).unwrap().is_some());
    let invalid = ProxyError::InvalidHost("a b".to_owned());
    assert_eq!(both.route(true, "a b", 443), Err(invalid));
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
        let routes = Environment::read();
        let expected = proxy(ProxyScheme::Http, "from-environment", 3128);
        assert_eq!(routes.route(true, "a", 443).unwrap(), Some(expected));
        assert_eq!(routes.route(true, "127.0.0.1", 443).unwrap(), None);
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "proxy::environment::tests::the_variables_are_read_when_that_is_wished",
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
