//! Sessions of a client: resumed under the same options, and never under stricter ones.

use godot_rustls_testkit::{RevocationList, Usage};

use super::*;
use crate::testing::{lists, pins};

const A: &str = "a.example.test";
const B: &str = "b.example.test";

fn server_without_resumption(owner: &Issued, versions: VersionRange) -> ServerContext {
    let mut options = ServerOptions::with_identity(identity(&[owner]));
    options.common.versions = versions;
    options.common.resumption = false;
    ServerContext::new(options).unwrap()
}

#[test]
fn a_resumed_connection_works_like_any_other_and_knows_the_same_peer() {
    for versions in each_version() {
        let owner = owner();
        let client = context(&owner, |_| {});
        let server = server_with(&[&owner], versions);
        let first = connected(&client, &server, A);
        let mut second = connected(&client, &server, A);
        assert!(!first.left.is_resumed() && !first.right.is_resumed());
        assert!(second.left.is_resumed() && second.right.is_resumed());
        for session in [&first.left, &second.left] {
            let shown = session.peer_certificates();
            assert_eq!(shown[0].der(), certificate(&owner).der());
        }
        assert_eq!(second.right.server_name(), A);
        assert_eq!(second.left.write(b"again"), 5);
        second.settle();
        assert_eq!(read_all(&mut second.right), b"again");
    }
}

#[test]
fn either_side_can_turn_resumption_off() {
    for versions in each_version() {
        let owner = owner();
        let (willing, unwilling) = (
            context(&owner, |_| {}),
            context(&owner, |options| options.common.resumption = false),
        );
        for (client, server) in [
            (&unwilling, server_with(&[&owner], versions)),
            (&willing, server_without_resumption(&owner, versions)),
            (&unwilling, server_without_resumption(&owner, versions)),
        ] {
            for _ in 0..3 {
                assert!(!is_resumed(client, &server, A));
            }
        }
    }
}

/// Each takes something away that the client of `context` checks, and still connects.
type Change = fn(&mut ClientOptions);
const WEAKER: [Change; 4] = [
    |options| options.verification = Verification::Nothing,
    |options| options.verification = Verification::ChainOnly,
    |options| {
        options.verification = Verification::Nothing;
        options.trust = Arc::default();
    },
    |options| A.clone_into(&mut options.common_name_override),
];

#[test]
fn what_a_weaker_client_began_no_other_client_resumes() {
    for versions in each_version() {
        let owner = owner();
        let server = server_with(&[&owner], versions);
        for change in WEAKER {
            let weak = context(&owner, change);
            assert!(!is_resumed(&weak, &server, A));
            assert!(is_resumed(&weak, &server, A));
            let strict = context(&owner, |_| {});
            assert!(!is_resumed(&strict, &server, A));
        }
    }
}

#[test]
fn a_client_that_asks_for_more_refuses_a_server_that_a_weaker_one_knows() {
    for versions in each_version() {
        let owner = Template::leaf("server")
            .names(&[A])
            .usages(&[Usage::DigitalSignature, Usage::CrlSign])
            .self_signed();
        let server = server_with(&[&owner], versions);
        let weak = context(&owner, |options| {
            options.verification = Verification::Nothing;
        });
        for host in [A, "c.example.test"] {
            connected(&weak, &server, host);
        }
        let stranger = Template::leaf("stranger").self_signed();
        let revoked = lists(&[RevocationList::empty()
            .revoking(&owner, None)
            .signed_by(&owner)]);
        for (strict, host, cause) in [
            (
                context(&owner, |_| {}),
                "c.example.test",
                Cause::NameMismatch,
            ),
            (context(&stranger, |_| {}), A, Cause::UntrustedIssuer),
            (
                context(&owner, |options| options.pins = pins(&[&stranger])),
                A,
                Cause::PinMismatch,
            ),
            (
                context(&owner, |options| options.revocation = revoked),
                A,
                Cause::Revoked,
            ),
        ] {
            for _ in 0..2 {
                let mut pair = pair(&strict, &server, host, Chunks::Whole);
                pair.settle();
                assert_eq!(pair.left.failure().unwrap().cause(), cause);
            }
        }
    }
}

#[test]
fn an_override_that_names_the_server_shares_its_sessions_among_hosts() {
    for versions in each_version() {
        let owner = owner();
        let client = context(&owner, |options| {
            A.clone_into(&mut options.common_name_override);
        });
        let server = server_with(&[&owner], versions);
        // The same name was checked and sent each time.
        assert!(!is_resumed(&client, &server, "one.example.org"));
        assert!(is_resumed(&client, &server, "two.example.org"));
        assert!(is_resumed(&client, &server, "127.0.0.1"));
    }
}

#[test]
fn an_override_that_is_an_address_keeps_the_hosts_apart() {
    for versions in each_version() {
        let owner = owner();
        let client = context(&owner, |options| {
            "127.0.0.1".clone_into(&mut options.common_name_override);
        });
        let server = server_with(&[&owner], versions);
        assert!(!is_resumed(&client, &server, A));
        assert!(!is_resumed(&client, &server, B));
        assert!(is_resumed(&client, &server, A));
    }
}

#[test]
fn the_names_that_were_used_last_keep_their_sessions() {
    let owner = owner();
    let client = context(&owner, |_| {});
    let server = server_with(&[&owner], VersionRange::default());
    let visit = |count: usize| {
        for number in 0..count {
            client
                .connect(&format!("host{number}.example.test"))
                .unwrap();
        }
    };
    assert!(!is_resumed(&client, &server, A));
    visit(MAX_NAMES - 1);
    assert!(is_resumed(&client, &server, A));
    visit(MAX_NAMES - 1);
    assert!(is_resumed(&client, &server, A));
    visit(MAX_NAMES);
    assert!(!is_resumed(&client, &server, A));
}

#[test]
fn connections_that_never_share_sessions_are_not_kept_either() {
    let owner = owner();
    let literal = context(&owner, |options| {
        "My Game Server".clone_into(&mut options.common_name_override);
    });
    let without = context(&owner, |options| options.common.resumption = false);
    for client in [&literal, &without] {
        client.connect(A).unwrap();
        client.connect("127.0.0.1").unwrap();
        assert!(client.by_name.lock().unwrap().is_empty());
    }
}
