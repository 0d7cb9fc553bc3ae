//! What a server does in a frame. Nothing is bound while a stream works or a signal is emitted: a
//! script may stop or free the server then.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};

use godot::prelude::*;
use godot_rustls_net::Listener;

use super::limits::{Exceeded, Limits, Load};
use super::{HandedOver, Handshake, RustlsTLSServer};
use crate::classes::RustlsStreamPeerTLS;
use crate::engine::convert::godot_text;

type Server = Gd<RustlsTLSServer>;

/// Connections that are accepted in a frame: the rest waits in the system's queue.
const MAX_ACCEPTED: usize = 128;

/// Connections that were handed over and are looked at in a frame.
const MAX_LOOKED_AT: usize = 64;

/// Connections that a limit closed in a frame.
#[derive(Default)]
struct Refused {
    count: usize,
    last: Option<(SocketAddr, Exceeded)>,
}

impl RustlsTLSServer {
    /// Accepts clients and advances handshakes.
    pub(super) fn work(this: &Server) {
        if this.bind().listener.is_none() {
            return;
        }
        this.clone().bind_mut().forget_some_ended();
        let generation = this.bind().generation;
        if accept_all(this, generation) {
            advance_all(this, generation);
        }
    }

    /// Forgets connections that a script dropped or that ended. Looks at some of them in each frame.
    fn forget_some_ended(&mut self) {
        for _ in 0..self.handed_over.len().min(MAX_LOOKED_AT) {
            let Some(next) = self.handed_over.pop_front() else {
                return;
            };
            if next.is_alive() {
                self.handed_over.push_back(next);
            }
        }
    }

    /// Returns the limit that refuses a client.
    fn check(&mut self, address: IpAddr) -> Result<(), Exceeded> {
        let limits = self.limits();
        limits.check(self.load(address)).or_else(|_| {
            self.handed_over.retain(HandedOver::is_alive);
            limits.check(self.load(address))
        })
    }

    fn limits(&self) -> Limits {
        Limits {
            connections: self.max_connections,
            per_address: self.max_connections_per_address,
            handshakes: self.max_pending_handshakes,
        }
    }

    fn load(&self, address: IpAddr) -> Load {
        let handshakes = self.handshakes.iter().map(|it| it.remote.ip());
        let handed_over = self.handed_over.iter().map(|it| it.address);
        let all = handshakes.chain(handed_over);
        Load {
            all: self.handshakes.len() + self.handed_over.len(),
            of_address: all.filter(|other| *other == address).count(),
        }
    }

    /// Takes the next client that waits.
    fn next_client(&self) -> Option<io::Result<(TcpStream, SocketAddr)>> {
        self.listener.as_ref().and_then(Listener::accept)
    }

    /// Removes the oldest handshake, if there is no room for another one.
    fn make_room(&mut self) -> Option<(Handshake, usize)> {
        let count = self.handshakes.len();
        let is_full = self.limits().is_full(count);
        let oldest = is_full.then(|| self.handshakes.pop_front()).flatten();
        oldest.map(|oldest| (oldest, count))
    }
}

/// Returns whether the server goes on as before: no handler stopped or freed it.
fn is_same(this: &Server, generation: u64) -> bool {
    this.is_instance_valid() && this.bind().generation == generation
}

/// Accepts the clients that wait. Returns whether the server goes on.
fn accept_all(this: &Server, generation: u64) -> bool {
    let mut refused = Refused::default();
    for _ in 0..MAX_ACCEPTED {
        let client = this.bind().next_client();
        let (socket, remote) = match client {
            None => break,
            Some(Ok(client)) => client,
            Some(Err(error)) => {
                let message = format!("the system cannot accept a connection: {error}");
                this.signals().failed().emit("", &message);
                return is_same(this, generation);
            }
        };
        let verdict = this.clone().bind_mut().check(remote.ip());
        if let Err(exceeded) = verdict {
            refused.count += 1;
            refused.last = Some((remote, exceeded));
        } else if !begin(this, socket, remote, generation) {
            return false;
        }
    }
    refused.report(this, generation)
}

/// Starts the handshake of a client. Returns whether the server goes on.
fn begin(this: &Server, socket: TcpStream, remote: SocketAddr, generation: u64) -> bool {
    let (options, timeout) = {
        let server = this.bind();
        (server.options.clone(), server.handshake_timeout)
    };
    let room = this.clone().bind_mut().make_room();
    if let Some((oldest, count)) = room {
        let message = format!(
            "the handshake was ended for a newer one: {count} are in progress, and max_pending_handshakes allows no more"
        );
        if !fail(this, oldest.remote, &message, generation) {
            return false;
        }
    }
    let accepted = RustlsStreamPeerTLS::accepted(socket, options, timeout);
    if !is_same(this, generation) {
        return false;
    }
    match accepted {
        Ok(peer) => {
            let handshake = Handshake { peer, remote };
            this.clone().bind_mut().handshakes.push_back(handshake);
            true
        }
        Err(message) => fail(this, remote, &message, generation),
    }
}

/// Advances each handshake once.
fn advance_all(this: &Server, generation: u64) {
    let count = this.bind().handshakes.len();
    for _ in 0..count {
        let Some(handshake) = this.clone().bind_mut().handshakes.pop_front() else {
            return;
        };
        RustlsStreamPeerTLS::poll(handshake.peer.clone());
        if !is_same(this, generation) || !advanced(this, handshake, generation) {
            return;
        }
    }
}

/// Looks at a handshake that was advanced. Returns whether the server goes on.
fn advanced(this: &Server, handshake: Handshake, generation: u64) -> bool {
    let Handshake { peer, remote } = handshake;
    match RustlsStreamPeerTLS::get_status(peer.clone()).0 {
        RustlsStreamPeerTLS::STATUS_HANDSHAKING => {
            let handshake = Handshake { peer, remote };
            this.clone().bind_mut().handshakes.push_back(handshake);
            true
        }
        RustlsStreamPeerTLS::STATUS_CONNECTED => {
            this.clone().bind_mut().handed_over.push_back(HandedOver {
                peer: peer.instance_id(),
                address: remote.ip(),
            });
            this.signals().connected().emit(&peer);
            is_same(this, generation)
        }
        _ => {
            let message = peer.bind().get_last_error().to_string();
            fail(this, remote, &message, generation)
        }
    }
}

fn fail(this: &Server, remote: SocketAddr, message: &str, generation: u64) -> bool {
    let address = godot_text(&remote.to_string());
    this.signals().failed().emit(&address, &godot_text(message));
    is_same(this, generation)
}

impl Refused {
    fn report(self, this: &Server, generation: u64) -> bool {
        let Some((remote, exceeded)) = self.last else {
            return true;
        };
        let message = match self.count {
            1 => exceeded.to_string(),
            count => format!("{exceeded} (in this frame {count} connections were closed)"),
        };
        fail(this, remote, &message, generation)
    }
}

impl HandedOver {
    /// Returns whether the connection still exists and has not ended.
    pub(super) fn is_alive(&self) -> bool {
        let peer = Gd::<RustlsStreamPeerTLS>::try_from_instance_id(self.peer);
        peer.is_ok_and(|peer| {
            RustlsStreamPeerTLS::get_status(peer).0 == RustlsStreamPeerTLS::STATUS_CONNECTED
        })
    }
}
