//! Specifications of connections as plain data: equal specifications share a configuration.

use std::sync::Arc;

use godot::classes::{CryptoKey, TlsOptions, X509Certificate};
use godot::prelude::*;
use godot_rustls_pki::pem::read_private_key_file;
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_pki::verifier::Verification;
use godot_rustls_tls::alpn::AlpnProtocols;
use godot_rustls_tls::identity::{Identity, ServedName};
use godot_rustls_tls::provider::KeyExchangeGroups;
use godot_rustls_tls::versions::{TlsVersion, VersionRange};
use zeroize::Zeroizing;

use crate::engine::certificate_source::CertificateSource;
use crate::engine::object_cache::ObjectCache;
use crate::engine::objects::{certificate_bytes, certificates, private_key_text};
use crate::reasons::of_private_key;

/// Everything in which the configurations of two clients can differ.
#[derive(Clone, PartialEq)]
pub(crate) struct ClientSpec {
    /// The trusted certificates of the options; `None` means the default trust.
    pub(crate) own_trust: Option<Arc<CertificateSource>>,
    pub(crate) verification: Verification,
    pub(crate) common_name_override: String,
    pub(crate) pins: Pins,
    pub(crate) revocation: Arc<RevocationLists>,
    pub(crate) identity: Option<Identity>,
    pub(crate) common: CommonSpec,
}

/// Everything in which the configurations of two servers can differ.
#[derive(Clone, PartialEq)]
pub(crate) struct ServerSpec {
    pub(crate) identity: IdentitySpec,
    pub(crate) named: Vec<(ServedName, Identity)>,
    pub(crate) clients: Option<ClientsSpec>,
    pub(crate) pins: Pins,
    pub(crate) revocation: Arc<RevocationLists>,
    pub(crate) common: CommonSpec,
}

/// Settings of clients and servers.
#[derive(Clone, PartialEq)]
pub(crate) struct CommonSpec {
    pub(crate) versions: VersionRange,
    pub(crate) alpn: AlpnProtocols,
    pub(crate) groups: KeyExchangeGroups,
    pub(crate) resumption: bool,
    /// Empty for no log.
    pub(crate) key_log_path: String,
    /// The number of reloads of the default trust: each of them forgets all sessions, whatever
    /// trust accepted them.
    pub(crate) trust_reloads: u64,
}

/// Client authentication of a server.
#[derive(Clone, PartialEq)]
pub(crate) struct ClientsSpec {
    pub(crate) required: bool,
    /// The CA certificates of accepted clients.
    pub(crate) trust: Arc<CertificateSource>,
}

/// Key and certificate of a server, parsed or not.
#[derive(Clone, PartialEq)]
pub(crate) enum IdentitySpec {
    Pem {
        key: Arc<Zeroizing<String>>,
        certificate: Arc<CertificateSource>,
    },
    Ready(Identity),
}

/// Specification of a client or a server.
pub(crate) enum Spec {
    Client(ClientSpec),
    Server(ServerSpec),
}

impl ClientsSpec {
    /// Returns the trust for clients. Without a usable certificate no client could connect, which
    /// is reported at once.
    pub(crate) fn trust_store(&self) -> Result<Arc<TrustStore>, String> {
        if self.trust.is_for_servers_alone() {
            return Err("a certificate of the trusted chain for clients is marked as not trusted for clients: if it is trusted, pass it as a plain \"CERTIFICATE\" block".to_owned());
        }
        let store = self.trust.trust();
        if store.certificate_count() > 0 {
            return Ok(store);
        }
        let why = store
            .problems()
            .first()
            .map_or_else(String::new, |problem| format!(" ({problem})"));
        Err(format!(
            "the trusted chain for clients has no usable certificate{why}: pass the CA certificate that issued theirs"
        ))
    }
}

impl CommonSpec {
    /// Returns the settings of options that name none: both versions, as far as the engine's
    /// setting allows them.
    fn with_defaults(trust_reloads: u64) -> Result<Self, String> {
        Ok(Self {
            versions: allowed(VersionRange::default())?,
            alpn: AlpnProtocols::default(),
            groups: KeyExchangeGroups::default(),
            resumption: true,
            key_log_path: String::new(),
            trust_reloads,
        })
    }
}

impl ClientSpec {
    /// Returns the specification without any options: the default trust, and full verification.
    pub(crate) fn with_defaults(trust_reloads: u64) -> Result<Self, String> {
        Self::of_engine(None, String::new(), false, trust_reloads)
    }

    fn of_engine(
        own_trust: Option<Arc<CertificateSource>>,
        common_name_override: String,
        is_unsafe: bool,
        trust_reloads: u64,
    ) -> Result<Self, String> {
        Ok(Self {
            verification: verification(is_unsafe, own_trust.is_some()),
            own_trust,
            common_name_override,
            pins: Pins::default(),
            revocation: Arc::default(),
            identity: None,
            common: CommonSpec::with_defaults(trust_reloads)?,
        })
    }
}

impl IdentitySpec {
    /// Returns the identity, if key and certificate can be used and belong together.
    pub(crate) fn read(&self) -> Result<Identity, String> {
        match self {
            Self::Ready(identity) => Ok(identity.clone()),
            Self::Pem { key, certificate } => read_identity(key.as_bytes(), certificate.bytes()),
        }
    }
}

/// Parses key and certificates, each in PEM or DER, and checks that they belong together.
pub(crate) fn read_identity(key: &[u8], certificate: &[u8]) -> Result<Identity, String> {
    let bundle = certificates(certificate);
    // Some clients would refuse a chain with a gap, which would not be noticed here.
    if let Some(problem) = bundle.problems.first() {
        return Err(format!("the certificate cannot be used: {problem}"));
    }
    let key = read_private_key_file(key).map_err(|error| of_private_key(&error))?;
    Identity::new(&bundle.certificates, key).map_err(|problem| problem.to_string())
}

/// Returns the identity of a key and a certificate of the engine, if they can be used and belong
/// together.
pub(crate) fn identity(
    key: Option<Gd<CryptoKey>>,
    certificate: Option<Gd<X509Certificate>>,
) -> Result<Identity, String> {
    let key = key.ok_or("the key is null: pass the private key")?;
    let certificate =
        certificate.ok_or("the certificate is null: pass the one that belongs to the key")?;
    let key = private_key_text(&key)?;
    read_identity(key.as_bytes(), &certificate_bytes(&certificate)?)
}

/// Returns the specification of the engine's own options.
pub(crate) fn of_engine(
    options: &Gd<TlsOptions>,
    objects: &ObjectCache,
    trust_reloads: u64,
) -> Result<Spec, String> {
    if options.is_server() {
        let key = options
            .get_private_key()
            .ok_or("the options have no private key")?;
        let certificate = options
            .get_own_certificate()
            .ok_or("the options have no certificate")?;
        return Ok(Spec::Server(ServerSpec {
            identity: IdentitySpec::Pem {
                key: objects.private_key(&key)?,
                certificate: objects.certificate(&certificate)?,
            },
            named: Vec::new(),
            clients: None,
            pins: Pins::default(),
            revocation: Arc::default(),
            common: CommonSpec::with_defaults(trust_reloads)?,
        }));
    }
    let chain = options.get_trusted_ca_chain();
    ClientSpec::of_engine(
        chain.map(|chain| objects.certificate(&chain)).transpose()?,
        options.get_common_name_override().to_string(),
        options.is_unsafe_client(),
        trust_reloads,
    )
    .map(Spec::Client)
}

/// Returns the versions that the engine's setting allows.
pub(crate) fn allowed(range: VersionRange) -> Result<VersionRange, String> {
    if crate::engine::project_settings::is_tls_1_3_enabled() {
        return Ok(range);
    }
    range.up_to(TlsVersion::V1_2).map_err(|empty| {
        format!(
            "min_version is {}, and the project setting network/tls/enable_tls_v1.3 turns it off: no TLS version is left",
            empty.min
        )
    })
}

/// Returns what a client verifies: an unsafe one with a trusted chain everything but the name, and
/// without one nothing.
pub(crate) fn verification(is_unsafe: bool, has_chain: bool) -> Verification {
    match (is_unsafe, has_chain) {
        (false, _) => Verification::Full,
        (true, true) => Verification::ChainOnly,
        (true, false) => Verification::Nothing,
    }
}
