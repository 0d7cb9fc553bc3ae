use godot_rustls_testkit::{Chunks, Generator};

use super::{HOST, ONLY_1_2, ONLY_1_3, contexts, range};
use crate::diagnosis::Cause;
use crate::failure::Failure;
use crate::session::Session;
use crate::testing::{connected, pair, read_all};

fn cause(session: &Session) -> Cause {
    session.failure().map_or(Cause::None, Failure::cause)
}

#[test]
fn data_before_a_goodbye_is_read_first_and_the_end_is_clean() {
    for versions in [ONLY_1_2, ONLY_1_3].map(range) {
        let (client, server) = contexts(versions);
        let mut pair = connected(&client, &server, HOST);
        pair.left.write(b"hello");
        pair.left.close();
        pair.settle();
        assert!(pair.right.peer_has_closed());
        pair.right.end_of_input();
        assert_eq!(cause(&pair.right), Cause::None);
        let mut buffer = [0; 10];
        assert_eq!(pair.right.read(&mut buffer), 5);
        assert_eq!(&buffer[..5], b"hello");
        assert_eq!(pair.right.read(&mut buffer), 0);
        assert!(pair.right.peer_has_closed() && !pair.right.wants_input());
        assert_eq!(pair.right.end().cause(), Cause::Closed);
    }
}

#[test]
fn a_goodbye_behind_more_data_than_fits_waits_for_the_reader() {
    for versions in [ONLY_1_2, ONLY_1_3].map(range) {
        let (client, server) = contexts(versions);
        let mut pair = connected(&client, &server, HOST);
        let data = Generator::new(1).bytes(500_000);
        pair.left.write(&data);
        pair.left.close();
        let mut wire = Vec::new();
        pair.left.take_output(&mut wire);
        pair.right.input(&wire);
        assert!(!pair.right.peer_has_closed());
        assert!(read_all(&mut pair.right) == data);
        assert!(pair.right.peer_has_closed());
        assert_eq!(cause(&pair.right), Cause::None);
    }
}

#[test]
fn the_end_of_the_transport_behind_a_waiting_goodbye_is_clean_and_loses_nothing() {
    let (client, server) = contexts(range(ONLY_1_3));
    let mut pair = connected(&client, &server, HOST);
    let data = Generator::new(1).bytes(500_000);
    pair.left.write(&data);
    pair.left.close();
    let mut wire = Vec::new();
    pair.left.take_output(&mut wire);
    pair.right.input(&wire);
    pair.right.end_of_input();
    let got = read_all(&mut pair.right);
    assert_eq!(got.len(), data.len());
    assert!(got == data);
    assert!(pair.right.peer_has_closed());
    assert_eq!(cause(&pair.right), Cause::None);
}

#[test]
fn a_missing_goodbye_is_a_truncation_and_what_came_before_is_read() {
    for versions in [ONLY_1_2, ONLY_1_3].map(range) {
        for size in [0, 5, 500_000] {
            let (client, server) = contexts(versions);
            let mut pair = connected(&client, &server, HOST);
            let data = Generator::new(2).bytes(size);
            pair.left.write(&data);
            let mut wire = Vec::new();
            pair.left.take_output(&mut wire);
            pair.right.input(&wire);
            pair.right.end_of_input();
            let got = read_all(&mut pair.right);
            assert_eq!(got.len(), size);
            assert!(got == data);
            assert_eq!(cause(&pair.right), Cause::Truncated, "{size}");
            assert!(
                pair.right
                    .failure()
                    .unwrap()
                    .to_string()
                    .contains("close_notify")
            );
            assert!(!pair.right.peer_has_closed());
        }
    }
}

#[test]
fn a_record_cut_in_the_middle_is_a_truncation() {
    let (client, server) = contexts(range(ONLY_1_3));
    let mut pair = connected(&client, &server, HOST);
    pair.left.write(b"whole");
    pair.left.write(b"cut");
    let mut wire = Vec::new();
    pair.left.take_output(&mut wire);
    pair.right.input(&wire[..wire.len() - 1]);
    pair.right.end_of_input();
    assert_eq!(read_all(&mut pair.right), b"whole");
    assert_eq!(cause(&pair.right), Cause::Truncated);
}

#[test]
fn a_failed_transport_leaves_what_came_before_to_be_read() {
    let (client, server) = contexts(range(ONLY_1_3));
    let mut pair = connected(&client, &server, HOST);
    let data = Generator::new(3).bytes(300_000);
    pair.left.write(&data);
    let mut wire = Vec::new();
    pair.left.take_output(&mut wire);
    pair.right.input(&wire);
    pair.right.transport_failed("connection reset");
    assert_eq!(cause(&pair.right), Cause::Transport);
    assert!(
        pair.right
            .failure()
            .unwrap()
            .to_string()
            .contains("connection reset")
    );
    assert_eq!(read_all(&mut pair.right).len(), data.len());
}

#[test]
fn data_before_a_forged_record_is_delivered_and_the_peer_is_told() {
    for versions in [ONLY_1_2, ONLY_1_3].map(range) {
        for size in [5, 300_000] {
            let (client, server) = contexts(versions);
            let mut pair = connected(&client, &server, HOST);
            let data = Generator::new(4).bytes(size);
            pair.left.write(&data);
            let mut wire = Vec::new();
            pair.left.take_output(&mut wire);
            pair.left.write(b"forged");
            pair.left.take_output(&mut wire);
            *wire.last_mut().unwrap() ^= 1;
            pair.right.input(&wire);
            let got = read_all(&mut pair.right);
            assert_eq!(got.len(), size);
            assert!(got == data);
            assert_eq!(cause(&pair.right), Cause::Other);
            assert!(
                pair.right
                    .failure()
                    .unwrap()
                    .to_string()
                    .contains("altered")
            );
            assert!(pair.right.has_output() && !pair.right.wants_input());
            pair.settle();
            assert_eq!(cause(&pair.left), Cause::PeerAlert);
            assert!(
                pair.left
                    .failure()
                    .unwrap()
                    .to_string()
                    .contains("bad_record_mac (20)")
            );
        }
    }
}

#[test]
fn after_the_peers_goodbye_this_side_may_still_speak() {
    let (client, server) = contexts(range(ONLY_1_3));
    let mut pair = connected(&client, &server, HOST);
    pair.left.close();
    pair.settle();
    assert!(pair.right.peer_has_closed());
    assert_eq!(pair.right.write(b"last words"), 10);
    pair.settle();
    assert_eq!(read_all(&mut pair.left), b"last words");
    pair.right.close();
    pair.settle();
    assert!(pair.left.peer_has_closed());
}

#[test]
fn what_follows_a_goodbye_is_ignored() {
    let (client, server) = contexts(range(ONLY_1_3));
    let mut pair = connected(&client, &server, HOST);
    pair.left.write(b"data");
    pair.left.close();
    let mut wire = Vec::new();
    pair.left.take_output(&mut wire);
    wire.extend(b"HTTP/1.1 400 Bad Request");
    pair.right.input(&wire);
    pair.right.input(b"more");
    assert_eq!(read_all(&mut pair.right), b"data");
    assert!(pair.right.peer_has_closed());
    assert_eq!(cause(&pair.right), Cause::None);
}

#[test]
fn saying_goodbye_twice_says_it_once() {
    let (client, server) = contexts(range(ONLY_1_3));
    let mut pair = connected(&client, &server, HOST);
    pair.left.close();
    let mut once = Vec::new();
    pair.left.take_output(&mut once);
    pair.left.close();
    let mut again = Vec::new();
    pair.left.take_output(&mut again);
    assert!(!once.is_empty() && again.is_empty());
}

#[test]
fn an_alert_with_a_goodbye_right_behind_it_is_still_told() {
    const GOODBYE: [u8; 7] = [21, 3, 3, 0, 2, 1, 0];
    let (client, _) = contexts(range(ONLY_1_3));
    for (alert, cause_of_it) in [(40, Cause::NoCommonCipher), (70, Cause::NoCommonVersion)] {
        let wire = [&[21, 3, 3, 0, 2, 2, alert], &GOODBYE[..]].concat();
        for size in [1, 7, 9, 14] {
            let mut session = client.connect(HOST).unwrap();
            for chunk in wire.chunks(size) {
                session.input(chunk);
            }
            assert_eq!(cause(&session), cause_of_it, "{alert} in chunks of {size}");
            assert!(!session.wants_input());
        }
    }
}

#[test]
fn a_goodbye_that_nobody_signed_ends_no_connection_behind_its_handshake() {
    let (client, server) = contexts(range(ONLY_1_2));
    let mut pair = pair(&client, &server, HOST, Chunks::Whole);
    let mut last = Vec::new();
    while pair.right.is_handshaking() {
        pair.left.input(&last);
        let mut flight = Vec::new();
        pair.left.take_output(&mut flight);
        pair.right.input(&flight);
        last.clear();
        pair.right.take_output(&mut last);
    }
    last.extend([21, 3, 3, 0, 2, 1, 0]);
    pair.left.input(&last);
    assert!(!pair.left.is_handshaking() && !pair.left.peer_has_closed());
    assert_ne!(cause(&pair.left), Cause::None);
}
