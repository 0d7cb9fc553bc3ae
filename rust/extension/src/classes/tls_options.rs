//! RustlsTLSOptions.

use godot::classes::{CryptoKey, IResource, RefCounted, Resource, TlsOptions, X509Certificate};
use godot::prelude::*;
use godot_rustls_core::options::{TlsVersion, VersionRange};
use godot_rustls_core::pem::read_bundle;
use zeroize::Zeroizing;

use crate::convert::{OrNull, unix_time};
use crate::engine_objects::{certificate_bytes, private_key_text};
use crate::setups::{self, ClientSpec, ServerSpec, SetupCache, Spec, verification};

/// What a TLS connection trusts, shows and allows: the twin of [TLSOptions].
///
/// Make one with [method client], [method client_unsafe] or [method server], or with the variants that take PEM
/// text, and pass it to [method RustlsStreamPeerTLS.connect_to_stream] or
/// [method RustlsStreamPeerTLS.accept_stream]. A connection copies what it needs when it starts: later changes
/// count for the next one.
///
/// Unlike [TLSOptions] it is a [Resource], so it can be saved, exported and edited in the inspector.
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
    #[export]
    trusted_ca_chain: Option<Gd<X509Certificate>>,
    /// The name to look for in the server's certificate instead of the host that was connected to. It may be no
    /// DNS name at all, such as "My Game Server". Empty means the host.
    #[export]
    common_name_override: GString,
    /// The server's private key. Its text is never saved with this resource.
    #[export]
    private_key: Option<Gd<CryptoKey>>,
    /// The server's certificate, followed by its intermediate certificates.
    #[export]
    own_certificate: Option<Gd<X509Certificate>>,
    /// The lowest TLS version allowed: [constant TLS_VERSION_1_2] or [constant TLS_VERSION_1_3].
    #[var(hint = ENUM, hint_string = "TLS 1.2,TLS 1.3", usage_flags = [DEFAULT])]
    min_version: i64,
    /// The highest TLS version allowed: [constant TLS_VERSION_1_2] or [constant TLS_VERSION_1_3]. The project
    /// setting [code]network/tls/enable_tls_v1.3[/code], when it is off, lowers it to 1.2 for every connection.
    #[var(hint = ENUM, hint_string = "TLS 1.2,TLS 1.3", usage_flags = [DEFAULT])]
    #[init(val = Self::TLS_VERSION_1_3)]
    max_version: i64,
    /// Given as PEM text; counts while `trusted_ca_chain` is null.
    trusted_pem: Option<String>,
    /// Given as PEM text; counts while `private_key` is null.
    key_pem: Option<Zeroizing<String>>,
    /// Given as PEM text; counts while `own_certificate` is null.
    certificate_pem: Option<String>,
    pub(crate) cache: SetupCache,
    base: Base<Resource>,
}

#[godot_api]
impl IResource for RustlsTLSOptions {}

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
        let mut options = Self::new_gd();
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
        let mut options = Self::new_gd();
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
        let mut options = Self::new_gd();
        let mut me = options.bind_mut();
        me.mode = Self::MODE_SERVER;
        me.private_key = key;
        me.own_certificate = certificate;
        drop(me);
        options
    }

    /// Makes options with what the engine's own options hold. Returns null when [param options] is null.
    #[func]
    fn from_engine(options: Option<Gd<TlsOptions>>) -> Option<Gd<Self>> {
        let engine = options?;
        let mut options = Self::new_gd();
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
    /// certificate trusts nobody and is told by [method get_error].
    #[func]
    fn client_from_pem(
        trusted_pem: GString,
        #[opt(default = "")] common_name_override: GString,
    ) -> Gd<Self> {
        let mut options = Self::new_gd();
        let mut me = options.bind_mut();
        me.trusted_pem = Some(trusted_pem.to_string());
        me.common_name_override = common_name_override;
        drop(me);
        options
    }

    /// Makes options for a server from PEM texts: its private key (PKCS#1, PKCS#8 or SEC1) and its certificate,
    /// followed by the intermediate certificates.
    ///
    /// Takes what the engine's loader refuses: chains, long certificates, Ed25519. What is wrong with them tells
    /// [method get_error].
    #[func]
    fn server_from_pem(key_pem: GString, certificate_pem: GString) -> Gd<Self> {
        let mut options = Self::new_gd();
        let mut me = options.bind_mut();
        me.mode = Self::MODE_SERVER;
        me.key_pem = Some(Zeroizing::new(key_pem.to_string()));
        me.certificate_pem = Some(certificate_pem.to_string());
        drop(me);
        options
    }

    /// Returns whether the options are for a server.
    #[func]
    fn is_server(&self) -> bool {
        self.mode == Self::MODE_SERVER
    }

    /// Returns whether the options are for a client that does not check the server's name.
    #[func]
    fn is_unsafe_client(&self) -> bool {
        self.mode == Self::MODE_CLIENT_UNSAFE
    }

    /// Returns why the options cannot be used, in words, or an empty string when they can.
    #[func]
    fn get_error(&self) -> GString {
        let problem = self.spec().and_then(setups::check);
        GString::from(problem.err().unwrap_or_default().as_str())
    }

    /// Checks a certificate chain exactly as a connection with these options would.
    ///
    /// [param chain_pem] holds the server's certificate and after it its intermediate certificates. Returns an empty
    /// string when a server with that chain would be accepted as [param server_name] at [param unix_time] (seconds
    /// since the Unix epoch; -1 is now), else the reason in words.
    #[func]
    fn verify_certificate_chain(
        &self,
        chain_pem: GString,
        server_name: GString,
        #[opt(default = -1)] unix_time: i64,
    ) -> GString {
        let verdict = self.verify(&chain_pem.to_string(), &server_name.to_string(), unix_time);
        GString::from(verdict.err().unwrap_or_default().as_str())
    }

    fn verify(&self, chain_pem: &str, server_name: &str, seconds: i64) -> Result<(), String> {
        let setup = match self.spec()? {
            Spec::Client(spec) => setups::temporary_client(&spec),
            Spec::Server(_) => {
                return Err(
                    "these are server options: only a client checks a server's chain".to_owned(),
                );
            }
        };
        let now = unix_time(seconds)?;
        let chain = read_bundle(chain_pem.as_bytes());
        if let Some(problem) = chain.problems.first() {
            return Err(format!("the chain cannot be read: {problem}"));
        }
        setup
            .verify(&chain.certificates, server_name, now)
            .map_err(|diagnosis| diagnosis.message)
    }

    /// What the options ask for, read from the objects they hold.
    pub(crate) fn spec(&self) -> Result<Spec, String> {
        let versions = setups::allowed(self.versions()?)?;
        if self.is_server() {
            return Ok(Spec::Server(ServerSpec {
                key: self.key()?,
                certificate: self.certificate()?,
                versions,
            }));
        }
        let own_trust = match (&self.trusted_ca_chain, &self.trusted_pem) {
            (Some(chain), _) => Some(certificate_bytes(chain)?),
            (None, Some(pem)) => Some(usable_trust(pem)?),
            (None, None) => None,
        };
        Ok(Spec::Client(ClientSpec {
            verification: verification(self.is_unsafe_client(), own_trust.is_some()),
            own_trust,
            common_name_override: self.common_name_override.to_string(),
            versions,
        }))
    }

    fn versions(&self) -> Result<VersionRange, String> {
        let version = |value: i64, name: &str| match value {
            Self::TLS_VERSION_1_2 => Ok(TlsVersion::V1_2),
            Self::TLS_VERSION_1_3 => Ok(TlsVersion::V1_3),
            other => Err(format!(
                "{name} is {other}: use TLS_VERSION_1_2 or TLS_VERSION_1_3"
            )),
        };
        let min = version(self.min_version, "min_version")?;
        let max = version(self.max_version, "max_version")?;
        VersionRange::new(min, max).map_err(|diagnosis| diagnosis.message)
    }

    fn key(&self) -> Result<Zeroizing<String>, String> {
        match (&self.private_key, &self.key_pem) {
            (Some(key), _) => private_key_text(key),
            (None, Some(pem)) => Ok(pem.clone()),
            (None, None) => Err("the options have no private key".to_owned()),
        }
    }

    fn certificate(&self) -> Result<Vec<u8>, String> {
        match (&self.own_certificate, &self.certificate_pem) {
            (Some(certificate), _) => certificate_bytes(certificate),
            (None, Some(pem)) => Ok(pem.clone().into_bytes()),
            (None, None) => Err("the options have no certificate".to_owned()),
        }
    }
}

/// Trust given as text must hold something to trust: an empty text is a mistake to tell at once.
fn usable_trust(pem: &str) -> Result<Vec<u8>, String> {
    let bundle = read_bundle(pem.as_bytes());
    if bundle.certificates.is_empty() {
        let why = bundle.problems.join("; ");
        return Err(format!(
            "the trusted PEM text holds no usable certificate: {why}"
        ));
    }
    Ok(pem.as_bytes().to_vec())
}

/// The type that options arguments have: ours and the engine's share no closer ancestor.
pub(crate) type AnyOptions = RefCounted;
