//! Finds the blocks of a PEM text (RFC 7468), and everything that looks like one.

use std::fmt;

use super::base64::is_base64;

/// Dashes on each side of a marker.
const DASHES: usize = 5;
/// Dashes before BEGIN or END that make a marker whatever follows.
const ENOUGH_DASHES: usize = 3;
/// Longest text that is compared with the known labels, in bytes.
const MAX_KNOWN: usize = 48;
/// Shortest line of base64 outside of blocks that is reported, in bytes.
const MIN_BODY: usize = 32;

/// Labels that are recognised in malformed markers, and the only ones that messages repeat.
const KNOWN_LABELS: [&str; 20] = [
    "CERTIFICATE",
    "X509 CRL",
    "PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "DSA PRIVATE KEY",
    "X509 CERTIFICATE",
    "TRUSTED CERTIFICATE",
    "ATTRIBUTE CERTIFICATE",
    "CERTIFICATE REQUEST",
    "NEW CERTIFICATE REQUEST",
    "CRL",
    "PUBLIC KEY",
    "RSA PUBLIC KEY",
    "DH PARAMETERS",
    "EC PARAMETERS",
    "PKCS7",
    "CMS",
];

/// Block, or text that looks like one.
#[derive(Debug)]
pub(super) struct Block<'a> {
    /// Label as written; of a malformed marker the known label that it resembles, or nothing.
    pub(super) label: &'a str,
    /// Text between the markers.
    pub(super) body: &'a str,
    /// Line of its beginning, from 1.
    pub(super) line: usize,
    /// Fault that makes it unusable.
    pub(super) fault: Option<BlockFault>,
}

/// Fault of the markers of a block. The text is a clause about "it".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockFault {
    /// The BEGIN line is malformed.
    BeginMalformed,
    /// The BEGIN line is missing.
    BeginMissing,
    /// The END line is malformed.
    EndMalformed,
    /// The END line is missing.
    EndMissing,
    /// The END line has another label than the BEGIN line.
    EndOfAnotherLabel,
    /// Both lines are missing.
    BothMissing,
}

impl fmt::Display for BlockFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BeginMalformed => {
                "its BEGIN line is malformed: it has five dashes on each side, BEGIN in capitals, one blank and the label"
            }
            Self::BeginMissing => "its BEGIN line is missing",
            Self::EndMalformed => {
                "its END line is malformed: it has five dashes on each side, END in capitals, one blank and the label"
            }
            Self::EndMissing => "its END line is missing",
            Self::EndOfAnotherLabel => "its END line has another label than its BEGIN line",
            Self::BothMissing => "its BEGIN and END lines are missing",
        })
    }
}

/// Block of a PEM text by its place. Of its label no more than a known one is kept: a key may stand
/// in a malformed marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockName {
    /// The known label that the block has or resembles.
    pub label: Option<&'static str>,
    /// Line of the block, from 1.
    pub line: usize,
}

impl fmt::Display for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.label {
            Some(label) => write!(f, "the block \"{label}\" in line {}", self.line),
            None => write!(f, "the block in line {}", self.line),
        }
    }
}

impl Block<'_> {
    /// Returns the block's name for messages.
    pub(super) fn name(&self) -> BlockName {
        BlockName {
            label: known(self.label),
            line: self.line,
        }
    }
}

/// BEGIN or END line, well formed or not.
struct Marker<'a> {
    is_begin: bool,
    is_exact: bool,
    label: &'a str,
    start: usize,
    end: usize,
    line: usize,
}

/// Finds every block of a normalised text, and whatever looks like one, in order.
pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(Marker<'_>, Option<BlockFault>)> = None;
    // Where the text outside of blocks begins.
    let mut outside = (0, 1);
    for marker in markers(text) {
        let before = open.take();
        // Before a lone END it is told of that.
        if before.is_none() && marker.is_begin {
            blocks.extend(bare_body(&text[outside.0..marker.start], outside.1));
        }
        outside = (marker.end, marker.line);
        match (before, marker.is_begin) {
            (before, true) => {
                blocks.extend(before.map(|(begin, fault)| {
                    let body = &text[begin.end..marker.start];
                    block(&begin, body, fault.or(Some(BlockFault::EndMissing)))
                }));
                let fault = (!marker.is_exact).then_some(BlockFault::BeginMalformed);
                open = Some((marker, fault));
            }
            (Some((begin, fault)), false) => {
                let fault = fault.or_else(|| end_fault(&begin, &marker));
                blocks.push(block(&begin, &text[begin.end..marker.start], fault));
            }
            (None, false) => blocks.push(block(&marker, "", Some(BlockFault::BeginMissing))),
        }
    }
    match open {
        Some((begin, fault)) => {
            let fault = fault.or(Some(BlockFault::EndMissing));
            blocks.push(block(&begin, &text[begin.end..], fault));
        }
        None => blocks.extend(bare_body(&text[outside.0..], outside.1)),
    }
    blocks
}

fn block<'a>(marker: &Marker<'a>, body: &'a str, fault: Option<BlockFault>) -> Block<'a> {
    Block {
        label: marker.label,
        body,
        line: marker.line,
        fault,
    }
}

fn end_fault(begin: &Marker<'_>, end: &Marker<'_>) -> Option<BlockFault> {
    if !end.is_exact {
        Some(BlockFault::EndMalformed)
    } else if end.label != begin.label {
        Some(BlockFault::EndOfAnotherLabel)
    } else {
        None
    }
}

/// Finds base64 of an item that lost its markers: DER of some length begins with a SEQUENCE.
fn bare_body(outside: &str, first_line: usize) -> Option<Block<'_>> {
    let is_body = |line: &str| {
        line.len() >= MIN_BODY && line.starts_with("MI") && line.bytes().all(is_base64)
    };
    let place = outside.lines().position(|line| is_body(line.trim()))?;
    Some(Block {
        label: "",
        body: "",
        line: first_line + place,
        fault: Some(BlockFault::BothMissing),
    })
}

fn markers(text: &str) -> impl Iterator<Item = Marker<'_>> {
    let mut offset = 0;
    let lines = text.split_inclusive('\n').enumerate();
    lines.flat_map(move |(index, line)| {
        let start = offset;
        offset += line.len();
        markers_of_line(line.trim_end_matches('\n')).map(move |marker| Marker {
            start: start + marker.start,
            end: start + marker.end,
            line: index + 1,
            ..marker
        })
    })
}

fn markers_of_line(line: &str) -> impl Iterator<Item = Marker<'_>> {
    // Nearly all lines are base64, which has no dashes.
    let may_have_some = line.as_bytes().contains(&b'-') || keyword(line.as_bytes()).is_some();
    let mut from = if may_have_some { 0 } else { line.len() };
    std::iter::from_fn(move || {
        let found = next_marker(line, from)?;
        from = found.end;
        Some(found)
    })
}

fn next_marker(line: &str, from: usize) -> Option<Marker<'_>> {
    let bytes = line.as_bytes();
    (from..bytes.len()).find_map(|at| {
        let (is_begin, length) = keyword(&bytes[at..])?;
        marker(line, from, at, at + length, is_begin)
    })
}

/// Recognises BEGIN or END in any case, with its length.
fn keyword(bytes: &[u8]) -> Option<(bool, usize)> {
    let is = |word: &[u8]| {
        bytes
            .get(..word.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    if is(b"BEGIN") {
        Some((true, 5))
    } else if is(b"END") {
        Some((false, 3))
    } else {
        None
    }
}

/// Reads the marker whose keyword stands at `at..after`. Text before `from` belongs to another.
fn marker(line: &str, from: usize, at: usize, after: usize, is_begin: bool) -> Option<Marker<'_>> {
    let bytes = line.as_bytes();
    let before = &bytes[from..at];
    let blanks = count_back(before, |byte| byte == b' ' || byte == b'\t');
    let dashes = count_back(&before[..before.len() - blanks], |byte| byte == b'-');
    let is_glued = from > 0 && before.is_empty();
    let is_clear = is_glued || (dashes >= ENOUGH_DASHES && blanks == 0);
    // Looked at briefly where nothing else says that it is a marker: a line may be very long.
    let rest = &line[after..];
    let window = if is_clear { rest } else { start_of(rest) };
    let label_end = window.find("--").unwrap_or(window.len());
    let label = &window[..label_end];
    let trailing = trailing_dashes(&bytes[after + label_end..]);
    let stands_alone = dashes > 0 || trailing > 0 || label.ends_with('-') || before.len() == blanks;
    if !is_clear && !stands_alone {
        return None;
    }
    let resembled = known(label);
    if !is_clear && resembled.is_none() {
        return None;
    }
    let exact = label.strip_prefix(' ').filter(|label| {
        let has_keyword = matches!(&bytes[at..after], b"BEGIN" | b"END");
        let is_whole = dashes == DASHES && trailing == DASHES && blanks == 0;
        has_keyword && is_whole && is_well_formed(label)
    });
    Some(Marker {
        is_begin,
        is_exact: exact.is_some(),
        label: exact.or(resembled).unwrap_or_default(),
        start: at - blanks - dashes,
        end: after + label_end + trailing,
        line: 0,
    })
}

/// Counts the dashes behind a label. Of a run directly before another marker, only some belong to
/// this one.
fn trailing_dashes(bytes: &[u8]) -> usize {
    let run = bytes.iter().take_while(|byte| **byte == b'-').count();
    if keyword(bytes[run..].trim_ascii_start()).is_some() {
        run.min(DASHES)
    } else {
        run
    }
}

/// Returns whether a label is well formed and not meant to be another one.
fn is_well_formed(label: &str) -> bool {
    let is_text = label
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic());
    !label.is_empty()
        && label.trim() == label
        && is_text
        && known(label).is_none_or(|known| known == label)
}

/// Returns the known label that a text spells, in any case and with anything between its words.
pub(super) fn known(text: &str) -> Option<&'static str> {
    if text.len() > MAX_KNOWN {
        return None;
    }
    let trimmed = text.trim();
    if let Some(label) = KNOWN_LABELS.into_iter().find(|label| *label == trimmed) {
        return Some(label);
    }
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let spelled = words.join(" ");
    KNOWN_LABELS
        .into_iter()
        .find(|label| label.eq_ignore_ascii_case(&spelled))
}

fn start_of(text: &str) -> &str {
    let end = (0..=text.len().min(MAX_KNOWN))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

fn count_back(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    bytes.iter().rev().take_while(|byte| is(**byte)).count()
}
