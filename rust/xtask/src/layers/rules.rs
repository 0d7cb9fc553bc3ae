//! Rules about the source of a layer, outside its tests.

use super::source::{Line, end_of_item};
use super::table::CLOCK;

/// What waits, sleeps or opens a socket.
const IO: [&str; 7] = [
    "tokio::",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "thread::sleep",
    "std::net::lookup",
];

/// What reads the clock.
const CLOCKS: [&str; 3] = ["SystemTime::now", "Instant::now", "UnixTime::now"];

/// Names of the engine in any text.
const ENGINE: [&str; 10] = [
    "Godot",
    "godot",
    "GDScript",
    "the engine",
    "network/tls/",
    "StreamPeer",
    "HTTPRequest",
    "HTTPClient",
    "TLSOptions",
    "user://",
];

/// The longest function, in lines.
pub(super) const MAX_FUNCTION: usize = 60;

/// Returns where a layer without I/O waits, sleeps, opens a socket or reads the clock.
pub(super) fn io(place: &str, lines: &[Line]) -> Vec<String> {
    let may_read_clock = CLOCK.iter().any(|(file, _)| *file == place);
    each(lines, |number, line| {
        let mut found = Vec::new();
        for word in IO.iter().filter(|word| line.code.contains(**word)) {
            found.push(format!(
                "{place}:{number}: {word}: this layer opens no socket and never waits"
            ));
        }
        for word in CLOCKS.iter().filter(|word| line.code.contains(**word)) {
            if !may_read_clock {
                found.push(format!(
                    "{place}:{number}: {word}: this layer takes the time as an argument"
                ));
            }
        }
        found
    })
}

/// Returns where a layer below the extension names the engine or one of the addon's `classes`, in code, comments or
/// strings; in strings also `members`, which are names of properties and methods.
pub(super) fn engine(
    place: &str,
    lines: &[Line],
    classes: &[String],
    members: &[String],
) -> Vec<String> {
    each(lines, |number, line| {
        let all = [&line.code, &line.comment, &line.string]
            .map(|text| {
                text.replace("godot_rustls_", "")
                    .replace("godot-rustls-", "")
            })
            .join("\n");
        let mut names: Vec<&str> = ENGINE.iter().copied().filter(|n| all.contains(n)).collect();
        let classes = classes.iter().map(String::as_str);
        names.extend(classes.filter(|name| has_word(&all, name)));
        let members = members.iter().map(String::as_str);
        let string = without_captures(&line.string);
        names.extend(members.filter(|name| has_word(&string, name)));
        names
            .into_iter()
            .map(|name| {
                format!(
                    "{place}:{number}: {name}: only the extension names the engine and its classes"
                )
            })
            .collect()
    })
}

/// Returns the public functions whose error is a sentence.
pub(super) fn sentences(place: &str, lines: &[Line]) -> Vec<String> {
    functions(lines)
        .into_iter()
        .filter(|function| !lines[function.first].is_test)
        .filter(|function| lines[function.first].code.trim_start().starts_with("pub "))
        .filter(|function| {
            let signature = function.signature.replace(' ', "");
            signature.split_once("->").is_some_and(|(_, result)| {
                result.contains("Result<") && result.contains(",String>")
            })
        })
        .map(|function| {
            format!(
                "{place}:{}: {} returns a sentence as its error: return an enum with the values",
                function.first + 1,
                function.name
            )
        })
        .collect()
}

/// Returns the functions that are too long, of tests too.
pub(super) fn lengths(place: &str, lines: &[Line]) -> Vec<String> {
    functions(lines)
        .into_iter()
        .filter_map(|function| {
            let length = function.last - function.first + 1;
            (length > MAX_FUNCTION).then(|| too_long(place, function.first, &function.name, length))
        })
        .collect()
}

/// Returns the functions of a GDScript that are too long.
pub(super) fn gdscript_lengths(place: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut begun: Option<(usize, String, usize)> = None;
    let end = std::iter::once("func end():");
    for (index, line) in text.lines().chain(end).enumerate() {
        let is_indented = line.starts_with(['\t', ' ']);
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if is_indented {
            if let Some((.., last)) = &mut begun {
                *last = index;
            }
            continue;
        }
        if let Some((first, name, last)) = begun.take() {
            let length = last - first + 1;
            if length > MAX_FUNCTION {
                found.push(too_long(place, first, &name, length));
            }
        }
        let line = line.strip_prefix("static ").unwrap_or(line);
        if let Some(rest) = line.strip_prefix("func ") {
            let name = rest.split('(').next().unwrap_or_default().to_owned();
            begun = Some((index, name, index));
        }
    }
    found
}

fn too_long(place: &str, first: usize, name: &str, length: usize) -> String {
    format!(
        "{place}:{}: {name} has {length} lines, and {MAX_FUNCTION} are the most: split it",
        first + 1
    )
}

/// A function of Rust: its first and last line, counted from 0, and what stands before its body.
struct Function {
    name: String,
    first: usize,
    last: usize,
    signature: String,
}

fn functions(lines: &[Line]) -> Vec<Function> {
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(&line.code) else {
            continue;
        };
        let last = end_of_item(lines, index);
        let text: Vec<&str> = lines[index..=last]
            .iter()
            .map(|line| line.code.as_str())
            .collect();
        let text = text.join(" ");
        let signature = text.split('{').next().unwrap_or_default().to_owned();
        found.push(Function {
            name: name.to_owned(),
            first: index,
            last,
            signature,
        });
    }
    found
}

/// The name of the function that begins on this line.
fn function_name(code: &str) -> Option<&str> {
    let (before, after) = code.split_once("fn ")?;
    let is_declaration = before.split_whitespace().all(|word| {
        word.starts_with("pub")
            || matches!(
                word,
                "async" | "const" | "unsafe" | "extern" | "\"\"" | "super)" | "in"
            )
    });
    let end = after.find(['(', '<'])?;
    (is_declaration && end > 0).then(|| &after[..end])
}

/// Calls `rule` for each line outside of tests, with its number.
fn each(lines: &[Line], rule: impl Fn(usize, &Line) -> Vec<String>) -> Vec<String> {
    let outside = lines.iter().enumerate().filter(|(_, line)| !line.is_test);
    outside
        .flat_map(|(index, line)| rule(index + 1, line))
        .collect()
}

/// A string without what `format!` puts into its braces: those are names of variables.
fn without_captures(string: &str) -> String {
    let mut depth = 0_usize;
    let mut outside = String::new();
    for letter in string.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(letter),
            _ => {}
        }
    }
    outside
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        !is_part(text[..at].chars().next_back()) && !is_part(text[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::super::source::parse;
    use super::*;

    #[test]
    fn sockets_sleeping_and_clocks_are_told_outside_of_tests() {
        let text = "use std::net::TcpStream;\nlet a = Instant::now();\n// TcpStream\n#[cfg(test)]\nmod tests { use tokio::x; }";
        let found = io("rust/pki/src/a.rs", &parse(text));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("a.rs:2: Instant::now"));
        let allowed = io(CLOCK[0].0, &parse("UnixTime::now()"));
        assert!(allowed.is_empty());
    }

    #[test]
    fn names_of_the_engine_and_of_classes_are_told_in_code_comments_and_strings() {
        let classes = ["RustlsTrustStore".to_owned()];
        let members = ["alpn_protocols".to_owned()];
        for (text, count) in [
            ("use godot::x;", 1),
            ("use godot_rustls_pki::x;", 0),
            ("// as Godot does", 1),
            ("f(\"set RustlsTrustStore\")", 1),
            ("f(\"set alpn_protocols first\")", 1),
            ("config.alpn_protocols = x;", 0),
            ("f(\"raise {alpn_protocols} to {}\")", 0),
            ("let engines = 1;", 0),
        ] {
            let found = engine("a.rs", &parse(text), &classes, &members);
            assert_eq!(found.len(), count, "{text}: {found:?}");
        }
    }

    #[test]
    fn public_errors_that_are_sentences_are_told() {
        for (text, count) in [
            ("pub fn a(x: u8) -> Result<(), String> {\n}", 1),
            (
                "    pub async fn a(\n    x: u8,\n) -> Result<Vec<u8>, String> {\n}",
                1,
            ),
            ("fn a() -> Result<(), String> {\n}", 0),
            ("pub(crate) fn a() -> Result<(), String> {}", 0),
            ("pub fn a() -> Result<String, Error> {}", 0),
            ("pub fn a() -> String {}", 0),
        ] {
            assert_eq!(sentences("a.rs", &parse(text)).len(), count, "{text}");
        }
    }

    #[test]
    fn long_functions_are_told_with_their_length() {
        let body = "    a();\n".repeat(MAX_FUNCTION - 1);
        let text = format!("fn short() {{\n}}\npub(crate) fn long(x: u8) {{\n{body}}}\n");
        let found = lengths("a.rs", &parse(&text));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("a.rs:3: long has 61 lines"),
            "{found:?}"
        );
        let fits = text.replacen("    a();\n", "", 1);
        assert!(lengths("a.rs", &parse(&fits)).is_empty());
    }

    #[test]
    fn long_functions_of_gdscript_are_told() {
        let body = "\ta()\n".repeat(MAX_FUNCTION);
        let text = format!(
            "func short():\n\tpass\n\n# words\nstatic func long() -> void:\n{body}\n\nvar x\n"
        );
        let found = gdscript_lengths("a.gd", &text);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].starts_with("a.gd:5: long has 61 lines"),
            "{found:?}"
        );
    }
}
