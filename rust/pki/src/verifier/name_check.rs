//! Check of the server's name.

use webpki::EndEntityCert;

use super::{Accepted, checks};
use crate::certificate::Facts;
use crate::reference_name::ReferenceName;
use crate::refusal::Refusal;

/// Compares the alternative names; the common name only under the user's own trust and without any
/// alternative name.
pub(super) fn check(
    reference: &ReferenceName,
    leaf: &Facts,
    end_entity: &EndEntityCert<'_>,
    accepted: &Accepted,
) -> Result<(), Refusal> {
    if let Some(name) = reference.server_name()
        && end_entity.verify_is_valid_for_subject_name(&name).is_ok()
    {
        return Ok(());
    }
    if reference.matches_alternative_literally(leaf) {
        return Ok(());
    }
    let common_name = leaf
        .common_name
        .as_deref()
        .filter(|_| accepted.common_name_counts && !leaf.has_alternative_names)
        .filter(|common_name| reference.matches_common_name(common_name));
    match common_name {
        Some(common_name) => checks::constraints_on(common_name, leaf, &accepted.constraining),
        None => Err(Refusal::name_mismatch(leaf, reference)),
    }
}
