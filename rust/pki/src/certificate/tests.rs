use godot_rustls_testkit::{Generator, KeyKind, Template, Usage, element};

use super::*;
use crate::testing::{certificate, fixture};

#[test]
fn the_facts_of_a_certificate_are_read() {
    let root = Template::authority("Root")
        .constrained(&["example.test", "10.0.0.0/8"], &["no.example.test"])
        .self_signed();
    let leaf = root.issue(
        Template::leaf("leaf")
            .names(&["a.example.test", "127.0.0.1", "::1"])
            .valid(1_700_000_000, 1_800_000_000),
    );
    let (root, leaf) = (certificate(&root), certificate(&leaf));
    let facts = leaf.facts();
    assert_eq!(
        (facts.subject.as_str(), facts.issuer.as_str()),
        ("CN=leaf", "CN=Root")
    );
    assert_eq!(
        (facts.not_before, facts.not_after),
        (1_700_000_000, 1_800_000_000)
    );
    assert!(facts.is_version_3 && facts.has_alternative_names && !facts.is_self_issued());
    assert_eq!(
        facts.presented_names(),
        ["a.example.test", "127.0.0.1", "::1"]
    );
    assert_eq!(
        facts.key_usage,
        Some(KeyUsage {
            digital_signature: true,
            key_cert_sign: false,
            crl_sign: false
        })
    );
    assert_eq!(
        facts.extended_key_usage,
        Some(ExtendedKeyUsage {
            server_auth: true,
            client_auth: false,
            any: false
        })
    );
    assert!(!facts.may_issue());
    assert_eq!(facts.signature_algorithm, "ecdsa-with-SHA256");
    let facts = root.facts();
    assert!(facts.may_issue() && root.is_self_issued());
    assert_eq!(
        facts.name_constraints,
        Some(NameConstraints {
            permitted_dns: vec!["example.test".to_owned()],
            excluded_dns: vec!["no.example.test".to_owned()],
            has_ip: true,
        })
    );
}

#[test]
fn what_is_absent_is_none() {
    let bare = Template::leaf("x")
        .no_basic_constraints()
        .no_usages()
        .purposes(&[])
        .self_signed();
    let bare = certificate(&bare);
    let facts = bare.facts();
    assert_eq!(facts.basic_constraints, None);
    assert_eq!(facts.key_usage, None);
    assert_eq!(facts.extended_key_usage, None);
    assert_eq!(facts.name_constraints, None);
    assert!(!facts.has_alternative_names);
    assert_eq!(facts.presented_names(), ["x"]);
}

#[test]
fn a_certificate_like_the_engines_is_a_ca_with_path_length_0() {
    let made = certificate(&Template::like_the_engine("x").self_signed());
    let constraints = made.facts().basic_constraints;
    assert_eq!(
        constraints,
        Some(BasicConstraints {
            is_ca: true,
            path_length: Some(0)
        })
    );
    assert!(made.facts().may_issue());
}

#[test]
fn who_may_issue_is_a_ca_that_signs_and_says_nothing_strange() {
    for (template, may) in [
        (Template::authority("x"), true),
        (Template::authority("x").no_usages(), true),
        (
            Template::authority("x").usages(&[Usage::DigitalSignature]),
            false,
        ),
        (Template::authority("x").not_a_ca(), false),
        (Template::authority("x").no_basic_constraints(), false),
        (Template::authority("x").unknown_critical_extension(), false),
    ] {
        assert_eq!(
            certificate(&template.self_signed()).facts().may_issue(),
            may
        );
    }
    let old = certificate(&Template::authority("x").self_signed().as_version_1());
    assert!(!old.facts().is_version_3 && !old.facts().may_issue());
}

#[test]
fn keys_are_named_with_their_size_and_weak_ones_say_why() {
    for (kind, name) in [
        (KeyKind::Rsa2048, "RSA 2048"),
        (KeyKind::P256, "ECDSA P-256"),
        (KeyKind::P384, "ECDSA P-384"),
        (KeyKind::P521, "ECDSA P-521"),
        (KeyKind::Ed25519, "Ed25519"),
    ] {
        let made = certificate(&Template::leaf("x").key(kind).self_signed());
        assert_eq!(made.facts().public_key.to_string(), name);
        assert_eq!(made.facts().public_key.weakness(), None);
    }
    for (file, name, words) in [
        ("leaf_rsa1024", "RSA 1024", "2048"),
        ("leaf_p224", "ECDSA P-224", "not supported"),
        ("self_signed_secp256k1", "ECDSA secp256k1", "not supported"),
    ] {
        let certificates = fixture(file);
        let key = &certificates[0].facts().public_key;
        assert_eq!(key.to_string(), name);
        assert!(key.weakness().unwrap().to_string().contains(words));
    }
    assert_eq!(
        fixture("localhost_rsa3072")[0].facts().public_key,
        PublicKeyKind::Rsa(3072)
    );
    assert_eq!(
        fixture("localhost_rsa4096")[0].facts().public_key,
        PublicKeyKind::Rsa(4096)
    );
}

#[test]
fn a_curve_of_its_own_making_is_named_in_words() {
    let made = Template::leaf("x").self_signed();
    let ecdsa = [0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
    let parameters = [0x30, 3, 2, 1, 1];
    let point = [0x03, 2, 0, 4];
    let key = [&[0x30, 14], &ecdsa[..], &parameters, &point].concat();
    let odd = certificate(&made.imitating(&made.subject_contents(), &key));
    assert_eq!(
        odd.facts().public_key.to_string(),
        "ECDSA with explicit parameters"
    );
}

#[test]
fn a_monstrous_identifier_does_not_fill_the_log() {
    let arcs: Vec<u64> = [1, 2].into_iter().chain(3..5_000).collect();
    let odd = Template::leaf("x").extension(&arcs, true, &[0x05, 0x00]);
    let odd = certificate(&odd.self_signed());
    let noted = odd.facts().unknown_critical_extension.as_deref().unwrap();
    assert_eq!(noted.chars().count(), 101, "{noted}");
}

#[test]
fn an_unknown_critical_extension_is_noted_by_its_identifier() {
    let odd = certificate(
        &Template::leaf("x")
            .unknown_critical_extension()
            .self_signed(),
    );
    assert_eq!(
        odd.facts().unknown_critical_extension.as_deref(),
        Some("1.2.3.4.5.6")
    );
    let harmless = Template::leaf("x")
        .extension(&[1, 2, 3], false, &[5, 0])
        .self_signed();
    assert_eq!(
        certificate(&harmless).facts().unknown_critical_extension,
        None
    );
}

#[test]
fn extensions_that_decide_about_trust_must_be_readable() {
    for last in [15, 19, 30, 37] {
        let bare = Template::leaf("x")
            .no_basic_constraints()
            .no_usages()
            .purposes(&[]);
        let broken = bare
            .extension(&[2, 5, 29, last], false, &[0x04, 0x01, 0xff])
            .self_signed();
        let error = Facts::from_der(broken.der()).unwrap_err();
        assert!(
            error.to_string().contains(&format!("2.5.29.{last}")),
            "{error}"
        );
    }
}

#[test]
fn a_badly_encoded_serial_number_is_no_reason_to_refuse() {
    let made = Template::like_the_engine("x").self_signed();
    for serial in [&[0, 1][..], &[0, 0, 0x80], &[0xff; 20], &[0]] {
        assert!(
            Facts::from_der(made.with_serial_bytes(serial).der()).is_ok(),
            "{serial:?}"
        );
    }
}

#[test]
fn names_are_escaped_as_rfc_4514_says() {
    for (name, text) in [
        ("plain", "CN=plain"),
        ("a,b+c\"d\\e<f>g;h", r#"CN=a\,b\+c\"d\\e\<f\>g\;h"#),
        ("#hash", r"CN=\#hash"),
        (" blank ", r"CN=\ blank\ "),
        ("line\nbreak", r"CN=line\0abreak"),
        ("Bücher 💥", "CN=Bücher 💥"),
    ] {
        let made = certificate(&Template::leaf(name).self_signed());
        assert_eq!(made.facts().subject, text);
        assert_eq!(made.facts().common_name.as_deref(), Some(name));
        assert_eq!(rfc4514_of_der(&made.facts().subject_der), text);
    }
    let nameless = certificate(&Template::leaf("x").without_common_name().self_signed());
    assert_eq!(nameless.facts().subject, "O=Nameless");
    assert_eq!(nameless.facts().display_name(), "O=Nameless");
}

/// A certificate whose subject is that one common name, in a string of the type `tag`.
fn with_common_name(tag: u8, value: &[u8]) -> Certificate {
    let attribute = [&[0x06, 3, 0x55, 4, 3], &element(tag, value)[..]].concat();
    let subject = element(0x31, &element(0x30, &attribute));
    let made = Template::leaf("x").self_signed();
    let key = certificate(&made).facts().public_key_info_der[2..].to_vec();
    certificate(&made.imitating(&subject, &key))
}

#[test]
fn a_common_name_with_a_nul_is_left_out_whatever_string_it_is_in() {
    let wide = |bytes: usize| -> Vec<u8> {
        let padded = |byte: u8| [vec![0; bytes - 1], vec![byte]].concat();
        b"admin\0.guest".iter().flat_map(|b| padded(*b)).collect()
    };
    for (tag, value) in [
        (0x0c, wide(1)),
        (0x13, wide(1)),
        (0x14, wide(1)),
        (0x16, wide(1)),
        (0x1e, wide(2)),
        (0x1c, wide(4)),
    ] {
        let made = with_common_name(tag, &value);
        assert_eq!(made.facts().common_name, None, "{tag:#x}");
        assert_eq!(made.facts().subject, r"CN=admin\00.guest", "{tag:#x}");
        assert_eq!(made.facts().display_name(), r"CN=admin\00.guest");
        assert!(made.facts().presented_names().is_empty());
    }
    // The one before it does not stand in for it.
    let two = Template::leaf("admin").also_named("\0guest").self_signed();
    assert_eq!(certificate(&two).facts().common_name, None);
}

#[test]
fn a_name_that_cannot_be_read_whole_is_told_as_its_bytes() {
    for (tag, value, told) in [
        (0x0c, &b"admin\xff"[..], "0c0661646d696eff"),
        (0x13, b"a\xfc", "130261fc"),
        (0x1e, b"\0a\0d\0", "1e0500610064 00"),
        (0x1e, b"\xd8\0", "1e02d800"),
        (0x1c, b"\0\0\0a\0\0", "1c0600000061 0000"),
        (0x1c, b"\0\x11\0\0", "1c0400110000"),
    ] {
        let made = with_common_name(tag, value);
        let told = format!("CN=#{}", told.replace(' ', ""));
        assert_eq!(made.facts().common_name, None, "{told}");
        assert_eq!(made.facts().subject, told);
    }
}

#[test]
fn an_alternative_name_with_a_nul_is_left_out_and_still_counts_as_one() {
    let made = Template::leaf("example.test")
        .dns_name("admin\0.guest.test")
        .dns_name("b.test")
        .dns_name("\0");
    let made = certificate(&made.self_signed());
    assert_eq!(made.facts().dns_names, ["b.test"]);
    let alone = certificate(&Template::leaf("a.test").dns_name("a.test\0").self_signed());
    assert!(alone.facts().has_alternative_names && alone.facts().presented_names().is_empty());
}

#[test]
fn bytes_behind_a_certificate_and_cut_ones_are_refused() {
    let made = Template::leaf("x").self_signed();
    let longer = [made.der(), &[0]].concat();
    assert!(
        Facts::from_der(&longer)
            .unwrap_err()
            .to_string()
            .contains("1 bytes follow")
    );
    for end in 0..made.der().len() {
        assert!(Facts::from_der(&made.der()[..end]).is_err(), "{end}");
    }
}

#[test]
fn damaged_and_random_bytes_never_panic() {
    let mut generator = Generator::new(3);
    let good = Template::authority("Root")
        .names(&["example.test", "::1"])
        .constrained(&["example.test"], &[])
        .self_signed();
    for round in 0..40_000 {
        let mut bytes = if round % 4 == 0 {
            let size = generator.below(300);
            generator.bytes(size)
        } else {
            good.der().to_vec()
        };
        generator.damage(&mut bytes);
        if let Ok(facts) = Facts::from_der(&bytes) {
            let _ = (
                facts.display_name(),
                facts.presented_names(),
                facts.may_issue(),
            );
        }
        let _ = rfc4514_of_der(&bytes);
    }
}

#[test]
fn what_signed_itself_is_self_signed_whatever_else_it_says() {
    for kind in KeyKind::ALL {
        for template in [
            Template::like_the_engine("x"),
            Template::authority("x"),
            Template::leaf("x").expired(),
            Template::leaf("x").without_common_name(),
        ] {
            let made = template.key(kind).self_signed();
            assert!(certificate(&made).is_self_signed(), "{kind:?}");
        }
    }
    let badly_numbered = Template::leaf("x").self_signed().with_serial_bytes(&[0, 1]);
    assert!(certificate(&badly_numbered).is_self_signed());
    for name in [
        "root",
        "self_signed_sha512",
        "self_signed_pss",
        "self_signed_p521",
    ] {
        assert!(fixture(name)[0].is_self_signed(), "{name}");
    }
}

#[test]
fn what_another_signed_is_not_self_signed_even_under_one_name() {
    let root = Template::authority("One").self_signed();
    let issued = root.issue(Template::leaf("Two"));
    let namesake = root.issue(Template::leaf("One"));
    let renewed = root.issue(Template::authority("One"));
    let broken = root.with_broken_signature();
    assert!(certificate(&namesake).is_self_issued());
    for other in [issued, namesake, renewed, broken] {
        assert!(!certificate(&other).is_self_signed());
    }
    // The same key under two names.
    let renamed = root.issue(Template::authority("Two").key_of(&root));
    assert!(!certificate(&renamed).is_self_signed());
}

#[test]
fn where_a_signature_cannot_be_checked_the_name_decides() {
    for name in [
        "self_signed_sha1",
        "self_signed_md5",
        "self_signed_rsa1024",
        "self_signed_p224",
        "self_signed_secp256k1",
        "self_signed_v1",
    ] {
        assert!(fixture(name)[0].is_self_signed(), "{name}");
    }
    for name in ["leaf_sha1", "leaf_rsa1024", "leaf_p224", "leaf_v1"] {
        assert!(!fixture(name)[0].is_self_signed(), "{name}");
    }
}

#[test]
fn a_serial_number_is_read_without_the_byte_that_says_it_is_positive() {
    let longest: Vec<u8> = (0xe0..0xf4).collect();
    for serial in [
        &[1][..],
        &[0x7f],
        &[0x80],
        &[0xff, 0],
        &[1, 0, 0],
        &longest[1..],
        &longest,
    ] {
        let made = certificate(&Template::leaf("x").serial(serial).self_signed());
        assert_eq!(made.facts().serial_number(), serial);
        let is_high = serial[0] >= 0x80;
        assert_eq!(
            made.facts().serial.len(),
            serial.len() + usize::from(is_high)
        );
    }
    let made = Template::leaf("x").self_signed();
    for (bytes, read) in [
        (&[0][..], &[0][..]),
        (&[0, 0x12, 7], &[0x12, 7]),
        (&[0x80; 20], &[0x80; 20]),
    ] {
        let odd = certificate(&made.with_serial_bytes(bytes));
        assert_eq!(odd.facts().serial_number(), read);
    }
}

#[test]
fn alternative_names_are_the_dns_names_and_then_the_addresses() {
    let names = |template: Template| {
        let made = certificate(&template.self_signed());
        Vec::from_iter(made.facts().alternative_names())
    };
    assert_eq!(
        names(
            Template::leaf("x")
                .names(&["10.0.0.1", "*.example.test", "2001:db8::1", "a.test"])
                .email("a@example.test")
        ),
        ["*.example.test", "a.test", "10.0.0.1", "2001:db8::1"]
    );
    let none: [&str; 0] = [];
    assert_eq!(names(Template::leaf("example.test")), none);
    assert_eq!(names(Template::leaf("x").email("a@example.test")), none);
}
