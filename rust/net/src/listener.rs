//! A socket that waits for connections and never blocks.
//!
//! The standard library's own has a queue of 128 connections, and on Windows none that takes IPv4
//! and IPv6 at once: hence `socket2`.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that wait to be accepted. The system may allow fewer.
const MAX_WAITING: i32 = 1024;

/// A socket that waits for connections.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// Listens on an address of this machine, or on all of them, with IPv6 where the system has it.
    /// With the port 0 the system chooses one.
    pub fn bind(address: Option<IpAddr>, port: u16) -> io::Result<Self> {
        match address {
            Some(address) => bind(address, port, true),
            None => bind(Ipv6Addr::UNSPECIFIED.into(), port, false).or_else(|error| {
                match error.kind() {
                    ErrorKind::AddrInUse | ErrorKind::PermissionDenied => Err(error),
                    // Without IPv6.
                    _ => bind(Ipv4Addr::UNSPECIFIED.into(), port, true),
                }
            }),
        }
        .map(Self)
    }

    /// Returns the port that clients connect to, or 0 if the system does not tell.
    pub fn port(&self) -> u16 {
        self.0.local_addr().map_or(0, |address| address.port())
    }

    /// Accepts a connection that waits; `None` if there is none. An error concerns one connection,
    /// or says that the process can have no more of them.
    pub fn accept(&self) -> Option<io::Result<(TcpStream, SocketAddr)>> {
        loop {
            match self.0.accept() {
                Ok((stream, remote)) => return Some(prepared(stream, remote)),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return None,
                    // The client left while it waited.
                    ErrorKind::Interrupted | ErrorKind::ConnectionAborted => {}
                    _ => return Some(Err(error)),
                },
            }
        }
    }
}

fn bind(address: IpAddr, port: u16, is_v6_only: bool) -> io::Result<TcpListener> {
    let address = SocketAddr::new(address, port);
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(is_v6_only)?;
    }
    // Connections of a server that was restarted may still be closing. On Windows this would let
    // another program take the port over.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(MAX_WAITING)?;
    Ok(socket.into())
}

/// Sets what every connection of the addon has. An IPv4 address that arrives in the form of an IPv6
/// address is returned as the former.
fn prepared(stream: TcpStream, remote: SocketAddr) -> io::Result<(TcpStream, SocketAddr)> {
    stream.set_nonblocking(true)?;
    // TLS writes whole records: waiting for more only delays them.
    let _ = stream.set_nodelay(true);
    Ok((
        stream,
        SocketAddr::new(remote.ip().to_canonical(), remote.port()),
    ))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::time::{Duration, Instant};

    use super::*;

    #[track_caller]
    fn accepted(listener: &Listener) -> (TcpStream, SocketAddr) {
        let begun = Instant::now();
        loop {
            if let Some(accepted) = listener.accept() {
                return accepted.unwrap();
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "nobody came");
            std::thread::yield_now();
        }
    }

    #[test]
    fn clients_of_both_families_reach_a_listener_on_all_addresses() {
        let listener = Listener::bind(None, 0).unwrap();
        assert!(listener.accept().is_none());
        let has_v6 = Listener::bind(Some(Ipv6Addr::LOCALHOST.into()), 0).is_ok();
        let families = [
            IpAddr::from(Ipv4Addr::LOCALHOST),
            Ipv6Addr::LOCALHOST.into(),
        ];
        for address in families.into_iter().filter(|it| has_v6 || it.is_ipv4()) {
            let client = TcpStream::connect((address, listener.port())).unwrap();
            let (mut socket, remote) = accepted(&listener);
            assert_eq!(remote, client.local_addr().unwrap());
            assert!(socket.nodelay().unwrap());
            let kind = socket.read(&mut [0]).unwrap_err().kind();
            assert_eq!(kind, ErrorKind::WouldBlock);
        }
    }

    #[test]
    fn an_address_that_is_taken_or_not_of_this_machine_is_an_error() {
        let loopback = Some(Ipv4Addr::LOCALHOST.into());
        let first = Listener::bind(loopback, 0).unwrap();
        let error = Listener::bind(loopback, first.port()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        let error = Listener::bind(Some(Ipv4Addr::new(192, 0, 2, 1).into()), 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn hundreds_of_clients_may_wait() {
        let listener = Listener::bind(Some(Ipv4Addr::LOCALHOST.into()), 0).unwrap();
        let address = (Ipv4Addr::LOCALHOST, listener.port());
        let clients: Vec<_> = (0..300).map(|_| TcpStream::connect(address)).collect();
        for client in &clients {
            let client = client.as_ref().unwrap();
            let (_socket, remote) = accepted(&listener);
            assert_eq!(remote, client.local_addr().unwrap());
        }
    }
}
