//! Content codings: a body that was compressed on its way, decoded piece by piece.
//!
//! Pieces have a bounded size and are handed out as they come, so that whoever takes them can stop a small body
//! that would grow to gigabytes.

mod brotli;
mod gzip;
mod inflate;
mod zstd;

#[cfg(test)]
mod tests;

use crate::diagnosis::Cause;
use crate::http::failure::{Failure, FailureKind};

/// Bytes of the largest piece that is handed out.
pub const PIECE: usize = 64 * 1024;

/// What takes the pieces. Its failure ends the decoding.
pub type Output<'a> = dyn FnMut(&[u8]) -> Result<(), Failure> + 'a;

/// How a body was compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950, and, as some servers send it, RFC 1951 alone.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// RFC 8878, with windows of up to 8 MiB (RFC 9659).
    Zstd,
}

impl Coding {
    /// The coding that a `Content-Encoding` header names. None for what is not decoded here: the body is handed
    /// through. Lists are, as in the engine, and so is "x-gzip".
    pub fn of(header_value: &str) -> Option<Self> {
        let value = header_value.trim();
        [Self::Gzip, Self::Deflate, Self::Brotli, Self::Zstd]
            .into_iter()
            .find(|coding| value.eq_ignore_ascii_case(coding.name()))
    }

    /// The name in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Decodes one body. After a failure it is of no more use.
pub struct Decoder {
    coding: Coding,
    stream: Stream,
    piece: Box<[u8]>,
    /// Any byte came.
    has_begun: bool,
}

enum Stream {
    Gzip(gzip::Gzip),
    Deflate(inflate::Deflate),
    Brotli(brotli::Brotli),
    Zstd(zstd::Zstd),
}

impl Decoder {
    /// A decoder for one body.
    pub fn new(coding: Coding) -> Self {
        Self {
            coding,
            stream: match coding {
                Coding::Gzip => Stream::Gzip(gzip::Gzip::default()),
                Coding::Deflate => Stream::Deflate(inflate::Deflate::default()),
                Coding::Brotli => Stream::Brotli(brotli::Brotli::new()),
                Coding::Zstd => Stream::Zstd(zstd::Zstd::default()),
            },
            piece: vec![0; PIECE].into_boxed_slice(),
            has_begun: false,
        }
    }

    /// Takes the next bytes of the body and hands out what they decode to, in pieces of at most [`PIECE`] bytes.
    ///
    /// What follows the end of the compressed stream is passed over, except further gzip members and zstd frames.
    pub fn decode(&mut self, input: &[u8], output: &mut Output<'_>) -> Result<(), Failure> {
        self.has_begun |= !input.is_empty();
        let piece = &mut self.piece;
        match &mut self.stream {
            Stream::Gzip(stream) => stream.decode(input, piece, output),
            Stream::Deflate(stream) => stream.decode(input, piece, output),
            Stream::Brotli(stream) => stream.decode(input, piece, output),
            Stream::Zstd(stream) => stream.decode(input, piece, output),
        }
    }

    /// The body ended: hands out what was still held back, and fails when the compressed stream is not whole. A body
    /// without a single byte is an empty one: servers name a coding in answers that have no body.
    pub fn finish(mut self, output: &mut Output<'_>) -> Result<(), Failure> {
        if !self.has_begun {
            return Ok(());
        }
        self.decode(&[], output)?;
        let is_whole = match &self.stream {
            Stream::Gzip(stream) => stream.is_whole(),
            Stream::Deflate(stream) => stream.is_whole(),
            Stream::Brotli(stream) => stream.is_whole(),
            Stream::Zstd(stream) => stream.is_whole(),
        };
        if is_whole {
            return Ok(());
        }
        Err(Failure::new(
            FailureKind::Decompress,
            format!(
                "the body ended in the middle of its compressed stream (Content-Encoding: {}): it was cut short on its way",
                self.coding.name()
            ),
        )
        .because(Cause::BodyIncomplete))
    }
}

/// The stream breaks the rules of its coding.
fn broken(coding: Coding, reason: &str) -> Failure {
    Failure::new(
        FailureKind::Decompress,
        format!(
            "the body is not what its header says (Content-Encoding: {}): {reason}",
            coding.name()
        ),
    )
}
