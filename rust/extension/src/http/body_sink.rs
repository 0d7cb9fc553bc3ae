//! Destination of a response body: memory, a file, or events.

use std::path::PathBuf;
use std::pin::Pin;

use godot_rustls_http::body_sink::BodySink;
use godot_rustls_http::download::FileSink;
use godot_rustls_http::error::FetchError;
use godot_rustls_http::range::Partial;
use godot_rustls_http::request::FetchRequest;
use godot_rustls_http::response::ResponseHead;
use godot_rustls_http::server_sent_events::{Event, Events};
use godot_rustls_runtime::event_queue::{self, EventSender, MAX_FLOOD};

use crate::runtime::packed_bytes::Bytes;

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
pub(crate) struct Destination {
    file: Option<FileSink>,
    events: Option<EventSender<ServerEvent>>,
    storage: Storage,
}

enum Storage {
    Memory(Bytes),
    File,
    Events(Events),
}

impl Destination {
    pub(crate) fn new(
        request: &FetchRequest,
        file: Option<File>,
        events: Option<EventSender<ServerEvent>>,
    ) -> Self {
        Self {
            file: file.map(|file| file.sink(request)),
            events,
            storage: Storage::Memory(Bytes::new()),
        }
    }

    pub(super) fn into_memory(self) -> Bytes {
        match self.storage {
            Storage::Memory(bytes) => bytes,
            Storage::File | Storage::Events(_) => Bytes::new(),
        }
    }

    fn storage_for(&self, head: &ResponseHead, length: Option<u64>) -> Storage {
        let kind = head.header("content-type").unwrap_or_default();
        let is_stream = kind
            .get(..17)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("text/event-stream"));
        if self.events.is_some() && is_stream && head.status == 200 {
            return Storage::Events(Events::new());
        }
        if self.file.is_some() {
            return Storage::File;
        }
        let mut bytes = Bytes::new();
        bytes.expect(length.unwrap_or_default());
        Storage::Memory(bytes)
    }
}

impl BodySink for Destination {
    fn begin(&mut self, head: &ResponseHead, length: Option<u64>) -> Result<(), FetchError> {
        self.storage = self.storage_for(head, length);
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
                let sender = self.events.as_ref();
                if sender.is_some_and(EventSender::is_flooded) {
                    return Err(FetchError::EventsNotTaken { limit: MAX_FLOOD });
                }
                let pushed = events.push(piece, &mut |event| {
                    if let Some(sender) = sender {
                        sender.send(ServerEvent(event));
                    }
                });
                if let Some(sender) = sender {
                    sender.set_retry(events.retry());
                }
                Ok(pushed?)
            }
        }
    }

    fn until_ready(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let events = self.events.as_ref().filter(|events| events.is_full())?;
        Some(Box::pin(events.until_taken()))
    }

    fn finish(&mut self) -> Result<(), FetchError> {
        match (&mut self.storage, &mut self.file) {
            (Storage::Memory(bytes), _) => {
                bytes.trim();
                Ok(())
            }
            (Storage::File, Some(file)) => file.finish(),
            (Storage::File, None) | (Storage::Events(_), _) => Ok(()),
        }
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

/// A server-sent event in its queue.
pub(crate) struct ServerEvent(pub(super) Event);

impl event_queue::Event for ServerEvent {
    fn bytes(&self) -> usize {
        let Self(event) = self;
        event.kind.len() + event.data.len() + event.id.len()
    }
}
