//! A peer that leaves in the middle of a handshake.

/// Looks for a plain close_notify among the records of a handshake (RFC 5246 section 7.2.1).
///
/// rustls passes over it: nobody signed it. Whoever could forge it could cut the connection as well, so it is
/// believed here, and the handshake ends at once instead of at its timeout.
#[derive(Debug, Default)]
pub(super) struct Goodbye {
    /// The head of the record at hand, and the body behind it when that is an alert in plain text.
    record: Vec<u8>,
    /// How much of the record's body is still to come.
    missing: usize,
}

const HEAD: usize = 5;
const ALERT: u8 = 21;
/// Level and description. An encrypted alert is longer.
const PLAIN_ALERT: usize = 2;
const CLOSE_NOTIFY: u8 = 0;

impl Goodbye {
    /// How many of these bytes, the next ones of the peer's, come before it, if it is among them.
    pub(super) fn find_in(&mut self, all: &[u8]) -> Option<usize> {
        let mut bytes = all;
        let mut before = 0;
        while !bytes.is_empty() {
            if self.record.len() < HEAD {
                let (head, rest) = bytes.split_at(bytes.len().min(HEAD - self.record.len()));
                self.record.extend_from_slice(head);
                bytes = rest;
                if let [_, _, _, high, low] = *self.record {
                    self.missing = usize::from(u16::from_be_bytes([high, low]));
                }
            } else {
                let (body, rest) = bytes.split_at(bytes.len().min(self.missing));
                self.missing -= body.len();
                bytes = rest;
                if self.record.len() + body.len() + self.missing == HEAD + PLAIN_ALERT {
                    self.record.extend_from_slice(body);
                }
            }
            if self.record.len() >= HEAD && self.missing == 0 {
                let is_goodbye = matches!(*self.record, [ALERT, _, _, 0, 2, _, CLOSE_NOTIFY]);
                self.record.clear();
                if is_goodbye {
                    return Some(before);
                }
                before = all.len() - bytes.len();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTIFY: [u8; 7] = [21, 3, 3, 0, 2, 1, 0];

    fn found(records: &[&[u8]]) -> bool {
        let bytes = records.concat();
        let whole = Goodbye::default().find_in(&bytes);
        let mut watch = Goodbye::default();
        let alone = bytes.iter().any(|byte| watch.find_in(&[*byte]).is_some());
        assert_eq!(alone, whole.is_some());
        if let Some(before) = whole {
            assert_eq!(bytes[before..], NOTIFY);
        }
        alone
    }

    #[test]
    fn a_plain_goodbye_is_found_between_other_records() {
        assert!(found(&[&NOTIFY]));
        assert!(found(&[
            &[22, 3, 1, 0, 3, 9, 9, 9],
            &[20, 3, 3, 0, 1, 1],
            &NOTIFY
        ]));
        assert!(found(&[&[22, 3, 3, 0, 0], &NOTIFY]));
        assert!(found(&[&[21, 3, 3, 0, 2, 1, 90], &NOTIFY]));
    }

    #[test]
    fn other_alerts_encrypted_ones_and_look_alikes_are_not_it() {
        assert!(!found(&[&[21, 3, 3, 0, 2, 1, 112]]));
        assert!(!found(&[&[21, 3, 3, 0, 3, 1, 0, 0], &[21, 3, 3, 0, 1, 0]]));
        assert!(!found(&[&[22, 3, 3, 0, 7], &NOTIFY]));
        assert!(!found(&[&[22, 3, 3, 0, 2, 1, 0], &[23, 3, 3, 0, 2, 1, 0]]));
        assert!(!found(&[&NOTIFY[..6]]));
    }
}
