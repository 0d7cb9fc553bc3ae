//! RustlsTLSOptions.

pub(crate) mod configuration;
mod description;
mod engine;
mod identities;
mod request;
mod saving;
mod verification;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use godot::classes::{CryptoKey, RefCounted, Resource, TlsOptions, X509Certificate};
use godot::prelude::*;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_tls::identity::{Identity, ServedName};
use zeroize::Zeroizing;

use request::TrustedText;

use crate::addon::addon;
use crate::engine::certificate_source::CertificateSource;
use crate::engine::convert::{OrNull, godot_text};
use crate::engine::objects::secret_text;
use crate::engine::project_settings::handshake_threads;
use crate::options::config_cache::ConfigCache;
use crate::options::identity_files::IdentityFiles;
use crate::options::options_key::ClientsSpec;
use crate::reasons::of_revocation_lists;

/// TLS settings of a connection; a drop-in replacement for [TLSOptions].
///
/// Create an object with [method client], [method client_unsafe] or [method server], or with one of
/// the methods that take PEM text or files. Pass it to
/// [method RustlsStreamPeerTLS.connect_to_stream] or [method RustlsStreamPeerTLS.accept_stream]. A
/// connection copies the settings when it starts: later changes apply to the next connection.
///
/// Unlike [TLSOptions], this class is a [Resource]: it can be saved, exported and edited in the
/// inspector.
///
/// [b]Warning:[/b] Never pass an object of this class to the engine's own classes. They accept any
/// object without an error and continue as if there were no options:
/// [method HTTPClient.connect_to_host] and [method WebSocketMultiplayerPeer.create_server] then use
/// [b]plain text[/b]; [method WebSocketPeer.connect_to_url] and
/// [method StreamPeerTLS.connect_to_stream] verify with the engine's default trusted roots. Pass
/// those classes the object that [method to_engine] returns. Give variables a static type: the
/// script editor then reports the mistake.
///
/// ```gdscript
/// var options := RustlsTLSOptions.client(load("res://my_server.crt"))
/// var tls := RustlsStreamPeerTLS.new()
/// tls.connect_to_stream(tcp, "play.example.org", options)
/// ```
///
/// [b]Warning:[/b] A private key must never reach a player. Keep server options out of exported
/// games.
#[derive(GodotClass)]
#[class(tool, init, base=Resource)]
pub(crate) struct RustlsTLSOptions {
    /// The side that the options are for, and whether a client verifies certificates:
    /// [constant MODE_CLIENT] (default), [constant MODE_CLIENT_UNSAFE] or [constant MODE_SERVER].
    #[var(hint = ENUM, hint_string = "Client,Unsafe Client,Server", usage_flags = [DEFAULT])]
    mode: i64,
    /// The certificates that a client trusts instead of the default trusted roots of
    /// [RustlsTrustStore]. Null (default) means the text passed to [method client_from_pem], or the
    /// default trusted roots if there is none. An empty object means that no server is trusted.
    ///
    /// A server whose certificate leads to none of them fails the handshake with
    /// [constant RustlsStreamPeerTLS.CAUSE_UNTRUSTED_ISSUER]. In [constant MODE_CLIENT_UNSAFE] the
    /// chain and the dates are still verified against these certificates, the server's name is not.
    #[export_group(name = "Client")]
    #[export]
    trusted_ca_chain: Option<Gd<X509Certificate>>,
    /// The name that the server's certificate must contain, instead of the host name of the
    /// connection. It need not be a DNS name: "My Game Server" is possible. Empty (default) means
    /// the host name.
    ///
    /// A certificate for other names fails the handshake with
    /// [constant RustlsStreamPeerTLS.CAUSE_NAME_MISMATCH].
    #[export]
    common_name_override: GString,
    /// The private key of a server. Null (default) means the key that [method server_from_pem] or
    /// [method server_from_files] provided. [method get_error] reports a missing key, and one that
    /// does not belong to [member own_certificate].
    ///
    /// The text of the key is never saved with this resource. A key that was loaded from a file of
    /// its own is saved as a reference to that file; any other key is left out, with a warning.
    #[export_group(name = "Server")]
    #[export]
    private_key: Option<Gd<CryptoKey>>,
    /// The certificate of a server, followed by its intermediate certificates. Null (default) means
    /// the certificate that [method server_from_pem] or [method server_from_files] provided.
    /// [method get_error] reports a missing certificate.
    #[export]
    own_certificate: Option<Gd<X509Certificate>>,
    /// The lowest TLS version that is allowed: [constant TLS_VERSION_1_2] (default) or
    /// [constant TLS_VERSION_1_3].
    ///
    /// Raise it if every peer is known to support TLS 1.3. If the two sides have no version in
    /// common, the handshake fails with [constant RustlsStreamPeerTLS.CAUSE_NO_COMMON_VERSION].
    ///
    /// ```gdscript
    /// options.min_version = RustlsTLSOptions.TLS_VERSION_1_3
    /// ```
    #[export_group(name = "Protocol")]
    #[var(hint = ENUM, hint_string = "TLS 1.2,TLS 1.3", usage_flags = [DEFAULT])]
    min_version: i64,
    /// The highest TLS version that is allowed: [constant TLS_VERSION_1_2] or
    /// [constant TLS_VERSION_1_3] (default). If the project setting `network/tls/enable_tls_v1.3`
    /// is off, every connection uses at most TLS 1.2. [method get_error] reports a range that
    /// contains no version.
    #[var(hint = ENUM, hint_string = "TLS 1.2,TLS 1.3", usage_flags = [DEFAULT])]
    #[init(val = Self::TLS_VERSION_1_3)]
    max_version: i64,
    /// Application protocols to negotiate during the handshake (ALPN, RFC 7301), in order of
    /// preference. Empty (default) means none. The server's order decides.
    ///
    /// ALPN protects from talking to the wrong service on the right server. If both sides list
    /// protocols and have none in common, the handshake fails;
    /// [method RustlsStreamPeerTLS.get_last_error] names the protocols. If only one side lists
    /// protocols, [method RustlsStreamPeerTLS.get_alpn_protocol] is empty.
    ///
    /// ```gdscript
    /// options.alpn_protocols = ["my-game/2", "my-game/1"]
    /// ```
    #[export]
    alpn_protocols: PackedStringArray,
    /// Key exchange groups in order of preference, under the names that
    /// [method RustlsStreamPeerTLS.get_key_exchange_group] returns. Empty (default) means
    /// `X25519MLKEM768`, `x25519`, `secp256r1`, `secp384r1`, `secp521r1`. Also supported are
    /// `SecP256r1MLKEM768`, `MLKEM1024` and `MLKEM768`. The groups with ML-KEM resist quantum
    /// computers and need TLS 1.3. [method get_error] reports an unknown name.
    ///
    /// Without `X25519MLKEM768` in front, a client's first message fits one packet. Old servers,
    /// and network devices on the way to them, may reset a connection whose first message needs two
    /// packets. In TLS 1.2 the curve of a server's ECDSA certificate must be in the list too.
    ///
    /// ```gdscript
    /// options.key_exchange_groups = ["x25519", "secp256r1", "secp384r1"]
    /// ```
    #[export]
    key_exchange_groups: PackedStringArray,
    /// If `true` (default), a connection may resume the session of an earlier one, which saves half
    /// of a handshake's work.
    ///
    /// A client keeps its sessions per options object and server name: a session is never used
    /// under other options. A server issues sessions as tickets, and as session IDs to TLS 1.2
    /// clients without tickets. Any change of the options and [method RustlsTrustStore.reload]
    /// discard the sessions. If `false`, a server cannot recognize a client by its session, and
    /// every connection verifies the certificate again.
    /// [method RustlsStreamPeerTLS.is_session_resumed] returns whether a connection resumed a
    /// session.
    ///
    /// ```gdscript
    /// options.session_resumption = false
    /// ```
    #[export]
    #[init(val = true)]
    session_resumption: bool,
    /// Public keys, at least one of which must be in the peer's verified chain, each in the form
    /// `sha256/BASE64` of [member RustlsCertificateInfo.public_key_pin]. Empty (default) means no
    /// pinning. [method get_error] reports a malformed entry.
    ///
    /// Pinning protects from certificates that a trusted certificate authority (CA) issued wrongly.
    /// Pins are checked in addition to the usual verification, never instead of it. Certificates
    /// that the peer sends but that are not part of the verified chain do not count; with
    /// [method client_unsafe] without a trusted chain, only the peer's own key counts. A server
    /// checks the chains of its clients. A mismatch fails the handshake with
    /// [constant RustlsStreamPeerTLS.CAUSE_PIN_MISMATCH]. Pin a second key that you keep in
    /// reserve.
    ///
    /// ```gdscript
    /// var ca := RustlsCertificateInfo.from_certificate(load("res://ca.crt"))[0]
    /// options.pinned_public_keys = [ca.public_key_pin]
    /// ```
    #[export_group(name = "Verification")]
    #[export]
    pinned_public_keys: PackedStringArray,
    /// Certificate revocation lists (CRL, RFC 5280 section 5) as PEM text, one after another. Empty
    /// (default) means none; lists are never downloaded. A text that cannot be read completely is
    /// refused, and [method get_error] returns the reason.
    ///
    /// Revocation protects from certificates whose key was stolen. Each certificate of the verified
    /// chain is looked up in the newest list of its issuer. Certificates of issuers without a list
    /// are accepted. A revoked certificate fails the handshake with
    /// [constant RustlsStreamPeerTLS.CAUSE_REVOKED]. A list that is out of date, or that its issuer
    /// did not sign, fails it too: renew lists in time. A server checks the certificates of its
    /// clients.
    ///
    /// ```gdscript
    /// options.revocation_lists_pem = FileAccess.get_file_as_string("user://revoked.crl")
    /// if options.revocation_lists_pem.is_empty(): # The file is missing, and there is no list.
    /// 	push_error("revoked clients would be accepted")
    /// ```
    #[export(multiline)]
    #[var(get = get_revocation_lists_pem, set = set_revocation_lists_pem)]
    revocation_lists_pem: GString,
    /// A file to which the secrets of connections are appended, so that Wireshark can decrypt a
    /// capture (NSS key log format). The path begins with `user://` or is absolute. Empty (default)
    /// means no file.
    ///
    /// For debugging only: whoever has the file can decrypt the connections. In release builds of a
    /// game, a path is an error that [method get_error] reports, and no connection starts.
    ///
    /// ```gdscript
    /// options.key_log_path = "user://tls_keys.log"
    /// ```
    #[export_group(name = "Debugging")]
    #[export]
    key_log_path: GString,
    /// Trusted certificates as PEM text; used while `trusted_ca_chain` is null.
    trusted_pem: Option<TrustedText>,
    /// The private key as PEM text; used while `private_key` is null.
    key_pem: Option<Arc<Zeroizing<String>>>,
    /// The certificate as PEM text; used while `own_certificate` is null.
    certificate_pem: Option<Arc<CertificateSource>>,
    /// The files of key and certificate; they replace all of the above.
    identity_files: Option<Mutex<IdentityFiles>>,
    /// The parsed `revocation_lists_pem`, or the error message.
    #[init(val = Ok(Arc::default()))]
    revocation: Result<Arc<RevocationLists>, String>,
    client_identity: Option<Identity>,
    named_identities: Vec<(ServedName, Identity)>,
    clients: Option<ClientsSpec>,
    /// True after [method to_engine] returned null.
    was_wanted_by_engine: AtomicBool,
    /// Warnings that were printed already.
    told: Mutex<Vec<String>>,
    /// Outside of the object's own guard: several threads may use the options at once.
    pub(crate) cache: Arc<Mutex<ConfigCache>>,
    base: Base<Resource>,
}

#[godot_api]
impl RustlsTLSOptions {
    /// A client that verifies the chain, the dates, the usage and the name of the server's
    /// certificate.
    #[constant]
    const MODE_CLIENT: i64 = 0;
    /// A client that does not verify the server's name. Without a trusted chain it verifies nothing
    /// but the signature of the handshake.
    #[constant]
    const MODE_CLIENT_UNSAFE: i64 = 1;
    /// A server.
    #[constant]
    const MODE_SERVER: i64 = 2;
    /// TLS 1.2 (RFC 5246).
    #[constant]
    const TLS_VERSION_1_2: i64 = 0;
    /// TLS 1.3 (RFC 8446).
    #[constant]
    const TLS_VERSION_1_3: i64 = 1;
    /// The server does not ask clients for a certificate.
    #[constant]
    const CLIENT_AUTHENTICATION_NONE: i64 = 0;
    /// Clients may present a certificate. A certificate that is presented must be trusted.
    #[constant]
    const CLIENT_AUTHENTICATION_OPTIONAL: i64 = 1;
    /// Clients must present a trusted certificate.
    #[constant]
    const CLIENT_AUTHENTICATION_REQUIRED: i64 = 2;

    /// Creates options for a client that verifies the server's certificate.
    ///
    /// The client trusts [param trusted_chain], or the default trusted roots of [RustlsTrustStore]
    /// if that is null. The certificate must be valid for the host name of the connection, or for
    /// [param common_name_override] if that is not empty.
    ///
    /// [b]Note:[/b] Load an [X509Certificate] with several certificates with
    /// [method @GDScript.load]: if it was loaded otherwise, the engine returns only the first of
    /// them. For PEM text use [method client_from_pem].
    #[func]
    fn client(
        #[opt(default = OrNull::NULL)] trusted_chain: OrNull<X509Certificate>,
        #[opt(default = "")] common_name_override: GString,
    ) -> Gd<Self> {
        let mut options = Self::fresh();
        let mut me = options.bind_mut();
        me.trusted_ca_chain = trusted_chain.0;
        me.common_name_override = common_name_override;
        drop(me);
        options
    }

    /// Creates options for a client that does not verify the server's name.
    ///
    /// With [param trusted_chain], the server's certificate must still lead to it and be within its
    /// dates. Without it, every certificate is accepted that can sign a handshake (RSA keys from
    /// 2048 bits, ECDSA, Ed25519).
    ///
    /// [b]Warning:[/b] For experiments only. Anyone on the network path can read and change the
    /// data.
    #[func]
    fn client_unsafe(
        #[opt(default = OrNull::NULL)] trusted_chain: OrNull<X509Certificate>,
    ) -> Gd<Self> {
        let mut options = Self::fresh();
        let mut me = options.bind_mut();
        me.mode = Self::MODE_CLIENT_UNSAFE;
        me.trusted_ca_chain = trusted_chain.0;
        drop(me);
        options
    }

    /// Creates options for a server with its private key and its certificate.
    ///
    /// The certificate may be followed by intermediate certificates in the same file; all are sent
    /// in that order. [method get_error] returns whether the key and the certificate can be used
    /// and belong together.
    #[func]
    fn server(key: Option<Gd<CryptoKey>>, certificate: Option<Gd<X509Certificate>>) -> Gd<Self> {
        let mut options = Self::fresh();
        let mut me = options.bind_mut();
        me.mode = Self::MODE_SERVER;
        me.private_key = key;
        me.own_certificate = certificate;
        drop(me);
        Self::ready_to_accept(options)
    }

    /// Creates options from the engine's [TLSOptions]. Returns null if [param options] is null.
    #[func]
    fn from_engine(options: Option<Gd<TlsOptions>>) -> Option<Gd<Self>> {
        let engine = options?;
        let mut options = Self::fresh();
        let mut me = options.bind_mut();
        me.mode = match (engine.is_server(), engine.is_unsafe_client()) {
            (true, _) => Self::MODE_SERVER,
            (false, true) => Self::MODE_CLIENT_UNSAFE,
            (false, false) => Self::MODE_CLIENT,
        };
        if engine.is_server() {
            me.private_key = engine.get_private_key();
            me.own_certificate = engine.get_own_certificate();
        } else {
            me.trusted_ca_chain = engine.get_trusted_ca_chain();
            me.common_name_override = engine.get_common_name_override();
        }
        drop(me);
        Some(options)
    }

    /// Creates options for a client that trusts the certificates of a PEM text, any number of them.
    ///
    /// This method reads what the engine's loader refuses: chains, long certificates, Ed25519. With
    /// a text without a usable certificate no server is trusted, and [method get_error] returns the
    /// reason. If only a part of the text can be used, the first use prints a warning about the
    /// rest. [param common_name_override] is that of [method client].
    #[func]
    fn client_from_pem(
        trusted_pem: GString,
        #[opt(default = "")] common_name_override: GString,
    ) -> Gd<Self> {
        let mut options = Self::fresh();
        let mut me = options.bind_mut();
        me.trusted_pem = Some(TrustedText::new(trusted_pem.to_string()));
        me.common_name_override = common_name_override;
        drop(me);
        options
    }

    /// Creates options for a server from PEM texts: the private key (PKCS#1, PKCS#8 or SEC1), and
    /// the certificate followed by its intermediate certificates.
    ///
    /// This method reads what the engine's loader refuses: chains, long certificates, Ed25519. A
    /// text that cannot be read completely is refused, and [method get_error] returns the reason.
    #[func]
    fn server_from_pem(key_pem: GString, certificate_pem: GString) -> Gd<Self> {
        let mut options = Self::fresh();
        let mut me = options.bind_mut();
        me.mode = Self::MODE_SERVER;
        me.key_pem = Some(Arc::new(secret_text(&key_pem)));
        me.certificate_pem = Some(Arc::new(CertificateSource::new(
            certificate_pem.to_string().into_bytes(),
        )));
        drop(me);
        Self::ready_to_accept(options)
    }

    /// Creates options for a server whose key and certificate are PEM files that are renewed while
    /// the server runs.
    ///
    /// The files are read when a connection starts, at most once per second, through the engine's
    /// file access: the paths begin with `user://` or `res://`, are absolute, or are relative to
    /// the project. After a change, new connections use the new identity and running connections
    /// continue. While the new files are broken or do not belong together, the old identity stays
    /// in use, with one warning. Either file may be in DER instead, with a single key or
    /// certificate.
    ///
    /// A file next to the certificate whose name adds `.ocsp` is sent unchanged as the stapled OCSP
    /// response (DER, RFC 6960). A copy of the options and a saved resource refer to the same
    /// files.
    ///
    /// ```gdscript
    /// var folder := "/etc/letsencrypt/live/play.example.org/"
    /// var key := folder + "privkey.pem"
    /// var server := RustlsTLSOptions.server_from_files(key, folder + "fullchain.pem")
    /// ```
    #[func]
    fn server_from_files(key_path: GString, certificate_path: GString) -> Gd<Self> {
        let mut options = Self::fresh();
        let mut me = options.bind_mut();
        me.mode = Self::MODE_SERVER;
        me.identity_files = Some(Mutex::new(IdentityFiles::new(
            key_path.to_string(),
            certificate_path.to_string(),
        )));
        drop(me);
        options
    }

    /// Returns new options. They are probably used soon, so the random numbers are prepared.
    fn fresh() -> Gd<Self> {
        addon().threads.seed_early(handshake_threads());
        Self::new_gd()
    }

    /// Reads key and certificate now, where a script expects a delay, and not when the first client
    /// is waiting. Errors are reported when the options are used.
    fn ready_to_accept(options: Gd<Self>) -> Gd<Self> {
        let _ = configuration::server_context(Some(options.clone().upcast()));
        options
    }

    #[func]
    fn get_revocation_lists_pem(&self) -> GString {
        self.revocation_lists_pem.clone()
    }

    #[func]
    fn set_revocation_lists_pem(&mut self, pem: GString) {
        // Parsed once, not for every connection: lists can be long.
        self.revocation = RevocationLists::from_pem(&pem.to_string())
            .map(Arc::new)
            .map_err(|error| of_revocation_lists(&error));
        self.revocation_lists_pem = pem;
    }

    /// Returns whether the options are for a server.
    #[func]
    pub(crate) fn is_server(&self) -> bool {
        self.mode == Self::MODE_SERVER
    }

    /// Returns whether the options are for a client that does not verify the server's name.
    #[func]
    fn is_unsafe_client(&self) -> bool {
        self.mode == Self::MODE_CLIENT_UNSAFE
    }

    /// Returns an error message if the options cannot be used, or an empty string if they can.
    /// After [method to_engine] returned null, the message also says why the engine's classes
    /// cannot use the options.
    #[func(gd_self)]
    fn get_error(this: Gd<Self>) -> GString {
        let problem = configuration::check(&this).and_then(|()| Self::engine_problem(&this));
        godot_text(problem.err().unwrap_or_default().as_str())
    }

    /// Verifies a certificate chain exactly as a connection with these options would.
    ///
    /// [param chain_pem] contains the server's certificate, followed by its intermediate
    /// certificates. Returns an empty string if a server with that chain would be accepted as
    /// [param server_name] at [param unix_time] (seconds since the Unix epoch; -1 means now), or
    /// else an error message.
    #[func(gd_self)]
    fn verify_certificate_chain(
        this: Gd<Self>,
        chain_pem: GString,
        server_name: GString,
        #[opt(default = -1)] unix_time: i64,
    ) -> GString {
        let (chain_pem, server_name) = (chain_pem.to_string(), server_name.to_string());
        let verdict = verification::verify(&this, &chain_pem, &server_name, unix_time);
        godot_text(verdict.err().unwrap_or_default().as_str())
    }
}

/// The type of options arguments: the closest common base of our options and the engine's.
pub(crate) type AnyOptions = RefCounted;
