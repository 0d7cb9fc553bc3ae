//! Fragments of handshake records, and the plain close_notify of a peer that leaves.

/// A part of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordFragment {
    /// Its length in bytes.
    pub length: usize,
    /// True if the record ends with it.
    pub completes: bool,
    /// The content type of the record (RFC 8446 section 5.1).
    pub content_type: u8,
}

/// Finds a plain close_notify among the records of a handshake (RFC 5246 section 7.2.1).
///
/// rustls ignores it, because it is not authenticated. An attacker who can forge it can cut the
/// connection as well, so it is believed here, and the handshake ends at once instead of at its
/// timeout.
#[derive(Debug, Default)]
pub(super) struct RecordScanner {
    /// The header of the current record, followed by its body if that is an alert in plain text.
    record: Vec<u8>,
    /// Bytes of the record's body that are still to come.
    missing: usize,
}

const HEADER: usize = 5;
const ALERT: u8 = 21;
/// Length of an alert in plain text: level and description. An encrypted alert is longer.
const PLAIN_ALERT: usize = 2;
const CLOSE_NOTIFY: u8 = 0;

impl RecordFragment {
    /// Returns all of `bytes` as a part of no handshake record.
    pub(super) fn rest(bytes: &[u8]) -> Self {
        Self {
            length: bytes.len(),
            completes: false,
            content_type: 0,
        }
    }
}

impl RecordScanner {
    /// Returns length, content type and completeness of the record fragment at the start of
    /// `bytes`, the next ones of the peer.
    pub(super) fn peek_fragment(&self, bytes: &[u8]) -> RecordFragment {
        let head: Vec<u8> = self
            .record
            .iter()
            .chain(bytes)
            .take(HEADER)
            .copied()
            .collect();
        let of_head = HEADER.saturating_sub(self.record.len());
        let body = match *head {
            _ if of_head == 0 => self.missing,
            [_, _, _, high, low] => usize::from(u16::from_be_bytes([high, low])),
            _ => usize::MAX,
        };
        let length = of_head.saturating_add(body);
        RecordFragment {
            length: length.min(bytes.len()),
            completes: length <= bytes.len(),
            content_type: head.first().copied().unwrap_or_default(),
        }
    }

    /// Returns how many of `all`, the next bytes of the peer, come before a close_notify, if one is
    /// among them.
    pub(super) fn find_close_notify(&mut self, all: &[u8]) -> Option<usize> {
        let mut bytes = all;
        let mut before = 0;
        while !bytes.is_empty() {
            if self.record.len() < HEADER {
                let (head, rest) = bytes.split_at(bytes.len().min(HEADER - self.record.len()));
                self.record.extend_from_slice(head);
                bytes = rest;
                if let [_, _, _, high, low] = *self.record {
                    self.missing = usize::from(u16::from_be_bytes([high, low]));
                }
            } else {
                let (body, rest) = bytes.split_at(bytes.len().min(self.missing));
                self.missing -= body.len();
                bytes = rest;
                if self.record.len() + body.len() + self.missing == HEADER + PLAIN_ALERT {
                    self.record.extend_from_slice(body);
                }
            }
            if self.record.len() >= HEADER && self.missing == 0 {
                let is_close_notify = matches!(*self.record, [ALERT, _, _, 0, 2, _, CLOSE_NOTIFY]);
                self.record.clear();
                if is_close_notify {
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
        let whole = RecordScanner::default().find_close_notify(&bytes);
        let mut scanner = RecordScanner::default();
        let alone = bytes
            .iter()
            .any(|byte| scanner.find_close_notify(&[*byte]).is_some());
        assert_eq!(alone, whole.is_some());
        if let Some(before) = whole {
            assert_eq!(bytes[before..], NOTIFY);
        }
        alone
    }

    #[test]
    fn a_plain_close_notify_is_found_between_other_records() {
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

    #[test]
    fn fragments_end_where_records_do_however_they_are_cut() {
        let record = [[22, 3, 3, 0, 4].as_slice(), &[1; 4], &[20, 3, 3, 0, 1, 1]].concat();
        let fragment = |length, completes, content_type| RecordFragment {
            length,
            completes,
            content_type,
        };
        for cut in 0..=record.len() {
            let mut scanner = RecordScanner::default();
            assert_eq!(scanner.find_close_notify(&record[..cut]), None);
            let rest = &record[cut..];
            let expected = match cut {
                0..9 => fragment(9 - cut, true, 22),
                9..15 => fragment(15 - cut, true, 20),
                _ => fragment(0, false, 0),
            };
            assert_eq!(scanner.peek_fragment(rest), expected, "cut at {cut}");
            // Without its last byte it does not complete the record.
            if cut == 0 {
                assert_eq!(scanner.peek_fragment(&rest[..8]), fragment(8, false, 22));
                assert_eq!(scanner.peek_fragment(&rest[..3]), fragment(3, false, 22));
            }
        }
    }
}
