//! A TCP connection to a host by its name.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;

use crate::deadline::{Deadline, Elapsed};
use crate::error::{ConnectError, ConnectFault, Hop, ResolveFault};
use crate::happy_eyeballs;
use crate::phase::{Phase, PhaseCell};
use crate::redacted;
use godot_rustls_pki::reference_name::to_a_labels;

/// Looks `host` up and connects to one of its addresses. The socket does not block.
///
/// There is no time limit: dropping the future ends the attempt.
pub async fn connect_to_host(
    host: &str,
    port: u16,
    phase: &PhaseCell,
) -> Result<std::net::TcpStream, ConnectError> {
    let socket = connect(Hop::Server, host, port, &Deadline::new(None), phase).await?;
    socket.into_std().map_err(|error| ConnectError::Connect {
        at: Hop::Server,
        host: redacted::host(host),
        port,
        addresses_tried: 1,
        fault: ConnectFault::Unusable(error.into()),
    })
}

/// Looks `host` up and connects to one of its addresses.
pub(crate) async fn connect(
    at: Hop,
    host: &str,
    port: u16,
    deadline: &Deadline,
    phase: &PhaseCell,
) -> Result<TcpStream, ConnectError> {
    let addresses = resolve(at, host, port, deadline, phase).await?;
    let addresses_tried = addresses.len();
    phase.set(Phase::Connecting);
    let fault = match deadline.within(happy_eyeballs::connect(addresses)).await {
        Ok(Ok(socket)) => return Ok(socket),
        Ok(Err(error)) => ConnectFault::System(error.into()),
        Err(Elapsed { limit }) => ConnectFault::TimedOut { limit },
    };
    Err(ConnectError::Connect {
        at,
        host: redacted::host(host),
        port,
        addresses_tried,
        fault,
    })
}

/// Returns the addresses of a host, at least one. The lookup blocks a thread of the runtime's
/// blocking pool, not a worker.
pub(crate) async fn resolve(
    at: Hop,
    host: &str,
    port: u16,
    deadline: &Deadline,
    phase: &PhaseCell,
) -> Result<Vec<SocketAddr>, ConnectError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    phase.set(Phase::Resolving);
    // The resolvers of most systems expect A-labels; a name that has none is theirs to refuse.
    let a_labels = (!host.is_ascii()).then(|| to_a_labels(host)).flatten();
    let lookup = tokio::net::lookup_host((a_labels.as_deref().unwrap_or(host), port));
    let fault = match deadline.within(lookup).await {
        Ok(Ok(found)) => {
            // With the zone of a link-local IPv6 address.
            let found: Vec<SocketAddr> = found.collect();
            if !found.is_empty() {
                return Ok(found);
            }
            ResolveFault::NoAddress
        }
        Ok(Err(error)) => ResolveFault::System(error.into()),
        Err(Elapsed { limit }) => ResolveFault::TimedOut { limit },
    };
    Err(ConnectError::Resolve {
        at,
        host: redacted::host(host),
        fault,
    })
}

#[cfg(test)]
mod tests;
