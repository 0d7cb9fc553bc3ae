//! Bodies in both directions, byte for byte.

// These are tests, helpers included: they fail by panicking.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use godot_rustls_interop_tests::http::{Request, result};
use godot_rustls_interop_tests::{
    Batch, Certificates, Job, Kind, Nginx, Outcome, Pair, Site, WebServer, godot_project,
};
use godot_rustls_testkit::Generator;
use serde_json::{Value, json};

const MEBIBYTE: usize = 1 << 20;

/// Around the sizes of records, frames and buffers, and one above what 16-bit numbers hold.
const SIZES: [usize; 12] = [
    0,
    1,
    16383,
    16384,
    16385,
    65535,
    65536,
    65537,
    MEBIBYTE - 1,
    MEBIBYTE + 1,
    16 * MEBIBYTE,
    256 * MEBIBYTE,
];

/// A file of this size, no part of which is like another.
fn fill(place: &Path, size: usize) {
    let block = Generator::new(size as u64).bytes(MEBIBYTE);
    let mut file = BufWriter::new(fs::File::create(place).unwrap());
    for number in 0..size.div_ceil(MEBIBYTE) {
        let count = MEBIBYTE.min(size - number * MEBIBYTE);
        let turned = [&block[number..], &block[..number]].concat();
        file.write_all(&turned[..count]).unwrap();
    }
}

fn sites(pair: &Pair) -> [Site; 2] {
    [false, true].map(|http2| Site {
        chain: pair.chain.clone(),
        key: pair.key.clone(),
        more: String::new(),
        http2,
    })
}

/// By openssl, in lower case.
fn sha256(certificates: &Certificates, file: &Path) -> String {
    let told = certificates
        .openssl(&["dgst", "-sha256", "-r"])
        .and([file.to_str().unwrap()])
        .output();
    told.split(' ').next().unwrap().to_owned()
}

/// The answer to an upload, which Python wrote.
fn told(outcome: &Outcome, into: &Path) -> Value {
    assert_eq!(outcome.number("result"), result::SUCCESS, "{outcome:?}");
    assert_eq!(outcome.number("code"), 200, "{outcome:?}");
    serde_json::from_slice(&fs::read(into).unwrap()).unwrap()
}

#[test]
fn bodies_of_every_size_arrive_as_they_were_sent_in_memory_and_in_a_file() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let Some(nginx) = Nginx::start(&sites(&certificates.pair(Kind::P256))) else {
        return;
    };
    let sums = SIZES.map(|size| {
        fill(&nginx.file(&size.to_string()), size);
        sha256(&certificates, &nginx.file(&size.to_string()))
    });
    let root = certificates.root();
    let mut batch = Batch::new(engine);
    let mut files = Vec::new();
    for site in 0..2 {
        let request =
            |size: &usize| Request::get(format!("https://localhost:{}/{size}", nginx.port(site)));
        let requests = SIZES.each_ref().map(request);
        batch.add(Job::requests(format!("memory {site}"), &root, &requests));
        for (size, request) in SIZES.iter().zip(&requests) {
            let file = certificates.place(&format!("downloaded-{site}-{size}"));
            let job = Job::requests(
                format!("file {site} {size}"),
                &root,
                std::slice::from_ref(request),
            );
            batch.add(job.with(json!({ "download_file": file, "timeout": 100 })));
            files.push(file);
        }
    }
    let outcomes = batch.run(false);
    for (site, outcomes) in outcomes.chunks(2 * SIZES.len()).enumerate() {
        for (index, size) in SIZES.iter().enumerate() {
            let version = ["HTTP/1.1", "HTTP/2"][site];
            let (in_memory, in_file) = (&outcomes[index], &outcomes[SIZES.len() + index]);
            for outcome in [in_memory, in_file] {
                assert_eq!(outcome.number("result"), result::SUCCESS, "{outcome:?}");
                assert_eq!(outcome.text("version"), version, "{outcome:?}");
                assert_eq!(outcome.number("downloaded"), *size as i64, "{outcome:?}");
            }
            assert_eq!(
                in_memory.text("sha256"),
                sums[index],
                "{size}: {in_memory:?}"
            );
            assert_eq!(in_file.number("size"), 0, "{in_file:?}");
            let file = &files[site * SIZES.len() + index];
            assert_eq!(sha256(&certificates, file), sums[index], "{size}");
        }
    }
    let left: Vec<_> = fs::read_dir(certificates.place(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| name.to_string_lossy().starts_with("downloaded-")),
        "{left:?}"
    );
}

/// Fails unless Python saw the upload with its method, path, header, size and sum.
#[track_caller]
fn assert_echo(echo: &Value, sum: &str) {
    assert_eq!(
        [&echo["method"], &echo["path"], &echo["x"]],
        [&json!("POST"), &json!("/echo/a?b"), &json!(["1"])]
    );
    assert_eq!(
        [&echo["size"], &echo["sha256"]],
        [&json!(16 * MEBIBYTE), &json!(sum)]
    );
}

/// Fails unless Python found the three fields and the three files of a form in the body.
#[track_caller]
fn assert_parts(
    form: &Value,
    certificates: &Certificates,
    fields: &[(&str, &str); 3],
    files: &[(&str, &Path); 3],
) {
    assert_eq!(form["defects"], json!([]), "{form}");
    let mut parts: Vec<Value> = form["parts"].as_array().unwrap().clone();
    parts.sort_by_key(|part| part["name"].to_string());
    let part = |name: &str, file: Value, kind: &str, path: &Path| {
        let size = fs::metadata(path).unwrap().len();
        json!({ "name": name, "file": file, "type": kind, "size": size, "sha256": sha256(certificates, path) })
    };
    let field = |name: &str, value: &str| {
        part(
            name,
            Value::Null,
            "",
            &certificates.file("value", value.as_bytes()),
        )
    };
    let mut wanted = vec![
        field("player", fields[0].1),
        field("empty", ""),
        field("na%22me", "x"),
        part(
            "odd",
            json!("odd %22name%22.bin"),
            "application/octet-stream",
            files[0].1,
        ),
        part("large", json!("large.png"), "image/png", files[1].1),
        part("nothing", json!("empty.txt"), "text/plain", files[2].1),
    ];
    wanted.sort_by_key(|part| part["name"].to_string());
    assert_eq!(parts, wanted);
}

#[test]
fn an_upload_arrives_as_it_was_sent_and_python_finds_all_parts_of_a_form() {
    let (Some(engine), Some(certificates)) = (godot_project(), Certificates::make()) else {
        return;
    };
    let pair = certificates.pair(Kind::P256);
    let Some(nginx) = Nginx::start(&sites(&pair)) else {
        return;
    };
    let python = WebServer::start(&certificates.place(""), Some(&pair), None).unwrap();
    let upload = certificates.place("upload");
    fill(&upload, 16 * MEBIBYTE);
    // Every byte, line ends of all kinds, and what looks like a boundary.
    let all: Vec<u8> = (0..=255).chain(*b"\r\n--\r\n--x--\r\n\n\r\r").collect();
    let odd = certificates.file("odd \"name\".bin", &all);
    let large = certificates.place("large.png");
    fill(&large, 2 * MEBIBYTE + 1);
    let empty = certificates.file("empty.txt", b"");
    let url = |path: &str| format!("https://localhost:{}/{path}", python.port());
    let fields = [
        ("player", "Ada \u{fc}\r\n2"),
        ("empty", ""),
        ("na\"me", "x"),
    ];
    let files = [
        ("odd", odd.as_path()),
        ("large", large.as_path()),
        ("nothing", empty.as_path()),
    ];
    let into = ["echo", "form"].map(|name| certificates.place(name));
    let mut requests = vec![
        Request::new("POST", url("echo/a?b"))
            .sending(&upload)
            .header("X-Sent: 1")
            .into_file(&into[0]),
        Request::new("POST", url("form"))
            .form(&fields, &files)
            .into_file(&into[1]),
    ];
    for site in 0..2 {
        let url = format!("https://localhost:{}/uploaded-{site}", nginx.port(site));
        requests.push(Request::new("PUT", url).sending(&upload));
    }
    let mut batch = Batch::new(engine);
    batch.add(Job::requests("uploads", &certificates.root(), &requests));
    let outcomes = batch.run(false);
    let sum = sha256(&certificates, &upload);
    assert_echo(&told(&outcomes[0], &into[0]), &sum);
    for (site, outcome) in outcomes[2..].iter().enumerate() {
        assert_eq!(outcome.number("code"), 201, "{outcome:?}");
        let uploaded = nginx.file(&format!("uploaded-{site}"));
        assert_eq!(sha256(&certificates, &uploaded), sum);
    }
    assert_eq!(outcomes.len(), 4);
    let form = told(&outcomes[1], &into[1]);
    assert_parts(&form, &certificates, &fields, &files);
}
