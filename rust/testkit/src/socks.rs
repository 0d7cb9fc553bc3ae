//! A SOCKS 5 proxy that answers by script (RFC 1928, RFC 1929).

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Each connection is served on a thread of its own, and knows its number.
pub fn listen(serve: impl Fn(TcpStream, usize) -> io::Result<()> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = Arc::new(serve);
    // Ends with the process: nobody waits for it.
    thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let serve = Arc::clone(&serve);
            // The client may leave whenever it likes.
            thread::spawn(move || serve(stream, number));
        }
    });
    port
}

/// A SOCKS proxy that answers requests itself.
pub struct SocksProxy {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// What it was asked for: methods, credentials, places.
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl SocksProxy {
    /// `method` is what it picks of those offered, `reply` what it says to each connection's request.
    pub fn start(method: u8, reply: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&asked);
        let port = listen(move |mut stream, number| {
            let tell = |what: String| kept.lock().unwrap().push(what);
            let [_, count] = take(&mut stream)?;
            tell(format!("methods {:?}", some(&mut stream, count)?));
            stream.write_all(&[5, method])?;
            if method == 2 {
                let [version, length] = take(&mut stream)?;
                let user = text(&mut stream, length)?;
                let [length] = take(&mut stream)?;
                let password = text(&mut stream, length)?;
                tell(format!("login {version} {user} {password}"));
                stream.write_all(&[1, u8::from(password == "wrong")])?;
            }
            tell(place(&mut stream)?);
            let reply = reply(number);
            stream.write_all(&reply)?;
            if reply.len() < GRANTED.len() {
                return stream.shutdown(Shutdown::Write);
            }
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.extend(take::<1>(&mut stream)?);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        });
        Self { port, asked }
    }

    /// Returns what it was asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn place(stream: &mut TcpStream) -> io::Result<String> {
    let [5, 1, 0, kind] = take(stream)? else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let place = match kind {
        1 => format!("address {}", Ipv4Addr::from(take::<4>(stream)?)),
        4 => format!("address {}", Ipv6Addr::from(take::<16>(stream)?)),
        _ => {
            let [length] = take(stream)?;
            format!("name {}", text(stream, length)?)
        }
    };
    Ok(format!("{place} {}", u16::from_be_bytes(take(stream)?)))
}

fn take<const COUNT: usize>(stream: &mut TcpStream) -> io::Result<[u8; COUNT]> {
    let mut bytes = [0; COUNT];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn some(stream: &mut TcpStream, count: u8) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(count)];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn text(stream: &mut TcpStream, count: u8) -> io::Result<String> {
    Ok(String::from_utf8(some(stream, count)?).unwrap())
}

/// The reply of a proxy that has connected.
pub const GRANTED: [u8; 10] = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];
