//! nginx from its package, with one site for each kind of key.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program;
use crate::program::Program;

/// A certificate that nginx serves on a port of its own.
#[derive(Debug)]
pub struct Site {
    /// The chain.
    pub chain: PathBuf,
    /// The key.
    pub key: PathBuf,
    /// Further settings of the site. Its log of connections is `access_log connections.log connections`.
    pub more: String,
    /// Offers HTTP/2 beside HTTP/1.1.
    pub http2: bool,
}

/// A running nginx. It gives the files of its folder (GET) and takes new ones (PUT).
#[derive(Debug)]
pub struct Nginx {
    _program: Program,
    folder: TempDir,
    ports: Vec<u16>,
}

/// Another program may take a port between its choice and nginx's start.
const ATTEMPTS: usize = 5;

impl Nginx {
    /// Serves the sites, each on a port, in their order.
    pub fn start(sites: &[Site]) -> Option<Self> {
        let nginx = program("nginx")?;
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("files")).unwrap();
        for attempt in 1.. {
            let ports = free_ports(sites.len());
            let settings = folder.path().join("nginx.conf");
            fs::write(&settings, configuration(folder.path(), sites, &ports)).unwrap();
            let mut command = Command::new(&nginx);
            command
                .arg("-p")
                .arg(folder.path())
                .arg("-c")
                .arg(&settings)
                .args(["-e", "stderr"]);
            let mut program = Program::start("nginx", command);
            // It tells of itself when its sockets listen.
            let is_up = program.wait_for("it listens", |line| {
                if line.contains("Address already in use") && attempt < ATTEMPTS {
                    return Some(false);
                }
                line.contains("[notice]")
                    .then_some(true)
                    .filter(|_| line.contains("nginx/"))
            });
            if is_up {
                return Some(Self {
                    _program: program,
                    folder,
                    ports,
                });
            }
        }
        None
    }

    /// The port of a site.
    pub fn port(&self, site: usize) -> u16 {
        self.ports[site]
    }

    /// The lines of `connections.log`: a connection's number, its protocol, the target and the status of each request.
    pub fn log(&self) -> Vec<Vec<String>> {
        let text = fs::read_to_string(self.folder.path().join("connections.log")).unwrap();
        let words = |line: &str| line.split(' ').map(str::to_owned).collect();
        text.lines().map(words).collect()
    }

    /// A file that it serves or was given.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("files").join(name)
    }
}

/// Ports that were free a moment ago. All are held until all are known, so that they differ.
fn free_ports(count: usize) -> Vec<u16> {
    let held: Vec<TcpListener> = (0..count)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)).unwrap())
        .collect();
    held.iter()
        .map(|listener| listener.local_addr().unwrap().port())
        .collect()
}

fn configuration(folder: &Path, sites: &[Site], ports: &[u16]) -> String {
    let at = folder.display();
    // One process, so that no worker changes to a user who cannot read the folder.
    let mut text = format!(
        "daemon off;\nmaster_process off;\npid {at}/nginx.pid;\nerror_log stderr notice;\nevents {{}}\n\
         http {{\naccess_log off;\n\
         log_format connections '$connection $server_protocol $request_uri $status';\nclient_max_body_size 0;\nclient_body_temp_path {at}/body;\n\
         proxy_temp_path {at}/proxy;\nfastcgi_temp_path {at}/fastcgi;\nuwsgi_temp_path {at}/uwsgi;\n\
         scgi_temp_path {at}/scgi;\nroot {at}/files;\ndav_methods PUT;\n\
         ssl_protocols TLSv1.2 TLSv1.3;\nssl_session_tickets on;\n"
    );
    for (site, port) in sites.iter().zip(ports) {
        let (chain, key, more) = (site.chain.display(), site.key.display(), &site.more);
        let http2 = if site.http2 { " http2" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "server {{ listen 127.0.0.1:{port} ssl{http2}; server_name localhost; ssl_certificate {chain}; ssl_certificate_key {key}; {more} }}"
        );
    }
    text.push_str("}\n");
    text
}
