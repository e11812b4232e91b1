//! 規程の版: what a version changes and for whom, adopting it, and deciding how open places are read.

use axum::http::StatusCode;
use maud::{Markup, html};
use sekisho_ledgers::Registers as _;
use sekisho_ledgers::kinds::regulation::view::ProfileVersion;
use sekisho_ledgers::spec::Form;
use sekisho_regulation::Date;
use sekisho_regulation::profile::Reading;
use sekisho_regulation::profile::readings::AS_WRITTEN;

use super::about;
use crate::desk::{Candidate, DeskError, Outcome};
use crate::revision::{Consequences, Effect, Everybody, Right, Shift, Side};
use crate::web::Web;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head, csrf};
use crate::web::parts::{decision, evidence};

/// Changes, rights and cases that a page shows before it says how many more there are.
const SHOWN_MAX: usize = 60;

/// `GET /regulation/versions`
pub(crate) fn all(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let mut versions = web.desk.house().read(|books| books.scan::<ProfileVersion>(""));
    versions.sort_by_key(|version| std::cmp::Reverse(version.evidence));
    let profile = web.desk.profile();
    let body = html! {
        p.lead { "公布、施行、適用の日を分けて持ちます。どの判定も、どの版によるかを記録しています。" }
        p { "今の版の指紋　" code { (profile.digest) } }
        @if web.desk.may(live, "profile.adopt").allowed {
            p { a.button href="/regulation/import" { "規程の本文を取り込む" } }
        }
        section.sheet {
            h2 { "採用した版" }
            @if versions.is_empty() { p.quiet { "導入の時の版のままです。" } }
            @else { div.scroll { table {
                caption.hidden { "採用した版" }
                thead { tr { @for title in ["版", "公布", "施行", "適用", "会議の審議", "定めた者", "状態", "記録"] { th scope="col" { (title) } } } }
                tbody { @for version in &versions { tr {
                    td { a href={ "/regulation/versions/" (version.profile) } { (version.label) } }
                    td.no-break { (version.promulgated.map_or("－".to_owned(), Date::wareki)) }
                    td.no-break { (version.effective.wareki()) }
                    td.no-break { (version.applied.wareki()) }
                    td { (version.resolution.as_deref().unwrap_or("－")) }
                    td { (web.desk.person_name(&version.adopted_by)) }
                    td.no-break { (state(web, version)) }
                    td { (evidence::chip(u64::try_from(version.evidence).unwrap_or(0))) }
                } } }
            } } }
        }
        section.sheet {
            h2 { "規程の沿革" }
            @for instrument in &profile.settings.instruments {
                h3 { (instrument.title) }
                div.scroll { table {
                    caption.hidden { (instrument.title) "の沿革" }
                    thead { tr { @for title in ["改正", "公布", "施行", "適用"] { th scope="col" { (title) } } } }
                    tbody { @for version in &instrument.versions { tr {
                        td { (version.by) } td.no-break { (version.promulgated.wareki()) }
                        td.no-break { (version.effective.wareki()) } td.no-break { (version.applied.wareki()) }
                    } } }
                } }
            }
        }
    };
    Ok(frame::page(web, call, &Head::ok("規程の版", "/regulation"), &body))
}

fn state(web: &Web, version: &ProfileVersion) -> Markup {
    let today = Date::in_japan(web.desk.now_ms());
    html! {
        @if version.profile == web.desk.profile().digest { span.sign.good { "✓ 施行中" } }
        @else if version.effective > today { "施行待ち" }
        @else { span.quiet { "前の版" } }
    }
}

/// `GET /regulation/versions/{digest}`
pub(crate) fn one(web: &Web, call: &Call) -> Reply {
    let candidate = web.desk.examined(call.param("digest")).map_err(|_| Fault::from(DeskError::NotFound))?;
    candidate_page(web, call, &candidate)
}

/// The page of a version that can be adopted.
pub(crate) fn candidate_page(web: &Web, call: &Call, candidate: &Candidate) -> Reply {
    let live = call.live()?;
    let now = candidate.digest == web.desk.profile().digest;
    let consequences = if now { Consequences::default() } else { web.desk.consequences(&candidate.gate)? };
    let everybody = if now { None } else { Some(web.desk.everybody(&candidate.gate)?) };
    let settings = &candidate.gate.profile().settings;
    let body = html! {
        p.lead {
            @for instrument in &settings.instruments { strong { (instrument.title) } "　" }
            br; "指紋 " code { (candidate.digest) }
        }
        @if now { div.notice.good { p { span.sign.good { "✓ 施行中" } "　この版で判定しています。" } } }
        (soundness(candidate))
        @if !now {
            (rights(web, candidate, &consequences))
            @if let Some(all) = &everybody { (for_everybody(web, candidate, all)) }
            (changes(web, candidate))
            (open_questions(&settings.readings))
            @if candidate.is_sound() && web.desk.may(live, "profile.adopt").allowed { (adoption(live, candidate)) }
        }
    };
    Ok(frame::page(web, call, &Head::ok("規程の版の検討", "/regulation"), &body))
}

fn soundness(candidate: &Candidate) -> Markup {
    html! {
        section.sheet {
            h2 { "検査" }
            p {
                "規則 " (candidate.gate.policies().len()) "件、事例 " (candidate.cases) "件　"
                @if candidate.is_sound() { span.sign.good { "✓ 誤りはありません" } }
                @else { span.sign.bad { "✕ " (candidate.failed.len()) "件の事例が期待と違います" } }
            }
            @if !candidate.is_sound() {
                ul { @for case in candidate.failed.iter().take(SHOWN_MAX) { li { (case.name) "　" (case.differences.join("、")) } } }
            }
        }
    }
}

fn rights(web: &Web, candidate: &Candidate, found: &Consequences) -> Markup {
    let tally = found.tally;
    html! {
        section.sheet {
            h2 { "だれに何が変わるか" }
            p { "この1年の判定 " (evidence::grouped(tally.decided)) "件を、この版でやり直しました。同じ結果 " (evidence::grouped(tally.same)) "件。" }
            (rights_table(web, candidate, "できなくなること", &found.lost))
            (rights_table(web, candidate, "できるようになること", &found.gained))
        }
    }
}

fn rights_table(
    web: &Web,
    candidate: &Candidate,
    title: &str,
    effects: &std::collections::BTreeMap<Right, Effect>,
) -> Markup {
    let profile = candidate.gate.profile();
    let role = |code: &str| profile.role(code).map_or_else(|| web.desk.label("role", code), |role| role.name.clone());
    html! {
        h3 { (title) }
        @if effects.is_empty() { p { "ありません。" } }
        @else { div.scroll { table {
            caption.hidden { (title) }
            thead { tr { @for title in ["だれが", "立場", "操作", "件数", "この版での判定", "最後の記録"] { th scope="col" { (title) } } } }
            tbody { @for (right, effect) in effects.iter().take(SHOWN_MAX) { tr {
                td { @if right.person.is_empty() { "サインイン前の人" } @else { (web.desk.person_name(&right.person)) } }
                td { (role(&right.capacity)) }
                td { (web.desk.label("act", &right.act)) }
                td { (evidence::grouped(effect.count)) }
                td { (effect.now.sentence) }
                td { (evidence::chip(effect.last_seq)) }
            } } }
        } }
        @if effects.len() > SHOWN_MAX { p { "ほか" (effects.len() - SHOWN_MAX) "件。全部は `sekisho regulation diff` で見られます。" } } }
    }
}

/// What changes for all requests, whether somebody asked in the past year or not.
fn for_everybody(web: &Web, candidate: &Candidate, all: &Everybody) -> Markup {
    let of = |side: Side| all.shifts.iter().filter(move |shift| shift.side == side).collect::<Vec<_>>();
    html! {
        section.sheet {
            h2 { "すべての要求について" }
            p {
                "二つの版の規則を、" @if all.by_solver { "証明器と有界探索で" } @else { "有界探索で" }
                "比べました。行為 " (evidence::grouped(all.acts as u64)) "件のうち、規則が同じもの " (evidence::grouped(all.alike as u64))
                "件、規則は違うが認める範囲が同じもの " (evidence::grouped(all.same as u64)) "件。"
            }
            (shifts_table(web, candidate, "できなくなること", "この版での判定の例", &of(Side::Old)))
            (shifts_table(web, candidate, "できるようになること", "いまの版での判定の例", &of(Side::New)))
            @if !all.unknown.is_empty() {
                div.notice.bad { p { "✕ 比べられなかった行為があります: " (all.unknown.iter().map(|(act, _)| web.desk.label("act", act)).collect::<Vec<_>>().join("、")) } }
            }
        }
    }
}

fn shifts_table(web: &Web, candidate: &Candidate, title: &str, example: &str, shifts: &[&Shift]) -> Markup {
    let (new, old) = (candidate.gate.profile(), web.desk.profile());
    let role = |code: &str| {
        new.role(code).or_else(|| old.role(code)).map_or_else(|| web.desk.label("role", code), |role| role.name.clone())
    };
    let act =
        |code: &str| new.vocabulary.acts.get(code).map_or_else(|| web.desk.label("act", code), |act| act.ja.clone());
    html! {
        h3 { (title) }
        @if shifts.is_empty() { p { "ありません。" } }
        @else { div.scroll { table {
            caption.hidden { (title) }
            thead { tr { @for title in ["操作", "立場", "どこまで", example] { th scope="col" { (title) } } } }
            tbody { @for shift in shifts.iter().take(SHOWN_MAX) { tr {
                td { (act(&shift.act)) }
                td { (shift.capacity.as_deref().map_or_else(|| "どの立場でも".to_owned(), role)) }
                td { (shift.extent_ja()) }
                td { (shift.refusal.sentence) }
            } } }
        } }
        @if shifts.len() > SHOWN_MAX { p { "ほか" (shifts.len() - SHOWN_MAX) "件。全部は `sekisho regulation diff` で見られます。" } } }
    }
}

fn changes(web: &Web, candidate: &Candidate) -> Markup {
    let (new, old) = (candidate.gate.profile(), web.desk.profile());
    let place = |cite: &sekisho_regulation::Citation| {
        if new.article(cite).is_some() { new.cite_ja(cite) } else { old.cite_ja(cite) }
    };
    html! {
        section.sheet {
            h2 { "条ごとの違い" }
            @if candidate.changes.is_empty() { p { "違いはありません。" } }
            dl { @for change in candidate.changes.iter().take(SHOWN_MAX) {
                dt { (change.article.as_ref().map_or("条によらない設定".to_owned(), place)) }
                @for what in change.what.iter().take(SHOWN_MAX) { dd { (what) } }
            } }
            @if candidate.changes.len() > SHOWN_MAX { p { "ほか" (candidate.changes.len() - SHOWN_MAX) "か所。" } }
        }
    }
}

fn open_questions(readings: &[Reading]) -> Markup {
    let open: Vec<&Reading> = readings.iter().filter(|reading| reading.chosen.is_none()).collect();
    html! {
        @if !open.is_empty() {
            section.sheet {
                h2 { "まだ決めていない読み方" }
                ul { @for reading in open { li { (reading.question) "　" span.quiet { "いまの読み方: " (reading.now()) } } } }
            }
        }
    }
}

fn adoption(live: &crate::desk::Live, candidate: &Candidate) -> Markup {
    let text = |name: &str, label: &str, hint: &str, need: bool| {
        html! {
            div.field {
                label for=(name) { (label) @if need { span.need { "必須" } } }
                @if !hint.is_empty() { p.hint { (hint) } }
                input.wide id=(name) name=(name);
            }
        }
    };
    html! {
        form.sheet method="post" action="/acts/profile.adopt?_back=/regulation/versions" {
            h2 { "この版を採用する" }
            (csrf(live))
            input type="hidden" name="profile" value=(candidate.digest);
            (text("label", "版の名前", "例: 令和8年訓令第3号による改正", true))
            (text("promulgated", "公布日", "例: 2026-11-22", false))
            (text("effective", "施行日", "今日以後の日。例: 2026-12-01", true))
            (text("applied", "適用日（施行日と違うとき）", "", false))
            (text("resolution", "会議の審議（開催日と件名）", "", false))
            div.field { label for="summary" { "改める内容" span.need { "必須" } } textarea.wide #summary name="summary" rows="3" {} }
            button.first type="submit" { "採用する" }
        }
    }
}

/// `GET /regulation/readings/{id}`
pub(crate) fn reading(web: &Web, call: &Call) -> Reply {
    reading_page(web, call, StatusCode::OK, &html! {})
}

fn reading_page(web: &Web, call: &Call, status: StatusCode, told: &Markup) -> Reply {
    let live = call.live()?;
    let readings = &web.desk.profile().settings.readings;
    let reading = readings.iter().find(|reading| reading.id == call.param("id"));
    let reading = reading.ok_or_else(|| Fault::from(DeskError::NotFound))?;
    let chosen = reading.chosen.as_deref().unwrap_or(AS_WRITTEN);
    let today = Date::in_japan(web.desk.now_ms());
    let ways = std::iter::once((AS_WRITTEN, reading.reading.as_str()))
        .chain(reading.choices.iter().map(|choice| (choice.code.as_str(), choice.reading.as_str())));
    let body = html! {
        p.lead { (reading.question) }
        (told)
        form.sheet method="post" action={ "/regulation/readings/" (reading.id) } {
            (csrf(live))
            fieldset {
                legend { "読み方" }
                @for (code, text) in ways {
                    label.choice { input type="radio" name="choice" value=(code) checked[code == chosen]; (text) }
                }
            }
            div.field { label for="effective" { "施行日" span.need { "必須" } } p.hint { "今日以後の日。例: " (today) } input #effective name="effective" value=(today); }
            div.field { label for="resolution" { "会議の審議（開催日と件名）" } input.wide #resolution name="resolution"; }
            button.first type="submit" { "この読み方に決める" }
        }
    };
    Ok(frame::page(web, call, &Head { title: "読み方を決める", room: "/regulation", status }, &body))
}

/// `POST /regulation/readings/{id}`
pub(crate) fn decide(web: &Web, call: &Call) -> Reply {
    let form: Form = ["choice", "effective", "resolution"]
        .into_iter()
        .map(|name| (name.to_owned(), call.form.get(name).to_owned()))
        .collect();
    match web.desk.decide_reading(call.live()?, call.param("id"), &form) {
        Ok(Outcome::Refused(receipt)) => Err(Fault::Refused(Box::new(receipt))),
        Ok(Outcome::Done((), receipt)) => {
            let told = html! { (decision::of_receipt(web, &receipt)) };
            reading_page(web, call, StatusCode::OK, &told).map(|response| about(response, receipt.seq))
        }
        Err(DeskError::Input(errors)) => {
            let told = html! { div.notice.bad role="alert" { @for error in &errors { p { "✕ " (error.sentence) } } } };
            reading_page(web, call, StatusCode::UNPROCESSABLE_ENTITY, &told)
        }
        Err(error) => Err(error.into()),
    }
}
