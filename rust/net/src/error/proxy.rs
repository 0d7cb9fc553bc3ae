//! The reasons why a proxy cannot be used as it is set, or does not connect to a server.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use crate::vocabulary::Vocabulary;

use super::system::SystemError;

/// The reason why a text or a variable names no usable proxy. Holds no user and no password: quoted
/// texts went through [`crate::redacted`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyError {
    /// The port is outside the range of ports.
    Port(i64),
    /// The text is neither a host nor a URL of a proxy; in the form that may be printed.
    NotAProxy(String),
    /// The URL asks for TLS to the proxy; in the form that may be printed.
    TlsToProxy(String),
    /// The URL has the scheme of no supported kind of proxy.
    UnknownScheme(String),
    /// The user or the password is not UTF-8 once its percent-encoding is decoded.
    CredentialsNotUtf8,
    /// The user has a colon, which separates user and password in HTTP (RFC 7617 section 2).
    ColonInUser,
    /// The user or the password is empty or longer than SOCKS transmits (RFC 1929 section 2).
    CredentialsLength,
    /// An environment variable names a proxy that cannot be used.
    Variable {
        /// The variable.
        name: &'static str,
        /// The reason.
        fault: Box<ProxyError>,
    },
    /// The host is no valid one, so that the exemptions of the environment cannot be applied to it;
    /// in the form that may be printed.
    InvalidHost(String),
}

/// The reason why a proxy that was reached did not connect to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProxyFault {
    /// The proxy closed the connection.
    Closed,
    /// The connection to the proxy broke.
    Broken(SystemError),
    /// The time limit of the connection passed first.
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// The proxy answered a CONNECT with a status that is no success.
    HttpStatus {
        /// The status code.
        code: u16,
        /// The beginning of the reason phrase.
        reason: String,
    },
    /// The proxy answered a CONNECT with 407: it does not accept the credentials, or wants some.
    HttpCredentials,
    /// The head of the answer to a CONNECT is larger than allowed.
    HttpHeadTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The answer to a CONNECT is not HTTP; the parser's text.
    NotHttp(String),
    /// The proxy answered a SOCKS request with this error (RFC 1928 section 6).
    SocksReply(u8),
    /// The proxy rejected the user and the password (RFC 1929 section 2).
    SocksCredentials,
    /// The proxy accepts no method of authentication without credentials, and none are set.
    SocksMethodMissing,
    /// The proxy accepts neither of the methods offered: no authentication, user and password.
    SocksMethodsRefused,
    /// The proxy chose a method of authentication that was not offered.
    SocksMethodUnknown(u8),
    /// A name, user or password is longer than SOCKS transmits.
    SocksTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// The answer is not SOCKS 5.
    NotSocks,
}

impl ProxyError {
    /// Returns the sentence, whose advice uses the words of the calling class.
    pub(super) fn describe(&self, vocabulary: Vocabulary) -> String {
        match self {
            Self::Port(port) => format!("{port} is no port: it must be from 1 to 65535"),
            Self::NotAProxy(text) => format!(
                "{text} is no proxy: give a host, or a URL like http://user:password@host:3128 or \
                 socks5://host:1080"
            ),
            Self::TlsToProxy(text) => format!(
                "the proxy {text} is to be spoken to in TLS, which is not supported yet: give it \
                 as http://, if it allows that"
            ),
            Self::UnknownScheme(scheme) => format!(
                "proxies of the kind {scheme}:// are not known: http://, socks5:// and \
                 socks5h:// are"
            ),
            Self::CredentialsNotUtf8 => {
                "the proxy's user or password is no UTF-8 once decoded".to_owned()
            }
            Self::ColonInUser => {
                "the proxy's user has a colon, which HTTP cannot tell from the password's"
                    .to_owned()
            }
            Self::CredentialsLength => {
                "SOCKS takes a user and a password of 1 to 255 bytes each".to_owned()
            }
            Self::Variable { name, fault } => format!(
                "the proxy that the environment variable {name} names cannot be used: {}. Change \
                 the variable, or turn {} off",
                fault.describe(vocabulary),
                vocabulary.environment_proxies
            ),
            Self::InvalidHost(host) => {
                format!("{host} is no host that a proxy could be looked up for")
            }
        }
    }
}

impl fmt::Display for ProxyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Vocabulary::default()))
    }
}

impl Error for ProxyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Variable { fault, .. } => Some(fault),
            _ => None,
        }
    }
}

impl fmt::Display for ProxyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "it closed the connection",
            Self::Broken(error) => return write!(f, "the connection to it broke: {error}"),
            Self::TimedOut { limit } => {
                return write!(f, "no answer within {} seconds", limit.as_secs_f64());
            }
            Self::HttpStatus { code, reason } if reason.is_empty() => {
                return write!(f, "it answers with {code}");
            }
            Self::HttpStatus { code, reason } => {
                return write!(f, "it answers with {code} {reason}");
            }
            Self::HttpCredentials => "it wants a user and a password, or others",
            Self::HttpHeadTooLong { limit } => {
                return write!(f, "its answer's head is longer than {limit} bytes");
            }
            Self::NotHttp(text) => return write!(f, "what it answers is no HTTP ({text})"),
            Self::SocksReply(code) => return describe_reply(*code, f),
            Self::SocksCredentials => "it does not take this user with this password",
            Self::SocksMethodMissing => "it wants a user and a password, or more",
            Self::SocksMethodsRefused => {
                "it lets nobody in, neither with nor without a user and a password"
            }
            Self::SocksMethodUnknown(method) => {
                return write!(
                    f,
                    "it chose the login method {method}, which was not offered"
                );
            }
            Self::SocksTooLong { length } => {
                return write!(
                    f,
                    "SOCKS takes names, users and passwords of at most 255 bytes, and one has \
                     {length}"
                );
            }
            Self::NotSocks => "what it answers is no SOCKS 5",
        })
    }
}

/// Writes the meaning of a SOCKS reply code (RFC 1928 section 6).
fn describe_reply(code: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(match code {
        1 => "it failed",
        2 => "its rules do not allow it",
        3 => "it has no way to that network",
        4 => "it has no way to that host",
        5 => "the connection was refused",
        6 => "the way is too long",
        7 => "it does not make connections",
        8 => "it does not know that kind of address",
        _ => return write!(f, "it answers with error {code}"),
    })
}

impl Error for ProxyFault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Broken(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for ProxyFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Broken(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
