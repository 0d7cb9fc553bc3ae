//! A socket to a host by its name.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;

use crate::deadline::Deadline;
use crate::error::{ConnectError, ConnectErrorKind};
use crate::happy_eyeballs;
use crate::phase::{Phase, PhaseCell};
use crate::redacted;
use godot_rustls_tls::diagnosis::{Cause, Vocabulary};

/// Looks a host up and connects to it: the address that answers first wins (RFC 8305). `role` is for sentences: what
/// the host is, with a blank behind it.
pub(crate) async fn reach(
    host: &str,
    port: u16,
    role: &str,
    limit: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    let found = resolve(host, role, limit, phase).await?;
    let tried = found.len();
    phase.set(Phase::Connecting);
    let addresses = found.into_iter().map(|ip| SocketAddr::new(ip, port));
    let failed = |cause: Cause, why: &str, advice: &str| {
        let places = if tried > 1 {
            format!(" ({tried} addresses tried)")
        } else {
            String::new()
        };
        ConnectError::of(
            ConnectErrorKind::CantConnect,
            cause_at(role, cause),
            format!(
                "{role}{} port {port} {why}{places}: {advice}",
                redacted::host(host)
            ),
        )
    };
    match limit
        .keep(happy_eyeballs::first_of(addresses.collect()))
        .await
    {
        Some(Ok(socket)) => Ok(socket),
        Some(Err(error)) => Err(failed(
            match error.kind() {
                ErrorKind::ConnectionRefused => Cause::ConnectionRefused,
                _ => Cause::Transport,
            },
            &format!("cannot be reached ({error})"),
            "check the port, the firewall and that the server runs",
        )),
        None => Err(failed(
            Cause::Timeout,
            &format!("did not answer within {} seconds", limit.seconds()),
            &format!(
                "check the address and the firewall, or raise {}",
                limit.vocabulary.connect_limit
            ),
        )),
    }
}

/// Looks `host` up and connects to its `port`, for as long as that takes. The socket does not block.
pub async fn connect_to_host(
    host: &str,
    port: u16,
    phase: &PhaseCell,
) -> Result<std::net::TcpStream, ConnectError> {
    let limit = Deadline::new(None, Vocabulary::default());
    let socket = reach(host, port, "", &limit, phase).await?;
    socket.into_std().map_err(|error| {
        ConnectError::of(
            ConnectErrorKind::CantConnect,
            Cause::Transport,
            format!("the connection to {host} port {port} cannot be used ({error})"),
        )
    })
}

/// The addresses of a host, without keeping a thread of the runtime waiting.
pub(crate) async fn resolve(
    host: &str,
    role: &str,
    limit: &Deadline,
    phase: &PhaseCell,
) -> Result<Vec<IpAddr>, ConnectError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![address]);
    }
    phase.set(Phase::Resolving);
    let failed = |cause: Cause, why: &str| {
        ConnectError::of(
            ConnectErrorKind::CantResolve,
            cause_at(role, cause),
            format!(
                "{role}{} has no address ({why}): check the spelling and the network",
                redacted::host(host)
            ),
        )
    };
    match limit.keep(tokio::net::lookup_host((host, 0))).await {
        Some(Ok(found)) => {
            let found: Vec<IpAddr> = found.map(|found| found.ip()).collect();
            if found.is_empty() {
                Err(failed(Cause::NameResolution, "nobody knows the name"))
            } else {
                Ok(found)
            }
        }
        Some(Err(error)) => Err(failed(Cause::NameResolution, &error.to_string())),
        None => Err(failed(
            Cause::Timeout,
            &format!("nobody answered within {} seconds", limit.seconds()),
        )),
    }
}

/// A proxy that cannot be reached is a fault of the proxy, whatever happened.
fn cause_at(role: &str, cause: Cause) -> Cause {
    if role.is_empty() { cause } else { Cause::Proxy }
}
