use godot_rustls_testkit::{Issued, Template};

use super::*;
use crate::testing::der;

/// What is kept, and whether something was left out.
fn kept(leaf: &Issued, sent: &[&Issued]) -> (Vec<CertificateDer<'static>>, bool) {
    let sent: Vec<CertificateDer<'static>> = sent.iter().map(|issued| der(issued)).collect();
    let leaf = der(leaf);
    let leaf = EndEntityCert::try_from(&leaf).unwrap();
    let kept = Candidates::of(&leaf, &sent);
    let certificates = kept.certificates.into_iter();
    (
        certificates.map(CertificateDer::into_owned).collect(),
        kept.has_more,
    )
}

fn authorities(name: &str, count: usize) -> Vec<Issued> {
    (0..count)
        .map(|_| Template::authority(name).self_signed())
        .collect()
}

#[test]
fn only_what_stands_above_the_leaf_by_name_is_kept_and_once() {
    let root = Template::authority("Root").self_signed();
    let middle = root.issue(Template::authority("Middle"));
    let leaf = middle.issue(Template::leaf("localhost"));
    let stranger = Template::authority("Stranger").self_signed();
    let sent = [&stranger, &root, &middle, &root, &middle, &leaf, &stranger];
    assert_eq!(
        kept(&leaf, &sent),
        (vec![der(&middle), der(&root)], false),
        "the nearest first"
    );
    assert_eq!(kept(&leaf, &[&stranger]), (Vec::new(), false));
}

#[test]
fn a_crowd_of_one_name_is_cut() {
    let crowd = authorities("Root", MAX_PATHS + 1);
    let leaf = crowd[0].issue(Template::leaf("localhost"));
    let crowd: Vec<&Issued> = crowd.iter().collect();
    let (first, has_more) = kept(&leaf, &crowd);
    assert_eq!((first.len(), has_more), (MAX_PATHS, true));
    assert!(!kept(&leaf, &crowd[1..]).1);
}

#[test]
fn names_that_multiply_each_others_paths_are_cut() {
    // Five of one name, each issued by one of five of another: 25 paths up.
    let tops = authorities("Top", 5);
    let middles: Vec<Issued> = tops
        .iter()
        .map(|top| top.issue(Template::authority("Middle")))
        .collect();
    let leaf = middles[0].issue(Template::leaf("localhost"));
    let sent: Vec<&Issued> = middles.iter().chain(&tops).collect();
    let (first, has_more) = kept(&leaf, &sent);
    assert_eq!((first.len(), has_more), (5 + MAX_PATHS / 5, true));
    // Two CAs made anew, each signed by both of the other kind: four paths.
    let sent = [&middles[0], &middles[1], &tops[0], &tops[1]];
    assert_eq!(kept(&leaf, &sent).0.len(), 4);
    assert!(!kept(&leaf, &sent).1);
}

#[test]
fn a_tower_of_names_ends_somewhere() {
    let mut tower = authorities("Level 0", 1);
    for level in 1..=MAX_CANDIDATES {
        let next = tower[level - 1].issue(Template::authority(&format!("Level {level}")));
        tower.push(next);
    }
    let leaf = tower[MAX_CANDIDATES].issue(Template::leaf("localhost"));
    let tower: Vec<&Issued> = tower.iter().collect();
    let (first, has_more) = kept(&leaf, &tower);
    assert_eq!((first.len(), has_more), (MAX_CANDIDATES, true));
    assert_eq!(first[0], der(tower[MAX_CANDIDATES]), "the nearest are kept");
    assert!(!kept(&leaf, &tower[1..]).1);
}
