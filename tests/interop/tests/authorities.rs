//! The addon's signing requests before an authority of openssl's, and openssl's authorities in the hands of the addon.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use godot_rustls_interop_tests::{
    Argument, Authority, Batch, Job, Kind, Made, OpensslServer, Version, cause, godot_project,
};

/// A name with what names may have: attributes of one kind, and letters beyond ASCII.
const SUBJECT: &str = "OU=Servers,OU=Möbel,O=Studio,CN=My server";

/// The same in openssl's words, from the last attribute to the first.
const SUBJECT_READ: &str = "Subject: CN=My server,O=Studio,OU=Möbel,OU=Servers";
/// [`Made::NAMES`] in openssl's words.
const NAMES_READ: &str = "DNS:play.example.test, DNS:*.lobby.example.test, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1";

fn request(key: &Path, into: &Path) -> Job {
    let (key, names) = (Argument::Key(key), Argument::Names(&Made::NAMES));
    Job::call(
        "generate_certificate_signing_request",
        &[key, Argument::Text(SUBJECT), names],
    )
    .into_file(into)
}

/// A client that has the server close the connection.
fn closing_client(made: &Made, server: &OpensslServer, root: &Path) -> Job {
    // Tests that run at the same time share the folder.
    let end = made.path(&format!("end-{}", server.port()));
    fs::write(&end, "CLOSE\n").unwrap();
    let job = Job::client("client", server.port(), root);
    job.set("send", end.to_str().unwrap())
        .set("until_end", true)
}

#[test]
fn requests_of_the_addon_become_certificates_that_everybody_accepts() {
    let Some(engine) = godot_project() else {
        return;
    };
    let (Some(made), Some(authority)) = (Made::make(engine.clone()), Authority::make("Company CA"))
    else {
        return;
    };
    let place = |kind: Kind, ending: &str| made.path(&format!("requested-{kind:?}.{ending}"));
    let mut batch = Batch::new(engine.clone());
    for kind in Made::KINDS {
        batch.add(request(&made.key(kind), &place(kind, "csr")));
    }
    batch.run(false);
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for kind in Made::KINDS {
        let (request, chain, key) = (place(kind, "csr"), place(kind, "crt"), made.key(kind));
        let judge = made.openssl(&[
            "req",
            "-verify",
            "-noout",
            "-text",
            "-nameopt",
            "RFC2253,utf8,-esc_msb",
        ]);
        let verdict = judge.with("-in", &request).verdict();
        // Its exit code is good in any case.
        for words in ["verify OK", SUBJECT_READ, NAMES_READ] {
            verdict.assert_says(words);
        }
        authority.sign(&request, &chain);
        made.openssl(&["verify"])
            .with("-CAfile", authority.root())
            .with("-verify_hostname", "1.lobby.example.test")
            .and([&chain])
            .run();
        let server = OpensslServer::start(&chain, &key, &[]).unwrap();
        for name in [
            Made::SERVER,
            "1.lobby.example.test",
            "127.0.0.1",
            "other.example.test",
        ] {
            let client = closing_client(&made, &server, &authority.root());
            batch.add(client.set("name", name));
        }
        servers.push(server);
    }
    for outcomes in batch.run(true).chunks(4) {
        let (good, bad) = outcomes.split_at(3);
        good.iter()
            .for_each(|one| one.assert_connected(Version::Tls13, "eof"));
        bad[0].assert_refused(cause::NAME_MISMATCH, &[Made::SERVER]);
    }
}

#[test]
fn a_request_that_was_changed_on_the_way_is_refused() {
    let Some(engine) = godot_project() else {
        return;
    };
    let Some(made) = Made::make(engine.clone()) else {
        return;
    };
    let (request_file, changed) = (made.path("whole.csr"), made.path("changed.der"));
    let mut batch = Batch::new(engine);
    batch.add(request(&made.key(Kind::P256), &request_file));
    batch.run(false);
    let convert = made.openssl(&["req", "-outform", "DER"]);
    convert
        .with("-in", &request_file)
        .with("-out", &changed)
        .run();
    let mut der = fs::read(&changed).unwrap();
    let place = der
        .windows(9)
        .position(|bytes| bytes == b"My server")
        .unwrap();
    der[place] = b'm';
    fs::write(&changed, der).unwrap();
    let judge = made.openssl(&["req", "-verify", "-noout", "-inform", "DER"]);
    let verdict = judge.with("-in", &changed).verdict();
    verdict.assert_says("verify failure");
}

/// Authorities of openssl's with names that are written in ways of their own, and that name their keys or not.
const STRANGE_AUTHORITIES: [[&str; 3]; 4] = [
    [
        "/DC=org/DC=example/O=Company+OU=Certificates/CN=Many in one",
        "utf8only",
        "hash",
    ],
    ["/C=DE/O=Großhändler/CN=Old letters", "MASK:0x4", "none"],
    ["/C=DE/O=Großhändler/CN=Wide letters", "MASK:0x800", "hash"],
    ["/CN=Plain  letters", "MASK:0x2", "none"],
];

#[test]
fn the_addon_issues_for_authorities_of_openssl_whatever_their_names() {
    let Some(engine) = godot_project() else {
        return;
    };
    let Some(made) = Made::make(engine.clone()) else {
        return;
    };
    let place = |number: usize, ending: &str| made.path(&format!("strange-{number}.{ending}"));
    let mut batch = Batch::new(engine.clone());
    for (number, [name, letters, key_identifier]) in STRANGE_AUTHORITIES.into_iter().enumerate() {
        let (key, root) = (place(number, "key"), place(number, "crt"));
        let settings = format!(
            "[req]\ndistinguished_name=none\nx509_extensions=ca\nstring_mask={letters}\nutf8=yes\n[none]\n\
             [ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier={key_identifier}\n"
        );
        fs::write(place(number, "cnf"), settings).unwrap();
        made.openssl(&["req", "-x509", "-days", "30", "-utf8", "-multivalue-rdn"])
            .and([
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-384",
                "-nodes",
            ])
            .with("-config", place(number, "cnf"))
            .with("-subj", name)
            .with("-keyout", &key)
            .with("-out", &root)
            .run();
        let subject_key = made.key(Kind::P256);
        let arguments = [
            Argument::Key(&key),
            Argument::Certificate(&root),
            Argument::Key(&subject_key),
            Argument::Text(SUBJECT),
            Argument::Names(&Made::NAMES),
            Argument::Text("20260101000000"),
            Argument::Text("20550101000000"),
        ];
        batch.add(Job::call("issue_certificate", &arguments).into_file(&place(number, "issued")));
    }
    batch.run(false).iter().for_each(|one| one.assert_made());
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for number in 0..STRANGE_AUTHORITIES.len() {
        let (root, issued) = (place(number, "crt"), place(number, "issued"));
        made.openssl(&["verify", "-purpose", "sslserver"])
            .with("-CAfile", &root)
            .with("-verify_hostname", Made::SERVER)
            .and([&issued])
            .run();
        // The addon compares names byte by byte, openssl by their letters.
        let server = OpensslServer::start(&issued, &made.key(Kind::P256), &[]).unwrap();
        batch.add(closing_client(&made, &server, &root));
        servers.push(server);
    }
    for outcome in batch.run(false) {
        outcome.assert_connected(Version::Tls13, "eof");
    }
}
