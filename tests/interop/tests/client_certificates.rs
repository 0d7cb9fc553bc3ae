//! Mutual TLS: clients that show who they are.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use godot_rustls_interop_tests::{
    Authority, Batch, Certificates, Job, Kind, Nginx, OpensslServer, Outcome, Pair, Site, Version,
    cause, curl, godot_project, openssl_client,
};

/// What a client may show to a server that trusts one authority of two.
struct Clients {
    authority: Authority,
    right: Pair,
    /// Issued by an authority below the trusted one.
    guest: Pair,
    guests: Authority,
    expired: Pair,
    stranger: Pair,
    // Its files go with it.
    _other: Authority,
}

impl Clients {
    fn make() -> Option<Self> {
        let authority = Authority::make("Players")?;
        let other = Authority::make("Strangers")?;
        let guests = authority.below("Guests")?;
        Some(Self {
            right: authority.client("alice"),
            guest: guests.client("carol"),
            guests,
            expired: authority.expired_client("bob"),
            stranger: other.client("mallory"),
            authority,
            _other: other,
        })
    }

    /// The guest with the whole chain, as only the authority above the issuer is trusted.
    fn guest_with_issuer(&self, certificates: &Certificates) -> Pair {
        let parts = [&self.guest.chain, &self.guests.root()];
        let parts = parts.map(|path| fs::read(path).unwrap());
        Pair {
            key: self.guest.key.clone(),
            chain: certificates.file("carol.crt", &parts.concat()),
        }
    }

    fn root(&self) -> String {
        self.authority.root().to_str().unwrap().to_owned()
    }
}

/// A client that showed the wrong thing or nothing learns why: in the handshake with TLS 1.2, behind it with 1.3.
#[track_caller]
fn assert_not_let_in(outcome: &Outcome, version: Version, words: &[&str]) {
    outcome.assert_refused(cause::CLIENT_CERTIFICATE_REQUIRED, words);
    assert_eq!(
        outcome.is("connected"),
        version == Version::Tls13,
        "{outcome:?}"
    );
}

#[test]
fn openssl_lets_the_addon_in_by_its_certificate_and_the_addon_learns_why_not() {
    let (Some(engine), Some(certificates), Some(clients)) =
        (godot_project(), Certificates::make(), Clients::make())
    else {
        return;
    };
    let server = certificates.pair(Kind::P256);
    let guest = clients.guest_with_issuer(&certificates);
    let send = certificates.file("lines", b"drawkcab\nCLOSE\n");
    let want = certificates.file("answer", b"backward\n");
    let mut batch = Batch::new(engine);
    let mut servers = Vec::new();
    for version in Version::ALL {
        let flags = [
            "-Verify",
            "1",
            "-verify_return_error",
            "-CAfile",
            &clients.root(),
        ];
        let peer = OpensslServer::start(&server.chain, &server.key, &flags).unwrap();
        let job = |label: &str| {
            Job::client(label, peer.port(), &certificates.root())
                .version(version)
                .exchange(&send, &want, 0)
                .set("until_end", true)
        };
        batch.add(job("right").showing(&clients.right));
        batch.add(job("guest").showing(&guest));
        batch.add(job("none"));
        batch.add(job("stranger").showing(&clients.stranger));
        batch.add(job("expired").showing(&clients.expired));
        servers.push(peer);
    }
    let outcomes = batch.run(true);
    // s_server sends its own certificate and then the chain's file, which begins with it too.
    let chain = [&server.chain, &server.chain, &certificates.intermediate()];
    let chain = chain.map(|path| certificates.facts(path));
    for ((case, version), peer) in outcomes.chunks(5).zip(Version::ALL).zip(&mut servers) {
        for outcome in &case[..2] {
            outcome.assert_connected(version, "eof");
            outcome.assert_received(9);
            assert_eq!(outcome.peer(), chain);
        }
        let mut let_in = [(); 2].map(|()| peer.told("Peer certificate: "));
        let_in.sort();
        assert_eq!(let_in, ["CN = alice", "CN = carol"]);
        assert_not_let_in(&case[2], version, &["none to show", "set_identity()"]);
        let refused = "refused this client's certificate";
        let unknown = [refused, "\"mallory\"", "unknown_ca (48)"];
        assert_not_let_in(&case[3], version, &unknown);
        let expired = [refused, "\"bob\"", "certificate_expired (45)", "renew"];
        assert_not_let_in(&case[4], version, &expired);
    }
}

/// Fails unless a server answers `openssl s_client`, or refuses it with an alert of these words.
#[track_caller]
fn assert_openssl_is_answered(
    port: u16,
    root: &Path,
    version: Version,
    pair: Option<&Pair>,
    refusal: Option<&str>,
) {
    let files = pair.map(|pair| [&pair.chain, &pair.key].map(|path| path.to_str().unwrap()));
    let flags = files.map(|[chain, key]| ["-cert", chain, "-key", key]);
    let flags = flags.as_ref().map_or(&[][..], <[_; 4]>::as_slice);
    let mut peer = openssl_client(port, root, version, flags).unwrap();
    let got = peer.exchange(b"GET / HTTP/1.1\r\n\r\n", 64);
    let (rest, _, errors) = peer.finish();
    let got = [got, rest].concat();
    match refusal {
        None => assert!(got.ends_with(b"come in"), "{errors}"),
        Some(words) => assert!(got.is_empty() && errors.contains(words), "{errors}"),
    }
}

/// Fails unless a server was told the right things of six clients: four of openssl, which showed
/// the right certificate, none, a stranger's and an expired one, and two of curl, the second
/// without a certificate.
#[track_caller]
fn assert_told_of_clients(
    outcomes: &[Outcome],
    version: Version,
    is_required: bool,
    alice: &(String, String),
) {
    for outcome in [&outcomes[0], &outcomes[4]] {
        assert!(outcome.is("connected"), "{outcome:?}");
        assert_eq!(outcome.text("version"), version.name());
        assert_eq!(outcome.peer(), std::slice::from_ref(alice));
    }
    for outcome in [&outcomes[1], &outcomes[5]] {
        assert_eq!(outcome.is("connected"), !is_required, "{outcome:?}");
        assert_eq!(outcome.peer(), []);
        if is_required {
            let words = ["the client sent no certificate"];
            outcome.assert_refused(cause::CLIENT_CERTIFICATE_REQUIRED, &words);
        }
    }
    outcomes[2].assert_refused(cause::UNTRUSTED_ISSUER, &["Strangers"]);
    outcomes[3].assert_refused(cause::EXPIRED, &["\"bob\" expired on 2020-02-01"]);
}

#[test]
fn openssl_and_curl_are_let_in_by_their_certificates_and_learn_why_not() {
    let (Some(engine), Some(certificates), Some(clients)) =
        (godot_project(), Certificates::make(), Clients::make())
    else {
        return;
    };
    let body = certificates.file("body", b"come in");
    let mut batch = Batch::new(engine);
    let cases = Version::ALL.map(|version| ["required", "optional"].map(|mode| (version, mode)));
    let cases = cases.as_flattened();
    for (version, mode) in cases {
        let server = certificates.pair(Kind::P256);
        let job = Job::server(format!("{version:?} {mode}"), &server.chain, &server.key, 6);
        batch.add(
            job.version(*version)
                .set("clients", *mode)
                .set("client_trust", clients.root())
                .set("serve", "http")
                .set("send", body.to_str().unwrap()),
        );
    }
    let running = batch.start();
    for (index, (version, mode)) in cases.iter().enumerate() {
        let shows = [
            (Some(&clients.right), None),
            (
                None,
                (*mode == "required").then_some("certificate required"),
            ),
            (Some(&clients.stranger), Some("alert unknown ca")),
            (Some(&clients.expired), Some("alert certificate expired")),
        ];
        for (pair, refusal) in shows {
            let port = running.port(index);
            assert_openssl_is_answered(port, &certificates.root(), *version, pair, refusal);
        }
        let alice = &clients.right;
        let flags = [
            "--cert",
            alice.chain.to_str().unwrap(),
            "--key",
            alice.key.to_str().unwrap(),
        ];
        for (flags, comes_in) in [(&flags[..], true), (&[][..], *mode == "optional")] {
            let root = certificates.root();
            let Some((got, code, errors)) = curl("localhost", running.port(index), &root, flags)
            else {
                return;
            };
            assert_eq!(code == Some(0), comes_in, "{errors}");
            assert_eq!(got == b"come in", comes_in, "{errors}");
        }
    }
    let alice = certificates.facts(&clients.right.chain);
    for (outcomes, (version, mode)) in running.finish(true).chunks(6).zip(cases) {
        assert_told_of_clients(outcomes, *version, *mode == "required", &alice);
    }
}

#[test]
fn nginx_knows_the_addon_by_its_certificate() {
    let (Some(engine), Some(certificates), Some(clients)) =
        (godot_project(), Certificates::make(), Clients::make())
    else {
        return;
    };
    let server = certificates.pair(Kind::P256);
    let site = Site {
        chain: server.chain,
        key: server.key,
        more: format!(
            "ssl_verify_client on; ssl_client_certificate {}; location = /who {{ return 200 \"$ssl_client_s_dn\"; }}",
            clients.root()
        ),
        http2: false,
    };
    let Some(nginx) = Nginx::start(&[site]) else {
        return;
    };
    let request = b"GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let request = certificates.file("request", request);
    let name = certificates.file("name", b"CN=alice");
    let refusal = certificates.file("refusal", b"</html>\r\n");
    let mut batch = Batch::new(engine);
    for version in Version::ALL {
        let job = |want| {
            Job::client(format!("{version:?}"), nginx.port(0), &certificates.root())
                .version(version)
                .exchange(&request, want, 0)
                .set("until_end", true)
        };
        batch.add(job(&name).showing(&clients.right));
        batch.add(job(&refusal));
    }
    for (pair, version) in batch.run(false).chunks(2).zip(Version::ALL) {
        for outcome in pair {
            outcome.assert_connected(version, "eof");
            assert!(outcome.is("same"), "{outcome:?}");
        }
    }
}
