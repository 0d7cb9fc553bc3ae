//! Names of settings, for the advice in error messages.

use godot_rustls_tls::diagnosis;

/// Names that the calling class gives to the settings of its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vocabulary {
    /// The settings of TLS, the time limit among them.
    pub tls: diagnosis::Vocabulary,
    /// The setting that takes proxies from environment variables.
    pub environment_proxies: &'static str,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            tls: diagnosis::Vocabulary::default(),
            environment_proxies: "proxies from the environment",
        }
    }
}
