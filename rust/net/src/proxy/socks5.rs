//! What a client says to a SOCKS 5 proxy (RFC 1928, RFC 1929).

use std::io;
use std::net::IpAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use crate::proxy::Credentials;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const LOGIN: u8 = 2;
const NO_METHOD: u8 = 0xFF;

/// Where a proxy is to connect to.
#[derive(Debug, Clone)]
pub(super) enum Place {
    Name(String),
    Address(IpAddr),
}

/// Why there is no way through.
#[derive(Debug)]
pub(super) enum Problem {
    /// The proxy does not reach this place; it may reach another one.
    Refused(String),
    /// Nothing comes of this proxy.
    Broken(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Broken(super::broken(&error))
    }
}

/// Asks the proxy at the other end to connect to `place`. All that comes after that is the place's.
pub(super) async fn ask(
    socket: &mut TcpStream,
    place: &Place,
    port: u16,
    credentials: Option<&Credentials>,
) -> Result<(), Problem> {
    log_in(socket, credentials).await?;
    socket.write_all(&request(place, port)?).await?;
    let mut reply = [0; 4];
    socket.read_exact(&mut reply).await?;
    let [version, code, _, kind] = reply;
    if version != VERSION {
        return Err(no_socks());
    }
    if code != 0 {
        return Err(Problem::Refused(meaning(code)));
    }
    // The address that the proxy connects from, and two bytes for its port, are of no use.
    let length = match kind {
        1 => 4,
        3 => usize::from(socket.read_u8().await?),
        4 => 16,
        _ => return Err(no_socks()),
    };
    let mut unused = vec![0; length + 2];
    socket.read_exact(&mut unused).await?;
    Ok(())
}

async fn log_in(socket: &mut TcpStream, credentials: Option<&Credentials>) -> Result<(), Problem> {
    let greeting: &[u8] = match credentials {
        None => &[VERSION, 1, NO_LOGIN],
        Some(_) => &[VERSION, 2, NO_LOGIN, LOGIN],
    };
    socket.write_all(greeting).await?;
    let mut choice = [0; 2];
    socket.read_exact(&mut choice).await?;
    let broken = |why: &str| Err(Problem::Broken(why.to_owned()));
    match (choice, credentials) {
        ([VERSION, NO_LOGIN], _) => Ok(()),
        ([VERSION, LOGIN], Some(credentials)) => {
            socket.write_all(&login(credentials)?).await?;
            let mut answer = [0; 2];
            socket.read_exact(&mut answer).await?;
            match answer {
                [_, 0] => Ok(()),
                _ => broken("it does not take this user with this password"),
            }
        }
        ([VERSION, NO_METHOD], None) => broken("it wants a user and a password, or more"),
        ([VERSION, NO_METHOD], Some(_)) => {
            broken("it lets nobody in, neither with nor without a user and a password")
        }
        ([VERSION, method], _) => broken(&format!(
            "it chose the login method {method}, which was not offered"
        )),
        _ => Err(no_socks()),
    }
}

fn login((user, password): &Credentials) -> Result<Zeroizing<Vec<u8>>, Problem> {
    // It is wiped only if it never moves.
    let mut message = Zeroizing::new(Vec::with_capacity(3 + user.len() + password.len()));
    message.push(1);
    for part in [user, password.as_str()] {
        message.push(length(part)?);
        message.extend_from_slice(part.as_bytes());
    }
    Ok(message)
}

fn request(place: &Place, port: u16) -> Result<Vec<u8>, Problem> {
    let mut message = vec![VERSION, 1, 0];
    match place {
        Place::Address(IpAddr::V4(address)) => {
            message.push(1);
            message.extend(address.octets());
        }
        Place::Address(IpAddr::V6(address)) => {
            message.push(4);
            message.extend(address.octets());
        }
        Place::Name(name) => {
            message.extend([3, length(name)?]);
            message.extend(name.bytes());
        }
    }
    message.extend(port.to_be_bytes());
    Ok(message)
}

fn length(text: &str) -> Result<u8, Problem> {
    u8::try_from(text.len()).map_err(|_| {
        Problem::Broken(format!(
            "SOCKS takes names, users and passwords of at most 255 bytes, and one has {}",
            text.len()
        ))
    })
}

/// RFC 1928 section 6.
fn meaning(code: u8) -> String {
    let words = match code {
        1 => "it failed",
        2 => "its rules do not allow it",
        3 => "it has no way to that network",
        4 => "it has no way to that host",
        5 => "the connection was refused",
        6 => "the way is too long",
        7 => "it does not make connections",
        8 => "it does not know that kind of address",
        _ => return format!("it answers with error {code}"),
    };
    words.to_owned()
}

fn no_socks() -> Problem {
    Problem::Broken("what it answers is no SOCKS 5".to_owned())
}
