//! Streams of events that continue over another connection.

use super::clock::without_waits;
use super::server::{Server, Then};
use super::*;
use crate::body_sink::Resumption;
use crate::server_sent_events::{Event, Events};

/// Receiver of a stream of events.
#[derive(Debug, Default)]
struct Stream {
    events: Option<Events>,
    seen: Vec<(String, String)>,
    has_received: bool,
    /// The body, if it is no stream of events.
    page: Vec<u8>,
}

impl BodySink for Stream {
    fn begin(&mut self, head: &ResponseHead, _: Option<u64>) -> Result<(), FetchError> {
        let is_stream = head.header("content-type") == Some("text/event-stream");
        let before = self.events.take();
        self.events = (is_stream && head.status == 200)
            .then(|| before.as_ref().map_or_else(Events::new, Events::continuing));
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        let Some(events) = &mut self.events else {
            self.page.extend_from_slice(piece);
            return Ok(());
        };
        let (seen, has_received) = (&mut self.seen, &mut self.has_received);
        events.push(piece, &mut |Event { data, id, .. }| {
            *has_received = true;
            seen.push((data, id));
        })?;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        Ok(())
    }

    fn restart(&mut self) -> bool {
        self.events.is_none()
    }

    fn resumption(&mut self) -> Option<Resumption> {
        let events = self.events.as_ref()?;
        Some(Resumption {
            last_event_id: events.last_id().to_owned(),
            retry: events.retry(),
            has_received: std::mem::take(&mut self.has_received),
        })
    }
}

/// Returns a stream that ends with its connection.
fn stream(events: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n{events}"
    )
    .into_bytes()
}

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

/// Returns a server that gives one of `answers` after the other, each over a connection of its own.
fn answering(answers: &'static [&'static str]) -> Server {
    let served = Mutex::new(0);
    Server::plain(move |_, _, _| {
        let mut served = served.lock().unwrap();
        let answer = answers.get(*served).copied().unwrap_or(NO_CONTENT);
        *served += 1;
        match answer {
            "" => (Vec::new(), Then::Cut),
            answer if answer.starts_with("HTTP/") => (answer.into(), Then::Close),
            events => (stream(events), Then::Close),
        }
    })
}

fn events(server: &Server) -> FetchRequest {
    let mut request = request(&server.url("/"));
    request.limits.reconnect_events = true;
    request
}

/// Returns the end of a stream, its events, and the number and total time of its waits.
async fn follow(request: FetchRequest) -> (FetchOutcome, Stream, (u64, Duration)) {
    let progress = Arc::new(Progress::default());
    let watched = Arc::clone(&progress);
    let exchange = async move {
        let mut stream = Stream::default();
        let outcome = fetch(&plain_pool(), request, &watched, &mut stream).await;
        (outcome, stream)
    };
    let ((outcome, stream), waited) = without_waits(&progress, exchange).await;
    (outcome, stream, (progress.repeats(), waited))
}

/// Returns the values of a header field in the requests so far.
fn sent(server: &Server, name: &str) -> Vec<String> {
    let start = format!("{name}: ");
    let of = |head: &String| {
        let line = head.lines().find_map(|line| line.strip_prefix(&start));
        line.unwrap_or_default().to_owned()
    };
    server.heads().iter().map(of).collect()
}

fn pairs(seen: &[(String, String)]) -> Vec<(&str, &str)> {
    seen.iter()
        .map(|(data, id)| (data.as_str(), id.as_str()))
        .collect()
}

#[tokio::test]
async fn a_stream_goes_on_with_the_last_id_until_the_server_says_that_there_is_no_more() {
    let server = answering(&[
        "id: 1\ndata: a\n\nid: 2\ndata: b\n\n",
        "data: c\n\nid: 3\ndata: cut",
        "id: 4\ndata: d\n\n",
    ]);
    let (outcome, stream, (repeats, _)) = follow(events(&server)).await;
    assert_eq!(outcome.failure, None);
    assert_eq!(outcome.head.unwrap().status, 204);
    let expected = [("a", "1"), ("b", "2"), ("c", "2"), ("d", "4")];
    assert_eq!(pairs(&stream.seen), expected);
    assert_eq!(sent(&server, "Last-Event-ID"), ["", "2", "2", "4"]);
    assert_eq!(repeats, 3);
}

#[tokio::test]
async fn without_being_asked_for_no_stream_goes_on() {
    let server = answering(&["data: a\n\n", "data: b\n\n"]);
    let mut request = events(&server);
    request.limits.reconnect_events = false;
    let (outcome, stream, _) = follow(request).await;
    assert_eq!(outcome.failure, None);
    assert_eq!(pairs(&stream.seen), [("a", "")]);
    let mut post = events(&server);
    post.method = Method::POST;
    let (_, stream, _) = follow(post).await;
    assert_eq!(pairs(&stream.seen), [("b", "")], "it may not be repeated");
    assert_eq!(server.heads().len(), 2);
}

#[tokio::test]
async fn an_id_of_the_caller_is_replaced_by_one_of_the_server() {
    let server = answering(&["data: a\n\n", "id: é\ndata: b\n\n"]);
    let mut request = events(&server);
    request.fields = Fields::parse(&["last-event-id: mine".to_owned()]).unwrap();
    follow(request).await;
    assert_eq!(sent(&server, "last-event-id"), ["mine", "mine", ""]);
    assert_eq!(sent(&server, "Last-Event-ID"), ["", "", "é"]);
}

#[tokio::test]
async fn a_response_that_is_no_stream_of_events_ends_it() {
    for last in [
        "HTTP/1.1 404 Gone\r\nContent-Length: 4\r\n\r\npage",
        "HTTP/1.1 503 Busy\r\nContent-Type: text/event-stream\r\nContent-Length: 4\r\n\r\npage",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\npage",
    ] {
        let served = Mutex::new(0);
        let server = Server::plain(move |_, _, _| {
            let mut served = served.lock().unwrap();
            *served += 1;
            match *served {
                1 => (stream("data: a\n\n"), Then::Close),
                _ => (last.into(), Then::Close),
            }
        });
        let (outcome, stream, _) = follow(events(&server)).await;
        assert_eq!(outcome.failure, None);
        assert_eq!(stream.page, b"page", "{last}");
        assert_eq!(server.heads().len(), 2);
    }
}

#[tokio::test]
async fn connections_that_fail_are_made_again_but_for_the_first_one() {
    let server = answering(&["data: a\n\n", "", "", "data: b\n\n"]);
    let (outcome, stream, _) = follow(events(&server)).await;
    assert_eq!(outcome.failure, None);
    assert_eq!(pairs(&stream.seen), [("a", ""), ("b", "")]);
    let server = answering(&["", "data: a\n\n"]);
    let (outcome, stream, _) = follow(events(&server)).await;
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.kind(), FetchErrorKind::Connection, "{failure}");
    assert!(stream.seen.is_empty() && server.heads().len() == 1);
}

#[tokio::test]
async fn a_server_that_asks_for_no_wait_is_not_asked_in_a_tight_loop() {
    static MANY: [&str; 50] = ["retry: 0\ndata: a\n\n"; 50];
    let server = answering(&MANY);
    let (_, _, (repeats, waited)) = follow(events(&server)).await;
    assert_eq!(repeats, 50);
    let each = waited / 50;
    assert!(each >= Duration::from_millis(500), "{each:?}");
}

#[tokio::test]
async fn the_size_limit_holds_for_each_connection() {
    let server = answering(&["data: 1\n\n", "data: 2\n\n", "data: 345678901\n\n"]);
    let mut request = events(&server);
    request.limits.body_size_limit = Some(15);
    let (outcome, stream, _) = follow(request).await;
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.kind(), FetchErrorKind::BodySizeLimit, "{failure}");
    assert_eq!(pairs(&stream.seen), [("1", ""), ("2", "")]);
}

#[tokio::test]
async fn an_id_that_cannot_be_sent_ends_the_stream() {
    let server = answering(&["id: \u{1}\ndata: a\n\n"]);
    let (outcome, _, _) = follow(events(&server)).await;
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.kind(), FetchErrorKind::Request, "{failure}");
    assert_eq!(server.heads().len(), 1);
}

#[tokio::test]
async fn retries_let_a_stream_outlive_a_server_that_restarts() {
    const BUSY: &str = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    let server = answering(&["data: a\n\n", BUSY, BUSY, "data: b\n\n", BUSY, BUSY, BUSY]);
    let mut request = events(&server);
    request.limits.retries = 2;
    let (outcome, stream, _) = follow(request).await;
    assert_eq!(outcome.head.unwrap().status, 503);
    assert_eq!(server.heads().len(), 7, "two retries for each connection");
    assert_eq!(pairs(&stream.seen), [("a", ""), ("b", "")]);
}

#[tokio::test]
async fn the_time_limit_covers_all_connections() {
    static MANY: [&str; 50] = ["retry: 30000\ndata: a\n\n"; 50];
    let server = answering(&MANY);
    let mut request = events(&server);
    request.limits.timeout = Some(Duration::from_secs(100));
    let (outcome, _, (repeats, _)) = follow(request).await;
    let failure = outcome.failure.unwrap();
    assert_eq!(failure.kind(), FetchErrorKind::Timeout, "{failure}");
    assert!(repeats < 5);
}
