//! Certificates that the addon made, served by others and by itself.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use godot_rustls_interop_tests::{
    Batch, Engine, Job, Kind, Made, Nginx, OpensslServer, Pair, PythonServer, Site, Version, cause,
    curl, godot_project, openssl_client, program, python_client,
};

/// curl's exit code for a certificate that it does not accept.
const REFUSED: Option<i32> = Some(60);

/// Every authority's servers: what to trust, and whom.
fn cases() -> impl Iterator<Item = (Kind, Kind)> {
    let authorities = Made::KINDS.into_iter();
    authorities.flat_map(|authority| Made::KINDS.map(|kind| (authority, kind)))
}

/// The next authority, which did not issue what this one did.
fn stranger(authority: Kind) -> Kind {
    let place = Made::KINDS
        .iter()
        .position(|kind| *kind == authority)
        .unwrap();
    Made::KINDS[(place + 1) % Made::KINDS.len()]
}

/// What most tests here need; a skip when something is missing.
fn engine_curl_and_python() -> Option<(Engine, Arc<Made>)> {
    let engine = godot_project()?;
    let made = Made::make(engine.clone())?;
    program("curl")?;
    program("python3")?;
    Some((engine, made))
}

fn fetch(host: &str, port: u16, root: &Path, more: &[&str]) -> (Vec<u8>, Option<i32>, String) {
    curl(host, port, root, more).unwrap()
}

#[test]
fn curl_and_the_addon_accept_nginx_with_certificates_of_the_addon() {
    let Some(engine) = godot_project() else {
        return;
    };
    let (Some(made), Some(_)) = (Made::make(engine.clone()), program("curl")) else {
        return;
    };
    let sites: Vec<Site> = cases()
        .map(|(authority, kind)| made.issued(authority, kind))
        .chain(Made::KINDS.map(|kind| made.self_signed(kind)))
        .map(|pair| Site {
            chain: pair.chain,
            key: pair.key,
            more: String::new(),
            http2: false,
        })
        .collect();
    let Some(nginx) = Nginx::start(&sites) else {
        return;
    };
    fs::write(nginx.file("index.html"), "the page").unwrap();
    let own = Made::KINDS.map(|kind| made.self_signed(kind).chain);
    let roots = cases()
        .map(|(authority, _)| made.authority(authority))
        .chain(own);
    let mut batch = Batch::new(engine);
    let get = made.path("get");
    fs::write(&get, "GET / HTTP/1.0\r\n\r\n").unwrap();
    for (site, root) in roots.enumerate() {
        for host in [
            Made::SERVER,
            "1.lobby.example.test",
            "localhost",
            "127.0.0.1",
        ] {
            let (got, code, errors) = fetch(host, nginx.port(site), &root, &[]);
            assert_eq!(
                (code, got.as_slice()),
                (Some(0), &b"the page"[..]),
                "{host}: {errors}"
            );
            let job = Job::client(host, nginx.port(site), &root).set("name", host);
            batch.add(
                job.exchange(&get, &nginx.file("index.html"), 0)
                    .set("until_end", true),
            );
        }
        let (_, code, errors) = fetch("other.example.test", nginx.port(site), &root, &[]);
        assert_eq!(code, REFUSED, "{errors}");
        assert!(
            errors.contains("no alternative certificate subject name matches"),
            "{errors}"
        );
    }
    for outcome in batch.run(false) {
        outcome.assert_connected(Version::Tls13, "eof");
        assert!(outcome.is("same"), "{outcome:?}");
    }
}

#[test]
fn nobody_accepts_certificates_of_an_authority_that_is_not_trusted() {
    let Some((engine, made)) = engine_curl_and_python() else {
        return;
    };
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for authority in Made::KINDS {
        let pair = made.issued(authority, authority);
        let server = PythonServer::start(&pair.chain, &pair.key, "echo").unwrap();
        let root = made.authority(stranger(authority));
        let (_, code, errors) = fetch("localhost", server.port(), &root, &[]);
        assert_eq!(code, REFUSED, "{errors}");
        let client = python_client(server.port(), &root, Version::Tls13, 1, &["strict"]).unwrap();
        let (code, text) = client.finish();
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("CERTIFICATE_VERIFY_FAILED"), "{text}");
        batch.add(Job::client(format!("{authority:?}"), server.port(), &root));
        servers.push(server);
    }
    for outcome in batch.run(true) {
        outcome.assert_refused(cause::UNTRUSTED_ISSUER, &["Studio CA"]);
    }
}

#[test]
fn pythons_strictest_client_accepts_servers_with_certificates_of_the_addon() {
    let (Some(made), Some(_)) = (godot_project().and_then(Made::make), program("python3")) else {
        return;
    };
    for kind in Made::KINDS {
        let (issued, own) = (made.issued(kind, kind), made.self_signed(kind));
        serve_with_python(&made.authority(kind), &issued);
        serve_with_python(&own.chain, &own);
    }
}

fn serve_with_python(root: &Path, pair: &Pair) {
    let server = PythonServer::start(&pair.chain, &pair.key, "echo").unwrap();
    let client = python_client(server.port(), root, Version::Tls13, 1000, &["strict"]).unwrap();
    let (code, text) = client.finish();
    assert_eq!((code, text.as_str()), (Some(0), "SAME\n"), "{pair:?}");
}

#[test]
fn openssl_serves_certificates_of_the_addon_to_curl_and_to_the_addon() {
    let Some(engine) = godot_project() else {
        return;
    };
    let (Some(made), Some(_)) = (Made::make(engine.clone()), program("curl")) else {
        return;
    };
    let get = made.path("get-status");
    fs::write(&get, "GET / HTTP/1.0\r\n\r\n").unwrap();
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for (authority, kind) in cases() {
        let (pair, root) = (made.issued(authority, kind), made.authority(authority));
        // It tells about itself over HTTP.
        let server = OpensslServer::start_telling(&pair.chain, &pair.key, &["-www"]).unwrap();
        for version in Version::ALL {
            let only = if version == Version::Tls12 {
                "1.2"
            } else {
                "1.3"
            };
            let (got, code, errors) =
                fetch("localhost", server.port(), &root, &["--tls-max", only]);
            assert_eq!(code, Some(0), "{errors}");
            let text = String::from_utf8_lossy(&got);
            assert!(text.contains(version.name()), "{text}");
            let job = Job::client(format!("{kind:?}"), server.port(), &root).version(version);
            batch.add(job.exchange(&get, &get, 0).set("until_end", true));
        }
        servers.push(server);
    }
    for (outcome, version) in batch.run(false).iter().zip(Version::ALL.iter().cycle()) {
        outcome.assert_connected(*version, "eof");
        assert!(outcome.number("received") > 100, "{outcome:?}");
    }
}

#[test]
fn everybody_accepts_the_addons_server_with_certificates_of_the_addon() {
    let Some((engine, made)) = engine_curl_and_python() else {
        return;
    };
    let page = made.path("page");
    fs::write(&page, "the page").unwrap();
    let mut batch = Batch::new(engine);
    for (authority, kind) in cases() {
        let pair = made.issued(authority, kind);
        for (serve, connections) in [("http", 4), ("echo", 3)] {
            let label = format!("{authority:?} {kind:?}");
            let job = Job::server(label, &pair.chain, &pair.key, connections);
            batch.add(job.set("serve", serve).set("send", page.to_str().unwrap()));
        }
    }
    let running = batch.start();
    for (index, (authority, _)) in cases().enumerate() {
        let root = made.authority(authority);
        let (http, echo) = (running.port(2 * index), running.port(2 * index + 1));
        for host in [Made::SERVER, "1.lobby.example.test", "127.0.0.1"] {
            let (got, code, errors) = fetch(host, http, &root, &[]);
            assert_eq!(
                (code, got.as_slice()),
                (Some(0), &b"the page"[..]),
                "{errors}"
            );
        }
        let stranger = made.authority(stranger(authority));
        assert_eq!(fetch("localhost", http, &stranger, &[]).1, REFUSED);
        let client = python_client(echo, &root, Version::Tls13, 1000, &["strict"]).unwrap();
        assert_eq!(client.finish(), (Some(0), "SAME\n".to_owned()));
        for version in Version::ALL {
            let mut client = openssl_client(echo, &root, version, &["-x509_strict"]).unwrap();
            assert_eq!(client.exchange(b"hello", 5), b"hello");
            let (_, code, errors) = client.finish();
            assert_eq!(code, Some(0), "{errors}");
        }
    }
    for outcomes in running.finish(true).chunks(7) {
        let (http, echo) = outcomes.split_at(4);
        assert!(http[..3].iter().all(|one| one.is("connected")), "{http:?}");
        assert_eq!(http[3].number("cause"), cause::PEER_ALERT, "{http:?}");
        for (outcome, version) in echo
            .iter()
            .zip([Version::Tls13, Version::Tls12, Version::Tls13])
        {
            outcome.assert_connected(version, "eof");
        }
    }
}
