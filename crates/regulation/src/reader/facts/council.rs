//! The council that the instrument sets up.

mod seats;

use super::super::words;
use super::scope::{Scope, Unit};
use super::{Council, Found, posts};

/// How the names of councils end.
const BODIES: [&str; 11] =
    ["会議", "委員会", "協議会", "本部", "審議会", "連絡会", "部会", "検討会", "推進会", "チーム", "評議会"];
/// What those who chair a council are called.
const CHAIRS: [&str; 6] = ["委員長", "会長", "座長", "本部長", "議長", "部会長"];

pub(super) fn read(scope: &Scope<'_>) -> Option<Council> {
    let name = name(scope)?;
    let mut council =
        Council { chair: None, members: Vec::new(), agenda: Vec::new(), secretariat: None, consults: None, name };
    let about = About::new(scope, &council.name.value);
    council.chair = about
        .units()
        .find_map(|unit| chair(&about, unit))
        .or_else(|| about.units().find_map(|unit| presides(&about, unit)));
    for unit in about.units().filter(|unit| unit.depth == 0) {
        let found = seats::seated(&about, unit, &mut council.chair);
        for member in found {
            let seated = council.members.iter().any(|old| old.value == member.value);
            if !seated {
                council.members.push(member);
            }
        }
        if council.agenda.is_empty() {
            council.agenda = agenda(&about, unit);
        }
    }
    let chair = council.chair.as_ref().map(|found| found.value.clone());
    council.secretariat = about.units().find_map(|unit| secretariat(scope, unit));
    council.consults = about.units().find_map(|unit| consults(&about, unit, chair.as_deref()));
    Some(council)
}

fn is_body(name: &str) -> bool {
    BODIES.iter().any(|end| name.ends_with(end)) && !name.ends_with("委員会事務局")
}

/// The name of the body that is set up here, not of one that another instrument founded.
fn name(scope: &Scope<'_>) -> Option<Found<String>> {
    for unit in &scope.units {
        for sentence in unit.sentences() {
            let mask = words::masked(sentence);
            for verb in ["を置く", "を置き", "を設置", "を設ける", "を設け、", "を組織する", "を開催"]
            {
                let Some(at) = mask.find(verb) else { continue };
                let phrase = sentence.get(..at).unwrap_or_default();
                let name = words::named(phrase);
                if is_body(name) || is_body(words::tail_name(words::bare(phrase))) {
                    scope.mark(unit.text);
                    return Some(Found::written(unit.text, name, unit.id()));
                }
            }
        }
    }
    for unit in &scope.units {
        for sentence in unit.sentences() {
            let mask = words::masked(sentence);
            let meets = ["を招集", "を召集", "を主宰"].iter().find_map(|verb| mask.find(verb));
            let sits = ["組織する", "構成する", "組織し", "構成し"]
                .iter()
                .any(|verb| mask.contains(verb))
                .then(|| mask.find('は'))
                .flatten();
            for at in meets.into_iter().chain(sits) {
                let phrase = sentence.get(..at).unwrap_or_default();
                let name = words::named(phrase);
                let elsewhere = ["に規定する", "に定める", "に基づく", "で定める"]
                    .iter()
                    .any(|word| phrase.strip_suffix(name).is_some_and(|before| before.ends_with(word)));
                if is_body(name) && !elsewhere && name.chars().count() > 2 {
                    return Some(Found::written(unit.text, name, unit.id()));
                }
            }
        }
    }
    None
}

/// The part of an instrument that speaks of its council.
struct About<'a, 'b> {
    scope: &'b Scope<'a>,
    name: String,
    articles: Vec<&'b str>,
}

impl<'a, 'b> About<'a, 'b> {
    fn new(scope: &'b Scope<'a>, name: &str) -> Self {
        let titled = scope.instrument.title.plain().contains(name)
            || is_body(words::tail_name(
                scope
                    .instrument
                    .title
                    .plain()
                    .trim_end_matches("規程")
                    .trim_end_matches("要綱")
                    .trim_end_matches("設置"),
            ));
        let mut articles: Vec<&str> = Vec::new();
        for unit in &scope.units {
            let speaks = unit.text.plain().contains(name) || unit.caption().contains(name) || is_body(unit.caption());
            let chairs = CHAIRS.iter().any(|chair| unit.text.plain().starts_with(chair))
                || unit.text.plain().starts_with("委員")
                || unit.text.plain().starts_with("会議");
            if (titled || speaks || chairs) && articles.last() != Some(&unit.id()) {
                articles.push(unit.id());
            }
        }
        Self { scope, name: name.to_owned(), articles }
    }

    fn units(&self) -> impl Iterator<Item = &'b Unit<'a>> {
        let scope: &'b Scope<'a> = self.scope;
        scope.units.iter().filter(|unit| self.articles.contains(&unit.id()))
    }

    /// Whether a sentence speaks of this council, by its name or as 会議.
    fn speaks(&self, sentence: &str) -> bool {
        sentence.contains(&self.name)
            || ["会議", "委員会", "協議会", "本部"]
                .iter()
                .any(|word| sentence.contains(word) && self.name.ends_with(word))
    }

    fn found(&self, unit: &Unit<'a>, part: &str) -> Option<Found<String>> {
        let part = part.trim_matches(['、', ' ']);
        let part = part.rfind("に規定する").and_then(|at| part.get(at + "に規定する".len()..)).unwrap_or(part);
        let short = words::last_parenthesis(part).and_then(|(_, inner)| words::short_name(inner));
        let part = short.unwrap_or_else(|| words::bare(part));
        if part.is_empty() {
            return None;
        }
        self.scope.mark(unit.text);
        let found = Found::written(unit.text, part, unit.id());
        let called = self.scope.call(part).to_owned();
        Some(if called == part { found } else { Found { value: called, ..found } })
    }
}

fn is_chair(name: &str) -> bool {
    CHAIRS.iter().any(|chair| name.ends_with(chair)) && !name.contains('副')
}

fn chair<'a>(about: &About<'a, '_>, unit: &Unit<'a>) -> Option<Found<String>> {
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        if ["事故", "代理", "欠けた", "不在"].iter().any(|word| mask.contains(word)) && !mask.contains("充て")
        {
            continue;
        }
        for chair in CHAIRS {
            for (at, _) in mask.match_indices(chair) {
                if mask.get(..at).unwrap_or_default().ends_with('副') {
                    continue;
                }
                let before = sentence.get(..at)?;
                let after = sentence.get(at + chair.len()..)?;
                if let Some(part) = chaired(before, after)
                    && !is_chair(words::tail_name(part))
                    && !part.is_empty()
                {
                    return about.found(unit, part);
                }
            }
        }
    }
    None
}

/// Who calls or presides over the meetings, where nobody is called its chair.
fn presides<'a>(about: &About<'a, '_>, unit: &Unit<'a>) -> Option<Found<String>> {
    unit.sentences().into_iter().find_map(|sentence| {
        let mask = words::masked(sentence);
        let at = ["主宰", "主催", "招集", "召集", "総理"].iter().find_map(|word| mask.find(word))?;
        if !about.speaks(sentence) {
            return None;
        }
        let named = |mark: char| {
            let found = mask
                .match_indices(mark)
                .filter(|(i, _)| *i < at)
                .map(|(i, _)| words::named(sentence.get(..i).unwrap_or_default()));
            found
                .filter(|name| words::is_office(name) || name.ends_with('長'))
                .find(|name| !is_body(name) && !is_chair(name))
        };
        about.found(unit, named('は').or_else(|| named('が'))?)
    })
}

/// Who chairs, around the word that says it.
fn chaired<'s>(before: &'s str, after: &'s str) -> Option<&'s str> {
    // Xを議長とし
    if let Some(by) = before.strip_suffix('を')
        && (after.starts_with("とし") || after.starts_with("とする"))
    {
        return by.rsplit(['、', '。']).next().map(|part| part.rsplit("は、").next().unwrap_or(part));
    }
    // 委員長を置き、Xをもって充てる; 議長は、Xをもって充てる
    let names = after
        .strip_prefix("は、")
        .or_else(|| after.strip_prefix('は'))
        .or_else(|| after.strip_prefix("には、"))
        .or_else(|| after.strip_prefix("を置き、"))
        .or_else(|| after.strip_prefix("に、"))
        .or_else(|| after.strip_prefix("には"));
    if let Some(rest) = names {
        let mask = words::masked(rest);
        const TAILS: [&str; 14] = [
            "をもってこれに充て",
            "をもって充て",
            "をもって、充て",
            "を充て",
            "とする",
            "とし、",
            "が務め",
            "が当た",
            "がこれに当た",
            "がその任に当た",
            "が行",
            "がこれを務め",
            "の職にある者",
            "をもって",
        ];
        let end = TAILS.iter().filter_map(|tail| mask.find(tail)).min()?;
        let part = rest.get(..end)?;
        // 会長は副市長を、副会長は総務部長をもって充てる
        let cut = mask.get(..end)?.find("を、").filter(|_| mask.get(..end).is_some_and(|part| part.contains('は')));
        let part = cut.and_then(|cut| part.get(..cut)).unwrap_or(part);
        let post = posts::of(part).into_iter().next().filter(|post| words::is_post(post))?;
        return (!part.contains('を') || post.len() < part.len()).then_some(post);
    }
    // Xが議長となる; Xは、…を招集し、議長を務める
    let serves = ["となる", "となり", "を務め", "に当た", "として", "をつとめ", "とな"]
        .iter()
        .any(|tail| after.starts_with(tail))
        || after.starts_with("の任");
    if !serves {
        return None;
    }
    let by = before
        .trim_end_matches("その")
        .trim_end_matches("会議の")
        .trim_end_matches("この")
        .trim_end_matches(['、', ' ']);
    if let Some(by) = by.strip_suffix('が') {
        return Some(words::named(by));
    }
    let mask = words::masked(before);
    let at = mask
        .match_indices('は')
        .map(|(at, _)| at)
        .find(|at| !words::named(before.get(..*at).unwrap_or_default()).is_empty())?;
    let subject = words::named(before.get(..at)?);
    if !is_body(subject) {
        return Some(subject);
    }
    // 会議は、Xが招集し、その議長となる
    let inner = before.get(at + 3..)?;
    let by = inner
        .find("が招集")
        .or_else(|| inner.find("が召集"))
        .or_else(|| inner.find("が必要に応じ"))
        .or_else(|| inner.find('が'))?;
    Some(words::named(inner.get(..by)?))
}

fn agenda<'a>(about: &About<'a, '_>, unit: &Unit<'a>) -> Vec<Found<String>> {
    let topics = [
        "審議",
        "協議",
        "検討",
        "調査",
        "所掌",
        "つかさど",
        "審査",
        "掌る",
        "取り扱",
        "扱う",
        "処理",
        "議題",
        "事務を",
        "事項を",
        "事項は",
        "評価",
    ];
    let own = unit.sentences().into_iter().any(|sentence| {
        let mask = words::masked(sentence);
        about.speaks(sentence)
            && mask.contains('次')
            && ["事項", "こと", "事務", "業務"].iter().any(|word| mask.contains(word))
            && topics.iter().any(|word| mask.contains(word))
            && !["組織する", "構成する", "委員は", "者をもって"].iter().any(|word| mask.contains(word))
            && !mask.contains("求め")
    });
    if !own {
        return Vec::new();
    }
    about.scope.mark(unit.text);
    unit.list()
        .into_iter()
        .map(|text| Found::written(text, text.plain().trim_end_matches('。'), unit.id()))
        .filter(|found| !found.value.is_empty())
        .collect()
}

fn secretariat<'a>(scope: &Scope<'a>, unit: &Unit<'a>) -> Option<Found<String>> {
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        let after = ["庶務は、", "庶務は", "庶務については、", "庶務を", "事務局は、", "事務局を", "事務は、"]
            .iter()
            .find_map(|head| {
                let at = mask.find(head)?;
                let fits = !head.starts_with("事務は") || mask.get(..at)?.ends_with("の");
                fits.then_some(at + head.len())
            });
        let Some(from) = after else { continue };
        let rest = sentence.get(from..)?;
        let rest_mask = words::masked(rest);
        let ends = [
            "において",
            "が、",
            "が処理",
            "が担当",
            "が行",
            "が担",
            "が所掌",
            "が所管",
            "がつかさど",
            "で処理",
            "で行",
            "で担当",
            "に置",
            "に設",
            "の所管",
            "がこれ",
            "が務め",
            "とする",
            "で所掌",
            "にて",
        ];
        let Some(end) = ends.iter().filter_map(|end| rest_mask.find(end)).min() else { continue };
        let office = rest.get(..end)?.trim_start_matches('、');
        if !office.is_empty() && office.chars().count() <= 40 {
            scope.mark(unit.text);
            return Some(Found::written(unit.text, words::bare(office), unit.id()));
        }
    }
    None
}

fn consults<'a>(about: &About<'a, '_>, unit: &Unit<'a>, chair: Option<&str>) -> Option<Found<String>> {
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        let asks = [
            "の意見を聴",
            "の意見を聞",
            "の意見を求",
            "に意見を求",
            "に諮問",
            "に意見を聴",
            "の意見をき",
            "に意見を聞",
            "に諮",
            "の答申",
            "の助言を",
        ]
        .iter()
        .filter_map(|ask| mask.find(ask))
        .min();
        let Some(at) = asks else { continue };
        let name = words::named(sentence.get(..at)?);
        let mut subjects = mask
            .match_indices('は')
            .map(|(at, _)| words::named(sentence.get(..at).unwrap_or_default()))
            .filter(|name| !name.is_empty());
        let asker = subjects.next().unwrap_or_default();
        let own = asker == about.name
            || Some(asker) == chair
            || is_chair(asker)
            || is_body(asker) && about.speaks(asker)
            || Some(about.scope.call(asker)) == chair;
        let outside = ["会", "会議", "委員", "機関", "監査人"].iter().any(|end| name.ends_with(end))
            && name != about.name
            && !is_chair(name);
        if own && outside {
            return about.found(unit, name);
        }
    }
    None
}
