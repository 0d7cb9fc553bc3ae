mod expiry;
mod resumption;
mod servers;

use godot_rustls_testkit::{Chunks, Issued, Pair, Template};
use rustls::HandshakeKind;

use super::*;
use crate::diagnosis::Cause;
use crate::options::ServerOptions;
use crate::testing::{
    NOW, at, certificate, client_options, connected, each_version, identity, pair, read_all,
    server_with,
};
use crate::versions::VersionRange;

/// A certificate for every name that is asked for here.
fn owner() -> Issued {
    Template::leaf("My Game Server")
        .names(&["a.example.test", "b.example.test", "127.0.0.1"])
        .dns_name("My Game Server")
        .self_signed()
}

fn context(owner: &Issued, change: impl FnOnce(&mut ClientOptions)) -> ClientContext {
    let mut options = client_options(&[owner]);
    change(&mut options);
    ClientContext::new(options)
}

fn is_resumed(client: &ClientContext, server: &ServerContext, host: &str) -> bool {
    let pair = connected(client, server, host);
    let kinds = [&pair.left, &pair.right].map(Session::handshake_kind);
    assert_eq!(
        kinds[0] == Some(HandshakeKind::Resumed),
        kinds[1] == Some(HandshakeKind::Resumed)
    );
    kinds[0] == Some(HandshakeKind::Resumed)
}

#[test]
fn sessions_resume_under_the_same_name_however_it_is_spelt() {
    for versions in each_version() {
        let owner = owner();
        let client = context(&owner, |_| {});
        let server = server_with(&[&owner], versions);
        assert!(!is_resumed(&client, &server, "a.example.test"));
        assert!(is_resumed(&client, &server, "a.example.test"));
        assert!(is_resumed(&client, &server, "A.EXAMPLE.test."));
    }
}

#[test]
fn sessions_never_resume_under_another_name() {
    for versions in each_version() {
        let owner = owner();
        let client = context(&owner, |_| {});
        let server = server_with(&[&owner], versions);
        assert!(!is_resumed(&client, &server, "a.example.test"));
        assert!(!is_resumed(&client, &server, "b.example.test"));
        assert!(!is_resumed(&client, &server, "127.0.0.1"));
    }
}

#[test]
fn a_name_that_is_not_in_the_certificate_is_refused_however_many_sessions_there_are() {
    let owner = owner();
    let client = context(&owner, |_| {});
    let server = server_with(&[&owner], VersionRange::default());
    connected(&client, &server, "a.example.test");
    let mut pair = pair(&client, &server, "c.example.test", Chunks::Whole);
    pair.settle();
    assert_eq!(pair.left.failure().unwrap().cause(), Cause::NameMismatch);
}

#[test]
fn sessions_never_pass_from_one_options_object_to_another() {
    let owner = owner();
    let server = server_with(&[&owner], VersionRange::default());
    assert!(!is_resumed(
        &context(&owner, |_| {}),
        &server,
        "a.example.test"
    ));
    assert!(!is_resumed(
        &context(&owner, |_| {}),
        &server,
        "a.example.test"
    ));
}

#[test]
fn sessions_end_with_the_servers_options() {
    let owner = owner();
    let client = context(&owner, |_| {});
    assert!(!is_resumed(
        &client,
        &server_with(&[&owner], VersionRange::default()),
        "a.example.test"
    ));
    assert!(!is_resumed(
        &client,
        &server_with(&[&owner], VersionRange::default()),
        "a.example.test"
    ));
}

#[test]
fn an_override_that_is_no_dns_name_never_resumes() {
    for versions in each_version() {
        let owner = owner();
        let client = context(&owner, |options| {
            "My Game Server".clone_into(&mut options.common_name_override);
        });
        let server = server_with(&[&owner], versions);
        for host in [
            "a.example.test",
            "a.example.test",
            "127.0.0.1",
            "127.0.0.1",
            "",
            "",
        ] {
            assert!(!is_resumed(&client, &server, host), "{host}");
        }
    }
}

#[test]
fn an_override_replaces_the_host_in_the_check() {
    let owner = owner();
    let client = context(&owner, |options| {
        "a.example.test".clone_into(&mut options.common_name_override);
    });
    let server = server_with(&[&owner], VersionRange::default());
    for host in ["elsewhere.example.org", "192.168.0.1", ""] {
        connected(&client, &server, host);
    }
    let wrong = context(&owner, |options| {
        "x.example.test".clone_into(&mut options.common_name_override);
    });
    let refusal = wrong
        .verify(&[certificate(&owner)], "a.example.test", at(NOW))
        .unwrap_err();
    assert_eq!(refusal.cause(), Cause::NameMismatch);
}

#[test]
fn without_a_name_check_hosts_do_not_share_sessions() {
    for verification in [Verification::ChainOnly, Verification::Nothing] {
        let owner = owner();
        let client = context(&owner, |options| options.verification = verification);
        let server = server_with(&[&owner], VersionRange::default());
        assert!(!is_resumed(&client, &server, "a.example.test"));
        assert!(!is_resumed(&client, &server, "b.example.test"));
        assert!(!is_resumed(&client, &server, "127.0.0.1"));
        assert!(!is_resumed(&client, &server, ""));
        assert!(!is_resumed(&client, &server, ""));
    }
}

#[test]
fn the_names_that_are_kept_are_bounded() {
    let owner = owner();
    let client = context(&owner, |_| {});
    for number in 0..200 {
        client
            .connect(&format!("host{number}.example.test"))
            .unwrap();
    }
    assert_eq!(client.by_name.lock().unwrap().len(), MAX_NAMES);
}

#[test]
fn absurd_hosts_start_and_fail_like_any_other_without_a_panic() {
    let owner = owner();
    let server = server_with(&[&owner], VersionRange::default());
    let long = "a".repeat(300);
    let label = format!("{}.test", "a".repeat(64));
    for host in [
        "",
        ".",
        "\0",
        "a\0b",
        "*",
        "*.example.test",
        "[::1]",
        "💥",
        &long,
        &label,
        "a b",
        "xn--a",
    ] {
        let client = context(&owner, |_| {});
        let mut pair = pair(&client, &server, host, Chunks::Whole);
        pair.settle();
        assert_eq!(
            pair.left.failure().unwrap().cause(),
            Cause::NameMismatch,
            "{host:?}"
        );
        let indicated = match host {
            "💥" => "xn--hs8h",
            "xn--a" => host,
            _ => "",
        };
        assert_eq!(pair.right.server_name(), indicated, "{host:?}");
    }
}

#[test]
fn a_check_without_a_connection_says_the_same_as_a_connection() {
    let (trusted, expired) = (
        owner(),
        Template::leaf("x")
            .names(&["a.example.test"])
            .expired()
            .self_signed(),
    );
    for (served, options, host) in [
        (&trusted, client_options(&[&trusted]), "a.example.test"),
        (&trusted, client_options(&[&trusted]), "c.example.test"),
        (&trusted, client_options(&[]), "a.example.test"),
        (&expired, client_options(&[&expired]), "a.example.test"),
    ] {
        let client = ClientContext::new(options);
        let now = UnixTime::now();
        let verdict = client.verify(&[certificate(served)], host, now).err();
        let server = server_with(&[served], VersionRange::default());
        let mut pair = pair(&client, &server, host, Chunks::Whole);
        pair.settle();
        let cause = |failure: Option<&Failure>| failure.map(Failure::cause);
        assert_eq!(cause(verdict.as_ref()), cause(pair.left.failure()));
    }
    let late = client_options(&[&expired]);
    let in_2020 = at(1_590_000_000);
    assert_eq!(
        ClientContext::new(late).verify(&[certificate(&expired)], "a.example.test", in_2020),
        Ok(())
    );
}

#[test]
fn an_empty_trust_is_refused_by_a_check_too() {
    let nobody = ClientContext::new(client_options(&[]));
    let refusal = nobody
        .verify(&[certificate(&owner())], "a.example.test", at(NOW))
        .unwrap_err();
    assert_eq!(refusal.cause(), Cause::UntrustedIssuer);
    assert_eq!(
        nobody
            .verify(&[], "a.example.test", at(NOW))
            .unwrap_err()
            .cause(),
        Cause::UntrustedIssuer
    );
}
