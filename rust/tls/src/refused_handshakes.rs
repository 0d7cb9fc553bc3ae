//! Reports of refused chains to both sides of a handshake.

use godot_rustls_testkit::{Chunks, Issued, Purpose, Template};

use godot_rustls_pki::testing::revocation::{Chain, HOST, authority, revoking};

use crate::config::{ClientContext, ServerContext};
use crate::diagnosis::Cause;
use crate::options::ServerOptions;
use crate::testing::{
    asking_for, causes, client_options, each_version, identity, lists, message, pair, pins,
    server_with,
};

#[test]
fn a_server_learns_from_the_alert_that_its_certificate_was_revoked() {
    let chain = Chain::new();
    let mut options = client_options(&[&chain.root]);
    options.revocation = lists(&[revoking(&chain.leaf).signed_by(&chain.intermediate)]);
    let client = ClientContext::new(options);
    for versions in each_version() {
        let server = server_with(&[&chain.leaf, &chain.intermediate], versions);
        let mut pair = pair(&client, &server, HOST, Chunks::Whole);
        pair.settle();
        assert_eq!(causes(&pair), [Cause::Revoked, Cause::PeerAlert]);
        let told = message(&pair.right);
        assert!(told.contains("certificate_revoked (44)"), "{told}");
    }
}

#[test]
fn a_revoked_client_is_refused_and_both_sides_say_so() {
    let root = authority("Clients").self_signed();
    let player = |name| root.issue(Template::leaf(name).purposes(&[Purpose::Client]));
    let (good, bad) = (player("good"), player("bad"));
    let owner = Template::like_the_engine(HOST).self_signed();
    for versions in each_version() {
        let mut options = ServerOptions::with_identity(identity(&[&owner]));
        options.common.versions = versions;
        let mut clients = asking_for(&[&root], true);
        clients.revocation = lists(&[revoking(&bad).signed_by(&root)]);
        options.clients = Some(clients);
        let server = ServerContext::new(options).unwrap();
        let settle = |shown: &Issued| {
            let mut options = client_options(&[&owner]);
            options.identity = Some(identity(&[shown]));
            let mut pair = pair(&ClientContext::new(options), &server, HOST, Chunks::Whole);
            pair.settle();
            pair
        };
        assert_eq!(causes(&settle(&good)), [Cause::None; 2]);
        let refused = settle(&bad);
        assert_eq!(
            causes(&refused),
            [Cause::ClientCertificateRequired, Cause::Revoked]
        );
        let (left, right) = (message(&refused.left), message(&refused.right));
        assert!(
            left.contains("\"bad\"") && left.contains("certificate_revoked (44)"),
            "{left}"
        );
        assert!(
            right.contains("\"bad\"") && right.contains("keyCompromise"),
            "{right}"
        );
    }
}

#[test]
fn a_server_with_another_key_learns_that_it_is_not_let_through() {
    let chain = Chain::new();
    for versions in each_version() {
        for (pinned, expected) in [
            (&chain.root, [Cause::None; 2]),
            (&Chain::new().leaf, [Cause::PinMismatch, Cause::PeerAlert]),
        ] {
            let mut options = client_options(&[&chain.root]);
            options.pins = pins(&[pinned]);
            let client = ClientContext::new(options);
            let server = server_with(&[&chain.leaf, &chain.intermediate], versions);
            let mut pair = pair(&client, &server, HOST, Chunks::Whole);
            pair.settle();
            assert_eq!(causes(&pair), expected);
            let told = message(&pair.right);
            assert!(
                told.is_empty() || told.contains("access_denied (49)"),
                "{told}"
            );
        }
    }
}
