//! The body of a request, in pieces that can be counted.

use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::multipart::Form;
use crate::progress::Progress;

/// Bytes of the largest piece that is given to the connection.
const PIECE: usize = 64 * 1024;

/// Body of a request. A redirect or a retry may send it again.
#[derive(Clone, Default)]
pub enum Content {
    /// No body.
    #[default]
    None,
    /// Bytes in memory.
    Bytes(Bytes),
    /// Fields and files (RFC 7578).
    Form(Arc<Form>),
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.length())
    }
}

impl Content {
    /// Returns the length of the body in bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::None => 0,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Form(form) => form.length(),
        }
    }

    /// Returns the body for one sending, whose bytes `progress` counts.
    pub(super) fn body(&self, progress: &Arc<Progress>) -> Body {
        let left = self.length();
        progress.begin_upload(left);
        let source = match self {
            Self::None => Source::Bytes(Bytes::new()),
            Self::Bytes(bytes) => Source::Bytes(bytes.clone()),
            Self::Form(form) => Source::Reader(Box::new(form.reader())),
        };
        Body {
            source,
            left,
            progress: Arc::clone(progress),
        }
    }
}

/// Body that hyper polls for its pieces.
pub(super) struct Body {
    source: Source,
    left: u64,
    progress: Arc<Progress>,
}

enum Source {
    Bytes(Bytes),
    Reader(Box<dyn Read + Send>),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl Body {
    fn next(&mut self) -> io::Result<Option<Bytes>> {
        let size = usize::try_from(self.left).unwrap_or(PIECE).min(PIECE);
        if size == 0 {
            return Ok(None);
        }
        let piece = match &mut self.source {
            Source::Bytes(bytes) => bytes.split_to(size.min(bytes.len())),
            Source::Reader(reader) => {
                let mut piece = vec![0; size];
                let count = off_the_runtime(|| reader.read(&mut piece))?;
                piece.truncate(count);
                Bytes::from(piece)
            }
        };
        self.left -= piece.len() as u64;
        self.progress.sent(piece.len());
        Ok((!piece.is_empty()).then_some(piece))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Poll::Ready(self.next().transpose().map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Does work that may wait for a disk, while other requests continue on other threads.
pub(super) fn off_the_runtime<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
