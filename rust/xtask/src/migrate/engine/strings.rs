//! Names of classes in strings, by which the engine makes or finds objects. They are told and never changed.

use super::classes::Class;
use super::finding::{Kind, Report};
use super::script::Script;

/// Functions and annotations that take the name of a class.
const FUNCTIONS: [&str; 7] = [
    "@export_node_path",
    "@export_custom",
    "is_class",
    "find_children",
    "add_custom_type",
    "instantiate",
    "get_class_list",
];

/// Looks at a token that may be a string.
pub(super) fn check(script: &Script, at: usize, report: &mut Report) {
    let Some(class) = script.string(at).and_then(Class::named) else {
        return;
    };
    if !names_class(script, at) {
        return;
    }
    let start = script.tokens[at].range.start;
    if script.is_kept(start) {
        report.find(
            start,
            Kind::Stays,
            "the name of a class, kept as its comment says",
        );
        return;
    }
    let message = format!(
        "\"{}\" is the name of a class: write \"{}\" if the addon's is meant",
        class.engine(),
        class.ours()
    );
    report.find(start, Kind::Decide, message);
}

/// Returns whether a string is compared with a class, or an argument of a function that takes one.
fn names_class(script: &Script, at: usize) -> bool {
    let sides = [at.wrapping_sub(1), at + 1];
    if sides
        .iter()
        .any(|at| matches!(script.word(*at), "==" | "!="))
    {
        // `x.get_class() == "HTTPRequest"`, in either order.
        let near = at.saturating_sub(5)..at + 6;
        return near.into_iter().any(|at| script.word(at) == "get_class");
    }
    let Some((open, _)) = script
        .around(at)
        .filter(|(open, _)| script.word(*open) == "(")
    else {
        return false;
    };
    let function = script.word(open.wrapping_sub(1));
    FUNCTIONS.contains(&function) || script.word(open.wrapping_sub(3)) == "ClassDB"
}
