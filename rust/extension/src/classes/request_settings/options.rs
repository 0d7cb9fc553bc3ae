//! The options of one request: a Dictionary of settings by name.

use godot::prelude::*;

use super::readers::{
    WrongValue, boolean, elements, headers, integer, object, query, seconds, text,
};
use super::{RequestSettings, basic_authorization, bearer_authorization};
use crate::classes::tls_options::AnyOptions;
use crate::classes::{
    RustlsCancellation, RustlsHTTPCache, request_settings::build::are_for_clients,
};

type Set = fn(&mut RequestSettings, &Variant) -> Result<(), WrongValue>;

const COUNT: &str = "a whole number, -1 for no limit";
const PATH: &str = "a path that begins with user:// or is absolute";
const RETRIES: &str = "a whole number, 0 or more (0 means never)";
const PROXY: &str = "the URL of a proxy such as http://127.0.0.1:3128 or socks5h://127.0.0.1:9050";
const TLS_OPTIONS: &str = "client options (RustlsTLSOptions or TLSOptions), or null";
const BASIC_AUTH: &str = "an array of two strings, user and password";

/// The options that every request takes.
const OPTIONS: &[(&str, Set)] = &[
    ("accept_gzip", |to, value| {
        boolean(value).map(|value| to.accept_gzip = value)
    }),
    ("allow_https_downgrade", |to, value| {
        boolean(value).map(|value| to.allow_https_downgrade = value)
    }),
    ("basic_auth", |to, value| {
        to.authorization = Some(basic(value)?);
        Ok(())
    }),
    ("bearer_token", |to, value| {
        let token = text(value, "a token")?;
        let header = bearer_authorization(&token.to_string())
            .map_err(|reason| WrongValue::because("a token", reason))?;
        to.authorization = Some(header);
        Ok(())
    }),
    ("body_size_limit", |to, value| {
        integer(value, -1, COUNT).map(|value| to.body_size_limit = value)
    }),
    ("cache", |to, value| {
        object::<RustlsHTTPCache>(value, "a RustlsHTTPCache, or null").map(|value| to.cache = value)
    }),
    ("cancellation", |to, value| {
        object::<RustlsCancellation>(value, "a RustlsCancellation, or null")
            .map(|value| to.cancellation = value)
    }),
    ("connect_timeout", |to, value| {
        seconds(value).map(|value| to.connect_timeout = value)
    }),
    ("cookies_enabled", |to, value| {
        boolean(value).map(|value| to.cookies_enabled = value)
    }),
    ("download_file", |to, value| {
        text(value, PATH).map(|value| to.download_file = value)
    }),
    ("download_resume", |to, value| {
        boolean(value).map(|value| to.download_resume = value)
    }),
    ("max_redirects", |to, value| {
        integer(value, -1, COUNT).map(|value| to.max_redirects = value)
    }),
    ("on_chunk", |to, value| {
        to.stream_body = true;
        handler(to, value, "chunk_received")
    }),
    ("on_event", |to, value| {
        to.server_sent_events = true;
        handler(to, value, "event_received")
    }),
    ("on_progress", |to, value| handler(to, value, "progress")),
    ("on_upload_progress", |to, value| {
        handler(to, value, "upload_progress")
    }),
    ("proxy", proxy),
    ("query", |to, value| {
        query(value).map(|value| to.query = value)
    }),
    ("read_timeout", |to, value| {
        seconds(value).map(|value| to.read_timeout = value)
    }),
    ("reconnect_events", |to, value| {
        boolean(value).map(|value| to.reconnect_events = value)
    }),
    ("retries", |to, value| {
        integer(value, 0, RETRIES).map(|value| to.retries = value)
    }),
    ("retry_lost_post", |to, value| {
        boolean(value).map(|value| to.retry_lost_post = value)
    }),
    ("server_sent_events", |to, value| {
        boolean(value).map(|value| to.server_sent_events = value)
    }),
    ("stream_body", |to, value| {
        boolean(value).map(|value| to.stream_body = value)
    }),
    ("timeout", |to, value| {
        seconds(value).map(|value| to.timeout = value)
    }),
    ("tls_options", |to, value| {
        to.tls_options = object::<AnyOptions>(value, TLS_OPTIONS)?;
        let is_wrong = to
            .tls_options
            .as_ref()
            .is_some_and(|it| !are_for_clients(it));
        if is_wrong {
            let reason = "an object that is not, or options of a server".to_owned();
            return Err(WrongValue::because(TLS_OPTIONS, reason));
        }
        Ok(())
    }),
    ("use_environment_proxies", |to, value| {
        boolean(value).map(|value| to.use_environment_proxies = value)
    }),
];

/// What a call of [RustlsHTTP] has as options, and a node's `fetch()` as arguments.
#[derive(Default)]
pub(crate) struct CallOptions {
    pub(crate) method: i64,
    pub(crate) headers: Vec<String>,
    pub(crate) data: Variant,
}

impl CallOptions {
    const NAMES: [&'static str; 3] = ["data", "headers", "method"];

    /// Takes the option, if it is one of these.
    fn take(&mut self, name: &str, value: &Variant) -> Option<Result<(), WrongValue>> {
        match name {
            "method" => Some(
                integer(value, 0, "one of HTTPClient.METHOD_").map(|value| self.method = value),
            ),
            "headers" => Some(headers(value).map(|value| self.headers = value)),
            "data" => {
                self.data = value.clone();
                Some(Ok(()))
            }
            _ => None,
        }
    }
}

impl RequestSettings {
    /// Changes what `options` name. `call` takes what only calls without a node have as options.
    /// Returns an error message for the first option that is unknown or has a wrong value.
    pub(crate) fn apply(
        &mut self,
        options: &VarDictionary,
        mut call: Option<&mut CallOptions>,
    ) -> Result<(), String> {
        for (key, value) in options.iter_shared() {
            let name = key.stringify().to_string();
            let taken = call.as_mut().and_then(|call| call.take(&name, &value));
            let set = || OPTIONS.iter().find(|(known, _)| *known == name);
            let outcome = match (taken, set()) {
                (Some(outcome), _) => outcome,
                (None, Some((_, set))) => set(self, &value),
                (None, None) => return Err(unknown(&name, call.is_some())),
            };
            outcome.map_err(|wrong| wrong.message(&name))?;
        }
        Ok(())
    }
}

fn unknown(name: &str, is_without_node: bool) -> String {
    let known = OPTIONS.iter().map(|(name, _)| *name);
    let name = godot_rustls_pki::text::quoted(name);
    if is_without_node {
        let mut known: Vec<_> = known.chain(CallOptions::NAMES).collect();
        known.sort_unstable();
        return format!(
            "the option {name} is unknown: known are {}",
            known.join(", ")
        );
    }
    if CallOptions::NAMES
        .iter()
        .any(|other| name == format!("\"{other}\""))
    {
        return format!("the option {name} is an argument of fetch(): pass it there");
    }
    let known: Vec<_> = known.collect();
    format!(
        "the option {name} is unknown: known are {}",
        known.join(", ")
    )
}

fn basic(value: &Variant) -> Result<zeroize::Zeroizing<String>, WrongValue> {
    let pair = elements(value).filter(|pair| pair.len() == 2);
    let pair = pair.ok_or_else(|| WrongValue::of_type(BASIC_AUTH, value))?;
    let [user, password] = [0, 1].map(|index| text(&pair[index], BASIC_AUTH));
    let (user, password) = (user?.to_string(), password?);
    let password = crate::engine::objects::secret_text(&password);
    basic_authorization(&user, &password).map_err(|reason| WrongValue::because(BASIC_AUTH, reason))
}

/// Adds a function that is connected to a signal of the response.
fn handler(
    to: &mut RequestSettings,
    value: &Variant,
    signal: &'static str,
) -> Result<(), WrongValue> {
    const TAKES: &str = "a Callable of an object that exists";
    let callable = match value.get_type() {
        VariantType::CALLABLE => value.to::<Callable>(),
        _ => return Err(WrongValue::of_type(TAKES, value)),
    };
    if !callable.is_valid() {
        let reason = "one that cannot be called".to_owned();
        return Err(WrongValue::because(TAKES, reason));
    }
    to.handlers.push((signal, callable));
    Ok(())
}

fn proxy(to: &mut RequestSettings, value: &Variant) -> Result<(), WrongValue> {
    let url = text(value, PROXY)?;
    to.proxies
        .set_both(&url)
        .map_err(|reason| WrongValue::because(PROXY, reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary;

    #[test]
    fn options_are_sorted_and_those_that_messages_advise_exist() {
        let names: Vec<_> = OPTIONS.iter().map(|(name, _)| *name).collect();
        assert!(names.is_sorted());
        let advised = &vocabulary::REQUESTS;
        for name in [
            advised.connection.tls.connect_limit,
            advised.connection.environment_proxies,
            advised.timeout,
            advised.read_timeout,
            advised.size_limit,
            advised.redirect_limit,
            advised.downgrade,
            advised.download_file,
        ] {
            assert!(names.contains(&name), "{name}");
        }
    }
}
