//! How many years things are kept.

mod applied;

use super::super::text::Text;
use super::super::{heads, words};
use super::roles::{body, parted};
use super::scope::{Scope, Unit};
use super::{Found, Retention, members};

const KEEPS: [&str; 11] =
    ["保存", "保管", "保持", "さかのぼ", "残し", "残す", "備え置", "蓄積", "遡", "備えて", "保有"];

pub(super) fn read(scope: &Scope<'_>, books: &[Found<String>]) -> Vec<Retention> {
    let mut out: Vec<Retention> = Vec::new();
    for unit in &scope.units {
        if unit.defines() {
            continue;
        }
        let mut found = tables(scope, unit);
        found.extend(items(scope, unit));
        found.extend(applied::read(scope, unit, books));
        for sentence in unit.sentences() {
            found.extend(in_sentence(scope, unit, sentence, books));
        }
        for kept in found {
            if !kept.subject.value.is_empty() && out.iter().all(|old| old != &kept) {
                out.push(kept);
            }
        }
    }
    out
}

/// Numbers of years: where they begin and end, and how many.
fn years(text: &str) -> Vec<(usize, usize, u32)> {
    let mut out = Vec::new();
    for (at, mark) in text.match_indices('年') {
        let end = at + mark.len();
        let after = text.get(end..).unwrap_or_default();
        if after.starts_with(['月', '度', '法', '訓', '規', '条', '告', '政', '省', '要', '次', '4', '1', '2', '3'])
            || after.starts_with("総務")
        {
            continue;
        }
        let before = text.get(..at).unwrap_or_default().trim_end();
        // 五箇年, 5か年
        let before = ["箇", "か", "カ", "ヶ", "ケ", "ヵ", "個"]
            .iter()
            .find_map(|unit| before.strip_suffix(unit))
            .filter(|_| !text.get(end..).unwrap_or_default().starts_with("計画"))
            .unwrap_or(before);
        let digits: String = before
            .chars()
            .rev()
            .take_while(|c| c.is_ascii_digit() || "〇一二三四五六七八九十百".contains(*c))
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let head = before.strip_suffix(digits.as_str()).unwrap_or_default();
        if digits.is_empty()
            || ["平成", "令和", "昭和", "大正", "明治", "第", "満"].iter().any(|era| head.ends_with(era))
        {
            continue;
        }
        if let Some((n, len)) = heads::leading_number(&digits)
            && len == digits.len()
            && (1..=100).contains(&n)
        {
            out.push((head.len(), end, n));
        }
    }
    out
}

fn in_sentence<'a>(scope: &Scope<'a>, unit: &Unit<'a>, sentence: &'a str, books: &[Found<String>]) -> Vec<Retention> {
    let mask = words::masked(sentence);
    if !KEEPS.iter().any(|word| mask.contains(word)) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut from = 0;
    for (at, end, n) in years(&mask) {
        let part = sentence.get(from..at).unwrap_or_default();
        let rest = mask.get(end..).unwrap_or_default();
        from = end;
        let kept = KEEPS.iter().any(|word| rest.contains(word))
            || ["保存期間", "保管期間", "保存年限", "保管年限", "保存する期間", "保管する期間"]
                .iter()
                .any(|word| part.contains(word));
        let other = ["を経過", "以内", "ごと", "に1回", "に一回", "以上", "1回"]
            .iter()
            .any(|word| rest.trim_start_matches('間').starts_with(word))
            && !rest.starts_with("以上");
        let other = other && !rest.contains("を経過する日まで") && !rest.contains("を経過するまで");
        if !kept || other {
            continue;
        }
        for subject in subjects(scope, unit, part, books) {
            out.push(Retention { subject, years: n });
            scope.mark(unit.text);
        }
    }
    out
}

/// What a part of a sentence says is kept.
fn subjects<'a>(scope: &Scope<'a>, unit: &Unit<'a>, part: &'a str, books: &[Found<String>]) -> Vec<Found<String>> {
    let Some(phrase) = object(part) else { return Vec::new() };
    let mut out = Vec::new();
    let listed = ["次に掲げる", "次の", "次に定める", "左の", "各号に掲げる"]
        .iter()
        .any(|list| phrase.starts_with(list) || phrase.contains("各号に掲げる"));
    if listed && !unit.items.is_empty() {
        let names = unit.items.iter().map(|item| {
            let whole = item.text.plain().trim_end_matches('。');
            let name = parted(whole).map_or(whole, |(name, _)| name);
            Found::written(&item.text, words::bare(name), unit.id())
        });
        return names.collect();
    }
    for member in kept_members(phrase) {
        let name = noun(member);
        if let Some(found) = same_book(scope, unit, member, name) {
            out.extend(found);
        } else if let Some(found) = referred(scope, unit, member, name, books) {
            out.extend(found);
        } else if !name.is_empty() {
            let called = scope.call(name).to_owned();
            let found = Found::written(unit.text, name, unit.id());
            out.push(if called == name { found } else { Found { value: called, ..found } });
        }
    }
    out
}

/// The members of a list of what is kept. A member that names no record belongs to the next one:
/// カードの交付及び返納の記録.
fn kept_members(list: &str) -> Vec<&str> {
    const RECORDS: [&str; 30] = [
        "簿",
        "帳",
        "票",
        "記録",
        "書",
        "書類",
        "履歴",
        "ログ",
        "媒体",
        "データ",
        "届",
        "証",
        "控え",
        "控",
        "映像",
        "図",
        "表",
        "資料",
        "文書",
        "ディスク",
        "テープ",
        "情報",
        "名簿",
        "報告",
        "カード",
        "ファイル",
        "誌",
        "結果",
        "等",
        "もの",
    ];
    let mut out: Vec<&str> = Vec::new();
    let mut open: Option<usize> = None;
    let place = |part: &str| (part.as_ptr() as usize).saturating_sub(list.as_ptr() as usize);
    for member in words::members(list) {
        let from = open.unwrap_or_else(|| place(member));
        if RECORDS.iter().any(|end| words::bare(member).ends_with(end)) {
            open = None;
            out.push(list.get(from..place(member) + member.len()).unwrap_or(member));
        } else {
            open = Some(from);
        }
    }
    if let Some(from) = open {
        if out.is_empty() {
            return words::members(list);
        }
        out.extend(words::members(list.get(from..).unwrap_or_default()));
    }
    out
}

/// 当該台帳, これを: what the same paragraph named before, a book where there is one.
fn same_book<'a>(scope: &Scope<'a>, unit: &Unit<'a>, member: &'a str, name: &'a str) -> Option<Vec<Found<String>>> {
    let points = ["当該", "その", "同", "これ"].iter().any(|word| member.starts_with(word));
    let generic = ["台帳", "管理簿", "記録簿", "簿冊", "帳簿", "帳票", "記録", "これ", "これら"].contains(&name);
    if !points || !generic {
        return None;
    }
    let at = unit.text.range_of(member)?.start;
    let mut named = super::ledgers::named(scope, unit.text, unit.id());
    named.retain(|book| book.value != name && unit.text.plain().find(&book.value).is_some_and(|found| found < at));
    // 管理簿 within 入退室管理簿 is that book.
    let values: Vec<String> = named.iter().map(|book| book.value.clone()).collect();
    named.retain(|book| !values.iter().any(|other| other.len() > book.value.len() && other.ends_with(&book.value)));
    if !named.is_empty() {
        let last = named.split_off(if name == "これら" { 0 } else { named.len() - 1 });
        return Some(last);
    }
    let meant = object(unit.text.plain().get(..at)?.rsplit('。').next()?).filter(|_| name.starts_with("これ"))?;
    Some(kept_members(meant).into_iter().map(|one| Found::written(unit.text, noun(one), unit.id())).collect())
}

/// The object or topic at the end of a part of a sentence.
fn object(part: &str) -> Option<&str> {
    let mask = words::masked(part);
    for (tail, keep) in [
        ("の保存期間", 0),
        ("の保管期間", 0),
        ("の保存年限", 0),
        ("の保管年限", 0),
        ("を保存する期間", 0),
        ("を保管する期間", 0),
        ("の期間", 0),
    ] {
        if let Some(at) = mask.rfind(tail) {
            return Some(start(part.get(..at + keep)?));
        }
    }
    // 経過を記録簿に記録し、5年保存する keeps the book.
    if let Some(book) = entered(part, &mask) {
        return Some(book);
    }
    let time = ["日", "間", "期間", "後", "時", "末"];
    let mut marks = mask.match_indices('を').map(|(at, _)| at).filter(|at| {
        let before = part.get(..*at).unwrap_or_default();
        !time.iter().any(|end| before.ends_with(end))
    });
    if let Some(at) = marks.next_back() {
        return Some(start(part.get(..at)?));
    }
    let about = ["については", "について", "に関しては", "にあっては"].iter().find_map(|word| mask.rfind(word));
    let topic = about.or_else(|| {
        mask.match_indices('は').map(|(at, _)| at).rfind(|at| !mask.get(..*at).unwrap_or_default().ends_with('又'))
    });
    Some(start(part.get(..topic?)?))
}

/// The book that something is entered in: …を記録簿(様式第1号)に記載させ.
fn entered<'s>(part: &'s str, mask: &str) -> Option<&'s str> {
    let (at, name) = mask
        .match_indices('に')
        .map(|(at, _)| (at, words::tail_name(words::bare(part.get(..at).unwrap_or_default()))))
        .rfind(|(_, name)| ["簿", "台帳", "記録票"].iter().any(|end| name.ends_with(end)))?;
    let rest = mask.get(at..)?;
    let enters = ["記録", "記載", "記入", "記帳", "登載", "登録"].iter().any(|verb| {
        rest.find(verb)
            .and_then(|at| rest.get(at + verb.len()..))
            .is_some_and(|end| end.starts_with(['し', 'さ', 'の']))
    });
    (enters && !rest.contains('を')).then_some(name)
}

/// A phrase from where its own words begin: behind the last clause or subject.
fn start(phrase: &str) -> &str {
    let mask = words::masked(phrase);
    const ENDS: [&str; 20] = [
        "にあっては、",
        "にあっては",
        "備え、",
        "定め、",
        "させ、",
        "は、",
        "し、",
        "り、",
        "ため、",
        "が、",
        "て、",
        "とき、",
        "に、",
        "き、",
        "い、",
        "間、",
        "から、",
        "もに、",
        "場合、",
        "都度、",
    ];
    // 管理者は操作履歴を: whose duty it is stands before.
    let keeper = mask.match_indices('は').rfind(|(at, _)| {
        let name = words::named(phrase.get(..*at).unwrap_or_default());
        words::is_office(name) || name.ends_with('長')
    });
    let clause = ENDS.iter().filter_map(|end| mask.rfind(end).map(|at| at + end.len())).max();
    let cut = clause.max(keeper.map(|(at, mark)| at + mark.len())).unwrap_or(0);
    phrase.get(cut..).unwrap_or(phrase).trim_start_matches(['、', ' '])
}

/// The noun of what is kept, without words that only point at it.
fn noun(member: &str) -> &str {
    let mut name = words::bare(member);
    const LEADS: [&str; 14] = [
        "当該",
        "その",
        "これらの",
        "同",
        "前項の",
        "前条の",
        "前2項の",
        "すべての",
        "全ての",
        "機器の",
        "作成した",
        "取得した",
        "記録した",
        "前項に規定する",
    ];
    while let Some(rest) = LEADS.iter().find_map(|lead| name.strip_prefix(lead)) {
        name = rest;
    }
    name = without_reference(name);
    // …に関する modifies; what is kept stands behind a verb.
    for verb in ["した", "された", "する", "れる"] {
        if let Some((_, rest)) = words::masked(name).rfind(verb).and_then(|at| name.split_at_checked(at + verb.len()))
            && !rest.is_empty()
            && !name.contains("に関する")
            && !name.contains("に係る")
        {
            name = rest;
        }
    }
    name
}

/// A name without the provision that set it up: 第10条第1項の管理簿, 前条第1号の室に係る管理簿.
fn without_reference(name: &str) -> &str {
    let cited = name.starts_with('第') && heads::article_number(name).is_some()
        || ["前条", "前項", "第1項", "第一項", "第2項", "第二項", "別表"].iter().any(|word| name.starts_with(word));
    if !cited {
        return name;
    }
    let mask = words::masked(name);
    let behind = ["に係る", "に規定する", "に定める", "に掲げる", "の規定による", "による"]
        .iter()
        .filter_map(|word| mask.rfind(word).map(|at| at + word.len()))
        .max()
        .or_else(|| mask.find('の').map(|at| at + 'の'.len_utf8()));
    behind.and_then(|at| name.get(at..)).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

/// 前項の管理簿, 前項第1号及び第2号の簿冊: the books of the paragraph that is meant.
fn referred<'a>(
    scope: &Scope<'a>,
    unit: &Unit<'a>,
    member: &str,
    name: &str,
    books: &[Found<String>],
) -> Option<Vec<Found<String>>> {
    let whole = unit.text.plain();
    let points =
        ["前項", "前条", "第1項", "第2項", "第3項", "前2項", "第一項", "第二項", "第三項"].iter().find(|word| {
            member.starts_with(**word) || whole.starts_with(**word) && (member.starts_with('第') || member == name)
        });
    let reference = *points?;
    let target = match reference {
        "前項" | "前2項" => scope.before(unit),
        "前条" => {
            let at = scope.instrument.articles.iter().position(|article| article.id == unit.article.id)?;
            let article = scope.instrument.articles.get(at.checked_sub(1)?)?;
            scope.of(&article.id).find(|unit| unit.depth == 0)
        }
        other => {
            let n = heads::ordinal(other, "項")?.0 as usize;
            scope.of(unit.id()).find(|unit| unit.depth == 0 && unit.index + 1 == n)
        }
    }?;
    let period = ["期間", "年限"].iter().any(|word| name.ends_with(word)) || member == reference;
    if period {
        let sentence = target.sentences().into_iter().find(|s| KEEPS.iter().any(|word| s.contains(word)))?;
        let at = KEEPS.iter().filter_map(|word| sentence.rfind(word)).max()?;
        let phrase = object(sentence.get(..at)?)?;
        return Some(
            words::members(phrase)
                .into_iter()
                .map(|member| Found::new(target.text.written(noun(member)).0, unit.id(), unit.text.span()))
                .collect(),
        );
    }
    let numbers: Vec<u32> = whole
        .split("の簿冊")
        .next()
        .unwrap_or_default()
        .match_indices('第')
        .filter_map(|(at, _)| heads::ordinal(whole.get(at..)?, "号").map(|(n, _)| n))
        .collect();
    let text_of = |text: &Text, found: &Found<String>| {
        let span = text.span();
        span.start <= found.span.start && found.span.end <= span.end
    };
    let within: Vec<Found<String>> = books
        .iter()
        .filter(|book| {
            let in_items = target.items.iter().find(|item| text_of(&item.text, book));
            let items_fit = in_items.is_none_or(|item| numbers.is_empty() || numbers.contains(&item.number));
            (in_items.is_some() && items_fit || in_items.is_none() && text_of(target.text, book) && numbers.is_empty())
                && book.article == target.article.id
        })
        .cloned()
        .collect();
    let named_here: Vec<Found<String>> =
        if within.is_empty() { super::ledgers::named(scope, target.text, unit.id()) } else { within };
    if named_here.is_empty() {
        return None;
    }
    Some(named_here.into_iter().map(|book| Found { article: unit.id().to_owned(), ..book }).collect())
}

/// Items such as 操作記録 7年.
fn items<'a>(scope: &Scope<'a>, unit: &Unit<'a>) -> Vec<Retention> {
    let lead = unit.text.plain();
    if unit.items.is_empty() || !KEEPS.iter().any(|word| lead.contains(word)) {
        return Vec::new();
    }
    let mut out = Vec::new();
    for item in unit.items {
        let text = item.text.plain().trim_end_matches('。');
        let Some((name, rest)) = parted(text) else { continue };
        let found = years(rest);
        let Some((0, end, n)) = found.first().copied() else { continue };
        if rest.get(end..).unwrap_or_default().chars().count() > 12 {
            continue;
        }
        for member in kept_members(name) {
            out.push(Retention { subject: Found::written(&item.text, words::bare(member), unit.id()), years: n });
        }
        scope.mark(&item.text);
        scope.mark(unit.text);
    }
    out
}

/// Tables such as 帳票 | 保存期間.
fn tables<'a>(scope: &Scope<'a>, unit: &Unit<'a>) -> Vec<Retention> {
    if unit.depth > 0 {
        return Vec::new();
    }
    let lead = unit.text.plain();
    let mut out = Vec::new();
    for table in scope.tables_of(unit) {
        let Some(period) = members::column(table, &["期間", "年限", "年数"]) else { continue };
        if !KEEPS.iter().any(|word| lead.contains(word)) && members::column(table, &["保存", "保管"]).is_none() {
            continue;
        }
        let subject = members::column(
            table,
            &["帳票", "名称", "記録", "種類", "文書", "台帳", "帳簿", "簿冊", "書類", "対象", "区分"],
        )
        .filter(|c| *c != period)
        .unwrap_or(0);
        for row in body(table) {
            let (Some(name), Some(cell)) = (row.get(subject), row.get(period)) else { continue };
            let found = years(cell.plain());
            let Some((_, _, n)) = found.first().copied() else { continue };
            for member in kept_members(name.plain()) {
                out.push(Retention { subject: Found::written(name, words::bare(member), unit.id()), years: n });
            }
        }
        scope.mark(unit.text);
    }
    out
}
