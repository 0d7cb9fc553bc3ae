//! A socket to one of several addresses: the one that answers first (RFC 8305).

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long an address may be silent before the next one is tried beside it, as RFC 8305 section 5 recommends.
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects to all of them, one a little after the other, until one answers. Fails when all did.
pub(crate) async fn first_of(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    let mut waiting = alternating(addresses).into_iter();
    // What runs still ends when this is dropped.
    let mut running = JoinSet::new();
    let mut problem = io::Error::from(ErrorKind::NetworkUnreachable);
    loop {
        if let Some(address) = waiting.next() {
            running.spawn(connect(address));
        }
        let ended = if waiting.len() > 0 {
            match timeout(HEAD_START, running.join_next()).await {
                Ok(ended) => ended,
                Err(_) => continue,
            }
        } else {
            running.join_next().await
        };
        match ended {
            Some(Ok(Ok(socket))) => return Ok(socket),
            Some(Ok(Err(error))) if says_little(&problem) => problem = error,
            // Another address goes on.
            Some(_) => {}
            None => return Err(problem),
        }
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpStream::connect(address).await?;
    // Without it small writes are only slower.
    let _ = socket.set_nodelay(true);
    Ok(socket)
}

/// Many a machine has no way to any address of one family. What the other family came to is worth more.
fn says_little(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::AddrNotAvailable
    )
}

/// The same addresses, those of both families by turns: one family may have no way at all (RFC 8305 section 4).
fn alternating(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let begins_with_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (these, those): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == begins_with_v6);
    let (mut these, mut those) = (these.into_iter(), those.into_iter());
    let mut mixed = Vec::new();
    while these.len() + those.len() > 0 {
        mixed.extend(these.next());
        mixed.extend(those.next());
    }
    mixed
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    /// A port where nobody answers, as long as what is returned lives: the queue of its listener is full.
    async fn silent() -> (SocketAddr, TcpListener, Vec<TcpStream>) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let address = socket.local_addr().unwrap();
        let listener = socket.listen(0).unwrap();
        let mut queue = Vec::new();
        while let Ok(Ok(stream)) =
            timeout(Duration::from_millis(500), TcpStream::connect(address)).await
        {
            queue.push(stream);
            assert!(queue.len() < 10_000, "the queue never fills");
        }
        (address, listener, queue)
    }

    async fn closed() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        listener.local_addr().unwrap()
    }

    #[tokio::test]
    async fn an_address_that_is_silent_or_refuses_does_not_keep_from_the_next_one() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (silent, _listener, _queue) = silent().await;
        let wanted = listener.local_addr().unwrap();
        let addresses = vec![silent, closed().await, silent, wanted];
        let found = timeout(Duration::from_secs(20), first_of(addresses)).await;
        let socket = found.expect("it waits for the silent address").unwrap();
        assert_eq!(socket.peer_addr().unwrap(), wanted);
        assert!(socket.nodelay().unwrap());
    }

    #[tokio::test]
    async fn what_says_most_of_all_failures_is_told() {
        let refused = closed().await;
        // A multicast address takes no connection.
        let nowhere = SocketAddr::from(([0xff02, 0, 0, 0, 0, 0, 0, 1], 1));
        for addresses in [
            vec![refused],
            vec![nowhere, refused],
            vec![refused, nowhere],
        ] {
            let error = first_of(addresses).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        }
        assert!(first_of(Vec::new()).await.is_err());
    }

    #[test]
    fn both_families_are_tried_by_turns() {
        let of = |all: &[&str]| -> Vec<SocketAddr> {
            let addresses = all.iter().map(|text| text.parse().unwrap());
            addresses.collect()
        };
        let given = of(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "1.1.1.2:1"]);
        let expected = of(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1", "[::3]:1"]);
        assert_eq!(alternating(given), expected);
    }
}
