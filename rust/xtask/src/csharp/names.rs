//! Names as Godot's C# API forms them from those that GDScript uses.

/// Classes of the engine whose names .NET has already.
const RENAMED: [(&str, &str); 2] = [("Object", "GodotObject"), ("Thread", "GodotThread")];

/// Words that Godot writes in a way of their own.
const WORDS: [(&str, &str); 7] = [
    ("filename", "FileName"),
    ("gzip", "GZip"),
    ("id", "Id"),
    ("io", "IO"),
    ("ip", "IP"),
    ("iv", "IV"),
    ("username", "UserName"),
];

/// Words of the language that an argument may be called. Written with an `@` in front.
const KEYWORDS: [&str; 12] = [
    "base", "bool", "byte", "default", "event", "in", "is", "lock", "object", "out", "params",
    "string",
];

/// Returns the name of a class or an enum: `HTTPRequest` is `HttpRequest`.
pub(super) fn class(name: &str) -> String {
    if let Some((_, renamed)) = RENAMED.iter().find(|(own, _)| *own == name) {
        return (*renamed).to_owned();
    }
    words(name).into_iter().map(word_of_class).collect()
}

fn word_of_class(word: &str) -> String {
    if let Some(written) = special(word) {
        return written.to_owned();
    }
    let is_acronym = word
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if is_acronym && word.len() <= 2 {
        return word.to_owned();
    }
    capitalized(&word.to_lowercase())
}

/// Takes a name apart where a word begins: before an upper-case letter with a lower-case one before or behind it, and
/// between letters and digits.
fn words(name: &str) -> Vec<&str> {
    let letters: Vec<char> = name.chars().collect();
    let (mut parts, mut start) = (Vec::new(), 0);
    for at in 1..letters.len() {
        let (before, here) = (letters[at - 1], letters[at]);
        let is_next_lower = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let begins = here.is_ascii_uppercase() && (before.is_ascii_lowercase() || is_next_lower)
            || here.is_ascii_digit() != before.is_ascii_digit();
        if begins {
            parts.push(&name[start..at]);
            start = at;
        }
    }
    parts.push(&name[start..]);
    parts
}

/// Returns the name of a method, property or signal: `get_last_error` is `GetLastError`.
pub(super) fn member(name: &str) -> String {
    name.split('_').map(word_of_member).collect()
}

fn word_of_member(word: &str) -> String {
    special(word).map_or_else(|| capitalized(word), str::to_owned)
}

/// Returns the name of an argument: `custom_headers` is `customHeaders`.
pub(super) fn argument(name: &str) -> String {
    let name = member(name);
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    let name: String = first.into_iter().chain(letters).collect();
    if KEYWORDS.contains(&name.as_str()) {
        format!("@{name}")
    } else {
        name
    }
}

/// Returns the names of an enum's constants without the words that all begin with: `METHOD_GET` is `Get`. A name that
/// would begin with a digit keeps one word more.
pub(super) fn constants(names: &[&str]) -> Vec<String> {
    let parts: Vec<Vec<&str>> = names.iter().map(|name| name.split('_').collect()).collect();
    let shortest = parts.iter().map(Vec::len).min().unwrap_or_default();
    let is_shared = |at: usize| parts.iter().all(|words| words[at] == parts[0][at]);
    let shared = (0..shortest.saturating_sub(1))
        .take_while(|at| is_shared(*at))
        .count();
    let named = parts.iter().map(|words| {
        let is_digit = |at: usize| words[at].starts_with(|c: char| c.is_ascii_digit());
        let start = (0..=shared)
            .rev()
            .find(|at| !is_digit(*at))
            .unwrap_or_default();
        let words = words[start..]
            .iter()
            .map(|word| word_of_member(&word.to_lowercase()));
        words.collect()
    });
    named.collect()
}

fn special(word: &str) -> Option<&'static str> {
    let row = WORDS.iter().find(|(own, _)| own.eq_ignore_ascii_case(word));
    row.map(|(_, written)| *written)
}

/// Returns a word with an upper-case letter at the beginning and behind digits.
fn capitalized(word: &str) -> String {
    let mut is_raised = true;
    let letters = word.chars().map(|letter| {
        let written = if is_raised {
            letter.to_ascii_uppercase()
        } else {
            letter
        };
        is_raised = letter.is_ascii_digit();
        written
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acronyms_in_names_of_classes_are_words() {
        for (name, expected) in [
            ("RustlsHTTPRequest", "RustlsHttpRequest"),
            ("RustlsStreamPeerTLS", "RustlsStreamPeerTls"),
            ("StreamPeerTCP", "StreamPeerTcp"),
            ("X509Certificate", "X509Certificate"),
            ("TLSVersion", "TlsVersion"),
            ("Object", "GodotObject"),
        ] {
            assert_eq!(class(name), expected);
        }
    }

    #[test]
    fn members_begin_with_a_capital_and_arguments_do_not() {
        assert_eq!(member("get_tls_version"), "GetTlsVersion");
        assert_eq!(member("sha256_fingerprint"), "Sha256Fingerprint");
        assert_eq!(member("accept_gzip"), "AcceptGZip");
        assert_eq!(argument("custom_headers"), "customHeaders");
        assert_eq!(argument("event"), "@event");
    }

    #[test]
    fn constants_lose_the_words_that_all_share() {
        let names = constants(&["METHOD_GET", "METHOD_MAX"]);
        assert_eq!(names, ["Get", "Max"]);
        let names = constants(&["MODE_CLIENT", "MODE_CLIENT_UNSAFE"]);
        assert_eq!(names, ["Client", "ClientUnsafe"]);
    }

    #[test]
    fn no_constant_begins_with_a_digit() {
        let names = constants(&["TLS_VERSION_1_2", "TLS_VERSION_1_3"]);
        assert_eq!(names, ["Version12", "Version13"]);
    }
}
