//! Names of settings, for the advice in error messages.

/// Names that the calling class gives to its settings: advice names only what that class has.
///
/// Each name stands in a sentence where a user looks for something to set: "raise {connect_limit}
/// if the peer is just slow". The default has neutral words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vocabulary {
    /// Limits how long making a connection may take.
    pub connect_limit: &'static str,
    /// Names the file of the certificates that clients trust by default.
    pub default_trust: &'static str,
    /// Takes the certificates that one client trusts.
    pub client_trust: &'static str,
    /// Takes the certificates that a server trusts for clients, and whether it requires one of
    /// them.
    pub client_authentication: &'static str,
    /// Takes the key and the certificate of a client.
    pub client_identity: &'static str,
    /// Replaces the host as the name that a server's certificate must have.
    pub name_override: &'static str,
    /// Lists the pinned public keys.
    pub pins: &'static str,
    /// Holds the revocation lists.
    pub revocation_lists: &'static str,
    /// Lists the key exchange groups.
    pub key_exchange_groups: &'static str,
    /// Lists the application protocols.
    pub alpn: &'static str,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            connect_limit: "the time limit",
            default_trust: "the default certificates",
            client_trust: "the options of the client",
            client_authentication: "the client authentication of the server",
            client_identity: "the client identity setting",
            name_override: "a name override",
            pins: "the pinned public keys",
            revocation_lists: "the revocation lists",
            key_exchange_groups: "the key exchange groups",
            alpn: "the application protocols",
        }
    }
}
