//! Rust source by its lines, with those of tests marked.

use super::items::for_tests;
use super::lines::{Line, lines};
use super::tokens::tokens;

/// Takes a file apart.
pub(super) fn parse(text: &str) -> Vec<Line> {
    let mut lines = lines(text);
    mark_tests(&mut lines);
    lines
}

/// Marks the lines of items that are compiled for tests alone.
fn mark_tests(lines: &mut [Line]) {
    let tokens = tokens(lines);
    let marked: Vec<(usize, usize)> = for_tests(&tokens)
        .into_iter()
        .map(|range| (tokens[range.start].line, tokens[range.end - 1].line))
        .collect();
    for (first, last) in marked {
        for line in &mut lines[first..=last] {
            line.is_test = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_tests_are_marked_to_their_end() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nmod d;\nfn e() {}";
        let marked: Vec<bool> = parse(text).iter().map(|line| line.is_test).collect();
        assert_eq!(
            marked,
            [false, true, true, true, true, false, true, true, false]
        );
    }
}
