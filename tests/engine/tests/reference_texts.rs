//! The texts of the class reference: every example parses, every link leads somewhere, no escape is broken.

use std::fs;
use std::path::Path;

use godot_rustls_engine_tests::{Project, assert_clean, finish, godot, suites_addon};
use xtask::paths;

/// A method or property that does not exist is an error in an example, and not a warning that nobody reads.
const SETTINGS: &str = r#"[application]

config/name="texts"

[debug]

gdscript/warnings/unsafe_method_access=2
gdscript/warnings/unsafe_property_access=2
"#;

const CHECKS: &str = include_str!("../scripts/reference_texts.gd");
const EXAMPLES: &str = include_str!("../scripts/examples.gd");

#[test]
fn examples_parse_and_links_lead_somewhere() {
    // The addon of the suites: only it gives its texts back.
    let (Some(godot), Some(addon)) = (godot(), suites_addon()) else {
        return;
    };
    let project = Project::new("reference-texts", SETTINGS);
    project.install(&addon);
    project.file("checks.gd", CHECKS);
    project.file("examples.gd", EXAMPLES);
    project.import(&godot);
    let mut command = godot.headless(project.dir());
    command.args(["--script", "res://checks.gd"]);
    let run = finish("the checks of the class reference", command, 3);
    let count = |word: &str| -> usize {
        let line = run.text.lines().find(|line| line.starts_with("CHECKED"));
        let words: Vec<&str> = line.unwrap_or_default().split([' ', ',']).collect();
        let place = words.iter().position(|candidate| *candidate == word);
        let number = place.and_then(|place| words.get(place.checked_sub(1)?)?.parse().ok());
        number.unwrap_or_else(|| panic!("no count of {word} in\n{}", run.text))
    };
    assert!(!run.text.contains("FAULT"), "{}", run.text);
    assert_clean("the checks of the class reference", &run);
    assert!(count("classes") > 0 && count("texts") > count("classes"));
    let sources = paths::root().join("rust/extension/src/classes");
    assert_eq!(count("examples"), examples_in(&sources));
}

/// Number of GDScript examples in the doc comments of a folder.
fn examples_in(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{error}"));
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let counts = paths.map(|path| {
        let path = path.unwrap_or_else(|error| panic!("{error}"));
        if path.is_dir() {
            return examples_in(&path);
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines = text.lines().map(str::trim);
        lines.filter(|line| *line == "/// ```gdscript").count()
    });
    counts.sum()
}
