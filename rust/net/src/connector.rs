//! From an origin to a connection: the name, the address, the proxy, TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use godot_rustls_pki::certificate::Certificate;
use godot_rustls_tls::config::ClientSetup;
use godot_rustls_tls::diagnosis::{Cause, Vocabulary};
use tokio::net::TcpStream;

use crate::deadline::Deadline;
use crate::dial;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::lingering::Socket;
use crate::origin::Origin;
use crate::phase::PhaseCell;
use crate::proxy::{self, ProxyScheme, Routes};
use crate::tls_stream::TlsStream;
use crate::transport::Transport;

/// Makes connections under one configuration.
#[derive(Debug)]
pub struct Connector {
    setup: Arc<ClientSetup>,
    routes: Routes,
    timeout: Option<Duration>,
    vocabulary: Vocabulary,
}

/// What is known of a connection's other end.
#[derive(Debug, Clone, Default)]
pub struct PeerFacts {
    /// Where the socket leads, which may be a proxy.
    pub address: Option<SocketAddr>,
    /// Requests name the whole URL, because a proxy forwards them.
    pub is_forwarded: bool,
    /// The `Proxy-Authorization` of a proxy that forwards.
    pub proxy_authorization: Option<String>,
    /// "TLSv1.3"; empty without TLS.
    pub tls_version: String,
    /// IANA name; empty without TLS.
    pub cipher_suite: String,
    /// What was agreed on (RFC 7301); empty for none.
    pub alpn: Vec<u8>,
    /// What the server showed, leaf first.
    pub certificates: Vec<Certificate>,
}

impl Connector {
    /// The setup offers the application protocols that its user speaks.
    pub fn new(setup: Arc<ClientSetup>, routes: Routes, timeout: Option<Duration>) -> Self {
        Self {
            setup,
            routes,
            timeout,
            vocabulary: Vocabulary::default(),
        }
    }

    /// The same connector with the words of the class that uses it.
    #[must_use]
    pub fn speaking(mut self, vocabulary: Vocabulary) -> Self {
        self.vocabulary = vocabulary;
        self
    }

    /// Connects to `origin`, through a proxy if the routes say so.
    pub async fn connect(
        &self,
        origin: &Origin,
        phase: &PhaseCell,
    ) -> Result<(Transport, PeerFacts), ConnectError> {
        let limit = Deadline::new(self.timeout, self.vocabulary);
        let proxy = self
            .routes
            .route(origin.is_https, &origin.host, origin.port)
            .map_err(|problem| {
                ConnectError::of(ConnectErrorKind::CantConnect, Cause::Proxy, problem)
            })?;
        let socket = match &proxy {
            None => dial::reach(&origin.host, origin.port, "", &limit, phase).await?,
            Some(proxy) => proxy::connect(proxy, origin, &limit, phase).await?,
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
        let stream = self.secure(socket, origin, &limit).await?;
        let session = stream.session();
        facts.tls_version = session.protocol_version().to_owned();
        facts.cipher_suite = session.cipher_suite();
        facts.alpn = session.alpn_protocol().to_vec();
        facts.certificates = session.peer_certificates();
        Ok((Transport::Tls(Box::new(stream)), facts))
    }

    async fn secure(
        &self,
        socket: TcpStream,
        origin: &Origin,
        limit: &Deadline,
    ) -> Result<TlsStream, ConnectError> {
        let refuse = |diagnosis| ConnectError::new(ConnectErrorKind::Tls, diagnosis);
        let session = self.setup.connect(&origin.host).map_err(refuse)?;
        let mut stream = TlsStream::new(socket, session);
        match limit.keep(stream.handshake()).await {
            Some(Ok(())) => Ok(stream),
            Some(Err(diagnosis)) => Err(refuse(diagnosis)),
            None => Err(refuse(stream.timed_out(limit.seconds(), self.vocabulary))),
        }
    }
}
