//! Ways to a server: with a client's certificate, and through proxies.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;

use godot_rustls_interop_tests::http::{Request, result};
use godot_rustls_interop_tests::{
    Authority, Batch, Certificates, Job, Kind, Named, Nginx, Outcome, Pair, Site, WebServer,
    godot_project,
};
use serde_json::json;

/// Sites with HTTP/1.1 and HTTP/2 that answer with the subject of the client's certificate.
fn sites_that_name_clients(pair: &Pair, players: &Authority) -> [Site; 2] {
    [false, true].map(|http2| Site {
        chain: pair.chain.clone(),
        key: pair.key.clone(),
        more: format!(
            "ssl_verify_client on; ssl_client_certificate {}; location / {{ return 200 \"$ssl_client_s_dn\"; }}",
            players.root().display()
        ),
        http2,
    })
}

#[test]
fn a_client_certificate_is_shown_and_without_one_the_reason_says_so() {
    let (Some(engine), Some(certificates), Some(players)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Players"),
    ) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    let alice = players.client("alice");
    let sites = sites_that_name_clients(&pair, &players);
    let Some(nginx) = Nginx::start(&sites) else {
        return;
    };
    let python =
        WebServer::start(&certificates.place(""), Some(&pair), Some(&players.root())).unwrap();
    let ports = [nginx.port(0), nginx.port(1), python.port()];
    let mut batch = Batch::new(engine);
    let mut places = Vec::new();
    for shows in [true, false] {
        for (index, port) in ports.iter().enumerate() {
            let place = certificates.place(&format!("{shows}-{index}"));
            let request =
                Request::get(format!("https://localhost:{port}/size/7")).into_file(&place);
            let job = Job::requests(format!("{port}"), &certificates.root(), &[request]);
            batch.add(if shows { job.showing(&alice) } else { job });
            places.push(place);
        }
    }
    let outcomes = batch.run(false);
    let body = |index: usize| fs::read_to_string(&places[index]).unwrap();
    for (outcome, version) in outcomes.iter().zip(["HTTP/1.1", "HTTP/2", "HTTP/1.1"]) {
        assert_eq!(outcome.number("result"), result::SUCCESS, "{outcome:?}");
        assert_eq!(outcome.number("code"), 200, "{outcome:?}");
        assert_eq!(outcome.text("version"), version, "{outcome:?}");
        assert_eq!(outcome.peer()[0], certificates.facts(&pair.chain));
    }
    assert_eq!([body(0), body(1)], ["CN=alice", "CN=alice"]);
    // nginx lets everybody in and answers with an error; Python breaks off.
    for index in [3, 4] {
        assert_eq!(outcomes[index].number("code"), 400, "{:?}", outcomes[index]);
        assert!(
            body(index).contains("No required SSL certificate was sent"),
            "{}",
            body(index)
        );
    }
    let refused = &outcomes[5];
    assert_ne!(refused.number("result"), result::SUCCESS, "{refused:?}");
    assert!(
        refused.text("error").contains("set_identity()"),
        "{refused:?}"
    );
}

/// Fails unless a proxy did not let a request through, and the reason says so without the password.
#[track_caller]
fn assert_refused_by_proxy(outcome: &Outcome, proxy: &str) {
    assert_eq!(
        outcome.number("result"),
        result::CANT_CONNECT,
        "{proxy}: {outcome:?}"
    );
    let error = outcome.text("error");
    assert!(error.contains("the proxy 127.0.0.1"), "{error}");
    assert!(
        error.contains("check its address, user and password"),
        "{error}"
    );
    assert!(!error.contains("wrong"), "{error}");
}

#[test]
fn requests_go_through_proxies_that_want_a_password() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let Some(mut proxies) = Named::proxies("ada", "p\u{e4}ss:w@rd") else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    let plain = WebServer::start(&certificates.place(""), None, None).unwrap();
    let tls = WebServer::start(&certificates.place(""), Some(&pair), None).unwrap();
    let ports = [proxies.port("http"), proxies.port("socks")];
    // A name that only the proxy knows.
    let https = format!("https://hidden.test:{}/size/1000000", tls.port());
    let http = format!("http://hidden.test:{}/size/1000000?a=b", plain.port());
    let known = format!("https://localhost:{}/size/1000000", tls.port());
    let right = |scheme: &str| format!("{scheme}://ada:p%C3%A4ss%3Aw%40rd@127.0.0.1");
    let name = |port| Some(format!("SOCKS 1 name hidden.test {port}"));
    let address = |port| Some(format!("SOCKS 1 address 127.0.0.1 {port}"));
    let (plain_port, tls_port) = (plain.port(), tls.port());
    let connect = Some(format!("CONNECT hidden.test:{tls_port}"));
    // The proxy, the address, and what the proxy is asked for.
    let cases = [
        (right("http"), 0, &https, connect),
        (right("http"), 0, &http, Some(format!("GET {http}"))),
        (right("socks5h"), 1, &https, name(tls_port)),
        (right("socks5h"), 1, &http, name(plain_port)),
        (right("socks5"), 1, &known, address(tls_port)),
        ("http://ada:wrong@127.0.0.1".to_owned(), 0, &https, None),
        ("127.0.0.1".to_owned(), 0, &https, None),
        ("socks5h://ada:wrong@127.0.0.1".to_owned(), 1, &https, None),
        ("socks5h://127.0.0.1".to_owned(), 1, &https, None),
    ];
    let mut batch = Batch::new(engine);
    for (proxy, kind, url, _) in &cases {
        let job = Job::requests(proxy, &certificates.root(), &[Request::get(*url)]);
        batch.add(
            job.set("override", "localhost")
                .set("http_proxy", json!([proxy, ports[*kind]]))
                .set("https_proxy", json!([proxy, ports[*kind]])),
        );
    }
    let outcomes = batch.run(false);
    let mut asked: Vec<String> = cases.iter().filter_map(|case| case.3.clone()).collect();
    let mut told: Vec<String> = asked.iter().map(|_| proxies.told("ASKED ")).collect();
    asked.sort();
    told.sort();
    assert_eq!(told, asked);
    for (outcome, (proxy, _, _, asks)) in outcomes.iter().zip(&cases) {
        if asks.is_none() {
            assert_refused_by_proxy(outcome, proxy);
            continue;
        }
        assert_eq!(outcome.number("result"), result::SUCCESS, "{outcome:?}");
        assert_eq!(outcome.number("size"), 1_000_000, "{outcome:?}");
    }
}
