//! Client certificates: requests, verification, and the messages on both sides.

mod keys;

use std::sync::Arc;

use godot_rustls_testkit::{Chunks, Issued, Pair, Purpose, Template, Usage};
use rustls::server::danger::ClientCertVerifier as _;

use super::HOST;
use crate::config::{ClientContext, ServerContext};
use crate::diagnosis::Cause;
use crate::options::{ClientAuthentication, ServerOptions};
use crate::rustls_verifier::ClientVerifier;
use crate::session::Session;
use crate::testing::{
    asking_for, causes, client_options, each_version, identity, message, own_trust, pair, read_all,
};
use crate::versions::VersionRange;

/// A server that its clients trust, an authority for players, and a player.
struct World {
    server: Issued,
    authority: Issued,
    intermediate: Issued,
    player: Issued,
}

impl World {
    fn new() -> Self {
        let authority = Template::authority("Players").self_signed();
        let intermediate = authority.issue(Template::authority("League"));
        let player = intermediate.issue(player());
        Self {
            server: Template::like_the_engine(HOST).self_signed(),
            authority,
            intermediate,
            player,
        }
    }

    /// Returns both sides after the handshake; the client presents this chain.
    fn meet(
        &self,
        shown: &[&Issued],
        clients: Option<ClientAuthentication>,
        versions: VersionRange,
    ) -> Pair<Session, Session> {
        let mut pair = self.begin(shown, clients, versions);
        pair.settle();
        pair
    }

    fn begin(
        &self,
        shown: &[&Issued],
        clients: Option<ClientAuthentication>,
        versions: VersionRange,
    ) -> Pair<Session, Session> {
        let mut options = client_options(&[&self.server]);
        options.identity = (!shown.is_empty()).then(|| identity(shown));
        let mut served = ServerOptions::with_identity(identity(&[&self.server]));
        served.clients = clients;
        served.common.versions = versions;
        let server = ServerContext::new(served).unwrap();
        pair(&ClientContext::new(options), &server, HOST, Chunks::Whole)
    }

    fn chain(&self) -> [&Issued; 2] {
        [&self.player, &self.intermediate]
    }
}

fn player() -> Template {
    Template::leaf("player").purposes(&[Purpose::Client])
}

/// Returns the names of the certificates that the other side presented, leaf first.
fn shown_to(session: &Session) -> Vec<String> {
    session
        .peer_certificates()
        .iter()
        .map(|certificate| certificate.facts().display_name())
        .collect()
}

#[track_caller]
fn says(session: &Session, words: &[&str]) {
    for word in words {
        assert!(
            message(session).contains(word),
            "{word}: {}",
            message(session)
        );
    }
}

#[test]
fn a_server_that_does_not_ask_is_shown_nothing() {
    let world = World::new();
    for versions in each_version() {
        let pair = world.meet(&world.chain(), None, versions);
        assert_eq!(causes(&pair), [Cause::None; 2]);
        assert_eq!(shown_to(&pair.left), [HOST]);
        assert_eq!(shown_to(&pair.right), [] as [&str; 0]);
    }
}

#[test]
fn a_trusted_client_is_let_in_and_both_sides_know_the_others_chain() {
    let world = World::new();
    for versions in each_version() {
        for required in [false, true] {
            let clients = asking_for(&[&world.authority], required);
            let mut pair = world.meet(&world.chain(), Some(clients), versions);
            assert_eq!(causes(&pair), [Cause::None; 2]);
            assert_eq!(shown_to(&pair.left), [HOST]);
            assert_eq!(shown_to(&pair.right), ["player", "League"]);
            pair.left.write(b"hello");
            pair.settle();
            assert_eq!(read_all(&mut pair.right), b"hello");
        }
    }
}

#[test]
fn a_client_without_a_certificate_is_let_in_where_it_is_optional() {
    let world = World::new();
    for versions in each_version() {
        let clients = asking_for(&[&world.authority], false);
        let pair = world.meet(&[], Some(clients), versions);
        assert_eq!(causes(&pair), [Cause::None; 2]);
        assert_eq!(shown_to(&pair.right), [] as [&str; 0]);
    }
}

#[test]
fn a_client_without_a_certificate_is_refused_where_it_is_required() {
    let world = World::new();
    for versions in each_version() {
        let clients = asking_for(&[&world.authority], true);
        let pair = world.meet(&[], Some(clients), versions);
        assert_eq!(causes(&pair), [Cause::ClientCertificateRequired; 2]);
        says(
            &pair.left,
            &[
                "requires a client certificate",
                "none to show",
                "the client identity setting",
            ],
        );
        says(
            &pair.right,
            &[
                "the client sent no certificate",
                "the client authentication of the server",
            ],
        );
    }
}

#[test]
fn in_tls_1_3_the_refusal_comes_after_the_clients_handshake_and_nothing_it_wrote_arrives() {
    let world = World::new();
    let [_, only_1_3] = each_version();
    let clients = asking_for(&[&world.authority], true);
    let mut pair = world.begin(&[], Some(clients), only_1_3);
    while pair.left.is_handshaking() {
        assert!(pair.step() > 0);
    }
    assert_eq!(pair.left.failure(), None);
    assert_eq!(pair.left.write(b"let me in"), 9);
    pair.settle();
    assert_eq!(causes(&pair), [Cause::ClientCertificateRequired; 2]);
    assert_eq!(read_all(&mut pair.right), b"");
    assert_eq!(read_all(&mut pair.left), b"");
    says(&pair.left, &["certificate_required (116)"]);
}

#[test]
fn a_client_that_the_server_does_not_like_is_refused_and_both_sides_say_why() {
    let world = World::new();
    let by_league = |template| world.intermediate.issue(template);
    let strangers = Template::authority("Strangers").self_signed();
    let stranger = strangers.issue(player());
    for (shown, cause, on_server, on_client) in [
        (
            stranger,
            Cause::UntrustedIssuer,
            "the client authentication of the server",
            "unknown_ca (48)",
        ),
        (
            by_league(player().expired()),
            Cause::Expired,
            "expired on",
            "certificate_expired (45)",
        ),
        (
            by_league(player().not_yet_valid()),
            Cause::NotYetValid,
            "valid only from",
            "(4",
        ),
        (
            by_league(Template::leaf("player")),
            Cause::BadCertificate,
            "clientAuth",
            "extended key usage clientAuth",
        ),
        (
            by_league(player().usages(&[Usage::KeyEncipherment])),
            Cause::BadCertificate,
            "digitalSignature",
            "(4",
        ),
        (
            player().self_signed(),
            Cause::UntrustedIssuer,
            "self-signed",
            "unknown_ca (48)",
        ),
    ] {
        for versions in each_version() {
            // A bad certificate is refused even if none is required.
            for required in [false, true] {
                let clients = asking_for(&[&world.authority], required);
                let chain = [&shown, &world.intermediate];
                let pair = world.meet(&chain, Some(clients), versions);
                assert_eq!(causes(&pair), [Cause::ClientCertificateRequired, cause]);
                says(&pair.right, &["\"player\"", on_server]);
                says(
                    &pair.left,
                    &["refused this client's certificate \"player\"", on_client],
                );
                assert!(pair.right.is_handshaking());
            }
        }
    }
}

#[test]
fn a_client_that_leaves_its_intermediate_out_is_told_what_is_missing() {
    let world = World::new();
    for versions in each_version() {
        let clients = asking_for(&[&world.authority], true);
        let pair = world.meet(&[&world.player], Some(clients), versions);
        assert_eq!(causes(&pair)[1], Cause::UntrustedIssuer);
        says(
            &pair.right,
            &["CN=League", "the client must send its intermediate"],
        );
        says(
            &pair.left,
            &[
                "intermediate certificates too",
                "the client identity setting",
            ],
        );
    }
}

#[test]
fn a_self_signed_client_is_let_in_when_that_very_certificate_is_trusted() {
    let world = World::new();
    for template in [
        Template::like_the_engine("player"),
        Template::like_openssl("player"),
        player(),
        player().purposes(&[]),
    ] {
        let own = template.clone().self_signed();
        for versions in each_version() {
            let pair = world.meet(&[&own], Some(asking_for(&[&own], true)), versions);
            assert_eq!(causes(&pair), [Cause::None; 2]);
            assert_eq!(shown_to(&pair.right), ["player"]);
            // The same by name, with another key.
            let impostor = template.clone().self_signed();
            let pair = world.meet(&[&impostor], Some(asking_for(&[&own], true)), versions);
            assert_eq!(causes(&pair)[1], Cause::UntrustedIssuer);
        }
    }
    let for_servers = Template::leaf("player").self_signed();
    let pair = world.meet(
        &[&for_servers],
        Some(asking_for(&[&for_servers], true)),
        VersionRange::default(),
    );
    assert_eq!(causes(&pair)[1], Cause::BadCertificate);
    says(&pair.right, &["clientAuth"]);
}

#[test]
fn a_client_that_an_authority_issued_is_not_trusted_by_its_certificate_alone() {
    let world = World::new();
    for versions in each_version() {
        let clients = asking_for(&[&world.player], true);
        let pair = world.meet(&world.chain(), Some(clients), versions);
        assert_eq!(causes(&pair)[1], Cause::UntrustedIssuer);
        says(&pair.right, &["trust that issuer instead", "CN=League"]);
    }
}

#[test]
fn whoever_issued_the_servers_certificate_lets_no_clients_in() {
    let mut world = World::new();
    let root = Template::authority("Servers").self_signed();
    world.server = root.issue(Template::leaf(HOST).names(&[HOST]));
    let of_root = root.issue(player());
    let mut served = ServerOptions::with_identity(identity(&[&world.server, &root]));
    served.clients = Some(asking_for(&[&world.authority], true));
    let mut options = client_options(&[&root]);
    options.identity = Some(identity(&[&of_root]));
    let server = ServerContext::new(served).unwrap();
    let mut pair = pair(&ClientContext::new(options), &server, HOST, Chunks::Whole);
    pair.settle();
    assert_eq!(causes(&pair)[1], Cause::UntrustedIssuer);
}

#[test]
fn an_empty_trust_lets_nobody_in() {
    let world = World::new();
    let pair = world.meet(
        &world.chain(),
        Some(asking_for(&[], false)),
        VersionRange::default(),
    );
    assert_eq!(causes(&pair)[1], Cause::UntrustedIssuer);
    says(
        &pair.right,
        &[
            "no certificate is trusted",
            "the client authentication of the server",
        ],
    );
}

#[test]
fn a_clients_name_is_not_compared_with_anything() {
    let world = World::new();
    for template in [
        player().without_common_name(),
        player().named("*"),
        player().names(&["somewhere.example.org", "10.1.2.3"]),
        player().email("player@example.org"),
    ] {
        let shown = world.authority.issue(template);
        for versions in each_version() {
            let clients = asking_for(&[&world.authority], true);
            let pair = world.meet(&[&shown], Some(clients), versions);
            assert_eq!(causes(&pair), [Cause::None; 2]);
        }
    }
}

#[test]
fn a_server_names_its_authorities_unless_they_are_too_many() {
    let authorities: Vec<Issued> = (0..600)
        .map(|number| Template::authority(&format!("Authority number {number}")).self_signed())
        .collect();
    let all: Vec<&Issued> = authorities.iter().collect();
    let hints = |trusted: &[&Issued]| {
        ClientVerifier::new(asking_for(trusted, true), Arc::default())
            .root_hint_subjects()
            .to_vec()
    };
    let trust = own_trust(&all[..2]);
    let named: Vec<&[u8]> = trust.subject_ders().collect();
    let told = hints(&all[..2]);
    assert_eq!(named, told.iter().map(AsRef::as_ref).collect::<Vec<_>>());
    assert!(hints(&all).is_empty());
    let many = asking_for(&all, true);
    let world = World::new();
    let player = all[599].issue(player());
    for versions in each_version() {
        let pair = world.meet(&[&player], Some(many.clone()), versions);
        assert_eq!(causes(&pair), [Cause::None; 2]);
    }
}
