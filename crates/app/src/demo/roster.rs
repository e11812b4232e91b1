//! The invented staff of the demonstration: who holds which post, with which card.
//!
//! Every name is made up of words for "made up"; nobody is meant.

use sekisho_regulation::Date;
use sekisho_regulation::Profile;

/// An invented person.
#[derive(Clone, Debug)]
pub struct Official {
    /// Id.
    pub id: String,
    /// Name in kanji.
    pub name: String,
    /// Name in kana.
    pub kana: String,
    /// Birthday.
    pub birth: Date,
    /// Number on the staff card.
    pub employee_no: String,
    /// Post.
    pub post: String,
    /// Section.
    pub section: String,
    /// Kind of operator card, if the person has one.
    pub card_kind: Option<&'static str>,
}

const SURNAMES: [(&str, &str); 20] = [
    ("架空", "かくう"),
    ("見本", "みほん"),
    ("例川", "れいかわ"),
    ("仮野", "かりの"),
    ("試山", "ためしやま"),
    ("雛形", "ひながた"),
    ("模木", "もぎ"),
    ("型田", "かただ"),
    ("空木", "うつぎ"),
    ("夢野", "ゆめの"),
    ("幻川", "まぼろしかわ"),
    ("作田", "つくりだ"),
    ("影山本", "かげやまもと"),
    ("髙見本", "たかみほん"),
    ("仮﨑", "かりさき"),
    ("例沢", "れいさわ"),
    ("虚野", "うろの"),
    ("写本", "うつしもと"),
    ("試作", "しさく"),
    ("標本", "ひょうほん"),
];

const GIVEN: [(&str, &str); 10] = [
    ("一郎", "いちろう"),
    ("花子", "はなこ"),
    ("太郎", "たろう"),
    ("葉月", "はづき"),
    ("次郎", "じろう"),
    ("かえで", "かえで"),
    ("三郎", "さぶろう"),
    ("みどり", "みどり"),
    ("四季", "しき"),
    ("千歳", "ちとせ"),
];

/// Posts that have more than one holder, with how many more.
const MORE: [(&str, usize); 5] =
    [("jumin_shuji", 3), ("jumin_kakaricho", 1), ("somu_shuji", 2), ("kikaku_shuji", 1), ("kensetsu_shuji", 2)];

/// Kinds of cards by post; nobody else has one.
const CARDS: [(&str, &str); 14] = [
    ("somu_kacho", "office"),
    ("somu_hosa", "office"),
    ("somu_kakaricho", "office"),
    ("kikaku_kacho", "office"),
    ("kikaku_kakaricho", "card_admin"),
    ("kikaku_shuji", "office"),
    ("jumin_kacho", "business_manager"),
    ("jumin_hosa", "business_manager"),
    ("jumin_shukan", "business"),
    ("jumin_kakaricho", "business"),
    ("jumin_shusa", "issue"),
    ("jumin_shuji", "business"),
    ("kaikei_kanri", "office"),
    ("fuku_soncho", "office"),
];

/// The staff, one for each post of the profile and a few more.
#[must_use]
pub fn officials(profile: &Profile, today: Date) -> Vec<Official> {
    let mut out = Vec::new();
    for post in &profile.settings.posts {
        let more = MORE.iter().find(|(code, _)| *code == post.code).map_or(0, |(_, n)| *n);
        for _ in 0..=more.min(usize::from(post.seats).saturating_sub(1)) {
            out.push(official(out.len(), &post.code, &post.section, post.rank, today));
        }
    }
    out
}

fn official(n: usize, post: &str, section: &str, rank: u8, today: Date) -> Official {
    let surname = SURNAMES.get(n % SURNAMES.len()).copied().unwrap_or_default();
    let given = GIVEN.get((n * 7 + n / SURNAMES.len()) % GIVEN.len()).copied().unwrap_or_default();
    let age = 22 + i64::from(rank) * 7 + i64::try_from(n % 5).unwrap_or(0);
    let days = i64::try_from(n * 53 % 365).unwrap_or(0);
    Official {
        id: format!("p{:03}", n + 1),
        name: format!("{} {}", surname.0, given.0),
        kana: format!("{} {}", surname.1, given.1),
        birth: today.plus_days(-age * 365 - days),
        employee_no: format!("{:05}", 10_100 + n * 7),
        post: post.to_owned(),
        section: section.to_owned(),
        card_kind: CARDS.iter().find(|(code, _)| *code == post).map(|(_, kind)| *kind),
    }
}
