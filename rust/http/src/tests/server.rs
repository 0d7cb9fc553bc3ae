//! A scripted HTTP/1.1 server on loopback, with or without TLS.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Shared;
use godot_rustls_tls::config::ServerContext;
use godot_rustls_tls::session::Session;

/// What follows the bytes of a response.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Another request is read.
    Keep,
    /// The connection ends, over TLS with a close_notify.
    Close,
    /// The connection ends without a close_notify.
    Cut,
    /// Nothing, until the client closes the connection.
    Silence,
}

/// Returns the response to a request: the number of its connection, its own number on it, its head.
type Answer = dyn Fn(usize, usize, &str) -> (Vec<u8>, Then) + Send + Sync;

pub(super) struct Server {
    pub(super) port: u16,
    /// The requests, each with the number of its connection.
    pub(super) requests: Shared<Vec<(usize, String)>>,
}

impl Server {
    pub(super) fn plain(
        answer: impl Fn(usize, usize, &str) -> (Vec<u8>, Then) + Send + Sync + 'static,
    ) -> Self {
        Self::listen(None, Arc::new(answer))
    }

    pub(super) fn secure(
        setup: ServerContext,
        answer: impl Fn(usize, usize, &str) -> (Vec<u8>, Then) + Send + Sync + 'static,
    ) -> Self {
        Self::listen(Some(setup), Arc::new(answer))
    }

    fn listen(setup: Option<ServerContext>, answer: Arc<Answer>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Shared::default();
        let kept = Arc::clone(&requests);
        // The thread ends with the process.
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                stream
                    .set_read_timeout(Some(Duration::from_secs(20)))
                    .unwrap();
                let session = setup.as_ref().map(|setup| setup.accept().unwrap());
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                thread::spawn(move || {
                    // The client may close the connection at any time.
                    let _ = serve(Line { stream, session }, number, &*answer, &kept);
                });
            }
        });
        Self { port, requests }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(super) fn secure_url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// Returns the numbers of the connections on which requests arrived.
    pub(super) fn connections(&self) -> Vec<usize> {
        self.requests
            .lock()
            .unwrap()
            .iter()
            .map(|(connection, _)| *connection)
            .collect()
    }

    pub(super) fn heads(&self) -> Vec<String> {
        self.requests
            .lock()
            .unwrap()
            .iter()
            .map(|(_, head)| head.clone())
            .collect()
    }
}

fn serve(
    mut line: Line,
    number: usize,
    answer: &Answer,
    requests: &Shared<Vec<(usize, String)>>,
) -> io::Result<()> {
    for count in 0.. {
        let head = line.read_request()?;
        requests.lock().unwrap().push((number, head.clone()));
        let (bytes, then) = answer(number, count, &head);
        line.write(&bytes)?;
        match then {
            Then::Keep => {}
            Then::Close => return line.close(),
            Then::Cut => return line.stream.shutdown(Shutdown::Write),
            Then::Silence => {
                while line.read()? > 0 {}
                return Ok(());
            }
        }
    }
    Ok(())
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    match length.and_then(|length| length.parse().ok()) {
        Some(length) => body.len() >= length,
        None => !head.contains("chunked") || body.ends_with("0\r\n\r\n"),
    }
}

/// Blocking connection.
struct Line {
    stream: TcpStream,
    session: Option<Session>,
}

impl Line {
    /// Reads a complete request: the head, and the body that it announces.
    fn read_request(&mut self) -> io::Result<String> {
        let mut request = Vec::new();
        while !is_whole(&String::from_utf8_lossy(&request)) {
            if self.read_into(&mut request)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(String::from_utf8_lossy(&request).into_owned())
    }

    fn read(&mut self) -> io::Result<usize> {
        self.read_into(&mut Vec::new())
    }

    fn read_into(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        let mut buffer = [0; 4096];
        loop {
            let count = self.stream.read(&mut buffer)?;
            let Some(session) = &mut self.session else {
                bytes.extend_from_slice(&buffer[..count]);
                return Ok(count);
            };
            if count == 0 {
                return Ok(0);
            }
            session.input(&buffer[..count]);
            let read = session.read(&mut buffer);
            bytes.extend_from_slice(&buffer[..read]);
            self.flush()?;
            if read > 0 {
                return Ok(read);
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.session {
            None => self.stream.write_all(bytes),
            Some(session) => {
                session.write(bytes);
                self.flush()
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut output = Vec::new();
        if let Some(session) = &mut self.session {
            session.take_output(&mut output);
        }
        self.stream.write_all(&output)
    }

    fn close(mut self) -> io::Result<()> {
        if let Some(session) = &mut self.session {
            session.close();
        }
        self.flush()?;
        self.stream.shutdown(Shutdown::Write)
    }
}

/// Returns a response with a length.
pub(super) fn ok(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
