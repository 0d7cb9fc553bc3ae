//! Ends of bodies over HTTP/2.

use std::fs;

use tokio::time::Instant;

use super::raw_http2::{END_STREAM, PADDED, RawHttp2, data, head, once, reset};
use super::*;
use crate::download::FileSink;

const NO_ERROR: u32 = 0;
const CANCEL: u32 = 8;

/// Returns a server whose responses have a head, these bytes, and then a reset without END_STREAM.
async fn cutting(length: Option<&'static str>, sent: usize, reason: u32) -> RawHttp2 {
    RawHttp2::start(move |_, stream| {
        let mut fields = vec![(":status", "200"), ("etag", "\"1\"")];
        fields.extend(length.map(|length| ("content-length", length)));
        once([
            head(stream, 0, &fields),
            data(stream, 0, &vec![b'x'; sent]),
            reset(stream, reason),
        ])
    })
    .await
}

#[test]
fn a_body_that_a_reset_cuts_is_incomplete_with_and_without_a_length() {
    block_on(async {
        for length in [None, Some("16000"), Some("9000")] {
            for reason in [NO_ERROR, CANCEL] {
                let server = cutting(length, 9000, reason).await;
                let answer = ask(&server.pool(), request(&server.url())).await;
                failed(answer, FetchErrorKind::Connection, "the body is incomplete");
            }
        }
    });
}

#[test]
fn a_download_that_a_reset_cuts_leaves_the_old_file() {
    block_on(async {
        let server = cutting(None, 9000, NO_ERROR).await;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file");
        fs::write(&target, "old").unwrap();
        for resume in [false, true] {
            let request = request(&server.url());
            let mut file = match resume {
                true => FileSink::resuming(target.clone(), &request),
                false => FileSink::whole(target.clone()),
            };
            let progress = Arc::new(Progress::default());
            let outcome = fetch(&server.pool(), request, &progress, &mut file).await;
            assert_eq!(outcome.failure.unwrap().kind(), FetchErrorKind::Connection);
            assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        }
    });
}

#[test]
fn a_compressed_body_that_a_reset_cuts_behind_its_last_byte_is_incomplete() {
    block_on(async {
        // A whole gzip stream: another member could have followed.
        let body = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0";
        for ends in [true, false] {
            let server = RawHttp2::start(move |_, stream| {
                let fields = [(":status", "200"), ("content-encoding", "gzip")];
                let flags = if ends { END_STREAM } else { 0 };
                once([
                    head(stream, 0, &fields),
                    data(stream, flags, body),
                    reset(stream, NO_ERROR),
                ])
            })
            .await;
            let answer = ask(&server.pool(), request(&server.url())).await;
            match ends {
                true => assert_eq!(whole(answer), (200, b"a".to_vec())),
                false => failed(answer, FetchErrorKind::Connection, "the body is incomplete"),
            }
        }
    });
}

#[test]
fn a_reset_behind_the_end_of_a_body_changes_nothing() {
    block_on(async {
        for padding in [false, true] {
            let server = RawHttp2::start(move |_, stream| {
                let end = match padding {
                    true => data(stream, END_STREAM | PADDED, b"\x02cd\0\0"),
                    false => data(stream, END_STREAM, b"cd"),
                };
                let fields = [(":status", "200"), ("content-length", "4")];
                once([
                    head(stream, 0, &fields),
                    data(stream, 0, b"ab"),
                    end,
                    reset(stream, NO_ERROR),
                ])
            })
            .await;
            let answer = whole(ask(&server.pool(), request(&server.url())).await);
            assert_eq!(answer, (200, b"abcd".to_vec()));
        }
    });
}

#[test]
fn answers_without_a_body_need_neither_their_length_nor_an_end() {
    block_on(async {
        for (method, status) in [
            (Method::HEAD, "200"),
            (Method::GET, "204"),
            (Method::GET, "304"),
        ] {
            for sent in 0..3 {
                let server = RawHttp2::start(move |_, stream| {
                    let fields = [(":status", status), ("content-length", "4")];
                    let flags = if sent == 0 { END_STREAM } else { 0 };
                    let begin = head(stream, flags, &fields);
                    match sent {
                        0 => once([begin]),
                        1 => once([begin, reset(stream, NO_ERROR)]),
                        // More bytes than announced, without an end.
                        _ => once([begin, data(stream, 0, b"abcd")]),
                    }
                })
                .await;
                let mut request = request(&server.url());
                request.method = method.clone();
                let (got, body) = whole(ask(&server.pool(), request).await);
                assert_eq!((got.to_string().as_str(), body.len()), (status, 0));
            }
        }
    });
}

#[test]
fn a_response_that_ends_with_its_head_makes_an_empty_file() {
    block_on(async {
        let server =
            RawHttp2::start(|_, stream| once([head(stream, END_STREAM, &[(":status", "200")])]))
                .await;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file");
        fs::write(&target, "old").unwrap();
        let progress = Arc::new(Progress::default());
        let mut file = FileSink::whole(target.clone());
        let request = request(&server.url());
        let outcome = fetch(&server.pool(), request, &progress, &mut file).await;
        assert_eq!(outcome.failure, None);
        assert_eq!(fs::read_to_string(&target).unwrap(), "");
    });
}

#[tokio::test]
async fn interim_answers_are_no_silence_where_nobody_else_uses_the_connection() {
    // Four times this is less than the 20 seconds after which hyper pings, and this server answers
    // no pings.
    const LIMIT: Duration = Duration::from_secs(4);
    let server = RawHttp2::trickling(LIMIT / 5, |_, stream| {
        let hints = std::iter::repeat_n(head(stream, 0, &[(":status", "102")]), 20);
        let end = head(stream, END_STREAM, &[(":status", "200")]);
        Box::new(hints.chain([end]))
    })
    .await;
    let mut request = request(&server.url());
    request.limits.read_timeout = Some(LIMIT);
    let started = Instant::now();
    whole(ask(&server.pool(), request).await);
    assert!(started.elapsed() > 3 * LIMIT);
}
