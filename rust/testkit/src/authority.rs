//! Certificates made in memory: good ones, and one for every fault that a verifier has to notice.

use std::net::IpAddr;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, SanType, SerialNumber, SigningKey,
};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::der::{children, element, split};
use crate::keys::KeyKind;

/// Start of every certificate that does not say otherwise.
const FROM: OffsetDateTime = datetime!(2020-01-01 0:00 UTC);
/// End of every certificate that does not say otherwise.
const TO: OffsetDateTime = datetime!(2099-12-31 23:59:59 UTC);

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;

/// RFC 5280 section 4.2.1.3, what tests ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Signs handshakes.
    DigitalSignature,
    /// Encrypts keys, as RSA key exchange did.
    KeyEncipherment,
    /// Signs certificates.
    CertSign,
    /// Signs revocation lists.
    CrlSign,
}

/// RFC 5280 section 4.2.1.12, what tests ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// TLS server.
    Server,
    /// TLS client.
    Client,
    /// Something that is neither.
    CodeSigning,
}

/// A certificate before it is signed.
#[derive(Debug, Clone)]
pub struct Template {
    params: CertificateParams,
    key: Result<KeyKind, Arc<KeyPair>>,
}

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct Issued {
    der: Vec<u8>,
    params: CertificateParams,
    key: Arc<KeyPair>,
}

impl Template {
    /// A server's certificate with that subject common name and no alternative name; usage
    /// digitalSignature, purpose serverAuth.
    pub fn leaf(common_name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.not_before = FROM;
        params.not_after = TO;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        Self {
            params,
            key: Ok(KeyKind::default()),
        }
        .named(common_name)
    }

    /// A certificate authority; usage keyCertSign.
    pub fn authority(common_name: &str) -> Self {
        let mut template = Self::leaf(common_name)
            .purposes(&[])
            .usages(&[Usage::CertSign]);
        template.params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        template
    }

    /// What Godot's `Crypto.generate_self_signed_certificate` writes: CA:TRUE with path length 0, nothing
    /// else.
    pub fn like_the_engine(common_name: &str) -> Self {
        Self::authority(common_name).path_length(0).no_usages()
    }

    /// What `openssl req -x509` writes by default: CA:TRUE, nothing about usage.
    pub fn like_openssl(common_name: &str) -> Self {
        Self::authority(common_name).no_usages()
    }

    /// Replaces the common name.
    pub fn named(mut self, common_name: &str) -> Self {
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, common_name);
        self.params.distinguished_name = name;
        self
    }

    /// Adds a second, more specific common name.
    pub fn also_named(mut self, common_name: &str) -> Self {
        // By its number, since a name holds each kind of part once.
        let part = DnType::CustomDnType(vec![2, 5, 4, 3]);
        self.params.distinguished_name.push(part, common_name);
        self
    }

    /// A subject with an organisation and no common name.
    pub fn without_common_name(mut self) -> Self {
        let mut name = DistinguishedName::new();
        name.push(DnType::OrganizationName, "Nameless");
        self.params.distinguished_name = name;
        self
    }

    /// Subject alternative names: addresses where they can be read as such, else DNS names.
    pub fn names(mut self, names: &[&str]) -> Self {
        self.params.subject_alt_names = names
            .iter()
            .map(|name| match name.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName((*name).try_into().unwrap()),
            })
            .collect();
        self
    }

    /// An alternative DNS name whatever it looks like, beside those that are there.
    pub fn dns_name(mut self, name: &str) -> Self {
        let name = SanType::DnsName(name.try_into().unwrap());
        self.params.subject_alt_names.push(name);
        self
    }

    /// An alternative name that no server is asked for.
    pub fn email(mut self, address: &str) -> Self {
        let name = SanType::Rfc822Name(address.try_into().unwrap());
        self.params.subject_alt_names.push(name);
        self
    }

    /// The serial number, given as the bytes of a positive number.
    pub fn serial(mut self, serial: &[u8]) -> Self {
        self.params.serial_number = Some(SerialNumber::from_slice(serial));
        self
    }

    /// Validity in seconds since the Unix epoch.
    pub fn valid(mut self, from: i64, to: i64) -> Self {
        self.params.not_before = OffsetDateTime::from_unix_timestamp(from).unwrap();
        self.params.not_after = OffsetDateTime::from_unix_timestamp(to).unwrap();
        self
    }

    /// Expired at the end of 2020.
    pub fn expired(mut self) -> Self {
        self.params.not_after = datetime!(2020-12-31 23:59:59 UTC);
        self
    }

    /// Valid from 2090 on.
    pub fn not_yet_valid(mut self) -> Self {
        self.params.not_before = datetime!(2090-01-01 0:00 UTC);
        self
    }

    /// Exactly these usages.
    pub fn usages(mut self, usages: &[Usage]) -> Self {
        self.params.key_usages = usages
            .iter()
            .map(|usage| match usage {
                Usage::DigitalSignature => KeyUsagePurpose::DigitalSignature,
                Usage::KeyEncipherment => KeyUsagePurpose::KeyEncipherment,
                Usage::CertSign => KeyUsagePurpose::KeyCertSign,
                Usage::CrlSign => KeyUsagePurpose::CrlSign,
            })
            .collect();
        self
    }

    /// No key usage extension.
    pub fn no_usages(self) -> Self {
        self.usages(&[])
    }

    /// Exactly these purposes; none leaves the extension out.
    pub fn purposes(mut self, purposes: &[Purpose]) -> Self {
        self.params.extended_key_usages = purposes
            .iter()
            .map(|purpose| match purpose {
                Purpose::Server => ExtendedKeyUsagePurpose::ServerAuth,
                Purpose::Client => ExtendedKeyUsagePurpose::ClientAuth,
                Purpose::CodeSigning => ExtendedKeyUsagePurpose::CodeSigning,
            })
            .collect();
        self
    }

    /// CA:TRUE with this path length.
    pub fn path_length(mut self, length: u8) -> Self {
        self.params.is_ca = IsCa::Ca(BasicConstraints::Constrained(length));
        self
    }

    /// CA:FALSE.
    pub fn not_a_ca(mut self) -> Self {
        self.params.is_ca = IsCa::ExplicitNoCa;
        self
    }

    /// No basic constraints extension.
    pub fn no_basic_constraints(mut self) -> Self {
        self.params.is_ca = IsCa::NoCa;
        self
    }

    /// Name constraints: DNS subtrees, or addresses with a prefix length ("10.0.0.0/8").
    pub fn constrained(mut self, permitted: &[&str], excluded: &[&str]) -> Self {
        let subtrees = |names: &[&str]| {
            names
                .iter()
                .map(|name| match name.parse::<CidrSubnet>() {
                    Ok(subnet) => GeneralSubtree::IpAddress(subnet),
                    Err(()) => GeneralSubtree::DnsName((*name).to_owned()),
                })
                .collect()
        };
        self.params.name_constraints = Some(NameConstraints {
            permitted_subtrees: subtrees(permitted),
            excluded_subtrees: subtrees(excluded),
        });
        self
    }

    /// A critical extension that nobody knows: 1.2.3.4.5.6.
    pub fn unknown_critical_extension(mut self) -> Self {
        let mut extension =
            CustomExtension::from_oid_content(&[1, 2, 3, 4, 5, 6], element(0x0c, b"strange"));
        extension.set_criticality(true);
        self.params.custom_extensions.push(extension);
        self
    }

    /// An extension with any contents, critical or not.
    pub fn extension(mut self, oid: &[u64], critical: bool, contents: &[u8]) -> Self {
        let mut extension = CustomExtension::from_oid_content(oid, contents.to_vec());
        extension.set_criticality(critical);
        self.params.custom_extensions.push(extension);
        self
    }

    /// A new key of this kind.
    pub fn key(mut self, kind: KeyKind) -> Self {
        self.key = Ok(kind);
        self
    }

    /// The key of another certificate.
    pub fn key_of(mut self, other: &Issued) -> Self {
        self.key = Err(Arc::clone(&other.key));
        self
    }

    /// Signs it with its own key.
    pub fn self_signed(self) -> Issued {
        let (params, key) = self.into_parts();
        let der = params.self_signed(&*key).unwrap().der().to_vec();
        Issued { der, params, key }
    }

    fn into_parts(self) -> (CertificateParams, Arc<KeyPair>) {
        let key = self.key.map_or_else(|key| key, KeyKind::key);
        (self.params, key)
    }
}

impl Issued {
    /// Signs `template` with this certificate's key, whether that is allowed or not.
    pub fn issue(&self, template: Template) -> Self {
        let (params, key) = template.into_parts();
        let issuer = Issuer::from_params(&self.params, &*self.key);
        let der = params.signed_by(&*key, &issuer).unwrap().der().to_vec();
        Self { der, params, key }
    }

    /// The certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as a PEM block.
    pub fn pem(&self) -> String {
        pem_block("CERTIFICATE", &self.der)
    }

    /// The private key, PKCS#8.
    pub fn key_der(&self) -> &[u8] {
        self.key.serialized_der()
    }

    /// The private key as a PEM block, PKCS#8.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// The public half of the key as a PEM block.
    pub fn public_key_pem(&self) -> String {
        self.key.public_key_pem()
    }

    /// The same certificate signed by itself, as X.509 version 1: without any extension.
    pub fn as_version_1(&self) -> Self {
        self.resigned(self, |fields| {
            fields.retain(|field| field[0] != VERSION && field[0] != EXTENSIONS);
        })
    }

    /// The same certificate as X.509 version 1, signed by `issuer`.
    pub fn as_version_1_by(&self, issuer: &Self) -> Self {
        self.resigned(issuer, |fields| {
            fields.retain(|field| field[0] != VERSION && field[0] != EXTENSIONS);
        })
    }

    /// The same certificate signed by itself, with these bytes as its serial number, well encoded or not.
    pub fn with_serial_bytes(&self, serial: &[u8]) -> Self {
        self.resigned(self, |fields| fields[1] = element(INTEGER, serial))
    }

    /// The same certificate signed by `issuer`, with these bytes as its serial number, well encoded or not.
    pub fn with_serial_bytes_by(&self, issuer: &Self, serial: &[u8]) -> Self {
        self.resigned(issuer, |fields| fields[1] = element(INTEGER, serial))
    }

    /// The same certificate with another subject and key that it has no private half of: `subject` and
    /// `key` are the contents of a Name and a SubjectPublicKeyInfo, as trust anchors carry them.
    pub fn imitating(&self, subject: &[u8], key: &[u8]) -> Self {
        self.resigned(self, |fields| {
            fields[3] = element(SEQUENCE, subject);
            fields[5] = element(SEQUENCE, subject);
            fields[6] = element(SEQUENCE, key);
        })
    }

    /// The same certificate with one bit of its signature turned over.
    pub fn with_broken_signature(&self) -> Self {
        let mut broken = self.clone();
        *broken.der.last_mut().unwrap() ^= 1;
        broken
    }

    /// Changes the fields of the signed part (version, serial, algorithm, issuer, validity, subject, key,
    /// extensions) and signs it anew.
    fn resigned(&self, signer: &Self, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> Self {
        let parts = children(&self.der);
        let mut fields = children(&parts[0]);
        change(&mut fields);
        let signed = element(SEQUENCE, &fields.concat());
        // Behind the count of unused bits, which is none.
        let signature = [vec![0], signer.key.sign(&signed).unwrap()].concat();
        let whole = [signed, parts[1].clone(), element(0x03, &signature)].concat();
        Self {
            der: element(SEQUENCE, &whole),
            ..self.clone()
        }
    }

    /// The contents of the serial number's INTEGER.
    pub(crate) fn serial_contents(&self) -> Vec<u8> {
        let fields = children(&children(&self.der)[0]);
        split(&fields[1]).0.to_vec()
    }

    pub(crate) fn params(&self) -> &CertificateParams {
        &self.params
    }

    pub(crate) fn key(&self) -> &KeyPair {
        &self.key
    }

    /// The contents of the subject's Name, as trust anchors carry it.
    pub fn subject_contents(&self) -> Vec<u8> {
        let fields = children(&children(&self.der)[0]);
        split(&fields[5]).0.to_vec()
    }
}

/// RFC 7468.
pub(crate) fn pem_block(label: &str, der: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in der.chunks(3) {
        let mut three = [0; 3];
        three[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for place in 0..4 {
            if place > chunk.len() {
                text.push('=');
            } else {
                let index = bits >> (18 - 6 * place) & 0x3f;
                text.push(char::from(ALPHABET[index as usize]));
            }
        }
    }
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(std::str::from_utf8(line).unwrap());
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_what_everyone_else_writes() {
        for (bytes, text) in [("M", "TQ=="), ("Ma", "TWE="), ("Man", "TWFu")] {
            let block = pem_block("X", bytes.as_bytes());
            assert_eq!(
                block,
                format!("-----BEGIN X-----\n{text}\n-----END X-----\n")
            );
        }
    }

    #[test]
    fn resigning_changes_the_serial_and_nothing_else() {
        let made = Template::like_the_engine("localhost").self_signed();
        let changed = made.with_serial_bytes(&[0, 1]);
        let (before, after) = (children(&made.der), children(&changed.der));
        let (before, after) = (children(&before[0]), children(&after[0]));
        assert_eq!(after[1], [INTEGER, 2, 0, 1]);
        assert_eq!(before[2..], after[2..]);
    }
}
