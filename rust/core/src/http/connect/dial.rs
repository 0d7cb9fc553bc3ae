//! A socket to a server, directly or through a proxy.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};
use std::vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::legacy::connect::{HttpConnector, dns::Name};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;
use zeroize::Zeroizing;

use super::{Limit, Phase, PhaseCell, describe};
use crate::http::failure::{Failure, FailureKind};
use crate::http::proxy::{Proxy, ProxyScheme};
use crate::http::target::Origin;

/// Looks a host up and connects to it: the address that answers first wins (RFC 8305). `role` is for sentences: what
/// the host is, with a blank behind it.
pub(super) async fn reach(
    host: &str,
    port: u16,
    role: &str,
    limit: &Limit,
    phase: &PhaseCell,
) -> Result<TcpStream, Failure> {
    let addresses = resolve(host, role, limit, phase).await?;
    let tried = addresses.len();
    phase.set(Phase::Connecting);
    let mut connector = HttpConnector::new_with_resolver(Found(addresses));
    connector.set_nodelay(true);
    let failed = |why: &str, advice: &str| {
        let places = if tried > 1 {
            format!(" ({tried} addresses tried)")
        } else {
            String::new()
        };
        Failure::new(
            FailureKind::CantConnect,
            format!("{role}{host} port {port} {why}{places}: {advice}"),
        )
    };
    match limit.keep(connector.call(address_of("found", port)?)).await {
        Some(Ok(stream)) => Ok(stream.into_inner()),
        Some(Err(error)) => {
            let reason = root_cause(&error);
            Err(failed(
                &format!("cannot be reached ({reason})"),
                "check the port, the firewall and that the server runs",
            ))
        }
        None => Err(failed(
            &format!("did not answer within {} seconds", limit.seconds()),
            "check the address and the firewall, or raise connect_timeout",
        )),
    }
}

async fn resolve(
    host: &str,
    role: &str,
    limit: &Limit,
    phase: &PhaseCell,
) -> Result<Vec<SocketAddr>, Failure> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, 0)]);
    }
    phase.set(Phase::Resolving);
    let failed = |why: &str| {
        Failure::new(
            FailureKind::CantResolve,
            format!("{role}{host} has no address ({why}): check the spelling and the network"),
        )
    };
    match limit.keep(tokio::net::lookup_host((host, 0))).await {
        Some(Ok(found)) => {
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() {
                Err(failed("nobody knows the name"))
            } else {
                Ok(found)
            }
        }
        Some(Err(error)) => Err(failed(&error.to_string())),
        None => Err(failed(&format!(
            "nobody answered within {} seconds",
            limit.seconds()
        ))),
    }
}

/// A socket through which the bytes for `origin` go. A proxy that forwards plain requests is just connected to.
pub(super) async fn through(
    proxy: &Proxy,
    origin: &Origin,
    limit: &Limit,
    phase: &PhaseCell,
) -> Result<TcpStream, Failure> {
    let socket = reach(&proxy.host, proxy.port, "the proxy ", limit, phase).await?;
    let there = Established(Some(socket));
    let destination = address_of(&origin.bracketed(), origin.port)?;
    // Whom an established connection leads to is settled.
    let nowhere = Uri::from_static("http://proxy");
    let outcome = match proxy.scheme {
        ProxyScheme::Http if !origin.is_https => {
            return there.0.ok_or_else(|| refused(proxy, origin, "no socket"));
        }
        ProxyScheme::Http => {
            let mut tunnel = Tunnel::new(nowhere, there);
            if let Some(value) =
                authorization(proxy).and_then(|text| HeaderValue::try_from(text).ok())
            {
                tunnel = tunnel.with_auth(value);
            }
            limit
                .keep(tunnel.call(destination))
                .await
                .map(|made| made.map_err(|error| root_cause(&error)))
        }
        ProxyScheme::Socks5 | ProxyScheme::Socks5h => {
            let mut socks =
                SocksV5::new(nowhere, there).local_dns(proxy.scheme == ProxyScheme::Socks5);
            if let Some((user, password)) = &proxy.credentials {
                socks = socks.with_auth(user.clone(), password.to_string());
            }
            limit
                .keep(socks.call(destination))
                .await
                .map(|made| made.map_err(|error| root_cause(&error)))
        }
    };
    match outcome {
        Some(Ok(stream)) => Ok(stream.into_inner()),
        Some(Err(reason)) => Err(refused(proxy, origin, &reason)),
        None => Err(refused(
            proxy,
            origin,
            &format!("no answer within {} seconds", limit.seconds()),
        )),
    }
}

/// What a proxy is told of who asks (RFC 7617).
pub(super) fn authorization(proxy: &Proxy) -> Option<String> {
    let (user, password) = proxy.credentials.as_ref()?;
    let pair = Zeroizing::new(format!("{user}:{}", password.as_str()));
    Some(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

fn refused(proxy: &Proxy, origin: &Origin, reason: &str) -> Failure {
    Failure::new(
        FailureKind::CantConnect,
        format!(
            "{} does not connect to {}:{} ({reason}): check its address, user and password, and what it allows",
            describe(proxy),
            origin.bracketed(),
            origin.port
        ),
    )
}

fn address_of(host: &str, port: u16) -> Result<Uri, Failure> {
    format!("http://{host}:{port}").parse().map_err(|error| {
        Failure::new(
            FailureKind::Request,
            format!("the host {host} cannot be used ({error})"),
        )
    })
}

/// The last error of a chain: the others only say what was being done.
pub(in crate::http) fn root_cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// Addresses that were looked up already.
#[derive(Clone)]
struct Found(Vec<SocketAddr>);

impl Service<Name> for Found {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}

/// A socket that leads to the proxy already.
struct Established(Option<TcpStream>);

impl Service<Uri> for Established {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(
            self.0
                .take()
                .map(TokioIo::new)
                .ok_or_else(|| io::ErrorKind::NotConnected.into()),
        )
    }
}
