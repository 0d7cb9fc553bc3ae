//! The body of an answer: counted, limited, decoded, handed on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};

use super::send::{HTTP_2, doubtful, silent, told};
use super::{Head, Receiver, Rules};
use crate::decode::{Coding, Decoder};
use crate::download::Span;
use crate::failure::{Failure, FailureKind};
use crate::headers::have_no_other_length;
use crate::pool::Lease;
use crate::progress::Progress;
use crate::redirect::location;
use godot_rustls_net::phase::Phase;
use godot_rustls_tls::diagnosis::Cause;

/// A redirect's body that is read to its end, so that its connection can be used again, and how long that may take: the
/// next address is known already.
const SKIPPED: u64 = 64 * 1024;
const SKIPPING: Duration = Duration::from_secs(1);

/// How long to wait before looking again whether a receiver takes more.
const FULL_FOR: Duration = Duration::from_millis(5);

/// How long the next request on this connection is worth waiting for.
const GIVING_BACK: Duration = Duration::from_millis(20);

/// What a compressed body may become when nobody set a limit, and how many times its size.
const LARGEST_DECODED: u64 = 1024 * 1024 * 1024;
const LARGEST_RATIO: u64 = 100;

pub(super) struct Answer {
    pub(super) head: Head,
    /// Where a redirect leads.
    pub(super) location: Option<String>,
    body: Incoming,
    read_timeout: Option<Duration>,
    /// When something came last.
    heard: Instant,
    /// Dropped with the answer, it closes the connection: what was not read stands in the way.
    lease: Option<Lease>,
}

impl Drop for Answer {
    /// Ended in a silence, it gives a shared connection to nobody else: a network that changed may have cut it off.
    fn drop(&mut self) {
        if let Some(lease) = &self.lease
            && self.heard.elapsed() >= doubtful(self.read_timeout)
        {
            lease.retire();
        }
    }
}

impl Answer {
    pub(super) fn new(
        head: Head,
        response: Response<Incoming>,
        read_timeout: Option<Duration>,
        lease: Option<Lease>,
    ) -> Self {
        Self {
            location: location(head.status, response.headers()),
            head,
            body: response.into_body(),
            read_timeout,
            heard: Instant::now(),
            lease,
        }
    }

    /// Reads a body that nobody wants, if it is short.
    pub(super) async fn skip(mut self) {
        if self
            .body
            .size_hint()
            .upper()
            .is_some_and(|length| length <= SKIPPED)
        {
            let rest = async { while let Ok(Some(_)) = self.next().await {} };
            if tokio::time::timeout(SKIPPING, rest).await.is_ok() {
                self.give_back().await;
            }
        }
    }

    pub(super) async fn receive(
        mut self,
        method: &Method,
        rules: Rules,
        size: Size,
        progress: &Arc<Progress>,
        receiver: &mut dyn Receiver,
    ) -> Result<(), Failure> {
        let announced = self.announced_length();
        progress.begin_download(announced);
        progress.phase.set(Phase::Body);
        let has_body = *method != Method::HEAD && !matches!(self.head.status, 204 | 304);
        if has_body {
            size.announced(announced.unwrap_or_default())?;
        }
        let mut decoder = Decoder::new(&self.codings(rules));
        let known = announced.filter(|_| has_body && decoder.is_none());
        receiver.begin(&self.head, known)?;
        let mut output = Output {
            receiver,
            limit: size.limit,
            received: 0,
            handed_on: 0,
        };
        while has_body && let Some(piece) = self.next().await? {
            output.received = progress.received(piece.len());
            size.received(output.received)?;
            match &mut decoder {
                None => output.write(&piece)?,
                Some(decoder) => output.write_decoded(decoder, &piece).await?,
            }
            while output.receiver.is_full() {
                tokio::time::sleep(FULL_FOR).await;
                self.heard = Instant::now();
            }
        }
        if has_body {
            self.is_whole(announced, output.received)?;
        }
        if self.has_one_end(output.received) {
            self.give_back().await;
        }
        if let Some(decoder) = decoder.filter(|_| has_body) {
            decoder.finish()?;
        }
        if has_body && output.handed_on == 0 {
            output.write(&[])?;
        }
        output.receiver.finish()
    }

    /// A reset with NO_ERROR ends a body of HTTP/2 as its end does, as far as hyper tells; but it cuts what did not end
    /// before (RFC 9113 section 8.1).
    fn is_whole(&self, announced: Option<u64>, received: u64) -> Result<(), Failure> {
        let incomplete = |why: &str| incomplete_because(FailureKind::Connection, why);
        let has_ended = self.head.version != HTTP_2 || self.body.is_end_stream();
        match announced {
            Some(length) if length != received => Err(incomplete(&format!(
                "it has {received} bytes, and the server announced {length}"
            ))),
            _ if !has_ended => Err(incomplete("the server reset its stream before the end")),
            _ => Ok(()),
        }
    }

    /// The connection is free for others, at once as a rule. One that still takes in the request's body holds up nobody.
    async fn give_back(&mut self) {
        if let Some(lease) = self.lease.take().filter(|lease| !lease.is_shared()) {
            let giving = tokio::spawn(lease.give_back());
            let _ = tokio::time::timeout(GIVING_BACK, giving).await;
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            let frame = self.body.frame();
            let frame = match self.read_timeout {
                None => frame.await,
                Some(limit) => tokio::time::timeout(limit, frame)
                    .await
                    .map_err(|_| silent(limit, "in the middle of the body"))?,
            };
            self.heard = Instant::now();
            match frame {
                None => return Ok(None),
                // Trailers say nothing that anybody asks for.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => return Err(incomplete(&error)),
            }
        }
    }

    /// What the server says to send: chunks make a Content-Length void (RFC 9112 section 6.3).
    fn announced_length(&self) -> Option<u64> {
        let given = self
            .head
            .header("content-length")
            .filter(|_| !self.is_chunked())
            .and_then(|length| length.trim().parse().ok());
        given.or_else(|| self.body.size_hint().exact().filter(|length| *length > 0))
    }

    fn is_chunked(&self) -> bool {
        self.head.header("transfer-encoding").is_some()
    }

    fn has_one_end(&self, received: u64) -> bool {
        !self.is_chunked() || have_no_other_length(&self.head.lines, received)
    }

    fn codings(&self, rules: Rules) -> Vec<Coding> {
        let lines = self.head.lines.iter();
        let values = lines
            .filter(|(name, _)| rules.decode && name.eq_ignore_ascii_case("content-encoding"))
            .map(|(_, value)| value.as_str());
        Coding::list(values)
    }
}

/// How much may come, with what is there already.
#[derive(Clone, Copy)]
pub(super) struct Size {
    limit: Option<u64>,
    /// Bytes of the file that came before this body.
    before: u64,
    /// What the file has at least.
    total: u64,
}

impl Size {
    /// `span` is the place of a body that is the rest of a file.
    pub(super) fn new(limit: Option<u64>, span: Option<Span>) -> Self {
        Self {
            limit,
            before: span.map_or(0, |span| span.first),
            total: span.map_or(0, |span| span.total.unwrap_or(span.last + 1)),
        }
    }

    fn announced(self, length: u64) -> Result<(), Failure> {
        let whole = self.before.saturating_add(length).max(self.total);
        within(self.limit, whole, "announces")
    }

    fn received(self, length: u64) -> Result<(), Failure> {
        let whole = self.before.saturating_add(length);
        within(self.limit, whole, "has at least")
    }
}

/// Where decoded bytes are counted.
struct Output<'a> {
    receiver: &'a mut dyn Receiver,
    limit: Option<u64>,
    received: u64,
    handed_on: u64,
}

impl Output<'_> {
    fn write(&mut self, piece: &[u8]) -> Result<(), Failure> {
        self.handed_on += piece.len() as u64;
        self.receiver.write(piece)
    }

    /// A few bytes can become gigabytes: other tasks and time limits have their turn in between.
    async fn write_decoded(
        &mut self,
        decoder: &mut Decoder,
        mut input: &[u8],
    ) -> Result<(), Failure> {
        loop {
            let Some(piece) = decoder.step(&mut input)? else {
                return Ok(());
            };
            if !piece.is_empty() {
                let size = self.handed_on + piece.len() as u64;
                within(self.limit, size, "has, decompressed, at least")?;
                self.write(piece)?;
            }
            self.is_honest(decoder.made())?;
            tokio::task::yield_now().await;
        }
    }

    fn is_honest(&self, made: u64) -> Result<(), Failure> {
        if self.limit.is_some() || made <= LARGEST_DECODED || made / LARGEST_RATIO <= self.received
        {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::BodySizeLimit,
            format!(
                "{} bytes became more than a GiB when decompressed, as no honest body does: set body_size_limit to allow it",
                self.received
            ),
        ))
    }
}

fn within(limit: Option<u64>, size: u64, verb: &str) -> Result<(), Failure> {
    match limit {
        Some(limit) if size > limit => Err(Failure::new(
            FailureKind::BodySizeLimit,
            format!("the body {verb} {size} bytes, and body_size_limit is {limit}"),
        )),
        _ => Ok(()),
    }
}

pub(crate) fn incomplete(error: &hyper::Error) -> Failure {
    let failure = told(error);
    incomplete_because(failure.kind, &failure.message)
}

fn incomplete_because(kind: FailureKind, why: &str) -> Failure {
    Failure::new(kind, format!("the body is incomplete: {why}")).because(Cause::BodyIncomplete)
}
