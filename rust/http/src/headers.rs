//! Header fields (RFC 9110 section 5) of requests and of responses.

mod error;

use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};

pub use error::{FieldProblem, FieldRef, HeaderError};

/// Field of a request, with the spelling of its name.
#[derive(Debug, Clone)]
pub struct Field {
    spelling: String,
    name: HeaderName,
    value: HeaderValue,
    /// Meant for the server of the first URL alone: a redirect to another one drops the field.
    is_for_first_origin: bool,
}

impl Field {
    /// Parses "Name: value". Line breaks are refused: with them a value could add fields.
    pub fn parse(line: &str) -> Result<Self, HeaderError> {
        Self::parse_at(line, 0)
    }

    /// Parses the field at index `place` of a list.
    fn parse_at(line: &str, place: usize) -> Result<Self, HeaderError> {
        let refuse = |problem| {
            let field = FieldRef::of(line, place);
            Err(HeaderError::Field { field, problem })
        };
        if line.trim().is_empty() {
            return refuse(FieldProblem::Blank);
        }
        let Some((name, value)) = line.split_once(':') else {
            return refuse(FieldProblem::NoColon);
        };
        if name.is_empty() {
            return refuse(FieldProblem::NoName);
        }
        if line.contains(['\r', '\n', '\0']) {
            return refuse(FieldProblem::LineBreak);
        }
        let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
            return refuse(FieldProblem::InvalidName);
        };
        let Ok(value) = HeaderValue::from_bytes(value.trim().as_bytes()) else {
            return refuse(FieldProblem::InvalidValue);
        };
        Ok(Self {
            spelling: name.to_owned(),
            name: parsed,
            value,
            is_for_first_origin: false,
        })
    }

    /// Makes a field that the addon adds.
    pub(super) fn new(spelling: &str, value: &str) -> Result<Self, HeaderError> {
        Self::parse(&format!("{spelling}: {value}"))
    }

    /// Returns the name in lower case.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Returns the value without surrounding blanks.
    pub fn value(&self) -> &[u8] {
        self.value.as_bytes()
    }
}

/// The fields of a request in the order in which they are sent.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// Parses all lines. The error is that of the first line that cannot be sent.
    pub fn parse(lines: &[String]) -> Result<Self, HeaderError> {
        lines
            .iter()
            .enumerate()
            .map(|(place, line)| Field::parse_at(line, place))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns whether there is a field of this name, given in lower case.
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Returns the first value of this name, given in lower case.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0
            .iter()
            .find(|field| field.name() == name)
            .map(Field::value)
    }

    /// Adds a field at the end, unless there is one of its name.
    pub fn add_default(&mut self, spelling: &str, value: &str) -> Result<(), HeaderError> {
        if !self.has(&spelling.to_ascii_lowercase()) {
            self.0.push(Field::new(spelling, value)?);
        }
        Ok(())
    }

    /// Adds the field of `line` at the end. A redirect to another origin drops it.
    pub fn add_for_first_origin(&mut self, line: &str) -> Result<(), HeaderError> {
        let mut field = Field::parse(line)?;
        field.is_for_first_origin = true;
        self.0.push(field);
        Ok(())
    }

    /// Removes the fields that are meant for the server of the first URL alone.
    pub(super) fn remove_those_for_first_origin(&mut self) {
        self.0.retain(|field| !field.is_for_first_origin);
    }

    /// Adds the fields that every request has and the caller left out, in the order `Host`,
    /// `User-Agent`, `Accept`.
    pub(super) fn complete(
        &mut self,
        authority: &str,
        method: &Method,
        length: u64,
        user_agent: &str,
    ) -> Result<(), HeaderError> {
        self.add_default("Host", authority)?;
        // Two readers could understand a length together with chunks differently.
        let expects_body = matches!(*method, Method::POST | Method::PUT | Method::PATCH);
        if !self.has("transfer-encoding") {
            self.agree_with(length)?;
            if length > 0 || expects_body {
                self.add_default("Content-Length", &length.to_string())?;
            }
        }
        self.add_default("User-Agent", user_agent)?;
        self.add_default("Accept", "*/*")
    }

    /// Checks the caller's `Content-Length`. With a wrong one the server would wait for more, or
    /// take the next request on this connection for a body.
    fn agree_with(&self, length: u64) -> Result<(), HeaderError> {
        let mut given = self
            .0
            .iter()
            .filter(|field| field.name() == "content-length")
            .map(|field| lossy(field.value()));
        match given.find(|given| *given != length.to_string()) {
            Some(wrong) => Err(HeaderError::ContentLength {
                given: wrong.parse().ok(),
                body: length,
            }),
            None => Ok(()),
        }
    }

    /// Removes all fields of these names, given in lower case.
    pub fn remove(&mut self, names: &[&str]) {
        self.0.retain(|field| !names.contains(&field.name()));
    }

    /// Returns the fields as hyper takes them.
    pub(super) fn to_map(&self) -> HeaderMap {
        let mut map = HeaderMap::with_capacity(self.0.len());
        for field in &self.0 {
            map.append(field.name.clone(), field.value.clone());
        }
        map
    }

    /// Returns the names as they were given.
    pub(super) fn spellings(&self) -> Vec<String> {
        self.0.iter().map(|field| field.spelling.clone()).collect()
    }
}

/// Field of a response: name and value. Bytes that are not UTF-8 become U+FFFD.
pub type HeaderLine = (String, String);

/// Returns the lines of an HTTP/2 response, with the usual spelling of names, which scripts
/// compare. HTTP/2 sends names in lower case.
pub(super) fn lines_of(map: &HeaderMap) -> Vec<HeaderLine> {
    map.iter()
        .map(|(name, value)| (usual_spelling(name.as_str()), lossy(value.as_bytes())))
        .collect()
}

/// Returns a line as scripts get it: "Name: value", or "Name:" without a value.
pub fn written((name, value): &HeaderLine) -> String {
    let blank = if value.is_empty() { "" } else { " " };
    format!("{name}:{blank}{value}")
}

/// Returns the value of the first line of this name, in any case.
pub fn find<'a>(lines: &'a [HeaderLine], name: &str) -> Option<&'a str> {
    lines
        .iter()
        .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Returns the value of the last line of this name, in any case.
pub(super) fn find_last<'a>(lines: &'a [HeaderLine], name: &str) -> Option<&'a str> {
    lines
        .iter()
        .rev()
        .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// Returns whether these lines have no other length than `received`. If there is another one
/// together with chunks, which take precedence, an intermediary may have obeyed it, and the next
/// response begins elsewhere for it: the connection must not be used again.
pub(super) fn have_no_other_length(lines: &[HeaderLine], received: u64) -> bool {
    let mut lengths = lines
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths.all(|(_, length)| length.trim().parse() == Ok(received))
}

pub(super) fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Returns the usual spelling of a name, such as "Content-Type" for "content-type".
fn usual_spelling(name: &str) -> String {
    match name {
        "etag" => return "ETag".to_owned(),
        "www-authenticate" => return "WWW-Authenticate".to_owned(),
        "te" => return "TE".to_owned(),
        _ => {}
    }
    let mut begins = true;
    name.chars()
        .map(|letter| {
            let spelled = if begins {
                letter.to_ascii_uppercase()
            } else {
                letter
            };
            begins = letter == '-';
            spelled
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_would_split_a_request_are_refused() {
        for (line, words) in [
            ("", "is blank"),
            ("  ", "is blank"),
            ("no colon", "no colon"),
            (": x", "no name"),
            ("X: a\r\nEvil: b", "line break"),
            ("X\n: a", "line break"),
            ("X: a\0b", "line break or a NUL"),
            ("X Y: a", "character in its name"),
            ("X: \u{7f}", "control character"),
        ] {
            let error = Field::parse(line).unwrap_err().to_string();
            assert!(error.contains(words), "{line:?}: {error}");
            assert!(!error.contains("Evil"), "{line:?}: {error}");
        }
    }

    #[test]
    fn a_length_that_is_not_the_body_s_is_refused_with_every_method() {
        for method in [Method::GET, Method::HEAD, Method::DELETE, Method::POST] {
            let lengths = |given: &[&str], length| {
                let lines: Vec<_> = given
                    .iter()
                    .map(|n| format!("Content-Length: {n}"))
                    .collect();
                let mut fields = Fields::parse(&lines).unwrap();
                fields.complete("x", &method, length, "me")
            };
            assert!(
                lengths(&["5"], 0)
                    .unwrap_err()
                    .to_string()
                    .contains("is \"5\", and the body has 0")
            );
            assert!(
                lengths(&["3", "5"], 3)
                    .unwrap_err()
                    .to_string()
                    .contains("is \"5\", and the body has 3")
            );
            assert!(
                lengths(&["secret"], 3)
                    .unwrap_err()
                    .to_string()
                    .contains("is no number, and the body has 3")
            );
            lengths(&["3"], 3).unwrap();
            lengths(&["0"], 0).unwrap();
        }
    }

    #[test]
    fn values_may_have_any_text_and_defaults_give_way() {
        let mut fields =
            Fields::parse(&["user-AGENT:  mine ".to_owned(), "X: ä".to_owned()]).unwrap();
        fields.add_default("User-Agent", "theirs").unwrap();
        fields.add_default("Accept", "*/*").unwrap();
        assert_eq!(fields.spellings(), ["user-AGENT", "X", "Accept"]);
        assert_eq!(fields.get("user-agent"), Some(&b"mine"[..]));
        assert_eq!(fields.get("x"), Some("ä".as_bytes()));
    }

    #[test]
    fn a_line_without_a_value_has_no_blank_at_its_end() {
        let line = |value: &str| written(&("Empty".to_owned(), value.to_owned()));
        assert_eq!([line(""), line("a")], ["Empty:", "Empty: a"]);
    }

    #[test]
    fn names_of_http2_get_the_usual_spelling() {
        for (name, spelled) in [
            ("content-type", "Content-Type"),
            ("etag", "ETag"),
            ("x-a-b1", "X-A-B1"),
        ] {
            assert_eq!(usual_spelling(name), spelled);
        }
    }
}
