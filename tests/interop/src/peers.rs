//! openssl's and Python's TLS, as servers and as clients.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{Conversation, Program};
use crate::{Version, own_file, program};

/// `openssl s_server`, which sends every line back in reverse and closes when a line begins with `CLOSE`.
#[derive(Debug)]
pub struct OpensslServer {
    _program: Program,
    port: u16,
}

impl OpensslServer {
    /// Serves a certificate (with what stands behind it in the file) on a free port; `more` are further flags.
    pub fn start(chain: &Path, key: &Path, more: &[&str]) -> Option<Self> {
        let mut command = Command::new(program("openssl")?);
        command
            .args(["s_server", "-rev", "-accept", "127.0.0.1:0", "-cert"])
            .arg(chain)
            .arg("-cert_chain")
            .arg(chain)
            .arg("-key")
            .arg(key)
            .args(more);
        let mut program = Program::start("openssl s_server", command);
        let port = program.wait_for("its port", |line| {
            line.strip_prefix("ACCEPT 127.0.0.1:")?.parse().ok()
        });
        Some(Self {
            _program: program,
            port,
        })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it answers to these lines, up to its end.
    pub fn answer(lines: &[u8]) -> Vec<u8> {
        let mut answer = Vec::new();
        for line in lines.split(|byte| *byte == b'\n') {
            if line.is_empty() || line.starts_with(b"CLOSE") {
                break;
            }
            answer.extend(line.iter().rev());
            answer.push(b'\n');
        }
        answer
    }
}

/// `openssl s_client` to a port of 127.0.0.1, which trusts `root` and insists on the name `localhost`.
pub fn openssl_client(
    port: u16,
    root: &Path,
    version: Version,
    more: &[&str],
) -> Option<Conversation> {
    let mut command = Command::new(program("openssl")?);
    command
        .args(["s_client", "-quiet", "-nocommands", "-no_ign_eof"])
        .args(["-connect", &format!("127.0.0.1:{port}")])
        .args(["-servername", "localhost", "-verify_hostname", "localhost"])
        .args(["-verify_return_error", version.openssl_flag(), "-CAfile"])
        .arg(root)
        .args(more);
    Some(Conversation::start("openssl s_client", command))
}

/// A server in Python that sends everything back.
#[derive(Debug)]
pub struct PythonServer {
    _program: Program,
    port: u16,
}

impl PythonServer {
    /// Serves a certificate on a free port. `mode` is `echo`, or `cut` (sends some bytes, then closes the socket
    /// without a goodbye), or `goodbye` (sends some bytes and its goodbye in one piece).
    pub fn start(chain: &Path, key: &Path, mode: &str) -> Option<Self> {
        let mut command = Command::new(program("python3")?);
        command
            .arg(own_file("peers/server.py"))
            .args([chain, key])
            .arg(mode);
        let mut program = Program::start("the server in Python", command);
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

/// A client in Python that sends `size` bytes to a port of 127.0.0.1, wants them all back, and says goodbye.
pub fn python_client(port: u16, root: &Path, version: Version, size: usize) -> Option<Program> {
    let python: PathBuf = program("python3")?;
    let mut command = Command::new(python);
    command
        .arg(own_file("peers/client.py"))
        .arg(port.to_string())
        .arg(root)
        .args([version.name(), &size.to_string()]);
    Some(Program::start("the client in Python", command))
}
