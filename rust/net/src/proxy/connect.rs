//! A TCP connection to a server through a proxy.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;

use super::settings::{Proxy, ProxyScheme};
use super::socks5::Target;
use super::{http_connect, socks5};
use crate::basic_authorization::basic_authorization;
use crate::deadline::{Deadline, Elapsed};
use crate::dial;
use crate::error::{Authority, ConnectError, Hop, ProxyFault, ResolveFault};
use crate::origin::Origin;
use crate::phase::PhaseCell;
use crate::redacted;

/// Connects to `origin` through the proxy. For plain requests to an HTTP proxy, which forwards
/// them, the connection leads to the proxy itself.
pub(crate) async fn connect(
    proxy: &Proxy,
    origin: &Origin,
    deadline: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    let targets = match (proxy.scheme, origin.host.parse::<IpAddr>()) {
        (ProxyScheme::Http, _) => return connect_by_http(proxy, origin, deadline, phase).await,
        (_, Ok(address)) => vec![Target::Address(address)],
        (ProxyScheme::Socks5h, _) => vec![Target::Name(origin.host.clone())],
        (ProxyScheme::Socks5, _) => {
            let (host, port) = (&origin.host, origin.port);
            let found = dial::resolve(Hop::Server, host, port, deadline, phase).await?;
            let address = |found: SocketAddr| Target::Address(found.ip());
            found.into_iter().map(address).collect()
        }
    };
    connect_by_socks(proxy, origin, &targets, deadline, phase).await
}

/// Connects to the proxy, and for HTTPS through a CONNECT tunnel to the server.
async fn connect_by_http(
    proxy: &Proxy,
    origin: &Origin,
    deadline: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    let mut socket = connect_to_proxy(proxy, deadline, phase).await?;
    if !origin.is_https {
        return Ok(socket);
    }
    let authority = format!("{}:{}", origin.bracketed(), origin.port);
    let authorization = authorization(proxy);
    let handshake = http_connect::handshake(&mut socket, &authority, authorization.as_deref());
    match within(deadline, handshake).await {
        Ok(()) => Ok(socket),
        Err(fault) => Err(failed(proxy, origin, fault)),
    }
}

/// Asks the proxy for one target after the other, until it reaches one: it may have a route to
/// addresses of one family only.
async fn connect_by_socks(
    proxy: &Proxy,
    origin: &Origin,
    targets: &[Target],
    deadline: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    let mut refusal = None;
    for target in targets {
        // A proxy closes the connection after a refusal (RFC 1928 section 6).
        let mut socket = connect_to_proxy(proxy, deadline, phase).await?;
        let credentials = proxy.credentials.as_ref();
        let handshake = socks5::handshake(&mut socket, target, origin.port, credentials);
        match within(deadline, handshake).await {
            Ok(()) => return Ok(socket),
            Err(fault @ ProxyFault::SocksReply(_)) => refusal = Some(fault),
            Err(fault) => return Err(failed(proxy, origin, fault)),
        }
    }
    Err(match refusal {
        Some(fault) => failed(proxy, origin, fault),
        None => ConnectError::Resolve {
            at: Hop::Server,
            host: redacted::host(&origin.host),
            fault: ResolveFault::NoAddress,
        },
    })
}

async fn connect_to_proxy(
    proxy: &Proxy,
    deadline: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    dial::connect(Hop::Proxy, &proxy.host, proxy.port, deadline, phase).await
}

/// Performs a handshake with the proxy until the deadline.
async fn within(
    deadline: &Deadline,
    handshake: impl Future<Output = Result<(), ProxyFault>>,
) -> Result<(), ProxyFault> {
    match deadline.within(handshake).await {
        Ok(outcome) => outcome,
        Err(Elapsed { limit }) => Err(ProxyFault::TimedOut { limit }),
    }
}

/// Returns the `Proxy-Authorization` of a proxy's credentials (RFC 7617).
pub(crate) fn authorization(proxy: &Proxy) -> Option<String> {
    let credentials = proxy.credentials.as_ref()?;
    let value = basic_authorization(&credentials.user, &credentials.password);
    Some(value.to_string())
}

fn failed(proxy: &Proxy, origin: &Origin, fault: ProxyFault) -> ConnectError {
    ConnectError::Proxy {
        proxy: Authority {
            host: proxy.host.clone(),
            port: proxy.port,
        },
        origin: Authority {
            host: redacted::host(&origin.host),
            port: origin.port,
        },
        fault,
    }
}

#[cfg(test)]
mod tests;
