//! From an origin to a connection: name resolution, TCP, proxy and TLS under one time limit.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use godot_rustls_pki::certificate::Certificate;
use godot_rustls_tls::config::ClientContext;
use tokio::net::TcpStream;

use crate::deadline::{Deadline, Elapsed};
use crate::dial;
use crate::error::{ConnectError, Hop};
use crate::lingering::Socket;
use crate::origin::Origin;
use crate::phase::PhaseCell;
use crate::proxy::{self, ProxyScheme, Routes};
use crate::tls_stream::TlsStream;
use crate::transport::Transport;

/// Makes connections under one configuration of TLS, proxies and time. Connections made by two
/// connectors must not be exchanged: what one trusts, the other may refuse.
#[derive(Debug)]
pub struct Connector {
    setup: Arc<ClientContext>,
    routes: Routes,
    timeout: Option<Duration>,
}

/// The facts about the other end of a connection.
#[derive(Clone, Default)]
pub struct PeerFacts {
    /// The address that the socket is connected to, which may be a proxy's.
    pub address: Option<SocketAddr>,
    /// True when requests have to name the whole URL, because a proxy forwards them.
    pub is_forwarded: bool,
    /// The `Proxy-Authorization` of a proxy that forwards.
    pub proxy_authorization: Option<String>,
    /// The protocol version, such as "TLSv1.3"; empty without TLS.
    pub tls_version: String,
    /// The IANA name of the cipher suite; empty without TLS.
    pub cipher_suite: String,
    /// The negotiated application protocol (RFC 7301); empty for none.
    pub alpn: Vec<u8>,
    /// The certificates that the server presented, leaf first.
    pub certificates: Vec<Certificate>,
}

/// Leaves the credentials of a proxy out.
impl fmt::Debug for PeerFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerFacts")
            .field("address", &self.address)
            .field("is_forwarded", &self.is_forwarded)
            .field("tls_version", &self.tls_version)
            .field("cipher_suite", &self.cipher_suite)
            .field("alpn", &self.alpn)
            .field("certificates", &self.certificates)
            .finish_non_exhaustive()
    }
}

impl Connector {
    /// Creates a connector. `setup` offers the application protocols that the caller speaks;
    /// `timeout` limits each connection as a whole.
    pub fn new(setup: Arc<ClientContext>, routes: Routes, timeout: Option<Duration>) -> Self {
        Self {
            setup,
            routes,
            timeout,
        }
    }

    /// Connects to `origin`, through a proxy where the routes say so, and with TLS for HTTPS.
    pub async fn connect(
        &self,
        origin: &Origin,
        phase: &PhaseCell,
    ) -> Result<(Transport, PeerFacts), ConnectError> {
        let deadline = Deadline::new(self.timeout);
        let (host, port) = (&origin.host, origin.port);
        let proxy = self.routes.route(origin.is_https, host, port)?;
        let socket = match &proxy {
            None => dial::connect(Hop::Server, host, port, &deadline, phase).await?,
            Some(proxy) => proxy::connect(proxy, origin, &deadline, phase).await?,
        };
        let mut facts = PeerFacts {
            address: socket.peer_addr().ok(),
            ..PeerFacts::default()
        };
        if !origin.is_https {
            if let Some(proxy) = proxy.filter(|proxy| proxy.scheme == ProxyScheme::Http) {
                facts.is_forwarded = true;
                facts.proxy_authorization = proxy::authorization(&proxy);
            }
            return Ok((Transport::Plain(Socket::new(socket)), facts));
        }
        let stream = self.secure(socket, origin, &deadline).await?;
        let session = stream.session();
        facts.tls_version = session.protocol_version().to_owned();
        facts.cipher_suite = session.cipher_suite();
        facts.alpn = session.alpn_protocol().to_vec();
        facts.certificates = session.peer_certificates();
        Ok((Transport::Tls(Box::new(stream)), facts))
    }

    /// Performs the TLS handshake with `origin` over a connection to it.
    async fn secure(
        &self,
        socket: TcpStream,
        origin: &Origin,
        deadline: &Deadline,
    ) -> Result<TlsStream, ConnectError> {
        let session = self
            .setup
            .connect(&origin.host)
            .map_err(ConnectError::Tls)?;
        let mut stream = TlsStream::new(socket, session);
        let outcome = deadline.within(stream.handshake()).await;
        match outcome {
            Ok(Ok(())) => Ok(stream),
            Ok(Err(failure)) => Err(ConnectError::Tls(failure)),
            Err(Elapsed { limit }) => Err(ConnectError::Tls(stream.timed_out(limit))),
        }
    }
}

#[cfg(test)]
mod tests;
