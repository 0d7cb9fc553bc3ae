//! Sessions end with the first certificate or revocation list that they depend on.

use godot_rustls_testkit::{Purpose, RevocationList, SignedList, Usage};

use super::*;
use crate::testing::{asking_for, lists};

const HOST: &str = "a.example.test";
const START: i64 = 1_600_000_000;
/// The first of the dates, in 2065; the others lie beyond.
const END: i64 = 3_000_000_000;
const BEYOND: i64 = END + 1_000_000;

/// A certificate with those above it.
struct Path {
    root: Issued,
    intermediate: Issued,
    leaf: Issued,
    list: SignedList,
}

impl Path {
    /// Root, intermediate, leaf and the root's revocation list, each with its end.
    fn ending(ends: [i64; 4], purpose: Purpose) -> Self {
        let authority = |name, end| {
            Template::authority(name)
                .usages(&[Usage::CertSign, Usage::CrlSign])
                .valid(START, end)
        };
        let root = authority("Root", ends[0]).self_signed();
        let intermediate = root.issue(authority("Intermediate", ends[1]));
        let leaf = Template::leaf("leaf").names(&[HOST]).purposes(&[purpose]);
        Self {
            leaf: intermediate.issue(leaf.valid(START, ends[2])),
            list: RevocationList::empty()
                // Another one is due in that very second (RFC 5280 section 5.1.2.5).
                .valid(START, ends[3] + 1)
                .signed_by(&root),
            root,
            intermediate,
        }
    }

    /// Each of the four once as the first to end.
    fn each(purpose: Purpose) -> impl Iterator<Item = Self> {
        (0..4).map(move |first| {
            let mut ends = [BEYOND; 4];
            ends[first] = END;
            Self::ending(ends, purpose)
        })
    }

    fn identity(&self) -> Identity {
        identity(&[&self.leaf, &self.intermediate])
    }
}

/// Returns whether a connection that begins at that time resumes the session of an earlier one.
fn is_resumed_at(client: &ClientContext, server: &ServerContext, seconds: i64) -> bool {
    let mut pair = Pair::new(
        client
            .prepare_at(HOST, at(seconds))
            .unwrap()
            .start()
            .unwrap(),
        server.accept_at(at(seconds)).unwrap(),
        Chunks::Whole,
    );
    pair.settle();
    assert_eq!([pair.left.failure(), pair.right.failure()], [None, None]);
    pair.right.is_resumed()
}

/// Resumed until the first of the dates has come, and from then on under the next one.
fn ends_with_the_first_date(client: &ClientContext, server: &ServerContext) {
    assert!(!is_resumed_at(client, server, NOW));
    assert!(is_resumed_at(client, server, NOW));
    assert!(is_resumed_at(client, server, END));
    assert!(!is_resumed_at(client, server, END + 1));
}

#[test]
fn a_client_resumes_nothing_that_stands_on_a_date_gone_by() {
    for versions in each_version() {
        for path in Path::each(Purpose::Server) {
            let mut options = client_options(&[&path.root]);
            options.revocation = lists(std::slice::from_ref(&path.list));
            let mut showing = ServerOptions::with_identity(path.identity());
            showing.common.versions = versions;
            let client = ClientContext::new(options);
            ends_with_the_first_date(&client, &ServerContext::new(showing).unwrap());
        }
    }
}

#[test]
fn a_server_resumes_no_client_that_stands_on_a_date_gone_by() {
    for versions in each_version() {
        for path in Path::each(Purpose::Client) {
            let owner = owner();
            let client = context(&owner, |options| options.identity = Some(path.identity()));
            let mut asking = asking_for(&[&path.root], true);
            asking.revocation = lists(std::slice::from_ref(&path.list));
            let mut options = ServerOptions::with_identity(identity(&[&owner]));
            options.clients = Some(asking);
            options.common.versions = versions;
            ends_with_the_first_date(&client, &ServerContext::new(options).unwrap());
        }
    }
}

#[test]
fn a_client_that_checks_no_dates_resumes_whatever_the_date() {
    let path = Path::ending([END; 4], Purpose::Server);
    let mut options = client_options(&[]);
    options.verification = Verification::Nothing;
    let client = ClientContext::new(options);
    let server = ServerContext::new(ServerOptions::with_identity(path.identity())).unwrap();
    assert!(!is_resumed_at(&client, &server, NOW));
    assert!(is_resumed_at(&client, &server, BEYOND + 1));
}
