//! 操作履歴: a question in a sentence, a reason, and the answer: when it happened, and every row
//! with its evidence. Looking is itself recorded, once for each question of a session.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use sekisho_history::{Heat, Question};
use sekisho_ledgers::Receipt;
use sekisho_ledgers::ports::{CountBy, Filter, ListQuery};
use sekisho_ledgers::spec::{FieldError, Form, ViewSpec};

use super::about;
use crate::desk::{DeskError, Outcome};
use crate::web::Web;
use crate::web::book::query::Asked;
use crate::web::book::{self, export};
use crate::web::call::{Call, Fields, Reply, encode};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head, csrf};
use crate::web::parts::{decision, fields, heat};

/// `GET /history`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let (question, object) = (call.query.get("question").to_owned(), call.query.get("about").to_owned());
    let live = call.live()?;
    let asked = web.kept(&live.session).questions.contains(&(question.clone(), object.clone()));
    if !asked {
        return page(web, call, &call.query, &[], None, StatusCode::OK, &html! {});
    }
    let (spec, filters) = meaning(&question, &object);
    let answer = answer(web, call, spec, filters, &question, &object)?;
    page(web, call, &call.query, &[], None, StatusCode::OK, &answer)
}

/// The book that answers a question, and the conditions on it. A question that nobody knows is about
/// a period: it asks for nothing in particular.
fn meaning(question: &str, about: &str) -> (&'static ViewSpec, Vec<Filter>) {
    let question = Question::from_code(question).unwrap_or(Question::Period);
    (question.view(), question.conditions(about))
}

fn page(
    web: &Web,
    call: &Call,
    values: &Fields,
    errors: &[FieldError],
    refused: Option<&Receipt>,
    status: StatusCode,
    answer: &Markup,
) -> Reply {
    let live = call.live()?;
    let lit = values.get("question");
    let body = html! {
        p.lead { "誰が、いつ、何をしたか。閲覧したことも、理由とともに記録します。" }
        @if let Some(receipt) = refused { (decision::of_receipt(web, receipt)) }
        (fields::summary(errors))
        form.sheet method="post" action="/history" {
            (csrf(live))
            input type="hidden" name="_once" value=(web.nonce());
            fieldset.field {
                legend { "知りたいこと" }
                div.choices { @for (code, sentence) in web.desk.options("question") {
                    label.choice { input type="radio" name="question" value=(code) checked[code == lit || (lit.is_empty() && code == "operator")]; (sentence) }
                } }
            }
            (subject_fields(web, values))
            div.row {
                div.field {
                    label for="reason" { "閲覧の理由" span.need { "必須" } }
                    input.wide #reason name="reason" maxlength="200" value=(values.get("reason")) autocomplete="off";
                }
                div.field { button.first type="submit" { "調べる" } }
            }
        }
        (answer)
    };
    let response: Response = frame::page(web, call, &Head { title: "操作履歴", room: "/history", status }, &body);
    Ok(response)
}

/// One field for each kind of thing that a question can be about; the style sheet shows the one that
/// the chosen question asks for.
fn subject_fields(web: &Web, values: &Fields) -> Markup {
    let (question, about) = (values.get("question"), values.get("about"));
    let value = |kind: &str| {
        let typed = values.get(&format!("about.{kind}"));
        if typed.is_empty() && question == kind { about.to_owned() } else { typed.to_owned() }
    };
    html! {
        div.field.about.about-operator { label for="about-operator" { "操作者" } (choose("operator", &value("operator"), &fields::people(web))) }
        div.field.about.about-terminal { label for="about-terminal" { "端末" } (choose("terminal", &value("terminal"), &fields::rows(web, "devices"))) }
        div.field.about.about-card { label for="about-card" { "カード" } (choose("card", &value("card"), &fields::rows(web, "cards"))) }
        div.field.about.about-subject {
            label for="about-subject" { "対象者の番号" }
            p.hint #subject-hint { "照会の画面の「この人を見たのは誰か」から開くと、入ります。" }
            input.wide #about-subject name="about.subject" value=(value("subject")) autocomplete="off" aria-describedby="subject-hint";
        }
    }
}

fn choose(kind: &str, value: &str, choices: &[(String, String)]) -> Markup {
    html! {
        select.wide id={ "about-" (kind) } name={ "about." (kind) } {
            option value="" { "（指定しない）" }
            @for (code, name) in choices { option value=(code) selected[code == value] { (name) } }
        }
    }
}

/// `POST /history`: records the looking, then leads to the answer.
pub(crate) fn ask(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let question = call.form.get("question").to_owned();
    let about_thing = match question.as_str() {
        "period" | "refused" => String::new(),
        kind => call.form.get(&format!("about.{kind}")).to_owned(),
    };
    let mut errors = Vec::new();
    let wrong = |field: &str, sentence: &str| FieldError { field: field.to_owned(), sentence: sentence.to_owned() };
    if about_thing.is_empty() && !matches!(question.as_str(), "period" | "refused") {
        errors.push(wrong(
            &format!("about-{question}"),
            "知りたいことに合う対象（操作者、端末、カード、対象者の番号）を選んでください。",
        ));
    }
    if !errors.is_empty() {
        return page(web, call, &call.form, &errors, None, StatusCode::UNPROCESSABLE_ENTITY, &html! {});
    }
    let mut form = Form::new();
    form.insert("question".to_owned(), question.clone());
    form.insert("about".to_owned(), about_thing.clone());
    form.insert("reason".to_owned(), call.form.get("reason").to_owned());
    match web.desk.form(live, "history.inspect", &form) {
        Ok(Outcome::Done((), receipt)) => {
            web.keep(&live.session, |kept| kept.questions.push((question.clone(), about_thing.clone())));
            let place =
                format!("/history?question={}&about={}&done={}", encode(&question), encode(&about_thing), receipt.seq);
            Ok(Redirect::to(&place).into_response())
        }
        Ok(Outcome::Refused(receipt)) => {
            let shown = page(web, call, &call.form, &[], Some(&receipt), StatusCode::FORBIDDEN, &html! {})?;
            Ok(about(shown, receipt.seq))
        }
        Err(DeskError::Input(errors)) => {
            page(web, call, &call.form, &errors, None, StatusCode::UNPROCESSABLE_ENTITY, &html! {})
        }
        Err(error) => Err(error.into()),
    }
}

fn answer(
    web: &Web,
    call: &Call,
    spec: &'static ViewSpec,
    filters: Vec<Filter>,
    question: &str,
    about: &str,
) -> Result<Markup, Fault> {
    let live = call.live()?;
    let mut asked = Asked::read(&call.query, spec);
    let narrowed = asked.filtered();
    asked.filters.extend(filters);
    let list = ListQuery { filters: asked.list(web, spec).filters, ..ListQuery::default() };
    let house = web.desk.house();
    let week = Heat::of(&house.counts(spec, &list, &Heat::by("at"))?);
    let days = house.counts(spec, &list, &[CountBy::Day("at".to_owned())])?;
    Ok(html! {
        section aria-labelledby="answer" {
            h2 #answer { (web.desk.label("question", question)) (named(web, question, about)) }
            div.sheet { h3 { "曜日と時刻" } div.scroll { (heat::map(&week)) } h3 { "日ごと" } div.scroll { (heat::days(&days)) } }
            (book::answered(web, call, spec, &asked, narrowed, "/history")?)
            @if web.desk.may(live, "history.export").allowed { (export_form(web, call, question, about)) }
            @else { p.quiet { "この立場では、ファイルへの出力はできません。" } }
        }
    })
}

fn named(web: &Web, question: &str, about: &str) -> String {
    match question {
        "operator" => format!("　{}さん", web.desk.person_name(about)),
        "terminal" | "card" => format!("　{about}"),
        "subject" => format!("　対象者 {}", about.chars().take(8).collect::<String>()),
        _ => String::new(),
    }
}

fn export_form(web: &Web, call: &Call, question: &str, about: &str) -> Markup {
    let Ok(live) = call.live() else { return html! {} };
    html! {
        details.tool.no-print {
            summary { "ファイルに出力する（出力したことも記録します）" }
            form method="post" action="/history/export" data-download {
                (csrf(live))
                input type="hidden" name="question" value=(question);
                input type="hidden" name="about" value=(about);
                @for (name, value) in call.query.0.iter().filter(|(name, _)| name.starts_with("f.") || name == "q") { input type="hidden" name=(name) value=(value); }
                div.row {
                    div.field { label for="format" { "形式" } (fields::choose("format", "csv", &web.desk.options("export_format"), true, None)) }
                    div.field { label for="export-reason" { "出力の理由" span.need { "必須" } } input.wide #export-reason name="reason" maxlength="200"; }
                    div.field { button.first type="submit" { "出力する" } }
                }
            }
        }
    }
}

/// `POST /history/export`: records the taking out, then gives the file.
pub(crate) fn export(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let form: Form =
        ["question", "about", "format", "reason"].map(|name| (name.to_owned(), call.form.get(name).to_owned())).into();
    let receipt = match web.desk.form(live, "history.export", &form)? {
        Outcome::Done((), receipt) => receipt,
        Outcome::Refused(receipt) => return Err(Fault::Refused(Box::new(receipt))),
    };
    let (spec, filters) = meaning(call.form.get("question"), call.form.get("about"));
    let mut asked = Asked::read(&call.form, spec);
    asked.filters.extend(filters);
    asked.columns = spec.columns.iter().map(|column| column.name.to_owned()).collect();
    let loaded = book::load(web, spec, &asked, export::ROWS_MAX)?;
    let table = export::table(web, spec, &asked, &loaded.rows);
    let format = if call.form.get("format") == "csv_sjis" { "sjis" } else { call.form.get("format") };
    let name = format!("操作履歴-{}", receipt.seq);
    if format == "sjis" {
        // The taking out is recorded once; what Shift_JIS lacks is told in the file's own last rows.
        let file = sekisho_ledgers::identity::export::shift_jis(&table);
        let mut bytes = file.bytes;
        for one in &file.unmapped {
            let line =
                format!("※{}行目「{}」の{}は{}と書きました\r\n", one.row, one.column, one.code_points, one.written);
            bytes.extend_from_slice(&encoding_rs::SHIFT_JIS.encode(&line).0);
        }
        return Ok(export::attachment(&format!("{name}.csv"), "text/csv; charset=Shift_JIS", bytes));
    }
    export::file(web, call, &name, format, &table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_have_their_books() {
        assert_eq!(meaning("subject", "k").0.name, "lookups");
        let (spec, filters) = meaning("operator", "p1");
        assert_eq!((spec.name, filters.len()), ("operations", 1));
        assert!(meaning("period", "").1.is_empty());
        for question in ["subject", "operator", "terminal", "card", "refused", "period"] {
            let (spec, filters) = meaning(question, "x");
            assert!(filters.iter().all(|filter| spec.position(&filter.column).is_some()), "{question}");
        }
    }
}
