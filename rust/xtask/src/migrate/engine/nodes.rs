//! Nodes of scenes by which scripts refer to them.

use super::classes::Class;
use super::sections::{Section, sections};

/// A node whose class has a counterpart, as a script of its scene sees it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The path of the script.
    pub(super) script: String,
    /// What the script writes: `$Path/To/Node` or `%UniqueName`.
    pub(super) reference: String,
}

/// Returns the nodes of the type `HTTPRequest` in a scene.
pub(super) fn requests(text: &str) -> Vec<Node> {
    let sections = sections(text);
    let nodes: Vec<(String, &Section)> = sections
        .iter()
        .filter(|section| section.name == "node")
        .map(|section| (path(text, section), section))
        .collect();
    let mut found = Vec::new();
    for (owner, section) in &nodes {
        let Some(script) = script(text, &sections, section) else {
            continue;
        };
        for (path, node) in &nodes {
            if node.text(text, "type") != Some(Class::HttpRequest.engine()) {
                continue;
            }
            let relative = match owner.as_str() {
                "" => Some(path.as_str()),
                owner => path
                    .strip_prefix(owner)
                    .and_then(|rest| rest.strip_prefix('/')),
            };
            let mut add = |reference: String| {
                found.push(Node {
                    script: script.to_owned(),
                    reference,
                });
            };
            if let Some(path) = relative.filter(|path| !path.is_empty()) {
                add(format!("${path}"));
            }
            let unique = node
                .properties
                .iter()
                .any(|(key, _)| key == "unique_name_in_owner");
            if let Some(name) = node.text(text, "name").filter(|_| unique) {
                add(format!("%{name}"));
            }
        }
    }
    found
}

/// Returns the path of a node below the root, which is empty.
fn path(text: &str, node: &Section) -> String {
    let name = node.text(text, "name").unwrap_or_default();
    match node.text(text, "parent") {
        None => String::new(),
        Some(".") => name.to_owned(),
        Some(parent) => format!("{parent}/{name}"),
    }
}

/// Returns the path of the script of a node.
fn script<'a>(text: &'a str, sections: &[Section], node: &Section) -> Option<&'a str> {
    let (_, value) = node.properties.iter().find(|(key, _)| key == "script")?;
    let id = text[value.clone()]
        .trim()
        .strip_prefix("ExtResource(\"")?
        .strip_suffix("\")")?;
    let resource = sections
        .iter()
        .find(|section| section.name == "ext_resource" && section.text(text, "id") == Some(id))?;
    resource.text(text, "path")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_named_as_the_scripts_of_their_scene_name_them() {
        let text = "[ext_resource type=\"Script\" path=\"res://a.gd\" id=\"1\"]\n[node name=\"R\" type=\"Node\"]\n[node name=\"A\" type=\"Node\" parent=\".\"]\nscript = ExtResource(\"1\")\n[node name=\"B\" type=\"Node\" parent=\"A\"]\n[node name=\"C\" type=\"HTTPRequest\" parent=\"A/B\"]\n[node name=\"D\" type=\"HTTPRequest\" parent=\".\"]\nunique_name_in_owner = true\n";
        let found: Vec<String> = requests(text)
            .into_iter()
            .map(|node| node.reference)
            .collect();
        assert_eq!(found, ["$B/C", "%D"]);
        assert_eq!(requests(text)[0].script, "res://a.gd");
    }
}
