//! Downloads that continue where an earlier one was interrupted.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::server::{Server, Then, ok};
use super::*;
use crate::download::FileSink;

const DATA: &str = "0123456789abcdefghij";
/// The body of the first response.
const HALF: &str = "0123456789";

/// A folder for the file, and a server that cuts the first response and then gives these ones,
/// repeating the last.
struct Scene {
    folder: TempDir,
    server: Server,
    pool: Arc<Pool>,
    limits: FetchLimits,
}

impl Scene {
    /// Returns the scene after the first half arrived.
    fn new(mut answers: Vec<String>) -> Self {
        let half = format!("HTTP/1.1 200 OK\r\nContent-Length: 20\r\nETag: \"a\"\r\n\r\n{HALF}");
        answers.insert(0, half);
        let server = Server::plain(move |connection, _, _| {
            let answer = answers.get(connection).or(answers.last()).unwrap();
            (answer.clone().into_bytes(), Then::Close)
        });
        let scene = Self {
            folder: tempfile::tempdir().unwrap(),
            server,
            pool: plain_pool(),
            limits: RULES,
        };
        assert!(scene.ask().failure.is_some());
        assert_eq!(scene.part().as_deref(), Some(HALF));
        scene
    }

    fn ask(&self) -> FetchOutcome {
        let mut request = request(&self.server.url("/"));
        request.limits = self.limits;
        self.ask_with(request)
    }

    fn ask_with(&self, request: FetchRequest) -> FetchOutcome {
        let mut file = FileSink::resuming(self.target(), &request);
        let progress = Arc::new(Progress::default());
        block_on(fetch(&self.pool, request, &progress, &mut file))
    }

    fn target(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    fn file(&self) -> Option<String> {
        fs::read_to_string(self.target()).ok()
    }

    fn part(&self) -> Option<String> {
        read_beside(&self.target(), ".part")
    }

    /// Returns the value of a header field of the latest request.
    fn asked(&self, name: &str) -> Option<String> {
        let head = self.server.heads().pop()?;
        let start = format!("{name}: ");
        head.lines()
            .find_map(|line| line.strip_prefix(&start).map(str::to_owned))
    }

    /// Asserts that the next request completes the file, and leaves nothing beside it.
    #[track_caller]
    fn completes(&self, content: &str) {
        let outcome = self.ask();
        assert_eq!(outcome.failure, None);
        assert_eq!(self.file().as_deref(), Some(content));
        assert_eq!(self.part(), None);
        assert_eq!(read_beside(&self.target(), ".part.info"), None);
    }

    /// Asserts how the next request fails, and what it leaves.
    #[track_caller]
    fn fails(&self, kind: FetchErrorKind, words: &str, part: Option<&str>) {
        let failure = self.ask().failure.unwrap();
        assert_eq!(failure.kind(), kind, "{failure}");
        assert!(failure.to_string().contains(words), "{failure}");
        assert_eq!(self.file(), None);
        assert_eq!(self.part().as_deref(), part);
    }
}

fn read_beside(target: &Path, outcome: &str) -> Option<String> {
    let mut path = target.as_os_str().to_owned();
    path.push(outcome);
    fs::read_to_string(path).ok()
}

/// Returns a response with these lines and a length.
fn answer(status: u16, lines: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Told\r\n{lines}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Returns the bytes of [`DATA`] from `first` to `last`.
fn piece(first: usize, last: usize) -> String {
    let lines = format!("Content-Range: bytes {first}-{last}/20\r\nETag: \"a\"\r\n");
    answer(206, &lines, &DATA[first..=last])
}

fn whole_of(body: &str) -> String {
    String::from_utf8(ok(body)).unwrap()
}

#[test]
fn the_rest_is_asked_for_and_makes_the_file_whole() {
    let scene = Scene::new(vec![piece(10, 19)]);
    scene.completes(DATA);
    assert_eq!(scene.asked("Range").as_deref(), Some("bytes=10-"));
    assert_eq!(scene.asked("If-Range").as_deref(), Some("\"a\""));
}

#[test]
fn a_piece_of_the_rest_is_not_the_file_and_is_gone_on_with() {
    let scene = Scene::new(vec![piece(10, 14), piece(15, 19)]);
    scene.fails(
        FetchErrorKind::Connection,
        "only the bytes 10 to 14 of the 20",
        Some("0123456789abcde"),
    );
    scene.completes(DATA);
    assert_eq!(scene.asked("Range").as_deref(), Some("bytes=15-"));
}

#[test]
fn a_rest_that_is_not_what_it_announces_is_told() {
    let short = answer(206, "Content-Range: bytes 10-19/20\r\n", "abc");
    let long = answer(206, "Content-Range: bytes 13-14/20\r\n", "too many");
    let none = answer(206, "Content-Range: bytes 13-19/20\r\n", "");
    let scene = Scene::new(vec![short, long, none, piece(13, 19)]);
    let kept = Some("0123456789abc");
    scene.fails(
        FetchErrorKind::Connection,
        "which are 10, and sent 3:",
        kept,
    );
    scene.fails(FetchErrorKind::Connection, "which are 2, and sent 8", kept);
    scene.fails(FetchErrorKind::Connection, "which are 7, and sent 0:", kept);
    scene.completes(DATA);
}

#[test]
fn a_rest_of_unknown_total_is_whole_when_all_of_it_came() {
    let lines = "Content-Range: bytes 10-19/*\r\nETag: \"a\"\r\n";
    Scene::new(vec![answer(206, lines, &DATA[10..])]).completes(DATA);
}

#[test]
fn what_does_not_fit_is_asked_for_anew_and_without_a_range() {
    let upper = DATA.to_uppercase();
    for rest in [
        // Servers that do not know If-Range.
        answer(
            206,
            "Content-Range: bytes 10-19/20\r\nETag: \"b\"\r\n",
            &upper[10..],
        ),
        answer(
            206,
            "Content-Range: bytes 10-19/20\r\nETag: W/\"a\"\r\n",
            &upper[10..],
        ),
        answer(
            206,
            "Content-Range: bytes 11-19/20\r\nETag: \"a\"\r\n",
            &upper[11..],
        ),
        answer(206, "ETag: \"a\"\r\n", &upper[10..]),
        answer(
            206,
            "Content-Range: bytes 10-19/20\r\nContent-Encoding: gzip\r\nETag: \"a\"\r\n",
            &upper[10..],
        ),
        answer(416, "Content-Range: bytes */5\r\n", "no such range"),
    ] {
        let scene = Scene::new(vec![rest.clone(), whole_of(&upper)]);
        scene.completes(&upper);
        assert_eq!(scene.server.heads().len(), 3, "{rest}");
        assert_eq!(scene.asked("Range"), None, "{rest}");
        assert_eq!(scene.asked("If-Range"), None, "{rest}");
    }
}

#[test]
fn a_rest_that_names_no_version_keeps_the_one_that_was_asked_for() {
    let cut = "HTTP/1.1 206 Told\r\nContent-Range: bytes 10-19/20\r\nContent-Length: 10\r\n\r\nabc";
    let scene = Scene::new(vec![cut.to_owned(), piece(13, 19)]);
    scene.fails(FetchErrorKind::Connection, "closed", Some("0123456789abc"));
    scene.completes(DATA);
    assert_eq!(scene.asked("If-Range").as_deref(), Some("\"a\""));
}

#[test]
fn what_comes_with_a_416_never_touches_the_file() {
    let scene = Scene::new(vec![answer(416, "", "no such range"), "HTTP".to_owned()]);
    fs::write(scene.target(), "older").unwrap();
    assert!(scene.ask().failure.is_some());
    assert_eq!(scene.file().as_deref(), Some("older"));
}

#[test]
fn an_error_page_leaves_what_was_kept() {
    let page = answer(503, "ETag: \"page\"\r\n", "come back later");
    let cut = "HTTP/1.1 404 Told\r\nContent-Length: 100\r\n\r\nnot".to_owned();
    let scene = Scene::new(vec![page, cut, piece(10, 19)]);
    let outcome = scene.ask();
    assert_eq!(outcome.failure, None);
    assert_eq!(scene.file().as_deref(), Some("come back later"));
    assert_eq!(scene.part().as_deref(), Some(HALF));
    assert!(scene.ask().failure.is_some());
    assert_eq!(scene.file().as_deref(), Some("come back later"));
    assert_eq!(scene.part().as_deref(), Some(HALF));
    scene.completes(DATA);
}

#[test]
fn a_compressed_body_cannot_be_gone_on_with() {
    let cut =
        "HTTP/1.1 200 Told\r\nContent-Encoding: br\r\nContent-Length: 9\r\nETag: \"a\"\r\n\r\nabc";
    let mut scene = Scene::new(vec![cut.to_owned()]);
    scene.limits.decode = false;
    scene.fails(FetchErrorKind::Connection, "closed", None);
    assert_eq!(fs::read_dir(scene.folder.path()).unwrap().count(), 0);
    // This response says that it is not compressed.
    let plain = "Content-Encoding: identity\r\nContent-Range: bytes 10-19/20\r\n";
    Scene::new(vec![answer(206, plain, &DATA[10..])]).completes(DATA);
}

#[test]
fn a_size_limit_is_for_the_whole_file() {
    let chunks = format!(
        "HTTP/1.1 206 Told\r\nContent-Range: bytes 10-19/*\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{}\r\n0\r\n\r\n",
        &DATA[10..]
    );
    for (rest, words) in [
        (piece(10, 19), "announces 20 bytes"),
        // The announced total counts too.
        (piece(10, 14), "announces 20 bytes"),
        (chunks.clone(), "announces 20 bytes"),
    ] {
        let mut scene = Scene::new(vec![rest, chunks.clone()]);
        scene.limits.body_size_limit = Some(19);
        scene.fails(FetchErrorKind::BodySizeLimit, words, Some(HALF));
        scene.limits.body_size_limit = Some(20);
        scene.completes(DATA);
    }
}

#[test]
fn ranges_of_the_caller_s_own_and_other_methods_are_left_alone() {
    let scene = Scene::new(vec![answer(206, "Content-Range: bytes 0-2/20\r\n", "012")]);
    let mut ranged = request(&scene.server.url("/"));
    ranged.fields = Fields::parse(&["Range: bytes=0-2".to_owned()]).unwrap();
    assert_eq!(scene.ask_with(ranged).failure, None);
    assert_eq!(scene.asked("Range").as_deref(), Some("bytes=0-2"));
    assert_eq!(scene.asked("If-Range"), None);
    assert_eq!(scene.file().as_deref(), Some("012"));
    let mut post = request(&scene.server.url("/"));
    post.method = Method::POST;
    assert_eq!(scene.ask_with(post).failure, None);
    assert_eq!(scene.asked("Range"), None);
    assert_eq!(scene.part().as_deref(), Some(HALF));
}

#[test]
fn a_body_that_any_line_calls_compressed_leaves_nothing_to_go_on_with() {
    for lines in [
        "Content-Encoding: gzip\r\n",
        "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n",
        "Content-Encoding: identity, gzip\r\n",
        "Content-Encoding:\r\nContent-Encoding: rot13\r\n",
    ] {
        // Two bytes less than announced, of the beginning of a gzip stream.
        let head = format!("HTTP/1.1 200 OK\r\n{lines}ETag: \"a\"\r\nContent-Length: 12\r\n\r\n");
        let answer = [head.as_bytes(), b"\x1f\x8b\x08\0\0\0\0\0\0\xff"].concat();
        let server = Server::plain(move |_, _, _| (answer.clone(), Then::Close));
        let folder = tempfile::tempdir().unwrap();
        let request = request(&server.url("/"));
        let mut file = FileSink::resuming(folder.path().join("file"), &request);
        let progress = Arc::new(Progress::default());
        let outcome = block_on(fetch(&plain_pool(), request, &progress, &mut file));
        assert!(outcome.failure.is_some());
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{lines:?}");
    }
}
