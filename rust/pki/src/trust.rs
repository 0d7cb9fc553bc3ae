//! Trusted certificates with their origin, ready for path building.

mod environment;
mod load;
mod mozilla;
mod problem;

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use rustls_pki_types::{CertificateDer, TrustAnchor};

use crate::certificate::{Certificate, Facts, rfc4514_of_der};
use crate::pem;
use crate::pem::Bundle;

pub use environment::NamedCertificates;
pub use load::{CertificateFile, Mode, Request, SystemCertificates, UnreadableFile};
pub use mozilla::MOZILLA_BUNDLE_DATE;
pub use problem::{NamedPathError, TrustProblem};

/// Variable with the path of a file.
const FILE: &str = "SSL_CERT_FILE";
/// Variable with the paths of folders.
const FOLDERS: &str = "SSL_CERT_DIR";

/// Source of the default trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i64)]
pub enum Source {
    /// Nothing is trusted.
    #[default]
    None = 0,
    /// The override file.
    Override,
    /// The operating system.
    System,
    /// Mozilla's bundle.
    Mozilla,
    /// Both together.
    SystemAndMozilla,
}

/// Origin of one trusted certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The user's own: override bundle, extra certificates, trusted chain of options.
    Own,
    /// The operating system's store.
    System,
    /// Mozilla's bundle, which carries no whole certificates.
    Mozilla,
}

/// A trusted certificate.
#[derive(Debug)]
pub(crate) struct Trusted {
    /// The whole certificate.
    pub(crate) certificate: Certificate,
    origin: Origin,
    /// Mozilla's bundle holds its subject and key.
    pub(crate) is_public: bool,
    /// Computed once, when a peer presents the certificate.
    self_signed: OnceLock<bool>,
}

impl Trusted {
    /// Returns whether it is signed with its own key by an accepted algorithm.
    pub(crate) fn is_self_signed(&self) -> bool {
        self.certificate.is_self_issued()
            && *self
                .self_signed
                .get_or_init(|| self.certificate.verifies_itself())
    }
}

/// An anchor that path building may end in.
#[derive(Debug)]
struct AnchorInfo {
    origin: Origin,
    /// Index into `TrustStore::certificates`; Mozilla's anchors have none.
    certificate: Option<usize>,
    /// Known to the public: Mozilla's bundle holds its subject and key.
    is_public: bool,
}

/// An immutable set of trusted certificates.
#[derive(Debug, Default)]
pub struct TrustStore {
    /// `anchors[i]` is described by `infos[i]`.
    anchors: Vec<TrustAnchor<'static>>,
    infos: Vec<AnchorInfo>,
    certificates: Vec<Trusted>,
    source: Source,
    problems: Vec<TrustProblem>,
}

/// The anchor that a verified path ended in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FoundAnchor<'a> {
    /// Origin of the anchor.
    pub(crate) origin: Origin,
    /// Its whole certificate, where there is one.
    pub(crate) certificate: Option<&'a Certificate>,
    /// Mozilla's bundle holds its subject and key, wherever this one was loaded from.
    pub(crate) is_public: bool,
}

impl<'a> FoundAnchor<'a> {
    /// Returns the facts of its certificate, where there is one.
    pub(crate) fn facts(&self) -> Option<&'a Facts> {
        self.certificate.map(Certificate::facts)
    }
}

impl TrustStore {
    /// Loads the default trust.
    pub fn load(request: Request) -> Self {
        load::load(request)
    }

    /// Returns a store of exactly these certificates, as the user's own.
    pub fn from_user_bundle(bundle: Bundle) -> Self {
        let mut store = Self::default();
        store.add_bundle(bundle, Origin::Own, "the trusted chain");
        store
    }

    /// Returns the source of the trust.
    pub fn source(&self) -> Source {
        self.source
    }

    /// Returns the count of trusted certificates.
    pub fn certificate_count(&self) -> usize {
        self.usable().count()
            + self
                .infos
                .iter()
                .filter(|info| info.certificate.is_none())
                .count()
    }

    /// Returns the subjects of all trusted certificates, RFC 4514.
    pub fn subjects(&self) -> Vec<String> {
        let whole = self
            .usable()
            .map(|certificate| certificate.facts().subject.clone());
        let bare = self
            .anchors
            .iter()
            .zip(&self.infos)
            .filter(|(_, info)| info.certificate.is_none());
        whole
            .chain(bare.map(|(anchor, _)| rfc4514_of_der(&anchor.subject)))
            .collect()
    }

    /// Returns the subjects of the usable whole certificates, each the DER of a Name.
    pub fn subject_ders(&self) -> impl Iterator<Item = &[u8]> {
        self.usable()
            .map(|certificate| certificate.facts().subject_der.as_slice())
    }

    /// Returns the usable certificates: issuers, and self-signed ones for themselves.
    fn usable(&self) -> impl Iterator<Item = &Certificate> {
        self.certificates
            .iter()
            .map(|trusted| &trusted.certificate)
            .filter(|certificate| certificate.facts().may_issue() || certificate.is_self_issued())
    }

    /// Returns the problems of what was loaded.
    pub fn problems(&self) -> &[TrustProblem] {
        &self.problems
    }

    /// Returns the anchors that path building may end in.
    pub(crate) fn anchors(&self) -> &[TrustAnchor<'static>] {
        &self.anchors
    }

    /// Describes an element of [`TrustStore::anchors`]. Compared by address: subject and key may
    /// stand there twice.
    pub(crate) fn describe_anchor<'p>(
        &self,
        anchor: &'p TrustAnchor<'p>,
    ) -> Option<FoundAnchor<'_>> {
        let place = self
            .anchors
            .iter()
            .position(|own| std::ptr::eq(own, anchor))?;
        let info = self.infos.get(place)?;
        let certificate = info
            .certificate
            .and_then(|index| self.certificates.get(index));
        Some(FoundAnchor {
            origin: info.origin,
            certificate: certificate.map(|trusted| &trusted.certificate),
            is_public: info.is_public,
        })
    }

    /// Returns the user's own trusted certificate with exactly these bytes.
    pub(crate) fn own_certificate(&self, der: &CertificateDer<'_>) -> Option<&Trusted> {
        self.own()
            .find(|trusted| trusted.certificate.der().as_ref() == der.as_ref())
    }

    /// Returns a trusted certificate of the user's with that subject which may not issue others.
    pub(crate) fn unusable_issuer(&self, subject_der: &[u8]) -> Option<&Facts> {
        self.own()
            .map(|trusted| trusted.certificate.facts())
            .find(|facts| facts.subject_der == subject_der && !facts.may_issue())
    }

    /// Returns the facts of the trusted certificates, without those that Mozilla's bundle only
    /// names.
    pub(crate) fn whole_certificates(&self) -> impl Iterator<Item = &Facts> + Clone {
        self.certificates
            .iter()
            .map(|trusted| trusted.certificate.facts())
    }

    fn own(&self) -> impl Iterator<Item = &Trusted> {
        self.certificates
            .iter()
            .filter(|trusted| trusted.origin == Origin::Own)
    }

    fn add_bundle(&mut self, bundle: Bundle, origin: Origin, from: &str) {
        self.add_problems(bundle.problems, from);
        if bundle.has_private_key {
            self.problems.push(TrustProblem::PrivateKey {
                source: from.to_owned(),
            });
        }
        for certificate in bundle.certificates {
            self.add(certificate, origin, from);
        }
    }

    fn add_problems(&mut self, problems: Vec<pem::Problem>, from: &str) {
        let problems = problems.into_iter().map(|problem| TrustProblem::File {
            source: from.to_owned(),
            problem,
        });
        self.problems.extend(problems);
    }

    /// Adds a certificate; only one that may issue becomes an anchor, since webpki takes whatever
    /// stands among its anchors for a CA.
    fn add(&mut self, certificate: Certificate, origin: Origin, from: &str) {
        let facts = certificate.facts();
        let mut is_public = false;
        if facts.may_issue() {
            match webpki::anchor_from_trusted_cert(certificate.der()) {
                Ok(anchor) => {
                    let anchor = anchor.to_owned();
                    is_public = mozilla::holds(&anchor);
                    self.infos.push(AnchorInfo {
                        origin,
                        certificate: Some(self.certificates.len()),
                        is_public,
                    });
                    self.anchors.push(anchor);
                }
                Err(error) => {
                    self.problems.push(TrustProblem::UnusableAnchor {
                        source: from.to_owned(),
                        subject: facts.display_name(),
                        size: certificate.der().len(),
                        error,
                    });
                    return;
                }
            }
        } else if origin != Origin::Own {
            // Only the user's own certificates can be trusted for themselves alone.
            return;
        } else if !facts.is_self_issued() {
            self.problems.push(TrustProblem::NoAnchor {
                source: from.to_owned(),
                subject: facts.display_name(),
                issuer: facts.issuer.clone(),
            });
        }
        self.certificates.push(Trusted {
            certificate,
            origin,
            is_public,
            self_signed: OnceLock::new(),
        });
    }

    fn add_mozilla(&mut self) {
        for anchor in mozilla::anchors() {
            self.anchors.push(anchor.clone());
            self.infos.push(AnchorInfo {
                origin: Origin::Mozilla,
                certificate: None,
                is_public: true,
            });
        }
    }
}
