//! Core sessions over the standard library's sockets.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use godot_rustls_tls::session::Session;

/// Waiting for a peer longer than this is a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// A session that waits: what a program without a game loop would write around core.
#[derive(Debug)]
pub struct Stream {
    session: Session,
    socket: TcpStream,
}

/// Connects to a port of 127.0.0.1 and shakes hands.
pub fn connect(session: Session, port: u16) -> Result<Stream, Error> {
    Stream::new(session, TcpStream::connect(("127.0.0.1", port))?)
}

/// Takes the next connection and shakes hands.
pub fn accept(session: Session, listener: &TcpListener) -> Result<Stream, Error> {
    Stream::new(session, listener.accept()?.0)
}

impl Stream {
    fn new(session: Session, socket: TcpStream) -> Result<Self, Error> {
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let mut stream = Self { session, socket };
        while stream.session.is_handshaking() {
            stream.flush()?;
            stream.receive()?;
        }
        stream.flush()?;
        Ok(stream)
    }

    /// The connection.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Sends all of it.
    pub fn send(&mut self, data: &[u8]) -> Result<(), Error> {
        for chunk in data.chunks(16 * 1024) {
            let taken = self.session.write(chunk);
            assert_eq!(taken, chunk.len());
            self.flush()?;
        }
        Ok(())
    }

    /// Waits for some bytes; none is the clean end.
    pub fn read(&mut self) -> Result<Vec<u8>, Error> {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = self.session.read(&mut buffer);
            if count > 0 || self.session.peer_has_closed() {
                buffer.truncate(count);
                return Ok(buffer);
            }
            self.receive()?;
        }
    }

    /// Says goodbye.
    pub fn close(&mut self) -> Result<(), Error> {
        self.session.close();
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Error> {
        let mut output = Vec::new();
        self.session.take_output(&mut output);
        self.socket.write_all(&output)
    }

    fn receive(&mut self) -> Result<(), Error> {
        let mut buffer = [0; 8 * 1024];
        match self.socket.read(&mut buffer)? {
            0 => self.session.end_of_input(),
            count => self.session.input(&buffer[..count]),
        }
        match self.session.failure().map(ToString::to_string) {
            Some(words) => {
                // An alert may be on its way out.
                self.flush()?;
                Err(Error::new(ErrorKind::InvalidData, words))
            }
            None => Ok(()),
        }
    }
}
