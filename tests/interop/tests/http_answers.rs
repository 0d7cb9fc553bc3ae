//! What an answer is: our requests, curl's and the engine's see the same.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use godot_rustls_interop_tests::http::{Answer, Request, result};
use godot_rustls_interop_tests::{
    Batch, Certificates, Job, Kind, Nginx, Site, WebServer, godot_project,
};
use godot_rustls_testkit::Generator;
use serde_json::json;

/// How nginx answers beside its files.
const LOCATIONS: &str = "port_in_redirect on; \
    location /zip/ { gzip on; gzip_types text/plain; gzip_min_length 1; gzip_vary on; } \
    location = /moved { return 301 /one; } location = /found { return 302 $scheme://$http_host/one; } \
    location = /see { return 303 /one; } location = /temporary { return 307 /one; } \
    location = /permanent { return 308 /moved; } \
    location = /forbidden { return 403; } location = /nothing { return 204; } location = /teapot { return 418 short; } \
    location /args/ { return 200 \"$request_uri|$args|$uri\"; } \
    location = /fields { add_header X-A one; add_header X-A two; add_header x-lower 3; \
    add_header Set-Cookie a=1; add_header Set-Cookie b=2; return 200 fields; }";

/// A group of requests with one kind of server.
struct Group {
    base: String,
    version: &'static str,
    requests: Vec<Request>,
}

/// Paths that every server of files answers.
fn of_files(base: &str) -> Vec<Request> {
    let mut requests: Vec<Request> = [
        "/empty",
        "/one",
        "/65535",
        "/65536",
        "/65537",
        "/mebi",
        "/sub/",
        "/sub",
        "/missing",
        "/per%20cent",
        "/%6f%6e%65",
        "/one?query=a%20b&x",
        "/./sub/../one",
    ]
    .iter()
    .map(|path| Request::get(format!("{base}{path}")))
    .collect();
    for path in ["/mebi", "/missing", "/empty"] {
        requests.push(Request::new("HEAD", format!("{base}{path}")));
    }
    let mebi = || Request::get(format!("{base}/mebi"));
    requests.push(mebi().header("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"));
    requests.push(mebi().header("X-Odd:value with: colons, \"quotes\" and \u{fc}"));
    requests
}

fn of_nginx(base: &str) -> Vec<Request> {
    let mut requests = of_files(base);
    for path in [
        "/moved",
        "/found",
        "/see",
        "/temporary",
        "/permanent",
        "/forbidden",
        "/nothing",
        "/teapot",
        "/fields",
        "/zip/text",
        "/zip/short",
        "/args/a%20b/%C3%BC?x=1&y=%26&z",
        "/args/?",
        "/args/a+b;c,d",
    ] {
        requests.push(Request::get(format!("{base}{path}")));
    }
    for range in ["10-19", "-5", "1048570-", "0-0", "99999999-"] {
        let range = format!("Range: bytes={range}");
        requests.push(Request::get(format!("{base}/mebi")).header(&range));
    }
    requests.push(Request::new("DELETE", format!("{base}/one")));
    requests.push(Request::new("OPTIONS", format!("{base}/one")));
    requests.push(Request::new("HEAD", format!("{base}/zip/text")));
    requests
}

fn of_python(base: &str) -> Vec<Request> {
    let mut requests = of_files(base);
    let absolute = format!("/redirect/302?{base}/size/5");
    for path in [
        "/size/0",
        "/size/1",
        "/size/1048576",
        "/chunked/0/1",
        "/chunked/1000/7",
        "/chunked/1048576/65535",
        "/endless/1.0/0",
        "/endless/1.0/1000",
        "/endless/1.1/1048576/unsaid",
        "/chunked/1000/7/extended",
        "/compressed/gzip/100000",
        "/compressed/gzip/0",
        "/compressed/deflate/1048576",
        "/status/204",
        "/status/299",
        "/status/304",
        "/status/404",
        "/status/500",
        "/status/999",
        "/redirect/301?/size/3",
        "/redirect/307?../size/4",
        "/redirect/308?/redirect/303?/size/6",
        "/odd",
        "/interim",
        "/bare",
        "/path/a%20b/%C3%BC?x=1&y=%26&z",
        "/path/a+b;c,d=~!$'()*@:",
        "/path/%2F%2e%00?a=b?c",
        &absolute,
    ] {
        requests.push(Request::get(format!("{base}{path}")));
    }
    requests.push(Request::new("HEAD", format!("{base}/size/1000")));
    requests.push(Request::new("HEAD", format!("{base}/redirect/301?/size/9")));
    requests.push(Request::new("DELETE", format!("{base}/size/2")));
    requests
}

fn fill(folder: &Path) {
    fs::create_dir(folder.join("sub")).unwrap();
    fs::create_dir(folder.join("zip")).unwrap();
    let bytes = Generator::new(9).bytes(1 << 20);
    for (name, size) in [
        ("empty", 0),
        ("one", 1),
        ("65535", 65535),
        ("65536", 65536),
        ("65537", 65537),
    ] {
        fs::write(folder.join(name), &bytes[..size]).unwrap();
    }
    fs::write(folder.join("mebi"), &bytes).unwrap();
    fs::write(folder.join("per cent"), "a blank").unwrap();
    fs::write(folder.join("sub/index.html"), "<p>the folder's page</p>").unwrap();
    fs::write(folder.join("zip/text"), "again and again ".repeat(50_000)).unwrap();
    fs::write(folder.join("zip/short"), "s").unwrap();
}

/// What the engine takes for an error or for another answer: redirects other than 301 and 302, bodies that end with a
/// connection, interim answers, notes in chunks, answers without headers.
const BEYOND_THE_ENGINE: [&str; 11] = [
    "/see",
    "/temporary",
    "/permanent",
    "/redirect/307",
    "/redirect/308",
    "/endless/1.0/1000",
    "/endless/1.1",
    "/interim",
    "/extended",
    "/bare",
    "/redirect/303",
];

/// The servers, and what is asked of them.
struct Servers {
    groups: [Group; 4],
    _nginx: Nginx,
    _python: [WebServer; 2],
}

impl Servers {
    fn start(certificates: &Certificates) -> Option<Self> {
        let pair = certificates.pair(Kind::P256);
        let sites = [false, true].map(|http2| Site {
            chain: pair.chain.clone(),
            key: pair.key.clone(),
            more: LOCATIONS.to_owned(),
            http2,
        });
        let nginx = Nginx::start(&sites)?;
        let folder = nginx.file("");
        fill(&folder);
        let plain = WebServer::start(&folder, None, None)?;
        let tls = WebServer::start(&folder, Some(&pair), None)?;
        let group = |base: String, version, requests: fn(&str) -> Vec<Request>| Group {
            requests: requests(&base),
            base,
            version,
        };
        Some(Self {
            groups: [
                group(
                    format!("https://localhost:{}", nginx.port(0)),
                    "HTTP/1.1",
                    of_nginx,
                ),
                group(
                    format!("https://127.0.0.1:{}", nginx.port(1)),
                    "HTTP/2",
                    of_nginx,
                ),
                group(format!("http://127.0.0.1:{}", plain.port()), "", of_python),
                group(format!("https://localhost:{}", tls.port()), "", of_python),
            ],
            _nginx: nginx,
            _python: [plain, tls],
        })
    }
}

/// Requests as one job makes them, each with a file for the body.
struct Plan<'a> {
    group: &'a Group,
    accept_gzip: bool,
    requests: Vec<Request>,
    into: Vec<PathBuf>,
}

impl<'a> Plan<'a> {
    fn new(group: &'a Group, accept_gzip: bool, name: &str, scratch: &Path) -> Self {
        // Without compression, only what could be compressed is another answer.
        let counts =
            |url: &str| accept_gzip || url.contains("/zip/") || url.contains("/compressed/");
        let chosen = group
            .requests
            .iter()
            .filter(|request| counts(request.url()));
        let (requests, into) = chosen
            .enumerate()
            .map(|(number, request)| {
                let into = scratch.join(format!("{name}-{accept_gzip}-{number}"));
                (request.clone().into_file(&into), into)
            })
            .unzip();
        Self {
            group,
            accept_gzip,
            requests,
            into,
        }
    }

    fn job(&self, root: &Path) -> Job {
        let properties = json!({ "accept_gzip": self.accept_gzip, "timeout": 60 });
        Job::requests(&self.group.base, root, &self.requests).with(properties)
    }
}

/// Fails and shows all that differ.
#[track_caller]
fn assert_all_agree(compared: &[(String, Answer, Answer)], at_least: usize) {
    let differing: Vec<String> = compared
        .iter()
        .filter(|(_, ours, theirs)| ours != theirs)
        .map(|(what, ours, theirs)| {
            let told = |answer: &Answer| {
                format!("{} {:?} {}", answer.status, answer.headers, answer.body.0)
            };
            format!("{what}\n  ours   {}\n  theirs {}", told(ours), told(theirs))
        })
        .collect();
    assert!(
        differing.is_empty(),
        "{} of {} differ:\n{}",
        differing.len(),
        compared.len(),
        differing.join("\n")
    );
    assert!(
        compared.len() >= at_least,
        "only {} were compared",
        compared.len()
    );
}

#[test]
fn our_requests_and_curl_see_the_same_answers() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let Some(servers) = Servers::start(&certificates) else {
        return;
    };
    let root = certificates.root();
    let scratch = certificates.place("");
    let plans: Vec<Plan<'_>> = servers
        .groups
        .iter()
        .enumerate()
        .flat_map(|(index, group)| {
            [true, false].map(|accepts| Plan::new(group, accepts, &index.to_string(), &scratch))
        })
        .collect();
    let mut batch = Batch::new(engine);
    plans.iter().for_each(|plan| batch.add(plan.job(&root)));
    let outcomes = batch.run(false);
    let mut outcomes = outcomes.iter();
    let mut compared = Vec::new();
    for plan in &plans {
        let flags: &[&str] = if plan.accept_gzip {
            &["--compressed"]
        } else {
            &[]
        };
        for (request, into) in plan.requests.iter().zip(&plan.into) {
            let outcome = outcomes.next().unwrap();
            let ours = Answer::of(outcome, into);
            if !plan.group.version.is_empty() {
                assert_eq!(outcome.text("version"), plan.group.version, "{outcome:?}");
            }
            let Some(theirs) = Answer::by_curl(request, &root, &scratch, flags) else {
                return;
            };
            compared.push((format!("{} {flags:?}", request.url()), ours, theirs));
        }
    }
    assert_all_agree(&compared, 180);
}

#[test]
fn our_requests_and_the_engines_see_the_same_answers() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let Some(servers) = Servers::start(&certificates) else {
        return;
    };
    let root = certificates.root();
    let scratch = certificates.place("");
    // It has no HTTP/2.
    let groups = [0, 2, 3].map(|index| &servers.groups[index]);
    let plans: Vec<[Plan<'_>; 2]> = groups
        .iter()
        .enumerate()
        .map(|(index, group)| {
            ["ours", "engine"]
                .map(|who| Plan::new(group, true, &format!("{who}-{index}"), &scratch))
        })
        .collect();
    let mut batch = Batch::new(engine);
    for [ours, theirs] in &plans {
        batch.add(ours.job(&root));
        batch.add(theirs.job(&root).set("engine", true));
    }
    let outcomes = batch.run(true);
    let mut outcomes = outcomes.iter();
    let mut compared = Vec::new();
    for [ours, theirs] in &plans {
        let count = ours.requests.len();
        let of_ours: Vec<_> = outcomes.by_ref().take(count).collect();
        let of_theirs: Vec<_> = outcomes.by_ref().take(count).collect();
        for (number, request) in ours.requests.iter().enumerate() {
            let our = Answer::of(of_ours[number], &ours.into[number]);
            let succeeded = of_theirs[number].number("result") == result::SUCCESS;
            if BEYOND_THE_ENGINE
                .iter()
                .any(|part| request.url().contains(part))
            {
                let same = succeeded && our == Answer::of(of_theirs[number], &theirs.into[number]);
                assert!(!same, "the engine can do {} now", request.url());
                continue;
            }
            let their = Answer::of(of_theirs[number], &theirs.into[number]);
            compared.push((request.url().to_owned(), our, their));
        }
    }
    assert_all_agree(&compared, 100);
}
