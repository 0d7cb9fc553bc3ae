//! Finds the engine's classes in C#. The addon has no typed classes there, so everything stays.

use super::classes::Class;
use super::finding::{Kind, Report};

/// Returns where a C# file uses the engine's classes.
pub(super) fn check(text: &str) -> Report {
    let mut report = Report::default();
    let code = without_literals(text);
    let has_imported = |space: &str| code.contains(&format!("using {space};"));
    for class in Class::ALL {
        // .NET has a class of that name too.
        let is_foreign = class == Class::HttpClient && has_imported("System.Net.Http");
        for (at, _) in code.match_indices(class.csharp()) {
            let is_full = code[..at].ends_with("Godot.");
            let is_word = is_boundary(code[..at].chars().next_back())
                && is_boundary(code[at + class.csharp().len()..].chars().next());
            let is_member = code[..at].ends_with('.');
            if !is_word || !is_full && (is_member || is_foreign || !has_imported("Godot")) {
                continue;
            }
            let message = format!(
                "{}: the addon has no typed classes for C#. By name: ClassDB.Instantiate(\"{}\") and Call()",
                class.csharp(),
                class.ours()
            );
            report.find(at, Kind::Stays, message);
        }
    }
    report.sort();
    report
}

fn is_boundary(letter: Option<char>) -> bool {
    letter.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_')
}

/// Returns the text with blanks for what is inside of comments and literals, at the same offsets.
fn without_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        let end = at + literal(&text[at..]);
        if end == at {
            code.push(letter);
            at += letter.len_utf8();
            continue;
        }
        code.extend(text[at..end].bytes().map(|byte| match byte {
            b'\n' => '\n',
            _ => ' ',
        }));
        at = end;
    }
    code
}

/// Returns the length of a comment or literal that begins here.
fn literal(rest: &str) -> usize {
    let until = |end: &str, from: usize| {
        let found = rest.get(from..).and_then(|rest| rest.find(end));
        found.map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return until("*/", 2);
    }
    if rest.starts_with("\"\"\"") {
        return until("\"\"\"", 3);
    }
    for verbatim in ["@\"", "$@\"", "@$\""] {
        if rest.starts_with(verbatim) {
            return until("\"", verbatim.len());
        }
    }
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return 0;
    };
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        if letter == '\n' || letter == quote && !is_escaped {
            return at + 1;
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<usize> {
        check(text)
            .findings
            .iter()
            .map(|finding| finding.at)
            .collect()
    }

    #[test]
    fn classes_of_the_engine_are_found_outside_of_comments_and_strings() {
        let text = "using Godot;\n// HttpRequest\nvar a = GetNode<HttpRequest>(\"HttpRequest\"); /* Crypto */ var b = '\"'; TlsOptions c; MyHttpRequest d; x.Crypto e;";
        let at = |word: &str| text.find(word).map(|at| at + word.len());
        assert_eq!(
            found(text),
            [at("GetNode<").unwrap_or(0), at("'\"'; ").unwrap_or(0)]
        );
    }

    #[test]
    fn the_client_of_dotnet_is_another_one() {
        assert_eq!(
            found("using Godot;\nusing System.Net.Http;\nHttpClient a; Godot.HttpClient b;").len(),
            1
        );
        assert!(found("HttpRequest a;").is_empty());
    }
}
