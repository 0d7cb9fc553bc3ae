//! Names nobody thought of: what is accepted is written as it was given, and what is not is
//! refused.

use godot_rustls_testkit::{Generator, KeyKind};
use x509_parser::prelude::{FromDer, X509Name};

use super::*;

const PIECES: [&str; 26] = [
    "CN", "O", "OU", "DC", "C", "=", "=", "=", ",", ",", ", ", "\\", "\\,", "\\00", "\\c3\\a4",
    "#", "#0c0161", "+", ";", "a", "ä", "DE", "2.5.4.3", "\0", "\n", "x y",
];

/// As the grammar wants it.
fn escaped(value: &str) -> String {
    let mut out = String::new();
    for (index, c) in value.chars().enumerate() {
        if "\\,".contains(c) || (index == 0 && c == '#') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn random_value(random: &mut Generator) -> String {
    let characters = [
        'a',
        'Z',
        '0',
        ' ',
        ',',
        '\\',
        '#',
        '+',
        '"',
        '=',
        ';',
        'ä',
        '例',
        '\u{1f3ae}',
        '\n',
    ];
    let length = 1 + random.below(20);
    (0..length).map(|_| *random.pick(&characters)).collect()
}

/// The UTF-8 strings of a certificate's subject, in order.
fn values(made: &Certificate) -> Vec<(String, String)> {
    let der = &made.facts().subject_der;
    let (_, name) = X509Name::from_der(der).unwrap();
    name.iter_attributes()
        .map(|a| {
            let value = String::from_utf8(a.attr_value().data.to_vec()).unwrap();
            (a.attr_type().to_id_string(), value)
        })
        .collect()
}

#[test]
fn every_value_comes_back_from_the_certificate_in_its_place() {
    let kinds = [("CN", "2.5.4.3"), ("O", "2.5.4.10"), ("OU", "2.5.4.11")];
    let key = Key::new(KeyKind::P256);
    for seed in 0..400 {
        let mut random = Generator::new(seed);
        let mut given = vec![(kinds[0], random_value(&mut random))];
        for _ in 0..random.below(6) {
            given.push((*random.pick(&kinds), random_value(&mut random)));
        }
        let parts: Vec<String> = given
            .iter()
            .map(|((name, _), value)| format!("{name}={}", escaped(value)))
            .collect();
        let separator = *random.pick(&[",", ", "]);
        let text = parts.join(separator);
        let name = Subject::parse(&text).unwrap_or_else(|why| panic!("{seed}: {why}"));
        let made = self_signed(&key, &name, &dates(), &none()).unwrap();
        let expected: Vec<(String, String)> = given
            .into_iter()
            .map(|((_, oid), value)| (oid.to_owned(), value))
            .collect();
        assert_eq!(values(&made), expected, "{seed}: {text:?}");
        let common_name = made.facts().common_name.clone().unwrap();
        assert_eq!(name.common_name(), common_name, "{seed}: {text:?}");
    }
}

#[test]
fn any_text_is_a_name_that_can_be_certified_or_a_sentence() {
    let key = Key::new(KeyKind::P256);
    let mut accepted = 0;
    for seed in 0..5000 {
        let mut random = Generator::new(seed);
        let mut text = String::from("CN=");
        for _ in 0..random.below(9) {
            let piece = random.pick(&PIECES);
            text.push_str(piece);
        }
        match Subject::parse(&text) {
            Ok(name) => {
                accepted += 1;
                let made = self_signed(&key, &name, &dates(), &none()).unwrap();
                let common_name = made.facts().common_name.as_deref();
                assert_eq!(common_name, Some(name.common_name()), "{seed}: {text:?}");
            }
            Err(why) => {
                assert!(why.to_string().starts_with("the name \""), "{seed}: {why}");
                assert!(
                    !why.to_string().contains(char::is_control),
                    "{seed}: {why:?}"
                );
            }
        }
    }
    assert!(accepted > 500, "{accepted}");
}
