//! Servers and proxies for HTTP in Python: odd ones, and such as break off.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use crate::certificates::Pair;
use crate::program::Program;
use crate::{own_file, program};

/// `peers/web.py`.
#[derive(Debug)]
pub struct WebServer {
    _program: Program,
    port: u16,
}

impl WebServer {
    /// Serves a folder and answers of every form, with TLS if there is a certificate, and for clients of an authority
    /// if there is one.
    pub fn start(folder: &Path, pair: Option<&Pair>, clients: Option<&Path>) -> Option<Self> {
        let mut command = Command::new(program("python3")?);
        command.arg(own_file("peers/web.py")).arg(folder);
        if let Some(pair) = pair {
            command.arg(&pair.chain).arg(&pair.key);
        }
        command.args(clients);
        let mut program = Program::start("the web server in Python", command);
        let port = program.wait_for("its port", |line| line.strip_prefix("PORT ")?.parse().ok());
        Some(Self {
            _program: program,
            port,
        })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// A program in Python with several ports, each with a name.
#[derive(Debug)]
pub struct Named {
    program: Program,
    ports: HashMap<String, u16>,
}

impl Named {
    /// `peers/resets.py`: `PHASE-plain` and `PHASE-tls` for each phase.
    pub fn resets(pair: &Pair) -> Option<Self> {
        let mut command = Command::new(program("python3")?);
        command
            .arg(own_file("peers/resets.py"))
            .args([&pair.chain, &pair.key]);
        Some(Self::start("the servers that reset", command))
    }

    /// `peers/proxy.py`: `http` and `socks`.
    pub fn proxies(user: &str, password: &str) -> Option<Self> {
        let mut command = Command::new(program("python3")?);
        command
            .arg(own_file("peers/proxy.py"))
            .args([user, password]);
        Some(Self::start("the proxies", command))
    }

    fn start(name: &str, command: Command) -> Self {
        let mut program = Program::start(name, command);
        let mut ports = HashMap::new();
        loop {
            let told = program.wait_for("its ports", |line| match line {
                "READY" => Some(None),
                line => {
                    let (name, port) = line.strip_prefix("PORT ")?.split_once(' ')?;
                    Some(Some((name.to_owned(), port.parse().ok()?)))
                }
            });
            match told {
                Some((name, port)) => ports.insert(name, port),
                None => return Self { program, ports },
            };
        }
    }

    /// A port on 127.0.0.1.
    pub fn port(&self, name: &str) -> u16 {
        self.ports[name]
    }

    /// The rest of the next line that begins like this.
    pub fn told(&mut self, start: &str) -> String {
        let tell = |line: &str| Some(line.strip_prefix(start)?.trim().to_owned());
        self.program.wait_for(start, tell)
    }
}
