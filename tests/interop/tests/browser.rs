//! Certificates that the addon made, before a browser.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;

use godot_rustls_interop_tests::{
    Authority, Batch, Chromium, Job, Kind, Made, Nginx, Pair, Site, godot_project,
};

/// What a site adds to the page that names its script.
const SCRIPT: &str = "document.write('<p>accepted ' + document.currentScript.src + '</p>')";

/// Certificates of the addon for [`Made::SERVER`] in nginx: first every authority's with every kind of key, then those
/// without alternative names of their own, then self-signed ones.
fn served(made: &Made) -> Vec<Pair> {
    let mut served = Vec::new();
    for authority in Made::KINDS {
        served.extend(Made::KINDS.map(|kind| made.issued(authority, kind)));
    }
    served.extend(Made::KINDS.map(|kind| made.issued_without_names(kind)));
    served.extend(Made::KINDS.map(|kind| made.self_signed(kind)));
    served
}

fn nginx(served: &[Pair]) -> Option<Nginx> {
    let sites: Vec<Site> = served
        .iter()
        .map(|pair| Site {
            chain: pair.chain.clone(),
            key: pair.key.clone(),
            more: String::new(),
            http2: false,
        })
        .collect();
    let nginx = Nginx::start(&sites)?;
    fs::write(nginx.file("mark.js"), SCRIPT).unwrap();
    fs::write(nginx.file("index.html"), "<p>the page</p>").unwrap();
    Some(nginx)
}

#[test]
fn a_browser_that_trusts_the_addons_authorities_loads_from_all_their_servers() {
    let (Some(engine), Some(stranger)) = (godot_project(), Authority::make("Strangers")) else {
        return;
    };
    let Some(made) = Made::make(engine.clone()) else {
        return;
    };
    let mut trusted = Made::KINDS.map(|kind| made.authority(kind)).to_vec();
    trusted.extend(Made::KINDS.map(|kind| made.self_signed(kind).chain));
    let mut served = served(&made);
    let count = served.len();
    // The same page is to show that others are still refused.
    served.push(stranger.server("stranger", "DNS:localhost,DNS:play.example.test"));
    let (Some(chromium), Some(nginx)) = (Chromium::trusting(&trusted), nginx(&served)) else {
        return;
    };
    let script = made.path("mark.js");
    fs::write(&script, SCRIPT).unwrap();
    let stop = made.path("stop");
    let mut batch = Batch::new(engine);
    for kind in Made::KINDS {
        let pair = made.issued(Kind::P256, kind);
        let job = Job::server("the addon", &pair.chain, &pair.key, 0).set("serve", "http");
        batch.add(
            job.set("send", script.to_str().unwrap())
                .set("until", stop.to_str().unwrap()),
        );
    }
    let running = batch.start();
    let address = |host: &str, port: u16| format!("https://{host}:{port}/mark.js");
    let mut wanted: Vec<String> = (0..count)
        .map(|site| address(Made::SERVER, nginx.port(site)))
        .collect();
    for host in ["1.lobby.example.test", "localhost", "127.0.0.1"] {
        wanted.push(address(host, nginx.port(0)));
    }
    wanted.extend((0..Made::KINDS.len()).map(|job| address(Made::SERVER, running.port(job))));
    let refused = [
        address(Made::SERVER, nginx.port(count)),
        address("other.example.test", nginx.port(0)),
    ];
    let mut page = String::new();
    for address in wanted.iter().chain(&refused) {
        let _ = writeln!(page, "<script src=\"{address}\"></script>");
    }
    fs::write(nginx.file("index.html"), page).unwrap();
    let page = chromium.open(&format!("https://{}:{}/", Made::SERVER, nginx.port(0)));
    fs::write(stop, "").unwrap();
    running.finish(true);
    let is_accepted = |address: &&String| {
        page.document
            .contains(&format!("<p>accepted {address}</p>"))
    };
    let missing: Vec<_> = wanted.iter().filter(|one| !is_accepted(one)).collect();
    assert!(missing.is_empty(), "{missing:?}: {page:?}");
    assert!(!refused.iter().any(|one| is_accepted(&one)), "{page:?}");
}

#[test]
fn a_browser_refuses_the_addons_servers_without_trust_and_under_other_names() {
    let Some(made) = godot_project().and_then(Made::make) else {
        return;
    };
    let (Some(trusting), Some(other)) = (
        Chromium::trusting(&[made.authority(Kind::P256)]),
        Chromium::trusting(&[made.authority(Kind::P384)]),
    ) else {
        return;
    };
    let Some(nginx) = nginx(&[made.issued(Kind::P256, Kind::P256)]) else {
        return;
    };
    let address = |host: &str| format!("https://{host}:{}/", nginx.port(0));
    let page = other.open(&address(Made::SERVER));
    page.assert_refused("ERR_CERT_AUTHORITY_INVALID");
    let page = trusting.open(&address("other.example.test"));
    page.assert_refused("ERR_CERT_COMMON_NAME_INVALID");
}
