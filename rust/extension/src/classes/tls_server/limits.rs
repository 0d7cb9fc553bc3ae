//! Limits of a server.

use std::fmt;

/// How many connections a server has, handshakes and established ones together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) all: usize,
    /// Those of the address that wants another one.
    pub(super) of_address: usize,
}

/// The limits; 0 means none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) connections: i64,
    pub(super) per_address: i64,
    pub(super) handshakes: i64,
}

/// A limit that refuses a connection, by the name of its property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exceeded {
    Connections(usize),
    PerAddress(usize),
}

impl Limits {
    /// Returns the limit that refuses one more connection.
    pub(super) fn check(self, load: Load) -> Result<(), Exceeded> {
        if is_reached(self.per_address, load.of_address) {
            return Err(Exceeded::PerAddress(load.of_address));
        }
        if is_reached(self.connections, load.all) {
            return Err(Exceeded::Connections(load.all));
        }
        Ok(())
    }

    /// Returns whether a handshake has to end before another one can begin.
    pub(super) fn is_full(self, handshakes: usize) -> bool {
        is_reached(self.handshakes, handshakes)
    }
}

fn is_reached(limit: i64, count: usize) -> bool {
    usize::try_from(limit).is_ok_and(|limit| limit > 0 && count >= limit)
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connections(count) => write!(
                f,
                "the connection was closed: the server has {count} connections, and max_connections allows no more"
            ),
            Self::PerAddress(count) => write!(
                f,
                "the connection was closed: this address has {count} connections, and max_connections_per_address allows no more"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_zero_or_less_is_none_and_others_count_what_there_is() {
        for (connections, per_address, all, of_address, expected) in [
            (0, 0, 9_999, 9_999, Ok(())),
            (-1, -1, 9_999, 9_999, Ok(())),
            (10, 5, 9, 4, Ok(())),
            (10, 5, 10, 4, Err(Exceeded::Connections(10))),
            (10, 5, 9, 5, Err(Exceeded::PerAddress(5))),
            (10, 5, 10, 5, Err(Exceeded::PerAddress(5))),
        ] {
            let limits = Limits {
                connections,
                per_address,
                handshakes: 2,
            };
            let load = Load { all, of_address };
            assert_eq!(limits.check(load), expected, "{load:?}");
            assert!(!limits.is_full(1) && limits.is_full(2));
        }
    }
}
