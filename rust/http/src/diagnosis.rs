//! Messages of failed requests: what happened, the values on both sides, what to do.
//!
//! The advice names a setting as the calling class calls it ([`Vocabulary`]), so that no class
//! advises a property that another class has.

use std::fmt;

use godot_rustls_net::vocabulary as net;
use godot_rustls_tls::diagnosis::{self as tls, Diagnosis};

use crate::error::{BodyCut, FetchError, Measured, Silence, Step, TransportError};

/// Names of the settings of the class that sends requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vocabulary {
    /// The settings of connections.
    pub connection: net::Vocabulary,
    /// The time limit of a whole request.
    pub timeout: &'static str,
    /// The time limit of a server's silence.
    pub read_timeout: &'static str,
    /// The limit of a body's size.
    pub size_limit: &'static str,
    /// The limit of redirects that are followed.
    pub redirect_limit: &'static str,
    /// The permission to follow a redirect from `https` to `http`.
    pub downgrade: &'static str,
    /// The file that takes a body instead of memory.
    pub download_file: &'static str,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            connection: net::Vocabulary::default(),
            timeout: "the time limit",
            read_timeout: "the limit of silence",
            size_limit: "the size limit",
            redirect_limit: "the redirect limit",
            downgrade: "the permission to leave https",
            download_file: "a file for it",
        }
    }
}

/// Writes the message with neutral names of settings.
impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&message(self, &Vocabulary::default()))
    }
}

/// Returns cause and message of an error.
pub fn diagnose(error: &FetchError, words: &Vocabulary) -> Diagnosis {
    Diagnosis::new(error.cause(), message(error, words))
}

/// Returns the message of an error, with these names of settings.
pub fn message(error: &FetchError, words: &Vocabulary) -> String {
    let Vocabulary {
        connection,
        timeout,
        read_timeout,
        size_limit,
        download_file,
        ..
    } = words;
    match error {
        FetchError::Connect(error) => error.diagnosis(*connection).message,
        FetchError::ConnectionSetup { reason } => {
            format!("the connection broke at once ({reason})")
        }
        FetchError::Transport(TransportError::Tls(failure)) => {
            tls::diagnose(failure, &connection.tls).message
        }
        FetchError::Transport(error) => error.to_string(),
        FetchError::BodyIncomplete(BodyCut::Transport(TransportError::Tls(failure))) => {
            let reason = tls::diagnose(failure, &connection.tls).message;
            format!("the body is incomplete: {reason}")
        }
        FetchError::BodyIncomplete(error) => error.to_string(),
        FetchError::Decode(error) => error.to_string(),
        FetchError::BodyTooLarge {
            limit,
            size,
            measured,
        } => format!(
            "the body {} {size} bytes, and {size_limit} is {limit}",
            verb(*measured)
        ),
        FetchError::DecompressionBomb { received } => format!(
            "{received} bytes became more than a GiB when decompressed, as no honest body does: set {size_limit} to allow it"
        ),
        FetchError::OutOfMemory => {
            format!("there is no memory for the body: set {download_file} or {size_limit}")
        }
        FetchError::Timeout { limit, step } => format!(
            "not done within {} seconds ({timeout}) while {}",
            limit.as_secs_f64(),
            doing(*step)
        ),
        FetchError::ReadTimeout { limit, silence } => format!(
            "the server was silent for {} seconds {}: raise {read_timeout} if it may take that long",
            limit.as_secs_f64(),
            when(*silence)
        ),
        FetchError::Download(error) => error.to_string(),
        FetchError::EventStream(error) => error.to_string(),
        FetchError::Cancelled => "the request was cancelled".to_owned(),
        FetchError::Request(error) => error.to_string(),
        FetchError::TooManyRedirects { .. }
        | FetchError::RedirectLocation(_)
        | FetchError::RedirectDowngrade { .. } => about_redirect(error, words),
    }
}

fn about_redirect(error: &FetchError, words: &Vocabulary) -> String {
    match error {
        FetchError::TooManyRedirects { followed } => format!(
            "the server redirects once more after {followed} redirects: raise {} if that is meant",
            words.redirect_limit
        ),
        FetchError::RedirectDowngrade { from, to } => format!(
            "https://{from} redirects to http://{to}, where everybody on the way could read and change everything: ask for that address itself, or set {}",
            words.downgrade
        ),
        FetchError::RedirectLocation(error) => error.to_string(),
        other => message(other, words),
    }
}

fn verb(measured: Measured) -> &'static str {
    match measured {
        Measured::Announced => "announces",
        Measured::Received => "has at least",
        Measured::Decoded => "has, decompressed, at least",
    }
}

fn doing(step: Step) -> &'static str {
    match step {
        Step::NameLookup => "looking the name up",
        Step::Connecting => "connecting",
        Step::Response => "waiting for the answer",
        Step::Body => "receiving the body",
        Step::Waiting => "waiting to send the request again",
    }
}

fn when(silence: Silence) -> &'static str {
    match silence {
        Silence::BeforeResponse => "before its answer",
        Silence::InBody => "in the middle of the body",
    }
}
