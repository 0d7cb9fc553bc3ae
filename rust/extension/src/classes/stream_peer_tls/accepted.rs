//! The server's end of a connection that a server node accepted.

use std::net::TcpStream;

use godot::prelude::*;

use super::{RustlsStreamPeerTLS, state_of};
use crate::classes::tls_options::AnyOptions;
use crate::classes::tls_options::configuration::server_context;
use crate::tls::lifecycle;
use crate::tls::pump::Connection;
use crate::vocabulary;
use godot_rustls_tls::diagnosis::diagnose;

impl RustlsStreamPeerTLS {
    /// Starts the handshake over `socket`. Nothing may be bound: warnings about options may be
    /// printed.
    pub(crate) fn accepted(
        socket: TcpStream,
        options: Option<Gd<AnyOptions>>,
        handshake_timeout: f64,
    ) -> Result<Gd<Self>, String> {
        let session = server_context(options)?.accept();
        let session = session.map_err(|failure| diagnose(&failure, &vocabulary::STREAM).message)?;
        let mut peer = Self::new_gd();
        peer.bind_mut().handshake_timeout = handshake_timeout;
        let connection = Connection::accepted(session, socket, peer.bind().limits());
        lifecycle::start_accepted(&state_of(&peer), connection);
        Ok(peer)
    }
}
