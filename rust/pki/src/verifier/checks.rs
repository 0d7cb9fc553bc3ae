//! Single checks beside webpki's (RFC 5280 section 6.1).

use webpki::VerifiedPath;

use super::Policy;
use crate::certificate::{Certificate, ExtendedKeyUsage, Facts, wrap_in_sequence};
use crate::pins::Pins;
use crate::reference_name::constraints_allow;
use crate::refusal::{Refusal, Usage};
use crate::revocation::Signer;
use crate::role::Role;

pub(super) fn dates(facts: &Facts, now: i64) -> Result<(), Refusal> {
    if now > facts.not_after {
        Err(Refusal::expired(facts, now))
    } else if now < facts.not_before {
        Err(Refusal::not_yet_valid(facts, now))
    } else {
        Ok(())
    }
}

/// Checks digitalSignature: TLS signs with the leaf's key in every suite that rustls has.
pub(super) fn leaf_key_usage(leaf: &Facts) -> Result<(), Refusal> {
    match leaf.key_usage {
        Some(usage) if !usage.digital_signature => {
            Err(Refusal::usage_missing(leaf, Usage::DigitalSignature))
        }
        _ => Ok(()),
    }
}

/// Checks that an extended key usage, where there is one, allows what `peer` is.
pub(super) fn purpose(peer: Role, leaf: &Facts) -> Result<(), Refusal> {
    match leaf.extended_key_usage {
        Some(usage) if !is_for(peer, usage) => Err(wrong_purpose(peer, leaf)),
        _ => Ok(()),
    }
}

fn is_for(peer: Role, usage: ExtendedKeyUsage) -> bool {
    match peer {
        Role::Server => usage.server_auth,
        Role::Client => usage.client_auth,
    }
}

fn wrong_purpose(peer: Role, facts: &Facts) -> Refusal {
    let usage = match peer {
        Role::Server => Usage::ServerAuth,
        Role::Client => Usage::ClientAuth,
    };
    Refusal::usage_missing(facts, usage)
}

/// Checks that a key of the verified path is pinned, where any is: the leaf's, or one of `issuers`,
/// each the DER of a SubjectPublicKeyInfo.
pub(super) fn pins(
    pins: &Pins,
    leaf: &Facts,
    mut issuers: impl Iterator<Item = Vec<u8>>,
) -> Result<(), Refusal> {
    if pins.is_empty()
        || pins.contains(&leaf.public_key_info_der)
        || issuers.any(|key| pins.contains(&key))
    {
        return Ok(());
    }
    Err(Refusal::pin_mismatch(leaf, pins.len()))
}

/// Checks what webpki leaves out about a path: pins, revocation lists; keyCertSign of
/// intermediates; dates, purpose and path length of the anchor, where its whole certificate is
/// known.
pub(super) fn path(
    policy: &Policy<'_>,
    leaf: &Facts,
    path: &VerifiedPath<'_>,
    now: i64,
) -> Result<(), Refusal> {
    let intermediates = intermediates(path)?;
    if let Some(facts) = intermediates.iter().find(|facts| !facts.may_issue()) {
        return Err(why_not_an_issuer(facts));
    }
    // Self-issued certificates do not count against a path length (RFC 5280 section 6.1.4 l).
    let below_anchor = intermediates
        .iter()
        .filter(|facts| !facts.is_self_issued())
        .count();
    let found = policy.trust.describe_anchor(path.anchor());
    if let Some(facts) = found.and_then(|found| found.facts()) {
        anchor(policy.party.role(), facts, below_anchor, now)?;
    }
    let anchor_key = wrap_in_sequence(&path.anchor().subject_public_key_info);
    if !policy.revocation.is_empty() {
        let anchor = Signer::of_anchor(policy.trust, path.anchor());
        revocation(policy, leaf, &intermediates, &anchor, now)?;
        if let Some(certificate) = found.and_then(|found| found.certificate) {
            revocation_of_anchor(policy, certificate, now)?;
        }
    }
    let issuers = intermediates
        .into_iter()
        .map(|facts| facts.public_key_info_der);
    pins(policy.pins, leaf, issuers.chain([anchor_key]))
}

/// Returns the certificates between leaf and anchor, the leaf's issuer first.
pub(super) fn intermediates(path: &VerifiedPath<'_>) -> Result<Vec<Facts>, Refusal> {
    path.intermediate_certificates()
        .map(|issuer| Facts::from_der(&issuer.der()).map_err(Refusal::Malformed))
        .collect()
}

/// Looks every certificate below the anchor up in the lists of the one above it.
fn revocation(
    policy: &Policy<'_>,
    leaf: &Facts,
    intermediates: &[Facts],
    anchor: &Signer<'_>,
    now: i64,
) -> Result<(), Refusal> {
    let trusted = policy.trust.whole_certificates();
    let mut below = leaf;
    for issuer in intermediates {
        policy
            .revocation
            .check(below, &Signer::of(issuer), &trusted, now)?;
        below = issuer;
    }
    policy.revocation.check(below, anchor, &trusted, now)
}

/// Looks an anchor that another trusted certificate issued up in that one's lists.
fn revocation_of_anchor(
    policy: &Policy<'_>,
    anchor: &Certificate,
    now: i64,
) -> Result<(), Refusal> {
    let facts = anchor.facts();
    if !policy.revocation.has_list_for(&facts.issuer_der) {
        return Ok(());
    }
    let trusted = policy.trust.whole_certificates();
    policy
        .trust
        .anchors()
        .iter()
        .map(|issuer| Signer::of_anchor(policy.trust, issuer))
        .filter(|signer| *signer.name_der == facts.issuer_der)
        .filter(|signer| anchor.is_signed_with(&signer.public_key_info_der))
        .try_for_each(|signer| policy.revocation.check(facts, &signer, &trusted, now))
}

fn anchor(peer: Role, anchor: &Facts, below_anchor: usize, now: i64) -> Result<(), Refusal> {
    dates(anchor, now)?;
    // webpki asks this of intermediates; an anchor that is for other purposes vouches for nobody
    // here either.
    if let Some(usage) = anchor.extended_key_usage
        && !is_for(peer, usage)
        && !usage.any
    {
        return Err(wrong_purpose(peer, anchor));
    }
    match anchor
        .basic_constraints
        .and_then(|constraints| constraints.path_length)
    {
        Some(allowed) if below_anchor > allowed as usize => Err(Refusal::PathTooLong {
            ca: anchor.display_name(),
            allowed,
            found: below_anchor,
        }),
        _ => Ok(()),
    }
}

pub(super) fn why_not_an_issuer(facts: &Facts) -> Refusal {
    let is_ca = facts
        .basic_constraints
        .is_some_and(|constraints| constraints.is_ca);
    match (&facts.unknown_critical_extension, facts.key_usage) {
        (Some(oid), _) => Refusal::unknown_critical_extension(facts, Some(oid)),
        (None, Some(usage)) if is_ca && !usage.key_cert_sign => {
            Refusal::usage_missing(facts, Usage::KeyCertSign)
        }
        _ => Refusal::NotACa {
            subject: facts.display_name(),
        },
    }
}

/// Checks a common name that serves as a name against the name constraints.
pub(super) fn constraints_on(
    common_name: &str,
    leaf: &Facts,
    issuers: &[Facts],
) -> Result<(), Refusal> {
    for issuer in issuers {
        if let Some(constraints) = &issuer.name_constraints
            && !constraints_allow(constraints, common_name)
        {
            return Err(Refusal::NameConstraint {
                subject: leaf.display_name(),
                ca: Some(issuer.display_name()),
            });
        }
    }
    Ok(())
}
