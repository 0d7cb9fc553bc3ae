//! Clients that ask for a server name which is no valid name.
//!
//! Some clients, such as those of mbedTLS, send whatever they compare the certificate with: "My
//! Game Server" or "localhost:8080". A server may ignore the extension (RFC 6066 section 3). rustls
//! ignores addresses alone; anything else that is no host name ends the handshake. So such a
//! ClientHello is shown to rustls with another number for that extension, which makes it one
//! without a server name.

use std::borrow::Cow;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::ServerName;

use crate::provider::transcript::Rewrite;

const RECORD_HEADER: usize = 5;
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const MESSAGE_HEADER: usize = 4;
const CLIENT_HELLO: u8 = 1;
const VERSION_AND_RANDOM: usize = 2 + 32;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;

/// Extension numbers for private use (RFC 8446 section 11); one that the ClientHello does not have
/// is taken.
const PRIVATE_USE: std::ops::RangeInclusive<u16> = 0xff40..=0xff7f;

/// Longest ClientHello that is changed; a longer one is left to rustls as it is.
const MAX_HELLO: usize = 16 * 1024;

/// Hides a server name that is none in the ClientHello, before rustls sees it.
#[derive(Debug)]
pub(super) struct HelloFilter {
    stage: Stage,
    /// Bytes of a ClientHello that is not complete.
    seen: Vec<u8>,
    /// Bytes that must be there before it can be complete.
    needed: usize,
}

#[derive(Debug)]
enum Stage {
    /// The first ClientHello: rustls is given each byte at once. If it is changed, rustls begins
    /// anew with this configuration.
    First(Arc<ServerConfig>),
    /// A second one (HelloRetryRequest) after a first that was changed: rustls is given nothing
    /// before it is whole.
    Second,
}

/// A look at the bytes so far.
enum Found {
    /// More bytes are needed: so many in all, at least.
    Part(usize),
    /// There is nothing to change.
    Nothing,
    /// A ClientHello with a server name that is none.
    InvalidName(Changed),
}

/// A ClientHello whose server name is hidden.
pub(super) struct Changed {
    /// Its records.
    pub(super) bytes: Vec<u8>,
    /// The change, for the hashes of the transcript.
    pub(super) rewrite: Rewrite,
}

/// Bytes for rustls.
pub(super) enum Filtered<'a> {
    /// None yet.
    Held,
    /// These.
    Bytes(Cow<'a, [u8]>),
    /// A changed ClientHello. With a configuration: for a new connection, because this one was
    /// given a part of it.
    Changed(Changed, Option<Arc<ServerConfig>>),
}

impl HelloFilter {
    fn new(stage: Stage) -> Self {
        Self {
            stage,
            seen: Vec::new(),
            needed: 0,
        }
    }

    /// Filters the bytes of a client whose server uses `lenient` after a change: its own
    /// configuration with hashes of what was sent ([`crate::provider::hashing_as_sent`]).
    pub(super) fn first(lenient: Arc<ServerConfig>) -> Self {
        Self::new(Stage::First(lenient))
    }

    /// Takes bytes from the client. Returns what follows from them, and the filter for the bytes
    /// after them, if those can belong to a ClientHello.
    pub(super) fn filter(mut self, bytes: &[u8]) -> (Option<Self>, Filtered<'_>) {
        let found = self.look(bytes);
        match (found, &self.stage) {
            (Found::Part(_), Stage::First(_)) => (Some(self), Filtered::Bytes(bytes.into())),
            (Found::Part(_), Stage::Second) => (Some(self), Filtered::Held),
            (Found::Nothing, Stage::Second) if !self.seen.is_empty() => {
                (None, Filtered::Bytes(self.seen.into()))
            }
            (Found::Nothing, _) => (None, Filtered::Bytes(bytes.into())),
            (Found::InvalidName(changed), Stage::First(config)) => {
                let begin_anew = Some(Arc::clone(config));
                let second = Self::new(Stage::Second);
                (Some(second), Filtered::Changed(changed, begin_anew))
            }
            (Found::InvalidName(changed), Stage::Second) => {
                (None, Filtered::Changed(changed, None))
            }
        }
    }

    /// Adds bytes of the peer and looks at all of them.
    fn look(&mut self, bytes: &[u8]) -> Found {
        let all = if self.seen.is_empty() {
            Cow::Borrowed(bytes)
        } else {
            self.seen.extend_from_slice(bytes);
            Cow::Borrowed(self.seen.as_slice())
        };
        let found = if all.len() < self.needed {
            return Found::Part(self.needed);
        } else if all.len() > MAX_HELLO {
            Found::Nothing
        } else {
            match find(&all) {
                // A ClientHello that will be too long is not held back.
                Found::Part(needed) if needed > MAX_HELLO => Found::Nothing,
                found => found,
            }
        };
        if let Found::Part(needed) = found {
            self.needed = needed;
            if self.seen.is_empty() {
                self.seen = bytes.to_vec();
            }
        }
        found
    }
}

/// Looks for a whole ClientHello at the beginning of `bytes`.
fn find(bytes: &[u8]) -> Found {
    let mut message = Cow::Borrowed(&[][..]);
    let mut at = 0;
    while let Some(head) = bytes.get(at..at + RECORD_HEADER) {
        let body = at + RECORD_HEADER;
        at = body + usize::from(u16::from_be_bytes([head[3], head[4]]));
        match head[0] {
            CHANGE_CIPHER_SPEC if message.is_empty() => continue,
            HANDSHAKE => {}
            _ => return Found::Nothing,
        }
        let part = &bytes[body..at.min(bytes.len())];
        if message.is_empty() {
            message = Cow::Borrowed(part);
        } else {
            message.to_mut().extend_from_slice(part);
        }
        if message.first().is_some_and(|first| *first != CLIENT_HELLO) {
            return Found::Nothing;
        }
        if let Some(hello) = message.get(..length(&message)) {
            return rewrite(bytes, hello);
        }
    }
    // Each byte that the message lacks takes one more byte at least.
    Found::Part(bytes.len() + (length(&message) - message.len()).max(1))
}

/// Returns the length of the handshake message that begins so, as far as it is known.
fn length(message: &[u8]) -> usize {
    match *message {
        [_, high, middle, low, ..] => {
            MESSAGE_HEADER + (usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low))
        }
        _ => MESSAGE_HEADER,
    }
}

/// Gives the server name extension another number, if its name is none.
fn rewrite(bytes: &[u8], hello: &[u8]) -> Found {
    let Some((at, number)) = extension_to_hide(hello) else {
        return Found::Nothing;
    };
    let end = at + 2;
    let mut changed = bytes.to_vec();
    let mut shown = hello[..end].to_vec();
    for (index, byte) in (at..end).zip(number.to_be_bytes()) {
        changed[position_in_records(bytes, index)] = byte;
        shown[index] = byte;
    }
    let sent = hello[..end].to_vec();
    Found::InvalidName(Changed {
        bytes: changed,
        rewrite: Rewrite { sent, shown },
    })
}

/// Returns the position among the records of a byte of the first handshake message.
fn position_in_records(bytes: &[u8], mut index: usize) -> usize {
    let mut at = 0;
    while let Some(&[kind, _, _, high, low]) = bytes[at..].first_chunk() {
        let length = usize::from(u16::from_be_bytes([high, low]));
        if kind == HANDSHAKE && index < length {
            return at + RECORD_HEADER + index;
        }
        if kind == HANDSHAKE {
            index -= length;
        }
        at += RECORD_HEADER + length;
    }
    at
}

/// Returns the position of the server name extension's number, if that names no server, and another
/// number for it. A malformed ClientHello is left to rustls.
fn extension_to_hide(hello: &[u8]) -> Option<(usize, u16)> {
    let rest = hello.get(MESSAGE_HEADER + VERSION_AND_RANDOM..)?;
    let (_session_id, rest) = split_u8_prefixed(rest)?;
    let (_cipher_suites, rest) = split_u16_prefixed(rest)?;
    let (_compressions, rest) = split_u8_prefixed(rest)?;
    let (mut extensions, _) = split_u16_prefixed(rest).filter(|(_, rest)| rest.is_empty())?;
    let mut numbers = Vec::new();
    let mut found = None;
    while !extensions.is_empty() {
        let (number, rest) = extensions.split_first_chunk()?;
        let number = u16::from_be_bytes(*number);
        let (body, rest) = split_u16_prefixed(rest)?;
        if number == SERVER_NAME && names_no_server(body) {
            found = Some(hello.len() - extensions.len());
        }
        numbers.push(number);
        extensions = rest;
    }
    // rustls refuses an extension that comes twice; hiding one of them would prevent that.
    let is_alone = numbers.iter().filter(|one| **one == SERVER_NAME).count() == 1;
    let other = PRIVATE_USE
        .into_iter()
        .find(|other| !numbers.contains(other))?;
    found.filter(|_| is_alone).map(|place| (place, other))
}

/// Returns whether a server_name extension holds no host name and no address.
fn names_no_server(body: &[u8]) -> bool {
    let Some((list, [])) = split_u16_prefixed(body) else {
        return false;
    };
    match list.split_first() {
        None => true,
        Some((&HOST_NAME, rest)) => match split_u16_prefixed(rest) {
            Some((name, [])) => !name.is_empty() && ServerName::try_from(name).is_err(),
            _ => false,
        },
        Some(_) => true,
    }
}

/// Splits off a part that begins with its length in two bytes.
fn split_u16_prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

/// Splits off a part that begins with its length in one byte.
fn split_u8_prefixed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first()?;
    rest.split_at_checked(usize::from(*length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_length(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
    }

    fn extension(number: u16, body: &[u8]) -> Vec<u8> {
        [&number.to_be_bytes(), &with_length(body)[..]].concat()
    }

    fn named(name: &[u8]) -> Vec<u8> {
        with_length(&[&[HOST_NAME], &with_length(name)[..]].concat())
    }

    fn hello(extensions: &[Vec<u8>]) -> Vec<u8> {
        let fixed = [&[3; 34][..], &[1, 9], &[0, 2, 0x13, 1], &[1, 0]].concat();
        let body = [fixed, with_length(&extensions.concat())].concat();
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [&[CLIENT_HELLO], &length[1..], &body].concat()
    }

    #[test]
    fn only_a_well_formed_name_that_is_none_is_hidden() {
        let label = "a".repeat(64);
        for name in ["My Game Server", "localhost:8080", "a..b", "ü", &label] {
            assert!(names_no_server(&named(name.as_bytes())), "{name}");
        }
        for name in [
            "localhost",
            "under_score.test",
            "10.0.0.1",
            "::1",
            &label[1..],
        ] {
            assert!(!names_no_server(&named(name.as_bytes())), "{name}");
        }
        // No name at all, and a name of another kind.
        assert!(names_no_server(&with_length(&[])));
        assert!(names_no_server(&with_length(&[7, 1, 2])));
        // rustls says what is wrong with these.
        let two = with_length(&[&named(b"a b")[2..], &named(b"c d")[2..]].concat());
        let bare = with_length(&[HOST_NAME, 0, 0]);
        let longer = [named(b"a b"), vec![0]].concat();
        for broken in [&two[..], &bare, &longer, &named(b"a b")[..4], &[0], &[]] {
            assert!(!names_no_server(broken), "{broken:?}");
        }
    }

    #[test]
    fn the_extension_gets_a_number_that_the_hello_does_not_have() {
        let [before, name] = [
            extension(0xff40, b"x"),
            extension(SERVER_NAME, &named(b"a b")),
        ];
        let message = hello(&[before.clone(), name.clone()]);
        let (at, number) = extension_to_hide(&message).unwrap();
        assert_eq!(message[at..], name);
        assert_eq!(number, 0xff41);
        assert_eq!(extension_to_hide(&hello(&[before])), None);
        for end in 0..message.len() {
            assert_eq!(extension_to_hide(&message[..end]), None);
        }
        // An extension that comes twice (RFC 8446 section 4.2).
        let host = extension(SERVER_NAME, &named(b"play.example.test"));
        for twice in [[&name, &host], [&host, &name], [&name, &name]] {
            assert_eq!(extension_to_hide(&hello(&twice.map(Clone::clone))), None);
        }
    }

    #[test]
    fn a_hello_is_changed_in_two_bytes_whatever_records_hold_it() {
        let message = hello(&[extension(SERVER_NAME, &named(b"a b"))]);
        for size in 1..=message.len() {
            let record = |part: &[u8]| [&[HANDSHAKE, 3, 1], &with_length(part)[..]].concat();
            let records: Vec<u8> = message.chunks(size).flat_map(record).collect();
            let bytes = [&[CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1], &records[..], &[23]].concat();
            let Found::InvalidName(changed) = find(&bytes) else {
                panic!("nothing was found in records of {size}");
            };
            let differing = bytes.iter().zip(&changed.bytes).filter(|(a, b)| a != b);
            assert_eq!((differing.count(), changed.bytes.len()), (2, bytes.len()));
            assert_eq!(changed.rewrite.sent, message[..changed.rewrite.sent.len()]);
            assert!(changed.rewrite.shown.ends_with(&[0xff, 0x40]));
            for end in 0..bytes.len() - 1 {
                let part = find(&bytes[..end]);
                assert!(
                    matches!(part, Found::Part(needed) if needed > end && needed <= bytes.len())
                );
            }
        }
    }

    #[test]
    fn other_messages_and_records_are_left_alone_at_once() {
        for bytes in [
            &[23, 3, 3, 0, 9][..],
            &[21, 3, 3, 0, 2, 1, 0],
            &[HANDSHAKE, 3, 3, 0, 9, 16],
            &[20, 3, 3, 0, 1, 1, 23, 0, 0, 0, 0],
            b"GET / HTTP/1.1",
        ] {
            assert!(matches!(find(bytes), Found::Nothing), "{bytes:?}");
        }
    }
}
