use std::collections::VecDeque;

use godot_rustls_testkit::{Chunks, Generator, Pair};

use super::{HOST, ONLY_1_2, ONLY_1_3, contexts, range};
use crate::session::Session;
use crate::testing::{connected, pair, read_all};
use crate::versions::{TlsVersion, VersionRange};

/// An endless stream that can be compared at any place: a block whose length no chunk size divides.
struct Pattern {
    block: Vec<u8>,
}

impl Pattern {
    const PERIOD: usize = 1_000_003;

    fn new(seed: u64) -> Self {
        let block = Generator::new(seed).bytes(Self::PERIOD);
        Self {
            block: [block.clone(), block].concat(),
        }
    }

    fn at(&self, place: usize, count: usize) -> &[u8] {
        &self.block[place % Self::PERIOD..][..count]
    }
}

/// Progress of one end in a transfer, and the most that each call moves.
struct Side {
    sent: usize,
    got: usize,
    outgoing: Pattern,
    incoming: Pattern,
    dice: Generator,
    largest: usize,
}

impl Side {
    fn new(outgoing: u64, incoming: u64, largest: usize) -> Self {
        Self {
            sent: 0,
            got: 0,
            outgoing: Pattern::new(outgoing),
            incoming: Pattern::new(incoming),
            dice: Generator::new(outgoing),
            largest,
        }
    }

    fn pump(&mut self, session: &mut Session, total: usize, buffer: &mut [u8], wire_is_free: bool) {
        if wire_is_free && !session.has_output() && self.sent < total {
            let count = (1 + self.dice.below(self.largest)).min(total - self.sent);
            self.sent += session.write(self.outgoing.at(self.sent, count));
        }
        let most = 1 + self.dice.below(self.largest);
        let count = session.read(&mut buffer[..most]);
        assert!(
            buffer[..count] == *self.incoming.at(self.got, count),
            "wrong bytes after {}",
            self.got
        );
        self.got += count;
    }
}

/// Sends `total` bytes both ways at once and compares every one.
fn transfer(versions: (TlsVersion, TlsVersion), total: usize, largest: usize, chunks: Chunks) {
    let (client, server) = contexts(range(versions));
    let mut pair = pair(&client, &server, HOST, chunks);
    pair.settle();
    let (mut left, mut right) = (Side::new(1, 2, largest), Side::new(2, 1, largest));
    let mut buffer = vec![0; largest];
    while left.got < total || right.got < total {
        // A transport takes only so much; without this bound the test would measure memory.
        let (to_left, to_right) = pair.waiting();
        left.pump(&mut pair.left, total, &mut buffer, to_right < 256 * 1024);
        right.pump(&mut pair.right, total, &mut buffer, to_left < 256 * 1024);
        pair.step();
        assert!(pair.left.failure().is_none() && pair.right.failure().is_none());
    }
    pair.settle();
    assert_eq!((left.got, right.got), (total, total));
    assert_eq!((pair.left.readable(), pair.right.readable()), (0, 0));
}

#[test]
fn sixty_four_mebibytes_pass_both_ways_at_once_in_odd_chunks() {
    transfer(
        ONLY_1_3,
        64 << 20,
        70_001,
        Chunks::UpTo(50_003, Generator::new(9)),
    );
}

#[test]
fn tls_1_2_carries_data_in_odd_chunks_too() {
    transfer(
        ONLY_1_2,
        8 << 20,
        20_011,
        Chunks::UpTo(30_011, Generator::new(10)),
    );
}

#[test]
fn single_bytes_pass_in_single_bytes() {
    for versions in [ONLY_1_2, ONLY_1_3] {
        transfer(versions, 300, 1, Chunks::Of(1));
        transfer(versions, 40_000, 17_000, Chunks::Of(1));
    }
}

#[test]
fn sizes_around_a_record_pass_whole() {
    let (client, server) = contexts(VersionRange::default());
    let mut pair = connected(&client, &server, HOST);
    for size in [0, 1, 16_383, 16_384, 16_385, 32_768, 32_769, 100_000] {
        let data = Generator::new(size as u64).bytes(size);
        assert_eq!(pair.left.write(&data), size);
        let mut got = Vec::new();
        while got.len() < size || pair.step() > 0 {
            pair.step();
            got.extend(read_all(&mut pair.right));
        }
        assert_eq!(got, data);
    }
}

#[test]
fn a_read_crosses_records_and_takes_no_more_than_asked() {
    let (client, server) = contexts(VersionRange::default());
    let mut pair = connected(&client, &server, HOST);
    for part in ["one ", "two ", "three"] {
        pair.left.write(part.as_bytes());
        pair.settle();
    }
    assert_eq!(pair.right.readable(), 13);
    let mut buffer = [0; 6];
    assert_eq!((pair.right.read(&mut buffer), &buffer), (6, b"one tw"));
    assert_eq!(pair.right.readable(), 7);
    assert_eq!(pair.right.read(&mut []), 0);
    assert_eq!(read_all(&mut pair.right), b"o three");
    assert_eq!(pair.right.readable(), 0);
}

#[test]
fn input_stops_while_nobody_reads_and_goes_on_afterwards() {
    for versions in [ONLY_1_2, ONLY_1_3] {
        let (client, server) = contexts(range(versions));
        let mut pair = connected(&client, &server, HOST);
        let before = pair.right.received();
        let data = Generator::new(4).bytes(4 << 20);
        assert_eq!(pair.left.write(&data), data.len());
        pair.settle();
        // Everything came in one chunk here: what a caller reads at once is the other half of the
        // bound.
        let (_, waiting) = pair.waiting();
        assert!(pair.right.received() - before + waiting as u64 > data.len() as u64);
        assert!(!pair.right.wants_input());
        let mut got = Vec::new();
        while got.len() < data.len() {
            let part = read_all(&mut pair.right);
            assert!(!part.is_empty() || pair.step() > 0);
            got.extend(part);
        }
        assert!(got == data);
        assert!(pair.right.wants_input());
    }
}

#[test]
fn memory_stays_bounded_while_nobody_reads() {
    // The bound: one full record decrypted, and what the caller gave beside it.
    const CHUNK: usize = 8 * 1024;
    const RECORD: usize = 16 * 1024 + 512;
    for record in [1, 100, 16_384] {
        let (client, server) = contexts(VersionRange::default());
        let mut pair = connected(&client, &server, HOST);
        let mut wire = VecDeque::new();
        let mut output = Vec::new();
        while wire.len() < 2 << 20 {
            pair.left.write(&vec![7; record]);
            pair.left.take_output(&mut output);
            wire.extend(output.drain(..));
        }
        let mut given = 0;
        while pair.right.wants_input() {
            let chunk: Vec<u8> = wire.drain(..CHUNK).collect();
            pair.right.input(&chunk);
            given += CHUNK;
        }
        // A record of one byte is 23 on the wire.
        let overhead = if record == 1 { 23 } else { 2 };
        assert!(given <= overhead * (RECORD + CHUNK), "{record}: {given}");
        assert!(
            pair.right.readable() <= 2 * RECORD,
            "{record}: {}",
            pair.right.readable()
        );
    }
}

#[test]
fn empty_records_neither_end_nor_fill_anything() {
    let (client, server) = contexts(VersionRange::default());
    let mut pair = connected(&client, &server, HOST);
    pair.left.write(b"");
    pair.settle();
    assert!(pair.right.wants_input() && pair.right.readable() == 0);
    pair.left.write(b"x");
    pair.settle();
    assert_eq!(read_all(&mut pair.right), b"x");
}

#[test]
fn new_keys_in_the_middle_do_not_disturb_the_data() {
    let (client, server) = contexts(range(ONLY_1_3));
    let mut pair = connected(&client, &server, HOST);
    for round in 0..5_u8 {
        pair.left.write(&[round; 1000]);
        pair.left.connection.refresh_traffic_keys().unwrap();
        pair.left.write(&[round; 1000]);
        pair.right.write(&[round; 10]);
        pair.settle();
        assert_eq!(read_all(&mut pair.right), [round; 2000]);
        assert_eq!(read_all(&mut pair.left), [round; 10]);
    }
}

#[test]
fn a_session_carries_another_inside_it() {
    let (client, server) = contexts(VersionRange::default());
    let mut outer = connected(&client, &server, HOST);
    let mut inner = Pair::new(
        client.connect(HOST).unwrap(),
        server.accept().unwrap(),
        Chunks::Whole,
    );
    let mut bytes = Vec::new();
    while inner.left.is_handshaking() || inner.right.is_handshaking() {
        inner.left.take_output(&mut bytes);
        outer.left.write(&bytes);
        bytes.clear();
        inner.right.take_output(&mut bytes);
        outer.right.write(&bytes);
        bytes.clear();
        outer.settle();
        inner.right.input(&read_all(&mut outer.right));
        inner.left.input(&read_all(&mut outer.left));
    }
    assert!(inner.left.failure().is_none() && inner.right.failure().is_none());
}
