//! A TLS server that is not ours: `openssl s_server`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use xtask::paths;
use xtask::process::Background;

/// A running server; it ends with the value.
pub struct TlsServer {
    /// Its port on 127.0.0.1.
    pub port: u16,
    _process: Background,
    // It ends when its input does.
    _input: Option<ChildStdin>,
}

impl TlsServer {
    /// Starts a server with a certificate of `tests/fixtures/certs` on a free port. `None`: no openssl here.
    pub fn start(certificate: &str) -> Option<Self> {
        let certs = paths::root().join("tests/fixtures/certs");
        let file = |ending: &str| certs.join(format!("{certificate}.{ending}"));
        Self::with_files(&file("crt"), &file("key"))
    }

    fn with_files(certificate: &Path, key: &Path) -> Option<Self> {
        let program = paths::program("openssl")?;
        let mut child = Command::new(program)
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert"])
            .arg(certificate)
            .arg("-key")
            .arg(key)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("starting openssl s_server: {error}"));
        let input = child.stdin.take();
        let output = child.stdout.take();
        let process = Background(child);
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(output?).lines().map_while(Result::ok);
            for line in lines {
                // "ACCEPT 127.0.0.1:42501" once, when it listens; later lines keep the pipe from filling up.
                if let Some(address) = line.strip_prefix("ACCEPT ") {
                    let port = address.rsplit(':').next()?.parse().ok()?;
                    let _ = sender.send(port);
                }
            }
            Some(())
        });
        let port = receiver.recv_timeout(Duration::from_secs(20));
        let port = port.unwrap_or_else(|_| panic!("openssl s_server did not say that it listens"));
        Some(Self {
            port,
            _process: process,
            _input: input,
        })
    }
}
