//! The names that scripts see: classes, and those members whose names nobody takes for plain words.

use std::collections::BTreeSet;

use super::items::name_below;
use super::lines::Line;
use super::tokens::{closing, text, tokens};

/// Classes, and names of properties, methods, signals and constants with an underscore in them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ScriptNames {
    pub(super) classes: BTreeSet<String>,
    pub(super) members: BTreeSet<String>,
}

impl ScriptNames {
    /// Adds what a file of the extension declares outside of its tests.
    pub(super) fn add(&mut self, lines: &[Line]) {
        let tokens = tokens(lines);
        for at in 0..tokens.len() {
            if tokens[at].text != "#"
                || text(&tokens, at + 1) != "["
                || lines[tokens[at].line].is_test
            {
                continue;
            }
            let attribute = text(&tokens, at + 2);
            let name = name_below(&tokens, closing(&tokens, at + 1) + 1);
            match attribute {
                "class" => {
                    self.classes.insert(name.to_owned());
                }
                "var" | "export" | "func" | "signal" | "constant" if name.contains('_') => {
                    self.members.insert(name.to_owned());
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::parse;
    use super::*;

    #[test]
    fn classes_and_distinctive_members_are_found() {
        let code = "#[derive(GodotClass)]\n#[class(tool, init, base=Node)]\npub(crate) struct RustlsA {\n\
                    #[var(get = get_b, set)]\n/// Words.\nb_c: i64,\n#[export_group(name = \"D\")]\n#[export]\n\
                    #[var(pub)]\npub e_f: bool,\n#[export]\nplain: bool,\n#[export]\nq_r: u8,\ng_h: u8,\n}\n\
                    impl RustlsA {\n#[signal]\nfn i_j();\n#[func(gd_self)]\npub fn k_l(x: u8) {}\n\
                    #[constant]\nconst M_N: i64 = 1;\nfn o_p() {}\n}";
        let mut found = ScriptNames::default();
        found.add(&parse(code));
        let wanted = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(found.classes, wanted(&["RustlsA"]));
        assert_eq!(
            found.members,
            wanted(&["b_c", "e_f", "i_j", "k_l", "M_N", "q_r"])
        );
    }
}
