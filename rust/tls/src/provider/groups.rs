//! The groups in which keys are exchanged, and the choice between them.

use rustls::crypto::SupportedKxGroup;
use rustls::crypto::aws_lc_rs::kx_group;
use rustls::{NamedGroup, ProtocolVersion};

use super::{key_shares, p521};
use crate::options::{TlsVersion, VersionRange};
use godot_rustls_pki::text::quoted;

/// All that the provider has, in the order of preference.
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

/// How many of these are offered by default. The others have no other use than being asked for.
const BY_DEFAULT: usize = 5;

/// Key exchange groups in the order of preference; none means the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyExchangeGroups(Vec<NamedGroup>);

impl KeyExchangeGroups {
    /// Reads IANA names, in any case. The error is a sentence.
    pub fn new(names: &[String]) -> Result<Self, String> {
        let mut chosen = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let known = ALL
                .iter()
                .map(|group| group.name())
                .find(|group| group_name(*group).eq_ignore_ascii_case(name));
            let Some(group) = known else {
                return Err(format!(
                    "key_exchange_groups: entry {} is {}: the groups are {}",
                    index + 1,
                    quoted(name),
                    names_of(&ALL)
                ));
            };
            // A hello with the same group twice is refused by some servers.
            if !chosen.contains(&group) {
                chosen.push(group);
            }
        }
        Ok(Self(chosen))
    }

    /// Whether one of the allowed versions can use one of them. The error is a sentence.
    pub fn check(&self, versions: VersionRange) -> Result<(), String> {
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
        Err(format!(
            "key_exchange_groups: {} needs TLS 1.3, and allowed is {}: add x25519 or allow TLS 1.3",
            self.describe(),
            versions.describe()
        ))
    }

    /// The provider's groups that they stand for.
    pub(super) fn to_list(&self) -> Vec<&'static dyn SupportedKxGroup> {
        if self.0.is_empty() {
            return ALL[..BY_DEFAULT].to_vec();
        }
        let of_name = |name: &NamedGroup| ALL.iter().find(|group| group.name() == *name).copied();
        self.0.iter().filter_map(of_name).collect()
    }

    /// For sentences.
    pub(crate) fn describe(&self) -> String {
        names_of(&self.to_list())
    }

    /// Whether a client's hello with one of them is larger than one packet of most networks.
    pub(crate) fn make_a_large_hello(&self) -> bool {
        // The key share of the first group alone is sent along.
        let first = self.to_list().first().map(|group| group.name());
        first.is_some_and(|group| group_name(group).contains("MLKEM"))
    }
}

/// IANA name of a key exchange group.
pub fn group_name(group: NamedGroup) -> String {
    match group {
        NamedGroup::X25519 => "x25519",
        NamedGroup::X448 => "x448",
        NamedGroup::secp256r1MLKEM768 => "SecP256r1MLKEM768",
        other => other.as_str().unwrap_or("unknown"),
    }
    .to_owned()
}

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

    fn of(names: &[&str]) -> Result<KeyExchangeGroups, String> {
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
            let problem = of(&["x25519", odd]).unwrap_err();
            for word in ["key_exchange_groups", "entry 2", "secp521r1", "MLKEM1024"] {
                assert!(problem.contains(word), "{problem}");
            }
            assert!(!problem.contains('\0'));
        }
    }

    #[test]
    fn groups_that_no_allowed_version_can_use_are_told() {
        let old = VersionRange::new(TlsVersion::V1_2, TlsVersion::V1_2).unwrap();
        let hybrid = of(&["X25519MLKEM768", "MLKEM768"]).unwrap();
        let problem = hybrid.check(old).unwrap_err();
        assert!(
            problem.contains("X25519MLKEM768, MLKEM768") && problem.contains("TLS 1.2 only"),
            "{problem}"
        );
        assert_eq!(hybrid.check(VersionRange::default()), Ok(()));
        assert_eq!(of(&["MLKEM768", "secp521r1"]).unwrap().check(old), Ok(()));
        assert_eq!(of(&[]).unwrap().check(old), Ok(()));
    }
}
