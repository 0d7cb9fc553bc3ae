//! Certificates that the addon made, by rules of which chains know nothing.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use godot_rustls_interop_tests::{Certificates, Kind, Made, godot_project, rules};

#[test]
fn certificates_of_the_addon_break_no_rule() {
    let Some(made) = godot_project().and_then(Made::make) else {
        return;
    };
    let openssl = |arguments: &[&str]| made.openssl(arguments);
    for authority in Made::KINDS {
        let root = made.authority(authority);
        assert_eq!(rules::broken_by_authority(&root, openssl), [""; 0]);
        let servers = Made::KINDS.map(|kind| made.issued(authority, kind).chain);
        for server in servers {
            assert_eq!(rules::broken_by_server(&server, &root, openssl), [""; 0]);
        }
    }
}

#[test]
fn a_certificate_of_openssls_defaults_breaks_many() {
    let Some(certificates) = Certificates::make() else {
        return;
    };
    let made = certificates
        .self_signed(Kind::P256, false)
        .with_extension("crt");
    let openssl = |arguments: &[&str]| certificates.openssl(arguments);
    assert_eq!(
        rules::broken_by_server(&made, &made, openssl),
        [
            "has alternative names",
            "is no authority",
            "its key may sign handshakes",
            "is for servers"
        ]
    );
    assert_eq!(
        rules::broken_by_authority(&made, openssl),
        ["its key may sign certificates"]
    );
}
