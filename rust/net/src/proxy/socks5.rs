//! The client's side of SOCKS 5 (RFC 1928) with a user and a password (RFC 1929).
//!
//! The client offers methods of authentication and the proxy chooses one; for that of RFC 1929 the
//! credentials follow. Then the client asks for a connection to a name or an address, and the proxy
//! replies with a code. Nothing is sent ahead: a proxy may refuse at each step.

use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use zeroize::Zeroizing;

use super::settings::Credentials;
use crate::error::ProxyFault;

/// The version of the protocol, with which each message but those of RFC 1929 begins.
const VERSION: u8 = 5;

/// The methods of authentication (RFC 1928 section 3).
const METHOD_NONE: u8 = 0;
const METHOD_PASSWORD: u8 = 2;
const METHOD_NOT_ACCEPTABLE: u8 = 0xFF;

/// The version of the password subnegotiation (RFC 1929 section 2).
const PASSWORD_VERSION: u8 = 1;

/// The command of a request, and the types of an address (RFC 1928 sections 4 and 5).
const CONNECT: u8 = 1;
const TYPE_IPV4: u8 = 1;
const TYPE_NAME: u8 = 3;
const TYPE_IPV6: u8 = 4;

/// The host that a proxy is asked to connect to.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// A name of at most 255 bytes, which the proxy resolves.
    Name(String),
    /// An address, resolved on this side.
    Address(IpAddr),
}

/// Asks the proxy to connect to `target`. Afterwards the stream leads to the target.
pub(super) async fn handshake(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    target: &Target,
    port: u16,
    credentials: Option<&Credentials>,
) -> Result<(), ProxyFault> {
    authenticate(stream, credentials).await?;
    stream.write_all(&request(target, port)?).await?;
    let mut reply = [0; 4];
    stream.read_exact(&mut reply).await?;
    let [version, code, _, address_type] = reply;
    if version != VERSION {
        return Err(ProxyFault::NotSocks);
    }
    if code != 0 {
        return Err(ProxyFault::SocksReply(code));
    }
    // The address and the port from which the proxy connects are of no use.
    let length = match address_type {
        TYPE_IPV4 => 4,
        TYPE_NAME => usize::from(stream.read_u8().await?),
        TYPE_IPV6 => 16,
        _ => return Err(ProxyFault::NotSocks),
    };
    let mut unused = vec![0; length + 2];
    stream.read_exact(&mut unused).await?;
    Ok(())
}

/// Offers no authentication, and a password where there is one, and follows the proxy's choice.
async fn authenticate(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    credentials: Option<&Credentials>,
) -> Result<(), ProxyFault> {
    let greeting: &[u8] = match credentials {
        None => &[VERSION, 1, METHOD_NONE],
        Some(_) => &[VERSION, 2, METHOD_NONE, METHOD_PASSWORD],
    };
    stream.write_all(greeting).await?;
    let mut choice = [0; 2];
    stream.read_exact(&mut choice).await?;
    match (choice, credentials) {
        ([VERSION, METHOD_NONE], _) => Ok(()),
        ([VERSION, METHOD_PASSWORD], Some(credentials)) => {
            stream.write_all(&password_request(credentials)?).await?;
            let mut answer = [0; 2];
            stream.read_exact(&mut answer).await?;
            match answer {
                [_, 0] => Ok(()),
                _ => Err(ProxyFault::SocksCredentials),
            }
        }
        ([VERSION, METHOD_NOT_ACCEPTABLE], None) => Err(ProxyFault::SocksMethodMissing),
        ([VERSION, METHOD_NOT_ACCEPTABLE], Some(_)) => Err(ProxyFault::SocksMethodsRefused),
        ([VERSION, method], _) => Err(ProxyFault::SocksMethodUnknown(method)),
        _ => Err(ProxyFault::NotSocks),
    }
}

/// Returns the message with user and password, which is wiped when it is dropped.
fn password_request(credentials: &Credentials) -> Result<Zeroizing<Vec<u8>>, ProxyFault> {
    let (user, password) = (credentials.user.as_str(), credentials.password.as_str());
    // With the final capacity from the start, growing leaves no copy behind that is not wiped.
    let mut message = Zeroizing::new(Vec::with_capacity(3 + user.len() + password.len()));
    message.push(PASSWORD_VERSION);
    for part in [user, password] {
        message.push(length(part)?);
        message.extend_from_slice(part.as_bytes());
    }
    Ok(message)
}

/// Returns the request for a connection to `target`.
fn request(target: &Target, port: u16) -> Result<Vec<u8>, ProxyFault> {
    let mut message = vec![VERSION, CONNECT, 0];
    match target {
        Target::Address(IpAddr::V4(address)) => {
            message.push(TYPE_IPV4);
            message.extend(address.octets());
        }
        Target::Address(IpAddr::V6(address)) => {
            message.push(TYPE_IPV6);
            message.extend(address.octets());
        }
        Target::Name(name) => {
            message.extend([TYPE_NAME, length(name)?]);
            message.extend(name.bytes());
        }
    }
    message.extend(port.to_be_bytes());
    Ok(message)
}

/// Returns the length of a text as the byte that stands before it.
fn length(text: &str) -> Result<u8, ProxyFault> {
    let length = text.len();
    u8::try_from(length).map_err(|_| ProxyFault::SocksTooLong { length })
}

#[cfg(test)]
mod tests;
