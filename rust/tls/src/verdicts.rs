//! Each rule of trust, accepted and refused, in groups; here what they share.

mod anchors;
mod leaves;
mod names;
mod own;
mod pins;

use godot_rustls_testkit::Issued;
use rustls_pki_types::CertificateDer;

use crate::diagnosis::{Cause, Diagnosis};
use crate::testing::{NOW, at, der, diagnosis_of_refusal};
use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::pins::Pins;
use godot_rustls_pki::reference_name::ReferenceName;
use godot_rustls_pki::revocation::RevocationLists;
use godot_rustls_pki::role::Role;
use godot_rustls_pki::trust::TrustStore;
use godot_rustls_pki::verifier::Verification;
use godot_rustls_pki::verifier::{Party, Policy, Refusal, verify_chain};

const HOST: &str = "localhost";

/// What is said about a chain, leaf first, under a name.
fn verdict(trust: &TrustStore, chain: &[&Issued], name: &str) -> Result<(), Diagnosis> {
    let chain: Vec<CertificateDer<'_>> = chain.iter().map(|issued| der(issued)).collect();
    verdict_on(trust, Verification::Full, &chain, name)
}

fn verdict_on(
    trust: &TrustStore,
    verification: Verification,
    chain: &[CertificateDer<'_>],
    name: &str,
) -> Result<(), Diagnosis> {
    judgement(trust, verification, chain, &ReferenceName::parse(name), NOW)
        .map_err(|refusal| diagnosis_of_refusal(&refusal, Role::Server))
}

/// Of a server without pins and revocation lists.
pub(crate) fn judgement(
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
    if let Err(diagnosis) = verdict(trust, chain, name) {
        panic!("refused under {name:?}: {diagnosis}");
    }
}

/// The sentence of the refusal.
#[track_caller]
fn refuses(trust: &TrustStore, chain: &[&Issued], name: &str, cause: Cause) -> String {
    refusal(verdict(trust, chain, name), cause)
}

#[track_caller]
fn refusal(verdict: Result<(), Diagnosis>, cause: Cause) -> String {
    match verdict {
        Ok(()) => panic!("accepted, where {cause:?} was to be the answer"),
        Err(diagnosis) => {
            assert_eq!(diagnosis.cause, cause, "{diagnosis}");
            diagnosis.message
        }
    }
}

/// A file's certificates as a chain.
fn ders(certificates: &[Certificate]) -> Vec<CertificateDer<'static>> {
    certificates
        .iter()
        .map(|certificate| certificate.der().clone())
        .collect()
}
