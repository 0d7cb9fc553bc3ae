//! Scenes and resources as text, taken apart into sections.

use std::ops::Range;

/// A heading in square brackets with the properties below it.
#[derive(Debug, Default)]
pub(super) struct Section {
    pub(super) name: String,
    attributes: Vec<(String, Range<usize>)>,
    pub(super) properties: Vec<(String, Range<usize>)>,
}

impl Section {
    /// Returns the text of an attribute.
    pub(super) fn text<'a>(&self, text: &'a str, name: &str) -> Option<&'a str> {
        self.attribute(name).map(|value| &text[value])
    }

    /// Returns where the value of an attribute is, of a string its inside.
    pub(super) fn attribute(&self, name: &str) -> Option<Range<usize>> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    }
}

/// Takes a scene apart. Strings may be of several lines and hold anything.
pub(super) fn sections(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        let line = text[at..line_end].trim_start_matches('\u{feff}');
        let start = line_end - line.len();
        if line.starts_with('[') {
            let (section, end) = heading(text, start);
            sections.push(section);
            at = end;
        } else if let Some(equals) = line.find(" = ").filter(|_| !line.starts_with(';')) {
            let value = start + equals + 3;
            let end = value_end(text, value);
            if let Some(section) = sections.last_mut() {
                let key = line[..equals].to_owned();
                section.properties.push((key, value..end));
            }
            at = end;
        } else {
            at = line_end + 1;
        }
    }
    sections
}

/// Reads a heading, and returns where the line behind it begins.
fn heading(text: &str, start: usize) -> (Section, usize) {
    let mut section = Section::default();
    let mut at = start + 1;
    let name = text[at..]
        .find([' ', ']'])
        .map_or(text.len(), |end| at + end);
    text[at..name].clone_into(&mut section.name);
    at = name;
    while let Some(letter) = text[at..].chars().next() {
        match letter {
            ']' | '\n' => break,
            '=' => {
                let key_start = text[..at].rfind([' ', '[']).map_or(at, |space| space + 1);
                let key = text[key_start..at].to_owned();
                let end = attribute_end(text, at + 1);
                let is_string = end > at + 2
                    && text[at + 1..end].starts_with('"')
                    && text[..end].ends_with('"');
                let value = if is_string {
                    at + 2..end - 1
                } else {
                    at + 1..end
                };
                section.attributes.push((key, value));
                at = end;
            }
            _ => at += letter.len_utf8(),
        }
    }
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
    (section, end)
}

/// Returns where the value of an attribute ends: with its string, or before a blank outside of brackets.
fn attribute_end(text: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(letter) = text[at..].chars().next() {
        match letter {
            '"' => {
                at = string_end(text, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ' ' | ']' | '\n' if depth == 0 => return at,
            _ => {}
        }
        at += letter.len_utf8();
    }
    at
}

/// Returns where the line with the end of a property's value ends.
fn value_end(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(letter) = text[at..].chars().next() {
        match letter {
            '"' => at = string_end(text, at),
            '\n' => return at,
            _ => at += letter.len_utf8(),
        }
    }
    at
}

/// Returns where the string that begins at `start` ends, behind its quotation mark.
pub(super) fn string_end(text: &str, start: usize) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.get(start + 1..).unwrap_or_default().char_indices() {
        if letter == '"' && !is_escaped {
            return start + 1 + at + 1;
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    text.len()
}
