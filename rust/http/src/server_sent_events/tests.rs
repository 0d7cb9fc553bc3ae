use godot_rustls_testkit::Generator;

use super::*;

/// Returns the events of a stream that arrives in pieces of at most `size` bytes.
fn cut(bytes: &[u8], size: usize) -> Vec<Event> {
    let mut events = Events::new();
    let mut found = Vec::new();
    for part in bytes.chunks(size) {
        events.push(part, &mut |event| found.push(event)).unwrap();
    }
    found
}

/// Asserts the events of a stream, as (type, data, id), for every way to cut it.
#[track_caller]
fn says(stream: &str, expected: &[(&str, &str, &str)]) {
    let expected: Vec<Event> = expected
        .iter()
        .map(|(kind, data, id)| Event {
            kind: (*kind).to_owned(),
            data: (*data).to_owned(),
            id: (*id).to_owned(),
        })
        .collect();
    for size in [1, 2, 3, usize::MAX] {
        assert_eq!(cut(stream.as_bytes(), size), expected, "{stream:?}");
    }
}

#[test]
fn the_examples_of_the_standard_are_read_as_it_says() {
    says(
        "data: YHOO\ndata: +2\ndata: 10\n\n",
        &[("message", "YHOO\n+2\n10", "")],
    );
    says(
        ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        &[
            ("message", "first event", "1"),
            ("message", "second event", ""),
            ("message", " third event", ""),
        ],
    );
    says(
        "data\n\ndata\ndata\n\ndata:",
        &[("message", "", ""), ("message", "\n", "")],
    );
    says(
        "data:test\n\ndata: test\n\n",
        &[("message", "test", ""), ("message", "test", "")],
    );
}

#[test]
fn lines_may_end_in_any_of_the_three_ways() {
    let expected = [("message", "a\nb", ""), ("message", "c", "")];
    let stream = "data: a\ndata: b\n\ndata: c\n\n";
    for end in ["\n", "\r", "\r\n"] {
        says(&stream.replace('\n', end), &expected);
    }
    // Two carriage returns are two line ends; a carriage return with a line feed is one.
    says(
        "data: a\r\r\ndata: b\r\n\r",
        &[("message", "a", ""), ("message", "b", "")],
    );
    says(
        "data: a\n\rdata: b\n\n",
        &[("message", "a", ""), ("message", "b", "")],
    );
}

#[test]
fn one_byte_order_mark_at_the_start_is_passed_over() {
    says("\u{feff}data: a\n\n", &[("message", "a", "")]);
    says("\u{feff}\u{feff}data: a\n\n", &[]);
    says("data: a\n\u{feff}data: b\n\n", &[("message", "a", "")]);
    says("\n\u{feff}data: a\n\n", &[]);
}

#[test]
fn types_hold_for_one_event_and_ids_until_the_next() {
    says(
        "event: add\nid: 7\ndata: a\n\ndata: b\n\nevent: x\nevent: y\ndata: c\nid: 8\n\n",
        &[("add", "a", "7"), ("message", "b", "7"), ("y", "c", "8")],
    );
    // A block without data is no event: its type is forgotten, and its id stays.
    says("event: add\nid: 7\n\ndata: b\n\n", &[("message", "b", "7")]);
    says("id: a\0b\ndata: b\n\n", &[("message", "b", "")]);
}

#[test]
fn comments_and_unknown_fields_are_passed_over() {
    says(
        ": data: no\nDATA: no\n data: no\ndata : no\nx\n:\ndata: yes:no\n\n",
        &[("message", "yes:no", "")],
    );
}

#[test]
fn the_unfinished_end_is_no_event() {
    says("data: a\n\ndata: b\n", &[("message", "a", "")]);
    says("data: a", &[]);
}

#[test]
fn the_time_to_wait_is_digits_alone() {
    for (line, expected) in [
        ("retry: 3000", Some(3000)),
        ("retry:0", Some(0)),
        ("retry: +3", None),
        ("retry: 3s", None),
        ("retry", None),
        ("retry: 99999999999999999999999", None),
    ] {
        let mut events = Events::new();
        let line_of_it = format!("{line}\n");
        events.push(line_of_it.as_bytes(), &mut drop).unwrap();
        assert_eq!(events.retry(), expected, "{line}");
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    let found = cut(b"data: a\xffb\xe2\x82\n\n", 1);
    assert_eq!(found[0].data, "a\u{fffd}b\u{fffd}");
    says("data: Zoë 日本\n\n", &[("message", "Zoë 日本", "")]);
}

#[test]
fn a_line_or_an_event_without_an_end_is_refused() {
    let refused = |stream: Vec<u8>, word: &str| {
        for size in [1000, usize::MAX] {
            let mut events = Events::new();
            let failure = stream
                .chunks(size)
                .try_for_each(|part| events.push(part, &mut drop))
                .unwrap_err();
            assert!(failure.to_string().contains(word), "{failure}");
        }
    };
    refused(vec![b'a'; MAX + 1], "a line");
    let line = [b"data: ".to_vec(), vec![b'a'; 1000], b"\n".to_vec()].concat();
    refused(line.repeat(MAX / 1000 + 1), "an event");
    // Every event has a copy of the id.
    let id = [b"id:".to_vec(), vec![b'a'; MAX_ID + 1], b"\n".to_vec()].concat();
    refused(id, "an id");
    // Empty data lines count too.
    refused(b"data\n".repeat(MAX + 2), "an event");
    // The largest event that is accepted.
    let mut whole = b"data:".to_vec();
    whole.resize(MAX, b'a');
    whole.extend(b"\n\n");
    assert_eq!(cut(&whole, 5000)[0].data.len(), MAX - 5);
}

#[test]
fn noise_never_panics_and_cutting_it_changes_nothing() {
    let mut generator = Generator::new(1);
    let words = [
        "data", "data: x", "id: 1", "event: e", ":", "\r", "\n", "\r\n", "\n\n", "\u{feff}", "ü",
        "\0", " ",
    ];
    for _ in 0..2000 {
        let mut stream = Vec::new();
        for _ in 0..generator.below(30) {
            stream.extend_from_slice(generator.pick(&words).as_bytes());
        }
        generator.damage(&mut stream);
        let size = 1 + generator.below(5);
        assert_eq!(cut(&stream, size), cut(&stream, usize::MAX), "{stream:?}");
    }
}

#[test]
fn the_last_id_is_that_of_the_last_complete_block_and_goes_on_in_the_next_stream() {
    let mut events = Events::new();
    let mut ids = Vec::new();
    events
        .push(
            b"retry: 7\nid: 1\ndata: a\n\nid: 2\n\nid: 3\ndata: cut\n",
            &mut |event| {
                ids.push(event.id);
            },
        )
        .unwrap();
    assert_eq!(
        (events.last_id(), ids.as_slice()),
        ("2", &["1".to_owned()][..])
    );
    let mut next = Events::continuing(&events);
    assert_eq!((next.last_id(), next.retry()), ("2", Some(7)));
    next.push(b"\ndata: b\n\nid\ndata: c\n\n", &mut |event| {
        ids.push(event.id);
    })
    .unwrap();
    assert_eq!(ids, ["1", "2", ""]);
    assert_eq!(next.last_id(), "");
}
