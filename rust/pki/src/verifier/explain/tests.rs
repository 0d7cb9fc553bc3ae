//! Which certificate of a chain a refusal names.

use godot_rustls_testkit::{Issued, Template};

use super::*;
use crate::reference_name::ReferenceName;
use crate::refusal::NearMiss;
use crate::testing::certificate;

fn facts(issued: &Issued) -> Facts {
    certificate(issued).facts().clone()
}

#[test]
fn a_chain_that_ends_nowhere_names_what_it_leads_to() {
    let root = Template::authority("Test Root").self_signed();
    let middle = root.issue(Template::authority("Test Middle"));
    let leaf = middle.issue(Template::leaf("play.example.org"));
    let all = [facts(&leaf), facts(&middle), facts(&root)];
    let subject = "play.example.org".to_owned();
    let dn = |name: &str| {
        all.iter()
            .find(|facts| facts.display_name() == name)
            .unwrap()
            .subject
            .clone()
    };
    assert_eq!(
        Refusal::unknown_issuer(&all, 1, None),
        Refusal::UntrustedRoot {
            subject: subject.clone(),
            root: dn("Test Root"),
        }
    );
    assert_eq!(
        Refusal::unknown_issuer(&all[..2], 1, None),
        Refusal::MissingIssuer {
            subject: subject.clone(),
            issuer: dn("Test Root"),
        }
    );
    assert_eq!(
        Refusal::unknown_issuer(&all[..1], 1, None),
        Refusal::MissingIssuer {
            subject,
            issuer: dn("Test Middle"),
        }
    );
    assert_eq!(
        Refusal::unknown_issuer(&all[2..], 1, None),
        Refusal::SelfSigned {
            subject: "Test Root".to_owned(),
        }
    );
    assert_eq!(
        Refusal::unknown_issuer(&[], 1, None),
        Refusal::NoCertificate
    );
    assert_eq!(
        Refusal::unknown_issuer(&all, 0, Some(&TrustProblem::NoSystemCertificates)),
        Refusal::NothingTrusted {
            problem: Some(TrustProblem::NoSystemCertificates),
        }
    );
}

#[test]
fn a_chain_that_turns_in_circles_ends() {
    let one = Template::authority("One").self_signed();
    let two = one.issue(Template::authority("Two"));
    let back = two.issue(Template::authority("One").key_of(&one));
    let chain = [facts(&two), facts(&back)];
    assert!(Refusal::unknown_issuer(&chain, 1, None).is_untrusted());
}

#[test]
fn a_name_that_looks_right_is_recognised() {
    let near_miss = |template: Template, asked: &str| {
        let reference = ReferenceName::parse(asked);
        match Refusal::name_mismatch(&facts(&template.self_signed()), &reference) {
            Refusal::NameMismatch(mismatch) => mismatch.near_miss,
            other => panic!("{other:?}"),
        }
    };
    let leaf = |name| Template::leaf(name);
    assert_eq!(
        near_miss(leaf("localhost"), "localhost"),
        Some(NearMiss::CommonName)
    );
    assert_eq!(near_miss(leaf("localhost"), ""), None);
    assert_eq!(near_miss(leaf("x").names(&["a.test"]), "x"), None);
}

#[test]
fn an_error_of_path_building_names_the_certificate_at_fault() {
    let root = Template::authority("Test Root").self_signed();
    let chain = [
        facts(&root.issue(Template::leaf("play.example.org"))),
        facts(&root),
    ];
    let refusal = |error: Error| refusal_of(&error, &chain, 0, 1, None);
    let date = |seconds: i64| {
        let seconds = u64::try_from(seconds).unwrap();
        rustls_pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds))
    };
    let expired = Error::CertExpired {
        time: date(5),
        not_after: date(chain[1].not_after),
    };
    // Both end on the same day, so the first one is named.
    assert!(
        matches!(refusal(expired), Refusal::Expired { subject, .. } if subject == "play.example.org")
    );
    let early = Error::CertNotValidYet {
        time: date(5),
        not_before: date(4),
    };
    assert!(matches!(refusal(early), Refusal::NotYetValid { .. }));
    assert!(refusal(Error::UnknownIssuer).is_untrusted());
    assert!(refusal(Error::InvalidSignatureForPublicKey).is_untrusted());
}

#[test]
fn each_error_of_path_building_has_its_refusal() {
    let root = Template::authority("Test Root").self_signed();
    let chain = [facts(&root.issue(Template::leaf("play.example.org")))];
    let refusal = |error: Error| refusal_of(&error, &chain, 0, 1, None);
    let subject = "play.example.org".to_owned();
    for (error, expected) in [
        (
            Error::CaUsedAsEndEntity,
            Refusal::CaAsLeaf {
                subject: subject.clone(),
            },
        ),
        (
            Error::EndEntityUsedAsCa,
            Refusal::NotACa {
                subject: subject.clone(),
            },
        ),
        (
            Error::PathLenConstraintViolated,
            Refusal::PathLengthViolated {
                subject: subject.clone(),
            },
        ),
        (
            Error::NameConstraintViolation,
            Refusal::NameConstraint {
                subject: subject.clone(),
                ca: None,
            },
        ),
        (
            Error::UnsupportedCriticalExtension,
            Refusal::UnknownCriticalExtension {
                subject: subject.clone(),
                oid: None,
            },
        ),
        (
            Error::UnsupportedCertVersion,
            Refusal::NotVersion3 {
                subject: subject.clone(),
            },
        ),
        (
            Error::MaximumSignatureChecksExceeded,
            Refusal::TooComplex {
                subject: subject.clone(),
            },
        ),
    ] {
        assert_eq!(refusal(error), expected);
    }
    let error = Error::BadDer;
    assert_eq!(refusal(error.clone()), Refusal::Unusable { subject, error });
}
