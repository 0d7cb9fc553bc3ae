//! Lists of revoked certificates (RFC 5280 section 5).

mod error;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use rustls_pki_types::{CertificateRevocationListDer, TrustAnchor};
use webpki::{BorrowedCertRevocationList, CertRevocationList, RevocationReason};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

use crate::certificate::{
    Facts, KeyUsage, Signed, rfc4514_of_der, without_sign_byte, wrap_in_sequence,
};
use crate::library_errors::EncodingError;
use crate::pem::read_revocation_lists;
use crate::refusal::{Refusal, RevocationListFault};
use crate::trust::TrustStore;

pub use error::{ListFault, RevocationListError};

/// Revocation lists, each read whole.
///
/// webpki could look them up, but takes the first list that it finds responsible and passes over
/// the others: those of another part of an issuer's certificates, and those of a CA that was made
/// anew under its name.
#[derive(Debug, Default)]
pub struct RevocationLists {
    /// The newest first.
    lists: Vec<List>,
}

impl PartialEq for RevocationLists {
    fn eq(&self, other: &Self) -> bool {
        let ours = self.lists.iter().map(|list| &list.der);
        ours.eq(other.lists.iter().map(|list| &list.der))
    }
}

impl Eq for RevocationLists {}

/// One list.
#[derive(Debug)]
struct List {
    der: CertificateRevocationListDer<'static>,
    /// Issuer: the DER of the whole Name.
    issuer_der: Vec<u8>,
    /// Issuer, RFC 4514.
    issuer: String,
    /// Part of the issuer's certificates that the list is about: its issuing distribution point
    /// (RFC 5280 section 5.2.5), encoded.
    part: Option<Vec<u8>>,
    /// Date of issue, seconds since the Unix epoch.
    this_update: i64,
    /// Date when the next list is due, seconds since the Unix epoch.
    next_update: i64,
    /// Key that was found to have signed the list; verifying a long list is slow.
    signed_with: OnceLock<Vec<u8>>,
    /// By serial number, without the byte that is there for the sign alone.
    revoked: HashMap<Vec<u8>, Revoked>,
}

/// Entry of a list about one certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Revoked {
    /// Seconds since the Unix epoch.
    date: i64,
    /// RFC 5280 section 5.3.1, where the list names one.
    reason: Option<RevocationReason>,
}

impl Revoked {
    fn refusal(self, facts: &Facts) -> Refusal {
        Refusal::Revoked {
            subject: facts.display_name(),
            issuer: facts.issuer.clone(),
            date: self.date,
            reason: self.reason,
        }
    }
}

/// Issuer of a certificate, which signs the lists that may revoke it.
#[derive(Debug)]
pub(crate) struct Signer<'a> {
    /// The DER of the whole Name.
    pub(crate) name_der: Cow<'a, [u8]>,
    /// The DER of the whole SubjectPublicKeyInfo.
    pub(crate) public_key_info_der: Cow<'a, [u8]>,
    /// `None` when the extension is absent, or the certificate unknown.
    key_usage: Option<KeyUsage>,
}

impl<'a> Signer<'a> {
    pub(crate) fn of(issuer: &'a Facts) -> Self {
        Self {
            name_der: Cow::Borrowed(&issuer.subject_der),
            public_key_info_der: Cow::Borrowed(&issuer.public_key_info_der),
            key_usage: issuer.key_usage,
        }
    }

    /// Describes an anchor of `trust`, which may be known by name and key alone.
    pub(crate) fn of_anchor(trust: &TrustStore, anchor: &TrustAnchor<'_>) -> Self {
        Self {
            name_der: Cow::Owned(wrap_in_sequence(&anchor.subject)),
            public_key_info_der: Cow::Owned(wrap_in_sequence(&anchor.subject_public_key_info)),
            key_usage: trust
                .describe_anchor(anchor)
                .and_then(|found| found.facts())
                .and_then(|facts| facts.key_usage),
        }
    }
}

impl RevocationLists {
    /// Reads every list of a PEM text; a text of blanks holds none.
    ///
    /// # Errors
    ///
    /// One list that cannot be used refuses the whole text: it could revoke something.
    pub fn from_pem(text: &str) -> Result<Self, RevocationListError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut lists = read_revocation_lists(text)
            .map_err(RevocationListError::Pem)?
            .into_iter()
            .enumerate()
            .map(|(index, der)| {
                List::new(der).map_err(|fault| RevocationListError::List {
                    number: index + 1,
                    fault,
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        lists.sort_by_key(|list| std::cmp::Reverse(list.this_update));
        Ok(Self { lists })
    }

    /// Returns whether there is no list.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Returns whether some list is of an issuer with this Name.
    pub(crate) fn has_list_for(&self, issuer_der: &[u8]) -> bool {
        self.named(issuer_der).next().is_some()
    }

    /// Returns the last moment at which all lists that count `now` still count, in seconds since
    /// the Unix epoch.
    pub(crate) fn valid_until(&self, now: i64) -> i64 {
        self.lists
            .iter()
            .map(|list| list.next_update.saturating_sub(1))
            .filter(|last| *last >= now)
            .min()
            .unwrap_or(i64::MAX)
    }

    /// Looks a certificate up in the lists of its issuer; without any, it passes. `trusted` may
    /// have issued lists in the name of `signer`.
    pub(crate) fn check<'t>(
        &self,
        facts: &Facts,
        signer: &Signer<'_>,
        trusted: &(impl Iterator<Item = &'t Facts> + Clone),
        now: i64,
    ) -> Result<(), Refusal> {
        // A CA that was made anew under its name has lists of its other key too. They refuse what
        // they name, and are no reason to refuse the rest.
        let (own, others): (Vec<&List>, Vec<&List>) = self
            .named(&signer.name_der)
            .partition(|list| list.is_signed_with(&signer.public_key_info_der));
        if own.is_empty() {
            let is_strange = |list: &&&List| !trusted.clone().any(|other| list.is_of(other));
            if let Some(list) = others.iter().find(is_strange) {
                return Err(list.refusal(RevocationListFault::SignatureBroken));
            }
        }
        if let (Some(list), Some(usage)) = (own.first(), signer.key_usage)
            && !usage.crl_sign
        {
            return Err(list.refusal(RevocationListFault::SignerNotAllowed));
        }
        let current = newest_of_each_part(&own, now);
        // What does not count now says nothing that can be relied on, of whatever it names.
        current.iter().try_for_each(|list| list.check_dates(now))?;
        let ahead = own.iter().filter(|list| list.this_update > now);
        let mut revoking = current.iter().chain(ahead).chain(&others);
        match revoking.find_map(|list| list.entry(facts)) {
            Some(entry) => Err(entry.refusal(facts)),
            None => Ok(()),
        }
    }

    /// Returns the lists of issuers with this Name, the newest first.
    fn named(&self, issuer_der: &[u8]) -> impl Iterator<Item = &List> {
        self.lists
            .iter()
            .filter(move |list| list.issuer_der == issuer_der)
    }
}

/// Selects the lists of one signer that count, from the newest to the oldest. A list that was
/// published ahead of its time counts only when there is no other.
fn newest_of_each_part<'a>(lists: &[&'a List], now: i64) -> Vec<&'a List> {
    let (begun, ahead): (Vec<&List>, Vec<&List>) =
        lists.iter().partition(|list| list.this_update <= now);
    let mut newest: Vec<&List> = Vec::new();
    for list in begun.into_iter().chain(ahead) {
        // Of two made in the same second either may be the newer one.
        let is_older =
            |known: &&List| known.part == list.part && known.this_update != list.this_update;
        if !newest.iter().any(is_older) {
            newest.push(list);
        }
    }
    newest
}

impl List {
    fn new(der: CertificateRevocationListDer<'static>) -> Result<Self, ListFault> {
        let (_, list) = CertificateRevocationList::from_der(&der)
            .map_err(|error| ListFault::Malformed(EncodingError::from(&error)))?;
        // Asked here, since webpki refuses both without saying what it misses.
        if list.version().is_none() {
            return Err(ListFault::Version1);
        }
        let next_update = list
            .next_update()
            .ok_or(ListFault::NoNextUpdate)?
            .timestamp();
        let parsed = BorrowedCertRevocationList::from_der(&der).map_err(ListFault::from_webpki)?;
        let revoked = (&parsed)
            .into_iter()
            .map(|entry| {
                let entry = entry.map_err(ListFault::from_webpki)?;
                Ok((
                    without_sign_byte(entry.serial_number).to_vec(),
                    Revoked {
                        date: i64::try_from(entry.revocation_date.as_secs()).unwrap_or(i64::MAX),
                        reason: entry.reason_code,
                    },
                ))
            })
            .collect::<Result<_, ListFault>>()?;
        let part = CertRevocationList::from(parsed)
            .issuing_distribution_point()
            .map(<[u8]>::to_vec);
        Ok(Self {
            issuer_der: list.issuer().as_raw().to_vec(),
            issuer: rfc4514_of_der(list.issuer().as_raw()),
            part,
            this_update: list.last_update().timestamp(),
            next_update,
            signed_with: OnceLock::new(),
            revoked,
            der,
        })
    }

    fn is_signed_with(&self, public_key_info_der: &[u8]) -> bool {
        if self
            .signed_with
            .get()
            .is_some_and(|key| key == public_key_info_der)
        {
            return true;
        }
        let is_signed =
            Signed::of(&self.der).is_some_and(|signed| signed.is_by(public_key_info_der));
        if is_signed {
            self.signed_with
                .get_or_init(|| public_key_info_der.to_vec());
        }
        is_signed
    }

    fn is_of(&self, issuer: &Facts) -> bool {
        self.issuer_der == issuer.subject_der && self.is_signed_with(&issuer.public_key_info_der)
    }

    fn check_dates(&self, now: i64) -> Result<(), Refusal> {
        if now < self.this_update {
            Err(self.refusal(RevocationListFault::NotYetValid {
                this_update: self.this_update,
                now,
            }))
        } else if self.next_update <= now {
            Err(self.refusal(RevocationListFault::Expired {
                next_update: self.next_update,
                now,
            }))
        } else {
            Ok(())
        }
    }

    fn refusal(&self, fault: RevocationListFault) -> Refusal {
        Refusal::RevocationList {
            issuer: self.issuer.clone(),
            fault,
        }
    }

    fn entry(&self, facts: &Facts) -> Option<Revoked> {
        self.revoked.get(facts.serial_number()).copied()
    }
}

#[cfg(test)]
mod tests;
