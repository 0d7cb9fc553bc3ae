//! Bytes of requests on the wire, and the spelling of names.

use super::server::{Server, Then, ok};
use super::*;

#[test]
fn a_request_has_the_callers_headers_first_and_as_they_are() {
    let server = Server::plain(|_, _, _| (ok(""), Then::Keep));
    let mut post = request(&server.url("/a b?c=ä"));
    post.method = Method::POST;
    post.content = Content::Bytes("body".into());
    let lines = ["X-lower-UPPER: 1", "accept: text/plain", "X-Other: ä"];
    post.fields = Fields::parse(&lines.map(str::to_owned)).unwrap();
    whole(block_on(ask(&plain_pool(), post)));
    let port = server.port;
    assert_eq!(
        server.heads(),
        [format!(
            "POST /a%20b?c=%C3%A4 HTTP/1.1\r\nX-lower-UPPER: 1\r\naccept: text/plain\r\nX-Other: ä\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 4\r\nUser-Agent: test\r\n\r\nbody"
        )]
    );
}

#[test]
fn a_body_that_could_be_there_has_a_length_and_chunks_have_none() {
    let server = Server::plain(|_, _, _| (ok(""), Then::Keep));
    let pool = plain_pool();
    block_on(async {
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let mut request = request(&server.url("/"));
            request.method = method;
            whole(ask(&pool, request).await);
        }
        let mut chunked = request(&server.url("/"));
        chunked.method = Method::POST;
        chunked.content = Content::Bytes("abc".into());
        chunked.fields = Fields::parse(&["Transfer-Encoding: chunked".to_owned()]).unwrap();
        whole(ask(&pool, chunked).await);
    });
    let heads = server.heads();
    let zero = |index: usize| heads[index].contains("\r\nContent-Length: 0\r\n");
    assert_eq!([0, 1, 2, 3].map(zero), [false, true, true, false]);
    assert!(
        heads[4].contains("Transfer-Encoding: chunked") && !heads[4].contains("Content-Length")
    );
    assert!(
        heads[4].ends_with("\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
        "{}",
        heads[4]
    );
}

#[test]
fn an_answer_keeps_spelling_order_and_repetition() {
    let server = Server::plain(|_, _, _| {
        let answer = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nSet-cookie: a\r\nX-ODD: 1\r\nSet-cookie: b\r\ncontent-LENGTH: 0\r\n\r\n";
        (answer.as_bytes().to_vec(), Then::Keep)
    });
    let (outcome, _) = block_on(ask(&plain_pool(), request(&server.url("/"))));
    let lines = outcome.head.unwrap().lines;
    let lines: Vec<_> = lines
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    assert_eq!(
        lines,
        [
            "Set-cookie: a",
            "X-ODD: 1",
            "Set-cookie: b",
            "content-LENGTH: 0"
        ]
    );
}
