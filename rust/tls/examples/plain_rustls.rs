//! Throughput of rustls alone, with which the measuring project compares the addon.
//!
//! `plain_rustls --block=BYTES --seconds=S` prints megabytes a second. Both ends are in one thread,
//! over a TCP connection on loopback, and take turns as the measuring project's do: one block is
//! written, then what has arrived is read.

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

/// Bytes that one read takes at most.
const READ_SIZE: usize = 256 * 1024;
/// Bytes before the clock starts: the first ones pay for buffers that grow.
const WARM_UP: usize = 1 << 20;
const HOST: &str = "plain.bench.test";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let block_size: usize = argument("--block")?.parse()?;
    let seconds = Duration::try_from_secs_f64(argument("--seconds")?.parse()?)?;
    let mut wire = Wire::open()?;
    let block = vec![0x5a; block_size.max(1)];
    wire.carry(&block, Duration::ZERO)?;
    let start = Instant::now();
    let arrived = wire.carry(&block, seconds)?;
    println!(
        "{:.3}",
        arrived as f64 / start.elapsed().as_secs_f64() / 1e6
    );
    Ok(())
}

/// The value of `NAME=VALUE` on the command line.
fn argument(name: &str) -> Outcome<String> {
    std::env::args()
        .find_map(|word| Some(word.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
        .ok_or_else(|| format!("{name}= is missing: plain_rustls --block=BYTES --seconds=S").into())
}

/// Both ends of a connection that is past its handshake.
struct Wire {
    client: ClientConnection,
    client_socket: TcpStream,
    server: ServerConnection,
    server_socket: TcpStream,
    read: Vec<u8>,
}

impl Wire {
    fn open() -> Outcome<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let client_socket = TcpStream::connect(listener.local_addr()?)?;
        let (server_socket, _) = listener.accept()?;
        for socket in [&client_socket, &server_socket] {
            socket.set_nodelay(true)?;
            socket.set_nonblocking(true)?;
        }
        let (client, server) = connections()?;
        let mut wire = Self {
            client,
            client_socket,
            server,
            server_socket,
            read: vec![0; READ_SIZE],
        };
        while wire.client.is_handshaking() || wire.server.is_handshaking() {
            wire.send()?;
            wire.receive()?;
            while wire.server.wants_write() && went(wire.server.write_tls(&mut wire.server_socket))?
            {
            }
            if went(wire.client.read_tls(&mut wire.client_socket))? {
                wire.client.process_new_packets()?;
            }
        }
        Ok(wire)
    }

    /// Carries blocks for a while, and at least the warm-up's bytes. Returns how many arrived.
    fn carry(&mut self, block: &[u8], span: Duration) -> Outcome<usize> {
        let start = Instant::now();
        let mut arrived = 0;
        let mut rest = block;
        while start.elapsed() < span || arrived < WARM_UP {
            let taken = self.client.writer().write(rest)?;
            rest = if taken == rest.len() {
                block
            } else {
                &rest[taken..]
            };
            self.send()?;
            arrived += self.receive()?;
        }
        Ok(arrived)
    }

    /// Sends what the client has encrypted, as far as the socket takes it.
    fn send(&mut self) -> Outcome<()> {
        while self.client.wants_write() && went(self.client.write_tls(&mut self.client_socket))? {}
        Ok(())
    }

    /// Decrypts what has arrived at the server, as far as there is room. Returns how many bytes
    /// came out.
    fn receive(&mut self) -> Outcome<usize> {
        let mut filled = 0;
        loop {
            match self.server.reader().read(&mut self.read[filled..]) {
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error.into()),
            }
            if filled == READ_SIZE || !went(self.server.read_tls(&mut self.server_socket))? {
                return Ok(filled);
            }
            self.server.process_new_packets()?;
        }
    }
}

/// Returns whether anything moved between a connection and its socket, which may have no bytes or
/// no room just now.
fn went(moved: std::io::Result<usize>) -> Outcome<bool> {
    match moved {
        Ok(0) => Err("the other end closed the connection".into()),
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// A client that trusts the server's self-signed certificate, and that server.
fn connections() -> Outcome<(ClientConnection, ServerConnection)> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed([HOST.to_owned()])?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone())?;
    let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)?;
    let name = ServerName::try_from(HOST)?;
    Ok((
        ClientConnection::new(Arc::new(client), name)?,
        ServerConnection::new(Arc::new(server))?,
    ))
}
