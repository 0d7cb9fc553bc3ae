//! What goes over connections, recorded on the way as a packet capture: a real one would need root.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::thread::{self, JoinHandle};

use crate::program;
use crate::program::Program;

/// Who sent a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sender {
    Client,
    Server,
}

type Pieces = Vec<(Sender, Vec<u8>)>;

/// A relay for one connection, which it records.
#[derive(Debug)]
pub struct Capture {
    port: u16,
    relay: JoinHandle<Pieces>,
}

/// Where tshark looks for TLS.
const HTTPS: u16 = 443;

/// The first connection's client has this port, the next one the next.
const FIRST_CLIENT: usize = 50_000;

/// What surely fits into an IP packet.
const PIECE: usize = 16 * 1024;

const IP_HEADER: usize = 20;
const TCP_HEADER: usize = 20;

impl Capture {
    /// Listens, and hands the first connection on to another port of 127.0.0.1.
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let own_port = listener.local_addr().unwrap().port();
        let relay = thread::spawn(move || {
            let (client, _) = listener.accept().unwrap();
            relay(&client, &TcpStream::connect(("127.0.0.1", port)).unwrap())
        });
        Self {
            port: own_port,
            relay,
        }
    }

    /// Where to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the ends of the connections; a file of libpcap with all of them.
    pub fn to_pcap(captures: Vec<Self>) -> Vec<u8> {
        // Magic number, version 2.4, no time zone, longest packet, and packets that begin with an IP header.
        let header = [0xa1b2_c3d4_u32, 0x0002_0004, 0, 0, 65_535, 101];
        let mut file = header.map(u32::to_be_bytes).concat();
        for (index, capture) in captures.into_iter().enumerate() {
            let client = u16::try_from(FIRST_CLIENT + index).unwrap();
            let mut sent = [0, 0];
            for (sender, piece) in capture.relay.join().unwrap() {
                file.extend(packet(client, sender, sent, &piece));
                sent[sender as usize] += u32::try_from(piece.len()).unwrap();
            }
        }
        file
    }
}

/// Passes on what both send until both have ended.
fn relay(client: &TcpStream, server: &TcpStream) -> Pieces {
    let pieces = Mutex::new(Pieces::new());
    let pass_on = |sender, mut from: &TcpStream, mut to: &TcpStream| {
        let mut buffer = [0; PIECE];
        // An end that is no clean one is an end too: whoever tests the connection sees it at its ends.
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let piece = buffer[..count].to_vec();
            pieces.lock().unwrap().push((sender, piece));
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    };
    thread::scope(|scope| {
        scope.spawn(|| pass_on(Sender::Client, client, server));
        pass_on(Sender::Server, server, client);
    });
    pieces.into_inner().unwrap()
}

/// A piece as one packet. Nobody checks the sums, which stay zero.
fn packet(client: u16, sender: Sender, sent: [u32; 2], piece: &[u8]) -> Vec<u8> {
    let (from, to, sequence, acknowledged) = match sender {
        Sender::Client => (client, HTTPS, sent[0], sent[1]),
        Sender::Server => (HTTPS, client, sent[1], sent[0]),
    };
    let length = IP_HEADER + TCP_HEADER + piece.len();
    let on_file = u32::try_from(length).unwrap().to_be_bytes();
    let in_ip = u16::try_from(length).unwrap().to_be_bytes();
    let localhost = [127, 0, 0, 1];
    [
        // The time, and the length of what is here and of what there was.
        &[0; 8][..],
        &on_file,
        &on_file,
        // IPv4 (RFC 791): version and header's length, type of service; no fragment, time to live, TCP.
        &[0x45, 0],
        &in_ip,
        &[0, 0, 0x40, 0, 64, 6, 0, 0],
        &localhost,
        &localhost,
        // TCP (RFC 9293): header's length, PSH and ACK, window.
        &from.to_be_bytes(),
        &to.to_be_bytes(),
        &sequence.to_be_bytes(),
        &acknowledged.to_be_bytes(),
        &[0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0],
        piece,
    ]
    .concat()
}

/// What tshark can read of the first `count` connections of a capture, with the secrets of a key log.
pub fn tshark(capture: &Path, count: usize, key_log: Option<&Path>) -> Option<String> {
    let mut command = Command::new(program("tshark")?);
    command.arg("-r").arg(capture).arg("-q");
    if let Some(key_log) = key_log {
        let setting = format!("tls.keylog_file:{}", key_log.display());
        command.args(["-o", &setting]);
    }
    for connection in 0..count {
        command.args(["-z", &format!("follow,tls,ascii,{connection}")]);
    }
    let (code, text) = Program::start("tshark", command).finish();
    assert_eq!(code, Some(0), "{text}");
    Some(text)
}
