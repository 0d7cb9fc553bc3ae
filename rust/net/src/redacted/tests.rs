use godot_rustls_testkit::Generator;

use super::*;
use crate::proxy::Proxy;

#[test]
fn urls_are_shown_without_their_secrets() {
    let read = Url::parse("https://me:secret@example.org:8443/a?secret#secret").unwrap();
    assert_eq!(url(&read), "\"https://example.org:8443/a\"");
    for (text, shown) in [
        ("example.org/a", "\"example.org/a\""),
        ("ftp://example.org/a?secret", "\"ftp://example.org/a…\""),
        ("https://example.org/#secret", "\"https://example.org/…\""),
        ("https://me:secret@example.org/", "\"https://…\""),
        ("https://me:se?cr/et@example.org/", "\"https://…\""),
        ("me:secret@example.org", "\"…\""),
        ("https://me:secret", "\"https://me:…\""),
        ("me:secret/x", "\"me:…\""),
        ("http://[::1]:80/a", "\"http://[::1]:80/a\""),
        ("http://[::1]:secret/a", "\"http://[::1]:…\""),
        ("ä:ö", "\"ä:…\""),
        ("", "\"\""),
        ("me:se://cret@example.org", "\"…\""),
        ("https:\\\\me:secret@example.org", "\"…\""),
    ] {
        assert_eq!(url_text(text), shown, "{text}");
    }
    assert_eq!(host("example.org"), "example.org");
    assert_eq!(host("me:secret@example.org/x"), "\"…\"");
}

#[test]
fn a_password_is_not_shown_however_its_url_is_damaged() {
    for text in [
        "https:\\\\me:secret",
        "https:/me:secret",
        "https:///me:secret",
        "https:me:secret",
        "me:/secret",
        "me: secret",
        "me:\tsecret",
        "ftp:/\t/me:secret",
        "//me:secret",
        " https://me:secret",
        "https:/\t/me:secret",
        "ht\ntps://me:secret",
        "me:sec]secret",
        "[me:secret]",
        "https://[me:secret]/",
        "https://[::1]x:secret",
        "https://[fe80::1%25eth0]:secret",
    ] {
        assert!(!url_text(text).contains("secret"), "{}", url_text(text));
        assert!(!host(text).contains("secret"), "{}", host(text));
    }
    assert_eq!(host("me:secret"), "\"me:…\"");
}

#[test]
fn hosts_are_shown_as_they_are() {
    for text in [
        "example.org",
        "b\u{fc}cher.example",
        "_a-b.test.",
        "127.0.0.1",
        "::1",
        "[::1]",
        "fe80::1%eth0",
        "[2001:db8::1]",
        "",
    ] {
        assert_eq!(host(text), text);
    }
    let reversed = host("a\u{202e}b");
    assert_eq!(reversed, "\"a\\u{202e}b\"");
    assert!(host(&"a".repeat(100_000)).len() < 1000);
}

/// Passwords of two halves around any character, after a user and a colon, with or without the
/// server that should follow.
#[test]
fn no_half_of_a_password_is_shown() {
    const BEGINNINGS: &[&str] = &[
        "",
        "http://",
        "HTTPS://",
        "https:\\\\",
        "https:/",
        "https:",
        "//",
        "\\\\",
        " http://",
        "ftp:///",
    ];
    const MIDDLES: &[&str] = &[
        "", ":", "]", "[", "/", "\\", "?", "#", "%", "%40", "@", "\u{fc}", "\u{202e}", " ", "\n",
        "://",
    ];
    const ENDS: &[&str] = &[
        "",
        "@",
        "@a.test",
        "@[::1]:80",
        "@a.test:80/x",
        "/x",
        "?x",
        "#x",
        ":80",
        "@a@b",
    ];
    let mut generator = Generator::new(2);
    for _ in 0..4000 {
        let beginning = *generator.pick(BEGINNINGS);
        let before = *generator.pick(&["", "", "", "/", "\\", " ", "]", "[", "%"]);
        let middle = *generator.pick(MIDDLES);
        let end = *generator.pick(ENDS);
        let text = format!("{beginning}me:{before}first{middle}second{end}");
        let mut shown = vec![url_text(&text), host(&text)];
        let read = Url::parse(&text).ok();
        let has_password = |read: &Url| {
            let password = read.password().unwrap_or_default();
            password.contains("first") && password.contains("second")
        };
        shown.extend(read.filter(has_password).map(|read| url(&read)));
        // In "me:first@second" the host is "second".
        if middle != "@"
            && let Err(error) = Proxy::parse(&text, 1)
        {
            shown.extend([error.to_string(), format!("{error:?}")]);
        }
        for shown in shown {
            let is_secret = shown.contains("first") || shown.contains("second");
            assert!(!is_secret, "{text:?} is shown as {shown}");
        }
    }
}

#[test]
fn noise_is_shown_on_one_short_line() {
    let mut generator = Generator::new(3);
    for _ in 0..4000 {
        let mut bytes = generator
            .pick(&[
                "https://me:p@[fe80::1%25lo]:8080/a?b#c",
                "b\u{fc}cher.\u{4f8b}\u{5b50}.test:1",
                "[::ffff:192.0.2.1]",
                "http:\\\\[::1]@x]:\u{202e}",
            ])
            .as_bytes()
            .to_vec();
        generator.damage(&mut bytes);
        let text = String::from_utf8_lossy(&bytes);
        let mut shown = vec![url_text(&text), host(&text)];
        shown.extend(Url::parse(&text).ok().map(|read| url(&read)));
        for shown in shown {
            assert!(!shown.contains(char::is_control), "{text:?}: {shown}");
            assert!(!shown.contains('\u{202e}'), "{text:?}: {shown}");
            assert!(shown.chars().count() < 200, "{text:?}: {shown}");
        }
    }
}
