//! Secrets that both ends of a connection know: written down for debugging, and exported.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use godot_rustls_interop_tests::{
    Batch, Capture, Certificates, Job, Kind, OpensslServer, Version, godot_project, openssl_report,
    program, tshark,
};

const LABEL: &str = "EXPORTER-my-game";

#[test]
fn the_addon_and_openssl_export_the_same_keying_material() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let (pair, root) = (certificates.pair(Kind::P256), certificates.root());
    let words = certificates.file("words", b"hello");
    let flags = ["-keymatexport", LABEL, "-keymatexportlen", "32"];
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for version in Version::ALL {
        let peer = OpensslServer::start_telling(&pair.chain, &pair.key, &flags).unwrap();
        let client = Job::client("client", peer.port(), &root).set("send", words.to_str().unwrap());
        let server = Job::server("server", &pair.chain, &pair.key, 1);
        let server = server
            .set("serve", "greet")
            .set("send", words.to_str().unwrap());
        for job in [client, server] {
            batch.add(job.version(version).set("export", LABEL));
        }
        servers.push(peer);
    }
    let running = batch.start();
    let reports = [1, 3].into_iter().zip(Version::ALL).map(|(job, version)| {
        let (_, text) = openssl_report(running.port(job), &root, version, &flags).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("Keying material: "));
        line.unwrap_or_else(|| panic!("{text}")).to_owned()
    });
    let of_clients: Vec<_> = reports.collect();
    let outcomes = running.finish(false);
    for ((outcomes, server), of_client) in outcomes.chunks(2).zip(&mut servers).zip(of_clients) {
        let exported = |index: usize| outcomes[index].text("exported").to_uppercase();
        assert_eq!(exported(0), server.told("Keying material: "));
        assert_eq!(exported(1), of_client);
        assert_eq!(exported(0).len(), 64);
        assert_ne!(exported(0), exported(1));
    }
}

/// The secrets of a key log; openssl explains itself in a comment.
fn secrets(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_lowercase).collect()
}

#[test]
fn the_addon_logs_the_same_secrets_as_openssl() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let (pair, root) = (certificates.pair(Kind::P256), certificates.root());
    let end = certificates.file("end", b"CLOSE\n");
    let nothing = certificates.file("nothing", b"");
    let [ours, theirs] = ["addon", "openssl"].map(|who| {
        ["as-client", "as-server"].map(|role| certificates.place(&format!("{who}-{role}")))
    });
    let flags = ["-keylogfile", theirs[1].to_str().unwrap()];
    let peer = OpensslServer::start(&pair.chain, &pair.key, &flags).unwrap();
    let mut batch = Batch::new(engine);
    // Several connections, and so several configurations, write to one file.
    for version in Version::ALL {
        let client = Job::client("client", peer.port(), &root).exchange(&end, &nothing, 0);
        let client = client
            .set("until_end", true)
            .set("key_log", ours[0].to_str().unwrap());
        batch.add(client.version(version));
        let server = Job::server("server", &pair.chain, &pair.key, 1).set("serve", "greet");
        let server = server
            .set("send", end.to_str().unwrap())
            .set("key_log", ours[1].to_str().unwrap());
        batch.add(server.version(version));
    }
    let running = batch.start();
    let flags = ["-keylogfile", theirs[0].to_str().unwrap()];
    for (job, version) in [1, 3].into_iter().zip(Version::ALL) {
        let (code, text) = openssl_report(running.port(job), &root, version, &flags).unwrap();
        assert_eq!(code, Some(0), "{text}");
    }
    for outcome in running.finish(false) {
        assert!(outcome.is("connected"), "{outcome:?}");
    }
    for (ours, theirs) in [(&ours[0], &theirs[1]), (&ours[1], &theirs[0])] {
        assert_eq!(secrets(ours), secrets(theirs));
        let labels: Vec<_> = secrets(ours)
            .iter()
            .map(|line| line.split(' ').next().unwrap().to_owned())
            .collect();
        let wanted = [
            "client_handshake_traffic_secret",
            "client_random",
            "client_traffic_secret_0",
            "exporter_secret",
            "server_handshake_traffic_secret",
            "server_traffic_secret_0",
        ];
        assert_eq!(labels, wanted);
    }
}

#[test]
fn tshark_decrypts_a_capture_with_the_addons_key_log() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    if program("tshark").is_none() {
        return;
    }
    let (pair, root) = (certificates.pair(Kind::P256), certificates.root());
    let lines = certificates.file("lines", b"drawkcab\nCLOSE\n");
    let words = certificates.file("words", b"hello from the addon");
    let log = certificates.place("keys.log");
    let peer = OpensslServer::start(&pair.chain, &pair.key, &[]).unwrap();
    let mut captures = Vec::new();
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let capture = Capture::before(peer.port());
        let client =
            Job::client("client", capture.port(), &root).set("send", lines.to_str().unwrap());
        let server =
            Job::server("server", &pair.chain, &pair.key, 1).set("send", words.to_str().unwrap());
        for job in [client.set("until_end", true), server.set("serve", "greet")] {
            batch.add(job.version(version).set("key_log", log.to_str().unwrap()));
        }
        captures.push(capture);
    }
    let running = batch.start();
    for (job, version) in [1, 3].into_iter().zip(Version::ALL) {
        let capture = Capture::before(running.port(job));
        let (code, text) = openssl_report(capture.port(), &root, version, &[]).unwrap();
        assert_eq!(code, Some(0), "{text}");
        captures.push(capture);
    }
    for outcome in running.finish(false) {
        assert!(outcome.is("connected"), "{outcome:?}");
    }
    let count = captures.len();
    let capture = certificates.file("capture.pcap", &Capture::to_pcap(captures));
    let readable = |key_log| {
        let text = tshark(&capture, count, key_log).unwrap();
        ["drawkcab", "backward", "hello from the addon"].map(|words| text.matches(words).count())
    };
    assert_eq!(readable(Some(&log)), [2, 2, 2]);
    assert_eq!(readable(None), [0, 0, 0]);
}
