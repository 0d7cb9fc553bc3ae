//! A TCP connection to a host by its name.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;

use crate::deadline::{Deadline, Elapsed};
use crate::error::{ConnectError, ConnectFault, Hop, ResolveFault};
use crate::happy_eyeballs;
use crate::phase::{Phase, PhaseCell};
use crate::redacted;

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
    let found = resolve(at, host, deadline, phase).await?;
    let addresses_tried = found.len();
    phase.set(Phase::Connecting);
    let addresses = found.into_iter().map(|ip| SocketAddr::new(ip, port));
    let attempt = happy_eyeballs::connect(addresses.collect());
    let fault = match deadline.within(attempt).await {
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
    deadline: &Deadline,
    phase: &PhaseCell,
) -> Result<Vec<IpAddr>, ConnectError> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![address]);
    }
    phase.set(Phase::Resolving);
    let fault = match deadline.within(tokio::net::lookup_host((host, 0))).await {
        Ok(Ok(found)) => {
            let found: Vec<IpAddr> = found.map(|found| found.ip()).collect();
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
