//! openssl's and Python's TLS, as servers and as clients.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{Conversation, Program};
use crate::{Version, own_file, program};

/// `openssl s_server`, which sends every line back in reverse and closes when a line begins with `CLOSE`.
#[derive(Debug)]
pub struct OpensslServer {
    program: Program,
    port: u16,
}

impl OpensslServer {
    /// Serves a certificate (with what stands behind it in the file) on a free port; `more` are further flags.
    pub fn start(chain: &Path, key: &Path, more: &[&str]) -> Option<Self> {
        let mut command = Self::command(chain, key)?;
        command.arg("-rev").args(more);
        Some(Self::ready(Program::start("openssl s_server", command)))
    }

    /// One that sends and answers nothing, but prints all that it knows about each connection.
    pub fn start_telling(chain: &Path, key: &Path, more: &[&str]) -> Option<Self> {
        let mut command = Self::command(chain, key)?;
        command.args(more);
        let program = Program::start_waiting("openssl s_server", command);
        Some(Self::ready(program))
    }

    fn command(chain: &Path, key: &Path) -> Option<Command> {
        let mut command = Command::new(program("openssl")?);
        command
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert"])
            .arg(chain)
            .arg("-cert_chain")
            .arg(chain)
            .arg("-key")
            .arg(key);
        Some(command)
    }

    fn ready(mut program: Program) -> Self {
        let port = program.wait_for("its port", |line| {
            line.strip_prefix("ACCEPT 127.0.0.1:")?.parse().ok()
        });
        Self { program, port }
    }

    /// The rest of the next line that it prints and that begins like this.
    pub fn told(&mut self, start: &str) -> String {
        let tell = |line: &str| Some(line.trim_start().strip_prefix(start)?.to_owned());
        self.program.wait_for(start, tell)
    }

    /// Asks the client of one that tells for another handshake on the same connection.
    pub fn renegotiate(&mut self) {
        self.told("Secure Renegotiation IS supported");
        self.program.tell("R");
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

/// `openssl s_client`, which reads to the end of the connection and prints all that it knows: its exit code and that.
/// What it says about the connection itself stands before what it received.
pub fn openssl_report(
    port: u16,
    root: &Path,
    version: Version,
    more: &[&str],
) -> Option<(Option<i32>, String)> {
    let mut command = Command::new(program("openssl")?);
    command
        .args(["s_client", "-ign_eof", "-nocommands"])
        .args(["-connect", &format!("127.0.0.1:{port}")])
        .args(["-verify_return_error", version.openssl_flag(), "-CAfile"])
        .arg(root)
        .args(more);
    Some(Program::start("openssl s_client", command).finish())
}

/// curl that gets `https://HOST:PORT/` from 127.0.0.1 and trusts `root`: what it got, its exit code and what it said.
pub fn curl(
    host: &str,
    port: u16,
    root: &Path,
    more: &[&str],
) -> Option<(Vec<u8>, Option<i32>, String)> {
    let mut command = Command::new(program("curl")?);
    command
        .args(["--silent", "--show-error", "--fail", "--noproxy", "*"])
        .args(["--max-time", "60", "--ipv4", "--header", "Expect:"])
        .args(["--resolve", &format!("{host}:{port}:127.0.0.1"), "--cacert"])
        .arg(root)
        .args(more)
        .arg(format!("https://{host}:{port}/"));
    Some(Conversation::start("curl", command).finish())
}

/// A server in Python that sends everything back.
#[derive(Debug)]
pub struct PythonServer {
    program: Program,
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
        Some(Self { program, port })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The name that the next client asked for; empty when it asked for none.
    pub fn asked_name(&mut self) -> String {
        let tell = |line: &str| Some(line.strip_prefix("NAME")?.trim().to_owned());
        self.program.wait_for("a client's name", tell)
    }
}

/// A client in Python that sends `size` bytes to a port of 127.0.0.1, wants them all back, and says goodbye. `more` may
/// be `strict`, for every rule about certificates.
pub fn python_client(
    port: u16,
    root: &Path,
    version: Version,
    size: usize,
    more: &[&str],
) -> Option<Program> {
    let python: PathBuf = program("python3")?;
    let mut command = Command::new(python);
    command
        .arg(own_file("peers/client.py"))
        .arg(port.to_string())
        .arg(root)
        .args([version.name(), &size.to_string()])
        .args(more);
    Some(Program::start("the client in Python", command))
}
