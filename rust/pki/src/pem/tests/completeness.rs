//! A text is read completely, or what was not read is told.

use super::*;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Nothing of `text` but the certificates `left` is read, and one sentence names the rest.
#[track_caller]
fn reports(text: &str, left: &[&str], word: &str) {
    let bundle = read_bundle(text.as_bytes());
    assert_eq!(names(&bundle), left, "{text}\n{:?}", bundle.problems);
    assert_eq!(bundle.problems.len(), 1, "{text}\n{:?}", bundle.problems);
    let problem = bundle.problems[0].to_string();
    assert!(problem.contains(word), "{word}: {problem}");
}

#[test]
fn blocks_without_a_line_break_between_them_are_all_read() {
    let (a, b, c) = (made("A").pem(), made("B").pem(), made("C").pem());
    let glued = format!("{}{}{}", a.trim_end(), b.trim_end(), c);
    assert!(glued.contains("----------BEGIN"));
    reads(&glued, &["A", "B", "C"]);
    reads(glued.replace("----------", "----- -----"), &["A", "B", "C"]);
    reads(
        glued.replace("----------", "-----\0-----"),
        &["A", "B", "C"],
    );
    reads(
        glued.replace("----------", "-----# next: -----"),
        &["A", "B", "C"],
    );
    let owner = made("A");
    let both = format!("{}{}", owner.pem().trim_end(), owner.key_pem());
    assert!(read_bundle(both.as_bytes()).has_private_key);
    assert_eq!(
        read_private_key(&both).unwrap().secret_der(),
        owner.key_der()
    );
    let both = format!("{}{}", owner.key_pem().trim_end(), owner.pem());
    assert_eq!(names(&read_bundle(both.as_bytes())), ["A"]);
}

#[test]
fn whatever_begins_like_a_certificate_is_told_when_it_is_not_read() {
    let (a, b) = (made("A").pem(), made("B").pem());
    for begin in [
        "-----begin certificate-----",
        "-----Begin Certificate-----",
        "-----BEGIN certificate-----",
        "----BEGIN CERTIFICATE----",
        "----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE----",
        "------BEGIN CERTIFICATE------",
        "---BEGIN CERTIFICATE---",
        "--BEGIN CERTIFICATE--",
        "-BEGIN CERTIFICATE-",
        "BEGIN CERTIFICATE",
        "----- BEGIN CERTIFICATE -----",
        "-----BEGIN  CERTIFICATE-----",
        "-----BEGIN CERTIFICATE -----",
        "-----BEGIN\tCERTIFICATE-----",
        "-----BEGIN\u{a0}CERTIFICATE-----",
        "-----BEGINCERTIFICATE-----",
        "-----BEGIN_CERTIFICATE-----",
        "-----BEGIN CERTI\0FICATE-----",
        "-----BEGIN CERTIFICATE",
        "-----BEGIN-----",
        "-----BEGIN -----",
        "-----BEGIN\nCERTIFICATE-----",
        "\u{2014}\u{2013}BEGIN CERTIFICATE\u{2014}\u{2013}",
    ] {
        let odd = b.replace(BEGIN, begin);
        reports(&format!("{a}{odd}"), &["A"], "BEGIN");
        reports(&format!("{odd}{a}"), &["A"], "BEGIN");
        reports(&format!("{}{odd}", a.trim_end()), &["A"], "skipped");
        reports(&format!("{a}\0 {odd}"), &["A"], "skipped");
    }
}

#[test]
fn an_end_line_that_is_malformed_missing_or_of_another_label_is_told() {
    let (a, b) = (made("A").pem(), made("B").pem());
    for end in [
        "-----end certificate-----",
        "----END CERTIFICATE----",
        "------END CERTIFICATE------",
        "-----END CERTIFICATE",
        "-----END-----",
        "-----END X509 CERTIFICATE-----",
        "-----END X509 CRL-----",
        "-----ENDE CERTIFICATE-----",
        "",
    ] {
        let odd = b.replace(END, end);
        reports(&format!("{a}{odd}"), &["A"], "END");
        reports(&format!("{odd}{a}"), &["A"], "END");
    }
    let headless = b.replace(BEGIN, "");
    reports(&format!("{a}{headless}"), &["A"], "BEGIN");
    reports(&format!("{headless}{a}"), &["A"], "BEGIN");
    reports(&format!("{a}{END}\n"), &["A"], "BEGIN");
    let bare = headless.replace(END, "");
    reports(&format!("{a}{bare}"), &["A"], "BEGIN");
    reports(&format!("{bare}{a}"), &["A"], "BEGIN");
}

#[test]
fn one_line_and_written_out_line_breaks_are_read() {
    let (a, b) = (made("A").pem(), made("B").pem());
    let both = format!("{a}{b}");
    reads(both.replace('\n', ""), &["A", "B"]);
    reads(both.replace('\n', " "), &["A", "B"]);
    reads(both.replace('\n', "\\n"), &["A", "B"]);
    reads(both.replace('\n', "\\r\\n"), &["A", "B"]);
    reads(both.replace('\n', "\\n\n"), &["A", "B"]);
    let odd = both.replacen('\n', "\\x", 1);
    reports(&odd, &["B"], "base64");
}

#[test]
fn items_of_other_kinds_are_passed_over_and_containers_of_certificates_are_told() {
    let a = made("A").pem();
    for label in [
        "DH PARAMETERS",
        "X509 CRL",
        "CERTIFICATE REQUEST",
        "PUBLIC KEY",
        "OpenVPN Static key V1",
    ] {
        reads(
            format!("{a}-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n"),
            &["A"],
        );
    }
    for label in [
        "PKCS7",
        "CMS",
        "CERTIFICATES",
        "Certificate",
        "X.509 CERTIFICATE",
        "ATTRIBUTE CERTIFICATE",
    ] {
        let other = format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        reports(&format!("{a}{other}"), &["A"], "skipped");
    }
    let wide: Vec<u8> = made("B")
        .pem()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let bundle = read_bundle(&[a.as_bytes(), &wide].concat());
    assert_eq!(names(&bundle), ["A"]);
    assert!(
        bundle.problems[0].to_string().contains("UTF-16"),
        "{:?}",
        bundle.problems
    );
}

#[test]
fn a_misspelt_label_hides_neither_a_certificate_nor_a_list_nor_a_key() {
    let (a, b) = (made("A").pem(), made("B").pem());
    for label in ["X509 CRT", "CERFITICATE", "CA"] {
        let odd = b.replace("CERTIFICATE", label);
        reports(&format!("{a}{odd}"), &["A"], label);
        reports(&format!("{odd}{a}"), &["A"], label);
    }
    let list = write_block("X509 CRL", b"list");
    for label in ["X509 CLR", "X509 CERTIFICATE REVOCATION LIST", "LIST"] {
        let odd = list.replace("X509 CRL", label);
        let refusal = read_revocation_lists(&format!("{list}{odd}")).unwrap_err();
        assert!(refusal.to_string().contains("unknown label"), "{refusal}");
    }
    let key = made("C").key_pem().replace("-----BEGIN", "----BEGIN");
    assert!(read_bundle(format!("{a}{key}").as_bytes()).has_private_key);
}

#[test]
fn a_long_text_of_markers_that_are_none_is_read_in_little_time() {
    let text = "BEGIN".repeat(200_000);
    let start = std::time::Instant::now();
    assert_eq!(read_bundle(text.as_bytes()).problems.len(), 1);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

#[test]
fn comments_of_usual_bundles_are_no_blocks() {
    let a = made("A").pem();
    for comment in [
        "# Issuer: CN=Begin O=END",
        "GlobalSign Root CA\n==================",
        "# made by tool --begin 2020 --end 2030",
        "----- begin local authorities -----",
        "--- front-end and back-end ---",
        "SHA256 Fingerprint=D7:A7:A0:FB\n MIME type",
        "Bag Attributes\n    localKeyID: 01\nsubject=CN = A\n\nissuer=CN = A",
        "The end",
        "End certificate chain of the company",
    ] {
        reads(
            format!("{comment}\n{a}{comment}\n{a}{comment}"),
            &["A", "A"],
        );
    }
}

#[test]
fn a_fault_is_told_without_any_text_of_a_key() {
    let owner = made("A");
    let secret: String = owner
        .key_pem()
        .lines()
        .nth(1)
        .unwrap()
        .chars()
        .take(24)
        .collect();
    for odd in [
        owner
            .key_pem()
            .replace("-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY "),
        owner
            .key_pem()
            .replace("-----BEGIN PRIVATE KEY-----\n", "----BEGIN PRIVATE KEY----"),
        owner
            .key_pem()
            .replace("-----BEGIN PRIVATE KEY-----\n", "-----BEGIN "),
        owner.key_pem().replace("-----BEGIN PRIVATE KEY-----\n", ""),
        owner.key_pem().replace("-----END PRIVATE KEY-----\n", ""),
    ] {
        let bundle = read_bundle(odd.as_bytes());
        assert!(!bundle.problems.is_empty(), "{odd}");
        let refusal = read_private_key(&odd).map(|_| ()).unwrap_err();
        let sentences = bundle
            .problems
            .iter()
            .map(|problem| format!("{problem} {problem:?}"));
        for sentence in sentences.chain([format!("{refusal} {refusal:?}")]) {
            assert!(!sentence.contains(&secret), "{sentence}");
        }
    }
}

#[test]
fn a_key_is_taken_from_no_text_in_which_something_is_broken() {
    let (key, other) = (made("A").key_pem(), made("B").key_pem());
    for odd in [
        other.replace("-----BEGIN", "----BEGIN"),
        other.to_lowercase(),
        other.replace("-----END PRIVATE KEY-----", ""),
        other.replace("-----BEGIN PRIVATE KEY-----", ""),
        other.replace("END PRIVATE KEY", "END RSA PRIVATE KEY"),
    ] {
        for text in [format!("{odd}{key}"), format!("{key}{odd}")] {
            let refusal = read_private_key(&text).map(|_| ()).unwrap_err();
            assert!(refusal.to_string().contains("is unusable"), "{refusal}");
        }
    }
}

#[test]
fn a_key_within_json_and_in_one_line_is_read() {
    let owner = made("A");
    let escaped = owner.key_pem().replace('\n', "\\n");
    for text in [
        format!("{{\"type\": \"service_account\", \"private_key\": \"{escaped}\"}}"),
        escaped.replace("\\n", "\\\\n"),
        owner.key_pem().replace('\n', " "),
        owner.key_pem().replace('\n', ""),
    ] {
        let key = read_private_key(&text).unwrap();
        assert_eq!(key.secret_der(), owner.key_der());
    }
}

/// Counts what looks like a BEGIN, in the plainest way there is.
fn beginnings(text: &str) -> usize {
    let lower = text.to_ascii_lowercase();
    let places = lower.match_indices("begin").map(|(place, _)| place);
    places
        .filter(|place| lower[..*place].ends_with("---"))
        .count()
}

/// Some pieces of a file, in any order, with anything between.
fn shuffled(generator: &mut Generator, item: &str, label: &str) -> String {
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let pieces = [
        item.to_owned(),
        item.trim_end().to_owned(),
        item.replace('\n', "\\n"),
        item.replace('\n', " "),
        item.to_lowercase(),
        item.replace(&begin, "----BEGIN ANYTHING----"),
        item.replace("-----", "------"),
        item.replace(&end, "-----END OTHER-----"),
        item.replace(&end, ""),
        item.replace(&begin, "-----Begin"),
        begin.clone(),
        end,
        "-----".to_owned(),
        "-".to_owned(),
        format!("{begin}{begin}"),
    ];
    let between = [
        "",
        "\n",
        "\0",
        " ",
        "\n# text\n",
        "\u{feff}",
        "\t",
        "\r",
        "\u{2014}",
    ];
    let mut text = String::new();
    for _ in 0..=generator.below(7) {
        text.push_str(generator.pick::<String>(&pieces));
        text.push_str(generator.pick::<&str>(&between));
    }
    text
}

#[test]
fn every_beginning_in_a_bundle_is_a_certificate_or_a_sentence() {
    let mut generator = Generator::new(2026);
    let certificate = made("A").pem();
    for _ in 0..3_000 {
        let text = shuffled(&mut generator, &certificate, "CERTIFICATE");
        let bundle = read_bundle(text.as_bytes());
        let told = bundle.certificates.len() + bundle.problems.len();
        assert!(told >= beginnings(&text), "{text}\n{:?}", bundle.problems);
    }
}

#[test]
fn every_beginning_in_revocation_lists_is_a_list_or_refuses_them_all() {
    let mut generator = Generator::new(2027);
    let list = write_block("X509 CRL", b"list");
    let mut whole = 0;
    for _ in 0..3_000 {
        let text = shuffled(&mut generator, &list, "X509 CRL");
        if let Ok(lists) = read_revocation_lists(&text) {
            assert_eq!(lists.len(), beginnings(&text), "{text}");
            whole += 1;
        }
    }
    assert!(whole > 100, "{whole}");
}
