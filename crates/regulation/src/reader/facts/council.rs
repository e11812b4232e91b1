//! The council that the instrument sets up.

mod agenda;
mod chair;
mod seats;

use super::super::words;
use super::scope::{Scope, Unit};
use super::{Council, Found};
use chair::{chair, is_chair, presides};

/// How the names of councils end.
const BODIES: [&str; 11] =
    ["会議", "委員会", "協議会", "本部", "審議会", "連絡会", "部会", "検討会", "推進会", "チーム", "評議会"];

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
            council.agenda = agenda::listed(&about, unit);
        }
    }
    if council.agenda.is_empty() {
        council.agenda =
            about.units().map(|unit| agenda::told(&about, unit)).find(|found| !found.is_empty()).unwrap_or_default();
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
            let chairs = chair::begins(unit.text.plain())
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
        let done = ends.iter().filter_map(|end| rest_mask.find(end)).min();
        let Some(end) = done.into_iter().chain(doer(&rest_mask)).min() else { continue };
        let office = rest.get(..end)?.trim_start_matches('、');
        if !office.is_empty() && office.chars().count() <= 40 {
            scope.mark(unit.text);
            return Some(Found::written(unit.text, words::bare(office), unit.id()));
        }
    }
    None
}

/// Where the section ends that does something, whoever helps it: 甲課が乙課の協力を得て処理する.
fn doer(mask: &str) -> Option<usize> {
    const SECTIONS: [&str; 10] = ["課", "係", "室", "部", "局", "班", "担当", "センター", "グループ", "事務局"];
    let ends = |at: &usize| mask.get(..*at).is_some_and(|before| SECTIONS.iter().any(|end| before.ends_with(end)));
    mask.match_indices('が').map(|(at, _)| at).find(ends)
}

/// Where a sentence asks for an opinion: behind the name of the body that is asked.
fn opinion(mask: &str) -> Option<usize> {
    const ASKS: [char; 9] = ['聴', '聞', '求', '徴', 'き', '問', '伺', '得', '尋'];
    let opinions = mask.match_indices("意見を").filter_map(|(at, word)| {
        let rest = mask.get(at + word.len()..)?.trim_start_matches('、');
        let before = mask.get(..at)?;
        let from = ["の", "に", "から", "に対し、", "に対し"].iter().find_map(|joint| before.strip_suffix(joint))?;
        rest.starts_with(ASKS).then_some(from.len())
    });
    let others = ["に諮問", "に諮", "の答申", "の助言を"].iter().filter_map(|ask| mask.find(ask));
    opinions.chain(others).min()
}

fn consults<'a>(about: &About<'a, '_>, unit: &Unit<'a>, chair: Option<&str>) -> Option<Found<String>> {
    for sentence in unit.sentences() {
        let mask = words::masked(sentence);
        let Some(at) = opinion(&mask) else { continue };
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
