//! Rules of trust, accepted and refused, in groups; here what the groups share.

mod anchors;
mod leaves;
mod names;
mod own;
mod pins;

use godot_rustls_testkit::{Issued, Template};
use rustls_pki_types::CertificateDer;

use super::{Party, Policy, Verification, verify_chain};
use crate::certificate::Certificate;
use crate::pins::Pins;
use crate::reference_name::ReferenceName;
use crate::refusal::{Refusal, Usage as Lacking};
use crate::revocation::RevocationLists;
use crate::testing::{NOW, at, certificate, der};
use crate::trust::TrustStore;

const HOST: &str = "localhost";

/// Certificate to be, and the reason for which its chain is refused.
type Case = (Template, fn(&Issued) -> Refusal);

/// Checks a server's chain, leaf first, under a name.
fn verdict(trust: &TrustStore, chain: &[&Issued], name: &str) -> Result<(), Refusal> {
    let chain: Vec<CertificateDer<'_>> = chain.iter().map(|issued| der(issued)).collect();
    verdict_on(trust, Verification::Full, &chain, name)
}

fn verdict_on(
    trust: &TrustStore,
    verification: Verification,
    chain: &[CertificateDer<'_>],
    name: &str,
) -> Result<(), Refusal> {
    verdict_at(trust, verification, chain, &ReferenceName::parse(name), NOW)
}

/// Checks a server's chain at some time, without pins and revocation lists.
fn verdict_at(
    trust: &TrustStore,
    verification: Verification,
    chain: &[CertificateDer<'_>],
    reference: &ReferenceName,
    now: i64,
) -> Result<(), Refusal> {
    let policy = Policy {
        trust,
        pins: &Pins::default(),
        revocation: &RevocationLists::default(),
        party: Party::Server {
            verification,
            reference,
        },
    };
    verify_chain(policy, chain, at(now)).map(|_| ())
}

#[track_caller]
fn accepts(trust: &TrustStore, chain: &[&Issued], name: &str) {
    assert_eq!(verdict(trust, chain, name), Ok(()), "under {name:?}");
}

/// The chain is refused for exactly that reason.
#[track_caller]
fn refuses(trust: &TrustStore, chain: &[&Issued], name: &str, refusal: Refusal) {
    assert_eq!(verdict(trust, chain, name), Err(refusal), "under {name:?}");
}

#[track_caller]
fn refuses_name(trust: &TrustStore, chain: &[&Issued], name: &str) {
    let refusal = name_mismatch(chain[0], name);
    refuses(trust, chain, name, refusal);
}

fn subject(issued: &Issued) -> String {
    certificate(issued).facts().display_name()
}

/// Distinguished name of the subject.
fn full_subject(issued: &Issued) -> String {
    certificate(issued).facts().subject.clone()
}

fn expired(issued: &Issued) -> Refusal {
    Refusal::Expired {
        subject: subject(issued),
        not_after: certificate(issued).facts().not_after,
        now: NOW,
    }
}

fn not_yet_valid(issued: &Issued) -> Refusal {
    Refusal::NotYetValid {
        subject: subject(issued),
        not_before: certificate(issued).facts().not_before,
        now: NOW,
    }
}

fn usage_missing(issued: &Issued, usage: Lacking) -> Refusal {
    Refusal::UsageMissing {
        subject: subject(issued),
        usage,
    }
}

fn unknown_extension(issued: &Issued) -> Refusal {
    Refusal::UnknownCriticalExtension {
        subject: subject(issued),
        oid: Some("1.2.3.4.5.6".to_owned()),
    }
}

fn not_a_ca(issued: &Issued) -> Refusal {
    Refusal::NotACa {
        subject: subject(issued),
    }
}

fn self_signed(issued: &Issued) -> Refusal {
    Refusal::SelfSigned {
        subject: subject(issued),
    }
}

fn name_mismatch(issued: &Issued, name: &str) -> Refusal {
    Refusal::name_mismatch(certificate(issued).facts(), &ReferenceName::parse(name))
}

/// Certificates of a file as a chain.
fn ders(certificates: &[Certificate]) -> Vec<CertificateDer<'static>> {
    certificates
        .iter()
        .map(|certificate| certificate.der().clone())
        .collect()
}
