//! The coding "br" (RFC 7932).

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::{Coding, DecodeError, DecodeProblem};

/// The decoder counts a call's input in 32 bits.
const MAX_INPUT: usize = 1 << 30;

/// Decoder of one stream. Windows above 16 MiB, which RFC 7932 does not define, are refused.
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

    pub(super) fn step(
        &mut self,
        input: &mut &[u8],
        piece: &mut [u8],
    ) -> Result<Option<usize>, DecodeError> {
        if self.is_whole {
            *input = &[];
            return Ok(None);
        }
        let (mut left, mut used) = (input.len().min(MAX_INPUT), 0);
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
        *input = &input[used..];
        match result {
            BrotliResult::ResultFailure => {
                return Err(DecodeProblem::Damaged.of(Coding::Brotli));
            }
            BrotliResult::ResultSuccess => self.is_whole = true,
            BrotliResult::NeedsMoreInput if made == 0 && input.is_empty() => return Ok(None),
            // After a full piece, more output may need no further input.
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
        }
        Ok(Some(made))
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }
}
