//! Paths to a trusted authority.

use godot_rustls_testkit::{Issued, KeyKind, Purpose, Template, Usage};

use super::*;
use crate::testing::own_trust;

fn leaf() -> Template {
    Template::leaf(HOST).names(&[HOST])
}

fn root() -> Issued {
    Template::authority("Test Root").self_signed()
}

#[test]
fn a_leaf_of_a_trusted_root_is_accepted_with_and_without_the_root_in_the_chain() {
    let root = root();
    let leaf = root.issue(leaf());
    let trust = own_trust(&[&root]);
    accepts(&trust, &[&leaf], HOST);
    accepts(&trust, &[&leaf, &root], HOST);
}

#[test]
fn every_supported_key_may_stand_anywhere_in_a_chain() {
    for kind in KeyKind::ALL {
        let root = Template::authority("Test Root").key(kind).self_signed();
        let leaf = root.issue(leaf().key(kind));
        accepts(&own_trust(&[&root]), &[&leaf], HOST);
    }
}

#[test]
fn intermediates_are_taken_from_what_the_server_sent_in_any_order() {
    let root = root();
    let upper = root.issue(Template::authority("Upper"));
    let lower = upper.issue(Template::authority("Lower"));
    let leaf = lower.issue(leaf());
    let trust = own_trust(&[&root]);
    accepts(&trust, &[&leaf, &lower, &upper], HOST);
    accepts(&trust, &[&leaf, &upper, &lower, &root], HOST);
}

#[test]
fn a_missing_intermediate_is_named() {
    let root = root();
    let intermediate = root.issue(Template::authority("Test Intermediate"));
    let leaf = intermediate.issue(leaf());
    refuses(
        &own_trust(&[&root]),
        &[&leaf],
        HOST,
        Refusal::MissingIssuer {
            subject: HOST.to_owned(),
            issuer: "CN=Test Intermediate".to_owned(),
        },
    );
}

#[test]
fn an_intermediate_may_be_the_anchor() {
    let intermediate = root().issue(Template::authority("Test Intermediate"));
    let leaf = intermediate.issue(leaf());
    accepts(&own_trust(&[&intermediate]), &[&leaf], HOST);
}

#[test]
fn an_untrusted_root_is_named() {
    let stranger = Template::authority("Stranger Root").self_signed();
    let leaf = stranger.issue(leaf());
    let trust = own_trust(&[&root()]);
    refuses(
        &trust,
        &[&leaf],
        HOST,
        Refusal::MissingIssuer {
            subject: HOST.to_owned(),
            issuer: "CN=Stranger Root".to_owned(),
        },
    );
    refuses(
        &trust,
        &[&leaf, &stranger],
        HOST,
        Refusal::UntrustedRoot {
            subject: HOST.to_owned(),
            root: "CN=Stranger Root".to_owned(),
        },
    );
}

#[test]
fn an_authority_with_the_trusted_name_and_another_key_is_refused() {
    let impostor_leaf = root().issue(leaf());
    refuses(
        &own_trust(&[&root()]),
        &[&impostor_leaf],
        HOST,
        Refusal::IssuerKeyMismatch {
            subject: HOST.to_owned(),
            issuer: "CN=Test Root".to_owned(),
        },
    );
}

#[test]
fn an_issued_leaf_in_the_trust_is_no_anchor_and_its_issuer_is_named() {
    let root = root();
    let leaf = root.issue(leaf());
    let refusal = Refusal::TrustedLeafIsNotAnchor {
        subject: HOST.to_owned(),
        issuer: "CN=Test Root".to_owned(),
    };
    refuses(&own_trust(&[&leaf]), &[&leaf], HOST, refusal.clone());
    refuses(&own_trust(&[&leaf]), &[&leaf, &root], HOST, refusal);
    accepts(&own_trust(&[&leaf, &root]), &[&leaf], HOST);
}

#[test]
fn an_empty_trust_trusts_nobody_and_says_so() {
    let root = root();
    let leaf = root.issue(leaf());
    for trust in [TrustStore::default(), own_trust(&[])] {
        let nothing = Refusal::NothingTrusted { problem: None };
        refuses(&trust, &[&leaf, &root], HOST, nothing);
    }
    refuses(&own_trust(&[&root]), &[], HOST, Refusal::NoCertificate);
}

#[test]
fn an_anchor_past_or_before_its_date_is_refused_and_named() {
    let old = Template::authority("Old Root").expired().self_signed();
    let future = Template::authority("Old Root")
        .not_yet_valid()
        .self_signed();
    for (root, refusal) in [(&old, expired(&old)), (&future, not_yet_valid(&future))] {
        refuses(&own_trust(&[root]), &[&root.issue(leaf())], HOST, refusal);
    }
}

#[test]
fn an_anchor_for_other_purposes_vouches_for_no_server() {
    for (purpose, is_for_servers) in [(Purpose::Client, false), (Purpose::Server, true)] {
        let root = Template::authority("Odd Root")
            .purposes(&[purpose])
            .self_signed();
        let leaf = root.issue(leaf());
        if is_for_servers {
            accepts(&own_trust(&[&root]), &[&leaf], HOST);
        } else {
            let refusal = usage_missing(&root, Lacking::ServerAuth);
            refuses(&own_trust(&[&root]), &[&leaf], HOST, refusal);
        }
    }
}

#[test]
fn an_anchor_that_must_not_sign_certificates_is_refused() {
    let odd = || Template::authority("Odd Root");
    let cases: [Case; 4] = [
        (odd().usages(&[Usage::DigitalSignature]), |root| {
            usage_missing(root, Lacking::KeyCertSign)
        }),
        (odd().not_a_ca(), not_a_ca),
        (odd().no_basic_constraints(), not_a_ca),
        (odd().unknown_critical_extension(), unknown_extension),
    ];
    for (template, refusal) in cases {
        let root = template.self_signed();
        let leaf = root.issue(leaf());
        refuses(&own_trust(&[&root]), &[&leaf], HOST, refusal(&root));
    }
    let root = Template::authority("Free Root").no_usages().self_signed();
    accepts(&own_trust(&[&root]), &[&root.issue(leaf())], HOST);
}

#[test]
fn a_version_1_anchor_is_refused() {
    let root = root().as_version_1();
    let refusal = not_a_ca(&root);
    refuses(&own_trust(&[&root]), &[&root.issue(leaf())], HOST, refusal);
}

#[test]
fn the_path_length_of_an_anchor_counts() {
    let short = Template::authority("Short Root")
        .path_length(0)
        .self_signed();
    let trust = own_trust(&[&short]);
    accepts(&trust, &[&short.issue(leaf())], HOST);
    let intermediate = short.issue(Template::authority("Test Intermediate"));
    let deep = intermediate.issue(leaf());
    let refusal = Refusal::PathTooLong {
        ca: "Short Root".to_owned(),
        allowed: 0,
        found: 1,
    };
    refuses(&trust, &[&deep, &intermediate], HOST, refusal);

    let longer = Template::authority("Longer Root")
        .path_length(1)
        .self_signed();
    let upper = longer.issue(Template::authority("Upper"));
    let lower = upper.issue(Template::authority("Lower"));
    let trust = own_trust(&[&longer]);
    accepts(&trust, &[&upper.issue(leaf()), &upper], HOST);
    refuses(
        &trust,
        &[&lower.issue(leaf()), &lower, &upper],
        HOST,
        Refusal::PathTooLong {
            ca: "Longer Root".to_owned(),
            allowed: 1,
            found: 2,
        },
    );
}

#[test]
fn the_path_length_of_an_intermediate_counts() {
    let root = root();
    let upper = root.issue(Template::authority("Upper").path_length(0));
    let lower = upper.issue(Template::authority("Lower"));
    let trust = own_trust(&[&root]);
    accepts(&trust, &[&upper.issue(leaf()), &upper], HOST);
    refuses(
        &trust,
        &[&lower.issue(leaf()), &lower, &upper],
        HOST,
        Refusal::PathLengthViolated {
            subject: HOST.to_owned(),
        },
    );
}

#[test]
fn an_intermediate_with_a_fault_is_refused() {
    let root = root();
    let trust = own_trust(&[&root]);
    let odd = || Template::authority("Odd");
    let cases: [Case; 6] = [
        (odd().usages(&[Usage::DigitalSignature]), |odd| {
            usage_missing(odd, Lacking::KeyCertSign)
        }),
        (odd().not_a_ca(), not_a_ca),
        (odd().no_basic_constraints(), not_a_ca),
        (odd().unknown_critical_extension(), |_| {
            Refusal::UnknownCriticalExtension {
                subject: HOST.to_owned(),
                oid: Some("1.2.3.4.5.6".to_owned()),
            }
        }),
        (odd().expired(), expired),
        (odd().not_yet_valid(), not_yet_valid),
    ];
    for (template, refusal) in cases {
        let odd = root.issue(template);
        refuses(&trust, &[&odd.issue(leaf()), &odd], HOST, refusal(&odd));
    }
    let broken = root
        .issue(Template::authority("Odd"))
        .with_broken_signature();
    assert!(verdict(&trust, &[&broken.issue(leaf()), &broken], HOST).is_err());
}

#[test]
fn a_renewed_anchor_serves_beside_its_expired_predecessor_in_either_order() {
    let old = Template::authority("Test Root").expired().self_signed();
    let new = Template::authority("Test Root").key_of(&old).self_signed();
    let leaf = new.issue(leaf());
    accepts(&own_trust(&[&old, &new]), &[&leaf], HOST);
    accepts(&own_trust(&[&new, &old]), &[&leaf], HOST);
    refuses(&own_trust(&[&old]), &[&leaf], HOST, expired(&old));
}

#[test]
fn anchors_with_one_name_and_several_keys_are_all_tried() {
    let first = root();
    let second = root();
    let trust = own_trust(&[&first, &second]);
    accepts(&trust, &[&first.issue(leaf())], HOST);
    accepts(&trust, &[&second.issue(leaf())], HOST);
}

#[test]
fn a_cross_signed_path_is_found_beside_a_faulty_one() {
    let good = root();
    let bad = Template::authority("Bad Root").expired().self_signed();
    let by_bad = bad.issue(Template::authority("Crossed"));
    let by_good = good.issue(Template::authority("Crossed").key_of(&by_bad));
    let leaf = by_bad.issue(leaf());
    let trust = own_trust(&[&bad, &good]);
    accepts(&trust, &[&leaf, &by_bad, &by_good], HOST);
    accepts(&trust, &[&leaf, &by_good, &by_bad], HOST);
    refuses(&trust, &[&leaf, &by_bad], HOST, expired(&bad));
}

#[test]
fn chains_end_at_the_limits_of_path_building() {
    let root = root();
    let trust = own_trust(&[&root]);
    let mut issuers = vec![root.clone()];
    for depth in 1..=7 {
        let next = issuers[0].issue(Template::authority(&format!("Level {depth}")));
        issuers.insert(0, next);
        let leaf = issuers[0].issue(leaf());
        let chain: Vec<&Issued> = std::iter::once(&leaf).chain(&issuers[..depth]).collect();
        if depth <= 6 {
            accepts(&trust, &chain, HOST);
        } else {
            let refusal = Refusal::TooComplex {
                subject: HOST.to_owned(),
            };
            refuses(&trust, &chain, HOST, refusal);
        }
    }
}

#[test]
fn many_intermediates_with_one_name_cost_no_more_than_the_budget() {
    let trust = own_trust(&[&root()]);
    let crowd: Vec<Issued> = (0..200)
        .map(|_| Template::authority("Crowd").self_signed())
        .collect();
    let stranger = Template::authority("Crowd").self_signed();
    let leaf = stranger.issue(leaf());
    let chain: Vec<&Issued> = std::iter::once(&leaf).chain(&crowd).collect();
    let started = std::time::Instant::now();
    assert!(verdict(&trust, &chain, HOST).is_err());
    println!("{:?}", started.elapsed());
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn an_authority_that_certified_its_own_new_key_costs_no_path_length() {
    let old = Template::authority("Short Root")
        .path_length(0)
        .self_signed();
    let new = old.issue(Template::authority("Short Root"));
    accepts(&own_trust(&[&old]), &[&new.issue(leaf()), &new], HOST);
}
