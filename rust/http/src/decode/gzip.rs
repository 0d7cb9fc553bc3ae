//! The coding "gzip" (RFC 1952): a sequence of members, each decoded by flate2.
//!
//! flate2 fails for bytes after the last member that do not begin a further one. Some servers send
//! such bytes, and they are ignored: therefore the first bytes of a member are compared here.

use std::io::Write as _;

use flate2::write::GzDecoder;

use super::{Coding, DecodeError, DecodeProblem};

/// First bytes of every member: the magic number and the only compression method.
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];

/// Bits of the next byte that must not be set (RFC 1952 section 2.3.1.2).
const RESERVED: u8 = 0xe0;

/// Part of the body that the next byte belongs to.
enum Part {
    /// The first bytes of a member, until its flags have arrived.
    Begin(Vec<u8>),
    /// A member, with the output that was not returned yet.
    Member(Box<GzDecoder<Vec<u8>>>),
    /// The bytes after the last member, which are ignored.
    Rest,
}

/// Decoder of a sequence of members.
pub(super) struct Gzip {
    part: Part,
    /// True once a member was complete.
    had_member: bool,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            part: Part::Begin(Vec::new()),
            had_member: false,
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
            if let Part::Member(member) = &mut self.part
                && !member.get_ref().is_empty()
            {
                return Ok(Some(take(member.get_mut(), piece)));
            }
            let Some((&byte, rest)) = input.split_first() else {
                return Ok(None);
            };
            match &mut self.part {
                Part::Rest => *input = &[],
                Part::Begin(_) => {
                    *input = rest;
                    self.begin(byte)?;
                }
                Part::Member(member) => {
                    if !decode(member, input)? {
                        self.part = Part::Begin(Vec::new());
                        self.had_member = true;
                        return Ok(Some(0));
                    }
                }
            }
        }
    }

    /// Returns an error if the body ended within a member. After a member, the beginning of a magic
    /// number is ignored too.
    pub(super) fn finish(self) -> Result<(), DecodeError> {
        match self.part {
            Part::Rest => Ok(()),
            Part::Begin(begin) if self.had_member && begin.len() < MAGIC.len() => Ok(()),
            Part::Begin(_) => Err(DecodeProblem::Cut.of(Coding::Gzip)),
            // A complete member takes no further byte.
            Part::Member(mut member) => match decode(&mut member, &mut &[0][..]) {
                Ok(false) => Ok(()),
                Err(error) if error.problem == DecodeProblem::CheckSum => Err(error),
                Ok(true) | Err(_) => Err(DecodeProblem::Cut.of(Coding::Gzip)),
            },
        }
    }

    /// Takes one of the first bytes of a member.
    fn begin(&mut self, byte: u8) -> Result<(), DecodeError> {
        let Part::Begin(begin) = &mut self.part else {
            return Ok(());
        };
        match MAGIC.get(begin.len()) {
            Some(expected) if byte != *expected && self.had_member => self.part = Part::Rest,
            Some(expected) if byte != *expected => {
                return Err(DecodeProblem::NotTheFormat.of(Coding::Gzip));
            }
            Some(_) => begin.push(byte),
            None if byte & RESERVED != 0 => {
                return Err(DecodeProblem::ReservedFlags.of(Coding::Gzip));
            }
            None => {
                begin.push(byte);
                let mut member = Box::new(GzDecoder::new(Vec::new()));
                decode(&mut member, &mut &begin[..])?;
                self.part = Part::Member(member);
            }
        }
        Ok(())
    }
}

/// Decodes from the front of `input`, and removes the bytes that were used. Produces less than 100
/// KiB. Returns false if the member has ended with the right check sum and all of its output was
/// returned.
fn decode(member: &mut GzDecoder<Vec<u8>>, input: &mut &[u8]) -> Result<bool, DecodeError> {
    let used = match member.write(input) {
        Ok(used) => used,
        Err(_) if member.header().is_none() => {
            return Err(DecodeProblem::Header.of(Coding::Gzip));
        }
        Err(_) => return Err(DecodeProblem::Damaged.of(Coding::Gzip)),
    };
    *input = &input[used..];
    let is_end = used == 0;
    // Output is returned as soon as the server flushed it, even if nothing more arrives for long.
    if is_end || (input.is_empty() && member.header().is_some()) {
        let flushed = member.flush();
        flushed.map_err(|_| DecodeProblem::Damaged.of(Coding::Gzip))?;
    }
    if is_end && member.get_ref().is_empty() {
        let checked = member.try_finish();
        checked.map_err(|_| DecodeProblem::CheckSum.of(Coding::Gzip))?;
        return Ok(false);
    }
    Ok(true)
}

/// Moves bytes from the front of `made` to the front of `piece`, and returns their number.
fn take(made: &mut Vec<u8>, piece: &mut [u8]) -> usize {
    let count = made.len().min(piece.len());
    piece[..count].copy_from_slice(&made[..count]);
    made.drain(..count);
    count
}
