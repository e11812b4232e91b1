//! 検証: the log, its checkpoint, and how anybody can check both.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use sekisho_ledgers::kinds::history::view::Operation;
use sekisho_ledgers::ports::{Filter, ListQuery, Test};
use sekisho_ledgers::spec::View as _;
use sekisho_ledgers::value::Value;
use sekisho_record::{LogProof, SignedCheckpoint};
use sekisho_regulation::date::instant_ja;

use crate::web::Web;
use crate::web::call::{Call, Reply};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head, csrf};
use crate::web::parts::evidence;

/// `GET /verify`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    page(web, call, StatusCode::OK, &html! {}, "")
}

fn page(web: &Web, call: &Call, status: StatusCode, result: &Markup, typed: &str) -> Reply {
    let live = call.live()?;
    let house = web.desk.house();
    let (size, at_ms) = house.reach();
    let checkpoint = house.checkpoint();
    let root = SignedCheckpoint::parse(checkpoint.as_bytes())
        .map_or_else(|_| String::new(), |c| hex(c.stated().root.as_bytes()));
    let vkey = house.verifier().to_string();
    let body = html! {
        p.lead { "すべての操作は、あとから書き換えられない形で記録しています。ここで、誰でもそれを確かめられます。" }
        (state(web))
        div.cols {
            section.sheet {
                h2 { "記録" }
                dl.pairs {
                    dt { "件数" } dd { (evidence::grouped(size)) "件" }
                    dt { "最後の記録" } dd { (instant_ja(at_ms)) }
                    dt { "根の指紋" } dd { code { (root) } }
                    dt { "検証鍵" } dd { code { (vkey) } }
                }
                form method="post" action="/verify" { (csrf(live)) button.first type="submit" { "いま、すべてを検証する" } }
            }
            section.sheet {
                h2 { "記録1件を確かめる" }
                form.search method="get" action="/verify" {
                    div { label for="seq" { "記録の番号" } input #seq name="seq" inputmode="numeric" value=(call.query.get("seq")); }
                    button type="submit" { "証拠を開く" }
                }
                (result)
                form method="post" action="/verify/proof" {
                    (csrf(live))
                    div.field {
                        label for="proof" { "保存しておいた包含証明を確かめる" }
                        p.hint { "証明の全文を貼り付けてください。" }
                        textarea #proof name="proof" rows="4" { (typed) }
                    }
                    button type="submit" { "確かめる" }
                }
            }
        }
        section.sheet {
            h2 { "検証点" }
            p { "この文を外に控えておくと、それより前の記録が一つでも変わったときに分かります。" }
            pre { (checkpoint) }
            div.acts {
                a.button href="/log/checkpoint" download="checkpoint" { "検証点を保存" }
                a.button href="/log/vkey" download="vkey" { "検証鍵を保存" }
                @if web.desk.may(live, "log.publish").allowed { a.button href="/acts/log.publish?_back=/verify" { "渡したことを記録する" } }
            }
            p.quiet { "タイルは " code { "/log/tile/" } " に、C2SP tlog-tilesの形で置いています。" }
        }
        (published(web)?)
    };
    if let Some(seq) = call.query.number("seq") {
        return Ok(Redirect::to(&format!("/evidence/{seq}")).into_response());
    }
    let response: Response = frame::page(web, call, &Head { title: "検証", room: "/verify", status }, &body);
    Ok(response)
}

fn state(web: &Web) -> Markup {
    let verified = web.desk.verified();
    html! {
        @if let Some(problem) = &verified.problem {
            div.decision.refused role="alert" {
                p.says { span.sign.bad { "✕ 異常があります" } "　" (problem) }
                p { "記録を止めずに残したまま、情報システムの担当者と監査人に知らせてください。" }
            }
        } @else if verified.ok {
            div.decision role="status" {
                p.says { span.sign.good { "✓ 検証済み" } "　" (instant_ja(verified.at_ms)) "に、#" (evidence::grouped(verified.size)) "までのすべての記録を計算し直し、改変がないことを確かめました。" }
            }
        } @else {
            div.notice { p { "起動後の自己検証は、まだ終わっていません。下のボタンで、いま検証できます。" } }
        }
    }
}

fn published(web: &Web) -> Result<Markup, Fault> {
    let filters = vec![Filter { column: "act".to_owned(), test: Test::Is(Value::Text("log.publish".into())) }];
    let query = ListQuery { filters, descending: true, limit: 50, ..ListQuery::default() };
    let rows = web.desk.house().page(Operation::SPEC, &query)?.rows;
    let to = |seq: i64| {
        let event = u64::try_from(seq).ok().and_then(|seq| web.desk.house().event(seq).ok().flatten());
        event.and_then(|(event, _)| event.text("to").map(str::to_owned)).unwrap_or_default()
    };
    Ok(html! {
        section.sheet {
            h2 { "外に渡した検証点" }
            @if rows.is_empty() { p.quiet { "まだ渡していません。紙に印刷するか、ほかの団体に預けて、「渡したことを記録する」を押してください。" } }
            @else { div.scroll { table {
                caption.hidden { "外に渡した検証点" }
                thead { tr { @for title in ["日時", "渡した先", "行った者", "記録"] { th scope="col" { (title) } } } }
                tbody { @for row in rows.iter().map(|row| Operation::from_row(row)).filter(|row| row.allowed) { tr {
                    td.no-break { (instant_ja(row.at)) }
                    td { (to(row.seq)) }
                    td { @if let Some(person) = &row.person { (web.desk.person_name(person)) } }
                    td { (evidence::short(u64::try_from(row.seq).unwrap_or(0))) }
                } } }
            } } }
        }
    })
}

/// `POST /verify`: verifies everything now.
pub(crate) fn now(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    if !web.limits.take(&format!("verify/{}", live.person), 6) {
        return Err(Fault::TooMany);
    }
    let _ = web.desk.verify_now();
    Ok(Redirect::to("/verify").into_response())
}

/// `POST /verify/proof`: checks a proof that somebody kept, against this log's key.
pub(crate) fn check(web: &Web, call: &Call) -> Reply {
    let typed = call.form.raw("proof").replace("\r\n", "\n");
    // A field drops what stands before the first line and after the last; the format ends in one.
    let text = format!("{}\n", typed.trim());
    let key = &web.desk.house().verifier();
    let result =
        LogProof::parse(text.as_bytes()).and_then(|proof| proof.verify(key).map(|(_, c)| (proof.index, c.size)));
    let (status, result) = match result {
        Ok((index, size)) => (
            StatusCode::OK,
            html! {
                div.decision role="status" { p.says { span.sign.good { "✓ 正しい証明です" } "　記録 #" (evidence::grouped(index)) " は、検証点 #" (evidence::grouped(size)) " に含まれています。" } }
            },
        ),
        Err(_) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            html! {
                div.decision.refused role="alert" { p.says { span.sign.bad { "✕ 確かめられません" } "　証明の文が途中で切れているか、書き換えられているか、別の記録のものです。保存したファイルの全文を貼り付けてください。" } }
            },
        ),
    };
    page(web, call, status, &result, &typed)
}

fn hex(bytes: &[u8]) -> String {
    sekisho_regulation::digest::hex(bytes)
}
