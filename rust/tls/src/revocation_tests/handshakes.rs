//! What the other side learns of a revocation.

use godot_rustls_testkit::{Chunks, Purpose};

use super::*;
use crate::config::ServerContext;
use crate::options::ServerOptions;
use crate::testing::{asking_for, causes, each_version, identity, message, pair, server_with};

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
