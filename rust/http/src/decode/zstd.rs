//! The coding "zstd" (RFC 8878): a sequence of frames.

use std::io;

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation as _, OutBuffer};
use zstd::zstd_safe::zstd_sys::ZSTD_ErrorCode;

use super::{Coding, DecodeError, DecodeProblem};

/// The largest window, 8 MiB, as RFC 9659 limits it for this coding. Without the limit a server
/// could make the decoder allocate gigabytes.
const WINDOW_LOG_MAX: u32 = 23;

/// First bytes of a frame.
const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// First bytes of a skippable frame. The first byte is one of sixteen.
const SKIPPED: [u8; 4] = [0x50, 0x2a, 0x4d, 0x18];

/// Part of the body that the next byte belongs to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Part {
    #[default]
    Begin,
    Frame,
    /// The bytes after the last frame, which are ignored.
    Rest,
}

/// Decoder of a sequence of frames.
#[derive(Default)]
pub(super) struct Zstd {
    part: Part,
    /// The first bytes of a frame, until they are complete.
    begin: Vec<u8>,
    /// True once a frame was complete.
    had_frame: bool,
    /// True if the last piece was full: more output may need no further input.
    is_full: bool,
    /// Created with the first frame, because it takes memory.
    decoder: Option<Decoder<'static>>,
}

impl Zstd {
    pub(super) fn step(
        &mut self,
        input: &mut &[u8],
        piece: &mut [u8],
    ) -> Result<Option<usize>, DecodeError> {
        loop {
            if self.part == Part::Frame && self.is_full {
                return self.decode(input, piece).map(Some);
            }
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            match self.part {
                Part::Rest => *input = &[],
                Part::Frame => return self.decode(input, piece).map(Some),
                Part::Begin => {
                    self.take_begin(byte)?;
                    *input = rest;
                    if self.begin.len() == FRAME.len() {
                        let begin = std::mem::take(&mut self.begin);
                        self.part = Part::Frame;
                        self.decode(&mut &begin[..], piece)?;
                    }
                }
            }
        }
    }

    /// Returns whether the body is complete. The beginning of a further frame after the last one is
    /// ignored.
    pub(super) fn is_whole(&self) -> bool {
        match self.part {
            Part::Begin => self.had_frame,
            Part::Frame => false,
            Part::Rest => true,
        }
    }

    fn take_begin(&mut self, byte: u8) -> Result<(), DecodeError> {
        self.begin.push(byte);
        let is_begin = |magic: [u8; 4], mask: u8| {
            self.begin
                .iter()
                .zip(magic)
                .enumerate()
                .all(|(place, (byte, expected))| {
                    byte & if place == 0 { mask } else { 0xff } == expected
                })
        };
        if is_begin(FRAME, 0xff) || is_begin(SKIPPED, 0xf0) {
            return Ok(());
        }
        if !self.had_frame {
            return Err(DecodeProblem::NotTheFormat.of(Coding::Zstd));
        }
        self.part = Part::Rest;
        Ok(())
    }

    /// Decodes until the piece is full or the frame or the input ends. Returns the number of bytes
    /// produced.
    fn decode(&mut self, input: &mut &[u8], piece: &mut [u8]) -> Result<usize, DecodeError> {
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            none => none.insert(make_decoder().map_err(|error| failure(&error))?),
        };
        let mut source = InBuffer::around(input);
        let mut made = OutBuffer::around(piece);
        let hint = decoder
            .run(&mut source, &mut made)
            .map_err(|error| failure(&error))?;
        *input = &input[source.pos()..];
        self.is_full = made.pos() == made.capacity();
        if hint == 0 {
            self.part = Part::Begin;
            self.had_frame = true;
        }
        Ok(made.pos())
    }
}

fn make_decoder() -> io::Result<Decoder<'static>> {
    let mut decoder = Decoder::new()?;
    decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG_MAX))?;
    Ok(decoder)
}

fn failure(error: &io::Error) -> DecodeError {
    let is = |code| {
        error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<zstd::Error>())
            .is_some_and(|error| error.is(code))
    };
    if is(ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge) {
        return DecodeProblem::LargeWindow.of(Coding::Zstd);
    }
    DecodeProblem::DamagedBecause(error.to_string()).of(Coding::Zstd)
}
