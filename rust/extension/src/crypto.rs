//! Keys for signing, encrypting and issuing certificates.

pub(crate) mod certificate_signers;
pub(crate) mod keys;
