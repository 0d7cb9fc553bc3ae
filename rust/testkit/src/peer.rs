//! Peers that follow a script instead of a protocol.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A peer never outlives a test by more than this.
const PATIENCE: Duration = Duration::from_secs(20);

/// One act of a peer.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Reads until so many bytes came.
    Receive(usize),
    /// Says nothing until the other side is gone.
    StaySilent,
    /// Ends its sending direction and waits until the other side is gone.
    Close,
}

/// A listener on loopback that plays its script for every connection, one after the other.
#[derive(Debug)]
pub struct Peer {
    address: SocketAddr,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    /// Listens on a free port. When the script is over, the connection is closed.
    pub fn listen(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopping);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                // The other side may leave whenever it likes; the script then ends early.
                let _ = play(stream, &script);
            }
        });
        Self {
            address,
            stopping,
            thread: Some(thread),
        }
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread if it waits for a connection.
        drop(TcpStream::connect(self.address));
        let outcome = self.thread.take().map(JoinHandle::join);
        if matches!(outcome, Some(Err(_))) && !std::thread::panicking() {
            panic!("the scripted peer panicked");
        }
    }
}

fn play(mut stream: TcpStream, script: &[Step]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut buffer = [0; 4096];
    for step in script {
        match step {
            Step::Send(bytes) => stream.write_all(bytes)?,
            Step::Receive(wanted) => {
                let mut missing = *wanted;
                while missing > 0 {
                    let most = missing.min(buffer.len());
                    match stream.read(&mut buffer[..most])? {
                        0 => return Ok(()),
                        count => missing -= count,
                    }
                }
            }
            Step::StaySilent => return read_to_end(&mut stream, &mut buffer),
            Step::Close => {
                stream.shutdown(Shutdown::Write)?;
                return read_to_end(&mut stream, &mut buffer);
            }
        }
    }
    // Closing with unread bytes would reset the connection and take what was sent with it.
    stream.shutdown(Shutdown::Write)?;
    read_to_end(&mut stream, &mut buffer)
}

fn read_to_end(stream: &mut TcpStream, buffer: &mut [u8]) -> std::io::Result<()> {
    loop {
        match stream.read(buffer) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_sends_its_bytes_and_closes_for_everyone_who_comes() {
        let peer = Peer::listen(vec![Step::Receive(1), Step::Send(b"hello".to_vec())]);
        for _ in 0..2 {
            let mut stream = TcpStream::connect(("127.0.0.1", peer.port())).unwrap();
            stream.write_all(b"?").unwrap();
            let mut got = Vec::new();
            stream.read_to_end(&mut got).unwrap();
            assert_eq!(got, b"hello");
        }
    }

    #[test]
    fn a_peer_that_nobody_visits_ends_with_its_owner() {
        drop(Peer::listen(vec![Step::StaySilent]));
    }
}
