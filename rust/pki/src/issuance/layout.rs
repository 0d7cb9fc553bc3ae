//! Encoding and signing of certificates and requests.
//!
//! rcgen lays out everything but the names: its own hold each attribute once, and it would write an
//! issuer's name anew, where path building compares names byte by byte. So it works with a key that
//! signs nothing; then the names are put in and the real key signs, once.

use der::asn1::{Any, BitString};
use der::{Decode, Encode};
use rcgen::{CertificateParams, Issuer, KeyIdMethod, PublicKeyData, SignatureAlgorithm};
use rustls_pki_types::CertificateDer;

use super::key::SubjectKey;
use super::{CertificateSigner, Error};
use crate::certificate::{Certificate, Signed};

/// Places of the names in a certificate's signed part (RFC 5280 section 4.1).
const ISSUER: usize = 3;
const SUBJECT: usize = 5;
/// The same in a request (RFC 2986 section 4.1).
const REQUEST_SUBJECT: usize = 1;

/// A key that signs, with its public half read.
pub(super) struct Signer<'a> {
    signer: &'a dyn CertificateSigner,
    /// Its public half.
    pub(super) key: SubjectKey,
}

/// Issuer as the certificate has it.
pub(super) struct IssuedBy<'a> {
    /// The Name, taken over byte by byte.
    pub(super) name: &'a Any,
    /// The issuer's subject key identifier, where it has one.
    pub(super) key_identifier: Option<&'a [u8]>,
}

impl<'a> Signer<'a> {
    /// Reads the public half.
    pub(super) fn new(signer: &'a dyn CertificateSigner) -> Result<Self, Error> {
        let key = SubjectKey::read(signer.public_key_info())?;
        if key.signs_certificates() {
            return Ok(Self { signer, key });
        }
        Err(Error::SignerKind(key.kind().clone()))
    }

    /// Makes a certificate of these fields over `key`.
    pub(super) fn certificate(
        &self,
        fields: &CertificateParams,
        subject: &Any,
        key: &SubjectKey,
        issuer: &IssuedBy<'_>,
    ) -> Result<Certificate, Error> {
        let mut issuing = CertificateParams::default();
        if let Some(identifier) = issuer.key_identifier {
            issuing.key_identifier_method = KeyIdMethod::PreSpecified(identifier.to_vec());
        }
        let issuing = Issuer::from_params(&issuing, SignsNothing(&self.key));
        let unsigned = fields.signed_by(key, &issuing).map_err(Error::Layout)?;
        let names = [(ISSUER, issuer.name), (SUBJECT, subject)];
        let der = self.signed(unsigned.der(), &names)?;
        Certificate::from_der(CertificateDer::from(der)).map_err(Error::Unreadable)
    }

    /// Makes a signing request of these fields, DER.
    pub(super) fn request(
        &self,
        fields: &CertificateParams,
        subject: &Any,
    ) -> Result<Vec<u8>, Error> {
        let unsigned = fields.serialize_request(&SignsNothing(&self.key));
        let unsigned = unsigned.map_err(Error::Layout)?;
        self.signed(unsigned.der(), &[(REQUEST_SUBJECT, subject)])
    }

    /// Puts names into the signed part, and signs it.
    fn signed(&self, unsigned: &[u8], names: &[(usize, &Any)]) -> Result<Vec<u8>, Error> {
        let message = with_names(unsigned, names).map_err(Error::Encoding)?;
        let signature = self.signer.sign(&message)?;
        let der = with_signature(unsigned, &message, &signature).map_err(Error::Encoding)?;
        self.check(&der)?;
        Ok(der)
    }

    /// Verifies the signature, which another key than the public half's may have made.
    fn check(&self, der: &[u8]) -> Result<(), Error> {
        let info = self.key.subject_public_key_info();
        // The provider cannot check signatures of weak keys.
        let is_checkable = self.key.kind().weakness().is_none();
        if is_checkable && !Signed::of(der).is_some_and(|signed| signed.is_by(&info)) {
            return Err(Error::KeyHalves(self.key.kind().clone()));
        }
        Ok(())
    }
}

/// Returns the signed part with these fields replaced.
fn with_names(unsigned: &[u8], names: &[(usize, &Any)]) -> der::Result<Vec<u8>> {
    let [signed_part, ..] = parts(unsigned)?;
    let mut fields: Vec<Any> = signed_part.decode_as()?;
    for (place, name) in names {
        let field = fields.get_mut(*place).ok_or(der::ErrorKind::Failed)?;
        *field = (*name).clone();
    }
    fields.to_der()
}

/// Returns the whole with another signed part and its signature.
fn with_signature(unsigned: &[u8], message: &[u8], signature: &[u8]) -> der::Result<Vec<u8>> {
    let [_, algorithm, _] = parts(unsigned)?;
    let signature = Any::encode_from(&BitString::from_bytes(signature)?)?;
    vec![Any::from_der(message)?, algorithm, signature].to_der()
}

/// Splits a certificate or a request into signed part, algorithm and signature.
fn parts(der: &[u8]) -> der::Result<[Any; 3]> {
    let parts = Vec::<Any>::from_der(der)?;
    parts.try_into().map_err(|_| der::ErrorKind::Failed.into())
}

/// Key that signs nothing, for rcgen, which asks for a signature.
struct SignsNothing<'a>(&'a SubjectKey);

impl PublicKeyData for SignsNothing<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.0.algorithm()
    }
}

impl rcgen::SigningKey for SignsNothing<'_> {
    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Vec::new())
    }
}
