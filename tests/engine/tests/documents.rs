//! The README and the pages in docs/: every example parses, those that are whole scripts do what the page says, and the
//! error messages that are explained exist.

use std::fs;
use std::path::Path;

use godot_rustls_engine_tests::{Project, assert_clean, finish, godot, suites_addon};
use serde_json::{Value, json};
use xtask::markdown::{Block, blocks};
use xtask::paths;

/// The default trusted roots include the one that issued the certificates of the test's servers. A method or property
/// that does not exist is an error in an example.
const SETTINGS: &str = r#"config_version=5

[application]

config/name="documents"
run/flush_stdout_on_print=true

[debug]

gdscript/warnings/unsafe_method_access=2
gdscript/warnings/unsafe_property_access=2

[network]

tls/rustls/extra_certificates="../fixtures/certs/root.crt"
"#;

const CHECKS: &str = include_str!("../scripts/documents.gd");
const EXAMPLES: &str = include_str!("../scripts/examples.gd");

#[test]
fn examples_of_the_documents_parse_and_whole_scripts_run() {
    // The addon of the suites, whose scripted server plays example.org.
    let (Some(godot), Some(_)) = (godot(), suites_addon()) else {
        return;
    };
    let examples = examples();
    let project = Project::copy_of("documents", &paths::test_project(), &["fixtures"]);
    project.file("project.godot", SETTINGS);
    project.file("checks.gd", CHECKS);
    project.file("examples.gd", EXAMPLES);
    project.file("examples.json", &Value::from(examples.clone()).to_string());
    project.import(&godot);
    let mut command = godot.headless(project.dir());
    command.args(["--script", "res://checks.gd"]);
    // What the examples save under user:// belongs to the test alone.
    command.env("XDG_DATA_HOME", project.dir().with_file_name("data"));
    let run = finish("the examples of the documents", command, 5);
    assert!(!run.text.contains("FAULT"), "{}", run.text);
    assert_clean("the examples of the documents", &run);
    let checked = format!("CHECKED {} examples", examples.len());
    assert!(run.text.contains(&checked), "{}", run.text);
}

/// Returns the GDScript examples of all pages, each with what it prints according to the page.
fn examples() -> Vec<Value> {
    let mut pages = vec!["README.md".to_owned()];
    let manual = paths::root().join("docs");
    for entry in fs::read_dir(manual).unwrap_or_else(|error| panic!("{error}")) {
        let name = entry.map(|entry| entry.file_name().to_string_lossy().into_owned());
        pages.extend(name.iter().map(|name| format!("docs/{name}")));
    }
    pages.retain(|page| page.ends_with(".md"));
    pages.sort();
    let examples = pages.iter().flat_map(|page| {
        let text = paths::read(&paths::root().join(page));
        let blocks = blocks(&text.unwrap_or_else(|failure| panic!("{failure}")));
        let shown = (0..blocks.len()).filter(|&index| blocks[index].language == "gdscript");
        shown
            .map(|index| example(page, &blocks[index], blocks.get(index + 1)))
            .collect::<Vec<_>>()
    });
    examples.collect()
}

/// Returns an example with the lines of the text block that follows it.
fn example(page: &str, block: &Block, next: Option<&Block>) -> Value {
    let output = next.filter(|next| next.language == "text");
    let lines: Vec<&str> = output.iter().flat_map(|next| next.text.lines()).collect();
    json!({
        "page": page,
        "place": format!("{page}:{}", block.line),
        "text": block.text,
        "output": lines,
    })
}

#[test]
fn messages_that_the_documents_explain_are_those_of_the_addon() {
    let mut sources = String::new();
    for layer in ["extension", "http", "net", "pki", "tls"] {
        read_all(
            &paths::root().join("rust").join(layer).join("src"),
            &mut sources,
        );
    }
    // A long literal goes on in the next line behind a backslash.
    let pieces = sources.split("\\\n").map(str::trim_start);
    let sources: String = pieces.collect();
    let page = paths::read(&paths::root().join("docs/troubleshooting.md"));
    let page = page.unwrap_or_else(|failure| panic!("{failure}"));
    let mut explained = 0;
    for line in page.lines() {
        let cell = line
            .strip_prefix("| ")
            .and_then(|row| row.split(" | ").next());
        let cell = cell.filter(|cell| !cell.contains("(Godot)"));
        // Between backticks; an ellipsis stands for what a message fills in.
        let messages = cell
            .into_iter()
            .flat_map(|cell| cell.split('`').skip(1).step_by(2));
        for message in messages.filter(|message| !message.starts_with("godot ")) {
            explained += 1;
            for part in message.split('…').map(str::trim) {
                assert!(sources.contains(part), "no error message says \"{part}\"");
            }
        }
    }
    assert!(explained > 20, "{explained}");
}

/// Appends the Rust sources of a folder, apart from its tests.
fn read_all(folder: &Path, sources: &mut String) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{error}")) {
        let path = entry.unwrap_or_else(|error| panic!("{error}")).path();
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            read_all(&path, sources);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            sources.push_str(&fs::read_to_string(&path).unwrap_or_default());
        }
    }
}
