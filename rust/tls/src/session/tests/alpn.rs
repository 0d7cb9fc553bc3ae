//! Agreeing on an application protocol (RFC 7301).

use godot_rustls_testkit::{Chunks, Pair};

use super::{HOST, self_signed};
use crate::alpn::AlpnProtocols;
use crate::config::{ClientContext, ServerContext};
use crate::diagnosis::Cause;
use crate::options::ServerOptions;
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
        AlpnProtocols::new(&names).unwrap()
    };
    let owner = self_signed();
    let mut options = client_options(&[&owner]);
    options.common.alpn = read(client);
    let mut served = ServerOptions::with_identity(identity(&[&owner]));
    served.common.alpn = read(server);
    served.common.versions = versions;
    (
        ClientContext::new(options),
        ServerContext::new(served).unwrap(),
    )
}

fn settled((client, server): &(ClientContext, ServerContext)) -> Pair<Session, Session> {
    let mut pair = pair(client, server, HOST, Chunks::Of(50));
    pair.settle();
    pair
}

#[track_caller]
fn agree_on(protocol: &str, client: &[&str], server: &[&str]) {
    for versions in each_version() {
        let contexts = contexts(client, server, versions);
        for is_resumed in [false, true] {
            let pair = settled(&contexts);
            assert_eq!(causes(&pair), [Cause::None; 2]);
            for session in [&pair.left, &pair.right] {
                assert_eq!(session.alpn_protocol(), protocol.as_bytes());
                assert_eq!(session.is_resumed(), is_resumed);
            }
        }
    }
}

#[test]
fn both_sides_learn_the_protocol_that_both_speak() {
    agree_on("my-game/2", &["my-game/2"], &["my-game/2"]);
    agree_on("my-game/1", &["my-game/2", "my-game/1"], &["my-game/1"]);
    agree_on("http/1.1", &["http/1.1"], &["h2", "http/1.1"]);
}

#[test]
fn the_server_prefers_by_its_own_order() {
    agree_on("two", &["one", "two", "three"], &["two", "one"]);
    agree_on("one", &["two", "one"], &["one", "two"]);
}

#[test]
fn names_are_compared_byte_by_byte_and_may_be_as_long_as_they_fit() {
    let long = "x".repeat(255);
    agree_on(&long, &["h2", &long], &[&long]);
    agree_on(
        "Spiel\u{e4}",
        &["spiel\u{e4}", "Spiel\u{e4}"],
        &["Spiel\u{e4}"],
    );
}

#[test]
fn without_names_on_one_side_there_is_no_protocol_and_no_error() {
    agree_on("", &[], &[]);
    agree_on("", &["h2"], &[]);
    agree_on("", &[], &["h2"]);
}

#[test]
fn without_a_common_protocol_both_sides_name_what_they_know() {
    for versions in each_version() {
        let pair = settled(&contexts(&["h2", "my-game"], &["chess", "go"], versions));
        assert_eq!(causes(&pair), [Cause::PeerAlert, Cause::Other]);
        assert!(pair.left.is_handshaking() && pair.right.is_handshaking());
        for (session, words) in [
            (
                &pair.left,
                ["\"h2\", \"my-game\"", "no_application_protocol (120)"],
            ),
            (&pair.right, ["\"h2\", \"my-game\"", "\"chess\", \"go\""]),
        ] {
            for word in words {
                assert!(
                    message(session).contains(word),
                    "{word}: {}",
                    message(session)
                );
            }
        }
        assert!(message(&pair.right).contains("(the application protocols)"));
    }
}

#[test]
fn each_connection_of_a_server_tells_of_its_own_client() {
    let [versions, _] = each_version();
    let (first, server) = contexts(&["first"], &["chess"], versions);
    let (second, _) = contexts(&["second"], &["chess"], versions);
    let mut pairs = [&first, &second].map(|client| pair(client, &server, HOST, Chunks::Of(11)));
    while pairs.iter_mut().map(Pair::step).sum::<usize>() > 0 {}
    for (pair, own, other) in [
        (&pairs[0], "first", "second"),
        (&pairs[1], "second", "first"),
    ] {
        let told = message(&pair.right);
        assert!(told.contains(own) && !told.contains(other), "{told}");
    }
}
