//! Verification of chains against as many CAs as a system has.

use godot_rustls_pki::UnixTime;
use godot_rustls_tls::config::ClientContext;
use godot_rustls_tls::diagnosis::Cause;
use godot_rustls_tls::options::ClientOptions;

use super::Operation;
use super::material::{HOST, chain, large_store};

const SELF_SIGNED: &str = "self_signed_openssl";

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("verifier/leaf-and-intermediate", || {
        verdict(&["leaf_of_intermediate", "intermediate"], HOST, Cause::None)
    }),
    Operation::new("verifier/self-signed-exact-match", || {
        verdict(&[SELF_SIGNED], HOST, Cause::None)
    }),
    Operation::new("verifier/refused-name", || {
        let names = ["leaf_of_intermediate", "intermediate"];
        verdict(&names, "other.example.org", Cause::NameMismatch)
    }),
];

fn verdict(names: &[&str], host: &'static str, expected: Cause) -> Box<dyn FnMut()> {
    let trust = large_store(&["root", SELF_SIGNED]);
    let client = ClientContext::new(ClientOptions::trusting(trust));
    let chain = chain(names);
    Box::new(move || {
        let verdict = client.verify(&chain, host, UnixTime::now());
        assert_eq!(
            verdict.map_or_else(|why| why.cause(), |()| Cause::None),
            expected
        );
    })
}
