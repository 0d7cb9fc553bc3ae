//! What only the whole project tells: a class is replaced in all of its files or in none, since objects go from one
//! script to another and the engine's class and the addon's are not related.

use std::collections::{HashMap, HashSet};

use super::classes::Class;
use super::finding::position;
use super::scenes::Inner;
use super::script::Script;
use crate::gdscript::TokenKind;

/// A script and where it stands.
pub(super) struct Entry<'a> {
    pub(super) path: &'a str,
    /// The text of the whole file.
    pub(super) text: &'a str,
    pub(super) script: &'a Script,
    /// The script is inside of a scene.
    pub(super) inner: Option<&'a Inner>,
}

/// Why a class stays the engine's everywhere.
#[derive(Debug, Clone)]
pub(super) struct Obstacle {
    /// The file.
    pub(super) path: String,
    /// Which of the project's scripts it is.
    script: usize,
    /// Offset in bytes in the script.
    pub(super) at: usize,
    /// The place, for findings elsewhere.
    pub(super) place: String,
    pub(super) reason: String,
    /// The code is right as it is: nothing has to be decided in that file.
    pub(super) is_final: bool,
}

/// What the project's files tell together.
#[derive(Debug, Default)]
pub(super) struct Facts {
    obstacles: HashMap<Class, Vec<Obstacle>>,
    /// Some nodes of scenes stay `HTTPRequest`.
    pub(super) has_engine_nodes: bool,
}

impl Facts {
    /// Reads the scripts.
    pub(super) fn new(scripts: &[Entry<'_>], has_engine_nodes: bool) -> Self {
        let mut facts = Self {
            has_engine_nodes,
            ..Self::default()
        };
        let names_stream = |entry: &Entry<'_>| {
            let mut tokens = 0..entry.script.tokens.len();
            tokens.any(|at| entry.script.class(at) == Some(Class::StreamPeerTls))
        };
        let has_streams = scripts.iter().any(names_stream);
        for index in 0..scripts.len() {
            facts.connections(scripts, index);
            if has_streams {
                facts.web_socket_servers(scripts, index);
            }
        }
        for class in Class::ALL {
            for index in descendants(scripts, class) {
                facts.collisions(scripts, index, class);
            }
        }
        facts
    }

    /// Returns why a class stays the engine's in a file, if it does.
    pub(super) fn obstacle(&self, class: Class, path: &str) -> Option<&Obstacle> {
        let obstacles = self.obstacles.get(&class)?;
        let own = obstacles.iter().find(|obstacle| obstacle.path == path);
        own.or(obstacles.first())
    }

    /// Returns the obstacles of a script.
    pub(super) fn of_script(&self, index: usize) -> impl Iterator<Item = &Obstacle> {
        let all = self.obstacles.values().flatten();
        all.filter(move |obstacle| obstacle.script == index)
    }

    fn add(
        &mut self,
        class: Class,
        scripts: &[Entry<'_>],
        index: usize,
        token: usize,
        what: &Reason,
    ) {
        let entry = &scripts[index];
        let at = entry.script.tokens[token].range.start;
        if entry.script.is_kept(at) {
            return;
        }
        let path = entry.path;
        let place = entry.inner.map_or(at, |inner| inner.place(at));
        let (line, _) = position(entry.text, place);
        self.obstacles.entry(class).or_default().push(Obstacle {
            path: path.to_owned(),
            script: index,
            at,
            place: format!("{path}:{line}"),
            reason: what.text.clone(),
            is_final: what.is_final,
        });
    }

    /// Finds the connections of clients, which the addon's class does not give out.
    fn connections(&mut self, scripts: &[Entry<'_>], index: usize) {
        let script = scripts[index].script;
        const MEMBERS: [&str; 3] = ["connection", "get_connection", "set_connection"];
        for at in 0..script.tokens.len() {
            let is_member = MEMBERS.contains(&script.word(at));
            if is_member && script.receives(at, Class::HttpClient) {
                let what = Reason {
                    text: "the connection of an HTTPClient is used, and RustlsHTTPClient gives none: use RustlsStreamPeerTLS \
                           over a stream of your own"
                        .to_owned(),
                    is_final: false,
                };
                self.add(Class::HttpClient, scripts, index, at, &what);
            }
        }
    }

    /// Finds `WebSocketPeer.accept_stream()`, known by its one argument.
    fn web_socket_servers(&mut self, scripts: &[Entry<'_>], index: usize) {
        let script = scripts[index].script;
        for at in 0..script.tokens.len() {
            let is_call = script.word(at) == "accept_stream" && script.word(at + 1) == "(";
            if !is_call || script.word(at.wrapping_sub(1)) != "." {
                continue;
            }
            let close = script.closing(at + 1);
            let (_, commas) = script.around(close).unwrap_or_default();
            let is_plain = (at + 2..close).any(|at| {
                script.word(at) == "take_connection"
                    || script.plain_streams.contains(script.word(at))
            });
            if commas == 0 && !is_plain {
                let what = Reason {
                    text: "WebSocketPeer.accept_stream() takes the engine's StreamPeerTLS alone"
                        .to_owned(),
                    is_final: true,
                };
                self.add(Class::StreamPeerTls, scripts, index, at, &what);
            }
        }
    }

    /// Finds members of a script that extends the class, which the addon's class has itself.
    fn collisions(&mut self, scripts: &[Entry<'_>], index: usize, class: Class) {
        let script = scripts[index].script;
        for (is_method, name, token) in &script.members {
            let is_taken = class.taken(*is_method).any(|taken| taken == name);
            if is_taken && !script.is_local(*token) {
                let what = Reason {
                    text: format!(
                        "`{name}` is a member of {} itself, and the engine refuses a script that has another: rename it",
                        class.ours()
                    ),
                    is_final: false,
                };
                self.add(class, scripts, index, *token, &what);
            }
        }
    }
}

struct Reason {
    text: String,
    is_final: bool,
}

/// Returns the scripts that extend a class, also by way of other scripts and in inner classes.
fn descendants(scripts: &[Entry<'_>], class: Class) -> HashSet<usize> {
    let mut found = HashSet::new();
    let mut names: HashSet<String> = HashSet::from([class.engine().to_owned()]);
    loop {
        let before = found.len();
        for (index, entry) in scripts.iter().enumerate() {
            let (path, script) = (entry.path, entry.script);
            if found.contains(&index) || !extends_any(script, path, &names) {
                continue;
            }
            found.insert(index);
            names.extend(script.class_name.clone());
            names.insert(format!("res://{path}"));
        }
        if found.len() == before {
            return found;
        }
    }
}

fn extends_any(script: &Script, path: &str, names: &HashSet<String>) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    (0..script.tokens.len()).any(|at| {
        if script.word(at) != "extends" || script.kind(at) != Some(TokenKind::Word) {
            return false;
        }
        match script.string(at + 1) {
            Some(base) if base.contains("://") => names.contains(base),
            Some(base) => names.contains(&format!("res://{folder}/{base}").replace(":///", "://")),
            None => names.contains(script.word(at + 1)) && script.word(at + 2) != ".",
        }
    })
}
