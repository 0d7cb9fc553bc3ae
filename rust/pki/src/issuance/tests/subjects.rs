//! Distinguished names as text, and as they are written.

use x509_parser::prelude::{FromDer, X509Name};

use super::*;

/// Tags of the string types (X.680 table 8).
const UTF8: u8 = 0x0c;
const PRINTABLE: u8 = 0x13;
const IA5: u8 = 0x16;

/// RFC 4514 form of what was written: the last attribute first.
fn written(text: &str) -> String {
    of_itself(text).facts().subject.clone()
}

/// The name has a value that is written in that string type.
fn has(text: &str, tag: u8, value: &str) -> bool {
    let element = [&[tag, u8::try_from(value.len()).unwrap()], value.as_bytes()].concat();
    let facts = of_itself(text).facts().clone();
    let mut windows = facts.subject_der.windows(element.len());
    windows.any(|window| window == element)
}

#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let sentence = Subject::parse(text).unwrap_err().to_string();
    says(&sentence, words);
    assert!(!sentence.contains(char::is_control), "{sentence:?}");
    assert!(sentence.chars().count() < 500, "{sentence}");
}

#[test]
fn attributes_stay_in_their_order() {
    assert_eq!(
        written("CN=myserver,O=myorganisation,C=IT"),
        "C=IT,O=myorganisation,CN=myserver"
    );
    assert_eq!(written("C=IT,O=o,CN=c"), "CN=c,O=o,C=IT");
}

#[test]
fn repeated_attributes_are_kept() {
    assert_eq!(
        written("CN=a,OU=x,OU=y,OU=x,DC=example,DC=org"),
        "DC=org,DC=example,OU=x,OU=y,OU=x,CN=a"
    );
}

#[test]
fn the_last_common_name_is_the_one() {
    let name = subject("CN=first,CN=second,O=o");
    assert_eq!(name.common_name(), "second");
    let made = of_itself("CN=first,CN=second,O=o");
    assert_eq!(made.facts().common_name.as_deref(), Some("second"));
    assert_eq!(made.facts().presented_names(), ["second"]);
}

#[test]
fn blanks_behind_commas_do_not_count_and_all_others_do() {
    assert_eq!(written("CN=a,   O=b"), "O=b,CN=a");
    assert_eq!(subject("CN= a ,O=b").common_name(), " a ");
}

#[test]
fn a_comma_at_the_end_does_not_count() {
    assert_eq!(written("CN=a,"), "CN=a");
    assert_eq!(written("CN=a, "), "CN=a");
}

#[test]
fn plus_semicolon_quotes_and_equals_signs_are_parts_of_a_value() {
    for value in ["a+O=b", "a;O=b", "\"a\"", "a=b", "a#b", "<a>"] {
        assert_eq!(subject(&format!("CN={value}")).common_name(), value);
    }
}

#[test]
fn backslashes_escape_special_characters_and_bytes() {
    for (escaped, value) in [
        ("a\\,O=b", "a,O=b"),
        ("a\\\\", "a\\"),
        ("\\ \\\"\\#\\+\\,\\;\\<\\=\\>\\\\", " \"#+,;<=>\\"),
        ("\\61\\62", "ab"),
        ("\\c3\\A4", "ä"),
        ("a\\2cb", "a,b"),
        ("\\20", " "),
        ("a\\0a", "a\n"),
    ] {
        let name = format!("CN={escaped},O=o");
        assert_eq!(subject(&name).common_name(), value, "{escaped}");
        assert!(written(&name).starts_with("O=o,CN="), "{escaped}");
    }
    // mbedTLS takes the comma for escaped here.
    assert_eq!(written("CN=a\\\\,O=b"), "O=b,CN=a\\\\");
}

#[test]
fn every_attribute_is_known_by_each_of_its_names() {
    for (name, oid) in [
        ("CN", "2.5.4.3"),
        ("commonName", "2.5.4.3"),
        ("C", "2.5.4.6"),
        ("countryName", "2.5.4.6"),
        ("O", "2.5.4.10"),
        ("organizationName", "2.5.4.10"),
        ("L", "2.5.4.7"),
        ("locality", "2.5.4.7"),
        ("OU", "2.5.4.11"),
        ("organizationalUnitName", "2.5.4.11"),
        ("ST", "2.5.4.8"),
        ("stateOrProvinceName", "2.5.4.8"),
        ("emailAddress", "1.2.840.113549.1.9.1"),
        ("R", "1.2.840.113549.1.9.1"),
        ("serialNumber", "2.5.4.5"),
        ("postalAddress", "2.5.4.16"),
        ("postalCode", "2.5.4.17"),
        ("dnQualifier", "2.5.4.46"),
        ("title", "2.5.4.12"),
        ("surName", "2.5.4.4"),
        ("SN", "2.5.4.4"),
        ("givenName", "2.5.4.42"),
        ("GN", "2.5.4.42"),
        ("initials", "2.5.4.43"),
        ("pseudonym", "2.5.4.65"),
        ("generationQualifier", "2.5.4.44"),
        ("domainComponent", "0.9.2342.19200300.100.1.25"),
        ("DC", "0.9.2342.19200300.100.1.25"),
    ] {
        let by_name = subject(&format!("CN=a,{name}=DE"));
        let der = der::Encode::to_der(by_name.name()).unwrap();
        let (_, parsed) = X509Name::from_der(&der).unwrap();
        let last = parsed.iter_attributes().last().unwrap();
        assert_eq!(last.attr_type().to_id_string(), oid, "{name}");
    }
}

#[test]
fn values_are_written_in_the_string_type_of_their_attribute() {
    assert!(has("CN=ab", UTF8, "ab") && has("CN=ä", UTF8, "ä"));
    assert!(has("CN=x,O=ab", UTF8, "ab") && has("CN=x,SN=ab", UTF8, "ab"));
    for name in [
        "C",
        "serialNumber",
        "postalAddress",
        "postalCode",
        "dnQualifier",
    ] {
        assert!(has(&format!("CN=x,{name}=DE"), PRINTABLE, "DE"), "{name}");
    }
    for name in ["emailAddress", "R", "DC", "domainComponent"] {
        assert!(has(&format!("CN=x,{name}=a@b"), IA5, "a@b"), "{name}");
    }
}

#[test]
fn a_value_may_be_given_as_the_der_of_a_string() {
    assert!(has("CN=#13026162", PRINTABLE, "ab"));
    assert_eq!(subject("CN=#0C02c3a4").common_name(), "ä");
    assert_eq!(subject("CN=#1e0400e40061").common_name(), "äa");
    assert_eq!(subject("CN=#1402e461").common_name(), "äa");
    assert_eq!(written("1.2.3.4=#0c0161,CN=b"), "CN=b,1.2.3.4=#0c0161");
    assert_eq!(subject("2.5.4.3=#0c0161").common_name(), "a");
    for bad in [
        "#",
        "#0",
        "#0c",
        "#0c0",
        "#0c016",
        "#0c02c3",
        "#0c016100",
        "#zz0161",
        "#0c8161",
        "#020101",
        "#03020061",
        "#1301e4",
        "#13015f",
        "#1602c3a4",
        "#1601e4",
        "#0c01ff",
        "#1e0100",
        "#1e02d800",
        "#3000",
        "#0c81 0161",
    ] {
        refused(&format!("CN={bad}"), &[bad, "behind # stands", "hex"]);
    }
    refused("CN=#0c00", &["empty"]);
    refused("1.2.3.4=a,CN=b", &["1.2.3.4", "DER", "#0c0161"]);
}

#[test]
fn a_long_common_name_passes_up_to_255_bytes() {
    for length in [65, 255] {
        let name = "a".repeat(length);
        assert_eq!(subject(&format!("CN={name}")).common_name(), name);
        of_itself(&format!("CN={name}"));
    }
    let long = "a".repeat(256);
    refused(&format!("CN={long}"), &["256 bytes", "255"]);
    refused(&format!("CN={}", "ä".repeat(128)), &["256 bytes", "255"]);
    refused(&format!("CN=#0c820100{}", "61".repeat(256)), &["256 bytes"]);
}

#[test]
fn what_is_no_name_is_refused_with_the_part_that_is_wrong() {
    refused("", &["empty", "CN=localhost"]);
    refused("   ", &["empty", "CN=localhost"]);
    refused("localhost", &["no \"=\"", "\"localhost\"", "CN="]);
    refused("CN=a,O", &["no \"=\"", "\"O\""]);
    refused("CN=a,,O=b", &["no \"=\"", "\"\""]);
    refused(",CN=a", &["no \"=\""]);
    refused("CN=", &["\"CN\"", "empty"]);
    refused("CN=a,O=,C=DE", &["\"O\"", "empty"]);
    refused("=a", &["unknown attribute \"\""]);
    refused("O=a,C=DE", &["no common name (CN=…)"]);
}

#[test]
fn an_unknown_attribute_is_named_and_the_known_ones_are_told() {
    refused("CN=a,UID=b", &["\"UID\"", "known are CN, C, O", "2.5.4.3"]);
    refused("CN=a,OID.2.5.4.3=b", &["\"OID.2.5.4.3\"", "known are"]);
    refused("CN=a,9.9.9=#0c0161", &["\"9.9.9\"", "known are"]);
    refused("cn=a", &["\"cn\"", "write CN"]);
    refused(
        "CN=a,EMAILADDRESS=b",
        &["\"EMAILADDRESS\"", "write emailAddress"],
    );
    refused("CN =a", &["\"CN \"", "write CN"]);
    refused(" CN=a", &["\" CN\"", "write CN"]);
}

#[test]
fn nul_is_refused_however_it_is_written() {
    for text in ["CN=a\0b", "CN=a\\00b", "CN=#0c03610062", "CN=#1e020000"] {
        refused(text, &["NUL"]);
    }
    refused("C\0N=a", &["unknown"]);
}

#[test]
fn a_country_is_two_letters() {
    for bad in ["D", "DEU", "D1", "ÄÖ", "D ", "#0c0144", "#1303444555"] {
        refused(&format!("CN=a,C={bad}"), &["\"C\"", bad]);
    }
    refused("CN=a,C=DEU", &["two letters"]);
    refused("CN=a,2.5.4.6=#1303444555", &["two letters"]);
    assert_eq!(written("CN=a,C=de"), "C=de,CN=a");
}

#[test]
fn characters_that_a_string_type_cannot_hold_are_refused_by_name() {
    refused("CN=a,DC=ä", &["\"ä\"", "ASCII"]);
    refused("CN=a,emailAddress=ä@b", &["\"ä\"", "ASCII"]);
    refused("CN=a,serialNumber=1_2", &["\"_\"", "letters and digits"]);
    refused(
        "CN=a,postalAddress=Straße 1",
        &["\"ß\"", "letters and digits"],
    );
    refused("CN=a,postalCode=1\n2", &["\"\\n\"", "letters and digits"]);
    refused("CN=a,dnQualifier=a*", &["\"*\""]);
}

#[test]
fn bad_escapes_are_refused() {
    for bad in ["a\\zz", "a\\", "\\n", "\\4", "\\ä"] {
        refused(&format!("CN={bad}"), &["backslash", "hex digits"]);
    }
    for bad in ["\\ff", "\\c3", "\\c3\\28"] {
        refused(&format!("CN={bad}"), &["UTF-8"]);
    }
}

#[test]
fn long_and_odd_names_are_shown_cut_and_escaped() {
    refused(&format!("{}=a", "x".repeat(10_000)), &["…"]);
    refused(&format!("CN={}", "x".repeat(10_000)), &["…"]);
    refused("\u{1b}[31mCN=a", &["\\u{1b}"]);
}
