//! Markdown documents: their links, the anchors of their headings, and their code blocks.

use std::ops::Range;

/// A link or an image of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Link {
    /// Place in the text, from the bracket (or the exclamation mark of an image) to the closing parenthesis.
    pub(crate) range: Range<usize>,
    pub(crate) label: String,
    pub(crate) target: String,
    pub(crate) is_image: bool,
}

impl Link {
    /// Returns the file and the anchor that the link leads to, or `None` for a link to another site.
    pub(crate) fn local(&self) -> Option<(&str, Option<&str>)> {
        if self.target.contains("://") || self.target.starts_with("mailto:") {
            return None;
        }
        Some(match self.target.split_once('#') {
            Some((file, anchor)) => (file, Some(anchor)),
            None => (&self.target, None),
        })
    }
}

/// A fenced code block.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// Number of the line with the opening fence, from 1.
    pub line: usize,
    /// The word behind the fence, such as `gdscript`.
    pub language: String,
    /// The lines between the fences.
    pub text: String,
}

/// Returns the links and images of a document, apart from those inside of code.
pub(crate) fn links(text: &str) -> Vec<Link> {
    let prose = without_code(text);
    let mut links = Vec::new();
    for (middle, _) in prose.match_indices("](") {
        let Some(end) = prose[middle..].find(')').map(|length| middle + length) else {
            continue;
        };
        let Some(open) = opening_bracket(&prose[..middle]) else {
            continue;
        };
        let is_image = prose[..open].ends_with('!');
        links.push(Link {
            range: open - usize::from(is_image)..end + 1,
            label: text[open + 1..middle].to_owned(),
            target: text[middle + 2..end].to_owned(),
            is_image,
        });
    }
    links
}

/// Returns the path of a link's file below the root, for a document of that name; `None` if it lies
/// outside.
pub(crate) fn resolve(document: &str, file: &str) -> Option<String> {
    if file.is_empty() {
        return Some(document.to_owned());
    }
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the links of a document that lead to no file or to no heading. `read` returns the text of a
/// file below the root: an empty one for a folder or a file that is no document.
pub(crate) fn broken_links(
    document: &str,
    text: &str,
    read: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut broken = Vec::new();
    for link in links(text) {
        let Some((file, anchor)) = link.local() else {
            continue;
        };
        let line = text[..link.range.start].matches('\n').count() + 1;
        let place = format!("{document}:{line}: {}", link.target);
        let Some(found) = resolve(document, file).and_then(|path| read(&path)) else {
            broken.push(format!("{place}: there is no such file"));
            continue;
        };
        if anchor.is_some_and(|anchor| !anchors(&found).iter().any(|known| known == anchor)) {
            broken.push(format!("{place}: there is no such heading"));
        }
    }
    broken
}

/// Returns the position of the bracket that is still open at the end of `text`.
fn opening_bracket(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (index, byte) in text.bytes().enumerate().rev() {
        match byte {
            b']' => depth += 1,
            b'[' if depth == 0 => return Some(index),
            b'[' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Returns the anchors of a document: those written out (`<a id="…">`), and those of its headings, as GitHub forms them.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let fences = fenced_lines(text);
    let mut anchors: Vec<String> = Vec::new();
    for (line, is_fenced) in text.lines().zip(fences) {
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        if !is_fenced {
            anchors.extend(written_anchors(line));
        }
        if is_fenced || !(1..=6).contains(&level) || !title.starts_with(' ') {
            continue;
        }
        let anchor = anchor(title.trim());
        let repeated = (1..).map(|number| format!("{anchor}-{number}"));
        let mut candidates = std::iter::once(anchor.clone()).chain(repeated);
        anchors.extend(candidates.find(|candidate| !anchors.contains(candidate)));
    }
    anchors
}

fn written_anchors(line: &str) -> impl Iterator<Item = String> {
    let behind = line.split("<a id=\"").skip(1);
    behind.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
}

fn anchor(title: &str) -> String {
    title
        .chars()
        .filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns the fenced code blocks of a document.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(Block, usize)> = None;
    for (index, line) in text.lines().enumerate() {
        let indentation = line.len() - line.trim_start().len();
        let fence = line.trim_start().strip_prefix("```");
        match (fence, open.take()) {
            (Some(info), None) => {
                let language = info.split_whitespace().next().unwrap_or_default();
                let block = Block {
                    line: index + 1,
                    language: language.to_owned(),
                    text: String::new(),
                };
                open = Some((block, indentation));
            }
            (Some(_), Some((block, _))) => blocks.push(block),
            (None, Some((mut block, indentation))) => {
                // A block inside of a list is indented with its fence.
                let is_indented =
                    line.len() >= indentation && line[..indentation].trim().is_empty();
                block.text += if is_indented {
                    &line[indentation..]
                } else {
                    line
                };
                block.text.push('\n');
                open = Some((block, indentation));
            }
            (None, None) => {}
        }
    }
    blocks
}

/// Returns for each line whether it belongs to a code block; the fences do.
fn fenced_lines(text: &str) -> Vec<bool> {
    let mut is_open = false;
    let fenced = text.lines().map(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_open ^= is_fence;
        is_open || is_fence
    });
    fenced.collect()
}

/// Returns the text with the same length, in which blanks stand for code.
fn without_code(text: &str) -> String {
    let mut prose = String::with_capacity(text.len());
    for (line, is_fenced) in text.split_inclusive('\n').zip(fenced_lines(text)) {
        if is_fenced {
            prose.extend(line.chars().flat_map(blanks));
        } else {
            prose.push_str(line);
        }
    }
    while let Some(span) = code_span(&prose) {
        let blank: String = prose[span.clone()].chars().flat_map(blanks).collect();
        prose.replace_range(span, &blank);
    }
    prose
}

/// Returns the place of the first inline code, which ends within its paragraph.
fn code_span(prose: &str) -> Option<Range<usize>> {
    let mut from = 0;
    loop {
        let start = from + prose[from..].find('`')?;
        let length = prose[start..].len() - prose[start..].trim_start_matches('`').len();
        let inside = start + length;
        let paragraph = prose[inside..]
            .find("\n\n")
            .map_or(prose.len(), |end| inside + end);
        let ticks = &prose[start..inside];
        if let Some(end) = prose[inside..paragraph].find(ticks) {
            return Some(start..inside + end + length);
        }
        from = inside;
    }
}

/// Blanks as long as a character in UTF-8; a line end stays.
fn blanks(letter: char) -> impl Iterator<Item = char> {
    let blank = if letter == '\n' { '\n' } else { ' ' };
    std::iter::repeat_n(blank, letter.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_images_are_found_outside_of_code() {
        let text = "See [the\nguide](docs/a.md#b), ![a picture](p.png) and `[no](x)`.\n\n```text\n[no](y)\n```\n";
        let links = links(text);
        let targets: Vec<&str> = links.iter().map(|link| link.target.as_str()).collect();
        assert_eq!(targets, ["docs/a.md#b", "p.png"]);
        assert_eq!(&text[links[1].range.clone()], "![a picture](p.png)");
        assert_eq!(links[0].local(), Some(("docs/a.md", Some("b"))));
        assert!(links[1].is_image);
    }

    #[test]
    fn a_label_may_hold_code_and_brackets() {
        let links = links("[`a[0]` [b] über](c.md)");
        assert_eq!(links[0].label, "`a[0]` [b] über");
    }

    #[test]
    fn links_without_a_file_or_a_heading_are_told_with_their_line() {
        let text = "# Top\n[a](b.md#there)\n[a](b.md#nowhere) [a](c.md)\n[a](#top) [a](../../x)\n";
        let read = |path: &str| match path {
            "docs/a.md" => Some(text.to_owned()),
            "docs/b.md" => Some("## There\n".to_owned()),
            _ => None,
        };
        let expected = [
            "docs/a.md:3: b.md#nowhere: there is no such heading",
            "docs/a.md:3: c.md: there is no such file",
            "docs/a.md:4: ../../x: there is no such file",
        ];
        assert_eq!(broken_links("docs/a.md", text, read), expected);
    }

    #[test]
    fn anchors_are_those_of_github() {
        let text =
            "# What `to_engine()` does\n\n```sh\n# no heading\n```\n\n## Twice\n\n## Twice\n";
        assert_eq!(anchors(text), ["what-to_engine-does", "twice", "twice-1"]);
    }

    #[test]
    fn anchors_that_are_written_out_count() {
        let text = "### <a id=\"method-a\"></a>a()\n\n| <a id=\"b\"></a>b |\n\n```\n<a id=\"c\"></a>\n```\n";
        assert_eq!(anchors(text), ["method-a", "a-idmethod-aaa", "b"]);
    }

    #[test]
    fn blocks_have_their_language_and_line_and_lose_the_indentation_of_their_fence() {
        let text = "1. Do:\n\n   ```gdscript\n   func a():\n   \tpass\n   ```\n\n```\nb\n```\n";
        let blocks = blocks(text);
        assert_eq!(blocks[0].language, "gdscript");
        assert_eq!((blocks[0].line, blocks[1].line), (3, 8));
        assert_eq!(blocks[0].text, "func a():\n\tpass\n");
        assert_eq!(blocks[1].text, "b\n");
    }
}
