//! Certificates and requests that the addon made, judged by openssl.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use godot_rustls_interop_tests::{Argument, Batch, Job, Kind, Made, Openssl, godot_project};

/// `openssl verify` with nothing trusted but the root, and every rule of RFC 5280 that it knows.
fn verify(made: &Made, root: &Path) -> Openssl {
    made.openssl(&["verify", "-x509_strict", "-check_ss_sig"])
        .and(["-no-CApath", "-no-CAstore"])
        .with("-CAfile", root)
}

/// The same for a server that is reached in this way.
fn verify_server(made: &Made, root: &Path, reached: [&str; 2]) -> Openssl {
    verify(made, root)
        .and(["-purpose", "sslserver"])
        .and(reached)
}

const REACHED: [[&str; 2]; 5] = [
    ["-verify_hostname", Made::SERVER],
    ["-verify_hostname", "1.lobby.example.test"],
    ["-verify_hostname", "localhost"],
    ["-verify_ip", "127.0.0.1"],
    ["-verify_ip", "::1"],
];

#[test]
fn openssl_accepts_issued_certificates_by_its_strictest_rules() {
    let Some(made) = godot_project().and_then(Made::make) else {
        return;
    };
    for authority in Made::KINDS {
        let root = made.authority(authority);
        verify(&made, &root).and([&root]).run();
        let unnamed = made.issued_without_names(authority).chain;
        verify_server(&made, &root, REACHED[0])
            .and([&unnamed])
            .run();
        for kind in Made::KINDS {
            let issued = made.issued(authority, kind).chain;
            for reached in REACHED {
                verify_server(&made, &root, reached).and([&issued]).run();
            }
            verify(&made, &root)
                .and(["-purpose", "sslclient"])
                .and([&issued])
                .run();
        }
    }
}

#[test]
fn openssl_accepts_self_signed_certificates_by_its_strictest_rules() {
    let Some(made) = godot_project().and_then(Made::make) else {
        return;
    };
    for kind in Made::KINDS {
        let own = made.self_signed(kind).chain;
        for reached in REACHED {
            verify_server(&made, &own, reached).and([&own]).run();
        }
    }
}

/// A time in 2026: the certificate is checked long after it as well.
const IN_ITS_TIME: &str = "1770000000";

#[test]
fn openssl_accepts_what_the_addon_makes_for_a_key_alone() {
    let Some(engine) = godot_project() else {
        return;
    };
    let Some(made) = Made::make(engine.clone()) else {
        return;
    };
    let (key, certificate) = (made.key(Kind::Rsa2048), made.path("defaults.crt"));
    let mut batch = Batch::new(engine);
    let arguments = [Argument::Key(&key)];
    batch.add(Job::call("generate_self_signed_certificate", &arguments).into_file(&certificate));
    batch.run(false)[0].assert_made();
    verify_server(&made, &certificate, ["-verify_hostname", "myserver"])
        .with("-attime", IN_ITS_TIME)
        .and([&certificate])
        .run();
    let describe = made.openssl(&["x509", "-noout", "-text", "-nameopt", "RFC2253"]);
    let described = describe.with("-in", &certificate).verdict();
    for words in [
        "Subject: C=IT,O=myorganisation,CN=myserver",
        "Not Before: Jan  1 00:00:00 2014 GMT",
        "Not After : Jan  1 00:00:00 2034 GMT",
        "CA:TRUE, pathlen:0",
    ] {
        described.assert_says(words);
    }
}

#[test]
fn openssl_refuses_other_names_and_other_authorities() {
    let Some(made) = godot_project().and_then(Made::make) else {
        return;
    };
    for kind in Made::KINDS {
        let root = made.authority(kind);
        let issued = made.issued(kind, kind).chain;
        let unnamed = made.issued_without_names(kind).chain;
        let judge = |reached, chain| verify_server(&made, &root, reached).and([chain]).verdict();
        for (chain, host) in [
            (&issued, "other.example.test"),
            (&issued, "a.b.lobby.example.test"),
            (&issued, "Studio"),
            (&unnamed, "localhost"),
        ] {
            judge(["-verify_hostname", host], chain).assert_refused("hostname mismatch");
        }
        judge(["-verify_ip", "127.0.0.2"], &issued).assert_refused("IP address mismatch");
        for other in Made::KINDS.into_iter().filter(|other| *other != kind) {
            // It has the same name, but another key.
            let stranger = made.authority(other);
            verify_server(&made, &stranger, REACHED[0])
                .and([&issued])
                .verdict()
                .assert_refused("unable to get local issuer certificate");
        }
    }
}
