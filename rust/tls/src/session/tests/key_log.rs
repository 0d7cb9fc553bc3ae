//! The key log, read as Wireshark reads it.

use std::collections::BTreeSet;
use std::io::{Error, Write};
use std::sync::{Arc, Mutex};

use godot_rustls_testkit::Chunks;

use super::{HOST, self_signed};
use crate::config::{ClientContext, ServerContext};
use crate::key_log::KeyLog;
use crate::options::ServerOptions;
use crate::testing::{client_options, connected, each_version, identity, pair};
use crate::versions::VersionRange;

/// A file in memory.
#[derive(Debug, Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

impl Paper {
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(str::to_owned).collect()
    }
}

fn contexts(
    client: Option<Arc<KeyLog>>,
    server: Option<Arc<KeyLog>>,
    versions: VersionRange,
) -> (ClientContext, ServerContext) {
    let owner = self_signed();
    let mut options = client_options(&[&owner]);
    options.common.key_log = client;
    let mut served = ServerOptions::with_identity(identity(&[&owner]));
    served.common.key_log = server;
    served.common.versions = versions;
    (
        ClientContext::new(options),
        ServerContext::new(served).unwrap(),
    )
}

fn on(paper: &Paper) -> Option<Arc<KeyLog>> {
    Some(Arc::new(KeyLog::new(paper.clone())))
}

/// Label, client random and secret of each line.
fn fields(lines: &[String]) -> Vec<[String; 3]> {
    lines
        .iter()
        .map(|line| {
            let parts: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let fields = <[String; 3]>::try_from(parts).unwrap();
            let is_hex = |text: &str| {
                text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
                    && text.len().is_multiple_of(2)
            };
            assert!(is_hex(&fields[1]) && is_hex(&fields[2]), "{line}");
            fields
        })
        .collect()
}

#[test]
fn both_ends_write_the_same_secrets_with_the_labels_of_their_version() {
    let labels = [
        vec!["CLIENT_RANDOM"],
        vec![
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            "CLIENT_TRAFFIC_SECRET_0",
            "EXPORTER_SECRET",
            "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            "SERVER_TRAFFIC_SECRET_0",
        ],
    ];
    // The master secret of TLS 1.2, and what is as long as the hash of this suite, SHA-256.
    let lengths = [48, 32];
    for ((versions, labels), length) in each_version().into_iter().zip(labels).zip(lengths) {
        let papers = [Paper::default(), Paper::default()];
        let (client, server) = contexts(on(&papers[0]), on(&papers[1]), versions);
        connected(&client, &server, HOST);
        let [left, right] = papers.map(|paper| BTreeSet::from_iter(paper.lines()));
        assert_eq!(left, right);
        let lines = fields(&Vec::from_iter(left));
        assert!(lines.iter().map(|line| line[0].as_str()).eq(labels));
        assert!(
            lines.iter().all(|line| line[2].len() == 2 * length),
            "{lines:?}"
        );
    }
}

#[test]
fn lines_are_found_by_the_random_of_the_clients_first_message() {
    for versions in each_version() {
        let paper = Paper::default();
        let (client, server) = contexts(on(&paper), None, versions);
        let mut pair = pair(&client, &server, HOST, Chunks::Whole);
        let mut hello = Vec::new();
        pair.left.take_output(&mut hello);
        // Behind the headers of record and message, and the version (RFC 8446 sections 5.1 and
        // 4.1.2).
        let random = godot_rustls_pki::digest::hex(&hello[11..43]);
        pair.right.input(&hello);
        pair.settle();
        let lines = fields(&paper.lines());
        assert!(!lines.is_empty());
        assert!(lines.iter().all(|line| line[1] == random), "{lines:?}");
    }
}

#[test]
fn every_connection_is_appended() {
    for versions in each_version() {
        let paper = Paper::default();
        let (client, server) = contexts(None, on(&paper), versions);
        connected(&client, &server, HOST);
        let first = paper.lines();
        let resumed = connected(&client, &server, HOST);
        assert!(resumed.right.is_resumed());
        let both = paper.lines();
        assert_eq!(both[..first.len()], first);
        let randoms: BTreeSet<String> = fields(&both)
            .into_iter()
            .map(|[_, random, _]| random)
            .collect();
        assert_eq!(randoms.len(), 2);
    }
}

/// A full disk.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> Result<usize, Error> {
        Err(Error::other("no space left"))
    }

    fn flush(&mut self) -> Result<(), Error> {
        Err(Error::other("no space left"))
    }
}

#[test]
fn a_log_that_cannot_be_written_ends_no_connection() {
    for versions in each_version() {
        let log = Some(Arc::new(KeyLog::new(Full)));
        let (client, server) = contexts(log.clone(), log, versions);
        connected(&client, &server, HOST);
    }
}
