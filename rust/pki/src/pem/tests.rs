use godot_rustls_testkit::{Generator, Issued, KeyKind, Template};
use rustls_pki_types::PrivateKeyDer;

use super::*;
use crate::testing::fixture_bytes;

mod completeness;
mod formats;
mod trusted;

fn made(name: &str) -> Issued {
    Template::authority(name).self_signed()
}

fn names(bundle: &Bundle) -> Vec<String> {
    bundle
        .certificates
        .iter()
        .map(|certificate| certificate.facts().display_name())
        .collect()
}

/// The text is read whole and without complaint.
#[track_caller]
fn reads(text: impl AsRef<[u8]>, expected: &[&str]) {
    let bundle = read_bundle(text.as_ref());
    assert_eq!(names(&bundle), expected, "{:?}", bundle.problems);
    assert_eq!(bundle.problems, []);
}

/// Nothing usable; the one problem contains the word.
#[track_caller]
fn finds_nothing(text: impl AsRef<[u8]>, word: &str) {
    let bundle = read_bundle(text.as_ref());
    assert_eq!(names(&bundle), [] as [&str; 0]);
    assert_eq!(bundle.problems.len(), 1, "{:?}", bundle.problems);
    assert!(
        bundle.problems[0].to_string().contains(word),
        "{:?}",
        bundle.problems
    );
}

#[test]
fn text_before_between_and_after_certificates_is_passed_over() {
    let (a, b) = (made("A").pem(), made("B").pem());
    reads(format!("{a}{b}"), &["A", "B"]);
    reads(
        format!("# my roots\n{a}\n\nsubject=CN = B\n{b}\nthe end\n"),
        &["A", "B"],
    );
    reads(
        format!("a -----\n----- dashes\n---- end of it\n{a}"),
        &["A"],
    );
}

#[test]
fn line_ends_of_every_kind_a_byte_order_mark_and_a_missing_last_one_are_read() {
    let text = made("A").pem() + &made("B").pem();
    reads(text.replace('\n', "\r\n"), &["A", "B"]);
    reads(text.replace('\n', "\r"), &["A", "B"]);
    reads(format!("\u{feff}{text}"), &["A", "B"]);
    reads(text.trim_end(), &["A", "B"]);
}

#[test]
fn indented_lines_and_trailing_blanks_are_read() {
    let text = made("A").pem() + &made("B").pem();
    reads(text.replace('\n', "\n    "), &["A", "B"]);
    reads(text.replace('\n', " \t\n"), &["A", "B"]);
}

#[test]
fn one_long_base64_line_is_read() {
    let pem = made("A").pem();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    reads(
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"),
        &["A"],
    );
}

#[test]
fn what_mbedtls_and_openssl_write_around_certificates_is_read() {
    let text = made("A").pem();
    reads(format!("{text}\0"), &["A"]);
    reads(format!("{text}\0\0\0"), &["A"]);
    reads(format!("{text}\u{fffd}"), &["A"]);
    let mut bytes = text.clone().into_bytes();
    bytes.push(0xff);
    reads(bytes, &["A"]);
    let dump = "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Signature Algorithm: ecdsa-with-SHA256\n";
    reads(format!("{dump}{text}"), &["A"]);
}

#[test]
fn a_nul_between_blocks_hides_nothing() {
    reads(
        format!("{}\0{}", made("A").pem(), made("B").pem()),
        &["A", "B"],
    );
}

#[test]
fn a_private_key_between_certificates_is_noticed_and_the_rest_is_read() {
    for kind in KeyKind::ALL {
        let owner = Template::authority("A").key(kind).self_signed();
        let bundle = read_bundle((owner.key_pem() + &owner.pem()).as_bytes());
        assert!(bundle.has_private_key);
        assert_eq!(names(&bundle), ["A"]);
    }
    for label in [
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
    ] {
        let block = format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        assert!(
            read_bundle(format!("{}{block}", made("A").pem()).as_bytes()).has_private_key,
            "{label}"
        );
    }
    let public = made("A").public_key_pem() + &made("A").pem();
    assert!(!read_bundle(public.as_bytes()).has_private_key);
}

#[test]
fn a_bad_block_between_good_ones_is_skipped_and_numbered_with_its_reason() {
    let (a, c) = (made("A").pem(), made("C").pem());
    for (bad, word) in [
        (
            "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
            "base64",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "X.509",
        ),
        (
            "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            "skipped",
        ),
    ] {
        let bundle = read_bundle(format!("{a}{bad}{c}").as_bytes());
        assert_eq!(names(&bundle), ["A", "C"]);
        assert_eq!(bundle.problems.len(), 1, "{:?}", bundle.problems);
        assert!(
            bundle.problems[0].to_string().contains("certificate 2")
                && bundle.problems[0].to_string().contains(word),
            "{:?}",
            bundle.problems
        );
    }
}

#[test]
fn an_unterminated_block_costs_itself_alone() {
    let (a, b) = (made("A").pem(), made("B").pem());
    let open = a.replace("-----END CERTIFICATE-----\n", "");
    for (text, left) in [(format!("{b}{open}"), "B"), (format!("{open}{b}"), "B")] {
        let bundle = read_bundle(text.as_bytes());
        assert_eq!(names(&bundle), [left]);
        assert_eq!(bundle.problems.len(), 1, "{:?}", bundle.problems);
        assert!(
            bundle.problems[0].to_string().contains("END"),
            "{:?}",
            bundle.problems
        );
    }
}

#[test]
fn files_without_a_usable_certificate_say_what_they_are() {
    finds_nothing("", "empty");
    finds_nothing(" \r\n\t\n", "empty");
    finds_nothing("plain text", "BEGIN CERTIFICATE");
    finds_nothing(made("A").public_key_pem(), "BEGIN CERTIFICATE");
    finds_nothing(
        "-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n",
        "PKCS#7",
    );
    let wide: Vec<u8> = made("A")
        .pem()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    finds_nothing([vec![0xff, 0xfe], wide].concat(), "UTF-16");
}

#[test]
fn the_old_label_of_certificates_is_read_and_others_are_refused_by_name() {
    let labelled = |label: &str| made("A").pem().replace("CERTIFICATE", label);
    reads(labelled("X509 CERTIFICATE"), &["A"]);
    finds_nothing(labelled("ATTRIBUTE CERTIFICATE"), "ATTRIBUTE CERTIFICATE");
}

#[test]
fn a_der_file_holds_one_certificate() {
    let (a, b) = (made("A"), made("B"));
    reads(a.der(), &["A"]);
    let bundle = read_bundle(&[a.der(), b.der()].concat());
    assert_eq!(names(&bundle), ["A"]);
    assert!(
        bundle.problems[0].to_string().contains("ignored"),
        "{:?}",
        bundle.problems
    );
    finds_nothing(&a.der()[..a.der().len() - 1], "DER");
    finds_nothing([0x30, 0x82], "DER");
    finds_nothing(b"0", "DER");
}

#[test]
fn a_pem_file_that_begins_with_a_zero_digit_is_not_taken_for_der() {
    reads(format!("0 roots\n{}", made("A").pem()), &["A"]);
}

#[test]
fn many_certificates_are_read_in_file_order() {
    let numbers: Vec<String> = (0..100).map(|n| format!("Root {n}")).collect();
    let text: String = numbers.iter().map(|name| made(name).pem()).collect();
    let expected: Vec<&str> = numbers.iter().map(String::as_str).collect();
    reads(text, &expected);
}

#[test]
fn private_keys_of_every_kind_and_form_are_read() {
    for kind in KeyKind::ALL {
        let owner = Template::leaf("x").key(kind).self_signed();
        let key = read_private_key(&owner.key_pem()).unwrap();
        assert_eq!(key.secret_der(), owner.key_der(), "{kind:?}");
        let around = format!(
            "\u{feff}comment\r\n{}{}\0",
            owner.pem(),
            owner.key_pem().replace('\n', "\r\n")
        );
        assert_eq!(
            read_private_key(&around).unwrap().secret_der(),
            owner.key_der()
        );
    }
    let pkcs1 = String::from_utf8(fixture_bytes("localhost_rsa2048_pkcs1.key")).unwrap();
    assert!(matches!(
        read_private_key(&pkcs1),
        Ok(PrivateKeyDer::Pkcs1(_))
    ));
    assert!(matches!(read_private_key(SEC1), Ok(PrivateKeyDer::Sec1(_))));
}

/// As `openssl ecparam -genkey` writes it: the parameters come first.
const SEC1: &str = "-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIO7yhCPU3BEsNYkg4mYySNXKqo131FMM4avprSqqAOEOoAoGCCqGSM49
AwEHoUQDQgAEkVOGzykVNjK1JyBdNRqxDeLIIynqThmamNAXPll2UDnAwdjypqAw
Tplu6BNweZDMpbXfpi4KzQC6UJd3Z//R9g==
-----END EC PRIVATE KEY-----
";

#[test]
fn what_is_no_private_key_is_refused_in_words_without_its_text() {
    let owner = made("A");
    let broken = "-----BEGIN PRIVATE KEY-----\nSECRET!\n-----END PRIVATE KEY-----\n";
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nSECRET==\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let old_encrypted = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nSECRET==\n-----END RSA PRIVATE KEY-----\n";
    for (text, word) in [
        ("", "no PEM block"),
        ("text", "no PEM block"),
        ("user://server.SECRET", "pass the text of its file"),
        (&owner.pem(), "no PEM block"),
        (&owner.public_key_pem(), "public key"),
        (broken, "no readable key"),
        (encrypted, "encrypted"),
        (old_encrypted, "encrypted"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            "ssh-keygen",
        ),
    ] {
        let message = read_private_key(text).map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(word), "{message}");
        assert!(!message.contains("SECRET"), "{message}");
    }
}

#[test]
fn damaged_and_random_files_never_panic() {
    let mut generator = Generator::new(11);
    let owner = made("A");
    let good = [
        (owner.pem() + &made("B").pem()).into_bytes(),
        (owner.key_pem() + &owner.pem()).into_bytes(),
        owner.der().to_vec(),
        SEC1.as_bytes().to_vec(),
        b"-----BEGIN CERTIFICATE-----\n-----END -----BEGIN ----------END".to_vec(),
    ];
    for round in 0..40_000 {
        let mut bytes = if round % 4 == 0 {
            let size = generator.below(200);
            generator.bytes(size)
        } else {
            generator.pick(&good).clone()
        };
        generator.damage(&mut bytes);
        let bundle = read_bundle(&bytes);
        assert!(
            !bundle.certificates.is_empty()
                || !bundle.problems.is_empty()
                || bundle.has_private_key
        );
        let _ = read_private_key(&String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_certificate_is_written_as_everyone_writes_it() {
    for issued in [
        made("A"),
        Template::leaf("b\u{fc}cher").self_signed(),
        Template::leaf("long")
            .names(&["x.example.test"; 300])
            .self_signed(),
    ] {
        let certificate = crate::testing::certificate(&issued);
        let text = write_certificate(&certificate);
        assert_eq!(text, issued.pem());
        assert!(text.ends_with("-----END CERTIFICATE-----\n"));
    }
}

#[test]
fn what_was_written_is_read_again_also_several_in_a_row() {
    let mut text = String::new();
    let all = ["A", "B", "C"].map(|name| crate::testing::certificate(&made(name)));
    for certificate in &all {
        text += &write_certificate(certificate);
    }
    reads(&text, &["A", "B", "C"]);
    let read = read_bundle(text.as_bytes()).certificates;
    assert!(
        read.iter()
            .map(Certificate::der)
            .eq(all.iter().map(Certificate::der))
    );
}
