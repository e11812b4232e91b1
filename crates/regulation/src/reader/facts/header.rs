//! Title, kind, number, dates and amendments.

use super::super::instrument::{Amendment, Instrument, Supplement};
use super::super::text::Text;
use super::super::{dates, heads, words};
use super::{Facts, Found};
use crate::Date;

const KINDS: [&str; 8] = ["規程", "要綱", "規則", "訓令", "要領", "規定", "条例", "告示"];
/// The forms that a number begins with.
const FORMS: [&str; 16] = [
    "訓令", "規程", "規則", "告示", "要綱", "要領", "条例", "規定", "内訓", "公告", "通達", "達", "要項", "庁訓",
    "内規", "公示",
];
/// How the names of municipalities and their unions end.
const MUNICIPALITIES: [char; 8] = ['市', '町', '村', '区', '県', '府', '都', '道'];
const UNIONS: [&str; 4] = ["組合", "連合", "機構", "企業団"];

pub(super) fn read(instrument: &Instrument, facts: &mut Facts) {
    let title = title(&instrument.title);
    facts.number = number(instrument);
    facts.promulgated = promulgated(instrument);
    facts.kind =
        kind(title.as_ref().map_or("", |found| &found.value), facts.number.as_ref().map(|found| found.value.as_str()));
    facts.title = title;
    let (original, later) = supplements(instrument, facts);
    if facts.promulgated.is_none() {
        facts.promulgated = original.and_then(promulgation_in);
    }
    facts.effective =
        original.and_then(|supplement| effective(supplement, facts.promulgated.as_ref().map(|found| found.value)));
    facts.amendments = amendments(instrument, facts, &later);
}

fn title(title: &Text) -> Option<Found<String>> {
    let text = title.as_str().trim();
    let mut bare = text.trim_start_matches(['○', '◯', '〇', '●', '◎', '■', '◆', '#', ' ']);
    for _ in 0..4 {
        let Some((before, inner)) = words::last_parenthesis(bare) else { break };
        let dated = dates::first_date(inner).is_some()
            || inner.contains("第") && inner.contains('号')
            || inner == "案"
            || inner == "抄";
        if !dated || before.trim().is_empty() {
            break;
        }
        bare = before.trim_end();
    }
    let bare = bare.strip_suffix("(抄)").unwrap_or(bare);
    (!bare.is_empty()).then(|| Found::written(title, bare, ""))
}

fn kind(title: &str, number: Option<&str>) -> Option<String> {
    let of_title = KINDS.iter().find(|kind| title.ends_with(**kind));
    let of_number = || number.and_then(|number| KINDS.iter().find(|kind| number.contains(**kind)));
    of_title
        .or_else(of_number)
        .or_else(|| KINDS.iter().filter(|kind| title.contains(**kind)).max_by_key(|kind| title.rfind(**kind)))
        .map(|kind| (*kind).to_owned())
}

/// Header lines up to the history of amendments, and those of the history.
fn header(instrument: &Instrument) -> (Vec<&Text>, Vec<&Text>) {
    let mut own = Vec::new();
    let mut history = Vec::new();
    let mut in_history = false;
    for line in &instrument.header {
        let text = line.as_str().trim_start_matches(['・', '〔', '(', '[', ' ']);
        if std::ptr::eq(line.as_str(), instrument.title.as_str()) {
            continue;
        }
        let heads_history = ["改正", "沿革", "最終改正", "一部改正", "最近改正", "改正沿革", "改正経過", "改廃"];
        if heads_history.iter().any(|head| text.starts_with(head)) {
            in_history = true;
        }
        if ["目次", "第1章"].iter().any(|end| text.starts_with(end)) {
            break;
        }
        if in_history { history.push(line) } else { own.push(line) }
    }
    (own, history)
}

fn number(instrument: &Instrument) -> Option<Found<String>> {
    let (own, _) = header(instrument);
    own.iter()
        .filter(|line| !line.as_str().contains("改正する") && line.as_str().chars().count() <= 60)
        .find_map(|line| {
            let part = number_in(line.as_str())?;
            Some(Found::written(line, part, ""))
        })
        .or_else(|| {
            let (_, inner) = words::last_parenthesis(instrument.title.as_str())?;
            Some(Found::written(&instrument.title, number_in(inner)?, ""))
        })
}

/// The number within a text: its form and 第N号, or the number of a document as it is written.
pub(super) fn number_in(text: &str) -> Option<&str> {
    let (at, len) = text.match_indices('第').find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let (_, len) = heads::ordinal(rest, "号")?;
        (!rest.get(len..)?.starts_with("様式")).then_some((at, len))
    })?;
    let end = at + len;
    // 第5号の2
    let end = end
        + text
            .get(end..)
            .filter(|rest| rest.starts_with('の'))
            .and_then(|rest| heads::leading_number(rest.get(3..)?))
            .map_or(0, |(_, len)| 3 + len);
    let dated = dates::dates(text.get(..at)?).last().map_or(0, |(range, _)| range.end);
    let before = text.get(dated..at)?;
    let from = before
        .rfind([' ', '(', ')', ':', '。', '、', '{', '〔', '・', ']'])
        .map_or(0, |i| i + before.get(i..).and_then(|b| b.chars().next()).map_or(1, char::len_utf8));
    let mut form = before.get(from..)?;
    if form.is_empty() && before.ends_with(')') {
        // 訓令(甲)第5号
        form = before
            .get(before.rfind(['令', '示', '程', '則']).unwrap_or(0)..)
            .filter(|_| before.contains('('))
            .map_or("", |_| before.rsplit(' ').next().unwrap_or_default());
    }
    if let Some((_, of_year)) = form.split_once('年') {
        form = of_year;
    }
    let own = FORMS.iter().filter_map(|known| form.rfind(known)).min();
    if let Some(own) = own {
        let owner = form.get(..own)?;
        let of_municipality = owner.ends_with(MUNICIPALITIES) || UNIONS.iter().any(|union| owner.ends_with(union));
        if of_municipality {
            form = form.get(own..)?;
        }
    }
    text.get(end - len - form.len()..end)
}

fn promulgated(instrument: &Instrument) -> Option<Found<Date>> {
    let (own, _) = header(instrument);
    for line in own {
        let text = line.as_str();
        let long = text.chars().count() > 60 || text.contains('。');
        let web = ["更新", "掲載", "公開日", "印刷", "現在", "施行", "改正", "適用", "廃止"]
            .iter()
            .any(|word| text.contains(word));
        if long || web {
            continue;
        }
        if let Some((range, date)) = dates::dates(text).into_iter().next() {
            return Some(Found::new(date, "", line.span_of(range)));
        }
    }
    let title = &instrument.title;
    let (_, inner) = words::last_parenthesis(title.as_str())?;
    let date = dates::first_date(inner)?;
    Some(Found::new(date, "", title.span()))
}

/// The original supplementary provision and those of amendments.
fn supplements<'a>(instrument: &'a Instrument, facts: &Facts) -> (Option<&'a Supplement>, Vec<&'a Supplement>) {
    let mut all: Vec<&Supplement> = instrument.supplements.iter().collect();
    let own = |supplement: &&Supplement| {
        let heading = supplement.heading.as_str();
        let date = dates::first_date(heading);
        let same = date.is_some()
            && date == facts.promulgated.as_ref().map(|found| found.value)
            && number_in(heading).is_none_or(|number| facts.number.as_ref().is_none_or(|found| found.value == number));
        date.is_none() && number_in(heading).is_none()
            || same
            || heading.contains("公布") && facts.promulgated.is_none()
    };
    let at = all.iter().position(own).unwrap_or(0);
    let original = (!all.is_empty()).then(|| all.remove(at));
    // Where every heading is dated, the first of them is still the original one of a text that has no header.
    (original, all)
}

fn promulgation_in(supplement: &Supplement) -> Option<Found<Date>> {
    let lines = std::iter::once(&supplement.heading).chain(&supplement.lines);
    lines.into_iter().find_map(|line| {
        let (range, date) = dates::dates(line.plain()).into_iter().find(|(range, _)| {
            let rest = line.plain().get(range.end..).unwrap_or_default().trim_start();
            rest.starts_with("公布")
                || rest.starts_with("に公布")
                || rest.starts_with("告示")
                || rest.starts_with("制定")
        })?;
        Some(Found::new(date, "", line.span_of(range)))
    })
}

/// The day from which the whole is in force, as a supplementary provision says it.
fn effective(supplement: &Supplement, promulgated: Option<Date>) -> Option<Found<Date>> {
    let whole = Text::join(supplement.lines.iter().take(40).map(|line| ("", line)));
    for sentence in words::sentences(whole.plain()) {
        let Some(at) = sentence
            .find("から施行")
            .or_else(|| sentence.find("より施行"))
            .or_else(|| sentence.find("に施行"))
            .or_else(|| sentence.find("から実施"))
        else {
            continue;
        };
        if sentence.starts_with("ただし") {
            continue;
        }
        let before = sentence.get(..at)?;
        let before = before.rsplit('は').next().unwrap_or(before);
        let from = sentence.find(before).unwrap_or(0);
        let span = whole
            .range_of(sentence)
            .map_or_else(|| whole.span(), |range| whole.span_of(range.start + from..range.start + at));
        if let Some((_, date)) = dates::dates(before).pop() {
            return Some(Found::new(date, "", span));
        }
        let days = [
            "公布の日",
            "公表の日",
            "告示の日",
            "令達の日",
            "発令の日",
            "制定の日",
            "決裁の日",
            "達の日",
            "公示の日",
            "発布の日",
            "通達の日",
            "訓令の日",
        ];
        if days.iter().any(|day| before.trim_end().ends_with(day)) {
            return promulgated.map(|date| Found::new(date, "", span));
        }
        return None;
    }
    None
}

fn amendments(instrument: &Instrument, facts: &Facts, later: &[&Supplement]) -> Vec<Found<Amendment>> {
    let (_, history) = header(instrument);
    let own = |date: Option<Date>, number: Option<&str>| {
        date.is_some()
            && date == facts.promulgated.as_ref().map(|found| found.value)
            && (number.is_none() || number == facts.number.as_ref().map(|found| found.value.as_str()))
    };
    let mut out: Vec<Found<Amendment>> = Vec::new();
    let mut listed = 0usize;
    let lines: Vec<&Text> = history.into_iter().chain(&instrument.trailer).collect();
    let enforced = lines.iter().find_map(|line| enforcement_column(line.as_str()));
    for line in lines {
        for (i, (date, number, span)) in entries(line).into_iter().enumerate() {
            if Some(i) == enforced && number.is_none() {
                continue;
            }
            if !own(Some(date), number.as_deref()) {
                listed += 1;
                put(&mut out, Found::new(Amendment { date: Some(date), number }, "", span));
            }
        }
    }
    for supplement in later {
        // Some pages put the number of the amendment on the line below 附則.
        let below =
            supplement.lines.first().filter(|line| line.as_str().starts_with('(') && line.as_str().contains('号'));
        let heading =
            Some(&supplement.heading).filter(|heading| !heading.is_empty()).or(below).unwrap_or(&supplement.heading);
        let text = heading.as_str();
        let number = number_in(text).map(|part| heading.written(part).0);
        let date = dates::first_date(text);
        if own(date, number.as_deref()) {
            continue;
        }
        if date.is_none() && number.is_none() && listed >= later.len() {
            continue;
        }
        let date = date.or_else(|| effective(supplement, None).map(|found| found.value));
        if date.is_some() || number.is_some() {
            let span = if heading.is_empty() {
                supplement.lines.first().map_or_else(|| heading.span(), Text::span)
            } else {
                heading.span()
            };
            put(&mut out, Found::new(Amendment { date, number }, "", span));
        }
    }
    out.sort_by_key(|found| found.value.date.map_or((1, Date::EPOCH), |date| (0, date)));
    out
}

/// Which of the dates in the rows of a history is that of coming into force: 公布年月日 | 番号 | 施行年月日.
fn enforcement_column(head: &str) -> Option<usize> {
    if dates::first_date(head).is_some() || head.chars().count() > 40 {
        return None;
    }
    let head: String = head.chars().filter(|c| *c != ' ').collect();
    let at = head.find("施行")?;
    let days = |text: &str| text.matches('日').count();
    let before = days(head.get(..at)?);
    (before > 0 && days(head.get(at..)?) > 0).then_some(before)
}

/// Dates with the numbers behind them, as lists of amendments have them.
fn entries(line: &Text) -> Vec<(Date, Option<String>, super::super::text::Span)> {
    let text = line.as_str();
    let found = dates::dates(text);
    let ends = found.iter().skip(1).map(|(range, _)| range.start).chain([text.len()]);
    found
        .iter()
        .zip(ends)
        .filter_map(|((range, date), end)| {
            let rest = text.get(range.end..end)?;
            let number = number_in(rest).map(|part| line.written(part).0);
            (!rest.trim_start().starts_with("施行")).then(|| (*date, number, line.span_of(range.start..end)))
        })
        .collect()
}

/// Adds an amendment once: the same date with a number and without one are the same amendment.
fn put(all: &mut Vec<Found<Amendment>>, new: Found<Amendment>) {
    let known = all.iter_mut().find(|old| {
        let (old, new) = (&old.value, &new.value);
        old == new || old.date.is_some() && old.date == new.date && (old.number.is_none() || new.number.is_none())
    });
    match known {
        Some(old) => old.value.number = old.value.number.take().or(new.value.number),
        None => all.push(new),
    }
}
