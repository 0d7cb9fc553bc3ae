//! From a failure to its message.

use godot_rustls_pki::UnixTime;
use godot_rustls_tls::config::ClientContext;
use godot_rustls_tls::diagnosis::{Cause, Vocabulary, diagnose};
use godot_rustls_tls::options::ClientOptions;

use super::Operation;
use super::material::{HOST, chain, large_store, server};

pub(super) const OPERATIONS: &[Operation] = &[
    Operation::new("diagnosis/refused-certificate", refused_certificate),
    Operation::new("diagnosis/garbage", garbage),
];

/// Refuses a chain that none of the many CAs has issued.
fn refused_certificate() -> Box<dyn FnMut()> {
    let client = ClientContext::new(ClientOptions::trusting(large_store(&[])));
    let chain = chain(&["leaf_of_intermediate", "intermediate"]);
    Box::new(move || {
        let why = client.verify(&chain, HOST, UnixTime::now()).unwrap_err();
        let told = diagnose(&why, &Vocabulary::default());
        assert_eq!(told.cause, Cause::UntrustedIssuer);
        assert!(!told.message.is_empty());
    })
}

/// Gives a server no TLS. A client would have made a key share, which would outweigh the rest.
fn garbage() -> Box<dyn FnMut()> {
    let server = server(&["leaf_of_intermediate", "intermediate"]);
    Box::new(move || {
        let mut session = server.accept().unwrap();
        session.input(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let why = session.failure().unwrap();
        assert!(!diagnose(why, &Vocabulary::default()).message.is_empty());
    })
}
