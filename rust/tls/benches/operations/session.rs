//! Handshakes and writing, both sides together.

use godot_rustls_tls::config::{ClientContext, ServerContext};
use godot_rustls_tls::session::Session;

use super::Operation;
use super::material::{HOST, client, client_options, server};

/// A leaf with an RSA key below the root.
const RSA: &[&str] = &["localhost_rsa2048"];

/// A leaf with a P-256 key and its intermediate below the root.
const P256: &[&str] = &["leaf_of_intermediate", "intermediate"];

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("session/full-handshake-rsa-2048", || full_handshake(RSA)),
    Operation::new("session/full-handshake-p-256", || full_handshake(P256)),
    Operation::new("session/resumed-handshake", resumed_handshake),
    Operation {
        name: "session/write-1-KiB",
        bytes: Some(1 << 10),
        prepare: || write(1 << 10),
    },
    Operation {
        name: "session/write-16-KiB",
        bytes: Some(16 << 10),
        prepare: || write(16 << 10),
    },
    Operation {
        name: "session/write-64-KiB",
        bytes: Some(64 << 10),
        prepare: || write(64 << 10),
    },
];

/// Connects with new client options each time, so that no session can be resumed.
fn full_handshake(names: &[&str]) -> Box<dyn FnMut()> {
    let options = client_options();
    let server = server(names);
    Box::new(move || {
        let client = ClientContext::new(options.clone());
        let (_, right) = connected(&client, &server);
        assert!(!right.is_resumed(), "a full handshake was meant");
    })
}

fn resumed_handshake() -> Box<dyn FnMut()> {
    let client = client();
    let server = server(P256);
    connected(&client, &server);
    Box::new(move || {
        let (_, right) = connected(&client, &server);
        assert!(right.is_resumed(), "a resumed handshake was meant");
    })
}

/// Encrypts, carries and decrypts `length` bytes from the client to the server.
fn write(length: usize) -> Box<dyn FnMut()> {
    let (mut left, mut right) = connected(&client(), &server(P256));
    let data: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
    let mut wire = Vec::new();
    let mut got = vec![0; length];
    Box::new(move || {
        assert_eq!(left.write(&data), length);
        carry(&mut left, &mut right, &mut wire);
        assert_eq!(right.read(&mut got), length);
        assert_eq!(got.last(), data.last());
    })
}

/// Both ends after the handshake and the tickets behind it.
fn connected(client: &ClientContext, server: &ServerContext) -> (Session, Session) {
    let mut left = client.connect(HOST).unwrap();
    let mut right = server.accept().unwrap();
    let mut wire = Vec::new();
    while carry(&mut left, &mut right, &mut wire) + carry(&mut right, &mut left, &mut wire) > 0 {}
    assert_eq!(left.failure(), None);
    assert!(!left.is_handshaking() && !right.is_handshaking());
    (left, right)
}

/// Moves the output of one end to the other and returns its length.
fn carry(from: &mut Session, to: &mut Session, wire: &mut Vec<u8>) -> usize {
    wire.clear();
    from.take_output(wire);
    to.input(wire);
    wire.len()
}
