//! Sessions of a server: they end with its options and are resumed only under the name that they
//! began with.

use godot_rustls_testkit::{Purpose, RevocationList, Usage};
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Tls12ClientSessionValue, Tls12Resumption,
    Tls13ClientSessionValue,
};

use super::*;
use crate::identity::ServedName;
use crate::options::ClientAuthentication;
use crate::testing::{asking_for, causes, lists, pins};

const HOST: &str = "a.example.test";

/// A server that its clients trust, and a client that it accepts.
struct World {
    owner: Issued,
    authority: Issued,
    player: Issued,
}

impl World {
    fn new() -> Self {
        let authority = Template::authority("Players")
            .usages(&[Usage::CertSign, Usage::CrlSign])
            .self_signed();
        let player = authority.issue(Template::leaf("player").purposes(&[Purpose::Client]));
        Self {
            owner: owner(),
            authority,
            player,
        }
    }

    fn server(
        &self,
        clients: Option<ClientAuthentication>,
        versions: VersionRange,
    ) -> ServerContext {
        let mut options = ServerOptions::with_identity(identity(&[&self.owner]));
        options.clients = clients;
        options.common.versions = versions;
        ServerContext::new(options).unwrap()
    }

    fn client(&self, shown: Option<&Issued>) -> ClientContext {
        context(&self.owner, |options| {
            options.identity = shown.map(|shown| identity(&[shown]));
        })
    }
}

/// Connects clients that keep sessions by their ids, as those do that take no tickets.
struct ById(Arc<rustls::ClientConfig>);

impl ById {
    fn new(client: &ClientContext) -> Self {
        let mut config = client
            .build(client.verifier(ReferenceName::parse(HOST)), true)
            .unwrap();
        config.resumption = Resumption::in_memory_sessions(MAX_SESSIONS)
            .tls12_resumption(Tls12Resumption::SessionIdOnly);
        Self(config.into())
    }

    fn meet(&self, server: &ServerContext) -> Pair<Session, Session> {
        meet(&self.0, HOST, server)
    }
}

fn meet(
    config: &Arc<rustls::ClientConfig>,
    host: &'static str,
    server: &ServerContext,
) -> Pair<Session, Session> {
    let name = ServerName::try_from(host).unwrap();
    let client = Session::client(Arc::clone(config), name, Shared::default()).unwrap();
    let mut pair = Pair::new(client, server.accept().unwrap(), Chunks::Whole);
    pair.settle();
    pair
}

fn settled(client: &ClientContext, server: &ServerContext) -> Pair<Session, Session> {
    let mut pair = pair(client, server, HOST, Chunks::Whole);
    pair.settle();
    pair
}

#[test]
fn a_client_with_a_certificate_resumes_and_the_server_still_knows_who_it_is() {
    let world = World::new();
    for versions in each_version() {
        for required in [false, true] {
            let clients = asking_for(&[&world.authority], required);
            let server = world.server(Some(clients), versions);
            let client = world.client(Some(&world.player));
            for resumed in [false, true, true] {
                let pair = settled(&client, &server);
                assert_eq!(causes(&pair), [Cause::None; 2]);
                assert_eq!(pair.right.is_resumed(), resumed);
                let shown = pair.right.peer_certificates();
                assert_eq!(shown.len(), 1);
                assert_eq!(shown[0].der(), certificate(&world.player).der());
            }
        }
    }
}

#[test]
fn players_who_resume_in_turns_are_not_taken_for_each_other() {
    let world = World::new();
    let other = Template::leaf("other").purposes(&[Purpose::Client]);
    let other = world.authority.issue(other);
    for versions in each_version() {
        let server = world.server(Some(asking_for(&[&world.authority], false)), versions);
        let players = [Some(&world.player), Some(&other), None];
        let clients = players.map(|player| world.client(player));
        for resumed in [false, true, true] {
            for (client, player) in clients.iter().zip(players) {
                let pair = settled(client, &server);
                assert_eq!(pair.right.is_resumed(), resumed);
                let shown = pair.right.peer_certificates();
                assert!(
                    shown
                        .iter()
                        .map(|one| one.der().as_ref())
                        .eq(player.map(Issued::der))
                );
            }
        }
    }
}

/// Stricter checks of client certificates than those under which a session began, and the cause of
/// each refusal.
fn stricter(world: &World) -> [(ClientAuthentication, Cause); 4] {
    let others = Template::authority("Others").self_signed();
    let with = |change: &dyn Fn(&mut ClientAuthentication)| {
        let mut clients = asking_for(&[&world.authority], false);
        change(&mut clients);
        clients
    };
    let revoked = lists(&[RevocationList::empty()
        .revoking(&world.player, None)
        .signed_by(&world.authority)]);
    [
        (asking_for(&[&others], false), Cause::UntrustedIssuer),
        (asking_for(&[], false), Cause::UntrustedIssuer),
        (
            with(&|clients| clients.pins = pins(&[&others])),
            Cause::PinMismatch,
        ),
        (
            with(&|clients| clients.revocation = Arc::clone(&revoked)),
            Cause::Revoked,
        ),
    ]
}

#[test]
fn a_player_that_a_changed_server_would_not_let_in_does_not_get_in_with_an_old_session() {
    let world = World::new();
    for versions in each_version() {
        for (clients, cause) in stricter(&world) {
            let client = world.client(Some(&world.player));
            let by_id = ById::new(&client);
            let before = world.server(Some(asking_for(&[&world.authority], true)), versions);
            for _ in 0..2 {
                assert_eq!(causes(&settled(&client, &before)), [Cause::None; 2]);
                assert_eq!(causes(&by_id.meet(&before)), [Cause::None; 2]);
            }
            let after = world.server(Some(clients), versions);
            for pair in [settled(&client, &after), by_id.meet(&after)] {
                assert!(!pair.right.is_resumed());
                assert_eq!(causes(&pair)[1], cause);
            }
        }
    }
}

#[test]
fn a_client_from_before_certificates_were_required_does_not_get_in_without_one() {
    let world = World::new();
    for versions in each_version() {
        for before in [None, Some(asking_for(&[&world.authority], false))] {
            let before = world.server(before, versions);
            let client = world.client(None);
            let by_id = ById::new(&client);
            for _ in 0..2 {
                assert_eq!(causes(&settled(&client, &before)), [Cause::None; 2]);
                assert_eq!(causes(&by_id.meet(&before)), [Cause::None; 2]);
            }
            let after = world.server(Some(asking_for(&[&world.authority], true)), versions);
            for pair in [settled(&client, &after), by_id.meet(&after)] {
                assert_eq!(causes(&pair)[1], Cause::ClientCertificateRequired);
            }
        }
    }
}

#[test]
fn a_client_that_keeps_session_ids_resumes_by_them_until_the_options_change() {
    let world = World::new();
    let [only_1_2, _] = each_version();
    let by_id = ById::new(&world.client(None));
    let server = world.server(None, only_1_2);
    assert!(!by_id.meet(&server).right.is_resumed());
    assert!(by_id.meet(&server).right.is_resumed());
    assert!(!by_id.meet(&world.server(None, only_1_2)).right.is_resumed());
    let mut options = ServerOptions::with_identity(identity(&[&world.owner]));
    options.common.versions = only_1_2;
    options.common.resumption = false;
    let unwilling = ServerContext::new(options).unwrap();
    for _ in 0..2 {
        assert!(!by_id.meet(&unwilling).right.is_resumed());
    }
}

#[test]
fn the_session_ids_that_a_server_keeps_are_bounded() {
    let world = World::new();
    let [only_1_2, _] = each_version();
    let server = world.server(None, only_1_2);
    let client = world.client(None);
    let visit = |count: usize| {
        for _ in 0..count {
            ById::new(&client).meet(&server);
        }
    };
    let (early, late) = (ById::new(&client), ById::new(&client));
    early.meet(&server);
    visit(server::MAX_SESSIONS);
    late.meet(&server);
    visit(server::MAX_SESSIONS / 2);
    assert!(!early.meet(&server).right.is_resumed());
    assert!(late.meet(&server).right.is_resumed());
}

/// Offers any server the session of any other, as an attacker would.
#[derive(Debug)]
struct Mixed(ClientSessionMemoryCache);

impl Mixed {
    fn one_for_all() -> ServerName<'static> {
        ServerName::try_from("any.example.test").unwrap()
    }
}

impl ClientSessionStore for Mixed {
    fn set_kx_hint(&self, _: ServerName<'static>, group: rustls::NamedGroup) {
        self.0.set_kx_hint(Self::one_for_all(), group);
    }

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<rustls::NamedGroup> {
        self.0.kx_hint(&Self::one_for_all())
    }

    fn set_tls12_session(&self, _: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.0.set_tls12_session(Self::one_for_all(), value);
    }

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(&Self::one_for_all())
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {
        self.0.remove_tls12_session(&Self::one_for_all());
    }

    fn insert_tls13_ticket(&self, _: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(Self::one_for_all(), value);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(&Self::one_for_all())
    }
}

#[test]
fn a_session_that_began_under_one_server_name_is_not_resumed_under_another() {
    let owner = owner();
    let other = Template::leaf("b").names(&["b.example.test"]).self_signed();
    for versions in each_version() {
        for resumption in [
            Tls12Resumption::SessionIdOrTickets,
            Tls12Resumption::SessionIdOnly,
        ] {
            let named = vec![(
                ServedName::new("b.example.test").unwrap(),
                identity(&[&other]),
            )];
            let mut options = ServerOptions::with_identity(identity(&[&owner]));
            options.identities = options.identities.with_named(named);
            options.common.versions = versions;
            let server = ServerContext::new(options).unwrap();
            let client = context(&owner, |options| {
                options.verification = Verification::Nothing;
            });
            let mut config = client
                .build(client.verifier(ReferenceName::Unchecked), true)
                .unwrap();
            let store = Arc::new(Mixed(ClientSessionMemoryCache::new(64)));
            config.resumption = Resumption::store(store).tls12_resumption(resumption);
            let config = Arc::new(config);
            assert!(!meet(&config, HOST, &server).right.is_resumed());
            // The control: under its own name the same store does resume.
            assert!(meet(&config, HOST, &server).right.is_resumed());
            let elsewhere = meet(&config, "b.example.test", &server);
            assert_eq!(causes(&elsewhere), [Cause::None; 2]);
            assert!(!elsewhere.right.is_resumed());
            let shown = elsewhere.left.peer_certificates();
            assert_eq!(shown[0].der(), certificate(&other).der());
        }
    }
}
