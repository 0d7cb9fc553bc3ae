//! Where the body of an answer goes: memory, a file, or events.

use std::path::PathBuf;

use godot_rustls_core::http::download::{Download, Partial, content_range, validator_of};
use godot_rustls_core::http::events::Events;
use godot_rustls_core::http::exchange::{Head, Receiver};
use godot_rustls_core::http::failure::{Failure, FailureKind};

use super::bytes::Bytes;
use super::event_queue::EventSender;

/// A file that takes a body.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// Goes on where an earlier download ended, and lets a later one go on.
    pub(crate) resume: bool,
    /// Whose body it is.
    pub(crate) url: String,
}

/// What is wanted of a body.
pub(crate) struct Destination {
    file: Option<File>,
    events: Option<EventSender>,
    /// What an earlier download left.
    pub(super) partial: Option<Partial>,
    place: Place,
}

enum Place {
    Memory(Bytes),
    /// Opened by the first byte: an answer without a body makes no file.
    File {
        validator: Option<String>,
        continue_at: Option<u64>,
        download: Option<Download>,
    },
    Events(Events),
}

impl Destination {
    pub(crate) fn new(file: Option<File>, events: Option<EventSender>) -> Self {
        let resumed = file.as_ref().filter(|file| file.resume);
        let partial = resumed.and_then(|file| Partial::find(&file.path, &file.url));
        Self {
            file,
            events,
            partial,
            place: Place::Memory(Bytes::new()),
        }
    }

    pub(super) fn into_memory(self) -> Bytes {
        match self.place {
            Place::Memory(bytes) => bytes,
            Place::File { .. } | Place::Events(_) => Bytes::new(),
        }
    }

    /// The server has nothing to go on with: what was kept is of no use.
    pub(super) fn forget_partial(&mut self) {
        if let (Some(file), Some(_)) = (&self.file, self.partial.take()) {
            Partial::forget(&file.path);
        }
        self.place = Place::Memory(Bytes::new());
    }

    fn place_for(&self, head: &Head, length: Option<u64>) -> Result<Place, Failure> {
        let kind = head.header("content-type").unwrap_or_default();
        let is_stream = kind
            .get(..17)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("text/event-stream"));
        if self.events.is_some() && is_stream && head.status == 200 {
            return Ok(Place::Events(Events::new()));
        }
        if self.file.is_none() {
            let mut bytes = Bytes::new();
            bytes.expect(length.unwrap_or_default());
            return Ok(Place::Memory(bytes));
        }
        let mut continue_at = None;
        if let Some(partial) = self.partial.as_ref().filter(|_| head.status == 206) {
            let begins = head
                .header("content-range")
                .and_then(content_range)
                .map(|(start, ..)| start);
            if begins != Some(partial.length) {
                return Err(Failure::new(
                    FailureKind::Connection,
                    format!(
                        "byte {} was asked for to go on with the download, and the server sent another part: try again without download_resume",
                        partial.length
                    ),
                ));
            }
            continue_at = begins;
        }
        let is_whole = matches!(head.status, 200 | 206);
        let validator = validator_of(head.header("etag"), head.header("last-modified"));
        Ok(Place::File {
            validator: validator.filter(|_| is_whole),
            continue_at,
            download: None,
        })
    }
}

impl Receiver for Destination {
    fn begin(&mut self, head: &Head, length: Option<u64>) -> Result<(), Failure> {
        self.place = self.place_for(head, length)?;
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), Failure> {
        match &mut self.place {
            Place::Memory(bytes) => match bytes.push(piece) {
                true => Ok(()),
                false => Err(Failure::new(
                    FailureKind::BodySizeLimit,
                    "there is no memory for the body: set download_file or body_size_limit",
                )),
            },
            Place::File {
                validator,
                continue_at,
                download,
            } => {
                let open = match (download, &self.file) {
                    (Some(open), _) => open,
                    (none, Some(file)) => {
                        none.insert(open(file, validator.as_deref(), *continue_at)?)
                    }
                    (None, None) => return Ok(()),
                };
                tokio::task::block_in_place(|| open.write(piece))
            }
            Place::Events(events) => {
                let sender = self.events.as_ref();
                events.push(piece, &mut |event| {
                    if let Some(sender) = sender {
                        sender.send(event);
                    }
                })
            }
        }
    }

    fn is_full(&self) -> bool {
        self.events.as_ref().is_some_and(EventSender::is_full)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        match &mut self.place {
            Place::Memory(bytes) => {
                bytes.trim();
                Ok(())
            }
            Place::File { download, .. } => match download.take() {
                Some(download) => tokio::task::block_in_place(|| download.finish()),
                None => Ok(()),
            },
            Place::Events(_) => Ok(()),
        }
    }
}

fn open(
    file: &File,
    validator: Option<&str>,
    continue_at: Option<u64>,
) -> Result<Download, Failure> {
    tokio::task::block_in_place(|| {
        if file.resume {
            Download::resumable(&file.path, &file.url, validator, continue_at)
        } else {
            Download::open(&file.path)
        }
    })
}
