//! The name a certificate must be valid for, and the comparisons that webpki does not make.

use std::net::{IpAddr, Ipv6Addr};

use rustls_pki_types::{DnsName, ServerName};

use crate::certificate::{Facts, NameConstraints};

/// RFC 1035 section 2.3.4, in bytes.
pub(crate) const MAX_LABEL: usize = 63;
/// The same for a whole name as text, without a trailing dot.
pub(crate) const MAX_NAME: usize = 253;

/// Name that the certificate is compared with: an override, else the host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReferenceName {
    /// A DNS name in A-labels and lower case, without a trailing dot.
    Dns(String),
    /// An IP address.
    Ip(IpAddr),
    /// Neither of both, such as "My Game Server". Compared as a whole.
    Literal(String),
    /// The name is not checked.
    Unchecked,
}

impl ReferenceName {
    /// Reads what a script gave. Never fails: a name that nothing can be called matches nothing.
    pub fn parse(text: &str) -> Self {
        let name = text.strip_suffix('.').unwrap_or(text);
        if let Ok(address) = name.parse::<IpAddr>() {
            return Self::Ip(address);
        }
        match to_a_labels(name) {
            Some(dns) if !dns.contains('*') && !dns.ends_with('.') => Self::Dns(dns),
            _ => Self::Literal(name.to_owned()),
        }
    }

    /// Returns the form that webpki compares, when it can.
    pub fn server_name(&self) -> Option<ServerName<'static>> {
        match self {
            Self::Dns(name) => ServerName::try_from(name.clone()).ok(),
            Self::Ip(address) => Some(ServerName::IpAddress((*address).into())),
            Self::Literal(_) | Self::Unchecked => None,
        }
    }

    /// Compares a literal name with the DNS alternative names, the one comparison that webpki
    /// refuses.
    pub(crate) fn matches_alternative_literally(&self, facts: &Facts) -> bool {
        match self {
            Self::Literal(name) => {
                is_comparable(name)
                    && !looks_like_an_address(name)
                    && facts
                        .dns_names
                        .iter()
                        .any(|dns| dns.eq_ignore_ascii_case(name) || covers_loose_name(dns, name))
            }
            _ => false,
        }
    }

    /// Compares with a subject's common name: exactly, by one left-most wildcard label over at
    /// least two others, or as an address. Only for certificates without alternative names from the
    /// user's own trust.
    pub(crate) fn matches_common_name(&self, common_name: &str) -> bool {
        if common_name.contains('\0') {
            return false;
        }
        // The reference name has lost its dot too.
        let common_name = common_name.strip_suffix('.').unwrap_or(common_name);
        match self {
            Self::Dns(name) => {
                let presented =
                    to_a_labels(common_name).unwrap_or_else(|| common_name.to_ascii_lowercase());
                presented == *name || wildcard_matches(&presented, name)
            }
            Self::Ip(address) => common_name.parse() == Ok(*address),
            Self::Literal(name) => {
                is_comparable(name)
                    && (common_name.eq_ignore_ascii_case(name)
                        || covers_loose_name(common_name, name))
            }
            // Whoever compares a name after all has none to compare with.
            Self::Unchecked => false,
        }
    }
}

impl std::fmt::Display for ReferenceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dns(name) | Self::Literal(name) => f.write_str(name),
            Self::Ip(address) => address.fmt(f),
            Self::Unchecked => Ok(()),
        }
    }
}

/// Returns whether `text` can be looked up and connected to: a DNS name or an address, in brackets
/// or not.
pub fn is_host(text: &str) -> bool {
    let bare = text
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'));
    match bare {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => match ReferenceName::parse(text) {
            ReferenceName::Literal(name) => is_loose_name(&name),
            _ => true,
        },
    }
}

/// Returns the name for the server name indication: DNS names only, in A-labels (RFC 6066 section
/// 3).
pub fn indication(host: &str) -> Option<ServerName<'static>> {
    match ReferenceName::parse(host) {
        ReferenceName::Dns(name) => DnsName::try_from(name).ok().map(ServerName::DnsName),
        _ => None,
    }
}

/// Name constraints of an issuer allow `common_name` as they would a DNS name (RFC 5280 section
/// 4.2.1.10).
///
/// It is taken as it is compared with a reference name: in A-labels. Any constraint fails what is
/// no DNS name, and a subtree that is none fails every name: nothing says what is within them.
pub(crate) fn constraints_allow(constraints: &NameConstraints, common_name: &str) -> bool {
    let subtrees = || {
        constraints
            .permitted_dns
            .iter()
            .chain(&constraints.excluded_dns)
    };
    let Some(name) = to_a_labels(common_name).filter(|name| !name.ends_with('.')) else {
        return !constraints.has_ip && subtrees().next().is_none();
    };
    let permitted = constraints.permitted_dns.is_empty()
        || constraints
            .permitted_dns
            .iter()
            .any(|base| is_within(&name, base));
    let excluded = constraints
        .excluded_dns
        .iter()
        .any(|base| is_within(&name, base) || wildcard_covers(&name, base));
    subtrees().all(|base| is_subtree(base)) && permitted && !excluded
}

/// Everything, or a DNS name, with or without a leading dot.
fn is_subtree(base: &str) -> bool {
    let name = base.strip_prefix('.').unwrap_or(base);
    base.is_empty() || (DnsName::try_from(name).is_ok() && !name.ends_with('.'))
}

fn is_within(name: &str, base: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let base = base.to_ascii_lowercase();
    // A leading dot asks for at least one label more.
    if base.starts_with('.') {
        return name.ends_with(&base);
    }
    base.is_empty() || name == base || name.ends_with(&format!(".{base}"))
}

/// A wildcard name stands for names of the excluded subtree: `*.example.test` over
/// `a.example.test`.
fn wildcard_covers(name: &str, base: &str) -> bool {
    let base = base.trim_start_matches('.').to_ascii_lowercase();
    name.strip_prefix("*.")
        .is_some_and(|rest| base.ends_with(&format!(".{}", rest.to_ascii_lowercase())))
}

/// An address in a form that is none here is no DNS name all the same: in brackets, with a zone, or
/// short.
fn looks_like_an_address(name: &str) -> bool {
    let without_zone = name.split('%').next().unwrap_or_default();
    name.starts_with('[') || without_zone.parse::<Ipv6Addr>().is_ok() || ends_in_a_number(name)
}

/// Resolvers take such a name for an IPv4 address ("127.1", "0x7f.1"), and an address is never
/// matched by a DNS alternative name (<https://url.spec.whatwg.org/#ends-in-a-number-checker>).
pub(crate) fn ends_in_a_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let digits = last
        .strip_prefix(['0'])
        .and_then(|rest| rest.strip_prefix(['x', 'X']));
    match digits {
        Some(hex) => hex.chars().all(|c| c.is_ascii_hexdigit()),
        None => !last.is_empty() && last.chars().all(|c| c.is_ascii_digit()),
    }
}

/// A literal that may match at all: not empty, no wildcard, no NUL.
fn is_comparable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['*', '\0'])
}

fn wildcard_matches(presented: &str, name: &str) -> bool {
    let Some(suffix) = presented.strip_prefix("*.") else {
        return false;
    };
    let Some((label, rest)) = name.split_once('.') else {
        return false;
    };
    !label.is_empty() && suffix.contains('.') && !suffix.contains('*') && rest == suffix
}

/// A wildcard stands for a name that is found in the DNS though RFC 1123 does not allow it.
fn covers_loose_name(presented: &str, name: &str) -> bool {
    is_loose_name(name)
        && wildcard_matches(&presented.to_ascii_lowercase(), &name.to_ascii_lowercase())
}

/// A host name but for hyphens at the ends of its labels, such as "www-.example.org".
fn is_loose_name(name: &str) -> bool {
    let strict: Vec<&str> = name
        .split('.')
        .map(|label| match label.trim_matches('-') {
            "" => "",
            _ if label.len() > MAX_LABEL => "",
            inner => inner,
        })
        .collect();
    name.len() <= MAX_NAME && DnsName::try_from(strict.join(".")).is_ok()
}

/// A-labels in lower case, or `None` when it is no DNS name (RFC 5891; underscores pass).
pub fn to_a_labels(name: &str) -> Option<String> {
    let ascii = if name.is_ascii() {
        name.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(name).ok()?
    };
    let comparable = ascii.strip_prefix("*.").unwrap_or(&ascii);
    DnsName::try_from(comparable).ok()?;
    Some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dns(name: &str) -> ReferenceName {
        ReferenceName::Dns(name.to_owned())
    }

    #[test]
    fn reference_names_are_read_by_kind() {
        assert_eq!(ReferenceName::parse("LocalHost."), dns("localhost"));
        assert_eq!(
            ReferenceName::parse("bücher.example"),
            dns("xn--bcher-kva.example")
        );
        assert_eq!(
            ReferenceName::parse("::1"),
            ReferenceName::Ip("::1".parse().unwrap())
        );
        assert_eq!(
            ReferenceName::parse("My Game Server"),
            ReferenceName::Literal("My Game Server".to_owned())
        );
        assert!(matches!(
            ReferenceName::parse("127.1"),
            ReferenceName::Literal(_)
        ));
        assert!(matches!(
            ReferenceName::parse("[::1]"),
            ReferenceName::Literal(_)
        ));
        assert!(matches!(
            ReferenceName::parse("*.example.test"),
            ReferenceName::Literal(_)
        ));
        assert!(matches!(
            ReferenceName::parse(&"a".repeat(300)),
            ReferenceName::Literal(_)
        ));
    }

    #[test]
    fn what_resolvers_take_for_an_address_is_no_name() {
        for text in ["127.1", "2130706433", "0x7f.1", "10.0.0.0x1f", "0X7F"] {
            assert!(ends_in_a_number(text), "{text}");
        }
        for text in ["My Server 2", "a.0xg", "x1", "", "1.a"] {
            assert!(!ends_in_a_number(text), "{text}");
        }
    }

    #[test]
    fn one_trailing_dot_is_ignored_and_no_more() {
        assert_eq!(ReferenceName::parse("localhost."), dns("localhost"));
        assert!(matches!(
            ReferenceName::parse("localhost.."),
            ReferenceName::Literal(_)
        ));
    }

    #[test]
    fn hosts_are_names_and_addresses() {
        for host in [
            "localhost",
            "play_1.example.org",
            "::1",
            "[::1]",
            "127.0.0.1",
        ] {
            assert!(is_host(host), "{host:?}");
        }
        for text in [
            "",
            "*",
            "two words",
            "https://a.example",
            "[127.0.0.1]",
            "a/b",
        ] {
            assert!(!is_host(text), "{text:?}");
        }
    }

    #[test]
    fn a_reference_with_a_wildcard_an_empty_one_and_a_nul_match_nothing() {
        assert!(!ReferenceName::parse("*.example.test").matches_common_name("*.example.test"));
        assert!(!ReferenceName::parse("").matches_common_name(""));
        assert!(!ReferenceName::parse("a\0b").matches_common_name("a\0b"));
        assert!(!dns("localhost").matches_common_name("localhost\0.example.test"));
    }

    #[test]
    fn common_names_match_exactly_by_one_wildcard_label_or_as_an_address() {
        assert!(dns("localhost").matches_common_name("LOCALHOST"));
        assert!(dns("a.example.test").matches_common_name("*.Example.Test"));
        assert!(!dns("a.b.example.test").matches_common_name("*.example.test"));
        assert!(!dns("example.test").matches_common_name("*.example.test"));
        assert!(!dns("foo.example.test").matches_common_name("f*.example.test"));
        assert!(!dns("foo.test").matches_common_name("*.test"));
        assert!(ReferenceName::parse("0:0::1").matches_common_name("::1"));
        assert!(!ReferenceName::parse("127.0.0.1").matches_common_name("localhost"));
        assert!(ReferenceName::parse("My Game Server").matches_common_name("my game server"));
    }

    #[test]
    fn hyphens_at_the_ends_of_labels_pass_under_a_wildcard() {
        let facts = |names: &[&str]| {
            let issued = godot_rustls_testkit::Template::leaf("x")
                .names(names)
                .self_signed();
            crate::testing::certificate(&issued).facts().clone()
        };
        let wildcard = facts(&["*.example.test"]);
        for name in ["www-.example.test", "WWW-.Example.Test", "a--.example.test"] {
            assert!(ReferenceName::parse(name).matches_alternative_literally(&wildcard));
            assert!(ReferenceName::parse(name).matches_common_name("*.example.test"));
            assert!(is_host(name), "{name}");
        }
        for name in [
            "a.www-.example.test",
            "www-.example.test.other",
            "www-.xexample.test",
            "-.example.test",
            "--.example.test",
            "w w-.example.test",
            "w*-.example.test",
            "www-\0.example.test",
            "www-..example.test",
            "10.0.0.1-",
            &format!("{}-.example.test", "a".repeat(63)),
        ] {
            let reference = ReferenceName::parse(name);
            assert!(
                !reference.matches_alternative_literally(&wildcard),
                "{name}"
            );
            assert!(!reference.matches_common_name("*.example.test"), "{name}");
        }
        let wide = facts(&["*.test", "*.*.test", "w*.example.test"]);
        for name in ["www-.test", "a.www-.test", "www-.example.test"] {
            assert!(
                !ReferenceName::parse(name).matches_alternative_literally(&wide),
                "{name}"
            );
        }
    }

    #[test]
    fn an_indication_is_sent_for_dns_names_only() {
        assert!(indication("play.example.org").is_some());
        for host in [
            "127.0.0.1",
            "::1",
            "",
            "My Game Server",
            "a\0b",
            &"a".repeat(300),
        ] {
            assert!(indication(host).is_none(), "{host:?}");
        }
    }

    #[test]
    fn constraints_bind_a_common_name_as_they_bind_a_dns_name() {
        let only = NameConstraints {
            permitted_dns: vec!["example.test".into()],
            ..Default::default()
        };
        assert!(constraints_allow(&only, "a.example.test"));
        assert!(constraints_allow(&only, "EXAMPLE.test"));
        assert!(!constraints_allow(&only, "badexample.test"));
        assert!(!constraints_allow(&only, "127.0.0.1"));
        assert!(!constraints_allow(&only, "My Game Server"));
        let never = NameConstraints {
            excluded_dns: vec!["secret.example.test".into()],
            ..Default::default()
        };
        assert!(!constraints_allow(&never, "a.secret.example.test"));
        assert!(!constraints_allow(&never, "*.example.test"));
        assert!(constraints_allow(&never, "open.example.test"));
    }

    #[test]
    fn constraints_bind_a_common_name_in_the_form_in_which_it_is_compared() {
        let never = NameConstraints {
            excluded_dns: vec!["secret.example.test".into(), "xn--bcher-kva.example".into()],
            ..Default::default()
        };
        for (common_name, reference) in [
            ("bücher.example", "xn--bcher-kva.example"),
            ("sec\u{ad}ret.example.test", "secret.example.test"),
            ("ｓecret.example.test", "secret.example.test"),
            ("secret。example.test", "secret.example.test"),
            ("*.ex\u{ad}ample.test", "secret.example.test"),
        ] {
            assert!(dns(reference).matches_common_name(common_name));
            assert!(!constraints_allow(&never, common_name), "{common_name:?}");
        }
    }

    #[test]
    fn a_constraint_that_is_no_dns_name_allows_nothing() {
        for base in ["example.test.", "*.example.test", "a..test", " a.test", "."] {
            let permitted = NameConstraints {
                permitted_dns: vec![base.into()],
                ..Default::default()
            };
            let excluded = NameConstraints {
                excluded_dns: vec![base.into()],
                ..Default::default()
            };
            for constraints in [permitted, excluded] {
                assert!(
                    !constraints_allow(&constraints, "x.example.test"),
                    "{base:?}"
                );
            }
        }
    }

    #[test]
    fn constraints_on_addresses_allow_no_text_that_may_be_one() {
        let addresses = NameConstraints {
            has_ip: true,
            ..Default::default()
        };
        for text in ["10.0.0.1", "10.1", "0x0a000001", "[::1]", "My Game Server"] {
            assert!(!constraints_allow(&addresses, text), "{text:?}");
            assert!(constraints_allow(&NameConstraints::default(), text));
        }
        assert!(constraints_allow(&addresses, "play.example.test"));
    }

    #[test]
    fn a_name_that_is_not_to_be_checked_matches_nothing_when_it_is() {
        assert!(!ReferenceName::Unchecked.matches_common_name("localhost"));
        assert!(!ReferenceName::Unchecked.matches_common_name(""));
    }
}
