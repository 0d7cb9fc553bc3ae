//! Scenes and resources as text: nodes by their type, and scripts that are inside of them.

use std::ops::Range;

use super::classes::Class;
use super::differences;
use super::finding::{Kind, Report};
use super::sections::{Section, sections, string_end};

/// A script that is written inside of a scene.
#[derive(Debug)]
pub(super) struct Inner {
    pub(super) text: String,
    /// The offset in the scene of each byte of the text.
    places: Vec<usize>,
}

impl Inner {
    /// Adds what was found in the script to the report of the scene.
    pub(super) fn add(&self, inner: Report, report: &mut Report) {
        for mut finding in inner.findings {
            finding.at = self.place(finding.at);
            report.findings.push(finding);
        }
        for mut edit in inner.edits {
            edit.range = self.place(edit.range.start)..self.place(edit.range.end - 1) + 1;
            report.edits.push(edit);
        }
    }

    /// Returns the offset in the scene of an offset in the script.
    pub(super) fn place(&self, at: usize) -> usize {
        let last = self.places.last().copied().unwrap_or_default();
        self.places.get(at).copied().unwrap_or(last)
    }
}

/// Returns the scripts inside of a scene or resource.
pub(super) fn scripts(text: &str) -> Vec<Inner> {
    let sections = sections(text);
    let properties = sections.iter().flat_map(|section| &section.properties);
    let sources = properties.filter(|(key, _)| key == "script/source");
    sources.map(|(_, value)| unescape(text, value)).collect()
}

/// Returns whether nodes of the scene stay the engine's.
pub(super) fn keeps_nodes(text: &str) -> bool {
    let sections = sections(text);
    let is_node = |section: &&Section| {
        class(text, section).is_some_and(|(class, _)| class == Class::HttpRequest)
    };
    sections.iter().filter(is_node).count() > 0 && uses_csharp(text, &sections)
}

/// Returns what is to be done about the nodes of a scene.
pub(super) fn check(text: &str, obstacle: Option<&str>) -> Report {
    let mut report = Report::default();
    let sections = sections(text);
    let has_csharp = uses_csharp(text, &sections);
    for section in &sections {
        let Some((class, value)) = class(text, section) else {
            continue;
        };
        let start = value.start;
        if section.name != "node" || class != Class::HttpRequest {
            let message = format!(
                "{} is no resource and no node: the engine cannot load this",
                class.engine()
            );
            report.find(start, Kind::Decide, message);
        } else if let Some(place) = obstacle {
            let message = format!("HTTPRequest is left as it is in the whole project: see {place}");
            report.find(start, Kind::Decide, message);
        } else if has_csharp {
            let message =
                "HTTPRequest is left as it is: a script in C# of this scene may expect it";
            report.find(start, Kind::Decide, message);
        } else {
            report.change(value, class.engine(), &class.ours());
            for (key, value) in &section.properties {
                if let Some(difference) = differences::of(class, key) {
                    report.find(
                        value.start - key.len() - 3,
                        Kind::Differs,
                        format!("{key}: {difference}"),
                    );
                }
            }
        }
    }
    report
}

/// Returns the class of a node or resource, if it is one with a counterpart, and where it stands.
fn class(text: &str, section: &Section) -> Option<(Class, Range<usize>)> {
    if !matches!(
        section.name.as_str(),
        "node" | "sub_resource" | "gd_resource"
    ) {
        return None;
    }
    let value = section.attribute("type")?;
    Some((Class::named(&text[value.clone()])?, value))
}

fn uses_csharp(text: &str, sections: &[Section]) -> bool {
    let mut resources = sections
        .iter()
        .filter(|section| section.name == "ext_resource");
    resources.any(|section| {
        section
            .text(text, "path")
            .is_some_and(|path| path.ends_with(".cs"))
    })
}

/// Reads a string without its escapes.
fn unescape(text: &str, value: &Range<usize>) -> Inner {
    let mut inner = Inner {
        text: String::new(),
        places: Vec::new(),
    };
    let start = value.start + 1;
    let end = string_end(text, value.start).saturating_sub(1).max(start);
    let mut letters = text.get(start..end).unwrap_or_default().char_indices();
    while let Some((at, letter)) = letters.next() {
        let letter = match letter {
            '\\' => match letters.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, other)) => other,
                None => break,
            },
            other => other,
        };
        inner.text.push(letter);
        inner
            .places
            .extend((0..letter.len_utf8()).map(|byte| start + at + byte));
    }
    inner
}

#[cfg(test)]
mod tests {
    use super::super::finding::apply;
    use super::*;

    #[test]
    fn nodes_change_their_type_and_not_their_name() {
        let text = "[gd_scene load_steps=2 format=3]\n\n[node name=\"HTTPRequest\" type=\"HTTPRequest\" parent=\".\" groups=[\"a ]\"]]\nuse_threads = true\ntext = \"\nuse_threads = true\n[node type=\\\"HTTPRequest\\\"]\n\"\n\n[node name=\"B\" type=\"HTTPRequestX\"]\n";
        let report = check(text, None);
        let changed = apply(text, &report.edits);
        assert_eq!(
            changed,
            text.replacen("type=\"HTTPRequest\"", "type=\"RustlsHTTPRequest\"", 1)
        );
        let kinds: Vec<Kind> = report.findings.iter().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [Kind::Change, Kind::Differs]);
        assert!(text[report.findings[1].at..].starts_with("use_threads"));
    }

    #[test]
    fn nodes_beside_a_script_in_csharp_are_left_alone() {
        let text = "[ext_resource type=\"Script\" path=\"res://A.cs\" id=\"1\"]\n[node name=\"A\" type=\"HTTPRequest\"]\nscript = ExtResource(\"1\")\n";
        let report = check(text, None);
        assert!(report.edits.is_empty() && keeps_nodes(text));
        assert_eq!(report.findings[0].kind, Kind::Decide);
    }

    #[test]
    fn a_script_inside_of_a_scene_keeps_its_places() {
        let text = "[sub_resource type=\"GDScript\" id=\"1\"]\nscript/source = \"var a = \\\"ä\\\"\nvar b := HTTPRequest.new()\\n\"\n\n[node name=\"A\" type=\"Node\"]\n";
        let found = scripts(text);
        assert_eq!(found[0].text, "var a = \"ä\"\nvar b := HTTPRequest.new()\n");
        let at = found[0].text.find("HTTPRequest").unwrap_or(0);
        assert!(text[found[0].place(at)..].starts_with("HTTPRequest.new"));
    }

    #[test]
    fn a_scene_that_ends_early_is_read_to_its_end() {
        for text in [
            "[",
            "[node",
            "[node type=",
            "[node type=\"",
            "a = \"",
            "[node a=[",
            "a = ",
        ] {
            let _ = (check(text, None), scripts(text));
        }
    }
}
