//! The check itself: texts go in, findings and edits come out. It opens no file, so that others than the command can use it.

mod classes;
mod csharp;
mod differences;
mod facts;
mod finding;
mod gdscript;
mod nodes;
mod presets;
mod scenes;
mod script;
mod sections;
mod strings;
mod tls_options;
mod untouched;

#[cfg(test)]
mod tests;

use classes::Class;
use facts::{Entry, Facts};
pub(crate) use finding::{Kind, Report, apply, position};
use nodes::Node;
use scenes::Inner;
use script::Script;

/// A file of the project.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The path below the project's folder, with slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Returns whether the check can read a file, by its name.
pub(crate) fn is_readable(name: &str) -> bool {
    matches!(language(name), Some(language) if language != Language::Binary)
}

/// Returns whether a file may hold scripts or nodes that the check cannot read, by its name.
pub(crate) fn is_binary(name: &str) -> bool {
    language(name) == Some(Language::Binary)
}

/// Returns whether a file that cannot be read as text names one of the classes.
pub(crate) fn names_class(content: &[u8]) -> bool {
    Class::ALL.into_iter().any(|class| {
        let name = class.engine().as_bytes();
        content.windows(name.len()).any(|part| part == name)
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    GdScript,
    Scene,
    CSharp,
    Presets,
    Binary,
}

fn language(name: &str) -> Option<Language> {
    if name.rsplit('/').next() == Some("export_presets.cfg") {
        return Some(Language::Presets);
    }
    match name.rsplit_once('.')?.1 {
        "gd" => Some(Language::GdScript),
        "tscn" | "tres" => Some(Language::Scene),
        "cs" => Some(Language::CSharp),
        "scn" | "res" => Some(Language::Binary),
        _ => None,
    }
}

/// The scripts of a file, with what is known of those that are inside of a scene.
type Scripts = Vec<(Option<Inner>, Script)>;

/// Checks all files of a project together, and returns a report for each.
pub(crate) fn check(sources: &[Source]) -> Vec<Report> {
    let mut parsed: Vec<Scripts> = sources.iter().map(parse).collect();
    let scenes = sources
        .iter()
        .filter(|source| language(&source.path) == Some(Language::Scene));
    let nodes: Vec<Node> = scenes
        .flat_map(|source| nodes::requests(&source.text))
        .collect();
    for (source, scripts) in sources.iter().zip(&mut parsed) {
        for (_, script) in scripts {
            let path = format!("res://{}", source.path);
            let known = nodes.iter().filter(|node| node.script == path);
            known.for_each(|node| script.learn(&node.reference, Class::HttpRequest));
        }
    }
    let entries: Vec<Entry<'_>> = sources
        .iter()
        .zip(&parsed)
        .flat_map(|(source, scripts)| scripts.iter().map(|script| entry(source, script)))
        .collect();
    let keeps_nodes = |source: &Source| {
        language(&source.path) == Some(Language::Scene) && scenes::keeps_nodes(&source.text)
    };
    let facts = Facts::new(&entries, sources.iter().any(keeps_nodes));
    let mut first = 0;
    let mut reports = Vec::with_capacity(sources.len());
    for (source, scripts) in sources.iter().zip(&parsed) {
        reports.push(report(source, scripts, first, &facts));
        first += scripts.len();
    }
    let has_classes = |(source, report): (&Source, &Report)| {
        let is_preset = language(&source.path) == Some(Language::Presets);
        !is_preset && (!report.edits.is_empty() || source.text.contains("Rustls"))
    };
    if !sources.iter().zip(&reports).any(has_classes) {
        for (source, report) in sources.iter().zip(&mut reports) {
            if language(&source.path) == Some(Language::Presets) {
                *report = Report::default();
            }
        }
    }
    reports
}

fn entry<'a>(source: &'a Source, (inner, script): &'a (Option<Inner>, Script)) -> Entry<'a> {
    Entry {
        path: &source.path,
        text: &source.text,
        script,
        inner: inner.as_ref(),
    }
}

fn parse(source: &Source) -> Scripts {
    match language(&source.path) {
        Some(Language::GdScript) => vec![(None, Script::new(&source.text))],
        Some(Language::Scene) => scenes::scripts(&source.text)
            .into_iter()
            .map(|inner| {
                let script = Script::new(&inner.text);
                (Some(inner), script)
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns the report of a file, whose scripts are those of the project from `first` on.
fn report(source: &Source, scripts: &Scripts, first: usize, facts: &Facts) -> Report {
    let path = source.path.as_str();
    let mut report = match language(path) {
        Some(Language::Scene) => {
            let obstacle = facts.obstacle(Class::HttpRequest, path);
            scenes::check(
                &source.text,
                obstacle.map(|obstacle| obstacle.place.as_str()),
            )
        }
        Some(Language::CSharp) => csharp::check(&source.text),
        Some(Language::Presets) => presets::check(&source.text),
        _ => Report::default(),
    };
    for (index, (inner, script)) in scripts.iter().enumerate() {
        let found = gdscript::check(script, facts, path, first + index);
        match inner {
            Some(inner) => inner.add(found, &mut report),
            None => report = found,
        }
    }
    report.sort();
    report
}
