//! What a connection's two sides agreed on.

use std::borrow::Cow;

use godot::prelude::*;
use godot_rustls_tls::session::Session;
use zeroize::Zeroizing;

use super::RustlsStreamPeerTLS;
use crate::classes::RustlsCertificateInfo;
use crate::engine::convert::{godot_text, report};
use crate::tls::pump::Connection;

#[godot_api(secondary)]
impl RustlsStreamPeerTLS {
    /// Returns the TLS version in use, [code]"TLSv1.2"[/code] or [code]"TLSv1.3"[/code]. Empty without a connection and
    /// before it is agreed on.
    #[func]
    fn get_protocol_version(&self) -> GString {
        self.text(|session| session.protocol_version().into())
    }

    /// Returns the IANA name of the cipher suite in use, such as [code]"TLS_AES_256_GCM_SHA384"[/code]. Empty without a
    /// connection and before it is agreed on.
    #[func]
    fn get_cipher_suite(&self) -> GString {
        self.text(|session| session.cipher_suite().into())
    }

    /// Returns the IANA name of the key exchange group in use, such as [code]"X25519MLKEM768"[/code]. Empty without a
    /// connection, before it is agreed on, and when TLS 1.2 continues a session, for which no key is exchanged.
    #[func]
    fn get_key_exchange_group(&self) -> GString {
        self.text(|session| session.key_exchange_group().into())
    }

    /// Returns the server name that the client asked for, on the server's side. Empty when it asked for none, for
    /// instance because it connects to an address, and when what it asked for is no host name, such as "My Game Server":
    /// such a client gets in and is shown the certificate for clients that name no server.
    #[func]
    fn get_server_name(&self) -> GString {
        self.text(|session| session.server_name().into())
    }

    /// Returns the application protocol that both sides agreed on (ALPN, RFC 7301), one of
    /// [member RustlsTLSOptions.alpn_protocols]. Empty when one side named none, without a connection and before it is
    /// agreed on.
    #[func]
    fn get_alpn_protocol(&self) -> GString {
        self.text(|session| String::from_utf8_lossy(session.alpn_protocol()))
    }

    /// Returns whether the connection continues the session of an earlier one, so that no certificate was sent this
    /// time: what [method get_peer_certificates] returns was shown and checked then.
    #[func]
    fn is_session_resumed(&self) -> bool {
        let is_resumed = |connection: &Connection| connection.session().map(Session::is_resumed);
        self.slot.ask(is_resumed).flatten().unwrap_or(false)
    }

    /// Returns what the peer showed, its own certificate first and after it the others that it sent. On a client that
    /// is the server's chain. On a server it is the client's, and empty unless
    /// [method RustlsTLSOptions.set_client_authentication] asked for one and the client had one.
    ///
    /// Empty without a connection and before the certificate was accepted. With [method RustlsTLSOptions.client_unsafe]
    /// nobody vouches for what it says.
    ///
    /// ```gdscript
    /// var shown := tls.get_peer_certificates()
    /// if not shown.is_empty():
    ///     print("this is ", shown[0].common_name)
    /// ```
    #[func]
    fn get_peer_certificates(&self) -> Array<Gd<RustlsCertificateInfo>> {
        let shown = self
            .slot
            .ask(|connection| connection.session().map(Session::peer_certificates))
            .flatten()
            .unwrap_or_default();
        shown.iter().map(RustlsCertificateInfo::of).collect()
    }

    /// Returns [param length] bytes that both ends derive alike from the connection and nobody else can know
    /// (RFC 5705, RFC 8446 section 7.5): keys for a channel beside it, or proof that a login belongs to it.
    ///
    /// Both ends must pass the same [param label] (1 to 249 bytes, by custom beginning with [code]"EXPORTER"[/code]), the
    /// same [param context] (an empty one means none) and the same length (1 to 8160). Returns an empty array, with an
    /// error that says why, for other arguments and unless the status is [constant STATUS_CONNECTED].
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
        // A negative length is as impossible as none at all.
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
        self.slot
            .ask(export)
            .flatten()
            .filter(|_| self.slot.is_connected())
            .ok_or("the TLS connection is not established")?
            .map_err(|problem| problem.0)
    }

    /// Something that the session can tell, or nothing without one.
    fn text(&self, tell: impl FnOnce(&Session) -> Cow<'_, str>) -> GString {
        let told = self.slot.ask(|connection| {
            connection
                .session()
                .map(|session| tell(session).into_owned())
        });
        godot_text(&told.flatten().unwrap_or_default())
    }
}
