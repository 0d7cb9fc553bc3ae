//! Randomness, and comparison that tells nothing by its duration.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::rand;

use super::Error;
use crate::provider;

/// Fills `bytes` from the provider's generator, which the operating system seeds.
pub fn fill_with_random(bytes: &mut [u8]) -> Result<(), Error> {
    provider::seed();
    rand::fill(bytes).map_err(|_| Error::NoRandomNumbers)
}

/// Returns whether both are the same. The duration depends on the length alone, never on the
/// contents; two lengths that differ are told at once.
pub fn equal_in_constant_time(one: &[u8], other: &[u8]) -> bool {
    verify_slices_are_equal(one, other).is_ok()
}
