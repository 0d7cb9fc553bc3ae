//! Clients that ask for a server name which is no valid name.

use std::sync::Arc;

use godot_rustls_testkit::{Chunks, Endpoint, Generator, Issued, Pair, Template};
use rustls::ClientConfig;
use rustls_pki_types::ServerName;

use super::{range, self_signed};
use crate::config::ServerContext;
use crate::diagnosis::Cause;
use crate::identity::Identity;
use crate::options::ServerOptions;
use crate::provider::transcript::Rewrite;
use crate::provider::{hashing_as_sent, provider};
use crate::rustls_verifier::ClientCertResolver;
use crate::rustls_verifier::ServerVerifier;
use crate::session::state::{HandshakeWatch, Phase};
use crate::session::{Session, Shared};
use crate::testing::{asking_for, each_version, identity, own_trust};
use crate::versions::VersionRange;
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::reference_name::ReferenceName;
use godot_rustls_pki::verifier::Verification;

/// A host name as long as the names below.
const HOST: &str = "localhost.test";

const NO_NAMES: [&[u8]; 5] = [
    b"My Game Server",
    b"localhost:8080",
    b"Player 1 of 12",
    b"M\xc3\xbcller & Sohn",
    b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
];

/// A client that asks for a name which no client of rustls asks for: its ClientHello is changed,
/// and it hashes what was sent.
struct Asking {
    session: Session,
    name: &'static [u8],
    /// Bytes of the ClientHello that one record holds.
    record: usize,
    has_asked: bool,
}

impl Asking {
    fn for_name(name: &'static [u8], versions: VersionRange, own: Option<Identity>) -> Self {
        let verifier = ServerVerifier {
            trust: Arc::new(own_trust(&[])),
            pins: Pins::default(),
            revocation: Arc::default(),
            verification: Verification::Nothing,
            reference: ReferenceName::Unchecked,
            expiry: Arc::default(),
        };
        let config = ClientConfig::builder_with_provider(hashing_as_sent(&provider()))
            .with_protocol_versions(versions.protocol_versions())
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_cert_resolver(Arc::new(ClientCertResolver(own)));
        let host = ServerName::try_from(HOST).unwrap();
        Self {
            session: Session::client(config.into(), host, Shared::default()).unwrap(),
            name,
            record: usize::MAX,
            has_asked: false,
        }
    }

    /// Returns the ClientHello with another name, in records of another size.
    fn change(&mut self, hello: &[u8]) -> Vec<u8> {
        let message = &hello[5..];
        let at = message
            .windows(HOST.len())
            .position(|part| part == HOST.as_bytes())
            .unwrap();
        let end = at + HOST.len();
        let sent = [&message[..at], self.name].concat();
        let message = [&sent, &message[end..]].concat();
        let shown = hello[5..5 + end].to_vec();
        let rewrite = Rewrite { sent, shown };
        watch(&mut self.session).rewrites.push(rewrite);
        let records = message.chunks(self.record).map(|part| {
            let length = u16::try_from(part.len()).unwrap().to_be_bytes();
            [&hello[..3], &length, part].concat()
        });
        records.collect::<Vec<_>>().concat()
    }
}

fn watch(session: &mut Session) -> &mut HandshakeWatch {
    match &mut session.phase {
        Phase::Handshake(watch) => watch,
        Phase::Established(_) => panic!("the handshake is over"),
    }
}

impl Endpoint for Asking {
    fn wants_input(&self) -> bool {
        self.session.wants_input()
    }

    fn input(&mut self, bytes: &[u8]) {
        self.session.input(bytes);
    }

    fn take_output(&mut self, output: &mut Vec<u8>) {
        let mut written = Vec::new();
        self.session.take_output(&mut written);
        if !written.is_empty() && !std::mem::replace(&mut self.has_asked, true) {
            written = self.change(&written);
        }
        output.extend(written);
    }
}

fn serving(owner: &Issued, versions: VersionRange) -> ServerOptions {
    let mut options = ServerOptions::with_identity(identity(&[owner]));
    options.common.versions = versions;
    options
}

fn settled(client: Asking, server: &ServerContext, chunks: Chunks) -> Pair<Asking, Session> {
    let mut pair = Pair::new(client, server.accept().unwrap(), chunks);
    pair.settle();
    pair
}

#[track_caller]
fn stand(pair: &mut Pair<Asking, Session>) {
    assert_eq!(
        [pair.right.failure(), pair.left.session.failure()],
        [None; 2]
    );
    assert!(!pair.left.session.is_handshaking() && !pair.right.is_handshaking());
    assert_eq!(pair.left.session.write(b"ping"), 4);
    assert_eq!(pair.right.write(b"pong"), 4);
    pair.settle();
    let mut buffer = [0; 8];
    assert_eq!(
        (pair.right.read(&mut buffer), &buffer[..4]),
        (4, &b"ping"[..])
    );
    assert_eq!(
        (pair.left.session.read(&mut buffer), &buffer[..4]),
        (4, &b"pong"[..])
    );
    assert!(
        matches!(pair.right.phase, Phase::Established(_)),
        "the hello is kept as long as the connection"
    );
}

#[test]
fn a_name_that_is_none_is_passed_over_however_the_hello_is_cut() {
    let owner = self_signed();
    for versions in each_version() {
        let server = ServerContext::new(serving(&owner, versions)).unwrap();
        for name in NO_NAMES {
            for record in [usize::MAX, 100, 7] {
                let cut = [
                    Chunks::Whole,
                    Chunks::Of(1),
                    Chunks::UpTo(300, Generator::new(7)),
                ];
                for chunks in cut {
                    let mut client = Asking::for_name(name, versions, None);
                    client.record = record;
                    let mut pair = settled(client, &server, chunks);
                    stand(&mut pair);
                    assert_eq!(pair.right.server_name(), "");
                }
            }
        }
    }
}

#[test]
fn a_name_of_a_host_is_heard_as_ever() {
    let owner = self_signed();
    for versions in each_version() {
        let server = ServerContext::new(serving(&owner, versions)).unwrap();
        for (name, heard) in [
            (b"play.test.game", "play.test.game"),
            (b"192.168.100.25", ""),
        ] {
            for record in [usize::MAX, 100, 7] {
                for cut in [1, 50, 3_000] {
                    let mut client = Asking::for_name(name, versions, None);
                    client.record = record;
                    let mut pair = settled(client, &server, Chunks::Of(cut));
                    stand(&mut pair);
                    assert_eq!(pair.right.server_name(), heard);
                }
            }
        }
    }
}

#[test]
fn a_client_that_shows_a_certificate_signs_what_it_sent() {
    let owner = self_signed();
    let player = Template::like_the_engine("player").self_signed();
    let versions = range(super::ONLY_1_3);
    let mut options = serving(&owner, versions);
    options.clients = Some(asking_for(&[&player], true));
    let server = ServerContext::new(options).unwrap();
    let client = Asking::for_name(NO_NAMES[0], versions, Some(identity(&[&player])));
    let mut pair = settled(client, &server, Chunks::Whole);
    stand(&mut pair);
    let shown = pair.right.peer_certificates();
    assert_eq!(shown[0].facts().common_name.as_deref(), Some("player"));
}

#[test]
fn whoever_changes_the_name_on_the_way_ends_the_handshake() {
    let owner = self_signed();
    for versions in each_version() {
        let server = ServerContext::new(serving(&owner, versions)).unwrap();
        let mut client = Asking::for_name(NO_NAMES[0], versions, None);
        let mut hello = Vec::new();
        client.take_output(&mut hello);
        // The client hashes what it believes that it sent.
        let rewrite = &mut watch(&mut client.session).rewrites[0];
        rewrite.sent = rewrite.shown.clone();
        let mut session = server.accept().unwrap();
        session.input(&hello);
        let mut pair = Pair::new(client, session, Chunks::Whole);
        pair.settle();
        let failed = [&pair.left.session, &pair.right].map(|session| session.failure().is_some());
        assert_ne!(failed, [false; 2], "{versions:?}");
        assert!(pair.left.session.is_handshaking() || pair.right.is_handshaking());
    }
}

#[test]
fn a_hello_that_is_too_long_is_not_held() {
    let owner = self_signed();
    let server = ServerContext::new(serving(&owner, VersionRange::default())).unwrap();
    let mut session = server.accept().unwrap();
    let mut client = Asking::for_name(NO_NAMES[0], VersionRange::default(), None);
    let mut hello = Vec::new();
    client.take_output(&mut hello);
    session.input(&hello);
    // After a first hello that was changed, a second one is held until it is whole: it says that it
    // has 16 MiB.
    session.input(&[22, 3, 3, 0x10, 0, 1, 0xff, 0xff, 0xff]);
    for _ in 0..20 {
        session.input(&[0; 1 << 10]);
    }
    assert!(session.failure().is_some(), "so much is held");
}

#[test]
fn damaged_hellos_neither_panic_nor_pass() {
    let owner = self_signed();
    let server = ServerContext::new(serving(&owner, VersionRange::default())).unwrap();
    let mut generator = Generator::new(11);
    let mut client = Asking::for_name(NO_NAMES[0], VersionRange::default(), None);
    client.record = 60;
    let mut good = Vec::new();
    client.take_output(&mut good);
    for round in 0..3_000 {
        let mut hello = good.clone();
        generator.damage(&mut hello);
        let mut session = server.accept().unwrap();
        let size = 1 + round % 400;
        for part in hello.chunks(size) {
            session.input(part);
        }
        assert!(session.is_handshaking());
    }
}

#[test]
fn a_server_without_the_watch_refuses_such_a_name() {
    // Pins what rustls does by itself: if that changes, the filter can go.
    let owner = self_signed();
    let server = ServerContext::new(serving(&owner, VersionRange::default())).unwrap();
    let mut client = Asking::for_name(NO_NAMES[0], VersionRange::default(), None);
    let mut hello = Vec::new();
    client.take_output(&mut hello);
    let mut session = server.accept().unwrap();
    watch(&mut session).hello = None;
    session.input(&hello);
    assert_eq!(session.failure().unwrap().cause(), Cause::Other);
}
