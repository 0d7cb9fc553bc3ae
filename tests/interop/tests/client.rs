//! The addon as a client of other people's servers.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use godot_rustls_interop_tests::{
    Batch, Certificates, Job, Kind, Nginx, OpensslServer, PythonServer, Site, Version, cause,
    fixture, godot_project,
};
use godot_rustls_testkit::{Generator, Peer, Step};

const STATUS_ERROR: i64 = 3;
const STATUS_NAME_MISMATCH: i64 = 4;

const MEBIBYTE: usize = 1 << 20;

/// Lines of text, as `openssl s_server -rev` wants them, with its word for the end.
fn lines(count: usize) -> Vec<u8> {
    let mut generator = Generator::new(count as u64);
    let mut text = Vec::new();
    for _ in 0..count {
        let size = 1 + generator.below(9_000);
        text.extend((0..size).map(|_| *generator.pick(b"abcdefghijklmnopqrstuvwxyz0123456789 ")));
        text.push(b'\n');
    }
    text.extend(b"CLOSE\n");
    text
}

#[test]
fn the_addon_talks_to_openssl_s_server() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let text = lines(60);
    let answer = OpensslServer::answer(&text);
    let send = certificates.file("lines", &text);
    let want = certificates.file("answer", &answer);
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for kind in Kind::ALL {
        // Several tickets at once, and a group that costs a second hello.
        for more in [&["-num_tickets", "4"][..], &["-groups", "P-384"]] {
            let (chain, key) = (certificates.chain(kind), certificates.server_key(kind));
            let server = OpensslServer::start(&chain, &key, more).unwrap();
            for version in Version::ALL {
                let label = format!("{kind:?} {version:?} {more:?}");
                let job = Job::client(label, server.port(), &certificates.root());
                batch.add(
                    job.version(version)
                        .exchange(&send, &want, answer.len())
                        .set("until_end", true),
                );
            }
            servers.push(server);
        }
    }
    let outcomes = batch.run(false);
    for (outcome, version) in outcomes.iter().zip(Version::ALL.iter().cycle()) {
        outcome.assert_connected(*version, "eof");
        outcome.assert_received(answer.len());
        if outcome.label().contains("P-384") {
            assert_eq!(outcome.text("group"), "secp384r1", "{outcome:?}");
        }
    }
    assert_eq!(outcomes.len(), 24);
}

#[test]
fn the_addon_talks_to_servers_with_self_signed_certificates_of_openssl() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let send = certificates.file("lines", b"drawkcab\nCLOSE\n");
    let want = certificates.file("answer", b"backward\n");
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for kind in [Kind::Rsa2048, Kind::P256, Kind::Ed25519] {
        for with_names in [false, true] {
            let made = certificates.self_signed(kind, with_names);
            let (chain, key) = (made.with_extension("crt"), made.with_extension("key"));
            let server = OpensslServer::start(&chain, &key, &[]).unwrap();
            for version in Version::ALL {
                let label = format!("{kind:?} {with_names} {version:?}");
                let job = Job::client(label, server.port(), &chain).version(version);
                batch.add(job.exchange(&send, &want, 9).set("until_end", true));
            }
            servers.push(server);
        }
    }
    for (outcome, version) in batch.run(false).iter().zip(Version::ALL.iter().cycle()) {
        outcome.assert_connected(*version, "eof");
        outcome.assert_received(9);
    }
}

#[test]
fn the_addon_exchanges_megabytes_with_a_server_in_python() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let payload = certificates.file("payload", &Generator::new(2).bytes(4 * MEBIBYTE));
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for kind in Kind::ALL {
        let (chain, key) = (certificates.chain(kind), certificates.server_key(kind));
        let Some(server) = PythonServer::start(&chain, &key, "echo") else {
            return;
        };
        for version in Version::ALL {
            let label = format!("{kind:?} {version:?}");
            let job = Job::client(label, server.port(), &certificates.root()).version(version);
            batch.add(job.exchange(&payload, &payload, 4 * MEBIBYTE));
        }
        servers.push(server);
    }
    for (outcome, version) in batch.run(false).iter().zip(Version::ALL.iter().cycle()) {
        outcome.assert_connected(*version, "closed");
        outcome.assert_received(4 * MEBIBYTE);
    }
}

#[test]
fn the_addon_finds_secures_and_checks_a_host_by_name_and_by_address() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let payload = certificates.file("payload", b"hello");
    let (chain, key) = (
        certificates.chain(Kind::P256),
        certificates.server_key(Kind::P256),
    );
    let Some(server) = PythonServer::start(&chain, &key, "echo") else {
        return;
    };
    let mut batch = Batch::new(engine);
    for host in ["localhost", "127.0.0.1"] {
        let job = Job::client(host, server.port(), &certificates.root()).set("dial", host);
        batch.add(job.exchange(&payload, &payload, 5));
    }
    for outcome in batch.run(false) {
        outcome.assert_connected(Version::Tls13, "closed");
        outcome.assert_received(5);
    }
}

#[test]
fn the_addon_fetches_from_nginx_and_sends_to_it() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let sites: Vec<Site> = Kind::ALL
        .iter()
        .map(|kind| Site {
            chain: certificates.chain(*kind),
            key: certificates.server_key(*kind),
            more: String::new(),
            http2: false,
        })
        .collect();
    let Some(nginx) = Nginx::start(&sites) else {
        return;
    };
    let body = Generator::new(3).bytes(3 * MEBIBYTE);
    fs::write(nginx.file("big"), &body).unwrap();
    let mut batch = Batch::new(engine);
    let mut uploads: Vec<PathBuf> = Vec::new();
    let request = |name: &str, head: &str, body: &[u8]| {
        let text = format!(
            "{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        certificates.file(name, &[text.as_bytes(), body].concat())
    };
    let get = request("get", "GET /big", b"");
    let nothing = certificates.file("nothing", b"");
    for (site, kind) in Kind::ALL.iter().enumerate() {
        for version in Version::ALL {
            let job = |what: &str| {
                let label = format!("{what} {kind:?} {version:?}");
                let job = Job::client(label, nginx.port(site), &certificates.root());
                job.version(version).set("until_end", true)
            };
            batch.add(job("GET").exchange(&get, &nginx.file("big"), 0));
            let name = format!("up-{kind:?}-{version:?}");
            let put = request(&name, &format!("PUT /{name}"), &body);
            batch.add(job("PUT").exchange(&put, &nothing, 0));
            uploads.push(nginx.file(&name));
        }
    }
    let outcomes = batch.run(false);
    for (pair, version) in outcomes.chunks(2).zip(Version::ALL.iter().cycle()) {
        for outcome in pair {
            outcome.assert_connected(*version, "eof");
        }
        let received = usize::try_from(pair[0].number("received")).unwrap();
        assert!(received > body.len(), "{:?}", pair[0]);
        pair[0].assert_received(received);
    }
    for upload in uploads {
        assert!(fs::read(&upload).unwrap() == body, "{}", upload.display());
    }
}

#[test]
fn ends_of_a_connection_are_told_apart() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let (chain, key) = (
        certificates.chain(Kind::P256),
        certificates.server_key(Kind::P256),
    );
    let want = certificates.file("want", b"the last words");
    let send = certificates.file("send", b"x");
    let servers = ["goodbye", "cut"].map(|mode| PythonServer::start(&chain, &key, mode));
    let [Some(goodbye), Some(cut)] = servers else {
        return;
    };
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let job = |server: &PythonServer| {
            let job = Job::client(format!("{version:?}"), server.port(), &certificates.root());
            job.version(version)
                .exchange(&send, &want, 0)
                .set("until_end", true)
        };
        batch.add(job(&goodbye));
        batch.add(job(&cut));
    }
    let outcomes = batch.run(true);
    for (pair, version) in outcomes.chunks(2).zip(Version::ALL) {
        pair[0].assert_connected(version, "eof");
        assert!(
            matches!(pair[0].number("cause"), cause::NONE | cause::CLOSED),
            "{:?}",
            pair[0]
        );
        pair[1].assert_connected(version, "cut");
        assert_eq!(pair[1].number("cause"), cause::TRUNCATED, "{:?}", pair[1]);
        pair.iter().for_each(|outcome| outcome.assert_received(14));
    }
}

/// A certificate of the fixtures, the flags of `openssl s_server` beside it, and the cause and a word
/// of the refusal of a client that trusts the root of the fixtures.
type RefusedServer = (&'static str, &'static [&'static str], i64, &'static str);

const REFUSED_SERVERS: [RefusedServer; 9] = [
    (
        "self_signed_openssl",
        &[],
        cause::UNTRUSTED_ISSUER,
        "self-signed",
    ),
    ("localhost_expired", &[], cause::EXPIRED, "2021-01-01"),
    ("localhost_future", &[], cause::NOT_YET_VALID, "2090-01-01"),
    (
        "name_san_dns_other",
        &[],
        cause::NAME_MISMATCH,
        "other.example.test",
    ),
    (
        "leaf_client_auth",
        &[],
        cause::BAD_CERTIFICATE,
        "serverAuth",
    ),
    (
        "leaf_unknown_critical",
        &[],
        cause::BAD_CERTIFICATE,
        "1.2.3.4.5.6",
    ),
    (
        "localhost_rsa2048",
        &["-tls1_2", "-cipher", "AES128-SHA"],
        cause::NO_COMMON_CIPHER,
        "handshake_failure",
    ),
    (
        "localhost",
        &["-groups", "X448"],
        cause::NO_COMMON_CIPHER,
        "handshake_failure",
    ),
    (
        "localhost_rsa2048",
        &["-tls1_1", "-cipher", "ALL@SECLEVEL=0"],
        cause::NO_COMMON_VERSION,
        "protocol_version",
    ),
];

#[test]
fn refused_servers_are_refused_for_the_right_reason() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let root = fixture("root.crt");
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    let mut expected = Vec::new();
    let mut add = |name: &str, more: &[&str], trusted: &PathBuf, code: i64, words: &'static str| {
        let (chain, key) = (
            fixture(&format!("{name}.crt")),
            fixture(&format!("{name}.key")),
        );
        let server = OpensslServer::start(&chain, &key, more).unwrap();
        let job = Job::client(format!("{name} {more:?}"), server.port(), trusted);
        // With TLS 1.3 a server may say no after the handshake.
        batch.add(job.set("until_end", true));
        servers.push(server);
        expected.push((code, words));
    };
    add(
        "localhost",
        &[],
        &certificates.root(),
        cause::UNTRUSTED_ISSUER,
        "Fixture Root",
    );
    for (name, more, code, words) in REFUSED_SERVERS {
        add(name, more, &root, code, words);
    }
    for version in Version::ALL {
        let strict = [
            "-Verify",
            "1",
            "-verify_return_error",
            version.openssl_flag(),
        ];
        add(
            "localhost",
            &strict,
            &root,
            cause::CLIENT_CERTIFICATE_REQUIRED,
            "client certificate",
        );
    }
    let outcomes = batch.run(true);
    for (outcome, (code, words)) in outcomes.iter().zip(expected) {
        assert_eq!(outcome.number("cause"), code, "{outcome:?}");
        assert!(outcome.text("error").contains(words), "{outcome:?}");
        let status = outcome.number("status");
        match code {
            cause::NAME_MISMATCH => assert_eq!(status, STATUS_NAME_MISMATCH, "{outcome:?}"),
            // After the handshake with TLS 1.3, in it with 1.2.
            cause::CLIENT_CERTIFICATE_REQUIRED => {}
            _ => assert_eq!(status, STATUS_ERROR, "{outcome:?}"),
        }
    }
}

/// Scripts of peers that are no TLS servers, and the cause and a word of what a client is told.
fn peers_without_tls() -> [(Vec<Step>, i64, &'static str); 7] {
    let hello = Step::Receive(100);
    let says = |words: &str| {
        vec![
            Step::Receive(100),
            Step::Send(words.as_bytes().to_vec()),
            Step::Close,
        ]
    };
    let noise = Generator::new(9).bytes(MEBIBYTE);
    [
        (
            says("HTTP/1.1 400 Bad Request\r\n\r\n"),
            cause::NOT_TLS,
            "plain HTTP",
        ),
        (says("SSH-2.0-OpenSSH_9.6\r\n"), cause::NOT_TLS, "SSH"),
        (
            vec![
                Step::Send(b"220 mail.example.org ESMTP\r\n".to_vec()),
                Step::StaySilent,
            ],
            cause::NOT_TLS,
            "STARTTLS",
        ),
        (
            vec![hello.clone(), Step::Send(noise), Step::Close],
            cause::NOT_TLS,
            "does not speak TLS",
        ),
        (
            vec![hello.clone(), Step::Close],
            cause::CLOSED,
            "without an answer",
        ),
        (
            vec![
                hello.clone(),
                Step::Send(vec![22, 3, 3, 1, 0, 2]),
                Step::Close,
            ],
            cause::CLOSED,
            "6 bytes",
        ),
        (vec![Step::StaySilent], cause::TIMEOUT, "nothing"),
    ]
}

#[test]
fn what_is_no_tls_server_is_recognised() {
    let Some(engine) = godot_project() else {
        return;
    };
    let root = fixture("root.crt");
    let peers =
        peers_without_tls().map(|(script, code, words)| (Peer::listen(script), code, words));
    let mut batch = Batch::new(engine);
    for (peer, _, words) in &peers {
        batch.add(Job::client(*words, peer.port(), &root).set("handshake_timeout", 1.5));
    }
    for (outcome, (_, code, words)) in batch.run(true).iter().zip(&peers) {
        assert_eq!(outcome.number("cause"), *code, "{outcome:?}");
        assert!(outcome.text("error").contains(words), "{outcome:?}");
        assert_eq!(outcome.number("status"), STATUS_ERROR, "{outcome:?}");
    }
}
