//! Lists of revoked certificates made in memory (RFC 5280 section 5): good ones, and those that nobody should
//! believe.

use rcgen::{
    CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint, CrlScope,
    Issuer, KeyIdMethod, RevokedCertParams, SerialNumber, SigningKey,
};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::authority::{Issued, pem_block};
use crate::der::{children, element, split};

pub use rcgen::RevocationReason;

/// Start of every list that does not say otherwise.
const FROM: OffsetDateTime = datetime!(2020-01-01 0:00 UTC);
/// End of every list that does not say otherwise.
const TO: OffsetDateTime = datetime!(2099-12-31 23:59:59 UTC);
/// When certificates were revoked: 2021-03-04 05:06:07 UTC.
const REVOKED: OffsetDateTime = datetime!(2021-03-04 5:06:07 UTC);

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const EXTENSIONS: u8 = 0xa0;

/// Position of nextUpdate among the signed fields: behind version, algorithm, issuer and thisUpdate.
const NEXT_UPDATE: usize = 4;

/// A list before it is signed.
#[derive(Debug, Clone)]
pub struct RevocationList {
    params: CertificateRevocationListParams,
    extensions: Vec<Vec<u8>>,
    is_version_1: bool,
    has_next_update: bool,
}

/// A signed list.
#[derive(Debug, Clone)]
pub struct SignedList {
    der: Vec<u8>,
}

impl RevocationList {
    /// Nothing is revoked; counts as long as the certificates of this crate do.
    pub fn empty() -> Self {
        Self {
            params: CertificateRevocationListParams {
                this_update: FROM,
                next_update: TO,
                crl_number: SerialNumber::from(1),
                issuing_distribution_point: None,
                revoked_certs: Vec::new(),
                key_identifier_method: KeyIdMethod::Sha256,
            },
            extensions: Vec::new(),
            is_version_1: false,
            has_next_update: true,
        }
    }

    /// Revokes `issued` on 2021-03-04 for a reason, or without one.
    pub fn revoking(self, issued: &Issued, reason: Option<RevocationReason>) -> Self {
        self.revoking_serial(&issued.serial_contents(), reason)
    }

    /// Revokes whatever has that serial number, given as the bytes of a positive number.
    pub fn revoking_serial(mut self, serial: &[u8], reason: Option<RevocationReason>) -> Self {
        self.params.revoked_certs.push(RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial),
            revocation_time: REVOKED,
            reason_code: reason,
            invalidity_date: None,
        });
        self
    }

    /// thisUpdate and nextUpdate in seconds since the Unix epoch.
    pub fn valid(mut self, from: i64, to: i64) -> Self {
        self.params.this_update = OffsetDateTime::from_unix_timestamp(from).unwrap();
        self.params.next_update = OffsetDateTime::from_unix_timestamp(to).unwrap();
        self
    }

    /// Does not say when the next one comes.
    pub fn without_next_update(mut self) -> Self {
        self.has_next_update = false;
        self
    }

    /// Says only what changed since list 1.
    pub fn delta(self) -> Self {
        self.extension(27, &element(0x02, &[1]))
    }

    /// Speaks for other issuers too.
    pub fn indirect(self) -> Self {
        self.extension(28, &element(SEQUENCE, &element(0x84, &[0xff])))
    }

    /// Speaks for certificates of authorities alone.
    pub fn for_authorities_only(mut self) -> Self {
        self.params.issuing_distribution_point = Some(CrlIssuingDistributionPoint {
            distribution_point: CrlDistributionPoint {
                uris: vec!["http://authorities.example.test".to_owned()],
            },
            scope: Some(CrlScope::CaCertsOnly),
        });
        self
    }

    /// Without any extension, and so in the first version of the format.
    pub fn version_1(mut self) -> Self {
        self.is_version_1 = true;
        self
    }

    /// A critical extension 2.5.29.`number`.
    fn extension(mut self, number: u8, contents: &[u8]) -> Self {
        let parts = [
            element(0x06, &[0x55, 0x1d, number]),
            element(0x01, &[0xff]),
            element(0x04, contents),
        ];
        self.extensions.push(element(SEQUENCE, &parts.concat()));
        self
    }

    /// Signs it as `issuer`, whether that is allowed or not.
    pub fn signed_by(&self, issuer: &Issued) -> SignedList {
        self.signed_in_the_name_of(issuer, issuer)
    }

    /// Names `issuer` and is signed with the key of `signer`.
    pub fn signed_in_the_name_of(&self, issuer: &Issued, signer: &Issued) -> SignedList {
        let mut named = issuer.params().clone();
        // A usage without cRLSign would keep the library from signing.
        named.key_usages.clear();
        let made = self
            .params
            .signed_by(&Issuer::from_params(&named, signer.key()))
            .unwrap();
        let parts = children(made.der());
        let mut fields = children(&parts[0]);
        self.change(&mut fields);
        let signed = element(SEQUENCE, &fields.concat());
        // Behind the count of unused bits, which is none.
        let signature = [vec![0], signer.key().sign(&signed).unwrap()].concat();
        let whole = [signed, parts[1].clone(), element(BIT_STRING, &signature)];
        SignedList {
            der: element(SEQUENCE, &whole.concat()),
        }
    }

    fn change(&self, fields: &mut Vec<Vec<u8>>) {
        if let Some(last) = fields.last_mut() {
            let (all, _) = split(last);
            let (old, _) = split(all);
            let new = [old, &self.extensions.concat()].concat();
            *last = element(EXTENSIONS, &element(SEQUENCE, &new));
        }
        if !self.has_next_update {
            fields.remove(NEXT_UPDATE);
        }
        if self.is_version_1 {
            fields.pop();
            fields.remove(0);
        }
    }
}

impl SignedList {
    /// Whatever these bytes are.
    pub fn from_der(der: Vec<u8>) -> Self {
        Self { der }
    }

    /// The list.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The list as a PEM block.
    pub fn pem(&self) -> String {
        pem_block("X509 CRL", &self.der)
    }

    /// The same list with one bit of its signature turned over.
    pub fn with_broken_signature(mut self) -> Self {
        *self.der.last_mut().unwrap() ^= 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Template;

    #[test]
    fn changing_a_list_adds_extensions_and_leaves_fields_out_and_nothing_else() {
        let root = Template::authority("Root").self_signed();
        let fields = |list: &RevocationList| children(&children(list.signed_by(&root).der())[0]);
        let (whole, endless, old) = (
            fields(&RevocationList::empty()),
            fields(&RevocationList::empty().without_next_update()),
            fields(&RevocationList::empty().version_1()),
        );
        assert_eq!([&whole[..NEXT_UPDATE], &whole[5..]].concat(), endless);
        assert_eq!(whole[1..5], old);
        let delta = fields(&RevocationList::empty().delta());
        assert_eq!(whole[..5], delta[..5]);
        let extensions = |fields: &[Vec<u8>]| children(split(&fields[5]).0);
        assert_eq!(extensions(&whole), extensions(&delta)[..2]);
        assert_eq!(extensions(&delta).len(), 3);
    }
}
