//! Peers that do not speak TLS, or break its protocol.

use godot_rustls_testkit::{Chunks, Generator, Template};

use super::{HOST, ONLY_1_2, contexts, range, self_signed};
use crate::diagnosis::Cause;
use crate::session::Session;
use crate::testing::{
    causes, client, connected, each_version, message, pair, read_all, server, server_with,
};
use crate::versions::VersionRange;

fn after(mut session: Session, bytes: &[u8]) -> Session {
    session.input(bytes);
    session
}

/// Checks the cause after these bytes from the peer, and returns the message.
#[track_caller]
fn fails(session: Session, bytes: &[u8], cause: Cause) -> String {
    let session = after(session, bytes);
    let why = session.failure().unwrap();
    assert_eq!(why.cause(), cause, "{why}");
    why.to_string()
}

fn new_client() -> Session {
    client(&[]).connect(HOST).unwrap()
}

fn new_server() -> Session {
    server(&[&self_signed()]).accept().unwrap()
}

#[test]
fn a_peer_that_does_not_speak_tls_is_recognised_by_what_it_says() {
    for (bytes, word) in [
        (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "plain HTTP"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH"),
        (b"220 mail.example.org ESMTP\r\n", "STARTTLS"),
        (b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "00 00"),
        (b"hello there, traveller", "hello there"),
    ] {
        let message = fails(new_client(), bytes, Cause::NotTls);
        assert!(message.contains(word), "{message}");
        let mut slowly = new_client();
        bytes.iter().for_each(|byte| slowly.input(&[*byte]));
        assert_eq!(slowly.failure().unwrap().cause(), Cause::NotTls);
    }
    for request in [
        "GET / HTTP/1.1\r\n\r\n",
        "POST /form HTTP/1.1\r\n",
        "HEAD / HTTP/1.0\r\n",
        "OPTIONS * HTTP/1.1\r\n",
        "PUT /x HTTP/1.1\r\n",
    ] {
        let message = fails(new_server(), request.as_bytes(), Cause::NotTls);
        assert!(message.contains("plain HTTP request"), "{message}");
    }
}

#[test]
fn an_alert_in_the_handshake_is_named_with_its_number() {
    for (number, cause, word) in [
        (70, Cause::NoCommonVersion, "protocol_version (70)"),
        (40, Cause::NoCommonCipher, "handshake_failure (40)"),
        (71, Cause::NoCommonCipher, "insufficient_security (71)"),
        (
            116,
            Cause::ClientCertificateRequired,
            "certificate_required (116)",
        ),
        (112, Cause::PeerAlert, "unrecognized_name (112)"),
        (80, Cause::PeerAlert, "internal_error (80)"),
        (48, Cause::PeerAlert, "unknown_ca (48)"),
        (120, Cause::PeerAlert, "no_application_protocol (120)"),
        (200, Cause::PeerAlert, "(200)"),
    ] {
        let message = fails(new_client(), &[21, 3, 3, 0, 2, 2, number], cause);
        assert!(message.contains(word), "{message}");
    }
    let message = fails(
        new_client(),
        &[21, 3, 3, 0, 2, 2, 40],
        Cause::NoCommonCipher,
    );
    assert!(
        message.contains("TLS_AES_128_GCM_SHA256") && message.contains("X25519MLKEM768"),
        "{message}"
    );
}

/// A ClientHello with one cipher suite and nothing that a modern server would insist on.
fn bare_hello(version: u16, suite: u16, group: u16, scheme: u16) -> Vec<u8> {
    let mut body = version.to_be_bytes().to_vec();
    body.extend([7; 32]);
    body.push(0);
    body.extend([0, 2]);
    body.extend(suite.to_be_bytes());
    body.extend([1, 0]);
    let extensions = [
        [0, 10, 0, 4, 0, 2].as_slice(),
        &group.to_be_bytes(),
        &[0, 13, 0, 4, 0, 2],
        &scheme.to_be_bytes(),
        &[0, 11, 0, 2, 1, 0, 0, 23, 0, 0],
    ]
    .concat();
    body.extend((extensions.len() as u16).to_be_bytes());
    body.extend(extensions);
    let mut record = vec![22, 3, 1];
    record.extend((body.len() as u16 + 4).to_be_bytes());
    record.extend([1, 0]);
    record.extend((body.len() as u16).to_be_bytes());
    record.extend(body);
    record
}

const P256: u16 = 23;
const ECDSA_P256: u16 = 0x0403;
const ECDHE_ECDSA_AES128: u16 = 0xc02b;

#[test]
fn a_client_with_nothing_in_common_is_told_apart_by_what_is_missing() {
    let good = after(
        new_server(),
        &bare_hello(0x0303, ECDHE_ECDSA_AES128, P256, ECDSA_P256),
    );
    assert!(good.failure().is_none() && good.has_output());
    for (hello, cause, word) in [
        (
            bare_hello(0x0303, 0xc009, P256, ECDSA_P256),
            Cause::NoCommonCipher,
            "cipher suite",
        ),
        (
            bare_hello(0x0303, ECDHE_ECDSA_AES128, 26, ECDSA_P256),
            Cause::NoCommonCipher,
            "group",
        ),
        (
            bare_hello(0x0303, ECDHE_ECDSA_AES128, P256, 0x0203),
            Cause::NoCommonCipher,
            "signature",
        ),
        (
            bare_hello(0x0302, ECDHE_ECDSA_AES128, P256, ECDSA_P256),
            Cause::NoCommonVersion,
            "TLS 1.2",
        ),
        (
            bare_hello(0x0301, 0x002f, P256, ECDSA_P256),
            Cause::NoCommonVersion,
            "TLS 1.2",
        ),
    ] {
        let message = fails(new_server(), &hello, cause);
        assert!(message.contains(word), "{message}");
    }
}

#[test]
fn an_old_server_is_told_apart() {
    // A ServerHello of TLS 1.1.
    let mut hello = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([1; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    let message = fails(new_client(), &hello, Cause::NoCommonVersion);
    assert!(message.contains("TLS 1.2 and 1.3"), "{message}");
}

#[test]
fn a_failed_handshake_leaves_an_alert_to_send_and_takes_no_more() {
    let mut failed = after(new_server(), &bare_hello(0x0301, 0x002f, P256, ECDSA_P256));
    let mut output = Vec::new();
    failed.take_output(&mut output);
    assert_eq!(output, [21, 3, 3, 0, 2, 2, 70]);
    let why = failed.failure().unwrap().clone();
    assert!(!failed.wants_input());
    failed.input(&[0; 100_000]);
    failed.end_of_input();
    assert_eq!(failed.failure(), Some(&why));
    assert_eq!(failed.read(&mut [0; 10]), 0);
}

#[test]
fn random_bytes_end_in_a_diagnosis_and_never_in_a_panic() {
    let mut generator = Generator::new(21);
    let (client, server) = (client(&[]), server(&[&self_signed()]));
    for round in 0..6_000 {
        let mut session = if round % 3 == 0 {
            client.connect(HOST).unwrap()
        } else {
            server.accept().unwrap()
        };
        let size = generator.below(200);
        let mut bytes = generator.bytes(size);
        if generator.once_in(2) && bytes.len() > 5 {
            // A header that leads deeper into the parser.
            bytes[..5].copy_from_slice(&[22, 3, 3, 0, (size - 5) as u8]);
        }
        session.input(&bytes);
        session.end_of_input();
        assert!(session.failure().is_some());
        let _ = (read_all(&mut session), session.has_output());
    }
}

#[test]
fn a_mebibyte_of_random_bytes_is_swallowed() {
    let mut generator = Generator::new(22);
    for mut session in [new_client(), new_server()] {
        session.input(&generator.bytes(1 << 20));
        assert!(session.failure().is_some() && !session.wants_input());
    }
}

#[test]
fn damaged_handshakes_never_panic_and_never_connect_wrongly() {
    let mut generator = Generator::new(23);
    for versions in [VersionRange::default(), range(ONLY_1_2)] {
        let (client, server) = contexts(versions);
        for _ in 0..150 {
            let mut pair = pair(&client, &server, HOST, Chunks::Of(200));
            for _ in 0..generator.below(8) {
                pair.step();
            }
            pair.settle_with_damage(&mut generator);
            for session in [&mut pair.left, &mut pair.right] {
                session.end_of_input();
                let _ = read_all(session);
            }
        }
    }
}

#[test]
fn damaged_records_after_the_handshake_deliver_a_true_prefix_only() {
    let mut generator = Generator::new(24);
    let (client, server) = contexts(VersionRange::default());
    for _ in 0..300 {
        let mut pair = connected(&client, &server, HOST);
        let mut wire = Vec::new();
        let mut data = Vec::new();
        for _ in 0..5 {
            let size = generator.below(2_000);
            let part = generator.bytes(size);
            pair.left.write(&part);
            data.extend(part);
            pair.left.take_output(&mut wire);
        }
        generator.damage(&mut wire);
        pair.right.input(&wire);
        pair.right.end_of_input();
        assert!(data.starts_with(&read_all(&mut pair.right)));
        assert!(pair.right.failure().is_some());
    }
}

#[test]
fn a_flood_of_warnings_ends() {
    let mut session = new_client();
    for _ in 0..100 {
        session.input(&[21, 3, 3, 0, 2, 1, 90]);
    }
    assert!(session.failure().is_some());
}

#[test]
fn a_goodbye_in_the_handshake_is_an_end_for_either_side() {
    for mut session in [new_client(), new_server()] {
        session.input(&[21, 3, 3, 0, 2, 1]);
        assert!(!session.peer_has_closed());
        session.input(&[0]);
        assert!(session.peer_has_closed() && !session.wants_input());
        session.closed_in_handshake();
        assert_eq!(session.failure().unwrap().cause(), Cause::Closed);
    }
}

#[test]
fn a_server_with_more_certificates_than_fit_says_so_on_the_client() {
    let root = Template::authority("Root").self_signed();
    let leaf = root.issue(Template::leaf(HOST).names(&[HOST]));
    let names: Vec<String> = (0..1_500)
        .map(|n| format!("name{n:05}.example.test"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let filler = Template::leaf("filler").names(&names).self_signed();
    for versions in each_version() {
        let server = server_with(&[&leaf, &filler, &filler], versions);
        let mut pair = pair(&client(&[&root]), &server, HOST, Chunks::Whole);
        pair.settle();
        assert_eq!(causes(&pair)[0], Cause::BadCertificate);
        let why = message(&pair.left);
        assert!(
            why.contains("64 KiB") && why.contains("certificates"),
            "{why}"
        );
    }
}
