//! A stock of key shares for clients, which a thread in the background can fill.
//!
//! Making a key share is the largest part of the cost of starting a connection. Each serves one
//! connection and depends on nothing of it, so it can be made at any time (RFC 8446 section 4.2.8).

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::crypto::{ActiveKeyExchange, CompletedKeyExchange, SupportedKxGroup, aws_lc_rs};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, ProtocolVersion};

/// Key shares in a full stock: as many connections can start at once without making any.
const MAX_STOCK: usize = 16;

static STOCK: Mutex<Vec<Box<dyn ActiveKeyExchange>>> = Mutex::new(Vec::new());

/// The first group of clients, which takes its key shares from the stock.
pub(super) static PREFERRED: &dyn SupportedKxGroup = &Stocked;

#[derive(Debug)]
struct Stocked;

/// Returns the group that makes the key shares.
fn group() -> &'static dyn SupportedKxGroup {
    aws_lc_rs::kx_group::X25519MLKEM768
}

/// Returns true when the stock is at most half: refilling one by one would wake the thread each
/// time.
pub fn is_low() -> bool {
    stock().len() <= MAX_STOCK / 2
}

/// Fills the stock.
pub fn refill() {
    while stock().len() < MAX_STOCK {
        // There are no random numbers; the connection that needs a key share fails for that reason.
        let Ok(share) = group().start() else {
            return;
        };
        stock().push(share);
    }
}

impl SupportedKxGroup for Stocked {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let share = stock().pop();
        share.map_or_else(|| group().start(), Ok)
    }

    fn start_and_complete(&self, peer: &[u8]) -> Result<CompletedKeyExchange, Error> {
        group().start_and_complete(peer)
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        group().ffdhe_group()
    }

    fn name(&self) -> NamedGroup {
        group().name()
    }

    fn fips(&self) -> bool {
        group().fips()
    }

    fn usable_for_version(&self, version: ProtocolVersion) -> bool {
        group().usable_for_version(version)
    }
}

fn stock() -> MutexGuard<'static, Vec<Box<dyn ActiveKeyExchange>>> {
    STOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// One test, because the stock is the process's.
    #[test]
    fn every_key_share_serves_once_and_the_stock_ends() {
        refill();
        refill();
        assert!(!is_low() && stock().len() == MAX_STOCK);
        let mut seen = HashSet::new();
        for _ in 0..2 * MAX_STOCK {
            let share = PREFERRED.start().unwrap();
            assert_eq!(share.group(), NamedGroup::X25519MLKEM768);
            assert!(
                seen.insert(share.pub_key().to_vec()),
                "a key share came twice"
            );
            let answer = PREFERRED.start_and_complete(share.pub_key()).unwrap();
            let ours = share.complete(&answer.pub_key).unwrap();
            assert_eq!(ours.secret_bytes(), answer.secret.secret_bytes());
        }
        assert!(is_low());
    }
}
