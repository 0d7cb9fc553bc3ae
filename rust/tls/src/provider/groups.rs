//! The groups in which keys are exchanged, and the choice between them.

use std::error::Error;
use std::fmt;

use rustls::crypto::SupportedKxGroup;
use rustls::crypto::aws_lc_rs::kx_group;
use rustls::{NamedGroup, ProtocolVersion};

use super::{key_shares, p521};
use crate::versions::{TlsVersion, VersionRange};
use godot_rustls_pki::text::quoted;

/// All groups of the provider, in the order of preference.
static ALL: [&dyn SupportedKxGroup; 8] = [
    key_shares::PREFERRED,
    kx_group::X25519,
    kx_group::SECP256R1,
    kx_group::SECP384R1,
    p521::SECP521R1,
    kx_group::SECP256R1MLKEM768,
    kx_group::MLKEM1024,
    kx_group::MLKEM768,
];

/// Number of groups offered by default, the first of [`ALL`]; the others must be asked for.
const OFFERED_BY_DEFAULT: usize = 5;

/// Key exchange groups in the order of preference; none means the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyExchangeGroups(Vec<NamedGroup>);

/// A reason why key exchange groups cannot be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyExchangeGroupsError {
    /// No group has this name.
    Unknown {
        /// The position of the name, counted from one.
        entry: usize,
        /// The name.
        name: String,
    },
    /// No allowed version can use any of the groups.
    NeedNewerVersion {
        /// The groups.
        groups: KeyExchangeGroups,
        /// The allowed versions.
        versions: VersionRange,
    },
}

impl fmt::Display for KeyExchangeGroupsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { entry, name } => write!(
                f,
                "entry {entry} is {}: the groups are {}",
                quoted(name),
                names_of(&ALL)
            ),
            Self::NeedNewerVersion { groups, versions } => write!(
                f,
                "{} needs TLS 1.3, and allowed is {}: add x25519 or allow TLS 1.3",
                groups.describe(),
                versions.describe()
            ),
        }
    }
}

impl Error for KeyExchangeGroupsError {}

impl KeyExchangeGroups {
    /// Reads IANA names, in any case.
    pub fn new(names: &[String]) -> Result<Self, KeyExchangeGroupsError> {
        let mut chosen = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let known = ALL
                .iter()
                .map(|group| group.name())
                .find(|group| group_name(*group).eq_ignore_ascii_case(name));
            let Some(group) = known else {
                return Err(KeyExchangeGroupsError::Unknown {
                    entry: index + 1,
                    name: name.clone(),
                });
            };
            // A hello with the same group twice is refused by some servers.
            if !chosen.contains(&group) {
                chosen.push(group);
            }
        }
        Ok(Self(chosen))
    }

    /// Checks that one of the allowed versions can use one of the groups.
    pub fn check(&self, versions: VersionRange) -> Result<(), KeyExchangeGroupsError> {
        let allowed = [
            (TlsVersion::V1_2, ProtocolVersion::TLSv1_2),
            (TlsVersion::V1_3, ProtocolVersion::TLSv1_3),
        ];
        let is_usable = |group: &&dyn SupportedKxGroup| {
            allowed
                .iter()
                .any(|(own, wire)| versions.allows(*own) && group.usable_for_version(*wire))
        };
        if self.to_list().iter().any(is_usable) {
            return Ok(());
        }
        Err(KeyExchangeGroupsError::NeedNewerVersion {
            groups: self.clone(),
            versions,
        })
    }

    /// Returns the provider's groups of these names.
    pub(super) fn to_list(&self) -> Vec<&'static dyn SupportedKxGroup> {
        if self.0.is_empty() {
            return ALL[..OFFERED_BY_DEFAULT].to_vec();
        }
        let of_name = |name: &NamedGroup| ALL.iter().find(|group| group.name() == *name).copied();
        self.0.iter().filter_map(of_name).collect()
    }

    /// Names the groups in an error message.
    pub(crate) fn describe(&self) -> String {
        names_of(&self.to_list())
    }

    /// Returns whether a ClientHello with these groups is larger than one packet of most networks.
    pub(crate) fn make_a_large_hello(&self) -> bool {
        // A ClientHello holds the key share of the first group alone.
        let first = self.to_list().first().map(|group| group.name());
        first.is_some_and(|group| group_name(group).contains("MLKEM"))
    }
}

/// Returns the IANA name of a key exchange group.
pub(crate) fn group_name(group: NamedGroup) -> String {
    match group {
        NamedGroup::X25519 => "x25519",
        NamedGroup::X448 => "x448",
        NamedGroup::secp256r1MLKEM768 => "SecP256r1MLKEM768",
        other => other.as_str().unwrap_or("unknown"),
    }
    .to_owned()
}

/// Lists the names of groups.
fn names_of(groups: &[&dyn SupportedKxGroup]) -> String {
    let names: Vec<String> = groups
        .iter()
        .map(|group| group_name(group.name()))
        .collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Result<KeyExchangeGroups, KeyExchangeGroupsError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        KeyExchangeGroups::new(&names)
    }

    #[test]
    fn no_names_mean_the_default_order_and_names_their_own() {
        assert_eq!(
            of(&[]).unwrap().describe(),
            "X25519MLKEM768, x25519, secp256r1, secp384r1, secp521r1"
        );
        for group in ALL {
            let name = group_name(group.name());
            assert_eq!(of(&[&name]).unwrap().describe(), name);
            assert_eq!(of(&[&name.to_uppercase()]).unwrap().describe(), name);
        }
        let own = of(&["secp384r1", "x25519", "secp384r1"]).unwrap();
        assert_eq!(own.describe(), "secp384r1, x25519");
    }

    #[test]
    fn an_unknown_name_is_told_with_the_known_ones() {
        for odd in ["x448", "", "ffdhe2048", "P-256", "x25519\0"] {
            let problem = of(&["x25519", odd]).unwrap_err().to_string();
            for word in ["entry 2", "secp521r1", "MLKEM1024"] {
                assert!(problem.contains(word), "{problem}");
            }
            assert!(!problem.contains('\0'));
        }
    }

    #[test]
    fn groups_that_no_allowed_version_can_use_are_told() {
        let old = VersionRange::new(TlsVersion::V1_2, TlsVersion::V1_2).unwrap();
        let hybrid = of(&["X25519MLKEM768", "MLKEM768"]).unwrap();
        let problem = hybrid.check(old).unwrap_err().to_string();
        assert!(
            problem.contains("X25519MLKEM768, MLKEM768") && problem.contains("TLS 1.2 only"),
            "{problem}"
        );
        assert_eq!(hybrid.check(VersionRange::default()), Ok(()));
        assert_eq!(of(&["MLKEM768", "secp521r1"]).unwrap().check(old), Ok(()));
        assert_eq!(of(&[]).unwrap().check(old), Ok(()));
    }
}
