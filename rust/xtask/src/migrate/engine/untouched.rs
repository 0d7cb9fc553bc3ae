//! Classes of the engine that do TLS themselves and have no counterpart.

use super::finding::{Kind, Report};
use super::script::Script;

const CLASSES: [&str; 4] = [
    "WebSocketPeer",
    "WebSocketMultiplayerPeer",
    "PacketPeerDTLS",
    "DTLSServer",
];

/// Methods by which ENet is encrypted.
const METHODS: [&str; 2] = ["dtls_client_setup", "dtls_server_setup"];

/// Tells where such a class is made or used. Returns whether the word is one of them.
pub(super) fn check(script: &Script, at: usize, report: &mut Report) -> bool {
    let word = script.word(at);
    let is_class = CLASSES.contains(&word);
    let is_made = is_class && script.word(at + 1) == "." && script.word(at + 2) == "new";
    if is_made || METHODS.contains(&word) {
        let message = format!(
            "{word}: the addon has no counterpart, and the engine's TLS and trust are used"
        );
        report.find(script.tokens[at].range.start, Kind::Stays, message);
    }
    is_class
}
