//! Rules about the source of a layer, outside its tests.

use std::borrow::Cow;
use std::collections::HashSet;

use super::lines::Line;
use super::script_names::ScriptNames;
use super::table::CLOCK;
use super::tokens::{text, tokens};

/// Words of code that waits, sleeps or opens a socket.
const IO: [&str; 17] = [
    "tokio",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "UnixStream",
    "UnixListener",
    "UnixDatagram",
    "ToSocketAddrs",
    "to_socket_addrs",
    "sleep",
    "sleep_until",
    "sleep_ms",
    "park_timeout",
    "recv_timeout",
    "wait_timeout",
    "wait_timeout_while",
    "recv_deadline",
];

/// Words of code that reads the clock, but for `…::now`.
const CLOCKS: [&str; 3] = ["elapsed", "now_utc", "now_local"];

/// Names of the engine in any text.
const ENGINE: [&str; 12] = [
    "Godot",
    "godot",
    "GDScript",
    "gdscript",
    "GDExtension",
    "the engine",
    "network/",
    "StreamPeer",
    "HTTPRequest",
    "HTTPClient",
    "TLSOptions",
    "user://",
];

/// Returns where a layer without I/O waits, sleeps, opens a socket or reads the clock.
pub(super) fn io(place: &str, lines: &[Line]) -> Vec<String> {
    let may_read_clock = CLOCK.iter().any(|(file, _)| *file == place);
    let tokens = tokens(lines);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let (word, number) = (token.text, token.line + 1);
        let is_now = word == "now" && at > 0 && text(&tokens, at - 1) == "::";
        if lines[token.line].is_test {
            continue;
        }
        if IO.contains(&word) {
            found.push(format!(
                "{place}:{number}: {word}: this layer opens no socket and never waits"
            ));
        }
        if (is_now || CLOCKS.contains(&word)) && !may_read_clock {
            found.push(format!(
                "{place}:{number}: {word}: this layer takes the time as an argument"
            ));
        }
    }
    found
}

/// Returns where a layer below the extension names the engine or one of the addon's classes in any
/// text, or one of their members in a string or a comment. `own` has the words of the layer's code:
/// a comment may mean those.
pub(super) fn engine(
    place: &str,
    lines: &[Line],
    names: &ScriptNames,
    own: &HashSet<&str>,
) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_test) {
        // `debug_struct` writes the names of Rust's own fields.
        let is_debug = line.code.contains(".field(\"");
        let string = without_captures(&line.string);
        let all = [&line.code, &line.comment, &line.string].map(|text| without_packages(text));
        let engine = ENGINE.iter().copied();
        let engine = engine.filter(|name| all.iter().any(|text| text.contains(name)));
        let classes = all.iter().flat_map(|text| words(text));
        let classes = classes.filter(|word| names.classes.contains(*word));
        let comment = words(&line.comment).filter(|word| !own.contains(word));
        let strings = words(&string).filter(|_| !is_debug);
        let members = strings.chain(comment);
        let members = members.filter(|word| names.members.contains(*word));
        let told = engine.chain(classes).chain(members).map(|name| {
            format!(
                "{place}:{}: {name}: only the extension names the engine, and classes and their members",
                index + 1
            )
        });
        found.extend(told);
    }
    found
}

/// Returns a text without the names of this workspace's packages.
fn without_packages(text: &str) -> Cow<'_, str> {
    if !text.contains("godot") {
        return Cow::Borrowed(text);
    }
    let text = text.replace("godot_rustls_", "");
    Cow::Owned(text.replace("godot-rustls-", ""))
}

/// Returns a string without what `format!` puts into its braces: those are names of variables.
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

/// Returns the whole words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::source::parse;
    use super::*;

    #[test]
    fn sockets_sleeping_and_clocks_are_told_outside_of_tests() {
        let code = "use std::net::{IpAddr, TcpStream};\nlet a = Instant::now();\n// TcpStream\n\
                    #[cfg(test)]\nmod tests { use tokio::x; }";
        let found = io("rust/pki/src/a.rs", &parse(code));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("rust/pki/src/a.rs:1: TcpStream: this layer opens no socket"));
        assert!(found[1].starts_with("rust/pki/src/a.rs:2: now: this layer takes the time"));
        assert_eq!(io(CLOCK[0].0, &parse("UnixTime::now()")), [] as [&str; 0]);
    }

    #[test]
    fn other_ways_to_wait_and_to_read_the_clock_are_told() {
        for (code, count) in [
            ("use std::thread::{self, sleep};", 1),
            ("thread::sleep(x);", 1),
            ("let a = began.elapsed();", 1),
            ("let a = UnixTime::now;", 1),
            ("received.recv_timeout(x)", 1),
            ("fn at(now: UnixTime) { now.as_secs() }", 0),
            ("use std::net::{IpAddr, Ipv4Addr};", 0),
        ] {
            assert_eq!(io("rust/pki/src/a.rs", &parse(code)).len(), count, "{code}");
        }
    }

    #[test]
    fn names_of_the_engine_and_of_classes_are_told_in_code_comments_and_strings() {
        let mut names = ScriptNames::default();
        names.classes.insert("RustlsTrustStore".to_owned());
        let members = ["alpn_protocols", "own_field"].map(str::to_owned);
        names.members.extend(members);
        let own = HashSet::from(["own_field"]);
        for (text, count) in [
            ("use godot::x;", 1),
            ("use godot_rustls_pki::x;", 0),
            ("// as Godot does", 1),
            ("f(\"set RustlsTrustStore\")", 1),
            ("f(\"set RustlsTrustStores\")", 0),
            ("f(\"set alpn_protocols first\")", 1),
            ("f(\"raise {alpn_protocols} to {}\")", 0),
            ("/// Set `alpn_protocols` first.", 1),
            ("/// See [`own_field`].", 0),
            ("f(\"set own_field first\")", 1),
            ("config.alpn_protocols = x;", 0),
            ("f.field(\"alpn_protocols\", &self.alpn_protocols)", 0),
            ("let engines = 1;", 0),
            ("#[cfg(test)] mod a { f(\"Godot\") }", 0),
        ] {
            let found = engine("a.rs", &parse(text), &names, &own);
            assert_eq!(found.len(), count, "{text}: {found:?}");
        }
    }
}
