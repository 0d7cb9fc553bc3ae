//! Keys for other uses (RFC 5705, RFC 8446 section 7.5).

use godot_rustls_testkit::{Chunks, Pair};

use super::{HOST, contexts};
use crate::session::Session;
use crate::testing::{connected, each_version, pair};
use crate::versions::VersionRange;

const LABEL: &str = "EXPORTER-my-game";

fn both(versions: VersionRange) -> Pair<Session, Session> {
    let (client, server) = contexts(versions);
    connected(&client, &server, HOST)
}

/// Exports keys on both ends, which must be the same.
#[track_caller]
fn exported(
    pair: &Pair<Session, Session>,
    label: &str,
    context: Option<&[u8]>,
    length: usize,
) -> Vec<u8> {
    let [left, right] = [&pair.left, &pair.right].map(|session| {
        session
            .export_keying_material(label, context, length)
            .unwrap()
    });
    assert_eq!(left, right);
    assert_eq!(left.len(), length);
    left.to_vec()
}

fn problem(session: &Session, label: &str, context: Option<&[u8]>, length: usize) -> String {
    session
        .export_keying_material(label, context, length)
        .unwrap_err()
        .to_string()
}

#[test]
fn both_ends_derive_the_same_keys_of_any_length() {
    for versions in each_version() {
        let pair = both(versions);
        for length in [1, 16, 32, 33, 1000, 8160] {
            for context in [None, Some(&b"player 1"[..])] {
                let keys = exported(&pair, LABEL, context, length);
                assert!(length < 16 || keys.iter().any(|byte| *byte != 0));
            }
        }
    }
}

#[test]
fn labels_and_contexts_of_every_length_that_fits_are_taken() {
    for versions in each_version() {
        let pair = both(versions);
        for length in [1, 100, 249] {
            exported(&pair, &"x".repeat(length), None, 32);
        }
        for length in [1, 255, 256, 65_535] {
            exported(&pair, LABEL, Some(&vec![7; length]), 32);
        }
        exported(&pair, "B\u{fc}cher", None, 32);
    }
}

#[test]
fn label_context_and_connection_each_make_other_keys() {
    for versions in each_version() {
        let (one, two) = (both(versions), both(versions));
        let keys = [
            exported(&one, LABEL, None, 32),
            exported(&one, "EXPORTER-other", None, 32),
            exported(&one, LABEL, Some(b"1"), 32),
            exported(&one, LABEL, Some(b"2"), 32),
            exported(&two, LABEL, None, 32),
            exported(&two, LABEL, Some(b"1"), 32),
        ];
        for (place, key) in keys.iter().enumerate() {
            assert!(!keys[place + 1..].contains(key), "{place}");
        }
        assert_eq!(keys[0], exported(&one, LABEL, None, 32));
    }
}

#[test]
fn a_resumed_connection_has_keys_of_its_own() {
    for versions in each_version() {
        let (client, server) = contexts(versions);
        let first = connected(&client, &server, HOST);
        let second = connected(&client, &server, HOST);
        assert!(second.left.is_resumed());
        assert_ne!(
            exported(&first, LABEL, None, 32),
            exported(&second, LABEL, None, 32)
        );
    }
}

#[test]
fn no_context_and_an_empty_one_differ_in_tls_1_2_alone() {
    let [old, new] = each_version().map(|versions| {
        let pair = both(versions);
        [None, Some(&b""[..])].map(|context| exported(&pair, LABEL, context, 32))
    });
    assert_ne!(old[0], old[1]);
    assert_eq!(new[0], new[1]);
}

#[test]
fn what_cannot_be_exported_is_told_with_the_values() {
    for versions in each_version() {
        let pair = both(versions);
        let session = &pair.left;
        for (length, seen) in [(0, "0 bytes"), (8161, "8161 bytes"), (usize::MAX, "bytes")] {
            let problem = problem(session, LABEL, None, length);
            assert!(
                problem.contains(seen) && problem.contains("1 to 8160"),
                "{problem}"
            );
        }
        for (length, seen) in [(0, "0 bytes"), (250, "250 bytes"), (70_000, "70000 bytes")] {
            let problem = problem(session, &"x".repeat(length), None, 32);
            assert!(
                problem.contains(seen) && problem.contains("label"),
                "{problem}"
            );
        }
        let problem = problem(session, LABEL, Some(&[0; 65_536]), 32);
        assert!(
            problem.contains("65536 bytes") && problem.contains("hash"),
            "{problem}"
        );
    }
}

#[test]
fn nothing_is_exported_before_the_handshake_is_complete() {
    for versions in each_version() {
        let (client, server) = contexts(versions);
        let mut pair = pair(&client, &server, HOST, Chunks::Of(100));
        while pair.left.is_handshaking() || pair.right.is_handshaking() {
            for session in [&pair.left, &pair.right] {
                if session.is_handshaking() {
                    let problem = problem(session, LABEL, None, 32);
                    assert!(problem.contains("no key material"), "{problem}");
                }
            }
            assert!(pair.step() > 0);
        }
    }
}

#[test]
fn after_a_regular_end_and_a_failure_keys_can_still_be_had() {
    for versions in each_version() {
        let mut pair = both(versions);
        let before = exported(&pair, LABEL, None, 32);
        pair.left.close();
        pair.settle();
        pair.left.transport_failed("cable cut");
        assert_eq!(exported(&pair, LABEL, None, 32), before);
    }
}
