//! The addon as a server for other people's clients.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use godot_rustls_interop_tests::{
    Batch, Certificates, Job, Kind, Version, cause, curl, fixture, godot_project, openssl_client,
    python_client,
};
use godot_rustls_testkit::Generator;

const MEBIBYTE: usize = 1 << 20;

/// A server job for each kind and version, in the order of `cases`.
fn add_servers(
    batch: &mut Batch,
    certificates: &Certificates,
    shape: impl Fn(Job) -> Job,
    connections: usize,
) {
    for (kind, version) in cases() {
        let (chain, key) = (certificates.chain(kind), certificates.server_key(kind));
        let job = Job::server(format!("{kind:?} {version:?}"), &chain, &key, connections);
        batch.add(shape(job.version(version)));
    }
}

fn cases() -> impl Iterator<Item = (Kind, Version)> {
    Kind::ALL
        .into_iter()
        .flat_map(|kind| Version::ALL.map(|version| (kind, version)))
}

#[test]
fn openssl_s_client_talks_to_the_addon() {
    echo_of_openssl(false);
}

#[test]
fn openssl_s_client_talks_to_a_server_node() {
    echo_of_openssl(true);
}

/// `is_node`: a server node accepts the connections.
fn echo_of_openssl(is_node: bool) {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut batch = Batch::new(engine);
    let shape = |job: Job| job.set("serve", "echo").set("node", is_node);
    add_servers(&mut batch, &certificates, shape, 1);
    let running = batch.start();
    let data = Generator::new(1).bytes(MEBIBYTE);
    for (index, (_, version)) in cases().enumerate() {
        let root = certificates.root();
        let mut peer = openssl_client(running.port(index), &root, version, &[]).unwrap();
        let echoed = peer.exchange(&data, data.len());
        let (rest, code, errors) = peer.finish();
        assert!(
            echoed == data && rest.is_empty(),
            "{} bytes, {errors}",
            echoed.len()
        );
        assert_eq!(code, Some(0), "{errors}");
    }
    for (outcome, (_, version)) in running.finish(false).iter().zip(cases()) {
        outcome.assert_connected(version, "eof");
        assert_eq!(outcome.text("server_name"), "localhost");
        assert_eq!(outcome.number("received"), MEBIBYTE as i64, "{outcome:?}");
    }
}

#[test]
fn the_addons_goodbye_reaches_openssl_behind_its_last_words() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let words = certificates.file("words", b"the last words");
    let mut batch = Batch::new(engine);
    let shape = |job: Job| {
        job.set("serve", "greet")
            .set("send", words.to_str().unwrap())
    };
    add_servers(&mut batch, &certificates, shape, 1);
    let running = batch.start();
    for (index, (_, version)) in cases().enumerate() {
        let root = certificates.root();
        let mut peer = openssl_client(running.port(index), &root, version, &["-ign_eof"]).unwrap();
        let got = peer.exchange(b"", 14);
        let (rest, code, errors) = peer.finish();
        assert_eq!([got, rest].concat(), b"the last words");
        assert_eq!(code, Some(0), "{errors}");
    }
    for (outcome, (_, version)) in running.finish(false).iter().zip(cases()) {
        outcome.assert_connected(version, "closed");
    }
}

#[test]
fn pythons_ssl_talks_to_the_addon() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut batch = Batch::new(engine);
    add_servers(&mut batch, &certificates, |job| job.set("serve", "echo"), 1);
    let running = batch.start();
    for (index, (_, version)) in cases().enumerate() {
        let root = certificates.root();
        let Some(peer) = python_client(running.port(index), &root, version, 2 * MEBIBYTE, &[])
        else {
            return;
        };
        let (code, text) = peer.finish();
        assert_eq!((code, text.as_str()), (Some(0), "SAME\n"));
    }
    for (outcome, (_, version)) in running.finish(false).iter().zip(cases()) {
        outcome.assert_connected(version, "eof");
        assert_eq!(
            outcome.number("received"),
            2 * MEBIBYTE as i64,
            "{outcome:?}"
        );
    }
}

#[test]
fn curl_fetches_from_the_addon_and_sends_to_it() {
    fetch_with_curl(false);
}

#[test]
fn curl_fetches_from_a_server_node_and_sends_to_it() {
    fetch_with_curl(true);
}

/// `is_node`: a server node accepts the connections.
fn fetch_with_curl(is_node: bool) {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let body = Generator::new(2).bytes(2 * MEBIBYTE);
    let file = certificates.file("body", &body);
    let mut batch = Batch::new(engine);
    let shape = |job: Job| {
        job.set("serve", "http")
            .set("send", file.to_str().unwrap())
            .set("node", is_node)
    };
    add_servers(&mut batch, &certificates, shape, 2);
    let running = batch.start();
    for (index, (_, version)) in cases().enumerate() {
        let only = if version == Version::Tls12 {
            "1.2"
        } else {
            "1.3"
        };
        let upload = format!("@{}", file.display());
        for more in [&[][..], &["--data-binary", &upload]] {
            let only = ["--tls-max", only, &format!("--tlsv{only}")];
            let root = certificates.root();
            let Some((got, code, errors)) = curl(
                "localhost",
                running.port(index),
                &root,
                &[&only, more].concat(),
            ) else {
                return;
            };
            assert_eq!((code, errors.as_str()), (Some(0), ""), "{version:?}");
            assert!(got == body, "{version:?}: {} bytes", got.len());
        }
    }
    let outcomes = running.finish(true);
    for (pair, (_, version)) in outcomes.chunks(2).zip(cases()) {
        for outcome in pair {
            outcome.assert_connected(version, outcome.text("end"));
            assert!(outcome.number("sent") > body.len() as i64, "{outcome:?}");
        }
    }
}

#[test]
fn clients_accept_the_addon_with_self_signed_certificates_of_openssl() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut batch = Batch::new(engine);
    let mut trusted = Vec::new();
    for kind in [Kind::Rsa2048, Kind::P256, Kind::Ed25519] {
        for with_names in [false, true] {
            let made = certificates.self_signed(kind, with_names);
            let chain = made.with_extension("crt");
            let label = format!("{kind:?} {with_names}");
            batch.add(
                Job::server(label, &chain, &made.with_extension("key"), 2).set("serve", "echo"),
            );
            trusted.push(chain);
        }
    }
    let running = batch.start();
    for (index, root) in trusted.iter().enumerate() {
        for version in Version::ALL {
            let mut peer = openssl_client(running.port(index), root, version, &[]).unwrap();
            assert_eq!(peer.exchange(b"hello", 5), b"hello");
            let (_, code, errors) = peer.finish();
            assert_eq!(code, Some(0), "{errors}");
        }
    }
    for (outcome, version) in running
        .finish(false)
        .iter()
        .zip(Version::ALL.iter().cycle())
    {
        outcome.assert_connected(*version, "eof");
    }
}

#[test]
fn a_client_that_does_not_trust_the_addon_is_heard() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let mut batch = Batch::new(engine);
    add_servers(&mut batch, &certificates, |job| job.set("serve", "echo"), 1);
    let running = batch.start();
    for (index, (_, version)) in cases().enumerate() {
        let stranger = fixture("root.crt");
        let peer = openssl_client(running.port(index), &stranger, version, &[]).unwrap();
        let (_, code, errors) = peer.finish();
        assert_ne!(code, Some(0));
        assert!(errors.contains("verify error"), "{errors}");
    }
    for outcome in running.finish(true) {
        assert_eq!(outcome.number("cause"), cause::PEER_ALERT, "{outcome:?}");
        assert!(
            outcome.text("error").contains("unknown_ca (48)"),
            "{outcome:?}"
        );
    }
}
