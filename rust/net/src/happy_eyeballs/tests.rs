use std::future::pending;
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::*;

/// The course of one scripted attempt.
#[derive(Clone, Copy)]
enum Attempt {
    Silent,
    Accepts(u64),
    Fails(u64, ErrorKind),
}

use Attempt::{Accepts, Fails, Silent};

/// Races attempts whose times are milliseconds of the paused clock. Returns the index of the
/// address that won, or the error, and the milliseconds at which each attempt started.
async fn run(script: &[Attempt]) -> (Result<usize, ErrorKind>, Vec<u128>) {
    let addresses = (0..script.len()).map(|index| {
        let port = u16::try_from(index).unwrap();
        SocketAddr::from(([192, 0, 2, 1], port))
    });
    let begun = Instant::now();
    let starts = Arc::<Mutex<Vec<u128>>>::default();
    let noted = Arc::clone(&starts);
    let outcome = race(addresses.collect(), move |address| {
        let starts = Arc::clone(&noted);
        let index = usize::from(address.port());
        let attempt = script[index];
        async move {
            starts.lock().unwrap().push(begun.elapsed().as_millis());
            match attempt {
                Silent => pending().await,
                Accepts(after) => {
                    sleep(Duration::from_millis(after)).await;
                    Ok(index)
                }
                Fails(after, kind) => {
                    sleep(Duration::from_millis(after)).await;
                    Err(kind.into())
                }
            }
        }
    });
    let outcome = outcome.await.map_err(|error| error.kind());
    let starts = starts.lock().unwrap().clone();
    (outcome, starts)
}

#[tokio::test(start_paused = true)]
async fn an_attempt_starts_after_the_delay_or_at_once_after_a_failure() {
    let refused = ErrorKind::ConnectionRefused;
    for (script, expected, starts) in [
        (&[Accepts(100), Silent][..], Ok(0), &[0][..]),
        (&[Silent, Accepts(0)], Ok(1), &[0, 250]),
        (&[Silent, Silent, Accepts(10)], Ok(2), &[0, 250, 500]),
        (&[Fails(20, refused), Accepts(0)], Ok(1), &[0, 20]),
        // The first one is slow and wins over the second one, which is slower.
        (&[Accepts(400), Accepts(300)], Ok(0), &[0, 250]),
        (
            &[Silent, Fails(30, refused), Accepts(0)],
            Ok(2),
            &[0, 250, 280],
        ),
        (
            &[Fails(0, refused), Fails(5, refused)],
            Err(refused),
            &[0, 0],
        ),
    ] {
        let (outcome, started) = run(script).await;
        assert_eq!(outcome, expected);
        assert_eq!(started, starts);
    }
}

#[tokio::test(start_paused = true)]
async fn the_error_of_a_family_without_a_route_gives_way_to_any_other() {
    use ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut};
    for (script, expected) in [
        (&[][..], NetworkUnreachable),
        (&[Fails(0, HostUnreachable)], HostUnreachable),
        (
            &[Fails(0, HostUnreachable), Fails(0, ConnectionRefused)],
            ConnectionRefused,
        ),
        (
            &[Fails(0, ConnectionRefused), Fails(0, HostUnreachable)],
            ConnectionRefused,
        ),
        (&[Fails(0, TimedOut), Fails(0, ConnectionRefused)], TimedOut),
    ] {
        assert_eq!(run(script).await.0, Err(expected));
    }
}

#[tokio::test]
async fn a_refused_address_does_not_keep_from_the_next_one() {
    let closed = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let refusing = closed.local_addr().unwrap();
    drop(closed);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let accepting = listener.local_addr().unwrap();
    let socket = connect(vec![refusing, accepting]).await.unwrap();
    assert_eq!(socket.peer_addr().unwrap(), accepting);
    assert!(socket.nodelay().unwrap());
    let error = connect(vec![refusing]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn both_families_are_tried_by_turns() {
    let of = |all: &[&str]| -> Vec<SocketAddr> {
        let addresses = all.iter().map(|text| text.parse().unwrap());
        addresses.collect()
    };
    let given = of(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "1.1.1.2:1"]);
    let expected = of(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1", "[::3]:1"]);
    assert_eq!(alternate_families(given), expected);
}
