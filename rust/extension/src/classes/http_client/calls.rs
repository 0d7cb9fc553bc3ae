//! Conversion of a script's arguments.

use std::net::IpAddr;

use godot::prelude::*;
use godot_rustls_http::headers::Fields;
use godot_rustls_net::origin::Origin;
use godot_rustls_net::redacted;
use http::Method;

use crate::http::engine_parity;

/// Error messages about a host argument.
pub(super) enum Unusable {
    Host(String),
    Port(String),
}

/// Parses a host argument, which may begin with a scheme.
pub(super) fn origin(host: &str, port: i64, has_options: bool) -> Result<Origin, Unusable> {
    let after = |prefix: &str| {
        let begins = host
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        begins.then(|| &host[prefix.len()..])
    };
    let (is_https, bare) = match (after("https://"), after("http://")) {
        (Some(bare), _) => (true, bare),
        (_, Some(bare)) => (false, bare),
        _ => (has_options, host),
    };
    if matches!(bare, "" | "[]") {
        return Err(Unusable::Host(
            "connect_to_host: the host is empty: use a name such as \"example.org\"".to_owned(),
        ));
    }
    let port = match port {
        ..0 if is_https => 443,
        ..0 => 80,
        given => u16::try_from(given)
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| {
                Unusable::Port(format!(
                    "connect_to_host: the port is {given}: use 1 to 65535, or -1 for the default port"
                ))
            })?,
    };
    Ok(Origin::new(is_https, bare, port))
}

pub(super) fn is_address(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
}

/// Converts the method, target and header fields of a request. Returns an error message on failure.
pub(super) fn request(
    method: i64,
    target: &str,
    headers: &PackedStringArray,
) -> Result<(Method, Fields), String> {
    let method = engine_parity::method(method)?;
    if target.chars().any(char::is_control) {
        return Err(
            "request: the URL contains a line break or another control character".to_owned(),
        );
    }
    let is_target = match method {
        Method::CONNECT => target
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()),
        Method::OPTIONS if target == "*" => true,
        _ => ["/", "http://", "https://"]
            .iter()
            .any(|start| target.starts_with(start)),
    };
    if !is_target {
        return Err(format!(
            "request: the URL is {}: it must begin with a slash (for CONNECT it is host:port)",
            redacted::url_text(target)
        ));
    }
    let lines: Vec<String> = headers.as_slice().iter().map(ToString::to_string).collect();
    let fields = Fields::parse(&lines).map_err(|error| error.to_string())?;
    Ok((method, fields))
}

/// Encodes fields as the query of a URL: null becomes a bare key, an array repeats its key.
pub(super) fn query(fields: &VarDictionary) -> String {
    let encode = |value: &Variant| value.stringify().uri_encode().to_string();
    let mut parts = Vec::new();
    for (key, value) in fields.iter_shared() {
        let key = encode(&key);
        if value.is_nil() {
            parts.push(key);
        } else if let Ok(values) = value.try_to::<VarArray>() {
            parts.extend(
                values
                    .iter_shared()
                    .map(|value| format!("{key}={}", encode(&value))),
            );
        } else {
            parts.push(format!("{key}={}", encode(&value)));
        }
    }
    parts.join("&")
}
