//! Who shows which key: pinned keys, and certificates that are renewed under running connections.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use godot_rustls_interop_tests::{
    Authority, Batch, Certificates, Job, Kind, OpensslServer, Pair, Version, cause, godot_project,
    openssl_client, openssl_report,
};

const NAMES: &str = "DNS:localhost,IP:127.0.0.1";

/// Longer than the second for which the files are not looked at again, on machines that are busy.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn the_addon_accepts_openssl_only_with_a_key_that_openssl_says_is_pinned() {
    let (Some(engine), Some(certificates), Some(stranger)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Strangers"),
    ) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    // The stranger's certificate is sent along, and stands in no path.
    let more = [&pair.chain, &stranger.root()].map(|path| fs::read(path).unwrap());
    let chain = certificates.file("longer.chain", &more.concat());
    let server = OpensslServer::start(&chain, &pair.key, &[]).unwrap();
    let (intermediate, root) = (certificates.intermediate(), certificates.root());
    let pin = |path| certificates.pin(path);
    let (leaf, issuer, anchor, beside) = (
        pin(&pair.chain),
        pin(&intermediate),
        pin(&root),
        pin(&stranger.root()),
    );
    // Unsafe or not, pins, and whether it comes to a connection.
    let cases = [
        (false, vec![&leaf], true),
        (false, vec![&issuer], true),
        (false, vec![&anchor], true),
        (false, vec![&beside, &leaf], true),
        (false, vec![&beside], false),
        (true, vec![&leaf], true),
        // Nobody checked that it belongs to the path.
        (true, vec![&issuer], false),
        (true, vec![&beside], false),
    ];
    let end = certificates.file("end", b"CLOSE\n");
    let nothing = certificates.file("nothing", b"");
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        for (is_unsafe, pins, _) in &cases {
            let job = Job::client(format!("{version:?} {pins:?}"), server.port(), &root);
            let job = job.exchange(&end, &nothing, 0).set("until_end", true);
            let pins: Vec<&str> = pins.iter().map(|pin| pin.as_str()).collect();
            batch.add(
                job.version(version)
                    .set("unsafe", *is_unsafe)
                    .set("pins", pins),
            );
        }
    }
    let outcomes = batch.run(true);
    for (outcomes, version) in outcomes.chunks(cases.len()).zip(Version::ALL) {
        for (outcome, (_, _, is_pinned)) in outcomes.iter().zip(&cases) {
            if *is_pinned {
                outcome.assert_connected(version, "eof");
            } else {
                outcome.assert_refused(cause::PIN_MISMATCH, &[&leaf]);
            }
        }
    }
}

#[test]
fn the_addon_lets_only_clients_with_pinned_keys_in() {
    let (Some(engine), Some(certificates), Some(players)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Players"),
    ) else {
        return;
    };
    let [alice, bob] = ["alice", "bob"].map(|name| players.client(name));
    let pair = certificates.pair(Kind::P256);
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let job = Job::server(format!("{version:?}"), &pair.chain, &pair.key, 2);
        let job = job
            .set("clients", "required")
            .set("client_trust", players.root().to_str().unwrap());
        let job = job
            .set("pins", vec![certificates.pin(&alice.chain)])
            .set("serve", "echo");
        batch.add(job.version(version));
    }
    let running = batch.start();
    for (index, version) in Version::ALL.into_iter().enumerate() {
        for (pair, comes_in) in [(&alice, true), (&bob, false)] {
            let files = [&pair.chain, &pair.key].map(|path| path.to_str().unwrap());
            let flags = ["-cert", files[0], "-key", files[1]];
            let root = certificates.root();
            let mut peer = openssl_client(running.port(index), &root, version, &flags).unwrap();
            assert_eq!(peer.exchange(b"hello", 5) == b"hello", comes_in);
            let (_, _, errors) = peer.finish();
            assert_eq!(errors.contains("alert"), !comes_in, "{errors}");
        }
    }
    for (outcomes, version) in running.finish(true).chunks(2).zip(Version::ALL) {
        outcomes[0].assert_connected(version, "eof");
        outcomes[1].assert_refused(cause::PIN_MISMATCH, &[&certificates.pin(&bob.chain)]);
    }
}

/// The subject of the certificate that a server shows to `openssl s_client`.
fn subject_shown(port: u16, root: &Path, version: Version) -> String {
    let (code, text) = openssl_report(port, root, version, &["-no_ign_eof"]).unwrap();
    assert_eq!(code, Some(0), "{text}");
    let subject = text.lines().find_map(|line| line.strip_prefix("subject="));
    subject.unwrap().to_owned()
}

#[test]
fn new_clients_see_a_renewed_certificate_and_running_connections_stay() {
    let (Some(engine), Some(certificates), Some(authority)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Servers"),
    ) else {
        return;
    };
    let [old, new] = ["old", "new"].map(|name| authority.server(name, NAMES));
    let served = Pair {
        key: certificates.place("served.key"),
        chain: certificates.place("served.crt"),
    };
    let serve = |pair: &Pair| {
        fs::copy(&pair.key, &served.key).unwrap();
        fs::copy(&pair.chain, &served.chain).unwrap();
    };
    serve(&old);
    let stop = certificates.place("stop");
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let job = Job::server(format!("{version:?}"), &served.chain, &served.key, 0);
        let job = job.set("files", true).set("until", stop.to_str().unwrap());
        batch.add(job.version(version).set("serve", "echo"));
    }
    let running = batch.start();
    let root = authority.root();
    let shown = |job: usize, version| subject_shown(running.port(job), &root, version);
    let mut long = Vec::new();
    for (job, version) in Version::ALL.into_iter().enumerate() {
        let mut peer = openssl_client(running.port(job), &root, version, &[]).unwrap();
        assert_eq!(peer.exchange(b"hello", 5), b"hello");
        assert_eq!(shown(job, version), "CN = old");
        long.push(peer);
    }
    serve(&new);
    let deadline = Instant::now() + PATIENCE;
    for (job, version) in Version::ALL.into_iter().enumerate() {
        while shown(job, version) != "CN = new" {
            assert!(
                Instant::now() < deadline,
                "the old certificate is still shown"
            );
        }
    }
    for mut peer in long {
        assert_eq!(peer.exchange(b"again", 5), b"again");
        assert_eq!(peer.finish().1, Some(0));
    }
    fs::write(stop, "").unwrap();
    for outcome in running.finish(false) {
        assert!(outcome.is("connected"), "{outcome:?}");
        assert_eq!(outcome.text("end"), "eof", "{outcome:?}");
    }
}
