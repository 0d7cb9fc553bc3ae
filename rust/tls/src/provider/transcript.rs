//! Transcript hashes of messages as they were sent, where rustls was shown something else.
//!
//! A server may ignore the server name of a client (RFC 6066 section 3). rustls does not if it is
//! no valid name, so such a ClientHello is shown to rustls with another number for that extension.
//! Both sides must still hash the message that was sent; otherwise the handshake fails. These
//! hashes do, and so does the check of client signatures.

use std::borrow::Cow;
use std::cell::RefCell;

use rustls::crypto::hash::{Context, Hash, HashAlgorithm, Output};
use rustls::{CipherSuiteCommon, SupportedCipherSuite, Tls12CipherSuite, Tls13CipherSuite};

/// The beginning of a handshake message that rustls is shown otherwise than it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rewrite {
    /// The bytes that the peer sent.
    pub(crate) sent: Vec<u8>,
    /// The bytes that rustls was shown, of the same length.
    pub(crate) shown: Vec<u8>,
}

thread_local! {
    static REWRITES: RefCell<Vec<Rewrite>> = const { RefCell::new(Vec::new()) };
}

/// Returns these cipher suites with hashes of what was sent. They are leaked, because rustls asks
/// for references that live for ever.
pub(super) fn hashing_as_sent(suites: &[SupportedCipherSuite]) -> Vec<SupportedCipherSuite> {
    suites
        .iter()
        .map(|suite| of_what_was_sent(*suite))
        .collect()
}

/// Runs `work`, in which the hashes on this thread undo these rewrites.
pub(crate) fn with_rewrites<T>(shown: &mut Vec<Rewrite>, work: impl FnOnce() -> T) -> T {
    if shown.is_empty() {
        return work();
    }
    REWRITES.with_borrow_mut(|current| std::mem::swap(current, shown));
    let done = work();
    REWRITES.with_borrow_mut(|current| std::mem::swap(current, shown));
    done
}

/// Returns handshake messages as they were sent.
pub(crate) fn as_sent(messages: &[u8]) -> Cow<'_, [u8]> {
    match split(messages) {
        Some((sent, rest)) => Cow::Owned([&sent, rest].concat()),
        None => Cow::Borrowed(messages),
    }
}

/// Returns the bytes that were sent instead of the beginning of `messages`, and the rest of
/// `messages`.
fn split(messages: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    REWRITES.with_borrow(|all| {
        all.iter().find_map(|one| {
            let rest = messages.strip_prefix(one.shown.as_slice())?;
            Some((one.sent.clone(), rest))
        })
    })
}

/// Copies a suite with another hash.
fn of_what_was_sent(suite: SupportedCipherSuite) -> SupportedCipherSuite {
    let common = |common: &CipherSuiteCommon| CipherSuiteCommon {
        suite: common.suite,
        hash_provider: Box::leak(Box::new(SentHash(common.hash_provider))),
        confidentiality_limit: common.confidentiality_limit,
    };
    match suite {
        SupportedCipherSuite::Tls12(suite) => {
            SupportedCipherSuite::Tls12(Box::leak(Box::new(Tls12CipherSuite {
                common: common(&suite.common),
                prf_provider: suite.prf_provider,
                kx: suite.kx,
                sign: suite.sign,
                aead_alg: suite.aead_alg,
            })))
        }
        SupportedCipherSuite::Tls13(suite) => {
            SupportedCipherSuite::Tls13(Box::leak(Box::new(Tls13CipherSuite {
                common: common(&suite.common),
                hkdf_provider: suite.hkdf_provider,
                aead_alg: suite.aead_alg,
                quic: suite.quic,
            })))
        }
    }
}

/// A hash of what was sent.
struct SentHash(&'static dyn Hash);

impl Hash for SentHash {
    fn start(&self) -> Box<dyn Context> {
        Box::new(SentContext(self.0.start()))
    }

    fn hash(&self, data: &[u8]) -> Output {
        self.0.hash(data)
    }

    fn output_len(&self) -> usize {
        self.0.output_len()
    }

    fn algorithm(&self) -> HashAlgorithm {
        self.0.algorithm()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

/// A running hash of what was sent.
struct SentContext(Box<dyn Context>);

impl Context for SentContext {
    fn fork_finish(&self) -> Output {
        self.0.fork_finish()
    }

    fn fork(&self) -> Box<dyn Context> {
        Box::new(Self(self.0.fork()))
    }

    fn finish(self: Box<Self>) -> Output {
        self.0.finish()
    }

    /// Adds a message, which rustls passes whole or up to the binders at its end.
    fn update(&mut self, data: &[u8]) {
        match split(data) {
            Some((sent, rest)) => {
                self.0.update(&sent);
                self.0.update(rest);
            }
            None => self.0.update(data),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::provider;

    #[test]
    fn what_was_sent_is_hashed_while_rustls_works_and_at_no_other_time() {
        let hash = SentHash(
            provider().cipher_suites[0]
                .tls13()
                .unwrap()
                .common
                .hash_provider,
        );
        let of = |parts: &[&[u8]]| {
            let mut context = hash.start().fork();
            for part in parts {
                context.update(part);
            }
            assert_eq!(
                context.fork_finish().as_ref(),
                context.fork().finish().as_ref()
            );
            context.finish().as_ref().to_vec()
        };
        let mut shown = vec![Rewrite {
            sent: b"\x01sent".to_vec(),
            shown: b"\x01seen".to_vec(),
        }];
        let [sent, seen] = [b"\x01sent and on", b"\x01seen and on"].map(|message| of(&[message]));
        with_rewrites(&mut shown, || {
            assert_eq!(of(&[b"\x01seen and on"]), sent);
            assert_eq!(of(&[b"", b"\x01seen and on"]), sent);
            assert_eq!(of(&[b"\x01se", b"en and on"]), seen);
            assert_eq!(*as_sent(b"\x01seen and on"), *b"\x01sent and on");
            assert_eq!(*as_sent(b"other"), *b"other");
        });
        assert_eq!(of(&[b"\x01seen and on"]), seen);
        assert_eq!(*as_sent(b"\x01seen"), *b"\x01seen");
        assert_eq!(shown.len(), 1);
    }

    #[test]
    fn the_suites_are_those_of_the_provider() {
        let suites = &provider().cipher_suites;
        assert_eq!(hashing_as_sent(suites), *suites);
    }
}
