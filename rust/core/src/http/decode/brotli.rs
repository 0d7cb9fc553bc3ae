//! The coding "br" (RFC 7932).

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::{Coding, Output, broken};
use crate::http::failure::Failure;

/// The decoder counts a call's input in 32 bits.
const MAX_INPUT: usize = 1 << 30;

/// A decoder of one stream. Windows above 16 MiB, which the RFC does not know, are refused.
pub(super) struct Brotli {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    is_whole: bool,
}

impl Brotli {
    pub(super) fn new() -> Self {
        Self {
            state: Box::new(BrotliState::new_strict(
                StandardAlloc::default(),
                StandardAlloc::default(),
                StandardAlloc::default(),
            )),
            is_whole: false,
        }
    }

    pub(super) fn decode(
        &mut self,
        input: &[u8],
        piece: &mut [u8],
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        input
            .chunks(MAX_INPUT)
            .try_for_each(|part| self.decode_part(part, piece, output))
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    fn decode_part(
        &mut self,
        input: &[u8],
        piece: &mut [u8],
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        let (mut left, mut used) = (input.len(), 0);
        while !self.is_whole {
            let (mut room, mut made, mut total) = (piece.len(), 0, 0);
            let result = BrotliDecompressStream(
                &mut left,
                &mut used,
                input,
                &mut room,
                &mut made,
                piece,
                &mut total,
                &mut self.state,
            );
            if made > 0 {
                output(&piece[..made])?;
            }
            match result {
                BrotliResult::NeedsMoreOutput => {}
                // With a full piece there may be more that needs no further input.
                BrotliResult::NeedsMoreInput if room == 0 => {}
                BrotliResult::NeedsMoreInput => return Ok(()),
                BrotliResult::ResultSuccess => self.is_whole = true,
                BrotliResult::ResultFailure => {
                    return Err(broken(Coding::Brotli, "its brotli stream is damaged"));
                }
            }
        }
        Ok(())
    }
}
