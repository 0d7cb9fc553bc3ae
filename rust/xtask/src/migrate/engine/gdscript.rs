//! Checks one script.

use std::ops::Range;

use super::classes::Class;
use super::differences;
use super::facts::{Facts, Obstacle};
use super::finding::{Kind, Report};
use super::script::Script;
use super::strings;
use super::tls_options::Options;
use super::untouched;
use crate::gdscript::TokenKind;

/// Returns what is to be done in a script, of which `index` says which of the project's it is.
pub(super) fn check(script: &Script, facts: &Facts, path: &str, index: usize) -> Report {
    let mut check = Check {
        script,
        facts,
        path,
        options: Options::new(script, facts, path),
        report: Report::default(),
    };
    for obstacle in facts.of_script(index) {
        let kind = if obstacle.is_final {
            Kind::Stays
        } else {
            Kind::Decide
        };
        check.report.find(obstacle.at, kind, &obstacle.reason);
    }
    for at in 0..script.tokens.len() {
        if script.kind(at) != Some(TokenKind::Word) {
            strings::check(script, at, &mut check.report);
        } else if untouched::check(script, at, &mut check.report) {
            continue;
        } else if let Some(class) = script.class(at) {
            check.name(at, class);
        } else {
            check.member(at);
        }
    }
    check.report
}

struct Check<'a> {
    script: &'a Script,
    facts: &'a Facts,
    path: &'a str,
    options: Options<'a>,
    report: Report,
}

impl<'a> Check<'a> {
    /// Looks at the name of a class.
    fn name(&mut self, at: usize, class: Class) {
        let script = self.script;
        if script.word(at + 1) == "." && script.kind(at + 2) == Some(TokenKind::Word) {
            let member = script.word(at + 2);
            if class.has_enumeration(member) {
                return self.enumeration(at, class);
            }
            if is_constant(member) {
                return self.constant(at, class);
            }
            // Static methods; those of objects are found by their names.
            if class == Class::TlsOptions
                && let Some(difference) = differences::of(class, member)
            {
                self.find(at + 2, Kind::Differs, format!("{member}: {difference}"));
            }
        }
        if self.is_kept(at, class) {
            return;
        }
        let before = script.word(at.wrapping_sub(1));
        let is_tested = before == "is" || before == "not" && script.types.contains(&at);
        if is_tested || self.is_instance_test(at) {
            return self.test(at, class);
        }
        let is_value = script.word(at + 1) == ".";
        if is_value || script.types.contains(&at) {
            return self.replace(at, class);
        }
        let message = format!(
            "{} is passed as a value: write {} where objects of the addon's class are meant",
            class.engine(),
            class.ours()
        );
        self.find(at, Kind::Decide, message);
    }

    /// Tells why the class stays at this place, if it does.
    fn is_kept(&mut self, at: usize, class: Class) -> bool {
        let script = self.script;
        let name = class.engine();
        if script.is_kept(script.tokens[at].range.start) {
            self.find(at, Kind::Stays, format!("{name}: its comment says so"));
            return true;
        }
        if class == Class::TlsOptions {
            let reason = self.options.obstacle(at);
            let is_kept = reason.is_some();
            if let Some(reason) = reason {
                self.find(at, Kind::Stays, reason);
            }
            return is_kept;
        }
        let Some(Obstacle {
            path,
            place,
            is_final,
            ..
        }) = self.facts.obstacle(class, self.path)
        else {
            return false;
        };
        if *is_final && path == self.path {
            self.find(at, Kind::Stays, format!("{name}: see {place}"));
        } else {
            let message = format!("{name} is left as it is in the whole project: see {place}");
            self.find(at, Kind::Decide, message);
        }
        true
    }

    fn replace(&mut self, at: usize, class: Class) {
        let range = self.script.tokens[at].range.clone();
        self.report.change(range, class.engine(), &class.ours());
    }

    /// Looks at an enumeration of the class: the addon's classes take and return the engine's values.
    fn enumeration(&mut self, at: usize, class: Class) {
        let full = format!("{}.{}", class.engine(), self.script.word(at + 2));
        let message = format!("{full}: the addon's classes use the same numbers");
        self.find(at, Kind::Stays, message);
    }

    fn constant(&mut self, at: usize, class: Class) {
        let name = self.script.word(at + 2);
        let mut message = format!(
            "{}.{name}: the addon's classes use the same numbers",
            class.engine()
        );
        if let Some(difference) = differences::of(class, name) {
            message += ", ";
            message += difference;
        }
        self.find(at, Kind::Stays, message);
    }

    /// Looks at `is` and `is_instance_of()`.
    fn test(&mut self, at: usize, class: Class) {
        let script = self.script;
        let value = script.word(at.wrapping_sub(if script.word(at - 1) == "not" { 3 } else { 2 }));
        let is_known = script.is_of(value, class);
        if !is_known && class == Class::HttpRequest && self.facts.has_engine_nodes {
            let message = "some nodes of this project stay HTTPRequest: test for RustlsHTTPRequest, or for both";
            return self.find(at, Kind::Decide, message);
        }
        self.replace(at, class);
        if !is_known {
            let message = format!(
                "not true any more for a {} that the engine or another addon made",
                class.engine()
            );
            self.find(at, Kind::Differs, message);
        }
    }

    fn is_instance_test(&self, at: usize) -> bool {
        let open = self.script.around(at).map(|(open, _)| open);
        open.is_some_and(|open| self.script.word(open.wrapping_sub(1)) == "is_instance_of")
    }

    /// Looks at a member of an object whose class is known.
    fn member(&mut self, at: usize) {
        let script = self.script;
        for class in Class::ALL {
            let Some(difference) = differences::of(class, script.word(at)) else {
                continue;
            };
            let is_open = self.facts.obstacle(class, self.path).is_none();
            if is_open && script.receives(at, class) && self.is_used(at) {
                let message = format!("{}: {difference}", script.word(at));
                return self.find(at, Kind::Differs, message);
            }
        }
    }

    /// Returns whether a word is no declaration and no name of another thing.
    fn is_used(&self, at: usize) -> bool {
        let script = self.script;
        let is_member = script.word(at.wrapping_sub(1)) == ".";
        is_member || matches!(script.word(at + 1), "(" | "=" | ".")
    }

    fn find(&mut self, at: usize, kind: Kind, message: impl Into<String>) {
        let Range { start, .. } = self.script.tokens[at].range;
        self.report.find(start, kind, message);
    }
}

fn is_constant(name: &str) -> bool {
    name.contains('_') && !name.contains(|c: char| c.is_lowercase())
}
