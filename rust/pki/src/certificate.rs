//! Reading X.509 certificates: the facts that trust decisions and error sentences need.

mod error;
mod name;
mod public_key;
mod signed;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use rustls_pki_types::CertificateDer;
use x509_parser::asn1_rs::Oid;
use x509_parser::prelude::{
    FromDer, GeneralName, ParsedExtension, TbsCertificate, X509Certificate, X509Extension,
    X509Version,
};

pub use error::ParseError;
pub(crate) use name::{rfc4514_of_der, wrap_in_sequence};
pub use public_key::{KeyWeakness, PublicKeyKind};
pub(crate) use signed::Signed;

/// A certificate, its DER and what was read from it.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: CertificateDer<'static>,
    facts: Facts,
}

/// Contents of a certificate that trust and diagnosis need.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Subject, RFC 4514.
    pub subject: String,
    /// Issuer, RFC 4514.
    pub issuer: String,
    /// Subject, the DER of the whole Name.
    pub subject_der: Vec<u8>,
    /// Issuer, the DER of the whole Name.
    pub issuer_der: Vec<u8>,
    /// The most specific common name of the subject (RFC 6125 section 6.4.4: the last one). `None`
    /// also when it holds U+0000 or is not well-formed: such a name matches nothing, and is left
    /// out rather than told wrongly.
    pub common_name: Option<String>,
    /// Start of validity, seconds since the Unix epoch.
    pub not_before: i64,
    /// End of validity, seconds since the Unix epoch.
    pub not_after: i64,
    /// X.509 version 3; extensions exist in no other.
    pub is_version_3: bool,
    /// RFC 5280 section 4.2.1.9; `None` when the extension is absent.
    pub basic_constraints: Option<BasicConstraints>,
    /// RFC 5280 section 4.2.1.3; `None` when the extension is absent.
    pub key_usage: Option<KeyUsage>,
    /// RFC 5280 section 4.2.1.12; `None` when the extension is absent.
    pub extended_key_usage: Option<ExtendedKeyUsage>,
    /// RFC 5280 section 4.2.1.2; `None` when the extension is absent.
    pub subject_key_identifier: Option<Vec<u8>>,
    /// True when the subject alternative name extension is there at all, readable or not.
    pub has_alternative_names: bool,
    /// DNS alternative names as written, but for those with U+0000.
    pub dns_names: Vec<String>,
    /// IP address alternative names.
    pub ip_addresses: Vec<IpAddr>,
    /// RFC 5280 section 4.2.1.10, reduced to what restricts a DNS name or an address.
    pub name_constraints: Option<NameConstraints>,
    /// Object identifier of the first critical extension that is not understood.
    pub unknown_critical_extension: Option<String>,
    /// The subject's public key.
    pub public_key: PublicKeyKind,
    /// The DER of the whole SubjectPublicKeyInfo.
    pub public_key_info_der: Vec<u8>,
    /// The contents of the serial number's INTEGER, as encoded.
    pub serial: Vec<u8>,
    /// Name of the signature algorithm, or its object identifier when unknown.
    pub signature_algorithm: String,
}

/// RFC 5280 section 4.2.1.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// The subject may issue certificates.
    pub is_ca: bool,
    /// Most further CA certificates between this one and a leaf.
    pub path_length: Option<u32>,
}

/// RFC 5280 section 4.2.1.3, the bits that matter for TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    /// May sign handshakes.
    pub digital_signature: bool,
    /// May sign certificates.
    pub key_cert_sign: bool,
    /// May sign revocation lists.
    pub crl_sign: bool,
}

/// RFC 5280 section 4.2.1.12, the purposes that matter for TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// TLS server authentication.
    pub server_auth: bool,
    /// TLS client authentication.
    pub client_auth: bool,
    /// Every purpose (anyExtendedKeyUsage).
    pub any: bool,
}

/// The DNS part of name constraints, and whether addresses are constrained too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameConstraints {
    /// DNS subtrees of which one must contain a name; empty means any name.
    pub permitted_dns: Vec<String>,
    /// DNS subtrees that must not contain a name.
    pub excluded_dns: Vec<String>,
    /// Some IP address subtree is listed, permitted or excluded.
    pub has_ip: bool,
}

impl Certificate {
    /// Reads one DER certificate; bytes behind it are an error (RFC 5280 section 4.1).
    pub fn from_der(der: CertificateDer<'static>) -> Result<Self, ParseError> {
        let facts = Facts::from_der(&der)?;
        Ok(Self { der, facts })
    }

    /// Returns the encoded certificate.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Returns what was read.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Returns whether subject and issuer are the same name, whoever signed.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.facts.is_self_issued()
    }

    /// Returns whether the certificate is self-issued and signed with its own key, where that can
    /// be checked. For display; trust asks `verifies_itself`.
    pub fn is_self_signed(&self) -> bool {
        let can_be_checked = self.facts.public_key.weakness().is_none()
            && Signed::of(&self.der).is_some_and(|signed| signed.algorithm_is_believed());
        self.is_self_issued() && (!can_be_checked || self.verifies_itself())
    }

    /// Returns whether its own key made the signature, by an accepted algorithm.
    pub(crate) fn verifies_itself(&self) -> bool {
        self.facts.signed(&self.der)
    }

    /// Returns whether that key made the signature, by an accepted algorithm.
    pub(crate) fn is_signed_with(&self, public_key_info_der: &[u8]) -> bool {
        Signed::of(&self.der).is_some_and(|signed| signed.is_by(public_key_info_der))
    }
}

impl Facts {
    /// Reads the facts of one DER certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, ParseError> {
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|e| ParseError::Malformed((&e).into()))?;
        if !rest.is_empty() {
            return Err(ParseError::TrailingBytes(rest.len()));
        }
        let tbs = &parsed.tbs_certificate;
        let mut facts = Self {
            subject: name::rfc4514(tbs.subject()),
            issuer: name::rfc4514(tbs.issuer()),
            subject_der: tbs.subject().as_raw().to_vec(),
            issuer_der: tbs.issuer().as_raw().to_vec(),
            common_name: name::common_name(tbs.subject()),
            not_before: tbs.validity().not_before.timestamp(),
            not_after: tbs.validity().not_after.timestamp(),
            is_version_3: tbs.version() == X509Version::V3,
            basic_constraints: None,
            key_usage: None,
            extended_key_usage: None,
            subject_key_identifier: None,
            has_alternative_names: false,
            dns_names: Vec::new(),
            ip_addresses: Vec::new(),
            name_constraints: None,
            unknown_critical_extension: None,
            public_key: PublicKeyKind::of(tbs.public_key()),
            public_key_info_der: tbs.public_key().raw.to_vec(),
            serial: tbs.raw_serial().to_vec(),
            signature_algorithm: public_key::signature_algorithm_name(&parsed.signature_algorithm),
        };
        facts.read_extensions(tbs)?;
        Ok(facts)
    }

    /// Returns whether subject and issuer are the same name.
    pub(crate) fn is_self_issued(&self) -> bool {
        self.subject_der == self.issuer_der
    }

    /// Returns whether it may issue: CA:TRUE, keyCertSign when a key usage is there, nothing
    /// critical that is unknown (RFC 5280 section 6.1.4).
    pub(crate) fn may_issue(&self) -> bool {
        self.is_version_3
            && self.basic_constraints.is_some_and(|c| c.is_ca)
            && self.key_usage.is_none_or(|usage| usage.key_cert_sign)
            && self.unknown_critical_extension.is_none()
    }

    /// Returns a short name for messages: the common name, else the whole subject, else a stand-in.
    pub fn display_name(&self) -> String {
        match (&self.common_name, self.subject.is_empty()) {
            (Some(common_name), _) => common_name.clone(),
            (None, false) => self.subject.clone(),
            (None, true) => "(no subject)".to_owned(),
        }
    }

    /// Returns the names that a reference is compared with: alternative names, else the common
    /// name.
    pub(crate) fn presented_names(&self) -> Vec<String> {
        if self.has_alternative_names {
            self.alternative_names().collect()
        } else {
            self.common_name.iter().cloned().collect()
        }
    }

    /// Returns whether its key signed `der`, a certificate or a list, by an accepted algorithm.
    pub(crate) fn signed(&self, der: &[u8]) -> bool {
        Signed::of(der).is_some_and(|signed| signed.is_by(&self.public_key_info_der))
    }

    /// Returns the DNS names and IP addresses among the alternative names (RFC 5280 section
    /// 4.2.1.6).
    pub fn alternative_names(&self) -> impl Iterator<Item = String> {
        let addresses = self.ip_addresses.iter().map(ToString::to_string);
        self.dns_names.iter().cloned().chain(addresses)
    }

    /// Returns the serial number as a positive number's bytes.
    pub fn serial_number(&self) -> &[u8] {
        without_sign_byte(&self.serial)
    }

    fn read_extensions(&mut self, tbs: &TbsCertificate<'_>) -> Result<(), ParseError> {
        for extension in tbs.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::BasicConstraints(constraints) => {
                    self.basic_constraints = Some(BasicConstraints {
                        is_ca: constraints.ca,
                        path_length: constraints.path_len_constraint,
                    });
                }
                ParsedExtension::KeyUsage(usage) => {
                    self.key_usage = Some(KeyUsage {
                        digital_signature: usage.digital_signature(),
                        key_cert_sign: usage.key_cert_sign(),
                        crl_sign: usage.crl_sign(),
                    });
                }
                ParsedExtension::SubjectAlternativeName(names) => {
                    self.has_alternative_names = true;
                    self.read_alternative_names(&names.general_names);
                }
                ParsedExtension::SubjectKeyIdentifier(identifier) => {
                    self.subject_key_identifier = Some(identifier.0.to_vec());
                }
                ParsedExtension::NameConstraints(constraints) => {
                    self.name_constraints = Some(read_name_constraints(constraints));
                }
                ParsedExtension::ParseError { .. } => self.read_broken_extension(extension)?,
                ParsedExtension::ExtendedKeyUsage(usage) => {
                    self.extended_key_usage = Some(ExtendedKeyUsage {
                        server_auth: usage.server_auth,
                        client_auth: usage.client_auth,
                        any: usage.any,
                    });
                }
                _ if extension.critical => self.note_unknown_critical(extension),
                _ => {}
            }
        }
        Ok(())
    }

    /// Handles an unreadable extension: one that decides about trust makes the certificate
    /// unusable; others count only when they are critical.
    fn read_broken_extension(&mut self, extension: &X509Extension<'_>) -> Result<(), ParseError> {
        let oid = identifier(&extension.oid);
        match oid.as_str() {
            "2.5.29.17" => self.has_alternative_names = true,
            "2.5.29.15" | "2.5.29.19" | "2.5.29.30" | "2.5.29.37" => {
                return Err(ParseError::Extension { oid });
            }
            _ if extension.critical => self.note_unknown_critical(extension),
            _ => {}
        }
        Ok(())
    }

    fn note_unknown_critical(&mut self, extension: &X509Extension<'_>) {
        if self.unknown_critical_extension.is_none() {
            self.unknown_critical_extension = Some(identifier(&extension.oid));
        }
    }

    fn read_alternative_names(&mut self, names: &[GeneralName<'_>]) {
        for alternative in names {
            match alternative {
                GeneralName::DNSName(dns) if name::can_be_compared(dns) => {
                    self.dns_names.push((*dns).to_owned());
                }
                GeneralName::IPAddress(bytes) => {
                    if let Ok(v4) = <[u8; 4]>::try_from(*bytes) {
                        self.ip_addresses.push(IpAddr::from(v4));
                    } else if let Ok(v6) = <[u8; 16]>::try_from(*bytes) {
                        self.ip_addresses.push(IpAddr::from(v6));
                    }
                }
                _ => {}
            }
        }
    }
}

fn read_name_constraints(
    constraints: &x509_parser::extensions::NameConstraints<'_>,
) -> NameConstraints {
    let mut read = NameConstraints::default();
    for subtree in constraints.permitted_subtrees.iter().flatten() {
        match &subtree.base {
            GeneralName::DNSName(dns) => read.permitted_dns.push((*dns).to_owned()),
            GeneralName::IPAddress(_) => read.has_ip = true,
            _ => {}
        }
    }
    for subtree in constraints.excluded_subtrees.iter().flatten() {
        match &subtree.base {
            GeneralName::DNSName(dns) => read.excluded_dns.push((*dns).to_owned()),
            GeneralName::IPAddress(_) => read.has_ip = true,
            _ => {}
        }
    }
    read
}

/// Strips the bytes of a positive INTEGER that are there for the sign alone (X.690 section 8.3);
/// mbedTLS sometimes writes one too many.
pub(crate) fn without_sign_byte(integer: &[u8]) -> &[u8] {
    let zeros = integer.iter().take_while(|byte| **byte == 0).count();
    &integer[zeros.min(integer.len().saturating_sub(1))..]
}

/// Writes an object identifier for messages, cut where only a hostile certificate has so much of
/// it.
fn identifier(oid: &Oid<'_>) -> String {
    const MAX_LENGTH: usize = 100;
    let mut text = oid.to_id_string();
    if text.len() > MAX_LENGTH {
        text = text.chars().take(MAX_LENGTH).chain(['…']).collect();
    }
    text
}
