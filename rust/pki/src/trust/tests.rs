use godot_rustls_testkit::{Issued, Template};
use webpki_roots::TLS_SERVER_ROOTS;

use super::*;
use crate::testing::{certificate, own_trust, verdict};

mod environment;

fn root(name: &str) -> Issued {
    Template::authority(name).self_signed()
}

fn file(name: &str, contents: impl Into<Vec<u8>>) -> Option<CertificateFile> {
    Some(CertificateFile {
        name: name.to_owned(),
        contents: Ok(contents.into()),
    })
}

/// The automatic trust of a machine that has only the system root, before a test changes it.
fn request() -> Request {
    Request {
        mode: Mode::Automatic,
        override_bundle: None,
        extra: None,
        system: SystemCertificates::Pem(root("System Root").pem()),
    }
}

fn without_system() -> Request {
    Request {
        system: SystemCertificates::Pem(String::new()),
        ..request()
    }
}

#[track_caller]
fn one_problem(store: &TrustStore, words: &[&str]) {
    let fits = |problem: &&TrustProblem| {
        let sentence = problem.to_string();
        words.iter().all(|word| sentence.contains(word))
    };
    let found = store.problems().iter().filter(fits).count();
    assert_eq!(found, 1, "{words:?} in {:?}", store.problems());
}

#[test]
fn an_override_counts_alone() {
    let bundle = root("A").pem() + &root("B").pem();
    let store = TrustStore::load(Request {
        override_bundle: file("ca.crt", bundle),
        extra: file("extra.crt", root("Extra").pem()),
        mode: Mode::SystemAndMozilla,
        ..request()
    });
    assert_eq!(store.source(), Source::Override);
    assert_eq!(store.certificate_count(), 2);
    assert_eq!(store.subjects(), ["CN=A", "CN=B"]);
    assert_eq!(store.problems(), []);
}

#[test]
fn an_override_in_der_counts_as_one_certificate() {
    let store = TrustStore::load(Request {
        override_bundle: file("ca.der", root("A").der()),
        ..request()
    });
    assert_eq!(
        (store.source(), store.certificate_count()),
        (Source::Override, 1)
    );
}

#[test]
fn an_unusable_override_trusts_nobody_and_says_why() {
    for (contents, word) in [
        (
            Err(UnreadableFile("file not found".to_owned())),
            "file not found",
        ),
        (Ok(Vec::new()), "empty"),
        (Ok(b"just text".to_vec()), "CERTIFICATE"),
        (
            Ok(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".to_vec()),
            "base64",
        ),
    ] {
        let store = TrustStore::load(Request {
            override_bundle: Some(CertificateFile {
                name: "the override".to_owned(),
                contents,
            }),
            ..request()
        });
        assert_eq!(store.source(), Source::None);
        assert_eq!(store.certificate_count(), 0);
        assert!(store.subjects().is_empty());
        one_problem(&store, &["the override", word]);
        one_problem(&store, &["nothing is trusted"]);
    }
}

#[test]
fn the_good_certificates_of_a_partly_broken_override_count_and_the_bad_are_numbered() {
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let bundle = root("A").pem() + bad + &root("B").pem();
    let store = TrustStore::load(Request {
        override_bundle: file("ca.crt", bundle),
        ..request()
    });
    assert_eq!(store.source(), Source::Override);
    assert_eq!(store.subjects(), ["CN=A", "CN=B"]);
    one_problem(&store, &["certificate 2 was skipped"]);
}

#[test]
fn the_mode_and_what_the_system_has_decide_about_the_sources() {
    let mozilla = TLS_SERVER_ROOTS.len();
    // Elsewhere the system's list is known to be partial, and Mozilla's stands beside it.
    let partial = cfg!(any(windows, target_os = "android", target_os = "ios"));
    let automatic = if partial {
        (Source::SystemAndMozilla, mozilla + 1)
    } else {
        (Source::System, 1)
    };
    for (mode, with_system, expected) in [
        (Mode::Automatic, true, automatic),
        (Mode::Automatic, false, (Source::Mozilla, mozilla)),
        (Mode::System, true, (Source::System, 1)),
        (Mode::System, false, (Source::None, 0)),
        (
            Mode::SystemAndMozilla,
            true,
            (Source::SystemAndMozilla, mozilla + 1),
        ),
        (Mode::SystemAndMozilla, false, (Source::Mozilla, mozilla)),
        (Mode::Mozilla, true, (Source::Mozilla, mozilla)),
        (Mode::Mozilla, false, (Source::Mozilla, mozilla)),
    ] {
        let base = if with_system {
            request()
        } else {
            without_system()
        };
        let store = TrustStore::load(Request { mode, ..base });
        assert_eq!(
            (store.source(), store.certificate_count()),
            expected,
            "{mode:?} {with_system}"
        );
        assert_eq!(store.subjects().len(), store.certificate_count());
        let complains = store
            .problems()
            .iter()
            .any(|problem| problem.to_string().contains("operating system"));
        assert_eq!(
            complains,
            mode != Mode::Mozilla && !with_system,
            "{mode:?} {with_system}"
        );
    }
}

#[test]
fn extra_certificates_join_every_source_and_are_the_users_own() {
    for mode in [
        Mode::Automatic,
        Mode::System,
        Mode::SystemAndMozilla,
        Mode::Mozilla,
    ] {
        let extra = root("Extra");
        let plain = TrustStore::load(Request { mode, ..request() });
        let store = TrustStore::load(Request {
            mode,
            extra: file("extra.crt", extra.pem()),
            ..request()
        });
        assert_eq!(store.source(), plain.source());
        assert_eq!(store.certificate_count(), plain.certificate_count() + 1);
        assert!(store.subjects().contains(&"CN=Extra".to_owned()));
        let der = CertificateDer::from(extra.der().to_vec());
        assert!(store.own_certificate(&der).is_some());
    }
}

#[test]
fn extra_certificates_beside_an_empty_system_are_trust_enough() {
    let load = |extra| {
        TrustStore::load(Request {
            mode: Mode::System,
            system: SystemCertificates::Pem(String::new()),
            extra,
            ..request()
        })
    };
    assert_eq!(load(None).source(), Source::None);
    let store = load(file("extra.crt", root("Extra").pem()));
    assert_eq!(
        (store.source(), store.certificate_count()),
        (Source::System, 1)
    );
}

#[test]
fn a_missing_or_broken_extra_file_is_reported_and_the_rest_stays() {
    for contents in [
        Err(UnreadableFile("file not found".to_owned())),
        Ok(b"text".to_vec()),
    ] {
        let store = TrustStore::load(Request {
            mode: Mode::System,
            extra: Some(CertificateFile {
                name: "the extra file".to_owned(),
                contents,
            }),
            ..request()
        });
        assert_eq!(
            (store.source(), store.certificate_count()),
            (Source::System, 1)
        );
        one_problem(&store, &["the extra file"]);
    }
}

#[test]
fn a_private_key_in_a_bundle_is_reported_without_a_word_of_it() {
    let owner = root("A");
    let secret: String = owner
        .key_pem()
        .lines()
        .nth(1)
        .unwrap()
        .chars()
        .take(30)
        .collect();
    for bundle in [
        owner.key_pem() + &owner.pem(),
        owner.pem() + &owner.key_pem(),
    ] {
        let store = TrustStore::load(Request {
            override_bundle: file("ca.crt", bundle),
            ..request()
        });
        assert_eq!(store.certificate_count(), 1);
        one_problem(&store, &["PRIVATE KEY", "ca.crt"]);
        assert!(
            store
                .problems()
                .iter()
                .all(|problem| !format!("{problem} {problem:?}").contains(&secret))
        );
    }
}

#[test]
fn an_issued_leaf_in_the_trust_is_reported_with_whom_to_trust_instead() {
    let issuer = root("Real Root");
    let leaf = issuer.issue(Template::leaf("localhost"));
    let store = own_trust(&[&leaf]);
    one_problem(&store, &["localhost", "CN=Real Root", "instead"]);
    assert!(store.anchors().is_empty());
}

#[test]
fn certificates_of_the_system_that_cannot_issue_are_left_out() {
    let leaf = Template::leaf("localhost").self_signed();
    let store = TrustStore::load(Request {
        mode: Mode::System,
        system: SystemCertificates::Pem(root("System Root").pem() + &leaf.pem()),
        ..request()
    });
    assert_eq!(store.subjects(), ["CN=System Root"]);
    let der = CertificateDer::from(leaf.der().to_vec());
    assert!(store.own_certificate(&der).is_none());
}

#[test]
fn duplicates_are_kept() {
    let twice = root("A");
    let store = own_trust(&[&twice, &twice]);
    assert_eq!(store.certificate_count(), 2);
    assert_eq!(store.subjects(), ["CN=A", "CN=A"]);
}

#[test]
fn subjects_are_in_the_form_of_rfc_4514() {
    let store = own_trust(&[&root("Comma, \"Quote\" + Plus")]);
    assert_eq!(store.subjects(), [r#"CN=Comma\, \"Quote\" \+ Plus"#]);
    let mozilla = TrustStore::load(Request {
        mode: Mode::Mozilla,
        ..request()
    });
    let subjects = mozilla.subjects();
    assert!(
        subjects.iter().all(|subject| subject.contains('=')),
        "{subjects:?}"
    );
    assert!(
        subjects
            .iter()
            .any(|subject| subject.contains("ISRG Root X1"))
    );
}

#[test]
fn an_authority_with_the_subject_and_key_of_a_public_one_is_public_wherever_it_came_from() {
    let anchor = &TLS_SERVER_ROOTS[0];
    let key = anchor.subject_public_key_info.as_ref();
    let imitation = root("x").imitating(anchor.subject.as_ref(), key);
    let own = root("x");
    let other_key = own.imitating(
        anchor.subject.as_ref(),
        TLS_SERVER_ROOTS[1].subject_public_key_info.as_ref(),
    );
    let other_name = own.imitating(&own.subject_contents(), key);
    let store = own_trust(&[&own, &imitation, &other_key, &other_name]);
    let public: Vec<bool> = store.infos.iter().map(|info| info.is_public).collect();
    assert_eq!(public, [false, true, false, false]);
    let in_file = TrustStore::load(Request {
        override_bundle: file("ca.crt", imitation.pem()),
        ..request()
    });
    assert!(in_file.infos[0].is_public);
    assert_eq!(in_file.infos[0].origin, Origin::Own);
}

#[test]
fn an_anchor_is_found_by_its_place_not_by_its_looks() {
    let old = Template::authority("Root").expired().self_signed();
    let new = Template::authority("Root").key_of(&old).self_signed();
    let store = own_trust(&[&old, &new]);
    let ends: Vec<i64> = store
        .anchors()
        .iter()
        .map(|anchor| {
            store
                .describe_anchor(anchor)
                .unwrap()
                .facts()
                .unwrap()
                .not_after
        })
        .collect();
    assert!(ends[0] < ends[1], "{ends:?}");
    let stranger = store.anchors()[0].clone();
    assert!(store.describe_anchor(&stranger).is_none());
}

#[test]
fn a_bundle_of_5000_certificates_is_read_and_its_last_one_serves() {
    let issued: Vec<Issued> = (0..50).map(|n| root(&format!("Root {n}"))).collect();
    let mut bundle = String::new();
    for n in 0..5_000 {
        bundle.push_str(&issued[n % 50].pem());
    }
    let last = root("Last Root");
    bundle.push_str(&last.pem());
    let started = std::time::Instant::now();
    let store = TrustStore::load(Request {
        override_bundle: file("ca.crt", bundle),
        ..request()
    });
    assert_eq!(store.certificate_count(), 5_001);
    assert_eq!(store.problems(), []);
    let leaf = last.issue(Template::leaf("x").names(&["localhost"]));
    let verdict = verdict(&store, &[certificate(&leaf)], "localhost");
    assert!(verdict.is_ok(), "{verdict:?}");
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn the_machines_own_store_is_read_without_a_panic() {
    let store = TrustStore::load(Request {
        system: SystemCertificates::Native,
        ..request()
    });
    assert!(store.certificate_count() > 0);
    assert_eq!(store.subjects().len(), store.certificate_count());
}

#[test]
fn mozillas_bundle_has_a_date() {
    let parts: Vec<&str> = MOZILLA_BUNDLE_DATE.split('-').collect();
    let digits = parts
        .iter()
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    assert!(
        parts.len() == 3 && parts[0].len() == 4 && digits,
        "{MOZILLA_BUNDLE_DATE}"
    );
}
