//! Receiving of a response body: counted, decoded and passed to its sink.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Response};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Bytes, Incoming};
use tokio::time::{Instant, timeout};

use super::body_budget::{BodyBudget, BoundedWriter};
use super::liveness::suspect_after;
use crate::body_sink::BodySink;
use crate::decode::{Coding, Decoder};
use crate::error::{BodyCut, FetchError, Silence};
use crate::headers::have_no_other_length;
use crate::hyper_error::cut_by;
use crate::pool::Lease;
use crate::progress::Progress;
use crate::redirect::location;
use crate::request::FetchLimits;
use crate::response::{HTTP_2, ResponseHead};
use godot_rustls_net::phase::Phase;

/// Bytes of a redirect's body that are read so that its connection can be reused, and the time for
/// that. The next URL is known already.
const MAX_DRAINED: u64 = 64 * 1024;
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// Time to wait until the connection is back in the pool, so that the next request finds it there.
const RELEASE_TIMEOUT: Duration = Duration::from_millis(20);

pub(super) struct ResponseBody {
    pub(super) head: ResponseHead,
    /// The target of a redirect.
    pub(super) location: Option<String>,
    body: Incoming,
    read_timeout: Option<Duration>,
    /// The time of the last frame; `None` while the body waits for the sink and not for the server.
    last_activity: Option<Instant>,
    /// Closes the connection when it is dropped with the response, because unread bytes are in the
    /// way.
    lease: Option<Lease>,
}

impl Drop for ResponseBody {
    /// Removes the shared connection from the pool if the server was silent.
    fn drop(&mut self) {
        let suspect = suspect_after(self.read_timeout);
        let is_silent = self
            .last_activity
            .is_some_and(|last| last.elapsed() >= suspect);
        if let Some(lease) = self.lease.as_ref().filter(|_| is_silent) {
            lease.retire();
        }
    }
}

impl ResponseBody {
    pub(super) fn new(
        head: ResponseHead,
        response: Response<Incoming>,
        read_timeout: Option<Duration>,
        lease: Lease,
    ) -> Self {
        Self {
            location: location(head.status, response.headers()),
            head,
            body: response.into_body(),
            read_timeout,
            last_activity: Some(Instant::now()),
            lease: Some(lease),
        }
    }

    /// Reads and ignores a short body.
    pub(super) async fn drain(mut self) {
        let length = self.body.size_hint().upper();
        if length.is_some_and(|length| length <= MAX_DRAINED) {
            let rest = async { while let Ok(Some(_)) = self.next().await {} };
            if timeout(DRAIN_TIMEOUT, rest).await.is_ok() {
                self.release().await;
            }
        }
    }

    /// Receives the body and passes it to the sink.
    pub(super) async fn receive(
        mut self,
        method: &Method,
        limits: FetchLimits,
        budget: BodyBudget,
        progress: &Arc<Progress>,
        sink: &mut dyn BodySink,
    ) -> Result<(), FetchError> {
        let announced = self.announced_length();
        progress.begin_download(announced);
        progress.phase.set(Phase::Body);
        let has_body = *method != Method::HEAD && !matches!(self.head.status, 204 | 304);
        if has_body {
            budget.check_announced(announced.unwrap_or_default())?;
        }
        let mut decoder = Decoder::new(&self.codings(limits));
        let known = announced.filter(|_| has_body && decoder.is_none());
        sink.begin(&self.head, known)?;
        let mut writer = BoundedWriter::new(sink, budget);
        while has_body && let Some(piece) = self.next().await? {
            writer.received = progress.received(piece.len());
            budget.check_received(writer.received)?;
            self.last_activity = None;
            match &mut decoder {
                None => writer.write_when_ready(&piece).await?,
                Some(decoder) => writer.write_decoded(decoder, &piece).await?,
            }
            self.last_activity = Some(Instant::now());
        }
        if has_body {
            self.check_whole(announced, writer.received)?;
        }
        if self.has_one_end(writer.received) {
            self.release().await;
        }
        if let Some(decoder) = decoder.filter(|_| has_body) {
            decoder.finish()?;
        }
        if has_body && writer.written == 0 {
            writer.write(&[])?;
        }
        writer.sink.finish()
    }

    /// Checks that the body is complete. hyper reports a reset with NO_ERROR as the end of a body,
    /// also if the reset cuts the body (RFC 9113 section 8.1).
    fn check_whole(&self, announced: Option<u64>, received: u64) -> Result<(), BodyCut> {
        let has_ended = self.head.version != HTTP_2 || self.body.is_end_stream();
        match announced {
            Some(announced) if announced != received => Err(BodyCut::Length {
                received,
                announced,
            }),
            _ if !has_ended => Err(BodyCut::StreamReset),
            _ => Ok(()),
        }
    }

    /// Returns the connection to the pool. That takes no time as a rule; a connection that still
    /// sends the request's body is not waited for.
    async fn release(&mut self) {
        if let Some(lease) = self.lease.take().filter(|lease| !lease.is_shared()) {
            let release = tokio::spawn(lease.release());
            let _ = timeout(RELEASE_TIMEOUT, release).await;
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        loop {
            let frame = self.body.frame();
            let frame = match self.read_timeout {
                None => frame.await,
                Some(limit) => {
                    let silence = Silence::InBody;
                    timeout(limit, frame)
                        .await
                        .map_err(|_| FetchError::ReadTimeout { limit, silence })?
                }
            };
            self.last_activity = Some(Instant::now());
            match frame {
                None => return Ok(None),
                // Trailers are ignored.
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => return Err(cut_by(&error).into()),
            }
        }
    }

    /// Returns the length that the server announces: chunks make a Content-Length void (RFC 9112
    /// section 6.3).
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

    fn codings(&self, limits: FetchLimits) -> Vec<Coding> {
        let lines = self.head.lines.iter();
        let values = lines
            .filter(|(name, _)| limits.decode && name.eq_ignore_ascii_case("content-encoding"))
            .map(|(_, value)| value.as_str());
        Coding::list(values)
    }
}
