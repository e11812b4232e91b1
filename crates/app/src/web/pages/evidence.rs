//! The evidence of one recorded thing: who, when, in which capacity, by which article, and how to
//! check it elsewhere.

use maud::{Markup, html};
use sekisho_ledgers::Event;
use sekisho_record::leaf_hash;
use sekisho_regulation::date::instant_ja;

use crate::web::Web;
use crate::web::book::export::attachment;
use crate::web::call::{Call, Reply, row_path};
use crate::web::dispatch::closed;
use crate::web::fault::Fault;
use crate::web::frame::{self, Head};
use crate::web::parts::{decision, evidence};

/// The event that is asked for, if there is one that this person may read.
pub(crate) fn readable(web: &Web, call: &Call) -> Result<(u64, Event, Vec<u8>), Fault> {
    let seq: u64 = call.param("seq").replace(',', "").parse().map_err(|_| Fault::NotFound)?;
    if seq >= web.desk.house().reach().0 {
        return Err(Fault::NotFound);
    }
    let (event, leaf) = web.desk.house().event(seq)?.ok_or(Fault::NotFound)?;
    keep_private(web, call, &event)?;
    Ok((seq, event, leaf))
}

/// `GET /evidence/{seq}`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let (seq, event, leaf) = readable(web, call)?;
    let house = web.desk.house();
    let (size, _) = house.reach();
    let proof = house.prove(seq)?;
    let holds = proof.verify(&house.verifier()).is_ok();
    let title = format!("記録 #{}", evidence::grouped(seq));
    let body = html! {
        @if holds {
            div.decision { p.says { span.sign.good { "✓ 検証済み" } "　この記録は検証点 #" (evidence::grouped(size)) " に含まれ、書き換えられていません。いま計算して確かめました。" } }
        } @else {
            div.decision.refused role="alert" { p.says { span.sign.bad { "✕ 検証できません" } "　記録と検証点が一致しません。すぐに情報システムの担当者と監査人に知らせてください。" } }
        }
        section.sheet { h2 { "何が記録されているか" } (facts(web, &event)) (fields(web, &event)) }
        section.sheet {
            h2 { "証明" }
            dl.pairs {
                dt { "記録の指紋" } dd { code { (hex(leaf_hash(&leaf).as_bytes())) } }
                dt { "判断した規程" } dd { "プロファイルの指紋 " code { (event.profile) } }
                @if let Some(digest) = &event.private { dt { "本文の指紋" } dd { code { (digest) } @if matches!(house.text(seq), Ok(None)) { "（本文は消去済み）" } } }
            }
            div.acts { a.button.first href={ "/evidence/" (seq) "/proof" } download { "包含証明を保存" } a.button href="/verify" { "検証の画面へ" } }
        }
        section.sheet {
            h2 { "ほかの場所で確かめる" }
            ol {
                li { "上の「包含証明を保存」で " code { "sekisho-" (seq) ".tlog-proof" } " を保存します。" }
                li { "検証鍵を、信頼できる別の経路（紙の控えなど）で入手します。検証鍵は" a href="/verify" { "検証の画面" } "にもあります。" }
                li { "このプログラムを使わずに、" code { "docs/format.md" } " だけから書かれた検証器（" code { "tests/verifier" } "）や、C2SP tlog-proof を読むほかの道具で確かめられます。" }
            }
        }
        details.tool { summary { "記録そのもの（葉）" } pre { (String::from_utf8_lossy(&leaf)) } }
        details.tool { summary { "包含証明の全文" } pre { (proof.to_string()) } }
    };
    Ok(frame::page(web, call, &Head::ok(&title, "/verify"), &body))
}

/// What others did with residents' records, and their sign-ins, is for those who may look at the
/// history.
fn keep_private(web: &Web, call: &Call, event: &Event) -> Result<(), Fault> {
    let live = call.live()?;
    let own = event.by.person.as_deref() == Some(live.person.as_str());
    let guarded = ["identity.", "history.", "session.", "password."].iter().any(|kind| event.act.starts_with(kind));
    match closed(web, live, &["history.inspect"]).filter(|_| guarded && !own) {
        Some(decision) => Err(Fault::Closed(Box::new(decision))),
        None => Ok(()),
    }
}

fn facts(web: &Web, event: &Event) -> Markup {
    let desk = &web.desk;
    html! {
        dl.pairs {
            dt { "操作" } dd { (desk.label("act", &event.act)) }
            dt { "結果" } dd { @if event.allowed { span.sign.good { "✓ 許可" } } @else { span.sign.bad { "✕ 拒否" } " " code { (event.code) } } }
            dt { "日時" } dd { (instant_ja(event.at_ms)) }
            dt { "行った者" } dd { @match &event.by.person { Some(id) => a href=(row_path("people", id)) { (desk.person_name(id)) }, None => "（誰とも確かめられていません）" } }
            dt { "立場" } dd { @match &event.by.capacity { Some(code) => (desk.label("role", code)), None => "—" } }
            dt { "端末" } dd { @match &event.by.terminal { Some(id) => a href=(row_path("devices", id)) { (id) }, None => "—" } }
            dt { "根拠" } dd { (decision::articles(web, &decision::citations(&event.cites))) }
        }
    }
}

/// The public fields, by the names that the act's form gives them. Personal text is not shown here:
/// it is in its book, for those who may read that.
fn fields(web: &Web, event: &Event) -> Markup {
    use sekisho_ledgers::spec::FieldKind;
    let act = event.text("entry").filter(|_| &*event.act == "setup.record").unwrap_or(&event.act);
    let spec = web.desk.registry().act(act).map(|entry| entry.spec);
    let shown = |name: &str, value: &serde_json::Value| {
        let field = spec.and_then(|spec| spec.fields.iter().find(|field| field.name == name));
        let text = match value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Bool(yes) => if *yes { "はい" } else { "いいえ" }.to_owned(),
            other => other.to_string(),
        };
        let text = match field.map(|field| field.kind) {
            Some(FieldKind::Code(list) | FieldKind::Codes(list)) => web.desk.label(list, &text),
            Some(FieldKind::Person) => web.desk.person_name(&text),
            Some(FieldKind::People) => {
                text.split(' ').map(|id| web.desk.person_name(id)).collect::<Vec<_>>().join("、")
            }
            Some(FieldKind::Moment) => value.as_i64().map_or(text, instant_ja),
            Some(FieldKind::Day) => text.parse::<sekisho_regulation::Date>().map_or(text, |date| date.wareki()),
            _ => text,
        };
        (field.map_or_else(|| beside(name).to_owned(), |field| field.label.to_owned()), text)
    };
    let typed = event.body.iter().filter(|(name, value)| !value.is_null() && name.as_str() != "given");
    let rows: Vec<(String, String)> = typed.map(|(name, value)| shown(name, value)).collect();
    html! {
        (found(web, event))
        @if !rows.is_empty() {
            h3 { "入力された内容（個人に関する本文を除く）" }
            dl.pairs { @for (label, text) in &rows { dt { (label) } dd { (text) } } }
        }
    }
}

/// What the program itself found out for the decision.
fn found(web: &Web, event: &Event) -> Markup {
    let given = event.body.get("given").and_then(serde_json::Value::as_object);
    let facts = &web.desk.profile().vocabulary.facts;
    let told = |name: &str, value: &serde_json::Value| {
        let label = match name {
            "room" => "端末の置かれた室",
            "card" => "読取装置のカード",
            "card_proven" => "カードの照合",
            "password_right" => "パスワードの照合",
            "clock_behind_s" => "時計の遅れ（秒）",
            other => facts.get(other).map_or(other, |fact| fact.ja.as_str()),
        };
        let text = match value {
            serde_json::Value::String(code) if name == "room" => web.desk.label("room", code),
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Bool(yes) => if *yes { "はい" } else { "いいえ" }.to_owned(),
            other => other.to_string(),
        };
        (label.to_owned(), text)
    };
    let rows: Vec<(String, String)> = given.into_iter().flatten().map(|(name, value)| told(name, value)).collect();
    html! {
        @if !rows.is_empty() {
            h3 { "判定のときに確かめたこと" }
            dl.pairs { @for (label, text) in &rows { dt { (label) } dd { (text) } } }
        }
    }
}

/// Names of the fields that the record holds beside those of the form.
fn beside(name: &str) -> &str {
    match name {
        "hits" => "該当した人数",
        "subjects" => "該当した人（番号）",
        "level" => "室のセキュリティ区分",
        "password_ok" => "パスワードの照合",
        "failures_max" => "ロックまでの失敗の回数",
        "lock_minutes" => "ロックの分数",
        "entry" => "登録の種類",
        other => other,
    }
}

fn hex(bytes: &[u8]) -> String {
    sekisho_regulation::digest::hex(bytes)
}

/// `GET /evidence/{seq}/proof`
pub(crate) fn proof(web: &Web, call: &Call) -> Reply {
    let (seq, ..) = readable(web, call)?;
    let proof = web.desk.house().prove(seq)?;
    Ok(attachment(&format!("sekisho-{seq}.tlog-proof"), "text/plain; charset=utf-8", proof.to_string().into_bytes()))
}
