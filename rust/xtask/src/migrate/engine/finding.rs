//! What the check of a file tells, and the edits that it proposes.

use std::ops::Range;

/// What is to be done about a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// An edit replaces the name.
    Change,
    /// A call, property or constant that behaves differently in the addon's class.
    Differs,
    /// The engine's class or enumeration stays, and the code goes on working.
    Stays,
    /// Nothing is edited: a person has to look at it.
    Decide,
}

impl Kind {
    /// Returns the word that a report shows.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Differs => "differs",
            Self::Stays => "stays",
            Self::Decide => "decide",
        }
    }
}

/// A place in a file and what is to be done there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Offset in bytes.
    pub(crate) at: usize,
    pub(crate) kind: Kind,
    pub(crate) message: String,
}

impl Finding {
    pub(super) fn new(at: usize, kind: Kind, message: impl Into<String>) -> Self {
        Self {
            at,
            kind,
            message: message.into(),
        }
    }
}

/// A replacement of a part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Offsets in bytes.
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

/// Everything about one file, in the order of the text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) findings: Vec<Finding>,
    pub(crate) edits: Vec<Edit>,
}

impl Report {
    pub(super) fn find(&mut self, at: usize, kind: Kind, message: impl Into<String>) {
        self.findings.push(Finding::new(at, kind, message));
    }

    /// Adds an edit and the finding that tells it.
    pub(super) fn change(&mut self, range: Range<usize>, old: &str, new: &str) {
        self.find(range.start, Kind::Change, format!("{old} → {new}"));
        self.edits.push(Edit {
            range,
            text: new.to_owned(),
        });
    }

    pub(super) fn sort(&mut self) {
        self.findings
            .sort_by_key(|finding| (finding.at, finding.kind));
        self.edits.sort_by_key(|edit| edit.range.start);
    }
}

/// Returns line and column of an offset in bytes, both counted from 1. A byte order mark has no column.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    let column = line.chars().filter(|c| *c != '\u{feff}').count() + 1;
    (before.matches('\n').count() + 1, column)
}

/// Returns the text with all edits made. They must be in order and apart from each other.
pub(crate) fn apply(text: &str, edits: &[Edit]) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        changed.push_str(&text[done..edit.range.start]);
        changed.push_str(&edit.text);
        done = edit.range.end;
    }
    changed.push_str(&text[done..]);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_without_the_byte_order_mark() {
        let text = "\u{feff}ä = 1\r\nöö x";
        assert_eq!(position(text, text.find('=').unwrap_or(0)), (1, 3));
        assert_eq!(position(text, text.find('x').unwrap_or(0)), (2, 4));
    }

    #[test]
    fn edits_keep_what_is_around_them() {
        let edit = |range, text: &str| Edit {
            range,
            text: text.to_owned(),
        };
        let edits = [edit(0..1, "A"), edit(4..6, "")];
        assert_eq!(apply("a\r\n bc d\r\n", &edits), "A\r\n  d\r\n");
    }
}
