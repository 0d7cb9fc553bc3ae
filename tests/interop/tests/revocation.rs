//! Certificates that their issuer took back, and responses that say that it did not.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use godot_rustls_interop_tests::{
    Authority, Batch, Certificates, Job, Kind, OpensslServer, Pair, Version, cause, curl,
    godot_project, openssl_client, openssl_report,
};

/// Cause and words of a connection that does not come about.
type Refusal<'a> = Option<(i64, [&'a str; 2])>;

const REPLACED: Refusal<'_> = Some((
    cause::REVOKED,
    ["\"replaced\" was revoked by its issuer", "(superseded)"],
));

const OLD_LIST: Refusal<'_> = Some((
    cause::OTHER,
    [
        "the revocation list of \"CN=Servers\"",
        "out of date since 2020-02-01",
    ],
));

const FORGED_LIST: Refusal<'_> = Some((
    cause::OTHER,
    [
        "the revocation list of \"CN=Servers\"",
        "not signed with that issuer's key",
    ],
));

/// The exit code of curl for an invalid certificate status.
const NO_RESPONSE: i32 = 91;

const NAMES: &str = "DNS:localhost,IP:127.0.0.1";

#[test]
fn the_addon_refuses_servers_that_an_openssl_authority_revoked() {
    let (Some(engine), Some(certificates), Some(authority), Some(namesake)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Servers"),
        Authority::make("Servers"),
    ) else {
        return;
    };
    let [stolen, replaced, good] =
        ["stolen", "replaced", "good"].map(|name| authority.server(name, NAMES));
    let before = authority.revocation_list("before");
    authority.revoke(&stolen, "keyCompromise");
    authority.revoke(&replaced, "superseded");
    let now = authority.revocation_list("now");
    let old = authority.expired_revocation_list();
    // Made by another authority of the same name.
    let forged = namesake.revocation_list("forged");
    let servers = [&stolen, &replaced, &good]
        .map(|pair| OpensslServer::start(&pair.chain, &pair.key, &[]).unwrap());
    let end = certificates.file("end", b"CLOSE\n");
    let nothing = certificates.file("nothing", b"");
    let date = authority.revocation_moment(&stolen);
    // Server, list, and the cause and words of a refusal.
    let stolen_now: Refusal<'_> = Some((cause::REVOKED, [&date, "(keyCompromise)"]));
    let cases: [(usize, Option<&PathBuf>, Refusal<'_>); 8] = [
        (0, Some(&now), stolen_now),
        (1, Some(&now), REPLACED),
        (2, Some(&now), None),
        (0, Some(&before), None),
        (0, None, None),
        (2, Some(&old), OLD_LIST),
        (0, Some(&old), OLD_LIST),
        (2, Some(&forged), FORGED_LIST),
    ];
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        for (server, list, _) in &cases {
            let label = format!("{version:?} {server} {list:?}");
            let job =
                Job::client(label, servers[*server].port(), &authority.root()).version(version);
            let mut job = job.exchange(&end, &nothing, 0).set("until_end", true);
            if let Some(list) = list {
                job = job.set("revoked", list.to_str().unwrap());
            }
            batch.add(job);
        }
    }
    let outcomes = batch.run(true);
    for (outcomes, version) in outcomes.chunks(cases.len()).zip(Version::ALL) {
        for (outcome, (_, _, refusal)) in outcomes.iter().zip(&cases) {
            match refusal {
                None => outcome.assert_connected(version, "eof"),
                Some((cause, words)) => outcome.assert_refused(*cause, words),
            }
        }
    }
}

#[test]
fn openssl_clients_that_were_revoked_are_told_so_by_the_addon() {
    let (Some(engine), Some(certificates), Some(players)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Players"),
    ) else {
        return;
    };
    let [cheat, alice] = ["cheat", "alice"].map(|name| players.client(name));
    players.revoke(&cheat, "affiliationChanged");
    let list = players.revocation_list("now");
    let pair = certificates.pair(Kind::P256);
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let job = Job::server(format!("{version:?}"), &pair.chain, &pair.key, 2);
        let job = job
            .set("clients", "required")
            .set("client_trust", players.root().to_str().unwrap());
        let job = job
            .set("revoked", list.to_str().unwrap())
            .set("serve", "echo");
        batch.add(job.version(version));
    }
    let running = batch.start();
    for (index, version) in Version::ALL.into_iter().enumerate() {
        for (pair, comes_in) in [(&alice, true), (&cheat, false)] {
            let files = [&pair.chain, &pair.key].map(|path| path.to_str().unwrap());
            let flags = ["-cert", files[0], "-key", files[1]];
            let mut peer =
                openssl_client(running.port(index), &certificates.root(), version, &flags).unwrap();
            assert_eq!(peer.exchange(b"hello", 5) == b"hello", comes_in);
            let (_, _, errors) = peer.finish();
            assert_eq!(
                errors.contains("alert certificate revoked"),
                !comes_in,
                "{errors}"
            );
        }
    }
    let date = players.revocation_moment(&cheat);
    for (outcomes, version) in running.finish(true).chunks(2).zip(Version::ALL) {
        outcomes[0].assert_connected(version, "eof");
        let words = [
            "\"cheat\" was revoked by its issuer",
            &date,
            "(affiliationChanged)",
        ];
        outcomes[1].assert_refused(cause::REVOKED, &words);
    }
}

/// Text of `openssl s_client`, which asks a server for an OCSP response.
fn status_report(port: u16, root: &Path, version: Version) -> String {
    let flags = ["-status", "-no_ign_eof"];
    let (code, text) = openssl_report(port, root, version, &flags).unwrap();
    assert_eq!(code, Some(0), "{text}");
    text
}

#[test]
fn openssl_and_curl_are_sent_the_ocsp_response_that_lies_beside_the_certificate() {
    let (Some(engine), Some(certificates), Some(authority)) = (
        godot_project(),
        Certificates::make(),
        Authority::make("Servers"),
    ) else {
        return;
    };
    let [stapled, bare] = ["stapled", "bare"].map(|name| {
        let pair = authority.server(name, NAMES);
        // curl looks for the issuer in what is sent.
        let parts = [&pair.chain, &authority.root()].map(|path| fs::read(path).unwrap());
        let chain = certificates.file(&format!("{name}.crt"), &parts.concat());
        Pair { chain, ..pair }
    });
    let response = certificates.place("stapled.crt.ocsp");
    authority.write_ocsp_response(&stapled.chain, &response);
    let words = certificates.file("words", b"hello");
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        for pair in [&stapled, &bare] {
            let job = Job::server(format!("{version:?}"), &pair.chain, &pair.key, 2);
            let job = job.set("files", true).set("serve", "http");
            batch.add(job.version(version).set("send", words.to_str().unwrap()));
        }
    }
    let running = batch.start();
    let sent = [
        "OCSP Response Status: successful (0x0)",
        "Cert Status: good",
    ];
    for (index, version) in Version::ALL.into_iter().enumerate() {
        let report =
            |job: usize| status_report(running.port(2 * index + job), &authority.root(), version);
        let (with, without) = (report(0), report(1));
        assert!(sent.iter().all(|words| with.contains(words)), "{with}");
        assert!(
            without.contains("OCSP response: no response sent"),
            "{without}"
        );
        // It checks the response too, and wants one.
        for (job, exit_code) in [(0, 0), (1, NO_RESPONSE)] {
            let port = running.port(2 * index + job);
            let root = authority.root();
            let Some((_, code, errors)) = curl("localhost", port, &root, &["--cert-status"]) else {
                return;
            };
            assert_eq!(code, Some(exit_code), "{errors}");
        }
    }
    // curl leaves without a word when it is sent no response.
    for outcome in running.finish(true) {
        assert!(outcome.is("connected"), "{outcome:?}");
    }
}
