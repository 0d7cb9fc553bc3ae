//! Key shares of clients, made ahead by whoever has time.
//!
//! Making one is what starting a connection costs most. Each serves one connection and is nothing before that: it may
//! be made at any time (RFC 8446 section 4.2.8).

use std::sync::{Mutex, MutexGuard, PoisonError};

use rustls::crypto::{ActiveKeyExchange, CompletedKeyExchange, SupportedKxGroup, aws_lc_rs};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{Error, NamedGroup, ProtocolVersion};

/// As many connections can start at once without making any.
const KEPT: usize = 16;

static MADE: Mutex<Vec<Box<dyn ActiveKeyExchange>>> = Mutex::new(Vec::new());

/// The group of which a client sends a key share at first.
pub(super) static PREFERRED: &dyn SupportedKxGroup = &MadeAhead;

#[derive(Debug)]
struct MadeAhead;

/// Who makes them.
fn maker() -> &'static dyn SupportedKxGroup {
    aws_lc_rs::kx_group::X25519MLKEM768
}

/// Whether more should be made: not for each that was used, since waking who makes them costs something too.
pub fn are_few() -> bool {
    made().len() <= KEPT / 2
}

/// Makes key shares for connections to come, as many as are kept.
pub fn make() {
    while made().len() < KEPT {
        // Without random numbers there are none; the connection that needs one will say so.
        let Ok(share) = maker().start() else {
            return;
        };
        made().push(share);
    }
}

impl SupportedKxGroup for MadeAhead {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, Error> {
        let share = made().pop();
        share.map_or_else(|| maker().start(), Ok)
    }

    fn start_and_complete(&self, peer: &[u8]) -> Result<CompletedKeyExchange, Error> {
        maker().start_and_complete(peer)
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        maker().ffdhe_group()
    }

    fn name(&self) -> NamedGroup {
        maker().name()
    }

    fn fips(&self) -> bool {
        maker().fips()
    }

    fn usable_for_version(&self, version: ProtocolVersion) -> bool {
        maker().usable_for_version(version)
    }
}

fn made() -> MutexGuard<'static, Vec<Box<dyn ActiveKeyExchange>>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The stock is the process's: one test, so that none takes another's.
    #[test]
    fn every_key_share_serves_once_and_the_stock_ends() {
        make();
        make();
        assert!(!are_few() && made().len() == KEPT);
        let mut seen = HashSet::new();
        for _ in 0..2 * KEPT {
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
        assert!(are_few());
    }
}
