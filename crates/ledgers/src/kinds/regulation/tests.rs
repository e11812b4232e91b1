//! Of the versions that have come into force, the last holds; a reading brings one with it.

use super::action::{Adopt, DecideReading};
use super::in_force;
use super::view::Reading;
use crate::books::Registers as _;
use crate::testing::{Hand, day};

fn adopt(profile: &str, effective: &str) -> Adopt {
    Adopt {
        profile: profile.into(),
        label: "第1版".into(),
        promulgated: None,
        effective: day(effective),
        applied: None,
        resolution: Some("令和8年4月1日 第1号".into()),
        summary: "全部".into(),
    }
}

#[test]
fn the_version_that_came_into_force_last_holds() {
    let mut hand = Hand::on("2026-04-01");
    assert_eq!(in_force(&hand.books, day("2026-04-01")), None);
    hand.did(adopt("aaaa", "2026-04-01").asked());
    hand.did(adopt("bbbb", "2026-06-01").asked());
    let holds = |hand: &Hand, on: &str| in_force(&hand.books, day(on)).map(|version| version.profile);
    assert_eq!(holds(&hand, "2026-03-31"), None);
    assert_eq!(holds(&hand, "2026-05-31").as_deref(), Some("aaaa"));
    assert_eq!(holds(&hand, "2026-06-01").as_deref(), Some("bbbb"));
    // Adopted later for the same day: it holds.
    hand.did(adopt("cccc", "2026-06-01").asked());
    assert_eq!(holds(&hand, "2026-06-01").as_deref(), Some("cccc"));
}

#[test]
fn a_reading_is_a_version_too() {
    let mut hand = Hand::on("2026-04-01");
    let decide = DecideReading {
        reading: "AMB-NM-05".into(),
        choice: "permit".into(),
        text: "職員も許可を受けて入る。".into(),
        profile: "dddd".into(),
        effective: day("2026-04-02"),
        resolution: None,
    };
    hand.did(decide.asked());
    let reading = hand.books.get::<Reading>("AMB-NM-05").unwrap();
    assert_eq!((reading.choice.as_str(), reading.decided_on), ("permit", day("2026-04-01")));
    let version = in_force(&hand.books, day("2026-04-02")).unwrap();
    assert_eq!((version.profile.as_str(), version.label.as_str()), ("dddd", "解釈AMB-NM-05の決定"));
}
