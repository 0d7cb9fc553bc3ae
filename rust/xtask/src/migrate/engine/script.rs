//! A GDScript with what its declarations tell: types of names, positions of types, what it extends.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::classes::Class;
use crate::gdscript::{Token, TokenKind, Tokens, tokenize};

/// The words of a comment that keep the engine's class in its line.
pub(super) const KEEP: &str = "rustls: keep";

/// A script.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) text: String,
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Range<usize>>,
    /// Tokens where a type is expected.
    pub(super) types: HashSet<usize>,
    /// Variables, constants and parameters whose class is known, wherever in the file they are declared.
    pub(super) names: HashMap<String, HashSet<Class>>,
    /// Names that something else, or nothing known, is declared as too.
    pub(super) unclear: HashSet<String>,
    /// Names of streams without TLS.
    pub(super) plain_streams: HashSet<String>,
    /// What the file itself extends: the name of a class, or a path in its quotation marks' inside.
    pub(super) extends: Option<String>,
    /// The global name of the file's class.
    pub(super) class_name: Option<String>,
    /// Classes whose name means something else in this file.
    pub(super) shadowed: HashSet<Class>,
    /// Members that the file declares: whether it is a method, its name, and the token.
    pub(super) members: Vec<(bool, String, usize)>,
}

impl Script {
    /// Reads a script.
    pub(super) fn new(text: &str) -> Self {
        let Tokens { tokens, comments } = tokenize(text);
        let mut script = Self {
            text: text.to_owned(),
            tokens,
            comments,
            ..Self::default()
        };
        for at in 0..script.tokens.len() {
            if script.kind(at) == Some(TokenKind::Word) && script.word(at.wrapping_sub(1)) != "." {
                script.declare(at);
            }
        }
        script
    }

    /// Returns the text of a token, or nothing where there is none.
    pub(super) fn word(&self, at: usize) -> &str {
        let token = self.tokens.get(at);
        token.map_or("", |token| &self.text[token.range.clone()])
    }

    pub(super) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// Returns the inside of a string.
    pub(super) fn string(&self, at: usize) -> Option<&str> {
        match self.kind(at)? {
            TokenKind::String {
                inner: (start, end),
            } => self.text.get(start..end),
            _ => None,
        }
    }

    /// Returns the class that a token names.
    pub(super) fn class(&self, at: usize) -> Option<Class> {
        if self.kind(at) != Some(TokenKind::Word) || self.word(at.wrapping_sub(1)) == "." {
            return None;
        }
        let class = Class::named(self.word(at))?;
        (!self.shadowed.contains(&class) && !self.is_key(at)).then_some(class)
    }

    /// Returns whether a token is the key of a dictionary without quotation marks, `{key = value}`.
    fn is_key(&self, at: usize) -> bool {
        self.word(at + 1) == "=" && matches!(self.word(at.wrapping_sub(1)), "{" | ",")
    }

    /// Returns the classes that the name of a variable may stand for.
    pub(super) fn is_of(&self, name: &str, class: Class) -> bool {
        let classes = self.names.get(name);
        classes.is_some_and(|classes| classes.contains(&class))
    }

    /// Returns whether the member at `at` is certainly or possibly one of an object of that class.
    pub(super) fn receives(&self, at: usize, class: Class) -> bool {
        let is_word = self.kind(at) == Some(TokenKind::Word);
        let receiver = self.word(at.wrapping_sub(2));
        let is_own = self.extends.as_deref() == Some(class.engine());
        match self.word(at.wrapping_sub(1)) {
            "." if is_word => self.is_of(receiver, class) || is_own && receiver == "self",
            "func" | "var" | "signal" | "const" => false,
            _ => is_word && is_own && !self.is_key(at),
        }
    }

    /// Returns whether a comment in the line of an offset says that the engine's class is wanted there.
    pub(super) fn is_kept(&self, at: usize) -> bool {
        let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |end| at + end);
        let comments = self.comments.iter();
        let mut comments = comments.filter(|comment| (start..end).contains(&comment.start));
        comments.any(|comment| self.text[comment.clone()].contains(KEEP))
    }

    /// Returns the bracket that a token is inside of, and how many commas are between them.
    pub(super) fn around(&self, at: usize) -> Option<(usize, usize)> {
        let (mut depth, mut commas) = (0_usize, 0);
        for before in (0..at).rev() {
            match self.word(before) {
                ")" | "]" | "}" => depth += 1,
                "(" | "[" | "{" if depth == 0 => return Some((before, commas)),
                "(" | "[" | "{" => depth -= 1,
                "," if depth == 0 => commas += 1,
                _ => {}
            }
        }
        None
    }

    /// Returns the bracket that closes the one at `open`.
    pub(super) fn closing(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..self.tokens.len() {
            match self.word(at) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at;
                    }
                }
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// Returns whether a token is the first of its line.
    pub(super) fn is_first_of_line(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else {
            return false;
        };
        let start = at
            .checked_sub(1)
            .map_or(0, |before| self.tokens[before].range.end);
        at == 0 || self.text[start..token.range.start].contains('\n')
    }

    /// Returns the blanks before the first token of a line.
    pub(super) fn indentation(&self, at: usize) -> usize {
        let start = self.tokens.get(at).map_or(0, |token| token.range.start);
        let line = self.text[..start].rfind('\n').map_or(0, |end| end + 1);
        let line = self.text[line..].trim_start_matches('\u{feff}');
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// Returns whether a declaration is inside of a function.
    pub(super) fn is_local(&self, at: usize) -> bool {
        let mut width = self.indentation(at);
        for before in (0..at)
            .rev()
            .filter(|before| self.is_first_of_line(*before))
        {
            if self.indentation(before) >= width || self.around(before).is_some() {
                continue;
            }
            width = self.indentation(before);
            match self.word(before) {
                "func" | "static" => return true,
                "class" => return false,
                _ => {}
            }
        }
        false
    }

    fn declare(&mut self, at: usize) {
        match self.word(at) {
            "var" | "const" => self.variable(at),
            "for" if self.word(at + 2) == ":" => self.typed(at + 1, at + 3),
            "for" => self.doubt(at + 1),
            "func" => self.function(at),
            "signal" => {
                self.member(false, at + 1);
                if self.word(at + 2) == "(" {
                    self.parameters(at + 2);
                }
            }
            "class" | "enum" => self.shadow(at + 1),
            "extends" => self.extend(at),
            "class_name" => self.class_name = Some(self.word(at + 1).to_owned()),
            "as" => self.mark(at + 1),
            "is" => self.mark(at + 1 + usize::from(self.word(at + 1) == "not")),
            _ => {}
        }
    }

    fn extend(&mut self, at: usize) {
        self.mark(at + 1);
        // The line of an inner class says `class Name extends …`.
        if self.word(at.wrapping_sub(2)) != "class" && self.indentation(at) == 0 {
            let base = self.string(at + 1).unwrap_or(self.word(at + 1));
            self.extends.get_or_insert(base.to_owned());
        }
    }

    fn variable(&mut self, at: usize) {
        let name = at + 1;
        self.shadow(name);
        self.member(false, name);
        match self.word(name + 1) {
            ":" => self.typed(name, name + 2),
            "=" | ":=" => self.valued(name),
            _ => self.doubt(name),
        }
    }

    /// Notes what the value of a variable without a type tells about its class.
    fn valued(&mut self, name: usize) {
        let value = name + 2;
        if self.word(value + 1) == "."
            && let Some(class) = Class::named(self.word(value))
            && (self.word(value + 2) == "new" || class == Class::TlsOptions)
        {
            return self.know(name, class);
        }
        // `get_node(…) as HTTPRequest`, in the same line.
        let rest = (value..self.tokens.len()).take_while(|at| !self.is_first_of_line(*at));
        let rest: Vec<usize> = rest.collect();
        let cast = rest.iter().find(|at| self.word(**at) == "as");
        if let Some(class) = cast.and_then(|at| Class::named(self.word(at + 1))) {
            return self.know(name, class);
        }
        if rest.iter().any(|at| self.word(*at) == "take_connection") {
            let name = self.word(name).to_owned();
            self.plain_streams.insert(name);
        }
        self.doubt(name);
    }

    fn function(&mut self, at: usize) {
        let mut open = at + 1;
        if self.kind(open) == Some(TokenKind::Word) {
            self.shadow(open);
            self.member(true, open);
            open += 1;
        }
        if self.word(open) != "(" {
            return;
        }
        self.parameters(open);
        let close = self.closing(open);
        if self.word(close + 1) == "->" {
            self.mark(close + 2);
        }
    }

    fn parameters(&mut self, open: usize) {
        for at in open + 1..self.closing(open) {
            let is_name = matches!(self.word(at.wrapping_sub(1)), "(" | ",")
                && self.around(at).is_some_and(|(bracket, _)| bracket == open);
            if !is_name || self.kind(at) != Some(TokenKind::Word) {
                continue;
            }
            if self.word(at + 1) == ":" {
                self.typed(at, at + 2);
            } else if self.word(at + 1) == ":="
                && self.word(at + 4) == "new"
                && let Some(class) = Class::named(self.word(at + 2))
            {
                self.know(at, class);
            } else {
                self.doubt(at);
            }
        }
    }

    /// Notes that the name at `name` has the type at `at`.
    fn typed(&mut self, name: usize, at: usize) {
        self.mark(at);
        match Class::named(self.word(at)).filter(|_| self.word(at + 1) != ".") {
            Some(class) => self.know(name, class),
            None => self.doubt(name),
        }
        if self.word(at) == "StreamPeerTCP" {
            let name = self.word(name).to_owned();
            self.plain_streams.insert(name);
        }
    }

    fn doubt(&mut self, name: usize) {
        let name = self.word(name).to_owned();
        self.unclear.insert(name);
    }

    /// Notes the class of a node that the script refers to, and of variables that hold it.
    pub(super) fn learn(&mut self, reference: &str, class: Class) {
        for at in 0..self.tokens.len() {
            if self.word(at).replace('"', "") != reference {
                continue;
            }
            self.know(at, class);
            let is_value = matches!(self.word(at.wrapping_sub(1)), "=" | ":=");
            if is_value && self.word(at.wrapping_sub(3)) == "var" && self.is_first_of_line(at + 1) {
                self.know(at - 2, class);
            }
        }
    }

    fn know(&mut self, name: usize, class: Class) {
        let name = self.word(name).to_owned();
        self.names.entry(name).or_default().insert(class);
    }

    /// Notes a type with those in its square brackets.
    fn mark(&mut self, at: usize) {
        self.types.insert(at);
        if matches!(self.word(at), "Array" | "Dictionary") && self.word(at + 1) == "[" {
            self.types.extend(at + 2..self.closing(at + 1));
        }
    }

    fn shadow(&mut self, name: usize) {
        self.shadowed.extend(Class::named(self.word(name)));
    }

    fn member(&mut self, is_method: bool, name: usize) {
        let word = self.word(name).to_owned();
        self.members.push((is_method, word, name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str, name: &str) -> Vec<Class> {
        let script = Script::new(text);
        let mut classes: Vec<Class> = script
            .names
            .get(name)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        classes.sort();
        classes
    }

    #[test]
    fn declared_types_values_and_casts_tell_the_class_of_a_name() {
        for text in [
            "var a: HTTPRequest",
            "@onready var a : HTTPRequest = $HTTPRequest",
            "var a := HTTPRequest.new()",
            "const a = HTTPRequest.new()",
            "var a = get_node(\"x\") as HTTPRequest\n",
            "func f(b, a: HTTPRequest = null) -> void: pass",
            "var f = func(a: HTTPRequest): pass",
            "for a: HTTPRequest in b: pass",
        ] {
            assert_eq!(known(text, "a"), [Class::HttpRequest], "{text}");
        }
        assert!(known("var a = HTTPRequest.RESULT_SUCCESS", "a").is_empty());
        assert!(known("var a: HTTPRequest.Result", "a").is_empty());
    }

    #[test]
    fn types_are_told_from_values() {
        let text = "func f(a: Array[HTTPRequest], b = {x: Crypto}) -> HTTPClient:\n\tx is not TLSOptions\n\tmatch y:\n\t\tHTTPClient: z";
        let script = Script::new(text);
        let types = (0..script.tokens.len()).filter(|at| script.types.contains(at));
        let types: Vec<&str> = types.map(|at| script.word(at)).collect();
        assert_eq!(types, ["Array", "HTTPRequest", "HTTPClient", "TLSOptions"]);
    }

    #[test]
    fn the_base_of_the_file_is_not_that_of_an_inner_class() {
        let text = "class A extends B:\n\tpass\nclass C:\n\textends D\nextends \"res://e.gd\"\n";
        assert_eq!(Script::new(text).extends.as_deref(), Some("res://e.gd"));
        let text = "class_name F extends HTTPRequest\n";
        let script = Script::new(text);
        assert_eq!(script.extends.as_deref(), Some("HTTPRequest"));
        assert_eq!(script.class_name.as_deref(), Some("F"));
    }

    #[test]
    fn a_name_of_the_file_hides_the_class_and_a_key_is_no_class() {
        let script =
            Script::new("func Crypto(): pass\nvar a = {HTTPRequest = 1}\nvar b = a.HTTPRequest");
        let found = (0..script.tokens.len()).filter_map(|at| script.class(at));
        assert_eq!(found.count(), 0);
    }

    #[test]
    fn variables_of_functions_are_local_and_others_are_not() {
        let text = "var a\nclass B:\n\tvar c\n\tfunc d(\n\t\tx,\n\t):\n\t\tif e:\n\t\t\tvar f\nfunc g():\n\tvar h\n";
        let script = Script::new(text);
        let declared = (0..script.tokens.len()).filter(|at| script.word(*at) == "var");
        let local: Vec<bool> = declared.map(|at| script.is_local(at)).collect();
        assert_eq!(local, [false, false, true, true]);
    }
}
