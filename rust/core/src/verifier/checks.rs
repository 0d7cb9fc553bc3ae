//! The single checks beside webpki's (RFC 5280 section 6.1).

use webpki::VerifiedPath;

use crate::certificate::Facts;
use crate::diagnosis::{self, Rejection};
use crate::names::constraints_allow;
use crate::trust::TrustStore;

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

/// An extended key usage, where there is one, names serverAuth.
pub(super) fn server_purpose(leaf: &Facts) -> Result<(), Rejection> {
    match leaf.extended_key_usage {
        Some(usage) if !usage.server_auth => Err(diagnosis::key_usage_forbids(
            leaf,
            "the extended usage serverAuth",
        )),
        _ => Ok(()),
    }
}

/// What webpki leaves out about a path's issuers: keyCertSign of intermediates; dates and path length of the
/// anchor, where its whole certificate is known.
pub(super) fn path(trust: &TrustStore, path: &VerifiedPath<'_>, now: i64) -> Result<(), Rejection> {
    let mut below_anchor = 0;
    for issuer in path.intermediate_certificates() {
        let facts =
            Facts::from_der(&issuer.der()).map_err(|error| super::malformed(&error.to_string()))?;
        if !facts.may_issue() {
            return Err(why_not_an_issuer(&facts));
        }
        // Self-issued certificates do not count against a path length (RFC 5280 section 6.1.4 l).
        below_anchor += usize::from(!facts.is_self_issued());
    }
    let Some(anchor) = trust.found(path.anchor()).and_then(|found| found.facts) else {
        return Ok(());
    };
    dates(anchor, now)?;
    // webpki asks this of intermediates; an anchor that is for other purposes vouches for no server either.
    if let Some(usage) = anchor.extended_key_usage
        && !usage.server_auth
        && !usage.any
    {
        return Err(diagnosis::key_usage_forbids(
            anchor,
            "the extended usage serverAuth",
        ));
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
