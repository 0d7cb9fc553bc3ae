//! A socket to a server through a proxy.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use super::http_connect;
use super::socks5::{self, Place, Problem};
use crate::deadline::Deadline;
use crate::dial::{reach, resolve};
use crate::error::{ConnectError, ConnectErrorKind};
use crate::origin::Origin;
use crate::phase::PhaseCell;
use crate::proxy::{Proxy, ProxyScheme};
use crate::redacted;
use godot_rustls_tls::diagnosis::Cause;

/// A socket through which the bytes for `origin` go. A proxy that forwards plain requests is just connected to.
pub(crate) async fn connect(
    proxy: &Proxy,
    origin: &Origin,
    limit: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    let places = match (proxy.scheme, origin.host.parse::<IpAddr>()) {
        (ProxyScheme::Http, _) => return by_http(proxy, origin, limit, phase).await,
        (_, Ok(address)) => vec![Place::Address(address)],
        (ProxyScheme::Socks5h, _) => vec![Place::Name(origin.host.clone())],
        (ProxyScheme::Socks5, _) => {
            let found = resolve(&origin.host, "", limit, phase).await?;
            found.into_iter().map(Place::Address).collect()
        }
    };
    by_socks(proxy, origin, &places, limit, phase).await
}

async fn by_http(
    proxy: &Proxy,
    origin: &Origin,
    limit: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    let mut socket = reach_proxy(proxy, limit, phase).await?;
    if !origin.is_https {
        return Ok(socket);
    }
    let authority = format!("{}:{}", origin.bracketed(), origin.port);
    let authorization = authorization(proxy);
    let asking = http_connect::ask(&mut socket, &authority, authorization.as_deref());
    match limit.keep(asking).await {
        Some(Ok(())) => Ok(socket),
        Some(Err(reason)) => Err(refused(proxy, origin, &reason)),
        None => Err(refused(proxy, origin, &too_late(limit))),
    }
}

/// Offers the proxy one place after the other, until it reaches one. It may have a way to addresses of one family only.
pub(super) async fn by_socks(
    proxy: &Proxy,
    origin: &Origin,
    places: &[Place],
    limit: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    let mut reason = "no address".to_owned();
    for place in places {
        // A proxy that refused closes the connection (RFC 1928 section 6).
        let mut socket = reach_proxy(proxy, limit, phase).await?;
        let credentials = proxy.credentials.as_ref();
        let asking = socks5::ask(&mut socket, place, origin.port, credentials);
        match limit.keep(asking).await {
            Some(Ok(())) => return Ok(socket),
            Some(Err(Problem::Refused(why))) => reason = why,
            Some(Err(Problem::Broken(why))) => return Err(refused(proxy, origin, &why)),
            None => return Err(refused(proxy, origin, &too_late(limit))),
        }
    }
    Err(refused(proxy, origin, &reason))
}

async fn reach_proxy(
    proxy: &Proxy,
    limit: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    reach(&proxy.host, proxy.port, "the proxy ", limit, phase).await
}

fn too_late(limit: &Deadline) -> String {
    format!("no answer within {} seconds", limit.seconds())
}

/// What a proxy is told of who asks (RFC 7617).
pub(crate) fn authorization(proxy: &Proxy) -> Option<String> {
    let (user, password) = proxy.credentials.as_ref()?;
    let pair = Zeroizing::new(format!("{user}:{}", password.as_str()));
    Some(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

fn refused(proxy: &Proxy, origin: &Origin, reason: &str) -> ConnectError {
    ConnectError::of(
        ConnectErrorKind::CantConnect,
        Cause::Proxy,
        format!(
            "{} does not connect to {}:{} ({reason}): check its address, user and password, and what it allows",
            describe(proxy),
            redacted::host(&origin.bracketed()),
            origin.port
        ),
    )
}

/// A proxy in sentences, without its password.
fn describe(proxy: &Proxy) -> String {
    format!("the proxy {}:{}", proxy.host, proxy.port)
}

#[cfg(test)]
mod tests;
