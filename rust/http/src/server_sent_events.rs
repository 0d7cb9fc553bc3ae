//! Server-sent events (WHATWG HTML section 9.2): the parser of `text/event-stream` bodies.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;

/// Bytes of the longest line and of the data of the largest event. Without a limit a server could
/// fill the memory.
const MAX: usize = 1024 * 1024;

/// Bytes of the longest id. Every event has a copy of it.
const MAX_ID: usize = 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The type: "message" unless the server names one.
    pub kind: String,
    /// The `data` lines, joined by line feeds.
    pub data: String,
    /// The last id that the server sent, with this event or before.
    pub id: String,
}

/// Parser of one stream. After a failure it cannot be used again.
#[derive(Debug, Default)]
pub struct Events {
    /// The received part of an incomplete line.
    line: Vec<u8>,
    /// True if a carriage return ended the last line: a line feed directly after it belongs to it.
    is_after_return: bool,
    is_after_first_line: bool,
    kind: String,
    data: String,
    id: String,
    /// The id of the last complete block.
    last_id: String,
    retry: Option<u64>,
}

impl Events {
    /// Returns a parser at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a parser at the start of a stream that continues another one.
    pub fn continuing(other: &Self) -> Self {
        Self {
            id: other.last_id.clone(),
            last_id: other.last_id.clone(),
            retry: other.retry,
            ..Self::default()
        }
    }

    /// Parses the next bytes, and passes on the events that they complete, one after another. An
    /// incomplete block at the end of a stream is no event.
    pub fn push(
        &mut self,
        mut bytes: &[u8],
        hand_out: &mut dyn FnMut(Event),
    ) -> Result<(), EventError> {
        loop {
            if self.is_after_return && !bytes.is_empty() {
                self.is_after_return = false;
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &bytes[..end.unwrap_or(bytes.len())];
            if self.line.len() + part.len() > MAX {
                return Err(EventError::of(EventPart::Line));
            }
            self.line.extend_from_slice(part);
            let Some(end) = end else {
                return Ok(());
            };
            self.is_after_return = bytes[end] == b'\r';
            bytes = &bytes[end + 1..];
            if let Some(event) = self.end_line()? {
                hand_out(event);
            }
        }
    }

    /// Returns the milliseconds that the server asks a client to wait before it reconnects, if it
    /// said so.
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// Returns the id with which a client requests the events that follow. The id of an incomplete
    /// event does not count: that event has to be sent again.
    pub fn last_id(&self) -> &str {
        &self.last_id
    }

    fn end_line(&mut self) -> Result<Option<Event>, EventError> {
        let line = std::mem::take(&mut self.line);
        let mut line = line.as_slice();
        if !self.is_after_first_line {
            self.is_after_first_line = true;
            line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        }
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.kind),
            "data" => {
                if self.data.len() + value.len() > MAX {
                    return Err(EventError::of(EventPart::Data));
                }
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if value.len() > MAX_ID => return Err(EventError::of(EventPart::Id)),
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().or(self.retry);
            }
            // Comments have an empty name. Unknown fields are ignored too.
            _ => {}
        }
        Ok(None)
    }

    fn dispatch(&mut self) -> Option<Event> {
        let kind = std::mem::take(&mut self.kind);
        let mut data = std::mem::take(&mut self.data);
        self.last_id.clone_from(&self.id);
        // A block without a data line is no event.
        data.pop()?;
        Some(Event {
            kind: if kind.is_empty() {
                "message".to_owned()
            } else {
                kind
            },
            data,
            id: self.id.clone(),
        })
    }
}

/// Part of an event stream whose size is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventPart {
    /// One line.
    Line,
    /// The data of one event.
    Data,
    /// The id of one event.
    Id,
}

/// Part of an event stream that exceeds its limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError {
    /// The part.
    pub part: EventPart,
    /// The limit in bytes.
    pub limit: usize,
}

impl EventError {
    fn of(part: EventPart) -> Self {
        let limit = match part {
            EventPart::Line | EventPart::Data => MAX,
            EventPart::Id => MAX_ID,
        };
        Self { part, limit }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = match self.part {
            EventPart::Line => "a line",
            EventPart::Data => "an event",
            EventPart::Id => "an id",
        };
        write!(
            f,
            "the event stream has {part} of more than {} bytes: the server must send smaller ones",
            self.limit
        )
    }
}

impl Error for EventError {}
