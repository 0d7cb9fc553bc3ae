//! The coding "deflate".

use flate2::{Decompress, FlushDecompress, Status};

use super::{Coding, DecodeError, DecodeProblem};

/// Decoder of one stream in the zlib format (RFC 1950), or in bare deflate (RFC 1951), which some
/// servers send.
#[derive(Default)]
pub(super) struct Deflate {
    /// The first bytes, until there are enough to distinguish the two formats.
    head: Vec<u8>,
    stream: Option<Decompress>,
    is_whole: bool,
}

impl Deflate {
    pub(super) fn step(
        &mut self,
        input: &mut &[u8],
        piece: &mut [u8],
    ) -> Result<Option<usize>, DecodeError> {
        while self.stream.is_none() {
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            *input = rest;
            self.head.push(byte);
            if let [first, second] = self.head[..] {
                self.stream = Some(Decompress::new(is_zlib_header(first, second)));
                let made = self.inflate(&mut &[first, second][..], piece)?;
                if made.is_some() {
                    return Ok(made);
                }
            }
        }
        self.inflate(input, piece)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    fn inflate(
        &mut self,
        input: &mut &[u8],
        piece: &mut [u8],
    ) -> Result<Option<usize>, DecodeError> {
        let Some(stream) = self.stream.as_mut().filter(|_| !self.is_whole) else {
            *input = &[];
            return Ok(None);
        };
        let (read_before, made_before) = (stream.total_in(), stream.total_out());
        let status = stream
            .decompress(input, piece, FlushDecompress::None)
            .map_err(|_| DecodeProblem::Damaged.of(Coding::Deflate))?;
        // Both numbers fit into a `usize`: they are at most the lengths of the two slices.
        let read = (stream.total_in() - read_before) as usize;
        let made = (stream.total_out() - made_before) as usize;
        *input = &input[read..];
        self.is_whole = status == Status::StreamEnd;
        Ok((self.is_whole || read > 0 || made > 0).then_some(made))
    }
}

/// Returns whether two bytes are a zlib header (RFC 1950 section 2.2): method 8, a window of up to
/// 32 KiB, and a check sum. No encoder begins bare deflate like this: it would be a stored block
/// whose padding is not zero.
fn is_zlib_header(first: u8, second: u8) -> bool {
    first & 0x0f == 8 && first >> 4 <= 7 && u16::from_be_bytes([first, second]).is_multiple_of(31)
}
