//! The table of the addon's members against its sources.

use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::paths;

/// Members of the engine's class, which the addon's has as well; its getters and setters are not listed.
const OF_ENGINE: [(Class, &[&str]); 4] = [
    (
        Class::HttpRequest,
        &[
            "request",
            "request_raw",
            "cancel_request",
            "set_tls_options",
            "get_http_client_status",
            "get_downloaded_bytes",
            "set_http_proxy",
            "set_https_proxy",
            "request_completed",
            "download_file",
            "download_chunk_size",
            "use_threads",
            "accept_gzip",
            "body_size_limit",
            "max_redirects",
            "timeout",
            "get_body_size",
        ],
    ),
    (
        Class::HttpClient,
        &[
            "connect_to_host",
            "request",
            "request_raw",
            "close",
            "poll",
            "has_response",
            "read_response_body_chunk",
            "set_http_proxy",
            "set_https_proxy",
            "query_string_from_dict",
            "blocking_mode_enabled",
            "connection",
            "read_chunk_size",
            "set_blocking_mode",
            "get_response_code",
            "get_response_headers",
            "get_response_headers_as_dictionary",
            "get_response_body_length",
        ],
    ),
    (
        Class::StreamPeerTls,
        &[
            "poll",
            "accept_stream",
            "connect_to_stream",
            "disconnect_from_stream",
            "get_stream",
        ],
    ),
    (
        Class::Crypto,
        &[
            "generate_random_bytes",
            "generate_rsa",
            "generate_self_signed_certificate",
            "sign",
            "verify",
            "encrypt",
            "decrypt",
            "hmac_digest",
            "constant_time_compare",
        ],
    ),
];

/// Returns the members that the sources of the addon's class declare, and whether each is a method.
fn declared(class: Class) -> BTreeSet<(bool, String)> {
    let name = match class {
        Class::StreamPeerTls => "stream_peer_tls",
        Class::TlsOptions => "tls_options",
        Class::Crypto => "crypto",
        Class::HttpRequest => "http_request",
        Class::HttpClient => "http_client",
    };
    let classes = paths::root().join("rust/extension/src/classes");
    let mut files = vec![classes.join(format!("{name}.rs"))];
    let folder = fs::read_dir(classes.join(name)).expect("the class has a folder");
    files.extend(folder.map(|entry| entry.expect("an entry").path()));
    if matches!(class, Class::HttpRequest | Class::HttpClient) {
        files.push(classes.join("http_causes.rs"));
    }
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(file).expect("a source"));
    texts.flat_map(|text| members(&text)).collect()
}

fn members(text: &str) -> Vec<(bool, String)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let kinds = [
            "#[func",
            "#[signal]",
            "#[constant]",
            "#[var",
            "#[export]",
            "#[export(",
        ];
        let Some(kind) = kinds.iter().find(|kind| line.starts_with(**kind)) else {
            continue;
        };
        let rest = lines[index + 1..].iter();
        let item = rest
            .clone()
            .find(|line| !line.starts_with('#') && !line.starts_with("//"));
        let words = item.map_or("", |item| item).split([' ', '(', ':']);
        let skipped = ["pub", "crate)", "super)", "unsafe", "fn", "const", ""];
        let name = words
            .into_iter()
            .find(|word| !skipped.contains(word))
            .unwrap_or_default();
        // The engine's virtual methods, which scripts do not see under this name.
        if name.ends_with("_rawptr") {
            continue;
        }
        found.push((*kind == "#[func", name.to_owned()));
        let has_accessors = ["#[export]", "#[export(", "#[var]"];
        if has_accessors.iter().any(|kind| line.starts_with(kind)) {
            found.push((true, format!("get_{name}")));
            found.push((true, format!("set_{name}")));
        }
    }
    found
}

#[test]
fn the_addons_own_members_are_those_of_its_sources() {
    for (class, engine) in OF_ENGINE {
        let declared = declared(class);
        for is_method in [false, true] {
            for name in class.taken(is_method) {
                let is_there = declared.contains(&(is_method, name.to_owned()));
                assert!(is_there, "{name} is no member of {}", class.ours());
            }
        }
        let is_engine = |name: &str| {
            let stem = ["get_", "set_", "is_"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix));
            let is_state = matches!(
                stem,
                Some("status" | "response_chunked" | "using_threads" | "accepting_gzip")
            );
            let is_constant = ["STATUS_", "RESULT_", "METHOD_", "RESPONSE_"]
                .iter()
                .any(|prefix| name.starts_with(prefix));
            is_state
                || is_constant
                || engine.contains(&name)
                || stem.is_some_and(|stem| engine.contains(&stem))
        };
        for (is_method, name) in &declared {
            let is_known = class.taken(*is_method).any(|taken| taken == name) || is_engine(name);
            assert!(is_known, "{name} of {} is missing", class.ours());
        }
    }
}
