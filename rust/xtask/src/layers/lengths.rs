//! Files and functions that are too long, of Rust and GDScript.

use super::gdscript;
use super::items::functions;
use super::lines::Line;
use super::tokens::tokens;

/// The longest file, in lines.
pub(super) const MAX_FILE: usize = 500;

/// The longest function, in lines, from the one of its name to its end.
pub(super) const MAX_FUNCTION: usize = 60;

/// Returns what is wrong with a file of so many lines.
pub(super) fn file(place: &str, count: usize) -> Option<String> {
    (count > MAX_FILE).then(|| {
        format!("{place}:{count}: {count} lines, and {MAX_FILE} are the most: one idea a file")
    })
}

/// Returns the functions of a Rust file that are too long.
pub(super) fn rust(place: &str, lines: &[Line]) -> Vec<String> {
    let found = functions(&tokens(lines));
    found
        .iter()
        .filter_map(|f| too_long(place, f.first_line, f.last_line, f.name))
        .collect()
}

/// Returns the functions of a GDScript that are too long.
pub(super) fn gdscript(place: &str, text: &str) -> Vec<String> {
    let found = gdscript::functions(text);
    found
        .iter()
        .filter_map(|f| too_long(place, f.first_line, f.last_line, &f.name))
        .collect()
}

fn too_long(place: &str, first: usize, last: usize, name: &str) -> Option<String> {
    let (number, length) = (first + 1, last + 1 - first);
    (length > MAX_FUNCTION).then(|| {
        format!(
            "{place}:{number}: {name} has {length} lines, and {MAX_FUNCTION} are the most: split it"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::source::parse;
    use super::*;

    #[test]
    fn long_functions_are_told_with_their_length() {
        let body = "    a();\n".repeat(MAX_FUNCTION - 1);
        let text = format!("fn short() {{\n}}\npub(crate) fn long(x: [u8; 2]) {{\n{body}}}\n");
        let found = rust("a.rs", &parse(&text));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("a.rs:3: long has 61 lines"),
            "{found:?}"
        );
        let fits = text.replacen("    a();\n", "", 1);
        assert!(rust("a.rs", &parse(&fits)).is_empty());
    }

    #[test]
    fn functions_of_tests_count_too() {
        let body = "a();\n".repeat(MAX_FUNCTION);
        let text = format!("#[cfg(test)]\nmod tests {{\n#[test]\nfn a() {{\n{body}}}\n}}");
        assert_eq!(rust("a.rs", &parse(&text)).len(), 1);
    }

    #[test]
    fn long_files_are_told() {
        assert_eq!(file("a.gd", MAX_FILE), None);
        let fault = file("a.gd", MAX_FILE + 1);
        assert!(fault.is_some_and(|fault| fault.contains("501 lines, and 500 are the most")));
    }
}
