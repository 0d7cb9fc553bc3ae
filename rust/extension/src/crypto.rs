//! Keys of the engine and of ours for signing, encrypting and issuing certificates.

pub(crate) mod certificate_signers;
pub(crate) mod keys;
