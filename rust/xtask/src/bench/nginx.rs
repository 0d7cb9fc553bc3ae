//! The server of the HTTP measures: nginx with the identity and the files that the measuring project made.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, OrFail, Outcome};
use crate::paths;
use crate::process::Background;

const STEP: &str = "starting nginx for the HTTP measures";

/// How long it may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running nginx; it ends with the value.
pub(super) struct Nginx {
    pub(super) port: u16,
    /// The folder that it serves.
    pub(super) site: PathBuf,
    _process: Background,
}

/// The program, where it is installed.
pub(super) fn program() -> Option<PathBuf> {
    paths::program("nginx")
}

impl Nginx {
    /// Serves `site/files` on loopback, over TLS with HTTP/2 and HTTP/1.1.
    pub(super) fn start(program: &Path, site: &Path) -> Outcome<Self> {
        let hint = "see error.log beside the site's files; without nginx on PATH the rest is measured alone";
        let port = free_port().or_fail(STEP, hint)?;
        let settings = site.join("nginx.conf");
        paths::write(&settings, configuration(site, port))?;
        let log = File::create(site.join("error.log")).or_fail(STEP, hint)?;
        let child = Command::new(program)
            .arg("-p")
            .arg(site)
            .arg("-c")
            .arg(&settings)
            .args(["-e", "stderr"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .or_fail(STEP, hint)?;
        let mut process = Background(child);
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = process.0.try_wait().or_fail(STEP, hint)?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let cause = format!("nothing listens on port {port}");
                return Err(Failure::new(STEP, cause, hint));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self {
            port,
            site: site.to_owned(),
            _process: process,
        })
    }
}

/// One that was free a moment ago.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn configuration(site: &Path, port: u16) -> String {
    let at = site.display();
    // One process, so that no worker changes to a user who cannot read the folder.
    format!(
        "daemon off;\nmaster_process off;\npid {at}/nginx.pid;\nerror_log stderr warn;\n\
         events {{ worker_connections 2048; }}\n\
         http {{\naccess_log off;\nclient_body_temp_path {at}/temp;\nproxy_temp_path {at}/temp;\n\
         fastcgi_temp_path {at}/temp;\nuwsgi_temp_path {at}/temp;\nscgi_temp_path {at}/temp;\n\
         server {{\nlisten 127.0.0.1:{port} ssl http2 backlog=1024;\nserver_name localhost;\nroot {at}/files;\n\
         ssl_certificate {at}/certificate.pem;\nssl_certificate_key {at}/key.pem;\n\
         ssl_protocols TLSv1.2 TLSv1.3;\n}}\n}}\n"
    )
}
