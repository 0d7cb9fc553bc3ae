//! Content codings (RFC 9110 section 8.4): a compressed body is decoded step by step.
//!
//! Each step does a bounded amount of work and produces at most one piece. Between two steps the
//! caller can do other work, and can stop a small body that would grow to gigabytes.

mod brotli;
mod error;
mod gzip;
mod inflate;
mod zstd;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use error::{DecodeError, DecodeProblem};

/// Bytes of the largest piece that is returned.
pub const PIECE: usize = 64 * 1024;

/// Nested codings that a body may have. Each multiplies what a few bytes can grow to.
const MAX_CODINGS: usize = 4;

/// Content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950, or RFC 1951 alone, which some servers send.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// RFC 8878, with windows of up to 8 MiB (RFC 9659).
    Zstd,
}

impl Coding {
    /// Returns the codings that the values of `Content-Encoding` fields list, in the order in which
    /// they were applied (RFC 9110 section 8.4). Returns an empty list if nothing is to be decoded,
    /// because a coding is unknown or there are too many: the body is then passed on as it is.
    pub fn list<'a>(header_values: impl Iterator<Item = &'a str>) -> Vec<Self> {
        let names = header_values
            .flat_map(|value| value.split(','))
            .map(str::trim)
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
        let codings: Option<Vec<_>> = names.map(Self::of).collect();
        codings
            .filter(|codings| codings.len() <= MAX_CODINGS)
            .unwrap_or_default()
    }

    fn of(name: &str) -> Option<Self> {
        // RFC 9110 section 8.4.1.3.
        if name.eq_ignore_ascii_case("x-gzip") {
            return Some(Self::Gzip);
        }
        [Self::Gzip, Self::Deflate, Self::Brotli, Self::Zstd]
            .into_iter()
            .find(|coding| name.eq_ignore_ascii_case(coding.name()))
    }

    /// Returns the name in header fields.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Decoder of one body. After a failure it cannot be used again.
pub(crate) struct Decoder {
    /// The coding that was applied last stands first. Never empty.
    stages: Vec<Stage>,
    /// Bytes that all stages produced.
    made: u64,
}

/// Coding and its last output.
struct Stage {
    coding: Coding,
    stream: Stream,
    piece: Box<[u8]>,
    /// The part of the piece that the next stage has not used yet.
    untaken: Range<usize>,
    /// True once a byte has arrived.
    has_begun: bool,
}

enum Stream {
    Gzip(gzip::Gzip),
    Deflate(inflate::Deflate),
    Brotli(brotli::Brotli),
    Zstd(zstd::Zstd),
}

impl Decoder {
    /// Returns a decoder for one body with these codings, in the order in which they were applied;
    /// `None` without codings.
    pub(crate) fn new(codings: &[Coding]) -> Option<Self> {
        (!codings.is_empty()).then(|| Self {
            stages: codings.iter().rev().copied().map(Stage::new).collect(),
            made: 0,
        })
    }

    /// Decodes the next step from the front of `input`, and removes the bytes that were used.
    /// Returns the output, at most [`PIECE`] bytes and possibly none, or `None` when all input is
    /// decoded.
    ///
    /// Bytes after the end of the compressed stream are ignored, except further gzip members and
    /// zstd frames.
    pub(crate) fn step(&mut self, input: &mut &[u8]) -> Result<Option<&[u8]>, DecodeError> {
        let made = step(&mut self.stages, input, &mut self.made)?;
        Ok(match (made, self.stages.last()) {
            (Some(made), Some(last)) => Some(&last.piece[..made]),
            _ => None,
        })
    }

    /// Returns the number of bytes produced so far, including those between two codings.
    pub(crate) fn made(&self) -> u64 {
        self.made
    }

    /// Returns an error if the body ended within a compressed stream. A body without a single byte
    /// is empty: servers name a coding in responses that have no body.
    pub(crate) fn finish(self) -> Result<(), DecodeError> {
        self.stages.into_iter().try_for_each(Stage::finish)
    }
}

/// Runs one step of the last stage, or of those before it when the last one needs more input.
/// Returns the number of bytes that the last one produced.
fn step(
    stages: &mut [Stage],
    input: &mut &[u8],
    made_by_all: &mut u64,
) -> Result<Option<usize>, DecodeError> {
    let Some((last, before)) = stages.split_last_mut() else {
        return Ok(None);
    };
    let Some(previous) = before.last_mut() else {
        return last.step(input, made_by_all);
    };
    let mut given = &previous.piece[previous.untaken.clone()];
    let made = last.step(&mut given, made_by_all)?;
    previous.untaken.start = previous.untaken.end - given.len();
    if made.is_some() {
        return Ok(made);
    }
    let more = step(before, input, made_by_all)?;
    if let (Some(count), Some(previous)) = (more, before.last_mut()) {
        previous.untaken = 0..count;
    }
    Ok(more.map(|_| 0))
}

impl Stage {
    fn new(coding: Coding) -> Self {
        Self {
            coding,
            stream: match coding {
                Coding::Gzip => Stream::Gzip(gzip::Gzip::default()),
                Coding::Deflate => Stream::Deflate(inflate::Deflate::default()),
                Coding::Brotli => Stream::Brotli(brotli::Brotli::new()),
                Coding::Zstd => Stream::Zstd(zstd::Zstd::default()),
            },
            piece: vec![0; PIECE].into_boxed_slice(),
            untaken: 0..0,
            has_begun: false,
        }
    }

    fn step(
        &mut self,
        input: &mut &[u8],
        made_by_all: &mut u64,
    ) -> Result<Option<usize>, DecodeError> {
        self.has_begun |= !input.is_empty();
        let piece = &mut self.piece;
        let made = match &mut self.stream {
            Stream::Gzip(stream) => stream.step(input, piece),
            Stream::Deflate(stream) => stream.step(input, piece),
            Stream::Brotli(stream) => stream.step(input, piece),
            Stream::Zstd(stream) => stream.step(input, piece),
        }?;
        *made_by_all += made.unwrap_or_default() as u64;
        Ok(made)
    }

    fn finish(self) -> Result<(), DecodeError> {
        let is_whole = match self.stream {
            _ if !self.has_begun => true,
            Stream::Gzip(stream) => return stream.finish(),
            Stream::Deflate(stream) => stream.is_whole(),
            Stream::Brotli(stream) => stream.is_whole(),
            Stream::Zstd(stream) => stream.is_whole(),
        };
        match is_whole {
            true => Ok(()),
            false => Err(DecodeProblem::Cut.of(self.coding)),
        }
    }
}
