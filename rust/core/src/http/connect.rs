//! From an origin to a connection: the name, the address, the proxy, TLS.

mod attempts;
mod dial;
pub(super) mod socks;
pub(super) mod through;
mod tunnel;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

pub use dial::connect_to_host;

use super::failure::{Failure, FailureKind};
use super::lingering::Socket;
use super::proxy::{Proxy, ProxyScheme, Routes};
use super::stream::TlsStream;
use super::target::Origin;
use crate::certificate::Certificate;
use crate::config::ClientSetup;
use crate::diagnosis::{Cause, Vocabulary};
use crate::excerpt::excerpt;

/// How far an exchange is. The numbers are those of the engine's HTTPClient.Status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Nothing happens, any more or yet.
    Idle = 0,
    /// The name is being looked up.
    Resolving = 1,
    /// The connection is being made and secured.
    Connecting = 3,
    /// There is a connection, and nothing to send.
    Connected = 5,
    /// The request is on its way, or its answer.
    Requesting = 6,
    /// The body comes.
    Body = 7,
}

/// Where others read how far an exchange is.
#[derive(Debug, Default)]
pub struct PhaseCell(AtomicU8);

impl PhaseCell {
    /// The engine's number for it.
    pub fn number(&self) -> u8 {
        self.0.load(Ordering::Acquire)
    }

    /// Sets it.
    pub fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Release);
    }
}

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
    /// For a proxy that forwards: who asks.
    pub(super) proxy_authorization: Option<String>,
    /// "TLSv1.3"; empty without TLS.
    pub tls_version: String,
    /// IANA name; empty without TLS.
    pub cipher_suite: String,
    /// What was agreed on (RFC 7301); empty for none.
    pub alpn: Vec<u8>,
    /// What the server showed, leaf first.
    pub certificates: Vec<Certificate>,
}

/// A connection that bytes go through, secured or not.
pub(super) enum Transport {
    Plain(Socket),
    Tls(Box<TlsStream>),
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
    pub(super) async fn connect(
        &self,
        origin: &Origin,
        phase: &PhaseCell,
    ) -> Result<(Transport, PeerFacts), Failure> {
        let limit = Limit::new(self.timeout, self.vocabulary);
        let proxy = self
            .routes
            .route(origin.is_https, &origin.host, origin.port)
            .map_err(|problem| {
                Failure::new(FailureKind::CantConnect, problem).because(Cause::Proxy)
            })?;
        let socket = match &proxy {
            None => dial::reach(&origin.host, origin.port, "", &limit, phase).await?,
            Some(proxy) => through::through(proxy, origin, &limit, phase).await?,
        };
        let mut facts = PeerFacts {
            address: socket.peer_addr().ok(),
            ..PeerFacts::default()
        };
        if !origin.is_https {
            if let Some(proxy) = proxy.filter(|proxy| proxy.scheme == ProxyScheme::Http) {
                facts.is_forwarded = true;
                facts.proxy_authorization = through::authorization(&proxy);
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
        limit: &Limit,
    ) -> Result<TlsStream, Failure> {
        let refuse = |diagnosis| Failure::of_tls(FailureKind::TlsHandshake, diagnosis);
        let session = self.setup.connect(&origin.host).map_err(refuse)?;
        let mut stream = TlsStream::new(socket, session);
        match limit.keep(stream.handshake()).await {
            Some(Ok(())) => Ok(stream),
            Some(Err(diagnosis)) => Err(refuse(diagnosis)),
            None => Err(refuse(stream.timed_out(limit.seconds(), self.vocabulary))),
        }
    }
}

/// How long making a connection may take, all in all.
pub(super) struct Limit {
    timeout: Option<Duration>,
    vocabulary: Vocabulary,
    begun: Instant,
}

impl Limit {
    pub(super) fn new(timeout: Option<Duration>, vocabulary: Vocabulary) -> Self {
        Self {
            timeout,
            vocabulary,
            begun: Instant::now(),
        }
    }

    /// None when the time is over.
    async fn keep<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match self.timeout {
            None => Some(work.await),
            Some(timeout) => timeout_at(self.begun + timeout, work).await.ok(),
        }
    }

    fn seconds(&self) -> f64 {
        self.timeout.unwrap_or_default().as_secs_f64()
    }
}

/// A proxy in sentences, without its password.
fn describe(proxy: &Proxy) -> String {
    format!("the proxy {}:{}", proxy.host, proxy.port)
}

/// What became of a connection to a proxy, in its sentences.
fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it closed the connection".to_owned(),
        _ => format!("the connection to it broke: {error}"),
    }
}

/// The last error of a chain, cut: the others only say what was being done, and this one may quote the peer.
pub(super) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    excerpt(&deepest.to_string())
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_write(context, data),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(context, data),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(socket) => Pin::new(socket).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(context),
        }
    }
}
