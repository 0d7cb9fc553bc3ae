//! `SSL_CERT_FILE` and `SSL_CERT_DIR`, given as values: the environment belongs to the whole
//! process.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn with(self, name: &str, contents: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.path().join(name), contents).unwrap();
        self
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }
}

fn named(file: Option<&str>, folders: Option<&str>, base: &Path) -> Request {
    Request {
        system: SystemCertificates::Named(NamedCertificates {
            file: file.map(Into::into),
            folders: folders.map(Into::into),
            base: base.to_owned(),
        }),
        ..request()
    }
}

fn load(file: Option<&str>, folders: Option<&str>) -> TrustStore {
    TrustStore::load(named(file, folders, Path::new("/")))
}

/// Nothing is trusted, and one sentence says so with the variable and the reason.
#[track_caller]
fn trusts_nobody(store: &TrustStore, words: &[&str]) {
    assert_eq!(
        (store.source(), store.certificate_count()),
        (Source::None, 0)
    );
    assert_eq!(store.problems().len(), 1, "{:?}", store.problems());
    one_problem(store, words);
}

#[test]
fn a_variable_that_names_nothing_usable_trusts_nobody_and_says_why() {
    let leaf = Template::leaf("localhost").self_signed();
    let folder = Folder::new()
        .with("empty", "")
        .with("garbage", "text")
        .with("leaf.pem", leaf.pem())
        .with("key.pem", leaf.key_pem());
    for (name, reason) in [
        ("empty", "empty"),
        ("garbage", "BEGIN CERTIFICATE"),
        ("missing", "cannot be read"),
        (".", "folder"),
        ("leaf.pem", "\"localhost\" is no CA"),
        ("key.pem", "PRIVATE KEY"),
    ] {
        let store = load(Some(&folder.path(name)), None);
        trusts_nobody(&store, &["SSL_CERT_FILE", name, reason]);
    }
    for (name, reason) in [("empty", "no folder"), ("missing", "cannot be read")] {
        let store = load(None, Some(&folder.path(name)));
        trusts_nobody(&store, &["SSL_CERT_DIR", name, reason]);
    }
    let bare = Folder::new().with("README", "text");
    trusts_nobody(
        &load(None, Some(&bare.path("."))),
        &["SSL_CERT_DIR", "no certificate"],
    );
    trusts_nobody(&load(Some(""), None), &["SSL_CERT_FILE", "set and empty"]);
    trusts_nobody(&load(None, Some("")), &["SSL_CERT_DIR", "set and empty"]);
    if cfg!(unix) {
        trusts_nobody(
            &load(Some("/dev/null"), None),
            &["SSL_CERT_FILE", "/dev/null", "no regular file"],
        );
        trusts_nobody(&load(Some("/dev/zero"), None), &["SSL_CERT_FILE", "file"]);
        // A pipe that nobody writes into.
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        trusts_nobody(
            &load(pipe.to_str(), None),
            &["SSL_CERT_FILE", "no regular file"],
        );
    }
}

#[test]
fn mozillas_list_never_stands_in_for_what_a_variable_names() {
    let mozilla = TLS_SERVER_ROOTS.len();
    let folder = Folder::new().with("ca.pem", root("A").pem());
    for (name, mode, expected) in [
        ("missing", Mode::Automatic, (Source::None, 0)),
        ("missing", Mode::System, (Source::None, 0)),
        ("missing", Mode::SystemAndMozilla, (Source::None, 0)),
        ("missing", Mode::Mozilla, (Source::Mozilla, mozilla)),
        ("ca.pem", Mode::Automatic, (Source::System, 1)),
        ("ca.pem", Mode::System, (Source::System, 1)),
        (
            "ca.pem",
            Mode::SystemAndMozilla,
            (Source::SystemAndMozilla, mozilla + 1),
        ),
        ("ca.pem", Mode::Mozilla, (Source::Mozilla, mozilla)),
    ] {
        let store = TrustStore::load(Request {
            mode,
            ..named(Some(&folder.path(name)), None, Path::new("/"))
        });
        assert_eq!(
            (store.source(), store.certificate_count()),
            expected,
            "{name} {mode:?}"
        );
    }
}

#[test]
fn extra_certificates_of_the_project_stay_trusted_beside_a_broken_variable() {
    let store = TrustStore::load(Request {
        extra: file("extra.crt", root("Extra").pem()),
        ..named(Some("/missing"), None, Path::new("/"))
    });
    assert_eq!(store.subjects(), ["CN=Extra"]);
    one_problem(&store, &["SSL_CERT_FILE", "cannot be read"]);
}

#[test]
fn a_file_is_read_as_every_other_bundle_is() {
    let (a, b) = (root("A").pem(), root("B").pem());
    let trusted = a.replace("CERTIFICATE", "TRUSTED CERTIFICATE");
    for text in [
        format!("{a}{b}"),
        format!("\u{feff}{a}{b}"),
        format!("\u{feff}{trusted}{b}"),
        format!("{}{b}", a.trim_end()),
        format!("{a}{b}").replace('\n', "\r\n"),
    ] {
        let folder = Folder::new().with("ca.pem", &text);
        let store = load(Some(&folder.path("ca.pem")), None);
        assert_eq!(store.subjects(), ["CN=A", "CN=B"], "{text}");
        assert_eq!(store.problems(), []);
    }
    let odd = format!("{a}{}", b.replace("-----BEGIN", "----BEGIN"));
    let folder = Folder::new().with("ca.pem", odd);
    let store = load(Some(&folder.path("ca.pem")), None);
    assert_eq!(store.subjects(), ["CN=A"]);
    one_problem(&store, &["SSL_CERT_FILE", "certificate 2 was skipped"]);
}

#[test]
fn a_certificate_that_is_no_ca_is_told_in_a_file_and_passed_over_in_a_folder() {
    let leaf = Template::leaf("localhost").self_signed().pem();
    let folder = Folder::new().with("a.pem", format!("{}{leaf}{leaf}", root("A").pem()));
    let store = load(Some(&folder.path("a.pem")), None);
    assert_eq!(store.subjects(), ["CN=A"]);
    one_problem(
        &store,
        &["SSL_CERT_FILE", "\"localhost\" (and 1 more) is no CA"],
    );
    let store = load(None, Some(&folder.path("")));
    assert_eq!(store.subjects(), ["CN=A"]);
    assert_eq!(store.problems(), []);
}

#[test]
fn all_folders_and_the_file_count_together_and_no_certificate_twice() {
    let (a, b, c) = (root("A").pem(), root("B").pem(), root("C").pem());
    let one = Folder::new()
        .with("01234567.0", &a)
        .with("a.pem", &a)
        .with(
            "01234567.r0",
            "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
        )
        .with("README", "text");
    let other = Folder::new().with("89abcdef.0", format!("{b}{a}"));
    let folders = std::env::join_paths([one.path(""), String::new(), other.path("")]).unwrap();
    let file = Folder::new().with("c.pem", &c);
    let store = load(Some(&file.path("c.pem")), Some(folders.to_str().unwrap()));
    assert_eq!(store.subjects(), ["CN=C", "CN=A", "CN=B"]);
    assert_eq!(store.problems(), []);
}

#[test]
fn a_variable_that_names_nothing_beside_a_good_one_is_told() {
    let folder = Folder::new().with("a.pem", root("A").pem());
    let store = load(Some("/missing"), Some(&folder.path("")));
    assert_eq!(store.subjects(), ["CN=A"]);
    one_problem(
        &store,
        &["SSL_CERT_FILE", "/missing", "nothing is trusted by it"],
    );
}

#[test]
fn relative_paths_count_from_the_given_folder() {
    let folder = Folder::new().with("ca.pem", root("A").pem());
    let base = folder.0.path();
    for (file, folders) in [(Some("ca.pem"), None), (None, Some("."))] {
        let store = TrustStore::load(named(file, folders, base));
        assert_eq!(store.subjects(), ["CN=A"], "{file:?} {folders:?}");
    }
}
