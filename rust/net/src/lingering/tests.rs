//! The end of connections: what was sent last arrives, and nothing resets the connection.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use godot_rustls_testkit::{Issued, Template};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::time::Instant;

use super::{MAX_DISCARDED, MAX_LINGER, Socket, linger};
use crate::tls_stream::TlsStream;
use godot_rustls_tls::session::Session;
use godot_rustls_tls::testing::{client, server as server_setup};

const CLOSES: usize = 100;

/// Runs `work` on a runtime with worker threads of its own.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

/// Starts a peer that accepts connections and passes each to `serve`. Its thread returns how many
/// were reset.
fn peer(
    serve: impl Fn(&mut TcpStream) -> io::Result<()> + Send + 'static,
) -> (u16, JoinHandle<usize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let resets = thread::spawn(move || {
        let mut resets = 0;
        for _ in 0..CLOSES {
            let (mut socket, _) = listener.accept().unwrap();
            socket
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            let served = serve(&mut socket);
            let is_reset = served.is_err() || socket.take_error().unwrap().is_some();
            resets += usize::from(is_reset);
        }
        resets
    });
    (port, resets)
}

/// Writes after the other side has closed, twice: a reset comes after the first time.
fn answer_late(socket: &mut TcpStream, words: &[u8]) -> io::Result<()> {
    for _ in 0..2 {
        socket.write_all(words)?;
    }
    socket.shutdown(Shutdown::Write)
}

async fn connect(port: u16) -> tokio::net::TcpStream {
    tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .unwrap()
}

#[test]
fn a_plain_socket_that_is_dropped_takes_in_what_comes_late() {
    let (port, resets) = peer(|socket| {
        let mut words = Vec::new();
        socket.read_to_end(&mut words)?;
        assert_eq!(words, b"last words");
        answer_late(socket, b"late")
    });
    block_on(async move {
        for _ in 0..CLOSES {
            let mut socket = Socket::new(connect(port).await);
            socket.write_all(b"last words").await.unwrap();
        }
        let resets = tokio::task::spawn_blocking(|| resets.join().unwrap());
        assert_eq!(resets.await.unwrap(), 0);
    });
}

/// Serves a TLS connection until the client ends it with close_notify. Session tickets are sent
/// only afterwards, as those of a distant server are still under way when its client closes.
fn serve_tls(socket: &mut TcpStream, mut session: Session) -> io::Result<()> {
    let mut bytes = [0; 4096];
    let mut words = Vec::new();
    let mut late = Vec::new();
    loop {
        let count = socket.read(&mut bytes)?;
        if count == 0 {
            break;
        }
        let was_handshaking = session.is_handshaking();
        session.input(&bytes[..count]);
        if was_handshaking && session.is_handshaking() {
            let mut flight = Vec::new();
            session.take_output(&mut flight);
            socket.write_all(&flight)?;
        }
        let count = session.read(&mut bytes);
        words.extend_from_slice(&bytes[..count]);
    }
    assert_eq!(words, b"last words");
    assert!(session.peer_has_closed(), "{:?}", session.failure());
    session.close();
    session.take_output(&mut late);
    assert!(late.len() > 100, "no session tickets: {}", late.len());
    answer_late(socket, &late)
}

#[test]
fn a_secured_connection_that_is_dropped_says_goodbye_and_takes_in_what_comes_late() {
    let owner: Issued = Template::like_the_engine("localhost").self_signed();
    let setup = server_setup(&[&owner]);
    let (port, resets) = peer(move |socket| serve_tls(socket, setup.accept().unwrap()));
    block_on(async move {
        let setup = client(&[&owner]);
        for _ in 0..CLOSES {
            let session = setup.connect("localhost").unwrap();
            let mut stream = TlsStream::new(connect(port).await, session);
            stream.handshake().await.unwrap();
            stream.write_all(b"last words").await.unwrap();
        }
        let resets = tokio::task::spawn_blocking(|| resets.join().unwrap());
        assert_eq!(resets.await.unwrap(), 0);
    });
}

#[test]
fn nobody_lingers_for_a_peer_that_never_ends() {
    let (port, resets) = peer(|socket| {
        let until_reset = (0..100_000).try_for_each(|_| socket.write_all(&[0; 4096]));
        assert!(until_reset.is_err(), "all of it was taken in");
        Ok(())
    });
    block_on(async move {
        for _ in 0..CLOSES {
            drop(Socket::new(connect(port).await));
        }
        let ended = tokio::task::spawn_blocking(|| resets.join().unwrap());
        ended.await.unwrap();
    });
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_keeps_its_half_open_is_waited_for_only_so_long() {
    let (ours, mut theirs) = duplex(1024);
    let begun = Instant::now();
    linger(ours, b"last words").await;
    assert_eq!(begun.elapsed().as_millis(), MAX_LINGER.as_millis());
    let mut words = Vec::new();
    theirs.read_to_end(&mut words).await.unwrap();
    assert_eq!(words, b"last words");
}

#[tokio::test(start_paused = true)]
async fn lingering_ends_with_the_half_of_the_peer_or_a_limit_of_bytes() {
    for is_endless in [false, true] {
        let (ours, mut theirs) = duplex(1024);
        let sent = tokio::spawn(async move {
            if !is_endless {
                return theirs.shutdown().await;
            }
            for _ in 0..=MAX_DISCARDED / 1024 + 4 {
                theirs.write_all(&[0; 1024]).await?;
            }
            Ok(())
        });
        let begun = Instant::now();
        linger(ours, &[]).await;
        assert_eq!(begun.elapsed().as_millis(), 0, "{is_endless}");
        assert_eq!(sent.await.unwrap().is_err(), is_endless);
    }
}
