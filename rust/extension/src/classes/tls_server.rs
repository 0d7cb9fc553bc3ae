//! RustlsTLSServer.

mod accepting;
mod limits;

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use godot::classes::notify::NodeNotification;
use godot::classes::{INode, Node};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_net::Listener;
use godot_rustls_pki::text::quoted;

use super::RustlsStreamPeerTLS;
use super::tls_options::AnyOptions;
use super::tls_options::configuration::server_context;
use crate::engine::convert::{godot_text, refuse};

/// A node that listens on a port, does the TLS handshakes, and hands over the connections.
///
/// ```gdscript
/// func _ready() -> void:
/// 	var server := RustlsTLSServer.new()
/// 	add_child(server)
/// 	server.connected.connect(echo)
/// 	server.failed.connect(func(address, error): print(address, ": ", error))
/// 	server.listen(7000, RustlsTLSOptions.server_from_files("user://server.key", "user://server.crt"))
///
///
/// func echo(peer: RustlsStreamPeerTLS) -> void:
/// 	while peer.get_status() == RustlsStreamPeerTLS.STATUS_CONNECTED:
/// 		var received: PackedByteArray = peer.get_partial_data(1024)[1]
/// 		peer.put_partial_data(received)
/// 		await get_tree().process_frame
/// ```
///
/// The node works while it is processed ([member Node.process_mode]): in a paused game it accepts
/// nobody, unless it is [constant Node.PROCESS_MODE_ALWAYS]. The expensive steps of handshakes run
/// on threads, and a slow or silent client delays no other. Leaving the scene tree stops the server.
///
/// A connection that was handed over belongs to the script: it lasts as long as the script
/// references it, and the server only counts it. Several nodes may listen on different ports.
#[derive(GodotClass)]
#[class(tool, init, base=Node)]
pub(crate) struct RustlsTLSServer {
    /// The largest number of connections at the same time: handshakes, and connections that were
    /// handed over and still exist. A further connection is closed at once, and [signal failed]
    /// says so. The default is 4096; 0 means no limit.
    #[export(range = (0.0, 100_000.0, 1.0, or_greater))]
    #[init(val = 4096)]
    max_connections: i64,
    /// The largest number of connections with the same IP address at the same time. Players behind
    /// one router share an address. A further connection is closed at once, and [signal failed]
    /// says so. The default is 64; 0 means no limit.
    #[export(range = (0.0, 100_000.0, 1.0, or_greater))]
    #[init(val = 64)]
    max_connections_per_address: i64,
    /// The largest number of handshakes at the same time. One more ends the oldest one, so that
    /// silent clients keep nobody out; [signal failed] says so. The default is 512; 0 means no
    /// limit.
    #[export(range = (0.0, 100_000.0, 1.0, or_greater))]
    #[init(val = 512)]
    max_pending_handshakes: i64,
    /// Seconds that a handshake may take. The default is 10; 0 means no limit. See
    /// [member RustlsStreamPeerTLS.handshake_timeout].
    #[export(range = (0.0, 3600.0, 0.1, or_greater, suffix = "s"))]
    #[init(val = 10.0)]
    handshake_timeout: f64,
    listener: Option<Listener>,
    options: Option<Gd<AnyOptions>>,
    /// The handshakes, the oldest one first.
    handshakes: VecDeque<Handshake>,
    /// The one that is looked at next is the first.
    handed_over: VecDeque<HandedOver>,
    /// Number of calls of `listen()` and `stop()`: a signal's handler may have made one.
    generation: u64,
    last_error: GString,
    base: Base<Node>,
}

/// A connection whose handshake is in progress.
struct Handshake {
    peer: Gd<RustlsStreamPeerTLS>,
    remote: SocketAddr,
}

/// A connection that a script got.
struct HandedOver {
    peer: InstanceId,
    address: IpAddr,
}

#[godot_api]
impl INode for RustlsTLSServer {
    #[func(gd_self)]
    fn process(this: Gd<Self>, _delta: f64) {
        Self::work(&this);
    }

    fn on_notification(&mut self, what: NodeNotification) {
        if what == NodeNotification::EXIT_TREE {
            self.stop();
        }
    }
}

#[godot_api]
impl RustlsTLSServer {
    /// Emitted after the handshake of a client succeeded. [param peer] belongs to the receiver. It
    /// is freed, and the connection with it, if nobody references it.
    #[signal]
    fn connected(peer: Gd<RustlsStreamPeerTLS>);

    /// Emitted when a connection failed before it could be handed over: [param error] says why
    /// [param address], such as `192.0.2.7:50123` or `[2001:db8::7]:50123`, was not connected.
    /// Connections that a limit closes are reported once per frame for all of them.
    #[signal]
    fn failed(address: GString, error: GString);

    /// Starts to listen on [param port]; with 0 the system chooses one, see [method get_local_port].
    ///
    /// [param options] is a [RustlsTLSOptions] ([method RustlsTLSOptions.server]) or the engine's
    /// [TLSOptions]. A change of the options, such as [method RustlsTLSOptions.replace_identity],
    /// applies to the next client. [param bind_address] is an IP address of this machine, or `*`
    /// for all of them.
    ///
    /// Returns [constant OK], [constant ERR_UNCONFIGURED] outside the scene tree,
    /// [constant ERR_ALREADY_IN_USE] if this node is listening already or another program listens on
    /// the port, [constant ERR_INVALID_PARAMETER] for options, a port or an address that cannot be
    /// used, [constant ERR_UNAUTHORIZED] if the port needs more rights, and
    /// [constant ERR_CANT_CREATE] if the system fails otherwise. [method get_last_error] returns the
    /// reason.
    #[func]
    fn listen(
        &mut self,
        port: i64,
        options: Option<Gd<AnyOptions>>,
        #[opt(default = "*")] bind_address: GString,
    ) -> Error {
        let started = self.start(port, options, &bind_address);
        match started {
            Ok(()) => {
                self.last_error = GString::new();
                Error::OK
            }
            Err((error, message)) => {
                self.last_error = godot_text(&message);
                let _free = self.base_mut();
                refuse(error, &message)
            }
        }
    }

    /// Stops to listen and ends the handshakes that are in progress, without a signal. Connections
    /// that were handed over stay.
    #[func]
    fn stop(&mut self) {
        self.generation += 1;
        self.listener = None;
        self.options = None;
        let handshakes = std::mem::take(&mut self.handshakes);
        // Dropping a connection may call into a stream of another extension.
        let _free = self.base_mut();
        drop(handshakes);
    }

    /// Returns whether the server is listening.
    #[func]
    fn is_listening(&self) -> bool {
        self.listener.is_some()
    }

    /// Returns the port on which the server is listening, or 0 if it is not.
    #[func]
    fn get_local_port(&self) -> i64 {
        let listener = self.listener.as_ref();
        listener.map_or(0, |listener| i64::from(listener.port()))
    }

    /// Returns the number of connections that were handed over and still exist.
    #[func]
    fn get_connection_count(&self) -> i64 {
        let alive = self.handed_over.iter().filter(|peer| peer.is_alive());
        i64::try_from(alive.count()).unwrap_or(i64::MAX)
    }

    /// Returns the number of handshakes in progress.
    #[func]
    fn get_pending_count(&self) -> i64 {
        i64::try_from(self.handshakes.len()).unwrap_or(i64::MAX)
    }

    /// Returns why the last call of [method listen] failed; empty after a success.
    #[func]
    fn get_last_error(&self) -> GString {
        self.last_error.clone()
    }
}

impl RustlsTLSServer {
    fn start(
        &mut self,
        port: i64,
        options: Option<Gd<AnyOptions>>,
        bind_address: &GString,
    ) -> Result<(), (Error, String)> {
        let refused = |error, message: &str| Err((error, message.to_owned()));
        if !self.base().is_inside_tree() {
            return refused(
                Error::ERR_UNCONFIGURED,
                "the node is not inside the scene tree: add it first, for instance with add_child()",
            );
        }
        if let Some(listener) = &self.listener {
            let port = listener.port();
            let message = format!("the server is listening on port {port}: call stop() first");
            return Err((Error::ERR_ALREADY_IN_USE, message));
        }
        let Ok(number) = u16::try_from(port) else {
            let message = format!("the port is {port}: use 1 to 65535, or 0 for any that is free");
            return Err((Error::ERR_INVALID_PARAMETER, message));
        };
        let address = match bind_address.to_string().as_str() {
            "*" => None,
            text => Some(text.parse().map_err(|_| {
                let text = quoted(text);
                let message = format!(
                    "the bind address is {text}: use an IP address of this machine, or * for all of them"
                );
                (Error::ERR_INVALID_PARAMETER, message)
            })?),
        };
        server_context(options.clone())
            .map_err(|message| (Error::ERR_INVALID_PARAMETER, message))?;
        let listener =
            Listener::bind(address, number).map_err(|error| cannot_listen(&error, port))?;
        self.generation += 1;
        self.options = options;
        self.listener = Some(listener);
        Ok(())
    }
}

/// Returns the error code and the message for a port on which the system does not let us listen.
fn cannot_listen(error: &io::Error, port: i64) -> (Error, String) {
    match error.kind() {
        ErrorKind::AddrInUse => (
            Error::ERR_ALREADY_IN_USE,
            format!("another program listens on port {port}: end it, or use another port"),
        ),
        ErrorKind::PermissionDenied => (
            Error::ERR_UNAUTHORIZED,
            format!(
                "the system does not permit to listen on port {port}: use one from 1024 on, or run with the rights for it"
            ),
        ),
        ErrorKind::AddrNotAvailable => (
            Error::ERR_INVALID_PARAMETER,
            "the bind address is not one of this machine: use one that it has, or *".to_owned(),
        ),
        _ => (
            Error::ERR_CANT_CREATE,
            format!("the system cannot listen on port {port}: {error}"),
        ),
    }
}
