//! Where the text speaks of each topic of the national rules.

use std::collections::BTreeMap;

use super::{Part, open};
use crate::citation::Citation;
use crate::profile::{Reading, Vocabulary};
use crate::reader::instrument::Article;

/// How a text speaks of a topic: words in a caption, else in a sentence.
const WORDS: [(&str, &[&str]); 27] = [
    ("purpose", &["目的", "趣旨"]),
    ("establishment", &["統括責任者", "総括責任者", "統轄責任者", "責任者"]),
    ("staff", &["職員の責務", "もって充てる", "を充てる"]),
    ("posts", &["もって充てる", "を充てる"]),
    ("designation", &["セキュリティ責任者", "指名"]),
    ("system", &["システム管理者", "システムの管理", "システム管理"]),
    ("measures", &["対策の決定及び見直し", "見直し", "審議"]),
    ("compliance", &["遵守状況", "自己点検", "監査"]),
    ("rooms", &["入退室管理を行う", "管理を行う室", "入退室の管理", "入退室"]),
    ("entry", &["入退室の方法", "入退室管理の方法", "入室", "入退室"]),
    ("entry_manager", &["入退室管理者", "鍵の管理", "鍵"]),
    ("entry_record", &["入退室管理簿", "入退室の記録", "入退室に関する記録", "入退室者の記録"]),
    ("devices", &["アクセス管理", "機器"]),
    ("authentication", &["正当な権限", "権限を確認", "権限の確認", "認証", "パスワード"]),
    ("access_manager", &["アクセス管理責任者", "アクセス管理者"]),
    (
        "credentials",
        &["カード及びパスワード", "カードの管理方法", "操作者用ICカード", "操作者用カード", "IDカード", "カード"],
    ),
    ("passwords", &["パスワードの管理", "パスワード", "暗証番号"]),
    ("verification", &["照合情報", "生体"]),
    ("card_kinds", &["カードの種類", "種類ごとの操作"]),
    ("card_ledger", &["カードの管理簿", "カード管理簿", "カードの貸与", "貸与"]),
    ("operator_duty", &["操作者の責任", "操作者の責務", "遵守しなければならない"]),
    ("history", &["操作履歴", "アクセス記録", "操作の履歴", "ログ"]),
    ("os", &["オペレーティングシステム"]),
    ("assets", &["情報資産の管理", "情報資産管理", "情報資産"]),
    ("handlers", &["取り扱うことができる者", "取扱者", "取扱職員", "本人確認情報"]),
    ("operators", &["操作者の指定", "操作者を指定", "利用者登録", "操作者"]),
    ("work_range", &["業務の範囲", "取り扱うことのできる業務"]),
];

/// Topics without which nobody could work: where the text has no place for one, its purpose is cited.
const NEEDED: [&str; 9] =
    ["purpose", "establishment", "staff", "posts", "designation", "system", "authentication", "passwords", "operators"];
/// The same where rooms are under control, and where cards are used.
const OF_ROOMS: [&str; 4] = ["rooms", "entry", "entry_manager", "entry_record"];
const OF_CARDS: [&str; 3] = ["credentials", "card_ledger", "operator_duty"];
/// The same where devices are under access management.
const OF_RECORDS: [&str; 4] = ["devices", "history", "handlers", "assets"];

#[derive(Default)]
pub(super) struct Topics {
    pub(super) basis: BTreeMap<String, Vec<Citation>>,
    pub(super) silent: BTreeMap<String, String>,
}

pub(super) fn read(
    parts: &[Part<'_>],
    vocabulary: &Vocabulary,
    cards: bool,
    rooms: bool,
    questions: &mut Vec<Reading>,
) -> Topics {
    let mut topics = Topics::default();
    let records = parts.iter().any(|part| !part.reading.facts.devices.is_empty());
    for (topic, ja) in &vocabulary.topics {
        let words = WORDS.iter().find(|(name, _)| name == topic).map(|(_, words)| *words).unwrap_or_default();
        let found: Vec<Citation> = parts.iter().filter_map(|part| place(part, topic, words)).collect();
        let useless = (OF_CARDS.contains(&topic.as_str()) && !cards) || (OF_ROOMS.contains(&topic.as_str()) && !rooms);
        let needed = NEEDED.contains(&topic.as_str())
            || (OF_ROOMS.contains(&topic.as_str()) && rooms)
            || (OF_CARDS.contains(&topic.as_str()) && cards)
            || (OF_RECORDS.contains(&topic.as_str()) && records);
        if !found.is_empty() && !useless && !only_elsewhere(topic) {
            topics.basis.insert(topic.clone(), found);
        } else if needed {
            let cites = parts.first().map(|part| vec![part.cite("1")]).unwrap_or_default();
            let question = format!("{ja}は、どの条によるか。");
            questions.push(open(
                &format!("T-{topic}"),
                &question,
                "定めが見当たらないので、目的の条による慣行とする。",
            ));
            topics.basis.insert(topic.clone(), cites);
        } else {
            topics.silent.insert(topic.clone(), format!("{ja}の定めは、この規程に見当たらない。"));
        }
    }
    topics
}

/// Topics whose rules ask for books that a municipality opens when it wants them.
fn only_elsewhere(topic: &str) -> bool {
    matches!(topic, "permissions" | "permissions_chief" | "prior_checks" | "licences" | "disconnection" | "work_range")
}

/// The article that speaks of a topic: what the facts say, else the first whose caption, else the
/// first whose sentences have the words.
fn place(part: &Part<'_>, topic: &str, words: &[&str]) -> Option<Citation> {
    let facts = &part.reading.facts;
    let room = facts.rooms.first();
    let known = match topic {
        "purpose" => part.reading.instrument.articles.first().map(|article| article.id.as_str()),
        "rooms" => room.map(|room| room.name.article.as_str()),
        "entry" => room.and_then(|room| room.requires.first()).map(|found| found.article.as_str()),
        "devices" => facts.devices.first().map(|found| found.article.as_str()),
        "authentication" => facts.factors.first().map(|found| found.article.as_str()),
        "measures" => facts.council.as_ref().map(|council| council.name.article.as_str()),
        "establishment" => facts.roles.first().map(|role| role.name.article.as_str()),
        _ => None,
    };
    // A council that is set up elsewhere decides nothing here.
    if topic == "measures" && facts.council.is_none() {
        return None;
    }
    let articles = &part.reading.instrument.articles;
    let has = |text: &str| words.iter().any(|word| text.contains(word));
    let caption = |article: &&Article| article.caption.as_ref().is_some_and(|caption| has(caption.plain()));
    let sentence = |article: &&Article| {
        article.paragraphs.iter().any(|p| has(p.text.plain()) || p.items.iter().any(|item| has(item.text.plain())))
    };
    let found = || articles.iter().find(caption).or_else(|| articles.iter().find(sentence)).map(|a| a.id.as_str());
    known.or_else(found).map(|article| part.cite(article))
}
