//! The deflate algorithm, and the coding "deflate" around it.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Coding, Output, broken};
use crate::http::failure::Failure;

/// Inflates from the front of `input` and hands out the pieces: how much of it was used, and whether the stream
/// ended there.
pub(super) fn inflate(
    stream: &mut Decompress,
    input: &[u8],
    piece: &mut [u8],
    coding: Coding,
    output: &mut Output<'_>,
) -> Result<(usize, bool), Failure> {
    let mut used = 0;
    loop {
        let (read_before, made_before) = (stream.total_in(), stream.total_out());
        let status = stream
            .decompress(&input[used..], piece, FlushDecompress::None)
            .map_err(|_| broken(coding, "its deflate stream is damaged"))?;
        // Both fit: they are no more than the two slices hold.
        let read = (stream.total_in() - read_before) as usize;
        let made = (stream.total_out() - made_before) as usize;
        used += read;
        if made > 0 {
            output(&piece[..made])?;
        }
        if status == Status::StreamEnd {
            return Ok((used, true));
        }
        if read == 0 && made == 0 {
            return Ok((used, false));
        }
    }
}

/// The coding "deflate": zlib's format by the book, the bare algorithm by custom.
#[derive(Default)]
pub(super) struct Deflate {
    /// The first bytes, until there are enough to tell the two forms apart.
    head: Vec<u8>,
    stream: Option<Decompress>,
    is_whole: bool,
}

impl Deflate {
    pub(super) fn decode(
        &mut self,
        mut input: &[u8],
        piece: &mut [u8],
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        while self.stream.is_none() {
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(());
            };
            input = rest;
            self.head.push(byte);
            if let [first, second] = self.head[..] {
                self.stream = Some(Decompress::new(is_zlib_header(first, second)));
                self.inflate(&[first, second], piece, output)?;
            }
        }
        self.inflate(input, piece, output)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    fn inflate(
        &mut self,
        input: &[u8],
        piece: &mut [u8],
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        if let Some(stream) = &mut self.stream
            && !self.is_whole
        {
            (_, self.is_whole) = inflate(stream, input, piece, Coding::Deflate, output)?;
        }
        Ok(())
    }
}

/// RFC 1950 section 2.2: method 8, a window of up to 32 KiB, and a check sum. No encoder's bare stream looks so:
/// it would begin with a stored block whose padding is not zero.
fn is_zlib_header(first: u8, second: u8) -> bool {
    first & 0x0f == 8 && first >> 4 <= 7 && u16::from_be_bytes([first, second]).is_multiple_of(31)
}
