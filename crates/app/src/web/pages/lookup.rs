//! 照会: purpose and basis first, then the terms, Enter. What is shown is only what the purpose
//! needs; the next step is a further, recorded act. Everything goes by keys.

mod paper;
mod record;

pub(crate) use self::paper::{PrintedPage, extract, print, printed};
pub(crate) use self::record::{ShownPage, record, show_record};

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use sekisho_ledgers::Receipt;
use sekisho_ledgers::identity::search::SearchInput;
use sekisho_ledgers::spec::FieldError;

use super::about;
use crate::desk::{DeskError, Hit, Live, Outcome};
use crate::web::Web;
use crate::web::call::{Call, Fields, Reply};
use crate::web::frame::{self, Head, csrf};
use crate::web::parts::{decision, evidence, fields};

/// The last search of a session with what it found.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) seq: u64,
    pub(crate) typed: Fields,
    pub(crate) hits: Vec<Hit>,
}

/// `GET /lookup`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let found = web.kept(&live.session).found.filter(|found| call.query.number("r") == Some(found.seq));
    let typed = found.as_ref().map_or_else(Fields::default, |found| found.typed.clone());
    Ok(page(web, call, live, &typed, found.as_ref(), &[], None, StatusCode::OK))
}

#[allow(clippy::too_many_arguments, reason = "one page in all its states")]
fn page(
    web: &Web,
    call: &Call,
    live: &Live,
    typed: &Fields,
    found: Option<&Found>,
    errors: &[FieldError],
    refused: Option<&Receipt>,
    status: StatusCode,
) -> Response {
    let body = html! {
        @if let Some(receipt) = refused { (decision::of_receipt(web, receipt)) }
        (fields::summary(errors))
        @if let Some(found) = found { (results(web, live, found)) }
        form.sheet method="post" action="/lookup" {
            (csrf(live))
            input type="hidden" name="_once" value=(web.nonce());
            (purposes(web, typed))
            (basis(web, typed))
            h2 { "検索の条件" }
            (terms(web, typed, errors))
            button.first type="submit" { "検索" kbd aria-hidden="true" { "Enter" } }
        }
        @if web.desk.may(live, "identity.import").allowed { p.no-print { a href="/import" { "本人確認情報を取り込む" } } }
    };
    frame::page(web, call, &Head { title: "照会", room: "/lookup", status }, &body)
}

fn purposes(web: &Web, typed: &Fields) -> Markup {
    let lit = typed.get("purpose");
    html! {
        fieldset.field #purpose tabindex="-1" {
            legend { "目的" span.need { "必須" } }
            p.hint { "数字のキーで選べます。" }
            div.purposes { @for purpose in &web.desk.profile().settings.purposes {
                label.choice {
                    input type="radio" name="purpose" value=(purpose.code) checked[purpose.code == lit] data-key=[purpose.key] data-asks=(purpose.basis);
                    @if let Some(key) = purpose.key { kbd aria-hidden="true" { (key) } }
                    (purpose.name)
                }
            } }
        }
    }
}

fn basis(web: &Web, typed: &Fields) -> Markup {
    let asks = web
        .desk
        .profile()
        .purpose(typed.get("purpose"))
        .map_or("届出や申請の受付番号など", |purpose| purpose.basis.as_str());
    html! {
        div.field {
            label for="basis" { "根拠" span.need { "必須" } }
            p.hint #basis-hint data-basis-hint { (asks) }
            input.wide #basis name="basis" maxlength="100" value=(typed.get("basis")) autocomplete="off" aria-describedby="basis-hint" data-after-choice;
        }
    }
}

fn terms(web: &Web, typed: &Fields, errors: &[FieldError]) -> Markup {
    let field = |name: &'static str, label: &str, hint: &str, key: Option<&'static str>| {
        let wrong: Vec<_> = errors.iter().filter(|error| error.field == name).collect();
        html! {
            div.field {
                label for=(name) { (label) }
                p.hint id={ (name) "-hint" } { (hint) }
                @for error in &wrong { p.wrong { "✕ " (error.sentence) } }
                input.wide id=(name) name=(name) maxlength="100" value=(typed.raw(name)) autocomplete="off" data-key=[key]
                    aria-describedby={ (name) "-hint" } aria-invalid=[(!wrong.is_empty()).then_some("true")];
            }
        }
    };
    html! {
        div.row #search {
            (field("name", "氏名", "2文字以上。姓だけでも探せます。", Some("/")))
            (field("kana", "ふりがな", "ひらがな、カタカナ、半角のどれでも。", None))
            (field("birth", "生年月日", "昭和45年1月2日、S45.1.2、1970 など。", None))
        }
        div.row {
            (field("juki_code", "住民票コード", "11桁。", None))
            (field("my_number", "個人番号", "12桁。", None))
            (field("address", "住所の一部", "大字や番地など。", None))
            div.field { label for="sex" { "性別" } p.hint { "分かるときだけ。" } (fields::choose("sex", typed.get("sex"), &web.desk.options("sex"), false, None)) }
        }
        div.field { label.choice { input type="checkbox" name="whole" value="true" checked[typed.get("whole") == "true"]; "氏名とふりがなが完全に一致する人だけを探す" } }
    }
}

fn results(web: &Web, live: &Live, found: &Found) -> Markup {
    // A column that nobody found has anything in takes no room.
    let filled =
        |code: &str| found.hits.iter().any(|hit| hit.fields.iter().any(|(c, _, text)| c == code && !text.is_empty()));
    let columns: Vec<(&str, &str)> = found.hits.first().map_or_else(Vec::new, |hit| {
        hit.fields
            .iter()
            .filter(|(code, ..)| filled(code))
            .map(|(code, label, _)| (code.as_str(), label.as_str()))
            .collect()
    });
    html! {
        section aria-labelledby="found" {
            div.head {
                h2 #found { (found.hits.len()) "人が見つかりました　" (evidence::chip(found.seq)) }
                p.quiet { kbd { "↑" } kbd { "↓" } " 選ぶ　" kbd { "Enter" } " 表示　" kbd { "/" } " 次の検索" }
            }
            @if found.hits.is_empty() { div.empty { p { "条件に合う人はいません。字の違いや、生年月日の読み違いがないか確かめてください。検索したことは記録されています。" } } }
            @else {
                div.scroll { table.hits {
                    caption.hidden { "見つかった人" }
                    thead { tr { th scope="col" { "操作" } @for (_, label) in &columns { th scope="col" { (label) } } } }
                    tbody { @for hit in &found.hits { tr {
                        td {
                            form method="post" action="/lookup/show" {
                                (csrf(live))
                                input type="hidden" name="_once" value=(web.nonce());
                                button.small type="submit" name="subject" value=(hit.subject) data-stop { "表示" }
                            }
                        }
                        @for (code, _, text) in hit.fields.iter().filter(|(code, ..)| filled(code)) {
                            td class=(hit_class(code)) { (text) }
                        }
                    } } }
                } }
                (extract_form(web, live, found))
            }
        }
    }
}

fn hit_class(code: &str) -> &'static str {
    match code {
        "name" => "name no-break",
        "address" => "address",
        _ => "no-break",
    }
}

fn extract_form(web: &Web, live: &Live, found: &Found) -> Markup {
    let name = |hit: &Hit| {
        hit.fields
            .iter()
            .find(|(code, ..)| code == "name")
            .map_or_else(|| hit.subject.clone(), |(_, _, text)| text.clone())
    };
    html! {
        @if web.desk.may(live, "identity.extract").allowed {
            details.tool.no-print {
                summary data-key="e" { "ファイルに抽出する " kbd aria-hidden="true" { "E" } }
                form method="post" action="/lookup/extract" data-download {
                    (csrf(live))
                    fieldset.field { legend { "抽出する人" } div.choices { @for hit in &found.hits {
                        label.choice { input type="checkbox" name="subjects" value=(hit.subject) checked; (name(hit)) }
                    } } }
                    div.row {
                        div.field { label for="extract-reason" { "理由" span.need { "必須" } } input.wide #extract-reason name="reason" maxlength="400"; }
                        div.field { label for="extract-applicant" { "依頼者" span.may { "任意" } } input.wide #extract-applicant name="applicant" maxlength="60"; }
                        div.field { label for="encoding" { "文字コード" } select #encoding name="encoding" { option value="utf8" { "UTF-8" } option value="sjis" { "Shift_JIS" } } }
                    }
                    button.first type="submit" { "抽出する" }
                }
            }
        }
    }
}

/// `POST /lookup`
pub(crate) fn search(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let text = |name: &str| call.form.raw(name).to_owned();
    let input = SearchInput {
        juki_code: text("juki_code"),
        my_number: text("my_number"),
        name: text("name"),
        kana: text("kana"),
        whole: call.form.get("whole") == "true",
        birth: text("birth"),
        sex: text("sex"),
        address: text("address"),
    };
    let typed = Fields(call.form.0.iter().filter(|(name, _)| !name.starts_with('_')).cloned().collect());
    match web.desk.search(live, call.form.get("purpose"), call.form.get("basis"), &input) {
        Ok(Outcome::Done(hits, receipt)) => {
            let found = Found { seq: receipt.seq, typed, hits };
            web.keep(&live.session, |kept| kept.found = Some(found));
            Ok(Redirect::to(&format!("/lookup?r={}#found", receipt.seq)).into_response())
        }
        Ok(Outcome::Refused(receipt)) => {
            let shown = page(web, call, live, &typed, None, &[], Some(&receipt), StatusCode::FORBIDDEN);
            Ok(about(shown, receipt.seq))
        }
        Err(DeskError::Input(errors)) => {
            Ok(page(web, call, live, &typed, None, &errors, None, StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(error) => Err(error.into()),
    }
}
