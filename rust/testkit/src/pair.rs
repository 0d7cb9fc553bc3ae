//! A wire in memory between two connections that do no I/O themselves.

use std::collections::VecDeque;

use crate::random::Generator;

/// One end: takes bytes and gives bytes.
pub trait Endpoint {
    /// Bytes may be given to it now.
    fn wants_input(&self) -> bool;
    /// Gives it bytes from the other end, all of which it takes.
    fn input(&mut self, bytes: &[u8]);
    /// Appends what it has to send.
    fn take_output(&mut self, output: &mut Vec<u8>);
}

/// How many bytes one step carries.
#[derive(Debug, Clone)]
pub enum Chunks {
    /// Everything there is.
    Whole,
    /// At most so many.
    Of(usize),
    /// From 1 to so many, by chance.
    UpTo(usize, Generator),
}

/// Two ends and what is on its way between them.
#[derive(Debug)]
pub struct Pair<L, R> {
    /// One end.
    pub left: L,
    /// The other.
    pub right: R,
    to_left: VecDeque<u8>,
    to_right: VecDeque<u8>,
    chunks: Chunks,
}

impl Chunks {
    fn next(&mut self, available: usize) -> usize {
        match self {
            Self::Whole => available,
            Self::Of(size) => available.min(*size),
            Self::UpTo(size, generator) => available.min(1 + generator.below(*size)),
        }
    }
}

impl<L: Endpoint, R: Endpoint> Pair<L, R> {
    /// Connects two ends.
    pub fn new(left: L, right: R, chunks: Chunks) -> Self {
        Self {
            left,
            right,
            to_left: VecDeque::new(),
            to_right: VecDeque::new(),
            chunks,
        }
    }

    /// Carries one chunk each way; how many bytes moved, from end to wire or from wire to end.
    pub fn step(&mut self) -> usize {
        carry(
            &mut self.left,
            &mut self.to_right,
            &mut self.right,
            &mut self.chunks,
        ) + carry(
            &mut self.right,
            &mut self.to_left,
            &mut self.left,
            &mut self.chunks,
        )
    }

    /// Steps until nothing moves any more.
    pub fn settle(&mut self) {
        while self.step() > 0 {}
    }

    /// Steps until nothing moves any more, and damages what is on the wire now and then.
    pub fn settle_with_damage(&mut self, generator: &mut Generator) {
        while self.step() > 0 {
            let wires = [&mut self.to_left, &mut self.to_right];
            for wire in wires.into_iter().filter(|wire| !wire.is_empty()) {
                if generator.once_in(10) {
                    let mut bytes: Vec<u8> = wire.drain(..).collect();
                    generator.damage(&mut bytes);
                    wire.extend(bytes);
                }
            }
        }
    }

    /// Bytes on their way to the left and to the right, which their receivers do not want yet.
    pub fn waiting(&self) -> (usize, usize) {
        (self.to_left.len(), self.to_right.len())
    }
}

fn carry(
    from: &mut impl Endpoint,
    wire: &mut VecDeque<u8>,
    to: &mut impl Endpoint,
    chunks: &mut Chunks,
) -> usize {
    let mut output = Vec::new();
    from.take_output(&mut output);
    let sent = output.len();
    wire.extend(output);
    if wire.is_empty() || !to.wants_input() {
        return sent;
    }
    let count = chunks.next(wire.len());
    if wire.as_slices().0.len() < count {
        wire.make_contiguous();
    }
    to.input(&wire.as_slices().0[..count]);
    wire.drain(..count);
    sent + count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Pipe {
        sends: Vec<u8>,
        got: Vec<Vec<u8>>,
    }

    impl Endpoint for Pipe {
        fn wants_input(&self) -> bool {
            self.got.len() < 3
        }

        fn input(&mut self, bytes: &[u8]) {
            self.got.push(bytes.to_vec());
        }

        fn take_output(&mut self, output: &mut Vec<u8>) {
            output.append(&mut self.sends);
        }
    }

    #[test]
    fn bytes_arrive_in_order_in_chunks_while_they_are_wanted() {
        let left = Pipe {
            sends: (0..10).collect(),
            got: Vec::new(),
        };
        let mut pair = Pair::new(left, Pipe::default(), Chunks::Of(3));
        pair.settle();
        assert_eq!(
            pair.right.got,
            [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8]]
        );
        assert_eq!(pair.waiting(), (0, 1));
    }
}
