//! What a node sends to one server: default headers and credentials.

use godot_rustls_http::headers::{Fields, HeaderError};
use godot_rustls_http::request_url::{self, UrlError};
use godot_rustls_net::origin::Origin;
use url::Url;
use zeroize::Zeroizing;

/// Fields that prove who asks. They are sent to the server of the base URL alone.
const SECRET: [&str; 3] = ["authorization", "cookie", "proxy-authorization"];

/// The base URL of a node, and what is sent to its server.
#[derive(Clone, Default)]
pub(crate) struct OriginSettings {
    /// The text that a script set, and the URL or the reason why it cannot be used.
    pub(crate) base_url: Option<Result<Url, UrlError>>,
    /// Lines of the form `Name: value`.
    pub(crate) default_headers: Vec<String>,
    /// The value of the `Authorization` header.
    pub(crate) authorization: Option<Zeroizing<String>>,
}

/// Reason why default headers cannot be added.
pub(super) enum OriginError {
    Header(HeaderError),
    /// A secret without a base URL, which would say whom it is for.
    NoBaseUrl {
        /// The property that holds the secret.
        property: &'static str,
    },
}

impl OriginSettings {
    /// Sets the base URL, or none for an empty text. Returns why a URL cannot be used.
    pub(crate) fn set_base_url(&mut self, text: &str) -> Option<String> {
        let base = (!text.is_empty()).then(|| request_url::parse_base(text));
        let problem = base.as_ref().and_then(|base| base.as_ref().err());
        let problem = problem.map(|error| format!("base_url: {error}"));
        self.base_url = base;
        problem
    }

    /// Sets the default headers. Returns why one of them cannot be sent.
    pub(crate) fn set_default_headers(&mut self, lines: Vec<String>) -> Option<String> {
        let problem = Fields::parse(&lines).err();
        self.default_headers = lines;
        problem.map(|error| format!("default_headers: {error}"))
    }

    /// Sets the token, or none for an empty text. Returns why a token cannot be sent.
    pub(crate) fn set_bearer_token(&mut self, token: &str) -> Option<String> {
        let value = (!token.is_empty()).then(|| bearer_authorization(token));
        match value.transpose() {
            Ok(value) => {
                self.authorization = value;
                None
            }
            Err(problem) => Some(problem),
        }
    }

    /// Returns the token, or an empty text.
    pub(crate) fn bearer_token(&self) -> &str {
        let value = self.authorization.as_ref();
        let token = value.and_then(|value| value.strip_prefix("Bearer "));
        token.unwrap_or_default()
    }

    /// Returns the URL of a request, which may be relative to the base URL.
    pub(super) fn url(&self, text: &str) -> Result<Url, UrlError> {
        match &self.base_url {
            None => request_url::parse(text),
            Some(Ok(base)) => request_url::parse_relative(base, text),
            Some(Err(error)) => Err(error.clone()),
        }
    }

    /// Adds what the server of `url` may see. Redirects to other servers drop it again.
    pub(super) fn add_to(&self, fields: &mut Fields, url: &Url) -> Result<(), OriginError> {
        match &self.base_url {
            Some(Ok(base)) if Origin::of(base) != Origin::of(url) => return Ok(()),
            Some(_) => {}
            None => self.check_secrets()?,
        }
        if let Some(value) = self
            .authorization
            .as_ref()
            .filter(|_| !fields.has("authorization"))
        {
            let line = Zeroizing::new(format!("Authorization: {}", value.as_str()));
            fields
                .add_for_first_origin(&line)
                .map_err(OriginError::Header)?;
        }
        // Several lines of one name are one list, which a header of the request replaces.
        let given = fields.clone();
        for line in &self.default_headers {
            if !given.has(&name_of(line)) {
                fields
                    .add_for_first_origin(line)
                    .map_err(OriginError::Header)?;
            }
        }
        Ok(())
    }

    fn check_secrets(&self) -> Result<(), OriginError> {
        if self.authorization.is_some() {
            let property = "bearer_token or set_basic_auth()";
            return Err(OriginError::NoBaseUrl { property });
        }
        let mut names = self.default_headers.iter().map(|line| name_of(line));
        if names.any(|name| SECRET.contains(&name.as_str())) {
            let property = "default_headers with Authorization or Cookie";
            return Err(OriginError::NoBaseUrl { property });
        }
        Ok(())
    }
}

impl OriginError {
    pub(super) fn message(&self) -> String {
        match self {
            Self::Header(error) => format!("default_headers: {error}"),
            Self::NoBaseUrl { property } => format!(
                "the request would send {property} to whatever server its URL names: set base_url to the server that they are for, or pass them to one request"
            ),
        }
    }
}

fn name_of(line: &str) -> String {
    let name = line.split_once(':').map_or(line, |(name, _)| name);
    name.to_ascii_lowercase()
}

/// Returns the value of an `Authorization` header with a token (RFC 6750), or an error message that
/// does not contain it.
pub(crate) fn bearer_authorization(token: &str) -> Result<Zeroizing<String>, String> {
    if token.chars().any(char::is_control) {
        return Err(
            "the bearer token contains a line break or another control character: remove it, for instance with strip_edges()"
                .to_owned(),
        );
    }
    Ok(Zeroizing::new(format!("Bearer {token}")))
}

/// Returns the value of an `Authorization` header with user and password (RFC 7617), or an error
/// message that does not contain the password.
pub(crate) fn basic_authorization(user: &str, password: &str) -> Result<Zeroizing<String>, String> {
    if user.contains(':') {
        return Err(
            "the user contains a colon, where its password would begin (RFC 7617)".to_owned(),
        );
    }
    if user.chars().chain(password.chars()).any(char::is_control) {
        return Err("the user or the password contains a control character (RFC 7617)".to_owned());
    }
    Ok(godot_rustls_net::basic_authorization(user, password))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(base: Option<&str>, headers: &[&str]) -> OriginSettings {
        OriginSettings {
            base_url: base.map(request_url::parse_base),
            default_headers: headers.iter().map(|line| (*line).to_owned()).collect(),
            authorization: None,
        }
    }

    fn sent(settings: &OriginSettings, url: &str) -> Result<Fields, String> {
        let mut fields = Fields::parse(&["X-Given: a".to_owned()]).unwrap();
        let url = settings.url(url).unwrap();
        settings
            .add_to(&mut fields, &url)
            .map(|()| fields)
            .map_err(|error| error.message())
    }

    #[test]
    fn default_headers_go_to_the_server_of_the_base_url_alone() {
        let mut settings = settings(Some("https://api.example.org/v1"), &["X-Key: secret"]);
        settings.authorization = Some(bearer_authorization("secret").unwrap());
        for (url, goes) in [
            ("players", true),
            ("https://api.example.org:443/x", true),
            ("http://api.example.org/x", false),
            ("https://api.example.org:8443/x", false),
            ("//example.org/x", false),
        ] {
            let fields = sent(&settings, url).unwrap();
            assert_eq!(fields.has("x-key"), goes, "{url}");
            assert_eq!(fields.has("authorization"), goes, "{url}");
        }
    }

    #[test]
    fn a_header_of_the_request_replaces_the_default_ones() {
        let settings = settings(None, &["X-Given: b", "X-Two: 1", "x-two: 2"]);
        let fields = sent(&settings, "https://example.org/").unwrap();
        assert_eq!(fields.get("x-given"), Some(&b"a"[..]));
        assert!(fields.has("x-two"));
    }

    #[test]
    fn a_secret_needs_a_base_url() {
        let mut without = settings(None, &[]);
        without.authorization = Some(bearer_authorization("hunter2").unwrap());
        let cookie = settings(None, &["Cookie: hunter2"]);
        for settings in [without, cookie] {
            let error = sent(&settings, "https://example.org/").err().unwrap();
            assert!(error.contains("set base_url"), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn credentials_that_cannot_be_sent_are_refused_without_being_shown() {
        for error in [
            bearer_authorization("tok\nen").unwrap_err(),
            basic_authorization("a:b", "tok").unwrap_err(),
            basic_authorization("a", "tok\nen").unwrap_err(),
        ] {
            assert!(!error.contains("tok\n"), "{error}");
        }
    }
}
