//! Responses from the cache.

use super::server::{Server, Then, ok};
use super::*;
use crate::cache::Cache;

fn response(lines: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

fn not_modified(lines: &str) -> Vec<u8> {
    format!("HTTP/1.1 304 Not Modified\r\n{lines}\r\n").into_bytes()
}

/// Sends a request over `pool` with the cache. Returns the status, the body, and whether it came
/// from the cache.
async fn get(pool: &Arc<Pool>, cache: &Arc<Cache>, request: FetchRequest) -> (u16, String, bool) {
    let request = FetchRequest {
        cache: Some(Arc::clone(cache)),
        ..request
    };
    let (outcome, body) = ask(pool, request).await;
    assert_eq!(outcome.failure, None);
    assert!(body.is_whole);
    let head = outcome.head.unwrap();
    let text = String::from_utf8(body.bytes).unwrap();
    (head.status, text, head.from_cache)
}

fn with(line: &str, mut request: FetchRequest) -> FetchRequest {
    let (name, value) = line.split_once(": ").unwrap();
    request.fields.add_default(name, value).unwrap();
    request
}

fn cached(body: &str) -> (u16, String, bool) {
    (200, body.to_owned(), true)
}

fn sent(body: &str) -> (u16, String, bool) {
    (200, body.to_owned(), false)
}

#[test]
fn a_fresh_response_needs_no_request_and_a_stale_one_is_confirmed() {
    let server = Server::plain(|_, _, head| {
        let answer = if head.starts_with("GET /fresh") {
            response("Cache-Control: max-age=60\r\n", "fresh")
        } else if head.contains("\r\nif-none-match: \"v1\"\r\n") {
            not_modified("ETag: \"v1\"\r\nX-Again: yes\r\n")
        } else {
            response("ETag: \"v1\"\r\nCache-Control: no-cache\r\n", "stale")
        };
        (answer, Then::Keep)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(1 << 20)));
        let fresh = || request(&server.url("/fresh"));
        assert_eq!(get(&pool, &cache, fresh()).await, sent("fresh"));
        assert_eq!(get(&pool, &cache, fresh()).await, cached("fresh"));
        assert_eq!(server.heads().len(), 1);
        let stale = || request(&server.url("/stale"));
        assert_eq!(get(&pool, &cache, stale()).await, sent("stale"));
        assert_eq!(get(&pool, &cache, stale()).await, cached("stale"));
        assert_eq!(get(&pool, &cache, stale()).await, cached("stale"));
        assert_eq!(server.heads().len(), 4);
        assert_eq!(cache.count(), 2);
        cache.clear();
        assert_eq!((cache.count(), cache.bytes()), (0, 0));
        assert_eq!(get(&pool, &cache, stale()).await, sent("stale"));
    });
}

#[test]
fn a_changed_body_replaces_what_is_stored() {
    let server = Server::plain(|_, number, _| {
        let lines = format!("ETag: \"v{number}\"\r\nCache-Control: no-cache\r\n");
        (response(&lines, &format!("body {number}")), Then::Keep)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(1 << 20)));
        for number in 0..3 {
            let got = get(&pool, &cache, request(&server.url("/"))).await;
            assert_eq!(got, sent(&format!("body {number}")));
        }
        assert_eq!(cache.count(), 1);
        assert!(server.heads()[2].contains("if-none-match: \"v1\""));
    });
}

#[test]
fn a_304_about_another_version_makes_the_request_anew() {
    let server = Server::plain(|_, number, _| {
        let answer = match number {
            1 => not_modified("ETag: \"other\"\r\n"),
            _ => response("ETag: \"v1\"\r\nCache-Control: no-cache\r\n", "body"),
        };
        (answer, Then::Keep)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(1 << 20)));
        for _ in 0..2 {
            let got = get(&pool, &cache, request(&server.url("/"))).await;
            assert_eq!(got, sent("body"));
        }
        assert_eq!(server.heads().len(), 3);
        assert!(!server.heads()[2].contains("if-none-match"));
    });
}

#[test]
fn what_must_not_be_stored_is_not() {
    let server = Server::plain(|_, _, head| {
        let answer = match head.split(' ').nth(1).unwrap() {
            "/no-store" => response("Cache-Control: no-store, max-age=60\r\n", "a"),
            "/vary" => response("Vary: *\r\nCache-Control: max-age=60\r\n", "a"),
            "/error" => {
                b"HTTP/1.1 404 No\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\na"
                    .to_vec()
            }
            "/large" => response("Cache-Control: max-age=60\r\n", &"a".repeat(5000)),
            _ => response("Cache-Control: max-age=60\r\n", "a"),
        };
        (answer, Then::Keep)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(16 * 1024)));
        let mut requests = vec![
            with("Range: bytes=0-0", request(&server.url("/range"))),
            with("If-None-Match: \"a\"", request(&server.url("/condition"))),
            with("Cache-Control: no-store", request(&server.url("/request"))),
            post(&server.url("/post")),
        ];
        for path in ["/no-store", "/vary", "/error", "/large"] {
            requests.push(request(&server.url(path)));
        }
        for request in requests {
            let url = request.url.clone();
            for _ in 0..2 {
                assert!(!get(&pool, &cache, request.clone()).await.2, "{url}");
            }
            assert_eq!(cache.count(), 0, "{url}");
        }
    });
}

#[test]
fn a_body_that_is_cut_is_not_stored() {
    let server = Server::plain(|_, _, _| {
        let head =
            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\nhello";
        (head.as_bytes().to_vec(), Then::Close)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(1 << 20)));
        let mut request = request(&server.url("/"));
        request.cache = Some(Arc::clone(&cache));
        let (outcome, _) = ask(&pool, request).await;
        assert!(outcome.failure.is_some());
        assert_eq!(cache.count(), 0);
    });
}

#[test]
fn credentials_variants_and_trust_are_kept_apart() {
    let server = Server::plain(|_, _, _| {
        let lines = "Cache-Control: max-age=60\r\nVary: Accept-Language\r\n";
        (response(lines, "body"), Then::Keep)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(1 << 20)));
        let plain = || request(&server.url("/"));
        assert_eq!(get(&pool, &cache, plain()).await, sent("body"));
        for line in [
            "Authorization: Bearer a",
            "Authorization: Bearer b",
            "Cookie: a=b",
        ] {
            let request = || with(line, plain());
            assert_eq!(get(&pool, &cache, request()).await, sent("body"), "{line}");
            assert_eq!(
                get(&pool, &cache, request()).await,
                cached("body"),
                "{line}"
            );
        }
        let other = plain_pool();
        assert_eq!(get(&other, &cache, plain()).await, sent("body"));
        assert_eq!(get(&pool, &cache, plain()).await, cached("body"));
        let german = || with("Accept-Language: de", plain());
        assert_eq!(get(&pool, &cache, german()).await, sent("body"));
        drop(other);
    });
}

#[test]
fn an_unsafe_method_removes_what_is_stored_of_its_url() {
    let server = Server::plain(|_, _, head| {
        let answer = if head.starts_with("POST /refused") {
            b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n".to_vec()
        } else if head.starts_with("POST") {
            ok("")
        } else {
            response("Cache-Control: max-age=60\r\n", "body")
        };
        (answer, Then::Keep)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(1 << 20)));
        for (path, is_kept) in [("/taken", false), ("/refused", true)] {
            let url = server.url(path);
            get(&pool, &cache, request(&url)).await;
            get(&pool, &cache, post(&url)).await;
            let (_, _, from_cache) = get(&pool, &cache, request(&url)).await;
            assert_eq!(from_cache, is_kept, "{path}");
        }
    });
}

#[test]
fn the_entries_that_were_not_used_for_longest_make_room() {
    let server = Server::plain(|_, _, _| {
        let answer = response("Cache-Control: max-age=60\r\n", &"a".repeat(2000));
        (answer, Then::Keep)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(14 * 1024)));
        for path in ["/1", "/2", "/3", "/1", "/4", "/5"] {
            get(&pool, &cache, request(&server.url(path))).await;
        }
        assert!(cache.bytes() <= 14 * 1024, "{}", cache.bytes());
        assert!(get(&pool, &cache, request(&server.url("/1"))).await.2);
        assert!(!get(&pool, &cache, request(&server.url("/2"))).await.2);
        cache.set_max_bytes(0);
        assert_eq!((cache.count(), cache.bytes()), (0, 0));
    });
}

#[test]
fn the_size_limit_holds_for_stored_bodies_too() {
    let server = Server::plain(|_, _, _| {
        let answer = response("Cache-Control: max-age=60\r\n", "hello");
        (answer, Then::Keep)
    });
    block_on(async {
        let (pool, cache) = (plain_pool(), Arc::new(Cache::new(1 << 20)));
        get(&pool, &cache, request(&server.url("/"))).await;
        let mut small = request(&server.url("/"));
        small.limits.body_size_limit = Some(2);
        small.cache = Some(cache);
        let (outcome, _) = ask(&pool, small).await;
        let kind = outcome.failure.unwrap().kind();
        assert_eq!(kind, FetchErrorKind::BodySizeLimit);
    });
}
