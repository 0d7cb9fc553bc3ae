//! Chains of authorities that sign revocation lists.

use godot_rustls_testkit::{Issued, RevocationList, RevocationReason, Template, Usage};

/// The name of the server.
pub const HOST: &str = "localhost";

/// The usages of an authority that signs certificates and revocation lists.
const MAY_SIGN_BOTH: [Usage; 2] = [Usage::CertSign, Usage::CrlSign];

/// An authority that signs certificates and lists.
pub fn authority(name: &str) -> Template {
    Template::authority(name).usages(&MAY_SIGN_BOTH)
}

/// Two levels of authorities, and a server.
pub struct Chain {
    /// Issued the intermediate.
    pub root: Issued,
    /// Issued the leaf.
    pub intermediate: Issued,
    /// Serves under [`HOST`].
    pub leaf: Issued,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// Issues all three.
    pub fn new() -> Self {
        Self::of(authority("Root"), authority("Intermediate"))
    }

    /// Issues them under these two.
    pub fn of(root: Template, intermediate: Template) -> Self {
        let root = root.self_signed();
        let intermediate = root.issue(intermediate);
        let leaf = intermediate.issue(Template::leaf("server").names(&[HOST]));
        Self {
            root,
            intermediate,
            leaf,
        }
    }
}

/// Returns a list that revokes nothing.
pub fn empty() -> RevocationList {
    RevocationList::empty()
}

/// Returns a list that revokes this certificate.
pub fn revoking(issued: &Issued) -> RevocationList {
    empty().revoking(issued, Some(RevocationReason::KeyCompromise))
}
