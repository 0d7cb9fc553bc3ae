//! The tables of a manifest, line by line: as much of TOML as manifests need.

/// One entry: a key with its value, which may go over several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The header of its table, such as `dev-dependencies`.
    pub(super) table: String,
    pub(super) key: String,
    pub(super) value: String,
    /// Counted from 1.
    pub(super) line: usize,
}

/// Returns all entries. `a.b = c` has the key `a` and the value `b = c`.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut table = String::new();
    let mut found: Vec<Entry> = Vec::new();
    let mut depth = 0_usize;
    for (index, line) in text.lines().enumerate() {
        let line = without_comment(line).trim();
        if depth == 0 && line.starts_with('[') {
            table = line.trim_matches(['[', ']']).trim().to_owned();
            continue;
        }
        let opened = line.matches(['[', '{']).count();
        let closed = line.matches([']', '}']).count();
        if depth > 0 {
            if let Some(last) = found.last_mut() {
                last.value += line;
            }
        } else if let Some((key, value)) = split(line) {
            found.push(Entry {
                table: table.clone(),
                key,
                value,
                line: index + 1,
            });
        }
        depth = (depth + opened).saturating_sub(closed);
    }
    found
}

/// Returns the string that `name = "…"` has inside a value.
pub(super) fn string<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let at = value.find(&format!("{name} ="))?;
    value[at..].split('"').nth(1)
}

fn split(line: &str) -> Option<(String, String)> {
    let quoted = line.strip_prefix('"').and_then(|rest| rest.split_once('"'));
    let (key, rest) = match quoted {
        Some(parts) => parts,
        None => line.split_at(line.find(['.', '=', ' '])?),
    };
    let rest = rest.trim_start().trim_start_matches(['.', '=']);
    Some((key.to_owned(), rest.trim().to_owned()))
}

fn without_comment(line: &str) -> &str {
    let mut is_string = false;
    for (at, letter) in line.char_indices() {
        match letter {
            '"' => is_string = !is_string,
            '#' if !is_string => return &line[..at],
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_have_their_table_key_value_and_line() {
        let text = "[package] # words\nname = \"a#b\"\n\n[dependencies]\nb.workspace = true\n\
                    \"c\" = { features = [\n  \"d\", # e\n] }\n[dependencies.f]\nversion = \"1\"\n";
        let found: Vec<String> = entries(text)
            .iter()
            .map(|e| format!("{} {} {} {}", e.table, e.key, e.value, e.line))
            .collect();
        let wanted = [
            "package name \"a#b\" 2",
            "dependencies b workspace = true 5",
            "dependencies c { features = [\"d\",] } 6",
            "dependencies.f version \"1\" 10",
        ];
        assert_eq!(found, wanted);
        assert_eq!(string("{ package = \"x\", a = 1 }", "package"), Some("x"));
        assert_eq!(string("{ a = 1 }", "package"), None);
    }
}
