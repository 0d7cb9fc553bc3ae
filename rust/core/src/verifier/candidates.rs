//! Which of the certificates that a peer sent path building looks at.
//!
//! webpki bounds its steps, but reads every certificate in each of them: a peer that sends hundreds, some of
//! one name, could keep a game's main thread busy for seconds before anybody knows who it is.

use rustls_pki_types::CertificateDer;
use webpki::EndEntityCert;
use x509_parser::asn1_rs::{Any, FromDer as _};

use crate::certificate::Facts;

/// Certificates that stand above one another by name; twice as many as the longest path that webpki builds,
/// and some.
const MOST: usize = 16;

/// Certificates of one name: a CA before and after it was made anew, each signed by two others.
const MOST_OF_ONE_NAME: usize = 4;

/// Those certificates, each once, that may stand above `leaf` by their names. `None` when there are more than
/// any honest chain has.
pub(super) fn of<'a>(
    leaf: &EndEntityCert<'_>,
    sent: &'a [CertificateDer<'a>],
) -> Option<Vec<CertificateDer<'a>>> {
    let mut left: Vec<(&CertificateDer<'a>, Names)> = sent
        .iter()
        .filter_map(|der| Some((der, Names::of(der)?)))
        .collect();
    let mut wanted = vec![leaf.issuer().to_vec()];
    let mut found: Vec<CertificateDer<'a>> = Vec::new();
    while let Some(name) = wanted.pop() {
        let (named, others): (Vec<_>, Vec<_>) = left
            .into_iter()
            .partition(|(_, names)| names.subject == name);
        left = others;
        let before = found.len();
        for (der, names) in named {
            if found.contains(der) {
                continue;
            }
            if found.len() == MOST || found.len() - before == MOST_OF_ONE_NAME {
                return None;
            }
            wanted.push(names.issuer);
            found.push(der.clone());
        }
    }
    Some(found)
}

/// The contents of a certificate's two Names.
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
