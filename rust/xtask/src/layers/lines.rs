//! Rust source, taken apart line by line: code, comments and string literals.

use std::ops::Range;

/// One line.
#[derive(Debug, Default, Clone)]
pub(super) struct Line {
    /// The code, with blanks where comments and the insides of literals were.
    pub(super) code: String,
    /// The words, lifetimes and signs of the code; `::`, `->` and `=>` are one each.
    pub(super) tokens: Vec<Range<usize>>,
    /// The text of comments.
    pub(super) comment: String,
    /// The insides of string literals.
    pub(super) string: String,
    /// The line belongs to an item that is compiled for tests alone.
    pub(super) is_test: bool,
}

/// What the character before belongs to.
enum Inside {
    Code,
    LineComment,
    /// Block comments nest.
    BlockComment(usize),
    String,
    /// A raw string that ends with a quotation mark and so many hashes.
    Raw(usize),
}

/// Takes a file apart.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut inside = Inside::Code;
    for text in text.lines() {
        let mut line = Line::default();
        scan(text, &mut inside, &mut line);
        if matches!(inside, Inside::LineComment) {
            inside = Inside::Code;
        }
        line.tokens = tokens(&line.code);
        lines.push(line);
    }
    lines
}

/// Returns where the tokens of a line of code are.
fn tokens(code: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = code[at..].chars().next() {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        // `r#type` is the word `type`.
        let raw = code[at..]
            .strip_prefix("r#")
            .filter(|rest| !rest.is_empty());
        let start = raw.map_or(at, |rest| code.len() - rest.len());
        at = start + first_length(&code[start..]);
        found.push(start..at);
    }
    found
}

/// Returns the bytes of the first token.
fn first_length(code: &str) -> usize {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word = |from: usize| {
        code[from..]
            .find(|c| !is_word(c))
            .map_or(code.len(), |end| from + end)
    };
    if code.starts_with(is_word) {
        return word(0);
    }
    if code.starts_with('\'') {
        return word(1).max(1);
    }
    if ["::", "->", "=>"].iter().any(|sign| code.starts_with(sign)) {
        return 2;
    }
    code.chars().next().map_or(1, char::len_utf8)
}

fn scan(text: &str, inside: &mut Inside, line: &mut Line) {
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < letters.len() {
        let rest = &letters[at..];
        let (taken, next) = step(rest, inside, previous(&letters, at), line);
        at += taken;
        if let Some(next) = next {
            *inside = next;
        }
    }
}

fn previous(letters: &[char], at: usize) -> Option<char> {
    at.checked_sub(1).map(|before| letters[before])
}

/// Looks at the beginning of `rest`: how many characters it takes, and what follows is inside of.
fn step(
    rest: &[char],
    inside: &Inside,
    before: Option<char>,
    line: &mut Line,
) -> (usize, Option<Inside>) {
    match inside {
        Inside::Code => code(rest, before, line),
        Inside::LineComment => {
            line.comment.extend(rest);
            (rest.len(), None)
        }
        Inside::BlockComment(depth) => match rest {
            ['*', '/', ..] if *depth == 1 => (2, Some(Inside::Code)),
            ['*', '/', ..] => (2, Some(Inside::BlockComment(depth - 1))),
            ['/', '*', ..] => (2, Some(Inside::BlockComment(depth + 1))),
            _ => {
                line.comment.push(rest[0]);
                (1, None)
            }
        },
        Inside::String => match rest {
            ['\\', escaped, ..] => {
                line.string.extend(['\\', *escaped]);
                (2, None)
            }
            ['"', ..] => {
                line.code.push('"');
                line.string.push(' ');
                (1, Some(Inside::Code))
            }
            _ => {
                line.string.push(rest[0]);
                (1, None)
            }
        },
        Inside::Raw(hashes) => {
            let closing = rest[0] == '"' && rest[1..].iter().take(*hashes).all(|c| *c == '#');
            if closing && rest.len() > *hashes {
                line.code.push('"');
                line.string.push(' ');
                return (1 + hashes, Some(Inside::Code));
            }
            line.string.push(rest[0]);
            (1, None)
        }
    }
}

fn code(rest: &[char], before: Option<char>, line: &mut Line) -> (usize, Option<Inside>) {
    let is_word_before = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match rest {
        ['/', '/', ..] => (2, Some(Inside::LineComment)),
        ['/', '*', ..] => (2, Some(Inside::BlockComment(1))),
        ['"', ..] => {
            line.code.push('"');
            (1, Some(Inside::String))
        }
        ['r', next @ ('"' | '#'), ..] if !is_word_before || matches!(before, Some('b' | 'c')) => {
            let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
            if rest.get(1 + hashes) == Some(&'"') {
                line.code.push('"');
                return (2 + hashes, Some(Inside::Raw(hashes)));
            }
            line.code.push('r');
            line.code.push(*next);
            (2, None)
        }
        // A character literal; a lifetime has no second quotation mark there.
        ['\'', '\\', _, ..] => {
            let end = rest[2..].iter().skip(1).position(|c| *c == '\'');
            line.code.push_str("''");
            (end.map_or(rest.len(), |end| end + 4), None)
        }
        ['\'', _, '\'', ..] => {
            line.code.push_str("''");
            (3, None)
        }
        _ => {
            line.code.push(rest[0]);
            (1, None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        let found: Vec<String> = lines(text).into_iter().map(|line| line.code).collect();
        found.join("\n")
    }

    #[test]
    fn comments_and_literals_are_taken_out_of_the_code() {
        let text =
            "let a = \"x // y\"; // z\nlet b = r#\"\"q\"\"#; /* c\n/* d */ e */ f('\"', 'x');";
        assert_eq!(code(text), "let a = \"\"; \nlet b = \"\"; \n f('', '');");
        let found = lines(text);
        assert_eq!(found[0].string.trim(), "x // y");
        assert_eq!(found[0].comment, " z");
        assert_eq!(found[2].comment.trim(), "d  e");
    }

    #[test]
    fn strings_over_several_lines_and_escapes_end_where_they_end() {
        let text = "a(\"x\\\"\ny\\\\\"); b('\\''); c::<'static>(\"z\")";
        assert_eq!(code(text), "a(\"\n\"); b(''); c::<'static>(\"\")");
    }
}
