//! House rules that no other tool knows. They look at the files that git tracks.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::markdown;
use crate::paths;
use crate::process::Step;

/// Endings of the files that are read.
const TEXTS: [&str; 15] = [
    "rs",
    "cs",
    "gd",
    "toml",
    "md",
    "tscn",
    "gdextension",
    "godot",
    "txt",
    "py",
    "sh",
    "svg",
    "cfg",
    "tres",
    "import",
];

/// Returns the files that git tracks or would track.
pub(crate) fn files() -> Outcome<Vec<String>> {
    let mut command = Command::new("git");
    command.current_dir(paths::root()).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let files = Step::new("listing the files", command)
        .hint("run it inside a git clone")
        .quiet()?;
    Ok(files.lines().map(str::to_owned).collect())
}

/// Runs all rules.
pub(crate) fn run() -> Outcome {
    let mut problems = Vec::new();
    for name in &files()? {
        let path = paths::root().join(name);
        let ending = Path::new(name)
            .extension()
            .unwrap_or_default()
            .to_string_lossy();
        if !TEXTS.contains(&ending.as_ref()) || !path.is_file() {
            continue;
        }
        let text = paths::read(&path)?;
        problems.extend(faults(name, &text));
        if ending == "md" {
            problems.extend(markdown::broken_links(name, &text, contents));
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        "house rules",
        problems.join("\n  "),
        "mend the lines",
    ))
}

/// Returns the text of a document that a link leads to: empty for a folder or another kind of file.
fn contents(name: &str) -> Option<String> {
    let path = paths::root().join(name);
    if Path::new(name)
        .extension()
        .is_some_and(|ending| ending == "md")
    {
        return paths::read(&path).ok();
    }
    path.exists().then(String::new)
}

/// Text that reaches a script goes through the one place that keeps what follows a U+0000 in it.
const TEXT_TO_SCRIPTS: (&str, &str, &str) = (
    "rust/extension/src/",
    "rust/extension/src/engine/convert.rs",
    "GString::from(",
);

/// The broken rules of a file, one line each.
fn faults(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if text.contains('\r') {
        faults.push(format!("{name}: Windows line ends"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        faults.push(format!("{name}: no line end at the end"));
    }
    // Parts of paths that exist on one machine only; written apart so that this file keeps the rule itself.
    let private = [
        ["/ho", "me/"],
        ["/Us", "ers/"],
        ["/ro", "ot/"],
        ["C:\\Us", "ers"],
    ];
    for (index, line) in text.lines().enumerate() {
        if let Some(parts) = private.iter().find(|parts| line.contains(&parts.concat())) {
            faults.push(format!(
                "{name}:{}: a machine's path ({}…)",
                index + 1,
                parts.concat()
            ));
        }
        let (folder, place, call) = TEXT_TO_SCRIPTS;
        if name.starts_with(folder) && name != place && line.contains(call) {
            faults.push(format!(
                "{name}:{}: {call}) loses what follows a U+0000: use convert::godot_text",
                index + 1
            ));
        }
        if line.trim() == ["#[ign", "ore]"].concat() {
            faults.push(format!(
                "{name}:{}: an ignored test without a reason",
                index + 1
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::faults;

    #[test]
    fn paths_of_one_machine_are_found_with_their_line() {
        let text = ["let x = 1;\nlet y = \"/ho", "me/somebody/x\";\n"].concat();
        let found = faults("a.rs", &text);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("a.rs:2:"));
    }

    #[test]
    fn text_reaches_scripts_through_one_place() {
        let text = "let x = GString::from(y);\n";
        assert_eq!(faults("rust/extension/src/a.rs", text).len(), 1);
        for other in ["rust/extension/src/engine/convert.rs", "rust/tls/src/a.rs"] {
            assert!(faults(other, text).is_empty());
        }
    }

    #[test]
    fn line_ends_are_unix_and_the_last_line_has_one() {
        assert_eq!(faults("a.gd", "a\r\nb").len(), 2);
        assert!(faults("a.gd", "a\nb\n").is_empty());
    }
}
