//! Selection of the certificates that path building looks at.
//!
//! webpki bounds its steps, but reads every certificate in each of them: a peer that sends
//! hundreds, some of one name, could keep a thread busy for seconds before anybody knows who it is.

use std::collections::VecDeque;

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;
use x509_parser::asn1_rs::{Any, FromDer as _};

use crate::certificate::Facts;

/// Certificates that stand above one another by name: twice as many as the longest path that webpki
/// builds, and some.
const MAX_CANDIDATES: usize = 16;

/// Ways through them, where each name stands for as many as there are certificates of it: a CA made
/// anew, above another one, both signed by two others.
const MAX_PATHS: usize = 16;

/// Certificates, each once, that may stand above a leaf by their names.
pub(super) struct Candidates<'a> {
    /// The nearest to the leaf first.
    pub(super) certificates: Vec<CertificateDer<'a>>,
    /// There were more than any honest chain has; what was left out may have led to an anchor.
    pub(super) has_more: bool,
}

impl<'a> Candidates<'a> {
    pub(super) fn of(leaf: &EndEntityCert<'_>, sent: &'a [CertificateDer<'a>]) -> Self {
        let mut left: Vec<(&CertificateDer<'a>, Names)> = sent
            .iter()
            .filter_map(|der| Some((der, Names::of(der)?)))
            .collect();
        let mut wanted = VecDeque::from([leaf.issuer().to_vec()]);
        let mut found = Self {
            certificates: Vec::new(),
            has_more: false,
        };
        let mut paths = 1;
        while let Some(name) = wanted.pop_front() {
            let (named, others): (Vec<_>, Vec<_>) = left
                .into_iter()
                .partition(|(_, names)| names.subject == name);
            left = others;
            let before = found.certificates.len();
            for (der, names) in named {
                if found.certificates.contains(der) {
                    continue;
                }
                let of_name = found.certificates.len() - before;
                if found.certificates.len() == MAX_CANDIDATES || paths * (of_name + 1) > MAX_PATHS {
                    found.has_more = true;
                    break;
                }
                wanted.push_back(names.issuer);
                found.certificates.push(der.clone());
            }
            paths *= (found.certificates.len() - before).max(1);
        }
        found
    }
}

/// Contents of a certificate's two Names.
struct Names {
    subject: Vec<u8>,
    issuer: Vec<u8>,
}

impl Names {
    fn of(der: &CertificateDer<'_>) -> Option<Self> {
        if let Ok(certificate) = EndEntityCert::try_from(der) {
            return Some(Self {
                subject: certificate.subject().to_vec(),
                issuer: certificate.issuer().to_vec(),
            });
        }
        // What webpki cannot read it shall complain of, where it stands in the way.
        let facts = Facts::from_der(der).ok()?;
        Some(Self {
            subject: contents(&facts.subject_der)?,
            issuer: contents(&facts.issuer_der)?,
        })
    }
}

fn contents(element: &[u8]) -> Option<Vec<u8>> {
    let (_, element) = Any::from_der(element).ok()?;
    Some(element.data.to_vec())
}

#[cfg(test)]
mod tests;
