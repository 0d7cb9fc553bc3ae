//! Sessions that are continued by later connections.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use godot_rustls_interop_tests::{
    Authority, Batch, Certificates, Job, Kind, OpensslServer, Outcome, Running, Version,
    godot_project, openssl_report,
};

fn resumed(outcomes: &[Outcome]) -> Vec<bool> {
    let connected = outcomes.iter().filter(|outcome| outcome.is("connected"));
    connected.map(|outcome| outcome.is("resumed")).collect()
}

#[test]
fn the_addon_continues_its_sessions_with_openssl_unless_told_not_to() {
    let (Some(engine), Some(certificates), Some(players)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Players"),
    ) else {
        return;
    };
    let (pair, alice) = (certificates.pair(Kind::P256), players.client("alice"));
    let end = certificates.file("end", b"CLOSE\n");
    let nothing = certificates.file("nothing", b"");
    let root = players.root();
    let asking = [
        "-Verify",
        "1",
        "-verify_return_error",
        "-CAfile",
        root.to_str().unwrap(),
    ];
    let start = |more: &[&str]| OpensslServer::start(&pair.chain, &pair.key, more).unwrap();
    // Sessions as tickets, by number, and with a client's certificate.
    let cases = [
        (Version::Tls13, start(&[])),
        (Version::Tls12, start(&[])),
        (Version::Tls12, start(&["-no_ticket"])),
        (Version::Tls13, start(&asking)),
        (Version::Tls12, start(&asking)),
    ];
    let mut batch = Batch::new(engine);
    for (index, (version, server)) in cases.iter().enumerate() {
        for resumption in [true, false] {
            let job = Job::client(format!("case {index}"), server.port(), &certificates.root())
                .version(*version)
                .exchange(&end, &nothing, 0)
                .set("until_end", true)
                .set("resumption", resumption)
                .set("connections", 3);
            batch.add(job.showing(&alice));
        }
    }
    let outcomes = batch.run(false);
    for (outcomes, (version, _)) in outcomes.chunks(6).zip(&cases) {
        for outcome in outcomes {
            assert_eq!(outcome.text("version"), version.name(), "{outcome:?}");
            assert_eq!(outcome.text("end"), "eof", "{outcome:?}");
            // What was shown once is known in every connection of the session.
            assert_eq!(outcome.peer()[0], certificates.facts(&pair.chain));
        }
        let wanted = [false, true, true, false, false, false];
        assert_eq!(resumed(outcomes), wanted, "{outcomes:?}");
    }
}

/// One connection of `openssl s_client`, whose session is taken from or put into a file.
fn visit(running: &Running, job: usize, root: &Path, version: Version, more: &[&str]) -> String {
    let (code, text) = openssl_report(running.port(job), root, version, more).unwrap();
    assert_eq!(code, Some(0), "{more:?}: {text}");
    text
}

/// A server name that is none is passed over, also in the second hello that the addon asks for: it
/// has no X448.
const ODD_HELLO: [&str; 4] = [
    "-servername",
    "My Game Server",
    "-groups",
    "X448:P-384:P-256",
];

#[track_caller]
fn assert_has_line(text: &str, start: &str) {
    assert!(
        text.lines().any(|line| line.starts_with(start)),
        "no {start}: {text}"
    );
}

#[test]
fn openssl_continues_its_sessions_with_the_addon() {
    let (Some(engine), Some(certificates), Some(players)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Players"),
    ) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    let words = certificates.file("words", b"hello");
    let alice = players.client("alice");
    let [chain, key] = [&alice.chain, &alice.key].map(|path| path.to_str().unwrap());
    let shown = ["-cert", chain, "-key", key];
    let odd = [&shown[..], &ODD_HELLO].concat();
    let cases = [
        (Version::Tls13, &[][..]),
        (Version::Tls12, &[]),
        (Version::Tls12, &["-no_ticket"]),
        (Version::Tls13, &shown),
        (Version::Tls12, &shown),
        (Version::Tls13, &odd),
        (Version::Tls12, &odd),
    ];
    let mut batch = Batch::new(engine);
    for (version, flags) in cases {
        let mut job = Job::server(format!("{version:?} {flags:?}"), &pair.chain, &pair.key, 3);
        if flags.starts_with(&shown) {
            job = job
                .set("clients", "required")
                .set("client_trust", players.root().to_str().unwrap());
        }
        let job = job
            .set("serve", "greet")
            .set("send", words.to_str().unwrap());
        batch.add(job.version(version));
    }
    let running = batch.start();
    for (job, (version, flags)) in cases.into_iter().enumerate() {
        let file = certificates.place(&format!("session-{job}"));
        let [out, back] = ["-sess_out", "-sess_in"].map(|flag| [flag, file.to_str().unwrap()]);
        for (session, start) in [(out, "New, "), (back, "Reused, "), (back, "Reused, ")] {
            let more = [&session, flags].concat();
            let text = visit(&running, job, &certificates.root(), version, &more);
            assert_has_line(&text, &format!("{start}TLSv"));
        }
    }
    let outcomes = running.finish(false);
    for (outcomes, (version, flags)) in outcomes.chunks(3).zip(cases) {
        let wanted = [false, true, true];
        assert_eq!(resumed(outcomes), wanted, "{version:?} {flags:?}");
        let is_shown = flags.starts_with(&shown);
        let known = is_shown.then(|| certificates.facts(&alice.chain));
        for outcome in outcomes {
            assert_eq!(outcome.peer(), known.as_slice(), "{outcome:?}");
        }
    }
}

#[test]
fn openssl_gets_no_session_from_the_addon_when_resumption_is_off() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    let words = certificates.file("words", b"hello");
    let cases = [
        (Version::Tls13, 1, false),
        (Version::Tls12, 1, false),
        (Version::Tls12, 6, false),
        (Version::Tls12, 6, true),
    ];
    let mut batch = Batch::new(engine);
    for (version, connections, resumption) in cases {
        let job = Job::server(format!("{version:?}"), &pair.chain, &pair.key, connections);
        let job = job
            .set("serve", "greet")
            .set("send", words.to_str().unwrap());
        batch.add(job.version(version).set("resumption", resumption));
    }
    let running = batch.start();
    let root = certificates.root();
    let file = certificates.place("session");
    let out = ["-sess_out", file.to_str().unwrap()];
    for (job, version) in [(0, Version::Tls13), (1, Version::Tls12)] {
        let text = visit(&running, job, &root, version, &out);
        assert!(
            text.contains(&format!("\nNew, {}", version.name())),
            "{text}"
        );
        assert!(!text.to_lowercase().contains("session ticket"), "{text}");
        // It writes down only what could be continued.
        assert!(!file.exists());
    }
    // Six connections of one program, which offers its session each time.
    for (job, reused) in [(2, 0), (3, 5)] {
        let flags = ["-reconnect", "-no_ticket"];
        let text = visit(&running, job, &root, Version::Tls12, &flags);
        let count = |word: &str| text.matches(&format!("\n{word}, TLSv1.2")).count();
        assert_eq!(
            (count("New"), count("Reused")),
            (6 - reused, reused),
            "{text}"
        );
    }
    // It leaves in the middle when it connects anew.
    let outcomes = running.finish(true);
    assert_eq!(resumed(&outcomes[..8]), [false; 8], "{outcomes:?}");
}
