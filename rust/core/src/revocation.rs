//! Lists of revoked certificates (RFC 5280 section 5), as the options give them.

use rustls_pki_types::{CertificateRevocationListDer, UnixTime};
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, OwnedCertRevocationList,
    RevocationOptions, RevocationOptionsBuilder, RevocationReason, UnknownStatusPolicy,
};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _};

use crate::certificate::{Facts, KeyUsage, Signed, rfc4514_of_der};
use crate::diagnosis::{self, Rejection};
use crate::pem::read_revocation_lists;

/// Revocation lists, each read whole.
#[derive(Debug, Default)]
pub struct RevocationLists {
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
pub struct List {
    parsed: CertRevocationList<'static>,
    der: CertificateRevocationListDer<'static>,
    /// Who signed it: the DER of the whole Name.
    issuer_der: Vec<u8>,
    /// Who signed it, RFC 4514.
    pub issuer: String,
    /// When it was made, seconds since the Unix epoch.
    pub this_update: i64,
    /// Until when it counts, seconds since the Unix epoch.
    pub next_update: i64,
}

/// What a list says about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// Seconds since the Unix epoch.
    pub date: i64,
    /// RFC 5280 section 5.3.1, where the list names one.
    pub reason: Option<RevocationReason>,
}

impl RevocationLists {
    /// Reads every list of a PEM text. The error is a sentence.
    pub fn from_pem(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let problem = |why: String| format!("revocation_lists_pem cannot be used: {why}");
        let mut lists = read_revocation_lists(text)
            .map_err(problem)?
            .into_iter()
            .enumerate()
            .map(|(index, der)| {
                List::new(der).map_err(|why| problem(format!("list {} {why}", index + 1)))
            })
            .collect::<Result<Vec<_>, _>>()?;
        // webpki asks the first list of an issuer only: let that be the newest.
        lists.sort_by_key(|list| std::cmp::Reverse(list.this_update));
        Ok(Self { lists })
    }

    /// No list was given.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// For webpki, which asks for one more level of references than it keeps.
    pub(crate) fn parsed(&self) -> Vec<&CertRevocationList<'static>> {
        self.lists.iter().map(|list| &list.parsed).collect()
    }

    /// The lists of the issuer with this Name, the newest first.
    pub(crate) fn of_issuer(&self, issuer_der: &[u8]) -> impl Iterator<Item = &List> {
        self.lists
            .iter()
            .filter(move |list| list.issuer_der == issuer_der)
    }

    /// The list, among those of `chain`'s issuers, that ends at that moment.
    pub(crate) fn ending(&self, chain: &[Facts], next_update: i64) -> Option<&List> {
        chain
            .iter()
            .flat_map(|facts| self.of_issuer(&facts.issuer_der))
            .find(|list| list.next_update == next_update)
    }

    /// Who of `chain`'s issuers has a list, for sentences.
    pub(crate) fn issuers(&self, chain: &[Facts]) -> String {
        let mut names: Vec<&str> = chain
            .iter()
            .filter_map(|facts| self.of_issuer(&facts.issuer_der).next())
            .map(|list| list.issuer.as_str())
            .collect();
        names.dedup();
        names.join(" or ")
    }

    /// What the lists say about this certificate.
    pub(crate) fn entry(&self, facts: &Facts) -> Option<Revoked> {
        self.of_issuer(&facts.issuer_der)
            .find_map(|list| list.entry(facts))
    }

    /// What webpki leaves out about a certificate of a path: it compares serial numbers as they are encoded, and
    /// badly encoded ones exist.
    pub(crate) fn check_odd_serial(&self, facts: &Facts) -> Result<(), Rejection> {
        if minimal(&facts.serial) == facts.serial {
            return Ok(());
        }
        let newest = self.of_issuer(&facts.issuer_der).next();
        match newest.and_then(|list| list.entry(facts)) {
            Some(revoked) => Err(diagnosis::revoked(facts, Some(revoked))),
            None => Ok(()),
        }
    }

    /// A certificate that is its own issuer, against its own lists: webpki builds no path for it.
    pub(crate) fn check_own(
        &self,
        facts: &Facts,
        end_entity: &EndEntityCert<'_>,
        now: i64,
    ) -> Result<(), Rejection> {
        if let Some(list) = self.of_issuer(&facts.issuer_der).next() {
            if !Signed::of(&list.der).is_some_and(|signed| signed.is_by(end_entity)) {
                return Err(diagnosis::list_signature_broken(&list.issuer));
            }
            list.check(facts.key_usage, now)?;
            if list.next_update <= now {
                return Err(diagnosis::list_expired(list, now));
            }
            if let Some(revoked) = list.entry(facts) {
                return Err(diagnosis::revoked(facts, Some(revoked)));
            }
        }
        Ok(())
    }
}

/// How webpki is to use the lists: all of the path, an end of validity counts, issuers without a list pass.
pub(crate) fn policy<'a>(lists: &'a [&'a CertRevocationList<'a>]) -> Option<RevocationOptions<'a>> {
    let builder = RevocationOptionsBuilder::new(lists).ok()?;
    Some(
        builder
            .with_status_policy(UnknownStatusPolicy::Allow)
            .with_expiration_policy(ExpirationPolicy::Enforce)
            .build(),
    )
}

impl List {
    fn new(der: CertificateRevocationListDer<'static>) -> Result<Self, String> {
        let unreadable = |why: &dyn std::fmt::Display| format!("cannot be read ({why})");
        let (_, list) =
            CertificateRevocationList::from_der(&der).map_err(|error| unreadable(&error))?;
        // Asked here, since webpki refuses both without saying what it misses.
        if list.version().is_none() {
            return Err("is version 1: make it version 2, with extensions".to_owned());
        }
        let next_update = list
            .next_update()
            .ok_or_else(|| {
                "does not say when the next one comes: make it with nextUpdate".to_owned()
            })?
            .timestamp();
        let parsed = OwnedCertRevocationList::from_der(&der).map_err(|error| match error {
            webpki::Error::UnsupportedDeltaCrl => {
                "is a delta of another list: give the whole list".to_owned()
            }
            webpki::Error::UnsupportedIndirectCrl => {
                "is an indirect list: give the lists of the issuers themselves".to_owned()
            }
            other => unreadable(&other),
        })?;
        Ok(Self {
            issuer_der: list.issuer().as_raw().to_vec(),
            issuer: rfc4514_of_der(list.issuer().as_raw()),
            this_update: list.last_update().timestamp(),
            next_update,
            parsed: parsed.into(),
            der,
        })
    }

    /// What webpki leaves out: that the list has begun, and that its issuer, a trust anchor among them, may
    /// sign lists. `issuer_usage` is its key usage, where it has one and it is known.
    pub(crate) fn check(&self, issuer_usage: Option<KeyUsage>, now: i64) -> Result<(), Rejection> {
        if now < self.this_update {
            return Err(diagnosis::list_not_yet_valid(self, now));
        }
        match issuer_usage {
            Some(usage) if !usage.crl_sign => Err(diagnosis::list_signer_not_allowed(&self.issuer)),
            _ => Ok(()),
        }
    }

    fn entry(&self, facts: &Facts) -> Option<Revoked> {
        // Badly encoded serial numbers exist; whoever makes a list writes the same number well.
        let well_encoded = minimal(&facts.serial);
        let entry = [facts.serial.as_slice(), well_encoded]
            .into_iter()
            .find_map(|serial| self.parsed.find_serial(serial).ok().flatten())?;
        Some(Revoked {
            date: seconds(entry.revocation_date),
            reason: entry.reason_code,
        })
    }
}

/// An INTEGER's contents without needless zero bytes in front (X.690 section 8.3.2).
fn minimal(integer: &[u8]) -> &[u8] {
    match integer {
        [0, rest @ ..] if rest.first().is_some_and(|next| *next < 0x80) => minimal(rest),
        all => all,
    }
}

fn seconds(time: UnixTime) -> i64 {
    i64::try_from(time.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
