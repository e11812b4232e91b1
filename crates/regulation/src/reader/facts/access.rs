//! Machines under access management, and how operators are authenticated.

use std::borrow::Cow;

use super::super::text::Text;
use super::super::{heads, words};
use super::roles::{body, parted};
use super::scope::{Scope, Unit};
use super::{Factor, Found, members};

/// The machines that the text lists as objects of access management.
pub(super) fn devices(scope: &Scope<'_>) -> Vec<Found<String>> {
    let mut out: Vec<Found<String>> = Vec::new();
    for unit in &scope.units {
        for sentence in unit.sentences() {
            if !manages_access(sentence, unit) {
                continue;
            }
            let mut found = listed(scope, unit);
            if found.is_empty() {
                found = inline(scope, unit, sentence);
            }
            for device in found {
                if out.iter().all(|old| old.value != device.value) {
                    out.push(device);
                }
            }
        }
        if !out.is_empty() && unit.depth == 0 {
            break;
        }
    }
    out
}

const MACHINES: [&str; 10] =
    ["機器", "装置", "ハードウェア", "ハードウエア", "端末", "サーバ", "電子計算機", "コンピュータ", "設備", "対象"];

/// Whether a sentence puts machines under access management.
fn manages_access(sentence: &str, unit: &Unit<'_>) -> bool {
    let mask = words::masked(sentence);
    let access =
        ["アクセス管理", "アクセスの管理", "アクセス制御", "アクセス権限の管理"].iter().any(|word| mask.contains(word))
            || sentence.contains("以下「アクセス管理」という");
    let checks = ["正当な権限", "正当な操作権限", "操作権限", "操作履歴"].iter().any(|word| mask.contains(word))
        && mask.contains("操作");
    let lists = (mask.contains('次') || mask.contains("左の") || mask.contains("別表") || mask.contains("下表"))
        && (!unit.list().is_empty() || !unit.tables().is_empty() || mask.contains("別表"));
    let machines = MACHINES.iter().any(|word| mask.contains(word)) || unit.caption().contains("機器");
    let other = [
        "次に掲げる事項",
        "次の事項",
        "次に定めるところ",
        "次に掲げる方法",
        "次の方法",
        "次に掲げる措置",
        "次に掲げる業務",
        "次に掲げるところ",
    ]
    .iter()
    .any(|word| mask.contains(word));
    machines && (access && !(lists && other) || checks && lists && !other)
}

fn listed<'a>(scope: &Scope<'a>, unit: &Unit<'a>) -> Vec<Found<String>> {
    let mut out = Vec::new();
    let each = ["当該各号", "それぞれ", "区分に応じ"].iter().any(|word| unit.text.plain().contains(word));
    for text in unit.list() {
        out.extend(device(scope, unit, text, each));
    }
    if out.is_empty() {
        for line in scope.lines_of(unit) {
            out.extend(device(scope, unit, line, each).filter(|found| !is_head(&found.value)));
        }
        for table in scope.tables_of(unit) {
            let column = members::column(table, &["機器", "名称", "対象", "装置", "端末"])
                .or_else(|| {
                    let numbers = |c: &usize| {
                        body(table).filter_map(|row| row.get(*c)).all(|cell| {
                            heads::leading_number(cell.plain()).is_some_and(|(_, len)| len == cell.plain().len())
                        })
                    };
                    (0..table.rows.first().map_or(0, Vec::len)).find(|c| !numbers(c))
                })
                .unwrap_or(0);
            for cell in body(table).filter_map(|row| row.get(column)) {
                out.push(Found::written(cell, words::bare(cell.plain()), unit.id()));
            }
        }
    }
    if !out.is_empty() {
        scope.mark(unit.text);
    }
    out.retain(|found| !found.value.is_empty());
    out
}

/// Whether a line only heads the machines below it.
fn is_head(line: &str) -> bool {
    ["機器", "機器名", "機器の名称", "名称", "装置", "対象機器", "機器の種類", "区分"].contains(&line)
}

fn device<'a>(scope: &Scope<'a>, unit: &Unit<'a>, text: &Text, each: bool) -> Option<Found<String>> {
    const METHODS: [&str; 8] = ["パスワード", "カード", "認証", "暗証番号", "照合", "指紋", "静脈", "識別"];
    let plain = text.plain();
    let whole = plain.get(heads::marker(plain).map_or(0, |marker| marker.len)..)?.trim_end_matches('。');
    // A name, a space or a colon, and what it is for or how access to it is managed.
    let halves = parted(whole).or_else(|| whole.split_once([':', '…'])).filter(|(_, rest)| {
        let method = |name: &&str| METHODS.iter().any(|word| name.ends_with(word));
        each || plain.contains('。') || rest.chars().count() > 6 || words::members(rest).iter().all(method)
    });
    let name = halves.map_or(whole, |(name, _)| name);
    if name.is_empty() || name.ends_with("こと") {
        return None;
    }
    let short = words::last_parenthesis(name).and_then(|(_, inner)| words::short_name(inner));
    let found = Found::written(text, short.unwrap_or_else(|| words::bare(name)), unit.id());
    scope.mark(text);
    Some(found)
}

/// アクセス管理を行う機器は、A及びBとする; A及びBについて、アクセス管理を行う.
fn inline<'a>(scope: &Scope<'a>, unit: &Unit<'a>, sentence: &str) -> Vec<Found<String>> {
    let mask = words::masked(sentence);
    if mask.contains("次") || mask.contains("前条") || mask.contains("前項") {
        return Vec::new();
    }
    let about = ["機器は、", "装置は、", "対象は、", "端末は、", "対象機器は、"]
        .iter()
        .find_map(|head| mask.find(head).map(|at| at + head.len()));
    let end = ["とする", "である"].iter().find_map(|tail| mask.rfind(tail));
    let list = match (about, end) {
        (Some(from), Some(to)) if from < to => sentence.get(from..to),
        _ => {
            let to = mask
                .find("について、アクセス管理")
                .or_else(|| mask.find("についてアクセス管理"))
                .or_else(|| mask.find("のアクセス管理を行"));
            to.and_then(|to| {
                let before = sentence.get(..to)?;
                let from = words::masked(before).rfind("は、").map_or(0, |at| at + "は、".len());
                before.get(from..)
            })
        }
    };
    let Some(list) = list else { return Vec::new() };
    let members = words::members(list);
    let machine = |name: &&str| {
        !name.contains("ため")
            && MACHINES.iter().chain(&["機", "CS"]).any(|word| words::bare(name).ends_with(word) || name.contains(word))
            && !name.ends_with("機器")
    };
    if members.is_empty() || !members.iter().all(machine) {
        return Vec::new();
    }
    scope.mark(unit.text);
    members.iter().map(|name| Found::written(unit.text, words::bare(name), unit.id())).collect()
}

/// How operators are authenticated, or what is registered or issued for it.
pub(super) fn factors(scope: &Scope<'_>) -> Vec<Found<Factor>> {
    let mut out: Vec<Found<Factor>> = Vec::new();
    let residents = of_residents(scope);
    for (factor, find) in [
        (Factor::IcCard, ic_card as fn(&str, &Unit<'_>, bool) -> Option<usize>),
        (Factor::Password, password),
        (Factor::Biometric, biometric),
    ] {
        let found = scope.units.iter().filter(|unit| !unit.defines()).find_map(|unit| {
            unit.sentences().into_iter().find_map(|sentence| {
                let at = find(sentence, unit, residents)?;
                let range = unit.text.range_of(sentence.get(at..)?)?;
                scope.mark(unit.text);
                Some(Found::new(factor, unit.id(), unit.text.span_of(range)))
            })
        });
        out.extend(found);
    }
    out
}

/// How many entries of a list are looked at for what the list is about.
const BESIDE_MAX: usize = 20;
const ENTRY: [&str; 9] = ["入退室", "入室", "立ち入", "立入", "解錠", "入退場", "出入", "開錠", "電子錠"];
const RESIDENT: [&str; 8] = [
    "申請者",
    "住民基本台帳カード",
    "個人番号カード",
    "交付を受け",
    "本人に",
    "住基カード",
    "代理人",
    "マイナンバーカード",
];
const OPERATOR: [&str; 13] =
    ["操作者", "操作員", "職員", "端末", "操作", "認証", "ログ", "権限", "取扱者", "サーバ", "機器", "照合", "従事者"];

fn has(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

fn enters(sentence: &str, unit: &Unit<'_>) -> bool {
    let said = if sentence.contains("入退室管理") {
        Cow::Owned(sentence.replace("入退室管理者", "").replace("入退室管理責任者", ""))
    } else {
        Cow::Borrowed(sentence)
    };
    // Of a list of ways to enter (レベル3 次の方法), one entry may not say it itself.
    let beside = || {
        unit.depth > 0
            && !has(unit.caption(), &["アクセス", "操作", "認証"])
            && unit.paragraph.items.iter().take(BESIDE_MAX).any(|item| {
                has(item.text.plain(), &ENTRY)
                    || item.items.iter().take(BESIDE_MAX).any(|below| has(below.text.plain(), &ENTRY))
            })
    };
    (has(&said, &ENTRY) || has(unit.caption(), &["入退室", "入室", "立入"]) || beside()) && !said.contains("操作")
}

/// Whether those who use (利用者) are residents: the text is about their certificates.
fn of_residents(scope: &Scope<'_>) -> bool {
    let certificates = ["電子証明書", "公的個人認証"];
    has(scope.instrument.title.plain(), &certificates)
        || scope.units.iter().any(|unit| has(unit.text.plain(), &certificates))
}

fn ic_card(sentence: &str, unit: &Unit<'_>, residents: bool) -> Option<usize> {
    const OWN: [&str; 11] = [
        "操作者用ICカード",
        "操作者ICカード",
        "操作者識別カード",
        "操作者用カード",
        "操作者カード",
        "操作者用のICカード",
        "操作者用IDカード",
        "操作者用のIDカード",
        "操作用カード",
        "操作者用の識別カード",
        "業務用ICカード",
    ];
    if !sentence.contains("カード") {
        return None;
    }
    if let Some(at) = OWN.iter().find_map(|word| sentence.find(word)) {
        return Some(at);
    }
    if enters(sentence, unit) {
        return None;
    }
    ["ICカード", "IDカード", "職員カード", "認証カード", "識別カード"].iter().find_map(|word| {
        let at = sentence.find(word)?;
        let resident = (has(sentence.get(..at)?, &["住民基本台帳", "個人番号", "申請者"])
            || residents && sentence.get(..at)?.contains("利用者"))
            && !has(sentence, &["操作者", "職員は", "職員が"]);
        let lists = unit.depth > 0 && sentence.chars().count() < 25 && sentence.contains("リーダ");
        let reader = sentence.get(at + word.len()..)?.starts_with("リーダ")
            || sentence.get(at + word.len()..)?.starts_with("読");
        let operator = has(sentence, &OPERATOR)
            || unit.lead.is_some_and(|lead| has(lead.plain(), &OPERATOR))
            || has(unit.caption(), &["IDカード", "ICカード", "操作者", "アクセス"]);
        (operator && !resident && !lists && !reader).then_some(at)
    })
}

fn password(sentence: &str, unit: &Unit<'_>, residents: bool) -> Option<usize> {
    if !has(sentence, &["パス", "暗証番号"]) || enters(sentence, unit) {
        return None;
    }
    for word in ["操作者照合暗証番号", "操作者用暗証番号", "操作者パスワード", "操作者暗証番号"]
    {
        if let Some(at) = sentence.find(word) {
            return Some(at);
        }
    }
    let resident = has(sentence, &RESIDENT) || residents && sentence.contains("利用者");
    for word in ["パスワード", "パスフレーズ"] {
        if let Some(at) = sentence.find(word).filter(|_| !resident || has(sentence, &["操作者", "職員は"])) {
            let device = sentence.get(..at).is_some_and(|before| before.ends_with("装置用"));
            if !device {
                return Some(at);
            }
        }
    }
    let at = sentence.find("暗証番号")?;
    let around = has(sentence, &["操作者", "操作員", "職員", "取扱者", "従事者", "操作する者"]);
    (around && !resident).then_some(at)
}

fn biometric(sentence: &str, unit: &Unit<'_>, residents: bool) -> Option<usize> {
    if let Some(at) = ["照合情報", "生体認証", "生体情報", "静脈", "指紋認証", "顔認証", "指紋", "虹彩"]
        .iter()
        .filter_map(|word| sentence.find(word))
        .min()
    {
        let entry = enters(sentence, unit);
        let device = sentence.get(at..)?.starts_with("顔認証装置")
            || sentence.contains("認証装置") && sentence.chars().count() < 20
            || sentence.contains("顔認証システム");
        let resident = (has(sentence, &RESIDENT) || residents && sentence.contains("利用者"))
            && !has(sentence, &["操作者", "職員は", "職員が"]);
        if !entry && !device && !resident {
            return Some(at);
        }
    }
    None
}
