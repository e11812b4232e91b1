//! What is asked of those who enter which room.

use std::borrow::Cow;

use super::super::super::heads;
use super::super::super::text::Text;
use super::super::super::words;
use super::super::scope::{Scope, Unit};
use super::super::{Found, Requirement};
use super::{Place, is_place, level, levels, shares, speaks_of_entry};

/// What is asked of those who enter each of these places.
pub(super) fn read(scope: &Scope<'_>, places: &[Place]) -> Vec<Vec<Found<Requirement>>> {
    let mut out: Vec<Vec<Found<Requirement>>> = vec![Vec::new(); places.len()];
    if places.is_empty() {
        return out;
    }
    for (place, asked) in places.iter().zip(&mut out) {
        for cell in &place.demands {
            put(asked, cell, cell.plain(), &demands(cell.plain()), &place.name.article);
        }
    }
    let exempt = exemptions(scope, places);
    let mut about = About { scope, places, article: String::new(), current: Vec::new(), last: None };
    for unit in &scope.units {
        about.enter(unit);
        if unit.depth == 0 {
            by_level(unit, places, &mut out);
        }
        if unit.defines() || contract(unit) {
            continue;
        }
        let in_article = in_entry_article(unit);
        for sentence in unit.sentences() {
            let Some(here) = about.places_of(unit, sentence, in_article) else { continue };
            let (all, own) = sentence.split_at(singled_out(sentence, places));
            let of_all = demands(&unnamed(all, places));
            let of_own = shares::clauses(own, places, &here);
            for (i, asked) in out.iter_mut().enumerate() {
                if exempt.iter().any(|(place, paragraphs)| *place == i && paragraphs.contains(&unit.place())) {
                    continue;
                }
                let before = asked.len();
                put(asked, unit.text, all, &of_all, unit.id());
                for (clause, _) in of_own.iter().filter(|(_, about)| about.contains(&i)) {
                    let wanted = shares::asked(&unnamed(clause, places), own);
                    put(asked, unit.text, clause, &wanted, unit.id());
                }
                if asked.len() > before {
                    scope.mark(unit.text);
                }
            }
        }
    }
    for asked in &mut out {
        asked.sort_by_key(|found| found.value);
    }
    out
}

/// The paragraphs that do not hold for a place: 甲室に入るときは、前2項の規定にかかわらず.
fn exemptions<'a>(scope: &Scope<'a>, places: &[Place]) -> Vec<(usize, Vec<(&'a str, usize)>)> {
    let mut out = Vec::new();
    for unit in scope.units.iter().filter(|unit| unit.depth == 0) {
        for sentence in unit.sentences() {
            let Some(clause) = sentence.find("の規定にかかわらず").and_then(|at| sentence.get(..at)) else {
                continue;
            };
            let last = |n: usize| (unit.index.saturating_sub(n)..unit.index).collect::<Vec<usize>>();
            let before = if clause.ends_with("前項") {
                last(1)
            } else if let Some((n, _)) = clause
                .rfind('前')
                .and_then(|at| heads::leading_number(clause.get(at + '前'.len_utf8()..)?))
                .filter(|_| clause.ends_with('項'))
            {
                last(n as usize)
            } else if let Some((n, _)) =
                clause.rfind('第').and_then(|at| heads::ordinal(clause.get(at..)?, "項")).filter(|(n, _)| *n > 0)
            {
                vec![n as usize - 1]
            } else {
                continue;
            };
            let named = spoken_of(sentence, places);
            // What excepts every place rather changes the rule for some who enter.
            if named.len() < places.len() {
                let paragraphs: Vec<(&str, usize)> = before.into_iter().map(|index| (unit.id(), index)).collect();
                out.extend(named.into_iter().map(|place| (place, paragraphs.clone())));
            }
        }
    }
    out
}

/// Which places the sentences of a text are about, one after the other.
struct About<'a, 'b> {
    scope: &'b Scope<'a>,
    places: &'b [Place],
    article: String,
    /// Those the article is about, as far as it has been read.
    current: Vec<usize>,
    /// Those the sentence before, of the same paragraph or item, is about.
    last: Option<Vec<usize>>,
}

impl<'a> About<'a, '_> {
    fn enter(&mut self, unit: &Unit<'a>) {
        self.last = None;
        if self.article != unit.id() {
            self.article = unit.id().to_owned();
            // サーバ室等の管理 is about more than the room it names.
            let several = unit.caption().contains('等');
            self.current = if several { Vec::new() } else { spoken_of(unit.caption(), self.places) };
        }
    }

    /// The places whose entry this sentence speaks of; `None` where it speaks of something else.
    fn places_of(&mut self, unit: &Unit<'a>, sentence: &str, in_article: bool) -> Option<Vec<usize>> {
        let excepted = excepted(sentence, self.places);
        let every = || (0..self.places.len()).filter(|place| !excepted.contains(place)).collect::<Vec<usize>>();
        let mut here = spoken_of(sentence, self.places);
        here.retain(|place| !excepted.contains(place));
        if !excepted.is_empty() && here.is_empty() || !here.is_empty() && shares::others(sentence).is_some() {
            here = every();
        }
        let lead = unit.lead.map(Text::plain).unwrap_or_default();
        let entry = speaks_of_entry(sentence)
            || speaks_of_entry(lead) && unit.depth > 0
            || unit.depth > 0 && in_article && level(lead).is_some()
            || !here.is_empty() && sentence.contains("入れ")
            || self.last.is_some() && in_article;
        let attends = ["名札", "立ち会", "立会", "同行", "付き添"].iter().any(|word| sentence.contains(word));
        if !(entry || attends && in_article) {
            if !here.is_empty() && in_article {
                self.current = here;
            }
            return None;
        }
        if here.is_empty() {
            here = spoken_of(lead, self.places);
        }
        if here.is_empty() {
            here = self.last.clone().unwrap_or_default();
        }
        if here.is_empty() && speaks_of_all(self.scope, sentence, self.places) {
            here = every();
        }
        if here.is_empty() {
            here.clone_from(&self.current);
        } else if unit.depth == 0 && !sentence.contains("にかかわらず") {
            self.current.clone_from(&here);
        }
        if here.is_empty() {
            here = every();
        }
        self.last = Some(here.clone());
        Some(here)
    }
}

/// No sentence leaves out more places one by one.
const EXCEPTIONS_MAX: usize = 16;

/// The places that a sentence leaves out: 管理区域(乙室を除く。), 乙室以外の室.
fn excepted(sentence: &str, places: &[Place]) -> Vec<usize> {
    const LEAVES: [&str; 6] = ["を除く", "以外の室", "以外の区域", "以外の場所", "以外の区画", "以外の施設"];
    let ends = |part: &str| {
        let named = |place: &Place| {
            let own = std::iter::once(&place.name.value).chain(&place.aliases);
            own.into_iter().any(|name| !name.is_empty() && part.ends_with(name.as_str()))
        };
        let behind = |at: usize| part.get(at..).is_some_and(|rest| rest.chars().count() <= 9);
        places.iter().any(named) || part.rfind("レベル").is_some_and(behind)
    };
    let marks = LEAVES.iter().flat_map(|mark| sentence.match_indices(mark)).take(EXCEPTIONS_MAX);
    let left = marks.flat_map(|(at, _)| {
        let before = sentence.get(..at).unwrap_or_default();
        let open = before.rfind('(').map(|at| at + 1);
        let clause =
            ["は、", "て、", "し、", "り、"].iter().filter_map(|end| before.rfind(end).map(|i| i + end.len())).max();
        let part = before.get(open.max(clause).unwrap_or(0)..).unwrap_or_default();
        if ends(part) { spoken_of(part, places) } else { Vec::new() }
    });
    left.collect()
}

/// Whether a sentence speaks of all places by a word for them: 管理区域, 運用室.
fn speaks_of_all(scope: &Scope<'_>, sentence: &str, places: &[Place]) -> bool {
    const ALL: [&str; 8] = ["管理区域", "運用室", "各室", "室等", "事務室等", "当該区域", "前条の室", "制限区域"];
    let short = scope.short.iter().map(|(_, short)| short.as_str());
    let umbrella = short.filter(|short| is_place(short) && places.iter().all(|place| place.name.value != *short));
    ALL.into_iter().chain(umbrella).any(|word| sentence.contains(word))
}

/// Where a sentence that speaks of all begins to speak of one: …を行い、サーバ室には鍵を用いて.
fn singled_out(sentence: &str, places: &[Place]) -> usize {
    let spoken = places.iter().filter_map(|place| {
        let name = place.name.value.as_str();
        let at = sentence.find(name)?;
        let rest = sentence.get(at + name.len()..)?;
        let before = sentence.get(..at)?;
        let clause = ["い、", "し、", "り、"].iter().filter_map(|end| before.rfind(end).map(|i| i + end.len())).max();
        ["には", "にあっては", "については"].iter().any(|mark| rest.starts_with(mark)).then_some((at, clause))
    });
    spoken.min().and_then(|(_, clause)| clause).unwrap_or(0)
}

fn in_entry_article(unit: &Unit<'_>) -> bool {
    speaks_of_entry(unit.caption())
        || unit.article.paragraphs.iter().any(|paragraph| speaks_of_entry(paragraph.text.plain()))
}

fn contract(unit: &Unit<'_>) -> bool {
    unit.lead.is_some_and(|lead| lead.plain().contains("契約"))
}

/// A table of levels and methods holds for every room of the level; one that names the rooms, too, says
/// of each what is asked there.
fn by_level(unit: &Unit<'_>, places: &[Place], out: &mut [Vec<Found<Requirement>>]) {
    for table in unit.tables() {
        let named = |row: &Vec<Text>| row.iter().any(|cell| places.iter().any(|place| names(cell.plain(), place)));
        if table.rows.iter().any(named) {
            continue;
        }
        for row in &table.rows {
            let Some(n) = row.first().and_then(|cell| level(cell.plain())) else { continue };
            for cell in row.iter().skip(1).filter(|cell| cell.plain().contains(['。', '許', '鍵', '札', 'カ'])) {
                let of_level = places.iter().zip(out.iter_mut()).filter(|(place, _)| place.level == Some(n));
                let wanted = demands(cell.plain());
                for (_, asked) in of_level {
                    put(asked, cell, cell.plain(), &wanted, unit.id());
                }
            }
        }
    }
}

/// A sentence without the names of places, byte for byte as long: in 住民記録室 nothing is recorded.
fn unnamed<'s>(sentence: &'s str, places: &[Place]) -> Cow<'s, str> {
    let named = places.iter().map(|place| place.name.value.as_str()).filter(|name| sentence.contains(name));
    named.fold(Cow::Borrowed(sentence), |said, name| {
        let blot: String = name.chars().map(|c| if c.len_utf8() == 3 { '〓' } else { c }).collect();
        Cow::Owned(said.replace(name, &blot))
    })
}

/// Whether a text names a place.
fn names(text: &str, place: &Place) -> bool {
    text.contains(place.name.value.as_str())
        || place.aliases.iter().any(|alias| !alias.is_empty() && text.contains(alias.as_str()))
}

/// The numbers of the items in which places are listed: 前条第1号及び第2号の場所.
fn items_meant(text: &str) -> Option<Vec<u32>> {
    const PLACES: [&str; 7] = ["の場所", "の室", "の部屋", "の区域", "に掲げる室", "に掲げる場所", "に掲げる区域"];
    let numbers = |at: usize| heads::ordinal(text.get(at..)?, "号").map(|(n, len)| (n, at + len));
    let found: Vec<(u32, usize)> = text.match_indices('第').filter_map(|(at, _)| numbers(at)).collect();
    let end = found.last()?.1;
    let places = text.get(end..).is_some_and(|rest| PLACES.iter().any(|word| rest.starts_with(word)));
    places.then(|| found.into_iter().map(|(n, _)| n).collect())
}

/// Which places a text speaks of.
fn spoken_of(text: &str, places: &[Place]) -> Vec<usize> {
    let levels = levels(text);
    let items = items_meant(text);
    let mut out: Vec<usize> = places
        .iter()
        .enumerate()
        .filter(|(_, place)| {
            names(text, place)
                || items.as_ref().is_some_and(|items| place.item.as_ref().is_some_and(|item| items.contains(item)))
                || place.level.is_some_and(|level| levels.contains(&level))
        })
        .map(|(i, _)| i)
        .collect();
    // サーバ室 within 情報課サーバ室 is not spoken of by itself.
    let all: Vec<&str> = out.iter().filter_map(|i| places.get(*i)).map(|place| place.name.value.as_str()).collect();
    let alone = |name: &str| {
        let longer: Vec<&&str> = all.iter().filter(|other| other.len() > name.len() && other.contains(name)).collect();
        longer.is_empty()
            || text.matches(name).count() > longer.iter().map(|other| text.matches(**other).count()).sum::<usize>()
    };
    let keep: Vec<bool> = out.iter().map(|i| places.get(*i).is_some_and(|place| alone(&place.name.value))).collect();
    let mut keep = keep.into_iter();
    out.retain(|_| keep.next().unwrap_or(true));
    out
}

/// Adds what a sentence asks, each requirement once.
fn put(
    asked: &mut Vec<Found<Requirement>>,
    text: &Text,
    sentence: &str,
    wanted: &[(Requirement, usize)],
    article: &str,
) {
    for (requirement, at) in wanted.iter().copied() {
        if asked.iter().all(|old| old.value != requirement) {
            let part = sentence.get(at..).unwrap_or(sentence);
            let span = text.range_of(part).map_or_else(|| text.span(), |range| text.span_of(range));
            asked.push(Found::new(requirement, article, span));
        }
    }
}

/// Verbs that say a card is used.
const USES: [&str; 21] = [
    "用い",
    "により",
    "使用",
    "かざ",
    "通し",
    "による",
    "挿入",
    "で入",
    "使い",
    "必要",
    "認証",
    "読み取",
    "読取",
    "もって",
    "又は鍵",
    "及び鍵",
    "提示",
    "携帯",
    "所持",
    "貸与を受け",
    "借り",
];
/// Phrases in which a key is used, not only kept.
const KEYS: [&str; 19] = [
    "鍵を用い",
    "鍵により",
    "鍵を使",
    "鍵で",
    "鍵又は",
    "又は鍵",
    "鍵を借",
    "鍵の使用",
    "鍵を貸",
    "鍵及び",
    "鍵をもって",
    "鍵によ",
    "鍵の貸",
    "鍵を受",
    "合鍵",
    "貸し出す鍵",
    "鍵を開け",
    "鍵の交付",
    "鍵、",
];

/// What a sentence asks, and where it says so.
pub(super) fn demands(sentence: &str) -> Vec<(Requirement, usize)> {
    // 記録媒体の保管室 names a room; nothing is written there.
    let mask = words::masked(sentence);
    let mask = if mask.contains("記録") {
        ["記録媒体", "記録保管", "記録装置"]
            .iter()
            .fold(mask.into_owned(), |mask, name| mask.replace(name, "〓〓〓〓"))
            .into()
    } else {
        mask
    };
    let find = |words: &[&str]| words.iter().filter_map(|word| mask.find(word)).min();
    let card = find(&["カード", "職員証", "身分証", "社員証"])
        .filter(|_| USES.iter().any(|verb| mask.contains(verb)) || sentence.chars().count() <= 14)
        .filter(|_| !mask.contains("カードの管理方法") && !mask.contains("個人番号カード"));
    let alone = sentence.trim() == "鍵" || sentence.starts_with("鍵を") && sentence.chars().count() <= 8;
    // 鍵及びカードを…に納める tells how they are kept, not that they are used.
    let kept_shut = ["納め", "保管", "施錠"].iter().any(|word| mask.contains(word))
        && !speaks_of_entry(sentence)
        && !["開け", "解錠", "開錠", "借", "用い", "貸"].iter().any(|word| mask.contains(word));
    let card = card.filter(|_| !kept_shut);
    let record = find(&["記録", "記入", "記載", "記帳", "管理簿", "入室簿", "入退室簿", "入退室台帳", "入室台帳"])
        .filter(|_| {
            mask.contains(['簿', '帳']) || ["記録", "記入", "記載", "記帳"].iter().any(|word| mask.contains(word))
        });
    // 入退室管理簿は、1年間保存する says how long, not that an entry is made.
    let kept = ["保存", "保管"].iter().any(|word| mask.contains(word))
        && !["記録し", "記録さ", "記録す", "記録を", "記入", "記載", "記帳", "作成", "備え"]
            .iter()
            .any(|word| mask.contains(word));
    let record = record.filter(|_| !kept);
    let found = [
        (Requirement::Permit, find(&["許可", "承認"])),
        (Requirement::Card, card),
        (Requirement::Key, find(&KEYS).filter(|_| !kept_shut).or_else(|| alone.then_some(0))),
        (Requirement::Badge, find(&["名札", "ネームプレート", "ネームカード", "腕章"])),
        (Requirement::Record, record),
        (Requirement::Escort, find(&["立会", "立ち会", "同行", "付き添", "付添", "同伴", "同席"])),
    ];
    let waived = waived(&mask);
    let asked = |at: &usize| waived.as_ref().is_none_or(|clause| !clause.contains(at));
    found.into_iter().filter_map(|(requirement, at)| Some((requirement, at.filter(asked)?))).collect()
}

/// The clause that says what is not asked: 職員にあっては、許可を要しない.
fn waived(mask: &str) -> Option<std::ops::Range<usize>> {
    const WAIVES: [&str; 8] =
        ["を要しない", "を必要としない", "は不要", "は要しない", "を省略", "は必要としない", "を免除", "を求めない"];
    let at = WAIVES.iter().filter_map(|word| mask.find(word)).min()?;
    let from = mask.get(..at)?.rfind('、').unwrap_or(0);
    Some(from..at)
}
