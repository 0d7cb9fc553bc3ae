//! Alternative names from text and from common names.

use super::*;
use crate::testing::{trusting, verdict};

/// The names of a certificate that was made with them.
fn written(texts: &[&str]) -> Vec<String> {
    let key = Key::new(KeyKind::P256);
    let made = self_signed(&key, &subject("CN=unused"), &dates(), &names(texts)).unwrap();
    made.facts().alternative_names().collect()
}

fn of_common_name(name: &str) -> Option<String> {
    let made = of_itself(&format!("CN={name}"));
    let found: Vec<String> = made.facts().alternative_names().collect();
    assert!(found.len() <= 1, "{found:?}");
    assert_eq!(made.facts().has_alternative_names, found.len() == 1);
    found.into_iter().next()
}

#[test]
fn dns_names_and_addresses_are_told_apart_and_kept_as_they_are() {
    assert_eq!(
        written(&["localhost", "Play_1.Example.org", "*.example.org"]),
        ["localhost", "Play_1.Example.org", "*.example.org"]
    );
    assert_eq!(
        written(&["127.0.0.1", "::1", "2001:DB8::0:1"]),
        ["127.0.0.1", "::1", "2001:db8::1"]
    );
}

#[test]
fn internationalised_names_are_written_in_a_labels() {
    assert_eq!(
        written(&["bücher.example", "*.BÜCHER.example", "例え.テスト"]),
        [
            "xn--bcher-kva.example",
            "*.xn--bcher-kva.example",
            "xn--r8jz45g.xn--zckzah"
        ]
    );
}

#[test]
fn the_same_name_is_written_once() {
    assert_eq!(
        written(&[
            "a.example",
            "A.Example",
            "bücher.example",
            "xn--bcher-kva.example",
            "::1",
            "0::1",
            "127.0.0.1",
            "127.0.0.1"
        ]),
        ["a.example", "xn--bcher-kva.example", "::1", "127.0.0.1"]
    );
}

#[test]
fn what_is_neither_a_dns_name_nor_an_address_is_refused_with_the_mistake() {
    let long_label = format!("{}.example", "a".repeat(64));
    let long_name = ["a".repeat(50).as_str(); 6].join(".");
    for (bad, mistake) in [
        ("", "is empty"),
        ("https://example.org", "URL"),
        ("wss://example.org:443/path", "URL"),
        ("example.org/path", "\"/\""),
        ("10.0.0.0/8", "\"/\""),
        ("a.example, *.b.example", "comma"),
        ("DNS:example.org", "leave \"DNS:\" out"),
        ("dns:example.org", "leave \"dns:\" out"),
        ("IP:127.0.0.1", "leave \"IP:\" out"),
        ("IP Address:127.0.0.1", "leave \"IP Address:\" out"),
        ("URI:https://example.org", "leave \"URI:\" out"),
        ("example.org:443", "port"),
        ("127.0.0.1:443", "port"),
        ("[::1]", "brackets"),
        ("[::1]:443", "brackets"),
        ("*", "wildcard"),
        ("*.", "ends in a dot"),
        ("a.*.example", "wildcard"),
        ("f*.example.org", "wildcard"),
        ("*.*.example.org", "wildcard"),
        ("example.*", "wildcard"),
        ("*.local", "top-level domain"),
        ("example.org.", "ends in a dot"),
        ("player@example.org", "e-mail"),
        (" example.org", "blanks"),
        ("example.org\n", "blanks"),
        ("My Game Server", "blanks"),
        ("256.1.1.1", "ends in a number"),
        ("127.1", "ends in a number"),
        ("2130706433", "ends in a number"),
        ("127.0.0.0x1", "ends in a number"),
        ("*.127.0.0.1", "ends in a number"),
        ("fe80::1%eth0", "neither"),
        ("::zz", "neither"),
        ("a..b", "neither"),
        (".example.org", "neither"),
        ("-a.example", "neither"),
        ("a\0b", "neither"),
        ("exam,ple", "comma"),
        (&long_label, "64 bytes"),
        (&long_name, "305 bytes"),
    ] {
        let refused = AlternativeNames::parse(&["good.example".to_owned(), bad.to_owned()]);
        let refused = refused.unwrap_err().to_string();
        says(&refused, &[&crate::text::quoted(bad), mistake]);
        assert!(!refused.contains(['\0', '\n']));
    }
}

#[test]
fn no_names_are_no_names() {
    assert!(AlternativeNames::parse(&[]).unwrap().is_empty());
    assert!(!names(&["a"]).is_empty());
}

#[test]
fn a_common_name_that_is_a_host_becomes_an_alternative_name() {
    for (name, alternative) in [
        ("localhost", "localhost"),
        ("myserver", "myserver"),
        ("play.example.org", "play.example.org"),
        ("*.example.org", "*.example.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("192.168.0.1", "192.168.0.1"),
        ("::1", "::1"),
        ("play.example.org.", "play.example.org"),
        ("*.example.org.", "*.example.org"),
        ("192.168.0.1.", "192.168.0.1"),
    ] {
        assert_eq!(of_common_name(name).as_deref(), Some(alternative), "{name}");
    }
}

#[test]
fn every_certificate_passes_under_its_own_common_name() {
    for name in [
        "localhost",
        "localhost.",
        "play.example.org.",
        "Play.Example.org.",
        "bücher.example.",
        "192.168.0.1",
        "192.168.0.1.",
        "::1",
        "My Game Server",
        "My Game Server Inc.",
        "localhost..",
        " localhost",
        "127.1",
        "play-.example.org",
    ] {
        let made = of_itself(&format!("CN={name}"));
        let verdict = verdict(&trusting(&[&made]), &[made], name);
        assert!(verdict.is_ok(), "{name:?}: {verdict:?}");
    }
}

#[test]
fn any_other_common_name_becomes_none() {
    for name in [
        "My Game Server",
        " localhost",
        "localhost ",
        "https://example.org",
        "example.org:443",
        "127.1",
        "127.0.0.0x1",
        "１２７.0.0.1",
        "2026",
        "f*.example.org",
        "*.local",
        "*",
        "example.org..",
        "DNS:example.org",
        "player@example.org",
        "a..b",
    ] {
        assert_eq!(of_common_name(name), None, "{name}");
    }
    assert_eq!(of_common_name(&"a".repeat(64)), None);
}

#[test]
fn absurdly_many_names_are_refused() {
    let many =
        |count: u32| -> Vec<String> { (0..count).map(|n| format!("n{n}.example.org")).collect() };
    assert!(AlternativeNames::parse(&many(1000)).is_ok());
    says(
        &AlternativeNames::parse(&many(1001)).unwrap_err(),
        &["1001", "1000"],
    );
}
