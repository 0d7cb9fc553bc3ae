//! Finding a host and connecting to it, a little at every poll.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use godot::classes::ip::ResolverStatus;
use godot::classes::stream_peer_tcp::Status;
use godot::classes::{Ip, StreamPeerTcp};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_core::config::ClientSetup;
use godot_rustls_core::diagnosis::{Cause, Diagnosis};

use super::Limits;
use crate::convert::godot_text;

/// How long one address has the field alone before the next is tried beside it (RFC 8305 section 5).
const HEAD_START: Duration = Duration::from_millis(250);

/// A connection that is being made: resolving, then connecting, the first address that answers wins.
pub(crate) struct Dialer {
    pub(crate) setup: Arc<ClientSetup>,
    pub(crate) host: String,
    pub(crate) limits: Limits,
    port: i32,
    resolving: Option<i32>,
    addresses: VecDeque<GString>,
    attempts: Vec<Gd<StreamPeerTcp>>,
    last_attempt: Option<Instant>,
    tried: usize,
}

/// How far it is.
pub(crate) enum Progress {
    Pending,
    Connected(Gd<StreamPeerTcp>),
    Failed(Diagnosis),
}

impl Dialer {
    pub(crate) fn new(setup: Arc<ClientSetup>, host: String, port: i32, limits: Limits) -> Self {
        // Brackets belong to URLs; the address stands inside.
        let address = host
            .strip_prefix('[')
            .and_then(|h| h.strip_suffix(']'))
            .unwrap_or(&host);
        let mut addresses = VecDeque::new();
        let mut resolving = None;
        if address.parse::<std::net::IpAddr>().is_ok() {
            addresses.push_back(godot_text(address));
        } else {
            resolving = Some(Ip::singleton().resolve_hostname_queue_item(address));
        }
        let host = address.to_owned();
        Self {
            setup,
            host,
            limits,
            port,
            resolving,
            addresses,
            attempts: Vec::new(),
            last_attempt: None,
            tried: 0,
        }
    }

    pub(crate) fn poll(&mut self) -> Progress {
        if let Some(limit) = self.limits.passed() {
            return Progress::Failed(self.timed_out(limit));
        }
        if let Some(failed) = self.resolve() {
            return Progress::Failed(failed);
        }
        if self.resolving.is_some() {
            return Progress::Pending;
        }
        if let Some(winner) = self.poll_attempts() {
            return Progress::Connected(winner);
        }
        self.start_next();
        if self.attempts.is_empty() && self.addresses.is_empty() {
            return Progress::Failed(Diagnosis::new(
                Cause::Transport,
                format!(
                    "{} port {} refused the connection or cannot be reached{}: check the port, the firewall and that the server runs",
                    self.host,
                    self.port,
                    match self.tried {
                        0 | 1 => String::new(),
                        tried => format!(" ({tried} addresses tried)"),
                    }
                ),
            ));
        }
        Progress::Pending
    }

    fn resolve(&mut self) -> Option<Diagnosis> {
        let id = self.resolving?;
        if id < 0 {
            self.resolving = None;
            return Some(Diagnosis::new(
                Cause::Transport,
                "too many host names are being resolved at once",
            ));
        }
        let mut ip = Ip::singleton();
        match ip.get_resolve_item_status(id) {
            ResolverStatus::WAITING => return None,
            ResolverStatus::DONE => {
                let found = ip.get_resolve_item_addresses(id);
                self.addresses = found
                    .iter_shared()
                    .filter_map(|address| address.try_to().ok())
                    .collect();
            }
            _ => {}
        }
        ip.erase_resolve_item(id);
        self.resolving = None;
        self.addresses.is_empty().then(|| {
            Diagnosis::new(
                Cause::Transport,
                format!(
                    "the host name \"{}\" is not known: check its spelling and the network",
                    self.host
                ),
            )
        })
    }

    /// The first attempt that is connected; failed ones are dropped.
    fn poll_attempts(&mut self) -> Option<Gd<StreamPeerTcp>> {
        let mut winner = None;
        self.attempts.retain_mut(|tcp| {
            let polled = tcp.poll();
            match tcp.get_status() {
                Status::CONNECTED => {
                    winner.get_or_insert_with(|| tcp.clone());
                    true
                }
                Status::CONNECTING => polled == Error::OK,
                _ => false,
            }
        });
        winner
    }

    fn start_next(&mut self) {
        let is_time = self.attempts.is_empty()
            || self
                .last_attempt
                .is_none_or(|at| at.elapsed() >= HEAD_START);
        if !is_time {
            return;
        }
        let Some(address) = self.addresses.pop_front() else {
            return;
        };
        self.tried += 1;
        let mut tcp = StreamPeerTcp::new_gd();
        if tcp.connect_to_host(&address, self.port) == Error::OK {
            self.attempts.push(tcp);
        }
        self.last_attempt = Some(Instant::now());
    }

    fn timed_out(&self, limit: Duration) -> Diagnosis {
        let stage = if self.resolving.is_some() {
            "its name was not resolved"
        } else {
            "nothing answered"
        };
        Diagnosis::new(
            Cause::Timeout,
            format!(
                "no connection to {} port {} within {} seconds ({stage}): raise handshake_timeout if the network is just slow",
                self.host,
                self.port,
                limit.as_secs_f64()
            ),
        )
    }
}

impl Drop for Dialer {
    fn drop(&mut self) {
        if let Some(id) = self.resolving.filter(|id| *id >= 0) {
            Ip::singleton().erase_resolve_item(id);
        }
    }
}
