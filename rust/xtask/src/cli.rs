//! The command line: every verb and flag with its help text, in one table.

use std::collections::HashMap;
use std::ffi::OsString;

use lexopt::Arg;

use crate::failure::{Failure, OrFail, Outcome};

struct Verb {
    name: &'static str,
    summary: &'static str,
    flags: &'static [Flag],
    /// Arguments that are no flags, if there may be any: how help writes them, and what they are.
    rest: Option<(&'static str, &'static str)>,
}

struct Flag {
    name: &'static str,
    /// The name of the flag's value, for flags that have one.
    value: Option<&'static str>,
    help: &'static str,
}

const fn switch(name: &'static str, help: &'static str) -> Flag {
    Flag {
        name,
        value: None,
        help,
    }
}

const fn option(name: &'static str, value: &'static str, help: &'static str) -> Flag {
    Flag {
        name,
        value: Some(value),
        help,
    }
}

const VERBS: &[Verb] = &[
    Verb {
        name: "setup",
        summary: "Find a Godot 4 (GODOT4_BIN, godot4 or godot on PATH) or, on Debian-like systems, bring one into target/",
        flags: &[switch(
            "peers",
            "also install what the tests talk to: openssl, curl, python3, nginx, Xvfb, cargo-deny, valgrind",
        )],
        rest: None,
    },
    Verb {
        name: "build",
        summary: "Build the libraries and stage the addon into godot-project/addons/rustls",
        flags: &[
            switch(
                "test",
                "build for the suites instead: dev profile, staged into tests/godot",
            ),
            option(
                "target",
                "TRIPLE",
                "build for another platform (its Rust target and linker must be there)",
            ),
        ],
        rest: None,
    },
    Verb {
        name: "demo",
        summary: "Build if needed and run the demo: a window, or without a display a headless run",
        flags: &[
            switch("headless", "no window even where there is a display"),
            option(
                "screenshot",
                "FILE",
                "run in a virtual display (Xvfb) and save a picture of the window",
            ),
        ],
        rest: Some(("-- ARGS", "arguments for the demo")),
    },
    Verb {
        name: "test",
        summary: "Check, then run every test: Rust, other TLS programs, a real Godot",
        flags: &[
            option(
                "suite",
                "NAME",
                "only this GDScript suite (implies --godot)",
            ),
            switch(
                "no-check",
                "without formatting, clippy, cargo-deny and instruction counts",
            ),
            switch("rust", "only the Rust tests"),
            switch("godot", "only the GDScript suites"),
        ],
        rest: None,
    },
    Verb {
        name: "check",
        summary: "Formatting, clippy, docs, cargo-deny, house rules, instruction counts",
        flags: &[],
        rest: None,
    },
    Verb {
        name: "bench",
        summary: "Measure against the engine's own classes",
        flags: &[option(
            "json",
            "FILE",
            "where the figures go [default: target/bench.json]",
        )],
        rest: Some(("-- ARGS", "arguments for the measuring project")),
    },
    Verb {
        name: "instructions",
        summary: "Count the instructions of the measured operations and compare them with the committed counts",
        flags: &[switch(
            "renew",
            "write what was counted as the new baseline",
        )],
        rest: None,
    },
    Verb {
        name: "layers",
        summary: "Print the crates with their sizes, public names and imports between modules, and prove the rules",
        flags: &[
            switch("check", "only prove the rules, which check does too"),
            switch("all", "with the rules that a crate is not under yet"),
        ],
        rest: None,
    },
    Verb {
        name: "migrate",
        summary: "List where a Godot project uses the engine's TLS, crypto and HTTP classes, and what to write instead",
        flags: &[switch(
            "write",
            "change scripts and scenes (commit the project before)",
        )],
        rest: Some(("DIR", "the folder with project.godot")),
    },
    Verb {
        name: "engine-api",
        summary: "Cut the engine's description, which the binding is generated from, down to the listed classes",
        flags: &[],
        rest: None,
    },
    Verb {
        name: "reference",
        summary: "Write the class reference as Markdown into docs/reference",
        flags: &[switch(
            "check",
            "only compare, and name the pages that differ",
        )],
        rest: None,
    },
    Verb {
        name: "csharp",
        summary: "Write the wrappers of the classes for Godot's .NET edition",
        flags: &[switch("check", "only compare, and name what differs")],
        rest: None,
    },
    Verb {
        name: "package",
        summary: "Build and zip the addon into target/package, check the zip and load it in a Godot",
        flags: &[switch(
            "staged",
            "take what is staged (libraries of several platforms) instead of building",
        )],
        rest: None,
    },
];

/// The flags of one call.
pub(crate) struct Args {
    flags: HashMap<&'static str, OsString>,
    /// Arguments that are no flags.
    pub(crate) rest: Vec<OsString>,
}

impl Args {
    /// Whether the switch was given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.flags.contains_key(name)
    }

    /// The option's value, if it was given.
    pub(crate) fn value(&self, name: &str) -> Option<&OsString> {
        self.flags.get(name)
    }
}

/// Reads the command line. `None`: help was asked for and printed.
pub(crate) fn parse() -> Outcome<Option<(&'static str, Args)>> {
    parse_from(lexopt::Parser::from_env())
}

fn parse_from(mut parser: lexopt::Parser) -> Outcome<Option<(&'static str, Args)>> {
    let verb = match parser.next().or_fail(STEP, HINT)? {
        None | Some(Arg::Short('h') | Arg::Long("help")) => return help(None),
        Some(Arg::Value(name)) if name == "help" => {
            let topic = parser.next().or_fail(STEP, HINT)?;
            let topic = match topic {
                Some(Arg::Value(name)) => Some(find(&name.to_string_lossy())?),
                _ => None,
            };
            return help(topic);
        }
        Some(Arg::Value(name)) => find(&name.to_string_lossy())?,
        Some(other) => return Err(Failure::new(STEP, other.unexpected(), HINT)),
    };
    let mut args = Args {
        flags: HashMap::new(),
        rest: Vec::new(),
    };
    while let Some(arg) = parser.next().or_fail(STEP, HINT)? {
        let name = match arg {
            Arg::Short('h') | Arg::Long("help") => return help(Some(verb)),
            Arg::Long(name) => name,
            Arg::Value(value) if verb.rest.is_some() => {
                args.rest.push(value);
                continue;
            }
            other => return Err(Failure::new(STEP, other.unexpected(), HINT)),
        };
        let Some(flag) = verb.flags.iter().find(|flag| flag.name == name) else {
            let cause = format!("`{}` has no flag --{name}", verb.name);
            return Err(Failure::new(STEP, cause, HINT));
        };
        let value = match flag.value {
            Some(_) => parser.value().or_fail(STEP, HINT)?,
            None => OsString::new(),
        };
        args.flags.insert(flag.name, value);
    }
    Ok(Some((verb.name, args)))
}

const STEP: &str = "reading the command line";
const HINT: &str = "cargo xtask help";

fn find(name: &str) -> Outcome<&'static Verb> {
    VERBS
        .iter()
        .find(|verb| verb.name == name)
        .ok_or_else(|| Failure::new(STEP, format!("there is no verb `{name}`"), HINT))
}

fn help<T>(verb: Option<&Verb>) -> Outcome<Option<T>> {
    match verb {
        Some(verb) => print!("{}", describe(verb)),
        None => {
            println!("Usage: cargo xtask VERB [FLAGS]\n");
            for verb in VERBS {
                println!("{}", describe(verb));
            }
        }
    }
    Ok(None)
}

fn describe(verb: &Verb) -> String {
    let mut text = format!("  {:<13}{}\n", verb.name, verb.summary);
    for flag in verb.flags {
        let value = flag.value.map(|v| format!(" {v}")).unwrap_or_default();
        text += &format!(
            "            --{:<18} {}\n",
            format!("{}{value}", flag.name),
            flag.help
        );
    }
    if let Some((written, meaning)) = verb.rest {
        text += &format!("            {written:<20} {meaning}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &[&str]) -> Result<Option<(&'static str, Args)>, String> {
        parse_from(lexopt::Parser::from_args(words)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_verb_takes_its_flags_and_what_follows_two_dashes() {
        let args = call(&["demo", "--screenshot", "a.png", "--", "--host=x"]);
        let Ok(Some((verb, args))) = args else {
            panic!("the line was not understood");
        };
        assert_eq!(verb, "demo");
        assert_eq!(args.value("screenshot"), Some(&"a.png".into()));
        assert_eq!(args.rest, ["--host=x"]);
        assert!(!args.has("headless"));
    }

    #[test]
    fn a_flag_of_another_verb_is_refused_by_name() {
        let error = call(&["check", "--peers"]).err().unwrap_or_default();
        assert!(error.contains("`check` has no flag --peers"), "{error}");
    }

    #[test]
    fn an_unknown_verb_points_at_the_help() {
        let error = call(&["biuld"]).err().unwrap_or_default();
        assert!(
            error.contains("biuld") && error.contains("cargo xtask help"),
            "{error}"
        );
    }
}
