//! The name a certificate is for.

use godot_rustls_testkit::{Generator, Issued, Template};

use super::*;
use crate::refusal::{NameMismatch, NearMiss};
use crate::testing::own_trust;
use crate::trust::{CertificateFile, Mode, Origin, Request, SystemCertificates};

fn root() -> Issued {
    Template::authority("Test Root").self_signed()
}

/// Whether a leaf of a trusted authority is accepted under each of the names.
#[track_caller]
fn check(template: &Template, accepted: &[&str], refused: &[&str]) {
    let root = root();
    let trust = own_trust(&[&root]);
    let leaf = root.issue(template.clone());
    for name in accepted {
        accepts(&trust, &[&leaf], name);
    }
    for name in refused {
        refuses_name(&trust, &[&leaf], name);
    }
}

#[test]
fn alternative_names_match_in_any_case_and_with_a_trailing_dot() {
    check(
        &Template::leaf("x").names(&[HOST]),
        &[HOST, "LOCALHOST", "LocalHost", "localhost."],
        &[
            "localhost..",
            "",
            ".",
            "local",
            "localhost.localdomain",
            " localhost",
            "x",
        ],
    );
}

#[test]
fn a_dot_in_the_certificate_alone_is_no_match() {
    check(&Template::leaf("x").dns_name("localhost."), &[], &[HOST]);
}

#[test]
fn an_address_that_stands_in_the_certificate_as_a_dns_name_is_told_as_that() {
    let root = root();
    for (written, asked) in [
        ("46.101.236.13", "46.101.236.13"),
        ("2001:db8::1", "2001:DB8::0:1"),
    ] {
        let template = Template::leaf("x").names(&["a.test"]).dns_name(written);
        let refusal = verdict(&own_trust(&[&root]), &[&root.issue(template)], asked).unwrap_err();
        let Refusal::NameMismatch(mismatch) = refusal else {
            panic!("{refusal:?}");
        };
        let near_miss = NearMiss::AddressAsDnsName(written.to_owned());
        assert_eq!(mismatch.near_miss, Some(near_miss));
        assert_eq!(mismatch.presented, ["a.test", written]);
    }
}

#[test]
fn a_wildcard_covers_exactly_one_label() {
    for template in [
        Template::leaf("x").names(&["*.example.test"]),
        Template::leaf("*.example.test"),
    ] {
        check(
            &template,
            &["a.example.test", "A.Example.Test", "a.example.test."],
            &[
                "a.b.example.test",
                "example.test",
                ".example.test",
                "*.example.test",
                "a.example.test.evil",
            ],
        );
    }
}

#[test]
fn partial_and_bare_wildcards_match_nothing() {
    check(
        &Template::leaf("x").dns_name("f*.example.test"),
        &[],
        &["foo.example.test", "f*.example.test"],
    );
    check(
        &Template::leaf("x").dns_name("*"),
        &[],
        &[HOST, "*", "a.test"],
    );
}

#[test]
fn a_wildcard_over_a_whole_top_level_domain_matches_nothing() {
    check(
        &Template::leaf("x").dns_name("*.test"),
        &[],
        &["foo.test", "test", "a.foo.test"],
    );
}

#[test]
fn international_names_match_their_a_labels() {
    check(
        &Template::leaf("x").names(&["xn--bcher-kva.example.test"]),
        &[
            "bücher.example.test",
            "BÜCHER.example.test",
            "xn--bcher-kva.example.test",
        ],
        &["bucher.example.test"],
    );
    check(
        &Template::leaf("bücher.example.test"),
        &["bücher.example.test"],
        &["bucher.example.test"],
    );
}

#[test]
fn addresses_match_address_alternative_names_in_any_spelling() {
    check(
        &Template::leaf("x").names(&["127.0.0.1", "::1"]),
        &["127.0.0.1", "::1", "0:0:0:0:0:0:0:1"],
        &["[::1]", "127.1", "127.0.0.2", HOST, "::ffff:127.0.0.1"],
    );
}

#[test]
fn an_address_is_never_matched_by_a_dns_alternative_name() {
    check(
        &Template::leaf("x").dns_name("127.0.0.1"),
        &[],
        &["127.0.0.1"],
    );
    check(
        &Template::leaf("x").dns_name("*.0.0.1"),
        &[],
        &["127.0.0.1"],
    );
}

#[test]
fn the_common_name_counts_only_without_any_alternative_name() {
    check(
        &Template::leaf(HOST),
        &[HOST, "LOCALHOST", "localhost."],
        &["localhost.example", "127.0.0.1"],
    );
    check(
        &Template::leaf(HOST).names(&["other.example.test"]),
        &["other.example.test"],
        &[HOST],
    );
    check(
        &Template::leaf(HOST).names(&["10.0.0.1"]),
        &["10.0.0.1"],
        &[HOST],
    );
    check(&Template::leaf(HOST).email("me@example.test"), &[], &[HOST]);
}

#[test]
fn an_alternative_name_that_cannot_be_read_still_rules_the_common_name_out() {
    let root = root();
    let trust = own_trust(&[&root]);
    for contents in [
        &[0x30, 0x00][..],
        &[0x05, 0x00],
        &[0x30, 0x03, 0x82, 0x05, b'a'],
    ] {
        let odd = root.issue(Template::leaf(HOST).extension(&[2, 5, 29, 17], false, contents));
        assert!(verdict(&trust, &[&odd], HOST).is_err(), "{contents:?}");
    }
    let own = Template::leaf(HOST)
        .extension(&[2, 5, 29, 17], false, &[0x05, 0x00])
        .self_signed();
    assert!(verdict(&own_trust(&[&own]), &[&own], HOST).is_err());
}

#[test]
fn of_several_common_names_the_most_specific_counts() {
    check(
        &Template::leaf("first.example.test").also_named(HOST),
        &[HOST],
        &["first.example.test"],
    );
}

#[test]
fn a_common_name_may_be_an_address() {
    check(
        &Template::leaf("127.0.0.1"),
        &["127.0.0.1"],
        &["127.0.0.2", HOST],
    );
    check(&Template::leaf("::1"), &["::1", "0:0::1"], &["::2"]);
}

#[test]
fn a_common_name_with_a_nul_matches_nothing() {
    check(
        &Template::leaf("localhost\0.evil.test"),
        &[],
        &[HOST, "localhost\0.evil.test", "localhost\0"],
    );
}

#[test]
fn no_name_at_all_matches_nothing() {
    check(
        &Template::leaf("x").without_common_name(),
        &[],
        &[HOST, "Nameless", ""],
    );
}

#[test]
fn a_free_text_name_is_compared_as_a_whole() {
    check(
        &Template::leaf("My Game Server"),
        &["My Game Server", "my game server"],
        &["My Game", "My Game Server 2", HOST],
    );
    check(
        &Template::leaf("x").dns_name("My Game Server"),
        &["My Game Server"],
        &["Game Server"],
    );
    check(&Template::leaf("my_server"), &["my_server"], &["my-server"]);
}

#[test]
fn absurd_names_are_refused_without_a_panic() {
    let long = "a".repeat(300);
    let dots = "a.".repeat(200);
    check(
        &Template::leaf("x").names(&["*.example.test", "127.0.0.1"]),
        &[],
        &[
            "",
            ".",
            "..",
            "*",
            "**",
            "*.*",
            "\0",
            "a\0.example.test",
            &long,
            &dots,
            "💥",
            "xn--",
            "256.0.0.1",
            ":::",
            "[",
            "%",
        ],
    );
}

#[test]
fn a_refusal_has_the_presented_names_and_the_one_asked_for() {
    let root = root();
    let trust = own_trust(&[&root]);
    let leaf =
        root.issue(Template::leaf("x").names(&["play.example.org", "b.example.org", "10.0.0.1"]));
    let mismatch = NameMismatch {
        presented: vec![
            "play.example.org".to_owned(),
            "b.example.org".to_owned(),
            "10.0.0.1".to_owned(),
        ],
        subject: "CN=x".to_owned(),
        expected: "localhost".to_owned(),
        near_miss: None,
    };
    let refusal = Refusal::NameMismatch(Box::new(mismatch));
    refuses(&trust, &[&leaf], HOST, refusal);
}

#[test]
fn a_common_name_never_counts_under_an_authority_known_to_the_public() {
    let root = root();
    let by_common_name = root.issue(Template::leaf(HOST));
    let by_alternative = root.issue(Template::leaf("x").names(&[HOST]));
    let trust = own_trust(&[&root]).with_anchors_as(Origin::Own, true);
    accepts(&trust, &[&by_alternative], HOST);
    let refusal = verdict(&trust, &[&by_common_name], HOST).unwrap_err();
    let Refusal::NameMismatch(mismatch) = refusal else {
        panic!("{refusal:?}");
    };
    assert_eq!(mismatch.near_miss, Some(NearMiss::CommonName));
    let mozilla = own_trust(&[&root]).with_anchors_as(Origin::Mozilla, true);
    refuses_name(&mozilla, &[&by_common_name], HOST);
}

#[test]
fn a_common_name_never_counts_under_an_authority_of_the_system() {
    let root = root();
    let trust = TrustStore::load(Request {
        mode: Mode::System,
        override_bundle: None,
        extra: None,
        system: SystemCertificates::Pem(root.pem()),
    });
    accepts(
        &trust,
        &[&root.issue(Template::leaf("x").names(&[HOST]))],
        HOST,
    );
    refuses_name(&trust, &[&root.issue(Template::leaf(HOST))], HOST);
}

#[test]
fn name_constraints_bind_alternative_names() {
    let root = Template::authority("Bound Root")
        .constrained(&["example.test"], &["secret.example.test"])
        .self_signed();
    let trust = own_trust(&[&root]);
    for (name, fits) in [
        ("example.test", true),
        ("play.example.test", true),
        ("secret.example.test", false),
        ("a.secret.example.test", false),
        ("example.org", false),
        ("badexample.test", false),
    ] {
        let leaf = root.issue(Template::leaf("x").names(&[name]));
        if fits {
            accepts(&trust, &[&leaf], name);
        } else {
            let refusal = Refusal::NameConstraint {
                subject: "x".to_owned(),
                ca: None,
            };
            refuses(&trust, &[&leaf], name, refusal);
        }
    }
}

#[test]
fn name_constraints_bind_a_common_name_that_serves_as_a_name() {
    let bound =
        |template: Template| template.constrained(&["example.test"], &["secret.example.test"]);
    let constrained_root = bound(Template::authority("Bound Root")).self_signed();
    let free_root = root();
    let constrained_intermediate =
        free_root.issue(bound(Template::authority("Bound Intermediate")));
    for (name, fits) in [
        ("play.example.test", true),
        ("PLAY.example.test", true),
        ("bücher.example.test", true),
        ("secret.example.test", false),
        // Compared without its soft hyphen, so constrained without it.
        ("sec\u{ad}ret.example.test", false),
        ("example.org", false),
        ("127.0.0.1", false),
        ("My Game Server", false),
    ] {
        for (trust, issuer) in [
            (own_trust(&[&constrained_root]), &constrained_root),
            (own_trust(&[&free_root]), &constrained_intermediate),
            (
                own_trust(&[&constrained_intermediate]),
                &constrained_intermediate,
            ),
        ] {
            let leaf = issuer.issue(Template::leaf(name));
            let chain = [&leaf, issuer];
            if fits {
                accepts(&trust, &chain, name);
            } else {
                let refusal = Refusal::NameConstraint {
                    subject: name.to_owned(),
                    ca: Some(subject(issuer)),
                };
                refuses(&trust, &chain, name, refusal);
            }
        }
    }
}

#[test]
fn constraints_on_addresses_bind_a_common_name_that_is_one() {
    let root = Template::authority("Bound Root")
        .constrained(&["10.0.0.0/8"], &[])
        .self_signed();
    let trust = own_trust(&[&root]);
    accepts(
        &trust,
        &[&root.issue(Template::leaf("x").names(&["10.1.2.3"]))],
        "10.1.2.3",
    );
    refuses(
        &trust,
        &[&root.issue(Template::leaf("x").names(&["192.168.0.1"]))],
        "192.168.0.1",
        Refusal::NameConstraint {
            subject: "x".to_owned(),
            ca: None,
        },
    );
    refuses(
        &trust,
        &[&root.issue(Template::leaf("192.168.0.1"))],
        "192.168.0.1",
        Refusal::NameConstraint {
            subject: "192.168.0.1".to_owned(),
            ca: Some("Bound Root".to_owned()),
        },
    );
}

#[test]
fn random_names_never_panic_and_never_match() {
    const PARTS: [&str; 14] = [
        "a",
        ".",
        "*",
        "-",
        "\0",
        "xn--",
        "127.0.0.1",
        "::1",
        "[",
        "ü",
        "💥",
        " ",
        "example",
        "_",
    ];
    let mut generator = Generator::new(31);
    let root = root();
    let trust = own_trust(&[&root]);
    let leaf = root.issue(Template::leaf("x").names(&["only.example.test"]));
    for _ in 0..15_000 {
        let name: String = (0..generator.below(8))
            .map(|_| *generator.pick(&PARTS))
            .collect();
        assert!(verdict(&trust, &[&leaf], &name).is_err(), "{name:?}");
        let reference = ReferenceName::parse(&name);
        let _ = (reference.to_string(), reference.server_name());
        let part: &str = generator.pick::<&str>(&PARTS);
        let _ = reference.matches_common_name(part);
    }
}

#[test]
fn an_authority_of_the_system_that_is_also_ones_own_counts_as_ones_own() {
    let root = root();
    let renewed = Template::authority("Test Root")
        .key_of(&root)
        .no_usages()
        .self_signed();
    for own in [&root, &renewed] {
        let trust = TrustStore::load(Request {
            mode: Mode::System,
            override_bundle: None,
            extra: Some(CertificateFile {
                name: "own.crt".to_owned(),
                contents: Ok(own.pem().into_bytes()),
            }),
            system: SystemCertificates::Pem(root.pem()),
        });
        accepts(&trust, &[&root.issue(Template::leaf(HOST))], HOST);
    }
}

#[test]
fn a_public_authority_that_serves_by_itself_is_not_known_by_its_common_name() {
    let by_common_name = Template::like_the_engine(HOST).self_signed();
    let by_alternative = Template::like_the_engine("x").names(&[HOST]).self_signed();
    let trust = own_trust(&[&by_common_name, &by_alternative]).with_anchors_as(Origin::Own, true);
    accepts(&trust, &[&by_alternative], HOST);
    refuses_name(&trust, &[&by_common_name], HOST);
}

#[test]
fn what_a_resolver_would_take_for_an_address_is_never_matched_by_a_dns_name() {
    for name in ["127.1", "2130706433", "0x7f.1", "127.0.0.01"] {
        check(&Template::leaf("x").dns_name(name), &[], &[name]);
    }
}
