//! Options for TLS: the addon's classes take the engine's as they are, and the engine's classes ignore the addon's without
//! an error. So the engine's stay unless a place is certain to be the addon's.

use std::collections::HashSet;

use super::classes::Class;
use super::facts::Facts;
use super::script::Script;

/// Methods of the engine's classes that take options, and take the engine's alone.
const ENGINE_METHODS: [&str; 7] = [
    "connect_to_url",
    "create_client",
    "create_server",
    "dtls_client_setup",
    "dtls_server_setup",
    "connect_to_peer",
    "setup",
];

const KEPT: &str = "TLSOptions: the addon's classes take it as it is. With RustlsTLSOptions there, give the engine's classes \
                    `RustlsTLSOptions.to_engine()`";

/// Where the options of a script can be the addon's.
pub(super) struct Options<'a> {
    script: &'a Script,
    facts: &'a Facts,
    path: &'a str,
    /// Local variables whose options go to the addon's classes alone.
    followed: HashSet<String>,
}

impl<'a> Options<'a> {
    pub(super) fn new(script: &'a Script, facts: &'a Facts, path: &'a str) -> Self {
        let mut options = Self {
            script,
            facts,
            path,
            followed: HashSet::new(),
        };
        let names = script.names.keys().filter(|name| options.is_followed(name));
        options.followed = names.cloned().collect();
        options
    }

    /// Returns why `TLSOptions` at a token stays, or nothing when it can be replaced.
    pub(super) fn obstacle(&self, at: usize) -> Option<String> {
        let script = self.script;
        if self.is_ours(at) {
            return None;
        }
        let variable = match (script.word(at.wrapping_sub(1)), script.types.contains(&at)) {
            (":" | "=" | ":=", _) => self.variable(at),
            _ => None,
        };
        if variable.is_some_and(|name| self.followed.contains(name)) {
            return None;
        }
        match self.method(at).map(|method| script.word(method)) {
            Some(method) if ENGINE_METHODS.contains(&method) => Some(format!(
                "TLSOptions: {method}() is the engine's and takes no other. From options of the addon: \
                 `RustlsTLSOptions.to_engine()`"
            )),
            _ => Some(KEPT.to_owned()),
        }
    }

    /// Returns the variable that is declared or set with the type or value at `at`.
    fn variable(&self, at: usize) -> Option<&str> {
        let script = self.script;
        let mut name = at.checked_sub(2)?;
        // `var options: TLSOptions = TLSOptions.client()`.
        if script.word(at - 1) == "=" && script.word(name.wrapping_sub(1)) == ":" {
            name = name.checked_sub(2)?;
        }
        Some(script.word(name))
    }

    /// Returns the method that takes the value at `at` as an argument.
    fn method(&self, at: usize) -> Option<usize> {
        if !matches!(self.script.word(at.wrapping_sub(1)), "(" | ",") {
            return None;
        }
        let (open, _) = self.script.around(at)?;
        (self.script.word(open) == "(").then(|| open.wrapping_sub(1))
    }

    /// Returns whether the value at `at` is an argument of a method that is certainly the addon's.
    fn is_ours(&self, at: usize) -> bool {
        let script = self.script;
        let Some(method) = self.method(at) else {
            return false;
        };
        let class = match script.word(method) {
            "connect_to_stream" | "accept_stream" => Class::StreamPeerTls,
            "set_tls_options" => Class::HttpRequest,
            "connect_to_host" => Class::HttpClient,
            _ => return false,
        };
        let receiver = script.word(method.wrapping_sub(2));
        // A method that the script declares itself is not the class'.
        let is_declared = script
            .members
            .iter()
            .any(|(_, name, _)| name == script.word(method));
        script.receives(method, class)
            && !is_declared
            && !script.unclear.contains(receiver)
            && script
                .names
                .get(receiver)
                .is_none_or(|classes| classes.len() == 1)
            && self.facts.obstacle(class, self.path).is_none()
    }

    /// Returns whether a name is that of one local variable which is only set and given to the addon's classes.
    fn is_followed(&self, name: &str) -> bool {
        let script = self.script;
        if !script.is_of(name, Class::TlsOptions) || script.unclear.contains(name) {
            return false;
        }
        let uses: Vec<usize> = (0..script.tokens.len())
            .filter(|at| script.word(*at) == name)
            .collect();
        let declared: Vec<&usize> = uses
            .iter()
            .filter(|at| script.word(at.wrapping_sub(1)) == "var")
            .collect();
        let [only] = declared[..] else {
            return false;
        };
        let is_used_well = |at: usize| {
            let is_set = script.is_first_of_line(at)
                && script.word(at + 1) == "="
                && script.word(at + 2) == "TLSOptions";
            let is_passed = matches!(script.word(at + 1), "," | ")") && self.is_ours(at);
            at == *only || is_set || is_passed
        };
        script.is_local(*only) && uses.iter().all(|at| is_used_well(*at))
    }
}
