//! A TCP connection to whichever of several addresses accepts first ("happy eyeballs", RFC 8305).
//!
//! A host often has addresses of both families, and one family may lead nowhere without an error.
//! The addresses are therefore tried one beside the other: sorted so that the families alternate
//! (section 4), each attempt starts [`ATTEMPT_DELAY`] after the one before it, or at once when that
//! one fails (section 5). The first connection wins, and the other attempts are dropped. The order
//! within a family is the system's, as its lookup returned it.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The connection attempt delay that RFC 8305 section 5 recommends.
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Connects to one of `addresses`. Fails when all of them did, with the most telling error.
pub(crate) async fn connect(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    race(addresses, connect_to).await
}

async fn connect_to(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address).await?;
    // Without it small writes are only slower.
    let _ = socket.set_nodelay(true);
    Ok(socket)
}

/// Runs `attempt` for the addresses, each a little after the other, until one succeeds.
async fn race<T, F>(addresses: Vec<SocketAddr>, attempt: impl Fn(SocketAddr) -> F) -> io::Result<T>
where
    T: Send + 'static,
    F: Future<Output = io::Result<T>> + Send + 'static,
{
    let mut untried = alternate_families(addresses).into_iter();
    // Dropping the set ends the attempts that still run.
    let mut attempts = JoinSet::new();
    let mut failure = io::Error::from(ErrorKind::NetworkUnreachable);
    loop {
        if let Some(address) = untried.next() {
            attempts.spawn(attempt(address));
        }
        let ended = if untried.len() > 0 {
            match timeout(ATTEMPT_DELAY, attempts.join_next()).await {
                Ok(ended) => ended,
                Err(_) => continue,
            }
        } else {
            attempts.join_next().await
        };
        match ended {
            Some(Ok(Ok(connection))) => return Ok(connection),
            Some(Ok(Err(error))) if is_of_no_route(&failure) => failure = error,
            // The next address is tried, or another attempt still runs.
            Some(_) => {}
            None => return Err(failure),
        }
    }
}

/// Returns true for an error that says only that there is no route. Many machines have none for one
/// family; the error of the other family tells more.
fn is_of_no_route(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::AddrNotAvailable
    )
}

/// Sorts addresses so that the families alternate, beginning with the family of the first one.
fn alternate_families(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (preferred, other): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let (mut preferred, mut other) = (preferred.into_iter(), other.into_iter());
    let mut sorted = Vec::new();
    while preferred.len() + other.len() > 0 {
        sorted.extend(preferred.next());
        sorted.extend(other.next());
    }
    sorted
}

#[cfg(test)]
mod tests;
