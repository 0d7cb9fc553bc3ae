//! The text that `print()` and `str()` show for options.

use super::RustlsTLSOptions;

impl RustlsTLSOptions {
    /// Returns what the options are for and what differs from the defaults. The text contains no
    /// key, and calls nothing that could print or call back: it is made while the object is bound.
    pub(super) fn description(&self) -> String {
        let mut parts = vec![self.role().to_owned()];
        if !self.is_server() {
            parts.push(self.trust().to_owned());
        }
        if !self.common_name_override.is_empty() {
            parts.push(format!(
                "common_name_override \"{}\"",
                self.common_name_override
            ));
        }
        parts.extend(self.identities().map(str::to_owned));
        parts.extend(self.protocol());
        for (list, what) in [
            (self.pinned_public_keys.len(), "pinned_public_keys"),
            (self.named_identities.len(), "server names of their own"),
        ] {
            if list > 0 {
                parts.push(format!("{list} {what}"));
            }
        }
        format!("<RustlsTLSOptions: {}>", parts.join(", "))
    }

    fn role(&self) -> &'static str {
        if self.is_server() {
            "server"
        } else if self.is_unsafe_client() {
            "unsafe client"
        } else {
            "client"
        }
    }

    fn trust(&self) -> &'static str {
        let has_own = self.trusted_ca_chain.is_some() || self.trusted_pem.is_some();
        match (has_own, self.is_unsafe_client()) {
            (true, _) => "trusts its own certificates",
            (false, false) => "trusts the default roots",
            (false, true) => "accepts every certificate",
        }
    }

    fn identities(&self) -> impl Iterator<Item = &'static str> {
        let files = self.identity_files.is_some();
        let own = self.own_certificate.is_some() || self.certificate_pem.is_some();
        let said = match (self.is_server(), files, own) {
            (true, true, _) => Some("identity from files"),
            (true, false, false) => Some("no certificate"),
            (true, false, true) | (false, ..) => None,
        };
        let client = self.client_identity.is_some();
        let asks = self.clients.as_ref().map(|clients| {
            if clients.required {
                "client certificates required"
            } else {
                "client certificates optional"
            }
        });
        let client = client.then_some("with a client certificate");
        said.into_iter().chain(client).chain(asks)
    }

    fn protocol(&self) -> Option<String> {
        let versions = match (self.min_version, self.max_version) {
            (Self::TLS_VERSION_1_2, Self::TLS_VERSION_1_3) => None,
            (Self::TLS_VERSION_1_3, _) => Some("TLS 1.3 only"),
            (_, _) => Some("TLS 1.2 only"),
        };
        let protocols = self.alpn_protocols.as_slice().iter();
        let protocols: Vec<_> = protocols.map(ToString::to_string).collect();
        let alpn = (!protocols.is_empty()).then(|| format!("ALPN {}", protocols.join(" ")));
        match (versions, alpn) {
            (None, alpn) => alpn,
            (Some(versions), None) => Some(versions.to_owned()),
            (Some(versions), Some(alpn)) => Some(format!("{versions}, {alpn}")),
        }
    }
}
