//! The spelling of header field names in HTTP/1.1, in both directions, and the order of a
//! response's lines. hyper keeps neither. Names are case-insensitive (RFC 9110 section 5.1), yet
//! scripts and old servers compare them.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::head_limits::{HeadRefused, MAX_HEAD, MAX_HEADERS, MAX_INTERIM};
use crate::head_lines;
use crate::headers::{HeaderLine, lossy};
use godot_rustls_net::transport::Transport;

/// Lines of a head: the status line and the fields.
const MAX_LINES: usize = 1 + MAX_HEADERS;

/// The end of a head.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// Record of one exchange.
#[derive(Debug, Default)]
pub(super) struct HeaderCapture {
    /// The spellings of the request's names, until its head was written.
    spellings: Option<Vec<String>>,
    /// The received part of the response head, while it is awaited.
    head: Option<Vec<u8>>,
    /// Line ends in the received part. More of them than a head can have refuse it before hyper
    /// counts the fields.
    line_ends: usize,
    /// Number of interim responses before it, and their size in bytes.
    interim: (usize, usize),
    /// The lines of the response's head.
    lines: Option<Vec<HeaderLine>>,
    /// True once bytes of a response or of an interim response arrived.
    has_begun: bool,
    /// True if anything arrived since the last call of [`SharedCapture::was_heard`].
    was_heard: bool,
}

/// Record of a connection, which carries one exchange at a time.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedCapture(Arc<Mutex<HeaderCapture>>);

impl SharedCapture {
    /// Begins the record of a request with these names.
    pub(super) fn begin(&self, spellings: Vec<String>) {
        *self.lock() = HeaderCapture {
            spellings: Some(spellings),
            head: Some(Vec::new()),
            ..HeaderCapture::default()
        };
    }

    /// Returns whether a byte of the response arrived.
    pub(super) fn has_begun(&self) -> bool {
        self.lock().has_begun
    }

    /// Returns whether anything arrived since the last call.
    pub(super) fn was_heard(&self) -> bool {
        std::mem::take(&mut self.lock().was_heard)
    }

    /// Takes the lines of the response.
    pub(super) fn take_lines(&self) -> Option<Vec<HeaderLine>> {
        self.lock().lines.take()
    }

    fn lock(&self) -> MutexGuard<'_, HeaderCapture> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeaderCapture {
    /// Returns the request head at the start of `data` with the names as they were given. hyper
    /// writes a head at once.
    fn respell(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        let spellings = self.spellings.take()?;
        let end = data
            .windows(BLANK_LINE.len())
            .position(|four| four == BLANK_LINE)?;
        let mut head = data[..end + BLANK_LINE.len()].to_vec();
        let mut at = 0;
        while let Some(length) = head[at..].iter().position(|byte| *byte == b'\n') {
            let next = at + length + 1;
            let line = &mut head[at..next];
            let given = line
                .iter()
                .position(|byte| *byte == b':')
                .and_then(|colon| {
                    spellings
                        .iter()
                        .find(|name| name.as_bytes().eq_ignore_ascii_case(&line[..colon]))
                });
            // The request line never matches: methods have no colon, and what follows them is no
            // token.
            if let Some(name) = given {
                line[..name.len()].copy_from_slice(name.as_bytes());
            }
            at = next;
        }
        Some(head)
    }

    /// Looks for a complete head in received bytes. Interim responses (1xx) are skipped. Returns an
    /// error for a head that hyper must not see.
    fn read(&mut self, data: &[u8]) -> io::Result<()> {
        self.was_heard |= !data.is_empty();
        self.has_begun |= !data.is_empty();
        let Some(head) = &mut self.head else {
            return Ok(());
        };
        // An incomplete head is not parsed, and its beginning is not searched again, however slowly
        // it arrives.
        let fresh = head.len().saturating_sub(2);
        head.extend_from_slice(data);
        self.line_ends += line_ends(data);
        let fresh = &head[fresh..];
        let has_end = fresh.windows(2).any(|two| two == b"\n\n")
            || fresh.windows(3).any(|three| three == b"\n\r\n");
        if !has_end && head.len() < MAX_HEAD && self.line_ends <= MAX_LINES {
            return Ok(());
        }
        let mut begin = 0;
        while let Some((status, length, lines)) = parse(&head[begin..])? {
            if length > MAX_HEAD {
                return Err(HeadRefused::TooLong.into());
            }
            head_lines::check(&head[begin..begin + length]).map_err(HeadRefused::Malformed)?;
            if !(100..200).contains(&status) || status == 101 {
                self.lines = Some(lines);
                self.head = None;
                return Ok(());
            }
            let (count, bytes) = &mut self.interim;
            *count += 1;
            *bytes += length;
            if *count > MAX_INTERIM || *bytes > MAX_HEAD {
                return Err(HeadRefused::TooManyInterim.into());
            }
            begin += length;
        }
        head.drain(..begin);
        self.line_ends = line_ends(head);
        if head.len() >= MAX_HEAD || self.line_ends > MAX_LINES {
            return Err(HeadRefused::TooLong.into());
        }
        Ok(())
    }
}

fn line_ends(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// Returns status, length and lines of a complete head; `None` for one that is incomplete or that
/// hyper refuses.
fn parse(head: &[u8]) -> Result<Option<(u16, usize, Vec<HeaderLine>)>, HeadRefused> {
    let mut fields = vec![httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut fields);
    let mut config = httparse::ParserConfig::default();
    // The same settings as hyper's.
    config
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true);
    let length = match config.parse_response(&mut response, head) {
        Ok(httparse::Status::Complete(length)) => length,
        Err(httparse::Error::TooManyHeaders) => return Err(HeadRefused::TooLong),
        Ok(httparse::Status::Partial) | Err(_) => return Ok(None),
    };
    let lines = response
        .headers
        .iter()
        .map(|field| (field.name.to_owned(), unfolded(lossy(field.value))));
    let lines = lines.collect();
    Ok(response.code.map(|code| (code, length, lines)))
}

/// Joins a value that an old server folded over several lines (RFC 9112 section 5.2): scripts split
/// at line breaks.
fn unfolded(value: String) -> String {
    if value.contains(['\r', '\n']) {
        let parts = value.split(['\r', '\n']).map(str::trim);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        parts.join(" ")
    } else {
        value
    }
}

/// Transport that records heads.
pub(super) struct Wire {
    transport: Transport,
    capture: SharedCapture,
    /// A respelled head that is not written completely yet.
    head: Vec<u8>,
}

impl Wire {
    pub(super) fn new(transport: Transport, capture: SharedCapture) -> Self {
        Self {
            transport,
            capture,
            head: Vec::new(),
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.transport).poll_read(context, buffer))?;
        Poll::Ready(self.capture.lock().read(&buffer.filled()[before..]))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let me = &mut *self;
        if me.head.is_empty() {
            me.head = me.capture.lock().respell(data).unwrap_or_default();
        }
        if me.head.is_empty() {
            return Pin::new(&mut me.transport).poll_write(context, data);
        }
        // The respelled head has the same length, so the counts are the same.
        let count = ready!(Pin::new(&mut me.transport).poll_write(context, &me.head))?;
        me.head.drain(..count);
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_keeps_the_spelling_of_its_names_and_its_length() {
        let mut capture = HeaderCapture {
            spellings: Some(vec!["X-API-key".to_owned(), "get /".to_owned()]),
            ..HeaderCapture::default()
        };
        let sent =
            b"GET /a:b HTTP/1.1\r\nX-Api-Key: x-api-key: 1\r\nHost: x\r\n\r\nX-Api-Key: body";
        let head = capture.respell(sent).unwrap();
        assert_eq!(
            head,
            b"GET /a:b HTTP/1.1\r\nX-API-key: x-api-key: 1\r\nHost: x\r\n\r\n"
        );
        assert!(capture.respell(sent).is_none(), "once for each request");
    }

    #[test]
    fn a_response_keeps_its_lines_however_they_arrive() {
        let answer = b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200 OK\nX-oDD: 1\r\nx-odd:  2 \nBad: \xff\n\nbody";
        let other_end = [&answer[..answer.len() - 6], b"\r\n\r\nbody"].concat();
        for (answer, size) in [
            (&answer[..], 1),
            (answer, 7),
            (answer, 999),
            (&other_end, 1),
            (&other_end, 2),
        ] {
            let mut capture = HeaderCapture {
                head: Some(Vec::new()),
                ..HeaderCapture::default()
            };
            answer
                .chunks(size)
                .try_for_each(|chunk| capture.read(chunk))
                .unwrap();
            let lines = capture.lines.unwrap();
            let lines: Vec<_> = lines
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            assert_eq!(lines, [("X-oDD", "1"), ("x-odd", "2"), ("Bad", "\u{fffd}")]);
        }
    }

    #[test]
    fn a_folded_line_is_one_line() {
        let mut capture = HeaderCapture {
            head: Some(Vec::new()),
            ..HeaderCapture::default()
        };
        capture
            .read(b"HTTP/1.1 200 OK\r\nX: a\r\n  b\r\n\tc\r\nY: d\r\n\r\n")
            .unwrap();
        let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(capture.lines.unwrap(), [line("X", "a b c"), line("Y", "d")]);
    }

    #[test]
    fn a_head_that_never_ends_is_refused() {
        let mut capture = HeaderCapture {
            head: Some(Vec::new()),
            ..HeaderCapture::default()
        };
        capture.read(b"HTTP/1.1 200 OK\r\n").unwrap();
        let mut pieces = (0..MAX_HEAD / 1024 + 1).map(|_| capture.read(&[b'x'; 1024]));
        assert!(pieces.any(|read| read.is_err()));
    }
}
