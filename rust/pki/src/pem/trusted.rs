//! OpenSSL's own form of a certificate, with what it is trusted for behind it (`X509_CERT_AUX`).

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag, Tagged};

use super::der_length;

const SERVERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const ANYBODY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// Kinds of peers that a certificate is trusted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uses {
    pub(super) servers: bool,
    pub(super) clients: bool,
}

impl Uses {
    const ALL: Self = Self {
        servers: true,
        clients: true,
    };

    fn without(self, other: Self) -> Self {
        Self {
            servers: self.servers && !other.servers,
            clients: self.clients && !other.clients,
        }
    }
}

/// Splits a block into the certificate's own bytes and its uses.
pub(super) fn split(block: &[u8]) -> Option<(&[u8], Uses)> {
    let (certificate, settings) = block.split_at_checked(der_length(block)?)?;
    if settings.is_empty() {
        return Some((certificate, Uses::ALL));
    }
    Some((certificate, uses(settings).ok()?))
}

/// Reads the trust settings. Without a list of uses all are allowed, except the rejected ones.
fn uses(settings: &[u8]) -> der::Result<Uses> {
    let mut allowed = Uses::ALL;
    let settings = AnyRef::from_der(settings)?;
    settings.tag().assert_eq(Tag::Sequence)?;
    let mut parts = SliceReader::new(settings.value())?;
    while !parts.is_finished() {
        let part = AnyRef::decode(&mut parts)?;
        match part.tag() {
            Tag::Sequence => allowed = listed(part.value())?,
            tag if tag.is_context_specific() && tag.number() == der::TagNumber(0) => {
                allowed = allowed.without(listed(part.value())?);
            }
            _ => {}
        }
    }
    Ok(allowed)
}

fn listed(oids: &[u8]) -> der::Result<Uses> {
    let mut reader = SliceReader::new(oids)?;
    let mut oids = Vec::new();
    while !reader.is_finished() {
        oids.push(ObjectIdentifier::decode(&mut reader)?);
    }
    let has = |use_: &ObjectIdentifier| oids.contains(use_) || oids.contains(&ANYBODY);
    Ok(Uses {
        servers: has(&SERVERS),
        clients: has(&CLIENTS),
    })
}
