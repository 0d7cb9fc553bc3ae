//! Reader of a form's body.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Piece;

/// Reader of a form's body, which blocks on files.
pub struct FormReader {
    pieces: std::vec::IntoIter<Piece>,
    /// The part that is being read.
    current: Option<Piece>,
    /// Bytes of the part that were read.
    at: u64,
    /// The file of the part, once it is open.
    file: Option<File>,
}

impl FormReader {
    pub(super) fn new(pieces: Vec<Piece>) -> Self {
        Self {
            pieces: pieces.into_iter(),
            current: None,
            at: 0,
            file: None,
        }
    }

    fn read_file(&mut self, path: &Path, length: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::open(path).map_err(|error| {
                let message = format!("the file {} cannot be read ({error})", path.display());
                io::Error::new(error.kind(), message)
            })?),
        };
        let count = file.read(buffer)?;
        let total = self.at + count as u64;
        // The request's head has announced the length: neither more nor less can be sent.
        if total > length || (count == 0 && total < length) {
            let than = if total > length { "more" } else { "less" };
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "the file {} changed while it was to be sent: it has {than} than the {length} bytes it had when it was added to the form",
                    path.display()
                ),
            ));
        }
        Ok(count)
    }
}

impl Read for FormReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let count = match &self.current {
                None => 0,
                Some(Piece::Bytes(bytes)) => {
                    // The position fits into a `usize`: it counts bytes of this slice.
                    let rest = &bytes[self.at as usize..];
                    let count = rest.len().min(buffer.len());
                    buffer[..count].copy_from_slice(&rest[..count]);
                    count
                }
                Some(Piece::File(path, length)) => {
                    let (path, length) = (path.clone(), *length);
                    self.read_file(&path, length, buffer)?
                }
            };
            self.at += count as u64;
            if count > 0 {
                return Ok(count);
            }
            let Some(next) = self.pieces.next() else {
                return Ok(0);
            };
            self.current = Some(next);
            self.at = 0;
            self.file = None;
        }
    }
}
