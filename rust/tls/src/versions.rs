//! Protocol versions and the range of them that a connection may use.

use std::fmt;

/// A protocol version that can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    V1_2,
    /// TLS 1.3 (RFC 8446).
    V1_3,
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_2 => "TLS 1.2",
            Self::V1_3 => "TLS 1.3",
        })
    }
}

/// A range of protocol versions; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionRange {
    min: TlsVersion,
    max: TlsVersion,
}

/// A range without any version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptyVersionRange {
    /// The lowest version that was asked for.
    pub min: TlsVersion,
    /// The highest version that was asked for, lower than `min`.
    pub max: TlsVersion,
}

impl fmt::Display for EmptyVersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min, max } = self;
        write!(
            f,
            "the lowest version is {min} and the highest is {max}: no TLS version is left"
        )
    }
}

impl std::error::Error for EmptyVersionRange {}

impl VersionRange {
    /// Makes a range that includes both ends.
    pub fn new(min: TlsVersion, max: TlsVersion) -> Result<Self, EmptyVersionRange> {
        if min > max {
            return Err(EmptyVersionRange { min, max });
        }
        Ok(Self { min, max })
    }

    /// Returns the part of the range that is not above `max`.
    pub fn up_to(self, max: TlsVersion) -> Result<Self, EmptyVersionRange> {
        Self::new(self.min, self.max.min(max))
    }

    /// Returns whether `version` may be used.
    pub(crate) fn allows(self, version: TlsVersion) -> bool {
        (self.min..=self.max).contains(&version)
    }

    /// Returns the versions as rustls takes them, the newest first.
    pub(crate) fn protocol_versions(self) -> &'static [&'static rustls::SupportedProtocolVersion] {
        use rustls::version::{TLS12, TLS13};
        static ONLY_1_2: [&rustls::SupportedProtocolVersion; 1] = [&TLS12];
        static BOTH: [&rustls::SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
        static ONLY_1_3: [&rustls::SupportedProtocolVersion; 1] = [&TLS13];
        match (self.min, self.max) {
            (TlsVersion::V1_2, TlsVersion::V1_2) => &ONLY_1_2,
            (TlsVersion::V1_2, TlsVersion::V1_3) => &BOTH,
            (TlsVersion::V1_3, _) => &ONLY_1_3,
        }
    }

    /// Names the versions in an error message.
    pub(crate) fn describe(self) -> &'static str {
        match (self.min, self.max) {
            (TlsVersion::V1_2, TlsVersion::V1_2) => "TLS 1.2 only",
            (TlsVersion::V1_2, TlsVersion::V1_3) => "TLS 1.2 and 1.3",
            (TlsVersion::V1_3, _) => "TLS 1.3 only",
        }
    }
}

impl Default for VersionRange {
    fn default() -> Self {
        Self {
            min: TlsVersion::V1_2,
            max: TlsVersion::V1_3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TlsVersion::{V1_2, V1_3};

    #[test]
    fn a_range_holds_both_its_ends() {
        for (min, max, text) in [
            (V1_2, V1_2, "TLS 1.2 only"),
            (V1_2, V1_3, "TLS 1.2 and 1.3"),
            (V1_3, V1_3, "TLS 1.3 only"),
        ] {
            let range = VersionRange::new(min, max).unwrap();
            assert_eq!(range.describe(), text);
            assert!(range.allows(min) && range.allows(max));
            assert_eq!(range.allows(V1_2), min == V1_2);
        }
        assert_eq!(VersionRange::default().describe(), "TLS 1.2 and 1.3");
    }

    #[test]
    fn an_upper_limit_lowers_the_maximum() {
        let limited = |min, max| VersionRange::new(min, max).and_then(|range| range.up_to(V1_2));
        let only_1_2 = VersionRange::new(V1_2, V1_2);
        assert_eq!(limited(V1_2, V1_3), only_1_2);
        assert_eq!(limited(V1_2, V1_2), only_1_2);
        let empty = EmptyVersionRange {
            min: V1_3,
            max: V1_2,
        };
        assert_eq!(limited(V1_3, V1_3), Err(empty));
    }

    #[test]
    fn an_empty_range_is_refused_with_both_versions() {
        let message = VersionRange::new(V1_3, V1_2).unwrap_err().to_string();
        assert!(
            message.contains("lowest version is TLS 1.3") && message.contains("highest is TLS 1.2"),
            "{message}"
        );
    }
}
