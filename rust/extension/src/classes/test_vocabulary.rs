//! Names of settings that error messages use, for the tests. Only in test builds.

use godot::prelude::*;
use godot_rustls_tls::diagnosis::Vocabulary;

use crate::vocabulary;

/// The settings that the error messages of each class name. For tests only.
#[derive(GodotClass)]
#[class(tool, no_init, base=Object)]
pub(crate) struct RustlsTestVocabulary {}

#[godot_api]
impl RustlsTestVocabulary {
    /// Returns the names by the class whose messages have them.
    #[func]
    fn names() -> Dictionary<GString, PackedStringArray> {
        let mut names = Dictionary::new();
        for (class, vocabulary) in [
            ("RustlsStreamPeerTLS", vocabulary::STREAM),
            ("RustlsHTTPRequest", vocabulary::HTTP_REQUEST),
            ("RustlsHTTPClient", vocabulary::HTTP_CLIENT),
        ] {
            names.set(class, &of(vocabulary));
        }
        // Options alone connect to nothing: no message of theirs names a time limit.
        names.set("RustlsTLSOptions", &of_options(vocabulary::TLS_OPTIONS));
        names
    }
}

fn of(vocabulary: Vocabulary) -> PackedStringArray {
    let mut names = of_options(vocabulary);
    names.push(vocabulary.connect_limit);
    names
}

/// Every name but that of the time limit. A name that is added to the vocabulary must be added
/// here.
fn of_options(vocabulary: Vocabulary) -> PackedStringArray {
    let Vocabulary {
        connect_limit: _,
        default_trust,
        client_trust,
        client_authentication,
        client_identity,
        name_override,
        pins,
        revocation_lists,
        key_exchange_groups,
        alpn,
    } = vocabulary;
    [
        default_trust,
        client_trust,
        client_authentication,
        client_identity,
        name_override,
        pins,
        revocation_lists,
        key_exchange_groups,
        alpn,
    ]
    .map(GString::from)
    .into()
}
