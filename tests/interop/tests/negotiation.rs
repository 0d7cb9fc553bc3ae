//! What the two sides agree on: application protocols, names and versions.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use godot_rustls_interop_tests::{
    Authority, Batch, Certificates, Job, Kind, OpensslServer, Pair, PythonServer, Version, cause,
    curl, godot_project, openssl_report,
};
use serde_json::json;

/// A server that says two words to everybody.
fn greeter(label: &str, pair: &Pair, words: &Path, connections: usize) -> Job {
    Job::server(label, &pair.chain, &pair.key, connections)
        .set("serve", "greet")
        .set("send", words.to_str().unwrap())
}

#[test]
fn the_addon_agrees_with_openssl_s_server_on_an_application_protocol() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    let start = |more: &[&str]| OpensslServer::start(&pair.chain, &pair.key, more).unwrap();
    let (speaking, silent) = (start(&["-alpn", "h2,http/1.1"]), start(&[]));
    let end = certificates.file("end", b"CLOSE\n");
    let nothing = certificates.file("nothing", b"");
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let mut add = |server: &OpensslServer, offer: &[&str]| {
            let label = format!("{version:?} {offer:?}");
            let job = Job::client(label, server.port(), &certificates.root()).version(version);
            let job = job.set("alpn", offer).set("until_end", true);
            batch.add(job.exchange(&end, &nothing, 0));
        };
        add(&speaking, &["http/1.1"]);
        // The server's order decides.
        add(&speaking, &["other", "http/1.1", "h2"]);
        add(&speaking, &[]);
        add(&silent, &["h2"]);
        add(&speaking, &["my-game/1", "my-game/2"]);
    }
    let outcomes = batch.run(true);
    for (outcomes, version) in outcomes.chunks(5).zip(Version::ALL) {
        for (outcome, agreed) in outcomes.iter().zip(["http/1.1", "h2", "", ""]) {
            outcome.assert_connected(version, "eof");
            assert_eq!(outcome.text("alpn"), agreed, "{outcome:?}");
        }
        let words = [
            "\"my-game/1\", \"my-game/2\"",
            "no_application_protocol (120)",
        ];
        outcomes[4].assert_refused(cause::PEER_ALERT, &words);
        assert!(!outcomes[4].is("connected"), "{:?}", outcomes[4]);
    }
}

#[test]
fn openssl_and_curl_agree_with_the_addon_on_an_application_protocol() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let body = certificates.file("body", b"hello");
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let job = |label: &str, connections| {
            greeter(label, &certificates.pair(Kind::P256), &body, connections).version(version)
        };
        batch.add(job("speaking", 4).set("alpn", ["my-game/2", "http/1.1"].as_slice()));
        batch.add(job("silent", 1));
        let web = job("for curl", 2).set("serve", "http");
        batch.add(web.set("alpn", ["my-game/2", "http/1.1"].as_slice()));
    }
    let running = batch.start();
    let root = certificates.root();
    for (index, version) in Version::ALL.into_iter().enumerate() {
        let port = |job: usize| running.port(3 * index + job);
        let report = |job, more: &[&str]| openssl_report(port(job), &root, version, more).unwrap();
        let agreed = |job, more: &[&str], words: &str| {
            let (code, text) = report(job, more);
            assert_eq!(code, Some(0), "{text}");
            assert!(text.lines().any(|line| line == words), "{text}");
        };
        // The server's order decides.
        agreed(
            0,
            &["-alpn", "http/1.1,my-game/2"],
            "ALPN protocol: my-game/2",
        );
        agreed(0, &["-alpn", "other,http/1.1"], "ALPN protocol: http/1.1");
        agreed(0, &[], "No ALPN negotiated");
        let (code, text) = report(0, &["-alpn", "h2,other"]);
        assert!(text.contains("alert no application protocol"), "{text}");
        assert_ne!(code, Some(0));
        agreed(1, &["-alpn", "h2"], "No ALPN negotiated");
        for flag in ["--http1.1", "--no-alpn"] {
            let Some((got, _, errors)) = curl("localhost", port(2), &root, &[flag]) else {
                return;
            };
            assert_eq!(got, b"hello", "{errors}");
        }
    }
    for (outcomes, version) in running.finish(true).chunks(7).zip(Version::ALL) {
        let told = outcomes.iter().map(|outcome| outcome.text("alpn"));
        let wanted = ["my-game/2", "http/1.1", "", "", "", "http/1.1", ""];
        assert_eq!(told.collect::<Vec<_>>(), wanted, "{version:?} {outcomes:?}");
        let offers = [
            "the client offers the application protocols \"h2\", \"other\"",
            "this server speaks \"my-game/2\", \"http/1.1\"",
        ];
        outcomes[3].assert_refused(cause::OTHER, &offers);
    }
}

/// Names that clients ask for, and the common name of the certificate that each is shown.
const ASKED_NAMES: [(Option<&str>, &str); 5] = [
    (Some("play.example.test"), "play"),
    (Some("Eu.Example.Test"), "wild"),
    (Some("example.test"), "default"),
    (Some("a.eu.example.test"), "default"),
    (None, "default"),
];

/// Fails unless a server shows the certificate of this common name to `openssl s_client`.
#[track_caller]
fn assert_shown(port: u16, root: &Path, version: Version, asked: Option<&str>, shown: &str) {
    let flags = asked.map_or(vec!["-noservername"], |name| vec!["-servername", name]);
    let flags = [&flags[..], &["-no_ign_eof"]].concat();
    let (code, text) = openssl_report(port, root, version, &flags).unwrap();
    assert_eq!(code, Some(0), "{text}");
    let subject = format!("subject=CN = {shown}");
    assert!(
        text.lines().any(|line| line == subject),
        "{asked:?}: {text}"
    );
}

#[test]
fn the_addon_shows_openssl_and_curl_the_identity_they_ask_for() {
    let (Some(engine), Some(certificates), Some(authority)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Names"),
    ) else {
        return;
    };
    let body = certificates.file("body", b"hello");
    let default = authority.server("default", "DNS:default.test");
    let named = [
        (
            "*.example.test",
            authority.server("wild", "DNS:*.example.test"),
        ),
        (
            "play.example.test",
            authority.server("play", "DNS:play.example.test"),
        ),
    ];
    let identities: Vec<_> = named
        .iter()
        .map(|(name, pair)| json!({"name": name, "key": pair.key, "chain": pair.chain}))
        .collect();
    let cases = ASKED_NAMES;
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let job = greeter(&format!("{version:?}"), &default, &body, cases.len() + 2);
        let job = job
            .set("identities", identities.clone())
            .set("serve", "http");
        batch.add(job.version(version));
    }
    let running = batch.start();
    for (index, version) in Version::ALL.into_iter().enumerate() {
        let port = running.port(index);
        for (asked, shown) in cases {
            assert_shown(port, &authority.root(), version, asked, shown);
        }
        // It compares names by itself.
        for host in ["play.example.test", "eu.example.test"] {
            let Some((got, _, errors)) = curl(host, port, &authority.root(), &[]) else {
                return;
            };
            assert_eq!(got, b"hello", "{errors}");
        }
    }
    for outcomes in running.finish(true).chunks(cases.len() + 2) {
        for (outcome, (asked, _)) in outcomes.iter().zip(cases) {
            let asked = asked.unwrap_or_default().to_ascii_lowercase();
            assert_eq!(outcome.text("server_name"), asked, "{outcome:?}");
        }
        assert_eq!(outcomes[6].text("server_name"), "eu.example.test");
    }
}

#[test]
fn python_sees_the_name_that_the_addon_connects_to_and_no_address() {
    let (Some(engine), Some(certificates), Some(authority)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Names"),
    ) else {
        return;
    };
    let names = "DNS:localhost,DNS:*.example.test,DNS:xn--bcher-kva.test,IP:127.0.0.1";
    let pair = authority.server("many", names);
    let Some(mut server) = PythonServer::start(&pair.chain, &pair.key, "goodbye") else {
        return;
    };
    // Name, unsafe or not, override, and what the server is asked for.
    let cases = [
        ("plain.example.test", false, "", "plain.example.test"),
        ("dotted.example.test.", false, "", "dotted.example.test"),
        ("b\u{fc}cher.test", false, "", "xn--bcher-kva.test"),
        ("unsafe.example.test", true, "", "unsafe.example.test"),
        ("other.test", false, "localhost", "localhost"),
        ("127.0.0.1", false, "", ""),
        ("127.0.0.1", true, "", ""),
    ];
    let nothing = certificates.file("nothing", b"");
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        for (name, is_unsafe, other, _) in &cases {
            let label = format!("{version:?} {name}");
            let job = Job::client(label, server.port(), &authority.root()).set("name", *name);
            let job = job.set("unsafe", *is_unsafe).set("override", *other);
            let job = job.exchange(&nothing, &nothing, 0);
            batch.add(job.version(version).set("until_end", true));
        }
    }
    // Unsafe clients are warned of, which is no error.
    let outcomes = batch.run(false);
    for (outcomes, version) in outcomes.chunks(cases.len()).zip(Version::ALL) {
        for outcome in outcomes {
            outcome.assert_connected(version, "eof");
        }
    }
    let mut asked: Vec<_> = outcomes.iter().map(|_| server.asked_name()).collect();
    let mut wanted: Vec<_> = cases.iter().chain(&cases).map(|case| case.3).collect();
    asked.sort();
    wanted.sort_unstable();
    assert_eq!(asked, wanted);
}

#[test]
fn openssl_shows_the_addon_the_identity_behind_the_name_it_connects_to() {
    let (Some(engine), Some(certificates), Some(authority)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Names"),
    ) else {
        return;
    };
    let first = certificates.pair(Kind::P256);
    let second = authority.server("second", "DNS:second.test");
    let files = [&second.chain, &second.key].map(|path| path.to_str().unwrap());
    let flags = [
        "-servername",
        "second.test",
        "-cert2",
        files[0],
        "-key2",
        files[1],
    ];
    let server = OpensslServer::start(&first.chain, &first.key, &flags).unwrap();
    let end = certificates.file("end", b"CLOSE\n");
    let nothing = certificates.file("nothing", b"");
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        for (name, root) in [
            ("localhost", certificates.root()),
            ("second.test", authority.root()),
        ] {
            let job = Job::client(name, server.port(), &root).set("name", name);
            let job = job.exchange(&end, &nothing, 0).set("until_end", true);
            batch.add(job.version(version));
        }
    }
    for (outcomes, version) in batch.run(false).chunks(2).zip(Version::ALL) {
        for outcome in outcomes {
            outcome.assert_connected(version, "eof");
        }
    }
}

#[test]
fn a_peer_without_an_allowed_version_is_told_of() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let (pair, root) = (certificates.pair(Kind::P256), certificates.root());
    let [old, new] = Version::ALL;
    let words = certificates.file("words", b"hello");
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for (here, there) in [(new, old), (old, new)] {
        let flags = [there.openssl_flag()];
        let peer = OpensslServer::start(&pair.chain, &pair.key, &flags).unwrap();
        batch.add(greeter("server", &pair, &words, 1).version(here));
        batch.add(Job::client("client", peer.port(), &root).version(here));
        servers.push(peer);
    }
    let running = batch.start();
    for (job, there) in [(0, old), (2, new)] {
        let (code, text) = openssl_report(running.port(job), &root, there, &[]).unwrap();
        assert_ne!(code, Some(0));
        assert!(text.contains("alert protocol version"), "{text}");
    }
    let outcomes = running.finish(true);
    let words = [
        [
            "the client offers nothing newer than TLS 1.2",
            "allowed here: TLS 1.3",
        ],
        ["the server speaks no TLS version", "TLS 1.3"],
        ["the client offers TLS 1.3 alone", "allowed here: TLS 1.2"],
        ["the server speaks no TLS version", "TLS 1.2"],
    ];
    for (outcome, words) in outcomes.iter().zip(words) {
        outcome.assert_refused(cause::NO_COMMON_VERSION, &words);
        assert!(!outcome.is("connected"), "{outcome:?}");
    }
}

#[test]
fn a_server_that_asks_for_renegotiation_is_told_of() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    let mut server = OpensslServer::start_telling(&pair.chain, &pair.key, &["-tls1_2"]).unwrap();
    let mut batch = Batch::new(engine);
    let job = Job::client("client", server.port(), &certificates.root());
    batch.add(job.set("until_end", true));
    let running = batch.start();
    server.renegotiate();
    let outcomes = running.finish(true);
    assert!(outcomes[0].is("connected"), "{:?}", outcomes[0]);
    outcomes[0].assert_refused(
        cause::PEER_ALERT,
        &["handshake_failure (40)", "renegotiation", "TLS 1.3"],
    );
}
