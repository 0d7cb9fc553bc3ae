//! Errors after which the same request may succeed a moment later.

use godot_rustls_net::error::{ConnectError, ProxyFault};
use godot_rustls_tls::diagnosis::Cause;
use godot_rustls_tls::failure::Failure;

use super::{BodyCut, FetchError, TransportError};

impl FetchError {
    /// Returns whether the network or a server failed, and nobody refused anything: neither this side
    /// the server's certificate, the size or the contents of the response, nor the server or a proxy
    /// this client. A time limit of the whole request is not transient, because it is over.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Connect(error) => may_connect_later(error),
            Self::ConnectionSetup { .. } | Self::ReadTimeout { .. } => true,
            Self::Transport(error) | Self::BodyIncomplete(BodyCut::Transport(error)) => {
                may_deliver_later(error)
            }
            Self::BodyIncomplete(BodyCut::Length {
                received,
                announced,
            }) => received < announced,
            Self::BodyIncomplete(BodyCut::StreamReset) => true,
            Self::Decode(_)
            | Self::BodyTooLarge { .. }
            | Self::DecompressionBomb { .. }
            | Self::OutOfMemory
            | Self::TooManyRedirects { .. }
            | Self::RedirectLocation(_)
            | Self::RedirectDowngrade { .. }
            | Self::Timeout { .. }
            | Self::Download(_)
            | Self::EventStream(_)
            | Self::Cancelled
            | Self::Request(_) => false,
        }
    }
}

fn may_connect_later(error: &ConnectError) -> bool {
    match error {
        ConnectError::Resolve { .. } | ConnectError::Connect { .. } => true,
        ConnectError::Proxy { fault, .. } => match fault {
            ProxyFault::Closed | ProxyFault::Broken(_) | ProxyFault::TimedOut { .. } => true,
            ProxyFault::HttpStatus { code, .. } => matches!(code, 429 | 502..=504),
            // General failure, network unreachable, host unreachable, connection refused, TTL
            // expired (RFC 1928 section 6).
            ProxyFault::SocksReply(code) => matches!(code, 1 | 3..=6),
            _ => false,
        },
        ConnectError::Tls(failure) => is_lost(failure),
        _ => false,
    }
}

fn may_deliver_later(error: &TransportError) -> bool {
    match error {
        TransportError::Closed | TransportError::Broken { .. } => true,
        TransportError::Tls(failure) => is_lost(failure),
        TransportError::Head(_)
        | TransportError::NotHttp { .. }
        | TransportError::RequestBody { .. } => false,
    }
}

/// Returns whether the connection below TLS was lost. Whatever TLS refused stays refused.
fn is_lost(failure: &Failure) -> bool {
    matches!(
        failure.cause(),
        Cause::Closed | Cause::Truncated | Cause::Transport | Cause::Timeout
    )
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use godot_rustls_net::error::{Authority, ConnectFault, Hop, ProxyError, ResolveFault};
    use godot_rustls_pki::role::Role;
    use godot_rustls_pki::verifier::Refusal;

    use super::*;
    use crate::decode::{Coding, DecodeError, DecodeProblem};
    use crate::error::{Measured, Silence, Step};
    use crate::head_limits::HeadRefused;
    use crate::server_sent_events::{EventError, EventPart};

    const LIMIT: Duration = Duration::from_secs(1);

    fn through_proxy(fault: ProxyFault) -> FetchError {
        let at = |port| Authority {
            host: "example.org".to_owned(),
            port,
        };
        FetchError::Connect(ConnectError::Proxy {
            proxy: at(3128),
            origin: at(443),
            fault,
        })
    }

    fn status(code: u16) -> FetchError {
        through_proxy(ProxyFault::HttpStatus {
            code,
            reason: String::new(),
        })
    }

    fn refused() -> Failure {
        Failure::Refused {
            peer: Role::Server,
            refusal: Refusal::Expired {
                subject: String::new(),
                not_after: 0,
                now: 1,
            },
        }
    }

    #[test]
    fn lost_connections_are_transient() {
        let host = || "example.org".to_owned();
        for error in [
            FetchError::Connect(ConnectError::Resolve {
                at: Hop::Server,
                host: host(),
                fault: ResolveFault::NoAddress,
            }),
            FetchError::Connect(ConnectError::Connect {
                at: Hop::Server,
                host: host(),
                port: 443,
                addresses_tried: 1,
                fault: ConnectFault::TimedOut { limit: LIMIT },
            }),
            FetchError::Connect(ConnectError::Tls(Failure::Truncated)),
            FetchError::Connect(ConnectError::Tls(Failure::HandshakeTimeout {
                limit: LIMIT,
                received: 0,
            })),
            through_proxy(ProxyFault::Closed),
            through_proxy(ProxyFault::SocksReply(5)),
            status(503),
            FetchError::ConnectionSetup {
                reason: String::new(),
            },
            FetchError::Transport(TransportError::Closed),
            FetchError::Transport(TransportError::Tls(Failure::Closed)),
            FetchError::Transport(TransportError::Broken {
                kind: Some(ErrorKind::ConnectionReset),
                reason: String::new(),
            }),
            FetchError::BodyIncomplete(BodyCut::Transport(TransportError::Closed)),
            FetchError::BodyIncomplete(BodyCut::StreamReset),
            FetchError::BodyIncomplete(BodyCut::Length {
                received: 1,
                announced: 2,
            }),
            FetchError::ReadTimeout {
                limit: LIMIT,
                silence: Silence::InBody,
            },
        ] {
            assert!(error.is_transient(), "{error:?}");
        }
    }

    #[test]
    fn what_somebody_refused_is_not_transient() {
        for error in [
            FetchError::Connect(ConnectError::Tls(refused())),
            FetchError::Connect(ConnectError::ProxySettings(ProxyError::Port(0))),
            through_proxy(ProxyFault::HttpCredentials),
            through_proxy(ProxyFault::SocksReply(2)),
            status(403),
            FetchError::Transport(TransportError::Tls(refused())),
            FetchError::Transport(TransportError::Head(HeadRefused::TooLong)),
            FetchError::Transport(TransportError::NotHttp {
                reason: String::new(),
            }),
            FetchError::Transport(TransportError::RequestBody {
                reason: String::new(),
            }),
            FetchError::BodyIncomplete(BodyCut::Length {
                received: 2,
                announced: 1,
            }),
            FetchError::Decode(DecodeError {
                coding: Coding::Gzip,
                problem: DecodeProblem::Cut,
            }),
            FetchError::BodyTooLarge {
                limit: 1,
                size: 2,
                measured: Measured::Decoded,
            },
            FetchError::DecompressionBomb { received: 1 },
            FetchError::OutOfMemory,
            FetchError::TooManyRedirects { followed: 8 },
            FetchError::Timeout {
                limit: LIMIT,
                step: Step::Connecting,
            },
            FetchError::EventStream(EventError {
                part: EventPart::Line,
                limit: 1,
            }),
            FetchError::Cancelled,
        ] {
            assert!(!error.is_transient(), "{error:?}");
        }
    }
}
