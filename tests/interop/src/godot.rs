//! The addon in a headless Godot, which works through a list of jobs (`driver.gd`).

use std::collections::HashMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use xtask::godot::{is_problem, list_extension};

use crate::certificates::Pair;
use crate::program::Program;
use crate::{Version, own_file, present};

/// Where Godot and the project with the addon are.
#[derive(Debug, Clone)]
pub struct Engine {
    bin: PathBuf,
    project: PathBuf,
}

/// The Godot and the project that `cargo xtask test` names, or a skip of the test.
pub fn godot_project() -> Option<Engine> {
    let variable = |name: &str| {
        let reason = format!("{name} is not set; run it by `cargo xtask test`");
        present(env::var_os(name).map(PathBuf::from), &reason)
    };
    let engine = Engine {
        bin: variable("GODOT4_BIN")?,
        project: variable("RUSTLS_TEST_PROJECT")?,
    };
    let is_staged = engine
        .project
        .join(xtask::paths::ADDON)
        .join("bin")
        .is_dir();
    present(is_staged.then_some(()), "run `cargo xtask build --test`")?;
    list_extension(&engine.project).unwrap_or_else(|failure| panic!("{failure}"));
    Some(engine)
}

/// One job of the driver; what its members mean stands there.
#[derive(Debug, Clone)]
pub struct Job {
    label: String,
    members: Map<String, Value>,
}

impl Job {
    /// A client that trusts `root` and connects to a port of 127.0.0.1 under the name `localhost`.
    pub fn client(label: impl Into<String>, port: u16, root: &Path) -> Self {
        Self::new(label, "client")
            .set("port", port)
            .set("trust", root.to_str().unwrap())
    }

    /// A server on a free port, for `connections` connections.
    pub fn server(label: impl Into<String>, chain: &Path, key: &Path, connections: usize) -> Self {
        Self::new(label, "server")
            .set("chain", chain.to_str().unwrap())
            .set("key", key.to_str().unwrap())
            .set("connections", connections)
    }

    /// Shows this identity.
    pub fn showing(self, pair: &Pair) -> Self {
        self.set("key", pair.key.to_str().unwrap())
            .set("chain", pair.chain.to_str().unwrap())
    }

    pub(crate) fn new(label: impl Into<String>, role: &str) -> Self {
        let job = Self {
            label: label.into(),
            members: Map::new(),
        };
        job.set("role", role)
    }

    /// Sets a member.
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Allows one version alone.
    pub fn version(self, version: Version) -> Self {
        self.set("min", version.constant())
            .set("max", version.constant())
    }

    /// Sends a file and waits for `expect` bytes, which end with those of `want`.
    pub fn exchange(self, send: &Path, want: &Path, expect: usize) -> Self {
        self.set("send", send.to_str().unwrap())
            .set("want", want.to_str().unwrap())
            .set("expect", expect)
    }
}

/// What came of one connection.
#[derive(Debug, Clone)]
pub struct Outcome {
    label: String,
    members: Value,
}

impl Outcome {
    /// The job's name.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// A text of the result; empty when it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.members[name].as_str().unwrap_or_default()
    }

    /// A number of the result.
    pub fn number(&self, name: &str) -> i64 {
        // Every number of the engine's JSON is a fraction.
        self.members[name].as_f64().unwrap_or(-1.0) as i64
    }

    /// Whether something is so.
    pub fn is(&self, name: &str) -> bool {
        self.members[name] == true
    }

    /// Whether there is nothing.
    pub fn is_null(&self, name: &str) -> bool {
        self.members[name].is_null()
    }

    /// A list of texts.
    pub fn list(&self, name: &str) -> Vec<String> {
        let listed = self.members[name].as_array();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        listed.map_or_else(Vec::new, |listed| listed.iter().map(text).collect())
    }

    /// What the peer showed: subject and SHA-256 of each certificate.
    pub fn peer(&self) -> Vec<(String, String)> {
        let shown = self.members["peer"].as_array();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        shown.map_or_else(Vec::new, |shown| {
            shown
                .iter()
                .map(|one| (text(&one[0]), text(&one[1])))
                .collect()
        })
    }

    /// Fails unless it ended with this cause and with all of these words in its sentence.
    #[track_caller]
    pub fn assert_refused(&self, cause: i64, words: &[&str]) {
        assert_eq!(self.number("cause"), cause, "{self:?}");
        for word in words {
            assert!(self.text("error").contains(word), "no {word:?}: {self:?}");
        }
    }

    /// Fails unless the handshake succeeded with this version and the end was this one.
    #[track_caller]
    pub fn assert_connected(&self, version: Version, end: &str) {
        assert_eq!(self.members["connected"], true, "{self:?}");
        assert_eq!(self.text("version"), version.name(), "{self:?}");
        assert_eq!(self.text("end"), end, "{self:?}");
        assert!(self.text("cipher").starts_with("TLS_"), "{self:?}");
        assert!(!self.text("group").is_empty(), "{self:?}");
    }

    /// Fails unless `count` bytes came and ended with those of `want`.
    #[track_caller]
    pub fn assert_received(&self, count: usize) {
        assert_eq!(
            usize::try_from(self.number("received")),
            Ok(count),
            "{self:?}"
        );
        assert_eq!(self.members["same"], true, "{self:?}");
    }
}

/// Jobs that one Godot does.
#[derive(Debug)]
pub struct Batch {
    engine: Engine,
    jobs: Vec<Job>,
}

/// A Godot at work.
#[derive(Debug)]
pub struct Running {
    program: Program,
    ports: HashMap<usize, u16>,
    labels: Vec<String>,
    connections: Option<usize>,
    _folder: TempDir,
}

impl Batch {
    /// No jobs yet.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            jobs: Vec::new(),
        }
    }

    /// Adds a job.
    pub fn add(&mut self, job: Job) {
        self.jobs.push(job);
    }

    /// Starts Godot and waits until its servers listen.
    pub fn start(self) -> Running {
        let folder = TempDir::new().unwrap();
        let list = folder.path().join("jobs.json");
        let jobs: Vec<Value> = self.jobs.iter().map(|job| json!(job.members)).collect();
        std::fs::write(&list, json!(jobs).to_string()).unwrap();
        let mut command = Command::new(&self.engine.bin);
        command
            .args(["--headless", "--path"])
            .arg(&self.engine.project)
            .arg("--script")
            .arg(own_file("driver.gd"))
            .arg("--")
            .arg(&list);
        let is_server = |job: &&Job| job.members["role"] == "server";
        let servers = self.jobs.iter().filter(is_server).count();
        // A server that serves until it is told has any number of them.
        let is_open = self
            .jobs
            .iter()
            .any(|job| job.members.contains_key("until"));
        let connections = self
            .jobs
            .iter()
            .map(|job| job.members.get("connections").and_then(Value::as_u64))
            .map(|number| usize::try_from(number.unwrap_or(1)).unwrap())
            .sum::<usize>();
        let mut program = Program::start("Godot", command);
        let mut ports = HashMap::new();
        while ports.len() < servers {
            let (job, port) = program.wait_for("its servers listen", |line| {
                let (job, port) = line.strip_prefix("LISTENING ")?.split_once(' ')?;
                Some((job.parse().ok()?, port.parse().ok()?))
            });
            ports.insert(job, port);
        }
        Running {
            program,
            ports,
            labels: self.jobs.into_iter().map(|job| job.label).collect(),
            connections: (!is_open).then_some(connections),
            _folder: folder,
        }
    }

    /// Does all jobs; one result each, in their order. Godot's log must be free of errors unless `errors_expected`.
    pub fn run(self, errors_expected: bool) -> Vec<Outcome> {
        self.start().finish(errors_expected)
    }
}

impl Running {
    /// The port of a server.
    pub fn port(&self, job: usize) -> u16 {
        self.ports[&job]
    }

    /// Waits for the end; the results in the order of jobs and connections.
    pub fn finish(self, errors_expected: bool) -> Vec<Outcome> {
        let (code, log) = self.program.finish();
        assert_eq!(code, Some(0), "Godot ended badly:\n{log}");
        assert!(
            log.lines().any(|line| line == "DONE"),
            "Godot ended early:\n{log}"
        );
        if !errors_expected {
            let problems: Vec<&str> = log.lines().filter(|line| is_problem(line)).collect();
            assert!(problems.is_empty(), "{problems:?} in\n{log}");
        }
        let mut outcomes: Vec<(u64, u64, Outcome)> = log
            .lines()
            .filter_map(|line| line.strip_prefix("RESULT "))
            .map(|text| {
                let members: Value = serde_json::from_str(text).unwrap();
                let number = |name: &str| members[name].as_f64().unwrap() as u64;
                let (job, connection) = (number("job"), number("connection"));
                let label = self.labels[usize::try_from(job).unwrap()].clone();
                (job, connection, Outcome { label, members })
            })
            .collect();
        if let Some(connections) = self.connections {
            assert_eq!(
                outcomes.len(),
                connections,
                "connections are missing:\n{log}"
            );
        }
        outcomes.sort_by_key(|(job, connection, _)| (*job, *connection));
        outcomes
            .into_iter()
            .map(|(_, _, outcome)| outcome)
            .collect()
    }
}
