//! Conversion of an options object into the specification of a connection.

use std::sync::{Arc, PoisonError};

use godot::prelude::*;
use godot_rustls_pki::pem::read_bundle;
use godot_rustls_pki::pins::Pins;
use godot_rustls_tls::alpn::AlpnProtocols;
use godot_rustls_tls::provider::KeyExchangeGroups;
use godot_rustls_tls::versions::{EmptyVersionRange, TlsVersion, VersionRange};
use zeroize::Zeroizing;

use super::RustlsTLSOptions;
use crate::addon::addon;
use crate::engine::certificate_source::CertificateSource;
use crate::options::key_log_file;
use crate::options::options_key::{
    ClientSpec, CommonSpec, IdentitySpec, ServerSpec, Spec, allowed, verification,
};
use crate::reasons::of_pins;

impl RustlsTLSOptions {
    /// Returns the specification, read from the objects that the options hold, and a warning. The
    /// caller prints the warning once nothing is bound.
    pub(crate) fn spec(&self) -> (Result<Spec, String>, Option<String>) {
        if self.is_server() {
            let (identity, warning) = self.server_identity();
            let spec = identity.and_then(|identity| self.server_spec(identity));
            (spec.map(Spec::Server), warning)
        } else {
            (self.client_spec().map(Spec::Client), None)
        }
    }

    pub(super) fn client_spec(&self) -> Result<ClientSpec, String> {
        let own_trust = match (&self.trusted_ca_chain, &self.trusted_pem) {
            (Some(chain), _) => Some(addon().objects.certificate(chain)?),
            (None, Some(text)) => Some(text.usable.clone()?),
            (None, None) => None,
        };
        Ok(ClientSpec {
            verification: verification(self.is_unsafe_client(), own_trust.is_some()),
            own_trust,
            common_name_override: self.common_name_override.to_string(),
            pins: self.pins()?,
            revocation: Arc::clone(self.revocation.as_ref().map_err(String::clone)?),
            identity: self.client_identity.clone(),
            common: self.common()?,
        })
    }

    fn server_spec(&self, identity: IdentitySpec) -> Result<ServerSpec, String> {
        Ok(ServerSpec {
            identity,
            named: self.named_identities.clone(),
            clients: self.clients.clone(),
            pins: self.pins()?,
            revocation: Arc::clone(self.revocation.as_ref().map_err(String::clone)?),
            common: self.common()?,
        })
    }

    fn server_identity(&self) -> (Result<IdentitySpec, String>, Option<String>) {
        if let Some(files) = &self.identity_files {
            // Several threads may accept with the same options.
            let renewal = files.lock().unwrap_or_else(PoisonError::into_inner).renew();
            return (renewal.identity.map(IdentitySpec::Ready), renewal.warning);
        }
        let pem = self.key().and_then(|key| {
            Ok(IdentitySpec::Pem {
                key,
                certificate: self.certificate()?,
            })
        });
        (pem, None)
    }

    fn common(&self) -> Result<CommonSpec, String> {
        let key_log_path = self.key_log_path.to_string();
        key_log_file::check_allowed(&key_log_path)?;
        let versions = allowed(self.versions()?)?;
        let groups = KeyExchangeGroups::new(&texts(&self.key_exchange_groups))
            .and_then(|groups| groups.check(versions).map(|()| groups))
            .map_err(|problem| format!("key_exchange_groups: {problem}"))?;
        let alpn = AlpnProtocols::new(&texts(&self.alpn_protocols))
            .map_err(|problem| format!("alpn_protocols: {problem}"))?;
        Ok(CommonSpec {
            versions,
            alpn,
            groups,
            resumption: self.session_resumption,
            key_log_path,
            trust_reloads: addon().default_trust.reloads(),
        })
    }

    fn pins(&self) -> Result<Pins, String> {
        Pins::new(&texts(&self.pinned_public_keys)).map_err(|error| of_pins(&error))
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
        VersionRange::new(min, max).map_err(|EmptyVersionRange { min, max }| {
            format!("min_version is {min} and max_version is {max}: no TLS version is left")
        })
    }

    fn key(&self) -> Result<Arc<Zeroizing<String>>, String> {
        match (&self.private_key, &self.key_pem) {
            (Some(key), _) => addon().objects.private_key(key),
            (None, Some(pem)) => Ok(Arc::clone(pem)),
            (None, None) => Err("the options have no private key (a key without a file of its own is not saved or copied with them): set it with replace_identity(), or create the options again".to_owned()),
        }
    }

    fn certificate(&self) -> Result<Arc<CertificateSource>, String> {
        match (&self.own_certificate, &self.certificate_pem) {
            (Some(certificate), _) => addon().objects.certificate(certificate),
            (None, Some(pem)) => Ok(Arc::clone(pem)),
            (None, None) => Err("the options have no certificate".to_owned()),
        }
    }
}

fn texts(array: &PackedStringArray) -> Vec<String> {
    array.as_slice().iter().map(GString::to_string).collect()
}

/// Trusted certificates given as text, parsed once.
pub(super) struct TrustedText {
    pem: String,
    /// The certificates, or an error message if there are none: an empty text must be reported.
    usable: Result<Arc<CertificateSource>, String>,
}

impl TrustedText {
    pub(super) fn new(pem: String) -> Self {
        let bundle = read_bundle(pem.as_bytes());
        let usable = if bundle.certificates.is_empty() {
            let problems: Vec<String> = bundle.problems.iter().map(ToString::to_string).collect();
            let why = problems.join("; ");
            Err(format!(
                "the trusted PEM text contains no usable certificate: {why}"
            ))
        } else {
            let bytes = pem.as_bytes().to_vec();
            Ok(Arc::new(CertificateSource::with_bundle(bytes, bundle)))
        };
        Self { pem, usable }
    }

    pub(super) fn pem(&self) -> &str {
        &self.pem
    }
}
