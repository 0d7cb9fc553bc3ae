//! Making certificates: self-signed ones, authorities, what these issue, and signing requests (RFC
//! 5280, RFC 2986).
//!
//! The caller signs ([`CertificateSigner`]), so that a key of another implementation can be used.
//! Every certificate is read back and its signature verified before it is returned.

mod alternative_names;
mod authority;
mod error;
mod key;
mod layout;
mod subject;
#[cfg(test)]
mod tests;
mod validity;

use der::Encode as _;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose,
    SerialNumber,
};

pub use crate::attribute_types::StringKind;
use crate::certificate::{Certificate, PublicKeyKind};
use crate::crypto::fill_with_random;
use crate::pem::write_block;
pub use alternative_names::{AlternativeNameError, AlternativeNames, NameFault};
pub use error::{AuthorityFault, Error, KeyRole, SigningError};
use key::SubjectKey;
use layout::{IssuedBy, Signer};
pub use subject::{Subject, SubjectError, SubjectFault, ValueFault};
pub use validity::{Bound, Validity, ValidityError};

/// Size of a serial number in bytes; RFC 5280 section 4.1.2.2 allows no more.
const SERIAL_SIZE: usize = 20;

/// Key that signs certificates, of the provider or of another implementation.
pub trait CertificateSigner {
    /// Returns the SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), DER.
    fn public_key_info(&self) -> &[u8];
    /// Signs `message` with this key: PKCS#1 v1.5 with SHA-256 for RSA; ECDSA (DER) with SHA-256
    /// for P-256, SHA-384 for P-384, SHA-512 for P-521.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError>;
}

/// Makes a self-signed certificate, which is trusted for this one key. Weak keys and reversed dates
/// are accepted. Without `names` the common name becomes one when it can.
pub fn self_signed(
    signer: &dyn CertificateSigner,
    subject: &Subject,
    validity: &Validity,
    names: &AlternativeNames,
) -> Result<Certificate, Error> {
    let signer = Signer::new(signer)?;
    let mut fields = fields(validity)?;
    // Marked as a CA, as mbedTLS does: some clients take no other certificate for a trusted one.
    fields.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    fields.key_usages = leaf_usages(signer.key.kind());
    fields.key_usages.push(KeyUsagePurpose::KeyCertSign);
    fields.subject_alt_names = names_or_common_name(names, subject).to_general_names()?;
    itself(&signer, &fields, subject)
}

/// Makes a certificate authority that issues leaves alone.
pub fn authority(
    signer: &dyn CertificateSigner,
    subject: &Subject,
    validity: &Validity,
) -> Result<Certificate, Error> {
    let signer = Signer::new(signer)?;
    signer.key.refuse_weak(KeyRole::Authority)?;
    refuse_reversed(validity)?;
    let mut fields = fields(validity)?;
    fields.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    fields.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    itself(&signer, &fields, subject)
}

/// Issues a certificate for servers and clients, over the SubjectPublicKeyInfo `subject_key_info`,
/// signed with the key of the authority `ca`. Without `names` the common name becomes one when it
/// can.
pub fn issued(
    ca_signer: &dyn CertificateSigner,
    ca: &Certificate,
    subject_key_info: &[u8],
    subject: &Subject,
    names: &AlternativeNames,
    validity: &Validity,
) -> Result<Certificate, Error> {
    let signer = Signer::new(ca_signer)?;
    authority::check(ca.facts(), &signer.key)?;
    let key = SubjectKey::read(subject_key_info)?;
    key.refuse_weak(KeyRole::Subject)?;
    refuse_reversed(validity)?;
    let mut fields = fields(validity)?;
    fields.is_ca = IsCa::ExplicitNoCa;
    fields.key_usages = leaf_usages(key.kind());
    fields.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    fields.use_authority_key_identifier_extension = true;
    fields.subject_alt_names = names_or_common_name(names, subject).to_general_names()?;
    let issuer = IssuedBy {
        name: &authority::name(ca.facts())?,
        key_identifier: ca.facts().subject_key_identifier.as_deref(),
    };
    signer.certificate(&fields, subject.name(), &key, &issuer)
}

/// Makes a request for a certificate of another authority, PEM. Without `names` the common name
/// becomes one when it can.
pub fn signing_request(
    signer: &dyn CertificateSigner,
    subject: &Subject,
    names: &AlternativeNames,
) -> Result<String, Error> {
    let signer = Signer::new(signer)?;
    signer.key.refuse_weak(KeyRole::Request)?;
    let mut fields = CertificateParams::default();
    fields.subject_alt_names = names_or_common_name(names, subject).to_general_names()?;
    let der = signer.request(&fields, subject.name())?;
    Ok(write_block("CERTIFICATE REQUEST", &der))
}

/// Returns whether a certificate of another implementation has the subject and the dates that it
/// should have.
pub fn is_as_asked(certificate: &Certificate, subject: &Subject, validity: &Validity) -> bool {
    let facts = certificate.facts();
    let dates = (facts.not_before, facts.not_after);
    let asked = (validity.not_before(), validity.not_after());
    let has_dates = dates == (asked.0.unix_timestamp(), asked.1.unix_timestamp());
    let name = subject.name().to_der();
    has_dates && name.is_ok_and(|name| name == facts.subject_der)
}

/// Makes a certificate that its own subject issues.
fn itself(
    signer: &Signer<'_>,
    fields: &CertificateParams,
    subject: &Subject,
) -> Result<Certificate, Error> {
    let issuer = IssuedBy {
        name: subject.name(),
        key_identifier: None,
    };
    signer.certificate(fields, subject.name(), &signer.key, &issuer)
}

/// Returns the fields that every certificate has.
fn fields(validity: &Validity) -> Result<CertificateParams, Error> {
    let mut fields = CertificateParams::default();
    fields.not_before = validity.not_before();
    fields.not_after = validity.not_after();
    fields.serial_number = Some(serial_number()?);
    Ok(fields)
}

/// Makes a random, positive serial number. Its first byte is never zero, so all have the same
/// length.
fn serial_number() -> Result<SerialNumber, Error> {
    let mut serial = [0; SERIAL_SIZE];
    fill_with_random(&mut serial)?;
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(SerialNumber::from_slice(&serial))
}

/// Returns the usages of a leaf (RFC 5280 section 4.2.1.3): TLS signs with every key, and older
/// clients encrypt to RSA keys.
fn leaf_usages(key: &PublicKeyKind) -> Vec<KeyUsagePurpose> {
    let mut usages = vec![KeyUsagePurpose::DigitalSignature];
    if let PublicKeyKind::Rsa(_) = key {
        usages.push(KeyUsagePurpose::KeyEncipherment);
    }
    usages
}

fn names_or_common_name(names: &AlternativeNames, subject: &Subject) -> AlternativeNames {
    if names.is_empty() {
        AlternativeNames::of_common_name(subject.common_name())
    } else {
        names.clone()
    }
}

/// Refuses dates under which a certificate is never valid.
fn refuse_reversed(validity: &Validity) -> Result<(), Error> {
    if validity.is_reversed() {
        Err(Error::Reversed(*validity))
    } else {
        Ok(())
    }
}
