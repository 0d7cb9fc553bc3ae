//! Parameters that the two sides of a connection negotiated.

use std::borrow::Cow;
use std::net::SocketAddr;

use godot::prelude::*;
use godot_rustls_tls::session::Session;
use zeroize::Zeroizing;

use super::RustlsStreamPeerTLS;
use crate::classes::RustlsCertificateInfo;
use crate::engine::convert::{godot_text, report};
use crate::tls::pump::Connection;

#[godot_api(secondary)]
impl RustlsStreamPeerTLS {
    /// Returns the IP address of the other end. Empty if there is no connection, and if the
    /// underlying stream is no socket.
    #[func]
    fn get_connected_host(&self) -> GString {
        let remote = self.remote();
        godot_text(&remote.map_or_else(String::new, |remote| remote.ip().to_string()))
    }

    /// Returns the port of the other end. 0 if there is no connection, and if the underlying stream
    /// is no socket.
    #[func]
    fn get_connected_port(&self) -> i64 {
        self.remote().map_or(0, |remote| i64::from(remote.port()))
    }

    /// Returns the TLS version in use, `TLSv1.2` or `TLSv1.3`. Empty if there is no connection, and
    /// before the version is negotiated.
    #[func]
    fn get_protocol_version(&self) -> GString {
        self.text(|session| session.protocol_version().into())
    }

    /// Returns the IANA name of the cipher suite in use, such as `TLS_AES_256_GCM_SHA384`. Empty if
    /// there is no connection, and before the cipher suite is negotiated.
    #[func]
    fn get_cipher_suite(&self) -> GString {
        self.text(|session| session.cipher_suite().into())
    }

    /// Returns the IANA name of the key exchange group in use, such as `X25519MLKEM768`. Empty if
    /// there is no connection, before the group is negotiated, and if a TLS 1.2 connection resumes
    /// a session, which needs no key exchange.
    #[func]
    fn get_key_exchange_group(&self) -> GString {
        self.text(|session| session.key_exchange_group().into())
    }

    /// Returns the server name that the client of a server connection asked for. Empty if the
    /// client asked for none, for instance because it connects to an address, and if the name is
    /// not a host name, such as "My Game Server": such a client is accepted and receives the
    /// certificate for clients that ask for no name.
    #[func]
    fn get_server_name(&self) -> GString {
        self.text(|session| session.server_name().into())
    }

    /// Returns the application protocol that was negotiated (ALPN, RFC 7301), one of
    /// [member RustlsTLSOptions.alpn_protocols]. Empty if one side listed none, if there is no
    /// connection, and before the protocol is negotiated.
    #[func]
    fn get_alpn_protocol(&self) -> GString {
        self.text(|session| String::from_utf8_lossy(session.alpn_protocol()))
    }

    /// Returns whether the connection resumes the session of an earlier connection. No certificate
    /// was then sent this time: [method get_peer_certificates] returns the certificates that were
    /// presented and verified in the earlier connection.
    #[func]
    fn is_session_resumed(&self) -> bool {
        let is_resumed = |connection: &Connection| connection.session().map(Session::is_resumed);
        self.state.inspect(is_resumed).flatten().unwrap_or(false)
    }

    /// Returns the certificates that the peer presented: its own certificate, followed by the
    /// others that it sent. On a client that is the server's chain. On a server it is the client's
    /// chain, which is empty unless [method RustlsTLSOptions.set_client_authentication] asked for a
    /// certificate and the client had one.
    ///
    /// Empty if there is no connection, and before the certificate was accepted. With
    /// [method RustlsTLSOptions.client_unsafe] the contents of the certificates are not verified.
    ///
    /// ```gdscript
    /// var presented := tls.get_peer_certificates()
    /// if not presented.is_empty():
    /// 	print("this is ", presented[0].common_name)
    /// ```
    #[func]
    fn get_peer_certificates(&self) -> Array<Gd<RustlsCertificateInfo>> {
        let shown = self
            .state
            .inspect(|connection| connection.session().map(Session::peer_certificates))
            .flatten()
            .unwrap_or_default();
        shown.iter().map(RustlsCertificateInfo::of).collect()
    }

    /// Returns [param length] bytes that both ends derive from the connection and that nobody else
    /// can know (RFC 5705, RFC 8446 section 7.5): keys for a second channel, or a proof that a
    /// login belongs to this connection.
    ///
    /// Both ends must pass the same [param label] (1 to 249 bytes, by convention beginning with
    /// `EXPORTER`), the same [param context] (empty means none) and the same [param length] (1 to
    /// 8160). Returns an empty array and prints an error for other arguments, and if
    /// [method get_status] is not [constant STATUS_CONNECTED].
    ///
    /// ```gdscript
    /// var key := tls.export_keying_material("EXPORTER-my-game-voice", PackedByteArray(), 32)
    /// ```
    #[func(gd_self)]
    fn export_keying_material(
        this: Gd<Self>,
        label: GString,
        context: PackedByteArray,
        length: i64,
    ) -> PackedByteArray {
        let context = Some(context.as_slice()).filter(|context| !context.is_empty());
        // A negative length is refused like 0.
        let length = usize::try_from(length).unwrap_or(0);
        let material = this.bind().export(&label.to_string(), context, length);
        // Nothing is bound any more: a script may listen to errors.
        match material {
            Ok(material) => PackedByteArray::from(material.as_slice()),
            Err(problem) => {
                report(&format!("export_keying_material: {problem}"));
                PackedByteArray::new()
            }
        }
    }

    fn export(
        &self,
        label: &str,
        context: Option<&[u8]>,
        length: usize,
    ) -> Result<Zeroizing<Vec<u8>>, String> {
        let export = |connection: &Connection| {
            let session = connection.session()?;
            Some(session.export_keying_material(label, context, length))
        };
        self.state
            .inspect(export)
            .flatten()
            .filter(|_| self.state.is_connected())
            .ok_or("the TLS connection is not established")?
            .map_err(|problem| problem.to_string())
    }

    fn remote(&self) -> Option<SocketAddr> {
        self.state.inspect(Connection::remote).flatten()
    }

    /// Returns a text of the session, or an empty one without a session.
    fn text(&self, tell: impl FnOnce(&Session) -> Cow<'_, str>) -> GString {
        let told = self.state.inspect(|connection| {
            connection
                .session()
                .map(|session| tell(session).into_owned())
        });
        godot_text(&told.flatten().unwrap_or_default())
    }
}
