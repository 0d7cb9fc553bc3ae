use godot_rustls_testkit::{Issued, Template};

use super::*;
use crate::testing::der;

fn kept(leaf: &Issued, sent: &[&Issued]) -> Option<Vec<CertificateDer<'static>>> {
    let sent: Vec<CertificateDer<'static>> = sent.iter().map(|issued| der(issued)).collect();
    let leaf = der(leaf);
    let leaf = EndEntityCert::try_from(&leaf).unwrap();
    let kept = of(&leaf, &sent)?;
    Some(kept.into_iter().map(CertificateDer::into_owned).collect())
}

#[test]
fn only_what_stands_above_the_leaf_by_name_is_kept_and_once() {
    let root = Template::authority("Root").self_signed();
    let middle = root.issue(Template::authority("Middle"));
    let leaf = middle.issue(Template::leaf("localhost"));
    let stranger = Template::authority("Stranger").self_signed();
    let sent = [&stranger, &middle, &root, &middle, &leaf, &stranger];
    assert_eq!(kept(&leaf, &sent), Some(vec![der(&middle), der(&root)]));
    assert_eq!(kept(&leaf, &[&stranger]), Some(Vec::new()));
}

#[test]
fn a_crowd_of_one_name_is_told_from_a_ca_that_was_made_anew() {
    let crowd: Vec<Issued> = (0..=MOST_OF_ONE_NAME)
        .map(|_| Template::authority("Root").self_signed())
        .collect();
    let crowd: Vec<&Issued> = crowd.iter().collect();
    let leaf = crowd[0].issue(Template::leaf("localhost"));
    assert_eq!(kept(&leaf, &crowd), None);
    let few = &crowd[..MOST_OF_ONE_NAME];
    assert_eq!(kept(&leaf, few).map(|kept| kept.len()), Some(few.len()));
}

#[test]
fn a_tower_of_names_ends_somewhere() {
    let mut tower = vec![Template::authority("Level 0").self_signed()];
    for level in 1..=MOST {
        let next = tower[level - 1].issue(Template::authority(&format!("Level {level}")));
        tower.push(next);
    }
    let leaf = tower[MOST].issue(Template::leaf("localhost"));
    let tower: Vec<&Issued> = tower.iter().collect();
    assert_eq!(kept(&leaf, &tower), None);
    assert_eq!(kept(&leaf, &tower[1..]).map(|kept| kept.len()), Some(MOST));
}
