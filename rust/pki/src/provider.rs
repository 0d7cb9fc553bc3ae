//! Cryptographic provider: accepted signature algorithms and the first random numbers.
//!
//! Nothing installs a process-wide default: other libraries of the process may have their own.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs};

static PROVIDER: LazyLock<CryptoProvider> = LazyLock::new(aws_lc_rs::default_provider);

static SEEDED: AtomicBool = AtomicBool::new(false);

/// Returns aws-lc-rs as rustls has it.
pub fn base() -> &'static CryptoProvider {
    &PROVIDER
}

/// Returns the signature algorithms that are accepted, on certificates and in handshakes.
pub fn signature_algorithms() -> WebPkiSupportedAlgorithms {
    PROVIDER.signature_verification_algorithms
}

/// Returns whether this process has made random numbers already. The first ones wait tens of
/// milliseconds for entropy.
pub fn is_seeded() -> bool {
    SEEDED.load(Ordering::Relaxed)
}

/// Makes the first random numbers, unless there were some.
pub fn seed() {
    if is_seeded() {
        return;
    }
    let mut one = [0];
    // Without random numbers, whoever needs some later reports it.
    if PROVIDER.secure_random.fill(&mut one).is_ok() {
        SEEDED.store(true, Ordering::Relaxed);
    }
}
