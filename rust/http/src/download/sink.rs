//! Receiver that writes a body to a file, as the response allows.

use std::path::PathBuf;

use http::Method;

use super::Download;
use crate::body::off_the_runtime;
use crate::body_sink::BodySink;
use crate::error::{DownloadError, FetchError};
use crate::range::validator::validator_of;
use crate::range::{ContentRange, Partial, RangeReply, is_coded};
use crate::request::FetchRequest;
use crate::response::ResponseHead;

/// Receiver that saves a body, and continues what an interrupted download left.
pub struct FileSink {
    target: PathBuf,
    /// The URL of the body; `None` if the download cannot be continued.
    url: Option<String>,
    partial: Option<Partial>,
    mode: WriteMode,
    /// Opened by the first piece: a response without a body writes no file.
    download: Option<Download>,
    received: u64,
}

/// Way to write the body.
enum WriteMode {
    /// The file cannot be continued later.
    Whole,
    /// The file begins anew. With a validator, it can be continued later.
    Anew(Option<String>),
    /// The body follows the bytes that are there.
    Rest(ContentRange),
}

impl FileSink {
    /// Returns a receiver for a file that cannot be continued later.
    pub fn whole(target: PathBuf) -> Self {
        Self {
            target,
            url: None,
            partial: None,
            mode: WriteMode::Whole,
            download: None,
            received: 0,
        }
    }

    /// Returns a receiver for a file that continues an interrupted download and can be continued
    /// itself. That is for GET alone (RFC 9110 section 14.2), and not for requests with a `Range`
    /// of their own.
    pub fn resuming(target: PathBuf, order: &FetchRequest) -> Self {
        let is_ranged = ["range", "if-range"]
            .iter()
            .any(|name| order.fields.has(name));
        if order.method != Method::GET || is_ranged {
            return Self::whole(target);
        }
        let url = order.url.to_string();
        Self {
            partial: Partial::find(&target, &url),
            url: Some(url),
            ..Self::whole(target)
        }
    }

    /// Returns how to write the body. Only a complete and unencoded representation can be continued
    /// later.
    fn mode(&self, head: &ResponseHead) -> WriteMode {
        if let Some(RangeReply::Rest(range)) =
            self.partial.as_ref().map(|partial| partial.judge(head))
        {
            return WriteMode::Rest(range);
        }
        if self.url.is_some() && head.status == 200 && !is_coded(head) {
            let validator = validator_of(
                head.header("etag"),
                head.header("last-modified"),
                head.header("date"),
            );
            return WriteMode::Anew(validator);
        }
        WriteMode::Whole
    }

    fn open(&self) -> Result<Download, DownloadError> {
        let Some(url) = &self.url else {
            return Download::open(&self.target);
        };
        let (validator, continue_at) = match &self.mode {
            WriteMode::Whole => return Download::open(&self.target),
            WriteMode::Anew(validator) => (validator.as_deref(), None),
            // A response of the same version need not name it.
            WriteMode::Rest(range) => (
                self.partial
                    .as_ref()
                    .map(|partial| partial.validator.as_str()),
                Some(range.first),
            ),
        };
        Download::resumable(&self.target, url, validator, continue_at)
    }
}

impl BodySink for FileSink {
    fn begin(&mut self, head: &ResponseHead, _: Option<u64>) -> Result<(), FetchError> {
        if head.status == 200 && is_coded(head) {
            // The whole body arrives, so the bytes that are there are not needed.
            self.forget_partial();
        }
        self.mode = self.mode(head);
        self.received = 0;
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        self.received += piece.len() as u64;
        if let WriteMode::Rest(range) = &self.mode {
            range.has_room_for(self.received)?;
        }
        off_the_runtime(|| {
            let mut download = match self.download.take() {
                Some(open) => open,
                None => self.open()?,
            };
            let written = download.write(piece);
            self.download = Some(download);
            Ok(written?)
        })
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        if let WriteMode::Rest(range) = &self.mode {
            range.ends_with(self.received)?;
        }
        match self.download.take() {
            Some(download) => Ok(off_the_runtime(|| download.finish())?),
            None => Ok(()),
        }
    }

    fn restart(&mut self) -> bool {
        off_the_runtime(|| {
            // Dropping it keeps the files that a later request continues.
            self.download = None;
            let url = self.url.as_deref();
            self.partial = url.and_then(|url| Partial::find(&self.target, url));
        });
        true
    }

    fn partial(&self) -> Option<&Partial> {
        self.partial.as_ref()
    }

    fn forget_partial(&mut self) {
        if self.partial.take().is_some() {
            off_the_runtime(|| Partial::forget(&self.target));
        }
    }
}
