//! RustlsTLSOptions.

pub(crate) mod configuration;
mod engine;
mod identities;
mod request;
mod saving;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use godot::classes::{CryptoKey, RefCounted, Resource, TlsOptions, X509Certificate};
use godot::prelude::*;
use godot_rustls_pki::pem::read_bundle;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_tls::identity::{Identity, ServedName};
use zeroize::Zeroizing;

use request::TrustedText;

use crate::engine::certificate_source::CertificateSource;
use crate::engine::convert::{OrNull, godot_text, unix_time};
use crate::engine::objects::secret_text;
use crate::engine::project_settings::handshake_threads;
use crate::engine::shared_objects::look_at;
use crate::options::config_cache::{self, SetupCache};
use crate::options::identity_files::IdentityFiles;
use crate::options::options_key::ClientsSpec;
use crate::runtime::threads::seed_early;

/// What a TLS connection trusts, shows and allows: the twin of [TLSOptions].
///
/// Make one with [method client], [method client_unsafe] or [method server], or with the variants that take PEM
/// text, and pass it to [method RustlsStreamPeerTLS.connect_to_stream] or
/// [method RustlsStreamPeerTLS.accept_stream]. A connection copies what it needs when it starts: later changes
/// count for the next one.
///
/// Unlike [TLSOptions] it is a [Resource], so it can be saved, exported and edited in the inspector.
///
/// [b]Warning:[/b] The engine's own classes take any object without a word and go on as if there were no options:
/// [method HTTPClient.connect_to_host] and [method WebSocketMultiplayerPeer.create_server] then speak [b]plain text[/b],
/// [method WebSocketPeer.connect_to_url] and [method StreamPeerTLS.connect_to_stream] check with the engine's default
/// trust. Give those classes what [method to_engine] returns, and variables a static type: the script editor then refuses
/// the mistake.
///
/// ```gdscript
/// var options := RustlsTLSOptions.client(load("res://my_server.crt"))
/// var tls := RustlsStreamPeerTLS.new()
/// tls.connect_to_stream(tcp, "play.example.org", options)
/// ```
///
/// [b]Warning:[/b] A private key must never reach a player. Keep server options out of exported games.
#[derive(GodotClass)]
#[class(tool, init, base=Resource)]
pub(crate) struct RustlsTLSOptions {
    /// Which side the options are for, and whether certificates are checked: one of [constant MODE_CLIENT],
    /// [constant MODE_CLIENT_UNSAFE] and [constant MODE_SERVER].
    #[var(hint = ENUM, hint_string = "Client,Unsafe Client,Server", usage_flags = [DEFAULT])]
    mode: i64,
    /// The certificates a client trusts instead of the default trust of [RustlsTrustStore]. Null means the default
    /// trust; an empty object trusts nobody. With [constant MODE_CLIENT_UNSAFE] the chain and the dates are still
    /// checked against it, the name is not.
    #[export_group(name = "Client")]
    #[export]
    trusted_ca_chain: Option<Gd<X509Certificate>>,
    /// The name to look for in the server's certificate instead of the host that was connected to. It may be no
    /// DNS name at all, such as "My Game Server". Empty means the host.
    #[export]
    common_name_override: GString,
    /// The server's private key. Its text is never saved with this resource: a key that lies in a file of its own is
    /// referred to, any other is left out with a warning.
    #[export_group(name = "Server")]
    #[export]
    private_key: Option<Gd<CryptoKey>>,
    /// The server's certificate, followed by its intermediate certificates.
    #[export]
    own_certificate: Option<Gd<X509Certificate>>,
    /// The lowest TLS version allowed: [constant TLS_VERSION_1_2] (default) or [constant TLS_VERSION_1_3].
    ///
    /// Raise it when every peer is known to be new. A peer without a common version ends the handshake with
    /// [constant RustlsStreamPeerTLS.CAUSE_NO_COMMON_VERSION].
    ///
    /// ```gdscript
    /// options.min_version = RustlsTLSOptions.TLS_VERSION_1_3
    /// ```
    #[export_group(name = "Protocol")]
    #[var(hint = ENUM, hint_string = "TLS 1.2,TLS 1.3", usage_flags = [DEFAULT])]
    min_version: i64,
    /// The highest TLS version allowed: [constant TLS_VERSION_1_2] or [constant TLS_VERSION_1_3] (default). The project
    /// setting [code]network/tls/enable_tls_v1.3[/code], when it is off, lowers it to 1.2 for every connection.
    #[var(hint = ENUM, hint_string = "TLS 1.2,TLS 1.3", usage_flags = [DEFAULT])]
    #[init(val = Self::TLS_VERSION_1_3)]
    max_version: i64,
    /// Application protocols to agree on during the handshake (ALPN, RFC 7301), the preferred one first; empty (default)
    /// for none. The server's order decides.
    ///
    /// Protects from talking to the wrong service on the right server. When both sides name protocols and none is
    /// common, the handshake fails; when one side names none, [method RustlsStreamPeerTLS.get_alpn_protocol] is empty.
    ///
    /// ```gdscript
    /// options.alpn_protocols = ["my-game/2", "my-game/1"]
    /// ```
    #[export]
    alpn_protocols: PackedStringArray,
    /// Groups in which keys may be exchanged, the preferred one first, by the names that
    /// [method RustlsStreamPeerTLS.get_key_exchange_group] returns. Empty (default) for [code]X25519MLKEM768[/code],
    /// [code]x25519[/code], [code]secp256r1[/code], [code]secp384r1[/code], [code]secp521r1[/code]. Known besides are
    /// [code]SecP256r1MLKEM768[/code], [code]MLKEM1024[/code] and [code]MLKEM768[/code]; those with ML-KEM resist quantum
    /// computers and need TLS 1.3.
    ///
    /// Without [code]X25519MLKEM768[/code] in front, a client's first message fits one packet: old servers, and boxes on
    /// the way to them, may reset a connection whose first message needs two. With TLS 1.2 the curve of a server's ECDSA
    /// certificate must be among them too.
    ///
    /// ```gdscript
    /// options.key_exchange_groups = ["x25519", "secp256r1", "secp384r1"]
    /// ```
    #[export]
    key_exchange_groups: PackedStringArray,
    /// Whether connections may continue an earlier one's session, which saves half of a handshake's work. On by default.
    ///
    /// A client keeps sessions per options object and name, so that none serves under other options; a server hands
    /// them out as tickets, and to TLS 1.2 clients without tickets by number. Any change of the options, and
    /// [method RustlsTrustStore.reload], forgets them. Off protects from being recognised by the server, and makes
    /// sure that every connection checks the certificate again.
    ///
    /// ```gdscript
    /// options.session_resumption = false
    /// ```
    #[export]
    #[init(val = true)]
    session_resumption: bool,
    /// Public keys of which the peer's verified chain must contain at least one, each as
    /// [code]"sha256/BASE64"[/code]: the form of [member RustlsCertificateInfo.public_key_pin]. Empty (default) for none.
    ///
    /// Protects from certificates that a trusted authority issued wrongly. Checked beside the usual validation, never
    /// instead of it; certificates that are sent along but not part of the verified chain do not count, and with
    /// [method client_unsafe] without a chain only the peer's own key does. A server checks its clients' chains with it.
    /// A failure is [constant RustlsStreamPeerTLS.CAUSE_PIN_MISMATCH]. Pin a second key that you keep in reserve.
    ///
    /// ```gdscript
    /// var authority := RustlsCertificateInfo.from_certificate(load("res://ca.crt"))[0]
    /// options.pinned_public_keys = [authority.public_key_pin]
    /// ```
    #[export_group(name = "Verification")]
    #[export]
    pinned_public_keys: PackedStringArray,
    /// Lists of revoked certificates (CRL, RFC 5280 section 5), PEM, several of them one after another. Empty (default)
    /// for none; none is ever fetched. A text that cannot be read completely is refused: [method get_error] returns why.
    ///
    /// Protects from certificates whose key was stolen. Every certificate of the verified chain is looked up in the list
    /// of its issuer, the newest of several; issuers without a list are not refused. A revoked certificate is
    /// [constant RustlsStreamPeerTLS.CAUSE_REVOKED]. A list past its date, or one that its issuer did not sign, is an
    /// error too: renew it in time. A server looks its clients up with it.
    ///
    /// ```gdscript
    /// options.revocation_lists_pem = FileAccess.get_file_as_string("user://revoked.crl")
    /// if options.revocation_lists_pem.is_empty():  # a missing file, which means no list
    ///     push_error("revoked clients would be let in")
    /// ```
    #[export(multiline)]
    #[var(get = get_revocation_lists_pem, set = set_revocation_lists_pem)]
    revocation_lists_pem: GString,
    /// A file to which the secrets of connections are appended, so that Wireshark can decrypt a capture (NSS key log
    /// format). Empty (default) for none. Under [code]user://[/code] or absolute.
    ///
    /// For debugging only: whoever has the file can read everything. In release builds of a game it is an error of the
    /// options, and no connection starts.
    ///
    /// ```gdscript
    /// options.key_log_path = "user://tls_keys.log"
    /// ```
    #[export_group(name = "Debugging")]
    #[export]
    key_log_path: GString,
    /// Given as PEM text; counts while `trusted_ca_chain` is null.
    trusted_pem: Option<TrustedText>,
    /// Given as PEM text; counts while `private_key` is null.
    key_pem: Option<Arc<Zeroizing<String>>>,
    /// Given as PEM text; counts while `own_certificate` is null.
    certificate_pem: Option<Arc<CertificateSource>>,
    /// Key and certificate by their files, instead of all the above.
    identity_files: Option<Mutex<IdentityFiles>>,
    /// What `revocation_lists_pem` says, or why it cannot be read.
    #[init(val = Ok(Arc::default()))]
    revocation: Result<Arc<RevocationLists>, String>,
    client_identity: Option<Identity>,
    named_identities: Vec<(ServedName, Identity)>,
    clients: Option<ClientsSpec>,
    /// [method to_engine] returned null.
    was_wanted_by_engine: AtomicBool,
    /// What was warned of already.
    told: Mutex<Vec<String>>,
    /// Beside the object, which several threads may use at the same time.
    pub(crate) cache: Arc<Mutex<SetupCache>>,
    base: Base<Resource>,
}

#[godot_api]
impl RustlsTLSOptions {
    /// A client that checks chain, dates, usage and name of the server's certificate.
    #[constant]
    const MODE_CLIENT: i64 = 0;
    /// A client that does not check the server's name, and without a trusted chain nothing at all but the
    /// handshake's signature.
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
    /// Clients are not asked for a certificate.
    #[constant]
    const CLIENT_AUTHENTICATION_NONE: i64 = 0;
    /// Clients may show a certificate; one that is shown must be trusted.
    #[constant]
    const CLIENT_AUTHENTICATION_OPTIONAL: i64 = 1;
    /// Clients must show a trusted certificate.
    #[constant]
    const CLIENT_AUTHENTICATION_REQUIRED: i64 = 2;

    /// Makes options for a client that checks the server's certificate.
    ///
    /// It trusts [param trusted_chain], or the default trust of [RustlsTrustStore] when that is null. The
    /// certificate must be for the host connected to, or for [param common_name_override] when that is not empty.
    ///
    /// [b]Note:[/b] An [X509Certificate] with several certificates must come from [method @GDScript.load]: the
    /// engine gives out only the first of those that were loaded otherwise. Use [method client_from_pem] for text.
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

    /// Makes options for a client that does not check the server's name.
    ///
    /// With [param trusted_chain] the certificate must still lead to it and be within its dates. Without it every
    /// certificate is accepted that can sign a handshake (RSA keys from 2048 bits, ECDSA, Ed25519).
    ///
    /// [b]Warning:[/b] For trying things out only. Anybody on the way can read and change the data.
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

    /// Makes options for a server with its private key and its certificate.
    ///
    /// The certificate may be followed by intermediate certificates in the same file; all are sent in that order.
    /// Whether both can be used and belong together tells [method get_error].
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

    /// Makes options with what the engine's own options hold. Returns null when [param options] is null.
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

    /// Makes options for a client that trusts the certificates of a PEM text, any number of them.
    ///
    /// Takes what the engine's loader refuses: chains, long certificates, Ed25519. A text without a usable
    /// certificate trusts nobody and is told by [method get_error]. When only some of it can be used, the rest is told
    /// by a warning on first use.
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

    /// Makes options for a server from PEM texts: its private key (PKCS#1, PKCS#8 or SEC1) and its certificate,
    /// followed by the intermediate certificates.
    ///
    /// Takes what the engine's loader refuses: chains, long certificates, Ed25519. A text that cannot be read completely
    /// is refused: [method get_error] returns what is wrong.
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

    /// Makes options for a server whose key and certificate lie in PEM files that are renewed while it runs.
    ///
    /// The files are read when a connection starts, at most once a second, through the engine's file access
    /// ([code]user://[/code], [code]res://[/code], absolute, or relative to the project). When they changed, new
    /// connections use the new identity and running ones stay. While the new files are broken or do not belong together,
    /// the old identity stays in use, with one warning. A stapled OCSP response (DER, RFC 6960) is sent along as it is
    /// when it lies beside the certificate with [code].ocsp[/code] behind its name. Key and certificate may be DER, each
    /// alone. A copy, and a saved resource, refer to the same files.
    ///
    /// ```gdscript
    /// var options := RustlsTLSOptions.server_from_files("/etc/letsencrypt/live/play.example.org/privkey.pem",
    ///         "/etc/letsencrypt/live/play.example.org/fullchain.pem")
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

    /// New options, with which somebody is about to connect.
    fn fresh() -> Gd<Self> {
        seed_early(handshake_threads());
        Self::new_gd()
    }

    /// Reads key and certificate here, where a script expects that it takes a moment, and not when the first client
    /// waits. What is wrong with them is told to whoever uses them.
    fn ready_to_accept(options: Gd<Self>) -> Gd<Self> {
        let _ = configuration::server_setup(Some(options.clone().upcast()));
        options
    }

    #[func]
    fn get_revocation_lists_pem(&self) -> GString {
        self.revocation_lists_pem.clone()
    }

    #[func]
    fn set_revocation_lists_pem(&mut self, pem: GString) {
        // Read once, not for every connection: lists can be long.
        self.revocation = RevocationLists::from_pem(&pem.to_string()).map(Arc::new);
        self.revocation_lists_pem = pem;
    }

    /// Returns whether the options are for a server.
    #[func]
    pub(crate) fn is_server(&self) -> bool {
        self.mode == Self::MODE_SERVER
    }

    /// Returns whether the options are for a client that does not check the server's name.
    #[func]
    fn is_unsafe_client(&self) -> bool {
        self.mode == Self::MODE_CLIENT_UNSAFE
    }

    /// Returns why the options cannot be used, in words, or an empty string when they can. After [method to_engine]
    /// returned null also why the engine's classes cannot use them.
    #[func(gd_self)]
    fn get_error(this: Gd<Self>) -> GString {
        let problem = configuration::check(&this).and_then(|()| Self::engine_problem(&this));
        godot_text(problem.err().unwrap_or_default().as_str())
    }

    /// Checks a certificate chain exactly as a connection with these options would.
    ///
    /// [param chain_pem] holds the server's certificate and after it its intermediate certificates. Returns an empty
    /// string when a server with that chain would be accepted as [param server_name] at [param unix_time] (seconds
    /// since the Unix epoch; -1 is now), else the reason in words.
    #[func(gd_self)]
    fn verify_certificate_chain(
        this: Gd<Self>,
        chain_pem: GString,
        server_name: GString,
        #[opt(default = -1)] unix_time: i64,
    ) -> GString {
        let (chain_pem, server_name) = (chain_pem.to_string(), server_name.to_string());
        let verdict = Self::verify(&this, &chain_pem, &server_name, unix_time);
        godot_text(verdict.err().unwrap_or_default().as_str())
    }

    fn verify(
        this: &Gd<Self>,
        chain_pem: &str,
        server_name: &str,
        seconds: i64,
    ) -> Result<(), String> {
        if look_at(this, Self::is_server) {
            return Err(
                "these are server options: only a client checks a server's chain".to_owned(),
            );
        }
        // Nothing is bound while the default trust is read: it may have something to tell.
        let spec = look_at(this, Self::client_spec)?;
        let setup = config_cache::temporary_client(&spec)?;
        let now = unix_time(seconds)?;
        let chain = read_bundle(chain_pem.as_bytes());
        if let Some(problem) = chain.problems.first() {
            return Err(format!("the chain cannot be read: {problem}"));
        }
        setup
            .verify(&chain.certificates, server_name, now)
            .map_err(|diagnosis| diagnosis.message)
    }
}

/// The type that options arguments have: ours and the engine's share no closer ancestor.
pub(crate) type AnyOptions = RefCounted;
