//! Destination of a response body: memory, a file, events, or pieces.

use std::path::PathBuf;
use std::pin::Pin;

use godot_rustls_http::body_sink::{BodySink, Resumption};
use godot_rustls_http::download::FileSink;
use godot_rustls_http::error::FetchError;
use godot_rustls_http::range::Partial;
use godot_rustls_http::request::FetchRequest;
use godot_rustls_http::response::ResponseHead;
use godot_rustls_http::server_sent_events::Events;
use godot_rustls_runtime::event_queue::EventSender;

use super::stream_part::StreamPart;
use crate::runtime::packed_bytes::Bytes;

/// Where a script wants a body.
#[derive(Default)]
pub(crate) struct BodyTarget {
    /// In a file, unless it comes in parts.
    pub(crate) file: Option<File>,
    /// In parts, while it arrives.
    pub(crate) parts: Parts,
}

/// How a body is delivered while it arrives.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Parts {
    /// Not at all.
    #[default]
    None,
    /// As events, if it is a stream of events.
    Events,
    /// In pieces, if the response is a success.
    Chunks,
}

impl BodyTarget {
    pub(super) fn has_parts(&self) -> bool {
        self.parts != Parts::None
    }
}

/// A file to write a body to.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// Continues an earlier download, and lets a later one continue this one.
    pub(crate) resume: bool,
}

impl File {
    fn sink(self, request: &FetchRequest) -> FileSink {
        if self.resume {
            FileSink::resuming(self.path, request)
        } else {
            FileSink::whole(self.path)
        }
    }
}

/// Destination of one body.
pub(super) struct Destination {
    file: Option<FileSink>,
    parts: Parts,
    sender: EventSender<StreamPart>,
    storage: Storage,
    /// A part of the body was sent since this was asked last.
    has_sent: bool,
}

enum Storage {
    Memory(Bytes),
    File,
    Events(Events),
    Chunks,
}

impl Destination {
    pub(super) fn new(
        request: &FetchRequest,
        target: BodyTarget,
        sender: EventSender<StreamPart>,
    ) -> Self {
        Self {
            file: target.file.map(|file| file.sink(request)),
            parts: target.parts,
            sender,
            storage: Storage::Memory(Bytes::new()),
            has_sent: false,
        }
    }

    pub(super) fn into_memory(self) -> Bytes {
        match self.storage {
            Storage::Memory(bytes) => bytes,
            Storage::File | Storage::Events(_) | Storage::Chunks => Bytes::new(),
        }
    }

    fn storage_for(&self, head: &ResponseHead, length: Option<u64>) -> Storage {
        match self.parts {
            Parts::Events if head.status == 200 && is_event_stream(head) => {
                return Storage::Events(match &self.storage {
                    Storage::Events(before) => Events::continuing(before),
                    _ => Events::new(),
                });
            }
            // An error page is short, and a script should not take it for what it asked for.
            Parts::Chunks if (200..300).contains(&head.status) => return Storage::Chunks,
            _ => {}
        }
        if self.file.is_some() {
            return Storage::File;
        }
        let mut bytes = Bytes::new();
        bytes.expect(length.unwrap_or_default());
        Storage::Memory(bytes)
    }
}

fn is_event_stream(head: &ResponseHead) -> bool {
    let kind = head.header("content-type").unwrap_or_default();
    kind.get(..17)
        .is_some_and(|kind| kind.eq_ignore_ascii_case("text/event-stream"))
}

impl BodySink for Destination {
    fn begin(&mut self, head: &ResponseHead, length: Option<u64>) -> Result<(), FetchError> {
        self.storage = self.storage_for(head, length);
        if matches!(self.storage, Storage::Events(_) | Storage::Chunks) {
            self.sender.send(StreamPart::Head(Box::new(head.clone())));
        }
        match &mut self.file {
            Some(file) => file.begin(head, length),
            None => Ok(()),
        }
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), FetchError> {
        match &mut self.storage {
            Storage::Memory(bytes) => match bytes.push(piece) {
                true => Ok(()),
                false => Err(FetchError::OutOfMemory),
            },
            Storage::File => match &mut self.file {
                Some(file) => file.write(piece),
                None => Ok(()),
            },
            Storage::Events(events) => {
                let (sender, has_sent) = (&self.sender, &mut self.has_sent);
                let pushed = events.push(piece, &mut |event| {
                    *has_sent = true;
                    sender.send(StreamPart::Event(event));
                });
                sender.set_retry(events.retry());
                Ok(pushed?)
            }
            // Stands for a body without a byte.
            Storage::Chunks if piece.is_empty() => Ok(()),
            Storage::Chunks => {
                let mut chunk = Bytes::new();
                chunk.expect(piece.len() as u64);
                if !chunk.push(piece) {
                    return Err(FetchError::OutOfMemory);
                }
                self.has_sent = true;
                self.sender.send(StreamPart::Chunk(chunk));
                Ok(())
            }
        }
    }

    fn until_ready(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        if !self.sender.is_full() {
            return None;
        }
        Some(Box::pin(self.sender.until_taken()))
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        match (&mut self.storage, &mut self.file) {
            (Storage::Memory(bytes), _) => {
                bytes.trim();
                Ok(())
            }
            (Storage::File, Some(file)) => file.finish(),
            (Storage::File, None) | (Storage::Events(_) | Storage::Chunks, _) => Ok(()),
        }
    }

    fn restart(&mut self) -> bool {
        let can_restart = match &self.storage {
            Storage::Memory(_) | Storage::File => true,
            Storage::Events(_) => false,
            Storage::Chunks => !self.has_sent,
        };
        can_restart && self.file.as_mut().is_none_or(BodySink::restart)
    }

    fn resumption(&mut self) -> Option<Resumption> {
        let Storage::Events(events) = &self.storage else {
            return None;
        };
        Some(Resumption {
            last_event_id: events.last_id().to_owned(),
            retry: events.retry(),
            has_received: std::mem::take(&mut self.has_sent),
        })
    }

    fn partial(&self) -> Option<&Partial> {
        self.file.as_ref().and_then(BodySink::partial)
    }

    fn forget_partial(&mut self) {
        if let Some(file) = &mut self.file {
            file.forget_partial();
        }
    }
}
