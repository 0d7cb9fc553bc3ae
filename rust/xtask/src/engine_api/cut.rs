//! What stays of the engine's description, and how it is written down.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Class names, and whether the class keeps its methods and signals.
pub(super) struct Selection(BTreeMap<String, bool>);

impl Selection {
    /// Reads the list: one class a line, `#` begins a comment.
    pub(super) fn parse(list: &str) -> Result<Self, String> {
        let mut classes = BTreeMap::new();
        for line in list.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (name, with_methods) = match words[..] {
                [] => continue,
                [word, ..] if word.starts_with('#') => continue,
                [name] => (name, false),
                [name, "methods"] => (name, true),
                _ => {
                    return Err(format!(
                        "`{line}` is no class name with or without `methods`"
                    ));
                }
            };
            if classes.insert(name.to_owned(), with_methods).is_some() {
                return Err(format!("`{name}` is listed twice"));
            }
        }
        Ok(Self(classes))
    }

    /// Cuts a description down to the selected classes and their bases.
    pub(super) fn cut(&self, mut api: Value) -> Result<Value, String> {
        let all = named(&api["classes"]);
        let kept = self.with_bases(&all)?;
        let structures = named(&api["native_structures"]);
        let gone: BTreeSet<&str> = all
            .keys()
            .chain(structures.keys())
            .map(String::as_str)
            .filter(|name| !kept.contains(*name))
            .collect();
        for class in elements(&mut api["classes"]) {
            let name = class["name"].as_str().unwrap_or_default();
            let with_methods = self.0.get(name) == Some(&true);
            // The binding makes no use of properties: it calls their setters and getters.
            remove(class, "properties");
            for members in ["methods", "signals"] {
                if !with_methods {
                    remove(class, members);
                } else if let Some(members) = class.get_mut(members).and_then(Value::as_array_mut) {
                    members.retain(|member| !mentions(member, &gone));
                }
            }
        }
        for list in ["classes", "singletons"] {
            if let Some(list) = api[list].as_array_mut() {
                list.retain(|entry| kept.contains(entry["name"].as_str().unwrap_or_default()));
            }
        }
        api["native_structures"] = Value::Array(Vec::new());
        remove_descriptions(&mut api);
        Ok(api)
    }

    /// Returns the names of the selected classes and of all they derive from.
    fn with_bases(
        &self,
        all: &BTreeMap<String, Option<String>>,
    ) -> Result<BTreeSet<String>, String> {
        let mut kept = BTreeSet::new();
        for name in self.0.keys() {
            let mut next = Some(name);
            while let Some(name) = next {
                let base = all
                    .get(name)
                    .ok_or_else(|| format!("the engine has no class `{name}`"))?;
                kept.insert(name.clone());
                next = base.as_ref();
            }
        }
        Ok(kept)
    }
}

/// Returns the names of a list's entries, each with its base class.
fn named(list: &Value) -> BTreeMap<String, Option<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let entries = list.as_array().into_iter().flatten();
    entries
        .filter_map(|entry| Some((text(&entry["name"])?, text(&entry["inherits"]))))
        .collect()
}

fn elements(list: &mut Value) -> impl Iterator<Item = &mut Value> {
    list.as_array_mut().into_iter().flatten()
}

fn remove(object: &mut Value, key: &str) {
    if let Some(object) = object.as_object_mut() {
        object.remove(key);
    }
}

/// Returns whether an argument or the result of a method or signal is of a class that is gone.
fn mentions(member: &Value, gone: &BTreeSet<&str>) -> bool {
    let arguments = member["arguments"].as_array().into_iter().flatten();
    arguments
        .chain(member.get("return_value"))
        .filter_map(|value| value["type"].as_str())
        // Such as `enum::Node.ProcessMode`, `typedarray::Node`, `const AudioFrame*`.
        .flat_map(|kind| kind.split(|c: char| !c.is_alphanumeric()))
        .any(|word| gone.contains(word))
}

/// Removes the class reference, which is nine tenths of the text.
fn remove_descriptions(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|key, value| !(key.ends_with("description") && value.is_string()));
            object.values_mut().for_each(remove_descriptions);
        }
        Value::Array(list) => list.iter_mut().for_each(remove_descriptions),
        _ => {}
    }
}

/// Writes one entry of a list a line, so that a change can be read in a diff.
pub(super) fn to_text(api: &Value) -> String {
    let empty = Map::new();
    let parts = api
        .as_object()
        .unwrap_or(&empty)
        .iter()
        .map(|(key, value)| {
            let text = match value.as_array() {
                Some(list) if !list.is_empty() => {
                    let lines: Vec<String> = list.iter().map(Value::to_string).collect();
                    format!("[\n{}\n]", lines.join(",\n"))
                }
                _ => value.to_string(),
            };
            format!("\"{key}\": {text}")
        });
    format!("{{\n{}\n}}\n", parts.collect::<Vec<_>>().join(",\n"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cut(list: &str) -> Result<Value, String> {
        let method = |name: &str, result: &str, argument: &str| {
            json!({
                "name": name,
                "description": "long",
                "return_value": { "type": result },
                "arguments": [{ "name": "a", "type": argument }],
            })
        };
        Selection::parse(list)?.cut(json!({
            "header": { "version_minor": 3 },
            "classes": [
                { "name": "Object", "methods": [method("get", "int", "String")] },
                { "name": "Node", "inherits": "Object", "properties": [], "methods": [
                    method("parent", "Node", "int"),
                    method("texture", "Texture", "int"),
                    method("textures", "typedarray::Texture", "int"),
                    method("filter", "int", "enum::Texture.Filter"),
                    method("frame", "int", "const Frame*"),
                    method("description", "int", "enum::Node.Texture2"),
                ] },
                { "name": "Texture", "inherits": "Object" },
            ],
            "singletons": [{ "name": "Node" }, { "name": "Texture" }],
            "native_structures": [{ "name": "Frame" }],
        }))
    }

    fn names(list: &Value) -> Vec<&str> {
        let list = list.as_array().into_iter().flatten();
        list.filter_map(|entry| entry["name"].as_str()).collect()
    }

    #[test]
    fn classes_stay_with_their_bases_and_without_methods_that_name_others() {
        let api = cut("# comment\n\nNode methods\n").unwrap();
        assert_eq!(names(&api["classes"]), ["Object", "Node"]);
        assert_eq!(names(&api["singletons"]), ["Node"]);
        assert_eq!(api["classes"][0]["methods"], Value::Null);
        assert_eq!(
            names(&api["classes"][1]["methods"]),
            ["parent", "description"]
        );
        assert_eq!(api["header"]["version_minor"], 3);
        assert!(!api.to_string().contains("long") && !api.to_string().contains("properties"));
    }

    #[test]
    fn a_line_that_is_no_class_is_named() {
        let error = |list| cut(list).err().unwrap_or_default();
        assert!(error("Node signals").contains("`Node signals`"));
        assert!(error("Node\nNode methods").contains("`Node` is listed twice"));
        assert!(error("Nod").contains("no class `Nod`"));
    }

    #[test]
    fn each_entry_has_a_line_and_the_text_reads_back() {
        let api = json!({ "a": [{ "x": 1 }, { "x": 2 }], "b": { "c": [1] }, "d": [] });
        let text = to_text(&api);
        assert_eq!(
            text,
            "{\n\"a\": [\n{\"x\":1},\n{\"x\":2}\n],\n\"b\": {\"c\":[1]},\n\"d\": []\n}\n"
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), api);
    }
}
