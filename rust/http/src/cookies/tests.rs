use godot_rustls_testkit::Generator;

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// Returns a store with these cookies, set in this order.
fn jar(set: &[(&str, &str)]) -> Jar {
    let mut jar = Jar::default();
    for (from, text) in set {
        jar.store(&url(from), [*text].into_iter());
    }
    jar
}

/// Returns the `Cookie` field for a URL, or "".
fn sent(jar: &Jar, to: &str) -> String {
    jar.header(&url(to)).unwrap_or_default()
}

/// Asserts whether a cookie set by one URL is sent to another.
#[track_caller]
fn goes(from: &str, text: &str, to: &str, expected: bool) {
    let jar = jar(&[(from, text)]);
    assert_eq!(
        jar.header(&url(to)).is_some(),
        expected,
        "{text} {from} {to}"
    );
}

#[test]
fn a_cookie_goes_back_to_its_host_only_unless_a_domain_is_named() {
    for (text, to, expected) in [
        ("a=1", "https://www.example.com/x", true),
        ("a=1", "http://www.example.com:8080/", true),
        ("a=1", "https://example.com/", false),
        ("a=1", "https://b.www.example.com/", false),
        ("a=1; Domain=example.com", "https://example.com/", true),
        ("a=1; Domain=.Example.Com", "https://b.example.com/", true),
        ("a=1; Domain=example.com", "https://badexample.com/", false),
        ("a=1; Domain=other.com", "https://other.com/", false),
        ("a=1; Domain=b.example.com", "https://b.example.com/", false),
        (
            "a=1; Domain=www.example.com",
            "https://www.example.com/",
            true,
        ),
    ] {
        goes("https://www.example.com/", text, to, expected);
    }
}

#[test]
fn nobody_sets_cookies_for_a_whole_top_level_or_for_another_address() {
    goes("https://a.com/", "a=1; Domain=com", "https://b.com/", false);
    goes(
        "https://a.com/",
        "a=1; Domain=com.",
        "https://a.com/",
        false,
    );
    goes(
        "https://a.com./",
        "a=1; Domain=com.",
        "https://b.com./",
        false,
    );
    goes(
        "http://10.0.0.1/",
        "a=1; Domain=0.0.1",
        "http://9.0.0.1/",
        false,
    );
    goes(
        "http://10.0.0.1/",
        "a=1; Domain=10.0.0.2",
        "http://10.0.0.2/",
        false,
    );
    // The own host may be named.
    goes(
        "http://localhost/",
        "a=1; Domain=localhost",
        "http://localhost/",
        true,
    );
    goes(
        "http://localhost/",
        "a=1; Domain=localhost",
        "http://b.localhost/",
        false,
    );
    goes(
        "http://10.0.0.1/",
        "a=1; Domain=10.0.0.1",
        "http://10.0.0.1/",
        true,
    );
    goes("http://[::1]:80/", "a=1", "http://[::1]:81/", true);
    goes("http://[::1]/", "a=1; Domain=::1", "http://[::2]/", false);
}

#[test]
fn paths_are_obeyed() {
    for (from, text, to, expected) in [
        ("/", "a=1; Path=/one", "/one", true),
        ("/", "a=1; Path=/one", "/one/two", true),
        ("/", "a=1; Path=/one", "/onetwo", false),
        ("/", "a=1; Path=/one", "/", false),
        ("/one/two", "a=1", "/one/three", true),
        ("/one/two", "a=1", "/", false),
        ("/one/two", "a=1; Path=nonsense", "/one/", true),
    ] {
        let at = |path: &str| format!("https://a.com{path}");
        goes(&at(from), text, &at(to), expected);
    }
}

#[test]
fn secure_cookies_stay_in_tls() {
    goes("https://a.com/", "a=1; Secure", "https://a.com/", true);
    goes("https://a.com/", "a=1; Secure", "http://a.com/", false);
    goes("http://a.com/", "a=1; Secure", "https://a.com/", false);
    goes(
        "http://127.0.0.1/",
        "a=1; Secure",
        "http://127.0.0.1/",
        true,
    );
    // An attacker who can change responses over http cannot replace, remove or hide such a cookie.
    for text in [
        "a=forged",
        "a=; Max-Age=0",
        "a=forged; Path=/b",
        "a=forged; Domain=a.com",
    ] {
        let jar = jar(&[("https://a.com/", "a=1; Secure"), ("http://a.com/", text)]);
        assert_eq!(sent(&jar, "https://a.com/b"), "a=1", "{text}");
    }
    // Not from the parent domain either.
    let above = ("http://a.com/", "a=forged; Domain=a.com");
    let jar = jar(&[("https://b.a.com/", "a=1; Secure"), above]);
    assert_eq!(sent(&jar, "https://b.a.com/"), "a=1");
}

#[test]
fn prefixes_keep_their_promise() {
    for (text, expected) in [
        ("__Secure-a=1; Secure", true),
        ("__Secure-a=1; Secure; Domain=a.com", true),
        ("__Secure-a=1", false),
        ("__sEcUrE-a=1", false),
        ("__Host-a=1; Secure; Path=/", true),
        ("__Host-a=1; Path=/", false),
        ("__Host-a=1; Secure", false),
        ("__Host-a=1; Secure; Path=/x", false),
        ("__Host-a=1; Secure; Path=/; Domain=a.com", false),
        ("__HOST-a=1; Path=/", false),
        ("__Hos=1", true),
    ] {
        goes("https://a.com/x", text, "https://a.com/x", expected);
    }
    // A single label is no domain for cookies, but can be a host.
    goes(
        "https://localhost/",
        "__Host-a=1; Secure; Path=/; Domain=localhost",
        "https://localhost/",
        false,
    );
}

#[test]
fn cookies_end_when_they_should() {
    goes("https://a.com/", "a=1; Max-Age=100", "https://a.com/", true);
    goes("https://a.com/", "a=1; Max-Age=0", "https://a.com/", false);
    goes("https://a.com/", "a=1; Max-Age=-5", "https://a.com/", false);
    let past = "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT";
    goes("https://a.com/", past, "https://a.com/", false);
    goes(
        "https://a.com/",
        &format!("{past}; Max-Age=100"),
        "https://a.com/",
        true,
    );
    for end in ["a=; Max-Age=0", past] {
        let mut jar = jar(&[("https://a.com/", "a=1"), ("https://a.com/", end)]);
        assert_eq!(sent(&jar, "https://a.com/"), "");
        assert_eq!(jar.cookies.len(), 0);
        jar.store(&url("https://a.com/"), ["a=2"].into_iter());
        assert_eq!(sent(&jar, "https://a.com/"), "a=2");
    }
}

#[test]
fn a_cookie_that_ended_takes_no_place() {
    let mut jar = jar(&[("https://a.com/", "a=1")]);
    jar.cookies[0].expire();
    assert_eq!(sent(&jar, "https://a.com/"), "");
    jar.store(&url("https://b.com/"), std::iter::empty());
    assert_eq!(jar.cookies.len(), 0);
}

#[test]
fn one_name_may_stand_for_a_cookie_of_each_path_and_domain() {
    let at = "https://www.a.com/x";
    let jar = jar(&[
        (at, "a=1; Path=/"),
        (at, "a=2; Path=/x"),
        (at, "a=3; Path=/; Domain=a.com"),
        (at, "a=4; Path=/"),
    ]);
    assert_eq!(sent(&jar, at), "a=2; a=4; a=3");
}

#[test]
fn longer_paths_come_first_then_older_cookies_and_values_stay_as_they_are() {
    let at = "https://a.com/x/y";
    let mut jar = jar(&[
        (at, "one=1; Path=/"),
        (at, "two=\"q u\"; Path=/x"),
        (at, "three=a=b%20; Path=/"),
        (at, "four=; Path=/x/y"),
        (at, "one=new; Path=/; HttpOnly"),
    ]);
    assert_eq!(sent(&jar, at), "four=; two=\"q u\"; one=new; three=a=b%20");
    jar.clear();
    assert_eq!(jar.header(&url(at)), None);
}

#[test]
fn what_is_no_cookie_or_could_break_a_header_is_passed_over() {
    for text in ["", "a", "=1", ";", "a=1\r\nX: y", "a=\0", "a=1; Path=/\n"] {
        goes("https://a.com/", text, "https://a.com/", false);
    }
    let fits = format!("a={}", "x".repeat(MAX_LENGTH - 2));
    goes("https://a.com/", &fits, "https://a.com/", true);
    goes(
        "https://a.com/",
        &format!("{fits}x"),
        "https://a.com/",
        false,
    );
}

#[test]
fn a_jar_keeps_the_newest_fifty_of_a_domain_and_two_hundred_in_all() {
    let mut jar = Jar::default();
    let one = url("https://first.com/");
    for number in 0..60 {
        jar.store(&one, [format!("c{number}=1").as_str()].into_iter());
    }
    assert_eq!(jar.cookies.len(), MAX_OF_DOMAIN);
    assert!(jar.header(&one).unwrap().starts_with("c10=1; c11=1"));
    for host in 0..10 {
        let from = url(&format!("https://h{host}.com/"));
        for number in 0..30 {
            jar.store(&from, [format!("c{number}=1").as_str()].into_iter());
        }
    }
    assert_eq!(jar.cookies.len(), MAX);
    assert_eq!(jar.header(&one), None);
    assert!(sent(&jar, "https://h9.com/").contains("c29=1"));
}

#[test]
fn noise_never_panics_and_never_breaks_a_header() {
    let mut generator = Generator::new(1);
    let mut jar = Jar::default();
    let hosts = [
        "https://www.a.com/x/y",
        "http://[::1]/",
        "http://10.0.0.1/x",
        "http://a/",
    ];
    for _ in 0..5000 {
        let mut text =
            b"__Host-n=v\xc3\xbc; Path=/x; Domain=.a.com; Max-Age=9; Secure; HttpOnly".to_vec();
        generator.damage(&mut text);
        let from = url(generator.pick::<&str>(&hosts));
        jar.store(&from, [String::from_utf8_lossy(&text).as_ref()].into_iter());
        let header = jar
            .header(&url(generator.pick::<&str>(&hosts)))
            .unwrap_or_default();
        assert!(!header.contains(['\r', '\n', '\0']));
    }
    assert!(jar.cookies.len() <= MAX);
}
