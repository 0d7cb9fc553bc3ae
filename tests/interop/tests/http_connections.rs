//! Connections are kept, shared and, when they break, told of or made anew.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::fs;

use godot_rustls_interop_tests::http::{Request, result};
use godot_rustls_interop_tests::{
    Batch, Certificates, Job, Kind, Named, Nginx, Outcome, Site, godot_project,
};

const NODES: usize = 50;
const REQUESTS: usize = 20;

/// What is asked of a server that resets kept connections, one after the other.
const PATHS: [(&str, &str); 5] = [
    ("GET", "/a"),
    ("GET", "/b"),
    ("POST", "/c"),
    ("HEAD", "/d"),
    ("GET", "/e"),
];

#[test]
fn a_thousand_requests_of_fifty_nodes_are_all_right_and_share_few_connections() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    for http2 in [false, true] {
        let site = Site {
            chain: pair.chain.clone(),
            key: pair.key.clone(),
            more: "keepalive_requests 100000; access_log connections.log connections; \
                   location / { return 200 $request_uri; }"
                .to_owned(),
            http2,
        };
        let Some(nginx) = Nginx::start(&[site]) else {
            return;
        };
        let base = format!("https://localhost:{}", nginx.port(0));
        let mut batch = Batch::new(engine.clone());
        for node in 0..NODES {
            let requests: Vec<Request> = (0..REQUESTS)
                .map(|number| {
                    let into = certificates.place(&format!("{node}-{number}"));
                    Request::get(format!("{base}/{node}/{number}")).into_file(&into)
                })
                .collect();
            let job = Job::requests(format!("node {node}"), &certificates.root(), &requests);
            batch.add(job.together().shared());
        }
        let outcomes = batch.run(false);
        assert_eq!(outcomes.len(), NODES * REQUESTS);
        for (index, outcome) in outcomes.iter().enumerate() {
            let (node, number) = (index / REQUESTS, index % REQUESTS);
            assert_eq!(outcome.number("result"), result::SUCCESS, "{outcome:?}");
            assert_eq!(outcome.number("code"), 200, "{outcome:?}");
            let version = if http2 { "HTTP/2" } else { "HTTP/1.1" };
            assert_eq!(outcome.text("version"), version, "{outcome:?}");
            let body = fs::read_to_string(certificates.place(&format!("{node}-{number}")));
            assert_eq!(body.unwrap(), format!("/{node}/{number}"));
        }
        let log = nginx.log();
        // Each once: nothing was asked for twice.
        let targets: HashSet<&str> = log.iter().map(|line| line[2].as_str()).collect();
        assert_eq!(
            (log.len(), targets.len()),
            (NODES * REQUESTS, NODES * REQUESTS)
        );
        let connections: HashSet<&str> = log.iter().map(|line| line[0].as_str()).collect();
        // One could do without HTTP/2 too; a busy machine makes some more meanwhile, yet not one for each request.
        let allowed = if http2 { 1 } else { 250 };
        assert!(
            connections.len() <= allowed,
            "{} connections",
            connections.len()
        );
    }
}

#[test]
fn a_server_that_ends_its_http2_connections_loses_no_request() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    // With most of the requests under way it says goodbye (GOAWAY, RFC 9113 section 6.8) and does not begin them.
    let site = Site {
        chain: pair.chain,
        key: pair.key,
        more: "keepalive_requests 20; access_log connections.log connections; \
               location / { return 200 $request_uri; }"
            .to_owned(),
        http2: true,
    };
    let Some(nginx) = Nginx::start(&[site]) else {
        return;
    };
    let base = format!("https://localhost:{}", nginx.port(0));
    let requests: Vec<Request> = (0..10 * REQUESTS)
        .map(|number| Request::get(format!("{base}/{number}")))
        .collect();
    let mut batch = Batch::new(engine);
    batch.add(Job::requests("all at once", &certificates.root(), &requests).together());
    for outcome in batch.run(false) {
        assert_eq!(outcome.number("result"), result::SUCCESS, "{outcome:?}");
        assert_eq!(outcome.text("version"), "HTTP/2", "{outcome:?}");
    }
    let log = nginx.log();
    let connections: HashSet<&str> = log.iter().map(|line| line[0].as_str()).collect();
    assert!(connections.len() >= 10, "{} connections", connections.len());
}

/// Servers that reset a connection in one phase, and the result of a request to each.
const BREAKING: [(&str, i64); 9] = [
    ("accept-plain", result::CONNECTION_ERROR),
    ("accept-tls", result::TLS_HANDSHAKE_ERROR),
    ("hello-tls", result::TLS_HANDSHAKE_ERROR),
    ("request-plain", result::CONNECTION_ERROR),
    ("request-tls", result::CONNECTION_ERROR),
    ("headers-plain", result::CONNECTION_ERROR),
    ("headers-tls", result::CONNECTION_ERROR),
    ("body-plain", result::CONNECTION_ERROR),
    ("body-tls", result::CONNECTION_ERROR),
];

/// Fails unless a request to one of the servers of [`BREAKING`] ended as it should.
#[track_caller]
fn assert_reset_is_told(outcome: &Outcome, name: &str, wanted: i64) {
    let (code, is_accept) = (outcome.number("result"), name.starts_with("accept"));
    // The reset may be there before the socket is told to be connected.
    let is_at_once = is_accept && code == result::CANT_CONNECT;
    assert!(code == wanted || is_at_once, "{outcome:?}");
    let reason = if is_accept {
        "reset"
    } else {
        "connection broke"
    };
    assert!(outcome.text("error").contains(reason), "{outcome:?}");
}

/// Fails unless a server that resets kept connections saw each request as often as it should.
#[track_caller]
fn assert_seen_by_server(name: &str, seen: &[String]) {
    if name.starts_with("between") {
        // The second request of a connection was lost with it, and came again over another one.
        let wanted = [
            "1 GET /a",
            "1 GET /b",
            "2 GET /b",
            "2 POST /c",
            "3 POST /c",
            "3 HEAD /d",
            "4 HEAD /d",
            "4 GET /e",
            "5 GET /e",
        ];
        assert_eq!(seen, wanted, "{name}");
    }
    let posts = seen.iter().filter(|request| request.ends_with("POST /c"));
    assert!(posts.count() <= 2, "{name}: {seen:?}");
}

#[test]
fn a_reset_in_any_phase_is_told_and_one_between_requests_is_not_noticed() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let Some(resets) = Named::resets(&certificates.pair(Kind::P256)) else {
        return;
    };
    let root = certificates.root();
    let breaking = BREAKING;
    let base = |name: &str| {
        let s = if name.ends_with("tls") { "s" } else { "" };
        format!("http{s}://localhost:{}", resets.port(name))
    };
    let mut batch = Batch::new(engine);
    for (name, _) in breaking {
        batch.add(Job::requests(name, &root, &[Request::get(base(name))]));
    }
    for (name, _) in breaking {
        let file = certificates.place(&format!("download-{name}"));
        let job = Job::requests(name, &root, &[Request::get(base(name))]);
        batch.add(job.with(serde_json::json!({ "download_file": file, "timeout": 60 })));
    }
    for (name, _) in breaking {
        let job = Job::requests(name, &root, &[Request::get(base(name))]);
        batch.add(job.set("engine", true));
    }
    let kept = ["idle-plain", "idle-tls", "between-plain", "between-tls"];
    for name in kept {
        let request = |method: &str, path: &str| {
            Request::new(method, base(name) + path)
                .into_file(&certificates.place(&format!("{name}{}", &path[1..])))
        };
        let requests = PATHS.map(|(method, path)| request(method, path));
        batch.add(Job::requests(name, &root, &requests));
    }
    let outcomes = batch.run(true);
    let (broken, kept_outcomes) = outcomes.split_at(3 * breaking.len());
    let (ours, engines) = broken.split_at(2 * breaking.len());
    for (outcome, (name, wanted)) in ours.iter().zip(breaking.iter().chain(&breaking)) {
        assert_reset_is_told(outcome, name, *wanted);
        assert!(!certificates.place(&format!("download-{name}")).exists());
    }
    for outcome in engines {
        assert_ne!(outcome.number("result"), result::SUCCESS, "{outcome:?}");
    }
    for (outcomes, name) in kept_outcomes.chunks(PATHS.len()).zip(kept) {
        for (outcome, (method, _)) in outcomes.iter().zip(PATHS) {
            let code = outcome.number("result");
            assert_eq!(code, result::SUCCESS, "{method} {name}: {outcome:?}");
        }
        let last = certificates.place(&format!("{name}e"));
        assert_seen_by_server(
            name,
            &serde_json::from_slice::<Vec<String>>(&fs::read(last).unwrap()).unwrap(),
        );
    }
}
