//! The file that a body goes to, chosen by what the answer is.

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

/// Saves the body of an answer, and goes on with what an earlier attempt left.
pub struct FileSink {
    target: PathBuf,
    /// Whose body it is; none where nothing is gone on with.
    url: Option<String>,
    partial: Option<Partial>,
    mode: WriteMode,
    /// Opened by the first piece, which an answer without a body does not have.
    download: Option<Download>,
    received: u64,
}

/// What becomes of the body.
enum WriteMode {
    /// It is of use when it is whole.
    Whole,
    /// It begins anew, and can be gone on with by its version.
    Anew(Option<String>),
    /// It follows what is there.
    Rest(ContentRange),
}

impl FileSink {
    /// A file that is of no use until it is whole.
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

    /// A file that a later attempt can go on with, and that goes on with what an earlier one left. Ranges are for GET
    /// alone (RFC 9110 section 14.2), and a caller's own are the caller's.
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

    /// Only a whole file that comes as it is can be noted: the rest of anything else would not fit it.
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
            // An answer of the same version need not name it.
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
            // All comes, and nothing of what is there fits it.
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
            // Leaves the part that a resumable download goes on with.
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
