//! The single checks beside webpki's (RFC 5280 section 6.1).

use webpki::VerifiedPath;

use super::Policy;
use crate::certificate::{ExtendedKeyUsage, Facts, KeyUsage, wrap_in_sequence};
use crate::diagnosis::{self, Rejection};
use crate::names::constraints_allow;
use crate::pins::Pins;
use crate::session::Role;

pub(super) fn dates(facts: &Facts, now: i64) -> Result<(), Rejection> {
    if now > facts.not_after {
        Err(diagnosis::expired(facts, now))
    } else if now < facts.not_before {
        Err(diagnosis::not_yet_valid(facts, now))
    } else {
        Ok(())
    }
}

/// TLS signs with the leaf's key in every suite that rustls has.
pub(super) fn leaf_key_usage(leaf: &Facts) -> Result<(), Rejection> {
    match leaf.key_usage {
        Some(usage) if !usage.digital_signature => {
            Err(diagnosis::key_usage_forbids(leaf, "digitalSignature"))
        }
        _ => Ok(()),
    }
}

/// An extended key usage, where there is one, names what `peer` is.
pub(super) fn purpose(peer: Role, leaf: &Facts) -> Result<(), Rejection> {
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

fn wrong_purpose(peer: Role, facts: &Facts) -> Rejection {
    let usage = match peer {
        Role::Server => "the extended usage serverAuth",
        Role::Client => "the extended usage clientAuth",
    };
    diagnosis::key_usage_forbids(facts, usage)
}

/// One key of the verified path is pinned, where any is: the leaf's, or one of `issuers`, each the DER of a
/// SubjectPublicKeyInfo.
pub(super) fn pins(
    pins: &Pins,
    leaf: &Facts,
    mut issuers: impl Iterator<Item = Vec<u8>>,
) -> Result<(), Rejection> {
    if pins.is_empty() || pins.hold(&leaf.public_key_info_der) || issuers.any(|key| pins.hold(&key))
    {
        return Ok(());
    }
    Err(diagnosis::pin_mismatch(leaf, pins.len()))
}

/// What webpki leaves out about a path: pins; keyCertSign of intermediates; dates, purpose and path length
/// of the anchor, where its whole certificate is known.
pub(super) fn path(
    policy: &Policy<'_>,
    leaf: &Facts,
    path: &VerifiedPath<'_>,
    now: i64,
) -> Result<(), Rejection> {
    let mut below_anchor = 0;
    policy.revocation.check_odd_serial(leaf)?;
    for issuer in path.intermediate_certificates() {
        let facts =
            Facts::from_der(&issuer.der()).map_err(|error| super::malformed(&error.to_string()))?;
        if !facts.may_issue() {
            return Err(why_not_an_issuer(&facts));
        }
        policy.revocation.check_odd_serial(&facts)?;
        lists_of(policy, &facts.subject_der, facts.key_usage, now)?;
        // Self-issued certificates do not count against a path length (RFC 5280 section 6.1.4 l).
        below_anchor += usize::from(!facts.is_self_issued());
    }
    let facts = policy
        .trust
        .found(path.anchor())
        .and_then(|found| found.facts);
    let subject = wrap_in_sequence(&path.anchor().subject);
    let usage = facts.and_then(|facts| facts.key_usage);
    lists_of(policy, &subject, usage, now)?;
    if let Some(facts) = facts {
        anchor(policy.party.role(), facts, below_anchor, now)?;
    }
    let issuers = path
        .intermediate_certificates()
        .map(|issuer| issuer.subject_public_key_info().as_ref().to_vec());
    let anchor_key = wrap_in_sequence(&path.anchor().subject_public_key_info);
    pins(policy.pins, leaf, issuers.chain([anchor_key]))
}

/// The revocation list of an issuer, if there is one, may count.
fn lists_of(
    policy: &Policy<'_>,
    issuer_der: &[u8],
    usage: Option<KeyUsage>,
    now: i64,
) -> Result<(), Rejection> {
    match policy.revocation.of_issuer(issuer_der).next() {
        Some(list) => list.check(usage, now),
        None => Ok(()),
    }
}

fn anchor(peer: Role, anchor: &Facts, below_anchor: usize, now: i64) -> Result<(), Rejection> {
    dates(anchor, now)?;
    // webpki asks this of intermediates; an anchor that is for other purposes vouches for nobody here either.
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
        Some(allowed) if below_anchor > allowed as usize => {
            Err(diagnosis::path_too_long(anchor, allowed, below_anchor))
        }
        _ => Ok(()),
    }
}

pub(super) fn why_not_an_issuer(facts: &Facts) -> Rejection {
    let is_ca = facts
        .basic_constraints
        .is_some_and(|constraints| constraints.is_ca);
    match (&facts.unknown_critical_extension, facts.key_usage) {
        (Some(oid), _) => diagnosis::unknown_critical(facts, oid),
        (None, Some(usage)) if is_ca && !usage.key_cert_sign => {
            diagnosis::key_usage_forbids(facts, "keyCertSign")
        }
        _ => diagnosis::not_an_issuer(facts),
    }
}

/// Name constraints bind a common name that serves as a name.
pub(super) fn constraints_on(
    common_name: &str,
    leaf: &Facts,
    issuers: &[Facts],
) -> Result<(), Rejection> {
    for issuer in issuers {
        if let Some(constraints) = &issuer.name_constraints
            && !constraints_allow(constraints, common_name)
        {
            return Err(diagnosis::common_name_is_constrained(
                leaf,
                &issuer.display_name(),
            ));
        }
    }
    Ok(())
}
