//! The invented staff of the demonstration: who holds which post, with which card.
//!
//! Every name is made up of words for "made up"; nobody is meant.

use sekisho_regulation::{Date, Profile};

use super::plan::{Part, Plan};

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
    /// What the plan gives to holders of the post.
    pub part: Part,
    /// Number of the operator card that the person has in the beginning, if any.
    pub card_no: Option<String>,
    /// Whether the person can sign in.
    pub has_account: bool,
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

/// The staff: one for each post of the profile, and as many more as the plan says.
#[must_use]
pub fn officials(profile: &Profile, plan: &Plan, today: Date) -> Vec<Official> {
    let mut out: Vec<Official> = Vec::new();
    let nobody = Part::default();
    let mut cards = 0;
    for post in &profile.settings.posts {
        let part = plan.posts.get(&post.code).unwrap_or(&nobody);
        for _ in 0..=part.more.min(post.seats.saturating_sub(1)) {
            let mut one = official(out.len(), &post.code, &post.section, post.rank, today);
            one.part = part.clone();
            if part.card.is_some() {
                cards += 1;
                one.card_no = Some(card_no(cards));
            }
            let counter = plan.counter.as_ref().filter(|_| part.counter).map(|counter| counter.terminal.as_str());
            let mut places = part.terminal.as_deref().into_iter().chain(counter);
            let by_password = places.any(|id| !plan.asks_for_card(profile, id));
            one.has_account = part.card.is_some() || by_password;
            out.push(one);
        }
    }
    out
}

/// The number of the n-th card.
pub(super) fn card_no(n: usize) -> String {
    format!("C{n:04}")
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
        part: Part::default(),
        card_no: None,
        has_account: false,
    }
}
