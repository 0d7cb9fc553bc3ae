//! Reasons why a URL cannot be requested. They show no user, password, query and fragment.

use std::error::Error;
use std::fmt;

use url::ParseError;

use super::MAX_HOST;

const AMBIGUOUS_HOST: &str =
    "one reader takes for another host and the next for none (RFC 9110 section 4.2.1)";

/// Reason why a text is not the URL of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlError {
    /// The text is empty.
    Empty,
    /// The URL cannot be requested.
    Unusable {
        /// The URL in quotes, without what may be secret.
        url: String,
        /// What is wrong with it.
        problem: UrlProblem,
    },
}

/// Reason why a URL cannot be requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlProblem {
    /// The URL contains a control character.
    ControlCharacter,
    /// The URL has no scheme.
    NoScheme,
    /// The scheme is another one.
    OtherScheme,
    /// The URL has no host.
    NoHost,
    /// The host contains a backslash.
    BackslashInHost,
    /// Readers of the relative URL differ about its host.
    AmbiguousHost,
    /// The port is 0, too large or not a number.
    Port,
    /// The parser refuses the URL.
    Unreadable(ParseError),
}

/// Reason why the target of a redirect cannot be requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationError {
    /// The `Location` in quotes, without what may be secret.
    pub location: String,
    /// What is wrong with it.
    pub problem: LocationProblem,
}

/// Reason why the target of a redirect cannot be requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocationProblem {
    /// The `Location` contains a control character.
    ControlCharacter,
    /// Readers differ about its host.
    AmbiguousHost,
    /// The scheme is another one.
    OtherScheme,
    /// The port is 0.
    PortZero,
    /// The host is longer than names can be.
    LongHost,
    /// The parser refuses the URL.
    Unreadable(ParseError),
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the URL is empty: pass one such as https://example.org/"),
            Self::Unusable {
                url,
                problem: UrlProblem::AmbiguousHost,
            } => write!(f, "the URL is {url}, which {AMBIGUOUS_HOST}"),
            Self::Unusable { url, problem } => write!(f, "the URL {url} {problem}"),
        }
    }
}

impl fmt::Display for UrlProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlCharacter => "contains a line break or another control character",
            Self::NoScheme => "has no scheme: begin it with https:// or http://",
            Self::OtherScheme => "is neither https:// nor http://",
            Self::NoHost => "names no host",
            Self::BackslashInHost => "has a backslash in its host",
            Self::AmbiguousHost => AMBIGUOUS_HOST,
            Self::Port => "has a port that is not a number from 1 to 65535",
            Self::Unreadable(error) => return write!(f, "cannot be read ({error})"),
        })
    }
}

impl fmt::Display for LocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { location, problem } = self;
        write!(f, "the server redirects to {location}, which {problem}")
    }
}

impl fmt::Display for LocationProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlCharacter => "contains a tab or another control character",
            Self::AmbiguousHost => AMBIGUOUS_HOST,
            Self::OtherScheme => "is neither https:// nor http://",
            Self::PortZero => "has the port 0",
            Self::LongHost => {
                return write!(f, "names a host of more than {MAX_HOST} characters");
            }
            Self::Unreadable(error) => return write!(f, "cannot be read ({error})"),
        })
    }
}

impl Error for UrlError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unusable {
                problem: UrlProblem::Unreadable(error),
                ..
            } => Some(error),
            _ => None,
        }
    }
}

impl Error for LocationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            LocationProblem::Unreadable(error) => Some(error),
            _ => None,
        }
    }
}
