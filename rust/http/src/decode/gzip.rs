//! The coding "gzip" (RFC 1952): members, each a header, a deflate stream and its check sum.

use flate2::{Crc, Decompress};

use super::inflate::inflate;
use super::{Coding, DecodeError, DecodeProblem};

/// How every member begins: the magic number and the one method there is.
const BEGIN: [u8; 3] = [0x1f, 0x8b, 8];

const HEADER_CHECK: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0xe0;

/// Where in a member the next byte belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Begin,
    ExtraLength,
    Extra(u16),
    Name,
    Comment,
    HeaderCheck,
    Body,
    Trailer,
    /// What follows the last member: passed over.
    Rest,
}

/// A decoder of members one after the other.
pub(super) struct Gzip {
    part: Part,
    /// The bytes of a part of fixed length, until it is complete.
    held: Vec<u8>,
    flags: u8,
    /// Complete members.
    members: u64,
    body: Decompress,
    check: Crc,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            part: Part::Begin,
            held: Vec::new(),
            flags: 0,
            members: 0,
            body: Decompress::new(false),
            check: Crc::new(),
        }
    }
}

impl Gzip {
    pub(super) fn step(
        &mut self,
        input: &mut &[u8],
        piece: &mut [u8],
    ) -> Result<Option<usize>, DecodeError> {
        loop {
            if self.part == Part::Body {
                return self.inflate(input, piece);
            }
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            if self.part == Part::Rest {
                *input = &[];
                return Ok(None);
            }
            *input = rest;
            self.take(byte)?;
        }
    }

    /// Whole, or only a beginning of what may have been a further member.
    pub(super) fn is_whole(&self) -> bool {
        match self.part {
            Part::Rest => true,
            Part::Begin => self.members > 0 && self.held.len() < BEGIN.len(),
            _ => false,
        }
    }

    fn inflate(
        &mut self,
        input: &mut &[u8],
        piece: &mut [u8],
    ) -> Result<Option<usize>, DecodeError> {
        let Some((made, is_end)) = inflate(&mut self.body, input, piece, Coding::Gzip)? else {
            return Ok(None);
        };
        self.check.update(&piece[..made]);
        if is_end {
            self.part = Part::Trailer;
        }
        Ok(Some(made))
    }

    /// Takes one byte of what is around the body.
    fn take(&mut self, byte: u8) -> Result<(), DecodeError> {
        match self.part {
            Part::Begin => self.take_begin(byte)?,
            Part::ExtraLength => {
                if let Some([low, high]) = self.hold(byte) {
                    self.part = Part::Extra(u16::from_le_bytes([low, high]));
                    self.skip_empty_extra();
                }
            }
            Part::Extra(left) => {
                self.part = Part::Extra(left.saturating_sub(1));
                self.skip_empty_extra();
            }
            Part::Name if byte == 0 => self.go_on_after(NAME),
            Part::Comment if byte == 0 => self.go_on_after(COMMENT),
            Part::HeaderCheck => {
                if self.hold::<2>(byte).is_some() {
                    self.go_on_after(HEADER_CHECK);
                }
            }
            Part::Trailer => {
                if let Some(trailer) = self.hold(byte) {
                    self.end_member(trailer)?;
                }
            }
            Part::Name | Part::Comment | Part::Body | Part::Rest => {}
        }
        Ok(())
    }

    fn take_begin(&mut self, byte: u8) -> Result<(), DecodeError> {
        if let Some(expected) = BEGIN.get(self.held.len())
            && byte != *expected
        {
            if self.members == 0 {
                return Err(DecodeProblem::NotTheFormat.of(Coding::Gzip));
            }
            self.part = Part::Rest;
            return Ok(());
        }
        if let Some([_, _, _, flags, ..]) = self.hold::<10>(byte) {
            if flags & RESERVED != 0 {
                return Err(DecodeProblem::ReservedFlags.of(Coding::Gzip));
            }
            self.flags = flags;
            self.go_on_after(0);
        }
        Ok(())
    }

    /// Keeps a byte of a part of `N` bytes, and gives all of them when it was the last.
    fn hold<const N: usize>(&mut self, byte: u8) -> Option<[u8; N]> {
        self.held.push(byte);
        let whole = <[u8; N]>::try_from(self.held.as_slice()).ok()?;
        self.held.clear();
        Some(whole)
    }

    fn skip_empty_extra(&mut self) {
        if self.part == Part::Extra(0) {
            self.go_on_after(EXTRA);
        }
    }

    /// The parts of a header that its flags announce come in this order.
    fn go_on_after(&mut self, done: u8) {
        let parts = [
            (EXTRA, Part::ExtraLength),
            (NAME, Part::Name),
            (COMMENT, Part::Comment),
            (HEADER_CHECK, Part::HeaderCheck),
        ];
        let start = parts
            .iter()
            .position(|(flag, _)| *flag == done)
            .map_or(0, |place| place + 1);
        self.part = parts[start..]
            .iter()
            .find(|(flag, _)| self.flags & flag != 0)
            .map_or(Part::Body, |(_, part)| *part);
    }

    fn end_member(&mut self, trailer: [u8; 8]) -> Result<(), DecodeError> {
        let expected = [self.check.sum(), self.check.amount()];
        let [a, b, c, d, e, f, g, h] = trailer;
        if expected
            != [
                u32::from_le_bytes([a, b, c, d]),
                u32::from_le_bytes([e, f, g, h]),
            ]
        {
            return Err(DecodeProblem::CheckSum.of(Coding::Gzip));
        }
        self.members += 1;
        self.body.reset(false);
        self.check.reset();
        self.part = Part::Begin;
        Ok(())
    }
}
