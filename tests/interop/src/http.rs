//! Requests that the driver makes (`http.gd`), the same by curl, and how both are compared.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::godot::{Job, Outcome};
use crate::program;
use crate::program::Conversation;

/// The RESULT_ constants of RustlsHTTPRequest that tests name.
#[allow(missing_docs, reason = "its help explains them")]
pub mod result {
    pub const SUCCESS: i64 = 0;
    pub const CANT_CONNECT: i64 = 2;
    pub const CONNECTION_ERROR: i64 = 4;
    pub const TLS_HANDSHAKE_ERROR: i64 = 5;
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    method: String,
    url: String,
    headers: Vec<String>,
    members: Value,
}

impl Request {
    /// A GET.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// Any method.
    pub fn new(method: &str, url: impl Into<String>) -> Self {
        Self {
            method: method.to_owned(),
            url: url.into(),
            headers: Vec::new(),
            members: json!({}),
        }
    }

    /// With another field, `Name: value`.
    pub fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    /// With a file as its body.
    pub fn sending(self, file: &Path) -> Self {
        self.set("send", json!(file))
    }

    /// With a form that has these fields and files, by their names.
    pub fn form(self, fields: &[(&str, &str)], files: &[(&str, &Path)]) -> Self {
        let fields: HashMap<_, _> = fields.iter().copied().collect();
        let files: HashMap<_, _> = files.iter().copied().collect();
        self.set("fields", json!(fields)).set("files", json!(files))
    }

    /// Writes the body into this file once it is complete.
    pub fn into_file(self, file: &Path) -> Self {
        self.set("into", json!(file))
    }

    /// Whom it is for, and what.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn set(mut self, name: &str, value: Value) -> Self {
        self.members[name] = value;
        self
    }

    fn to_json(&self) -> Value {
        let mut members = self.members.clone();
        members["method"] = json!(self.method);
        members["url"] = json!(self.url);
        members["headers"] = json!(self.headers);
        members
    }
}

impl Job {
    /// Requests by one node that trusts `root`, one after the other.
    pub fn requests(label: impl Into<String>, root: &Path, requests: &[Request]) -> Self {
        let list: Vec<Value> = requests.iter().map(Request::to_json).collect();
        Self::new(label, "http")
            .set("trust", root.to_str().unwrap())
            .set("connections", list.len())
            .set("requests", list)
            // No test needs longer, and none may hang.
            .set("properties", json!({ "timeout": 100 }))
    }

    /// With the connections of other such jobs.
    pub fn shared(self) -> Self {
        self.set("shared", true)
    }

    /// All at the same time.
    pub fn together(self) -> Self {
        self.set("together", true)
    }

    /// With properties of the node.
    pub fn with(self, properties: Value) -> Self {
        self.set("properties", properties)
    }
}

/// An answer as whoever asked saw it. Two that are equal say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Three digits.
    pub status: i64,
    /// Names in lower case and values, sorted, without those that differ from one request to the next.
    pub headers: Vec<(String, String)>,
    /// The body's size and contents.
    pub body: (usize, Vec<u8>),
}

impl Answer {
    fn new<'a>(status: i64, lines: impl Iterator<Item = &'a str>, body: Vec<u8>) -> Self {
        let mut headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .filter(|(name, _)| name != "date")
            .collect();
        headers.sort();
        Self {
            status,
            headers,
            body: (body.len(), body),
        }
    }

    /// What the driver was given, its body in `into`.
    #[track_caller]
    pub fn of(outcome: &Outcome, into: &Path) -> Self {
        assert_eq!(outcome.number("result"), result::SUCCESS, "{outcome:?}");
        let lines = outcome.list("headers");
        Self::new(
            outcome.number("code"),
            lines.iter().map(String::as_str),
            fs::read(into).unwrap(),
        )
    }

    /// What curl is given, who follows redirects too. `more` are further flags; `folder` takes what it writes.
    pub fn by_curl(request: &Request, root: &Path, folder: &Path, more: &[&str]) -> Option<Self> {
        let (head, body) = (folder.join("curl.head"), folder.join("curl.body"));
        let mut command = Command::new(program("curl")?);
        command
            .args(["--silent", "--show-error", "--noproxy", "*", "--location"])
            .args(["--max-time", "60", "--ipv4", "--header", "Expect:"])
            .arg("--cacert")
            .arg(root)
            .arg("--dump-header")
            .arg(&head)
            .arg("--output")
            .arg(&body)
            .args(more);
        if request.method == "HEAD" {
            command.arg("--head");
        } else if request.method != "GET" {
            command.args(["--request", &request.method]);
        }
        for line in &request.headers {
            command.args(["--header", line]);
        }
        if let Some(file) = request.members["send"].as_str() {
            // Its own type, which ours does not send, and which servers do not see.
            command.args(["--header", "Content-Type:", "--data-binary"]);
            command.arg(format!("@{file}"));
        }
        // It makes no file for an empty body.
        fs::write(&body, b"").unwrap();
        command.arg(&request.url);
        let (_, code, errors) = Conversation::start("curl", command).finish();
        assert_eq!(code, Some(0), "{}: {errors}", request.url);
        let head = String::from_utf8_lossy(&fs::read(&head).unwrap()).into_owned();
        // Each response that came, interim ones too, and trailers behind the last.
        let mut blocks = head.trim_end().rsplit("\r\n\r\n");
        let last = blocks.find(|block| block.starts_with("HTTP/")).unwrap();
        let mut lines = last.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let body = if request.method == "HEAD" {
            Vec::new()
        } else {
            fs::read(&body).unwrap()
        };
        Some(Self::new(status.parse().unwrap(), lines, body))
    }
}
