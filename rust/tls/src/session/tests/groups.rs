//! The choice of key exchange groups.

use godot_rustls_testkit::{Chunks, Pair};

use super::{HOST, self_signed};
use crate::config::{ClientContext, ServerContext};
use crate::diagnosis::Cause;
use crate::options::ServerOptions;
use crate::provider::KeyExchangeGroups;
use crate::session::Session;
use crate::testing::{causes, client_options, each_version, identity, message, pair};
use crate::versions::VersionRange;

fn contexts(
    client: &[&str],
    server: &[&str],
    versions: VersionRange,
) -> (ClientContext, ServerContext) {
    let read = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        KeyExchangeGroups::new(&names).unwrap()
    };
    let owner = self_signed();
    let mut options = client_options(&[&owner]);
    options.common.groups = read(client);
    let mut served = ServerOptions::with_identity(identity(&[&owner]));
    served.common.groups = read(server);
    served.common.versions = versions;
    (
        ClientContext::new(options),
        ServerContext::new(served).unwrap(),
    )
}

fn settled(client: &[&str], server: &[&str], versions: VersionRange) -> Pair<Session, Session> {
    let (client, server) = contexts(client, server, versions);
    let mut pair = pair(&client, &server, HOST, Chunks::Of(500));
    pair.settle();
    pair
}

#[test]
fn each_group_alone_is_agreed_on_wherever_it_can_be_used() {
    for versions in each_version() {
        for group in ["x25519", "secp256r1", "secp384r1", "secp521r1"] {
            for (client, server) in [
                (&[group][..], &[][..]),
                (&[], &[group]),
                (&[group], &[group]),
            ] {
                let pair = settled(client, server, versions);
                assert_eq!(causes(&pair), [Cause::None; 2], "{}", message(&pair.left));
                assert_eq!(pair.left.key_exchange_group(), group);
                assert_eq!(pair.right.key_exchange_group(), group);
            }
        }
    }
    let [_, newest] = each_version();
    for group in [
        "X25519MLKEM768",
        "SecP256r1MLKEM768",
        "MLKEM768",
        "MLKEM1024",
    ] {
        let pair = settled(&[group], &[group], newest);
        assert_eq!(causes(&pair), [Cause::None; 2], "{}", message(&pair.left));
        assert_eq!(pair.left.key_exchange_group(), group);
    }
}

#[test]
fn a_hello_without_ml_kem_fits_one_packet() {
    let hello = |groups: &[&str]| {
        let (client, _) = contexts(groups, &[], VersionRange::default());
        let mut hello = Vec::new();
        client.connect(HOST).unwrap().take_output(&mut hello);
        hello.len()
    };
    assert!(hello(&[]) > 1_400);
    assert!(hello(&["x25519", "secp256r1"]) < 500);
    // Only the first group's key share is sent along.
    assert!(hello(&["x25519", "X25519MLKEM768"]) < 500);
}

#[test]
fn sides_without_a_common_group_are_told_what_this_side_offers() {
    for versions in each_version() {
        let pair = settled(&["secp384r1"], &["x25519"], versions);
        assert_eq!(causes(&pair), [Cause::NoCommonCipher; 2]);
        let (left, right) = (message(&pair.left), message(&pair.right));
        assert!(left.ends_with("groups secp384r1"), "{left}");
        assert!(right.ends_with("groups x25519"), "{right}");
    }
}

#[test]
fn an_end_right_after_the_hello_names_the_groups() {
    let (client, _) = contexts(&[], &[], VersionRange::default());
    let mut closed = client.connect(HOST).unwrap();
    closed.end_of_input();
    let mut reset = client.connect(HOST).unwrap();
    reset.transport_failed("reset");
    for session in [closed, reset] {
        let why = message(&session);
        assert!(why.contains("set the key exchange groups"), "{why}");
    }
}
