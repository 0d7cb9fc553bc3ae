//! The reasons why no connection was made, as values; [`ConnectError::diagnosis`] makes sentences.

mod proxy;
mod system;

#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::net::Ipv6Addr;
use std::time::Duration;

use godot_rustls_pki::text::excerpt;
use godot_rustls_tls::diagnosis::{Cause, Diagnosis, diagnose};
use godot_rustls_tls::failure::Failure;

use crate::vocabulary::Vocabulary;

pub use proxy::{ProxyError, ProxyFault};
pub use system::SystemError;

/// The reason why no connection was made. Hosts are kept in the form that may be printed, without
/// the user and the password that a URL in place of a host may hold.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The name of a host was not resolved to an address.
    Resolve {
        /// The host that was looked up.
        at: Hop,
        /// Its name.
        host: String,
        /// The reason.
        fault: ResolveFault,
    },
    /// No TCP connection was made to a host.
    Connect {
        /// The host that was connected to.
        at: Hop,
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
        /// The number of addresses that the name resolved to.
        addresses_tried: usize,
        /// The reason.
        fault: ConnectFault,
    },
    /// The proxy for the server cannot be used as it is set.
    ProxySettings(ProxyError),
    /// The proxy was reached and did not connect to the server.
    Proxy {
        /// The proxy.
        proxy: Authority,
        /// The server.
        origin: Authority,
        /// The reason.
        fault: ProxyFault,
    },
    /// The TLS handshake with the server failed.
    Tls(Failure),
}

/// The host at the other end of a TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hop {
    /// The server itself.
    Server,
    /// The proxy in front of it.
    Proxy,
}

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The host in the form that may be printed; IPv6 without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// The reason why a name was not resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResolveFault {
    /// The system knows the name and no address of it.
    NoAddress,
    /// The system failed to look the name up.
    System(SystemError),
    /// The time limit of the connection passed first.
    TimedOut {
        /// The limit.
        limit: Duration,
    },
}

/// The reason why no TCP connection was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectFault {
    /// Every address failed; this is the most telling error.
    System(SystemError),
    /// The time limit of the connection passed first.
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// The connection was made, and its socket could not be handed over.
    Unusable(SystemError),
}

impl ConnectError {
    /// Returns the cause. Whatever happens at a proxy is a fault of the proxy.
    pub fn cause(&self) -> Cause {
        match self {
            Self::Resolve { at: Hop::Proxy, .. }
            | Self::Connect { at: Hop::Proxy, .. }
            | Self::ProxySettings(_)
            | Self::Proxy { .. } => Cause::Proxy,
            Self::Resolve { fault, .. } => match fault {
                ResolveFault::NoAddress | ResolveFault::System(_) => Cause::NameResolution,
                ResolveFault::TimedOut { .. } => Cause::Timeout,
            },
            Self::Connect { fault, .. } => match fault {
                ConnectFault::System(error) if error.kind == ErrorKind::ConnectionRefused => {
                    Cause::ConnectionRefused
                }
                ConnectFault::System(_) | ConnectFault::Unusable(_) => Cause::Transport,
                ConnectFault::TimedOut { .. } => Cause::Timeout,
            },
            Self::Tls(failure) => failure.cause(),
        }
    }

    /// Returns the cause and the sentence, whose advice uses the words of the calling class.
    pub fn diagnosis(&self, vocabulary: Vocabulary) -> Diagnosis {
        Diagnosis::new(self.cause(), self.describe(vocabulary))
    }

    fn describe(&self, vocabulary: Vocabulary) -> String {
        match self {
            Self::Resolve { at, host, fault } => format!(
                "{}{host} has no address ({fault}): check the spelling and the network",
                at.prefix()
            ),
            Self::Connect {
                at,
                host,
                port,
                addresses_tried,
                fault,
            } => {
                let server = format!("{}{host} port {port}", at.prefix());
                let tried = match addresses_tried {
                    0 | 1 => String::new(),
                    count => format!(" ({count} addresses tried)"),
                };
                fault.describe(&server, &tried, vocabulary)
            }
            Self::ProxySettings(error) => error.describe(vocabulary),
            Self::Proxy {
                proxy,
                origin,
                fault,
            } => format!(
                "the proxy {proxy} does not connect to {origin} ({fault}): check its address, user \
                 and password, and what it allows"
            ),
            Self::Tls(failure) => diagnose(failure, &vocabulary.tls).message,
        }
    }
}

impl Hop {
    /// Returns what stands before the host's name in a sentence.
    fn prefix(self) -> &'static str {
        match self {
            Self::Server => "",
            Self::Proxy => "the proxy ",
        }
    }
}

impl ConnectFault {
    fn describe(&self, server: &str, tried: &str, vocabulary: Vocabulary) -> String {
        match self {
            Self::System(error) => format!(
                "{server} cannot be reached ({error}){tried}: check the port, the firewall and \
                 that the server runs"
            ),
            Self::TimedOut { limit } => format!(
                "{server} did not answer within {} seconds{tried}: check the address and the \
                 firewall, or raise {}",
                limit.as_secs_f64(),
                vocabulary.tls.connect_limit
            ),
            Self::Unusable(error) => {
                format!("the connection to {server} cannot be used ({error})")
            }
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe(Vocabulary::default()))
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.parse::<Ipv6Addr>().is_ok() {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
        }
    }
}

impl fmt::Display for ResolveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => f.write_str("nobody knows the name"),
            Self::System(error) => error.fmt(f),
            Self::TimedOut { limit } => {
                write!(f, "nobody answered within {} seconds", limit.as_secs_f64())
            }
        }
    }
}

impl From<ProxyError> for ConnectError {
    fn from(error: ProxyError) -> Self {
        Self::ProxySettings(error)
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Resolve { fault, .. } => match fault {
                ResolveFault::System(error) => Some(error),
                ResolveFault::NoAddress | ResolveFault::TimedOut { .. } => None,
            },
            Self::Connect { fault, .. } => match fault {
                ConnectFault::System(error) | ConnectFault::Unusable(error) => Some(error),
                ConnectFault::TimedOut { .. } => None,
            },
            Self::ProxySettings(error) => Some(error),
            Self::Proxy { fault, .. } => Some(fault),
            Self::Tls(failure) => Some(failure),
        }
    }
}

/// Returns the text of the last error of a chain, cut: the others only say what was being done, and
/// the last one may quote the peer.
pub fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    excerpt(&deepest.to_string())
}
