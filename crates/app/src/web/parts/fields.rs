//! Form: fields made from an act's specification, with what was typed and what is wrong with it.

use maud::{Markup, html};
use sekisho_ledgers::Registers as _;
use sekisho_ledgers::kinds::organisation::view::Person;
use sekisho_ledgers::spec::{ActSpec, FieldError, FieldKind, FieldSpec, Form};
use sekisho_ledgers::value::Value;
use sekisho_regulation::Date;
use sekisho_regulation::date::time_in_japan;

use super::date;
use crate::web::Web;
use crate::web::call::Fields;

/// More choices than this are searched by typing instead of shown in a list.
const LIST_MAX: usize = 60;
/// At most this many choices are offered at all.
const CHOICES_MAX: usize = 2_000;

/// The fields of an act. `_only` names those that the way here asks for, beside the required ones.
pub(crate) fn of_act(web: &Web, spec: &ActSpec, values: &Fields, errors: &[FieldError]) -> Markup {
    let only: Vec<&str> = values.get("_only").split(',').filter(|name| !name.is_empty()).collect();
    let shown = |field: &&FieldSpec| field.required || only.is_empty() || only.contains(&field.name);
    html! { @for field in spec.fields.iter().filter(shown) { (one(web, field, values, errors)) } }
}

/// Everything that is wrong, on top, with links to the fields.
pub(crate) fn summary(errors: &[FieldError]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.notice.bad.errors role="alert" tabindex="-1" {
                p { span.sign.bad { "✕ 入力を確かめてください" } "（" (errors.len()) "か所）" }
                ul { @for error in errors { li { a href={ "#" (error.field) } { (error.sentence) } } } }
            }
        }
    }
}

/// One field.
pub(crate) fn one(web: &Web, field: &FieldSpec, values: &Fields, errors: &[FieldError]) -> Markup {
    let mut wrong = errors.iter().filter(|error| error.field == field.name).peekable();
    let invalid = wrong.peek().is_some();
    let id = field.name;
    let wrong_id = format!("{id}-wrong");
    let described = invalid.then_some(wrong_id.as_str());
    let notes = html! {
        @if let Some(hint) = hint(field.kind) { p.hint { (hint) } }
        @for error in wrong { p.wrong id=(wrong_id) { "✕ " (error.sentence) } }
    };
    let mark = html! { @if field.required { span.need { "必須" } } @else if values.get("_only").is_empty() { span.may { "任意" } } };
    let value = values.raw(id);
    match field.kind {
        FieldKind::Check => html! {
            div.field {
                (notes)
                label.choice { input type="checkbox" id=(id) name=(id) value="true" checked[value == "true"]; (field.label) }
            }
        },
        FieldKind::Day => html! {
            fieldset.field { legend { (field.label) (mark) } (notes) (date::inputs(id, values, invalid, described)) }
        },
        FieldKind::Codes(_) | FieldKind::Refs(_) | FieldKind::People => html! {
            fieldset.field #(id) tabindex="-1" {
                legend { (field.label) (mark) } (notes)
                div.choices { @for (code, name) in several(web, field.kind) {
                    @let ticked = values.all(id).flat_map(str::split_whitespace).any(|one| one == code);
                    label.choice { input type="checkbox" name=(id) value=(code) checked[ticked]; (name) }
                } }
            }
        },
        kind => html! {
            div.field {
                label for=(id) { (field.label) (mark) } (notes)
                (input(web, field, kind, value, described))
            }
        },
    }
}

fn input(web: &Web, field: &FieldSpec, kind: FieldKind, value: &str, described: Option<&str>) -> Markup {
    let (id, invalid) = (field.name, described.map(|_| "true"));
    match kind {
        FieldKind::Lines(limit) => html! {
            textarea id=(id) name=(id) maxlength=(limit) rows=(if limit > 2_000 { "16" } else { "4" }) aria-invalid=[invalid] aria-describedby=[described] { (value) }
        },
        FieldKind::Code(list) => choose(id, value, &web.desk.options(list), field.required, described),
        FieldKind::Person => choose(id, value, &people(web), field.required, described),
        FieldKind::Ref(view) => choose(id, value, &rows(web, view), field.required, described),
        FieldKind::Int(least, most) => html! {
            input.year id=(id) name=(id) value=(value) inputmode="numeric" autocomplete="off" aria-invalid=[invalid] aria-describedby=[described];
            span.quiet { " " (least) "〜" (most) }
        },
        FieldKind::Moment => {
            // A form that was filled in from a row has the instant; what somebody typed stays.
            let shown = value.parse::<i64>().map_or_else(|_| value.to_owned(), minute);
            html! {
                input.wide id=(id) name=(id) value=(shown) autocomplete="off" aria-invalid=[invalid] aria-describedby=[described];
            }
        }
        FieldKind::Line(limit) => html! {
            input.wide id=(id) name=(id) value=(value) maxlength=(limit) autocomplete="off" aria-invalid=[invalid] aria-describedby=[described];
        },
        FieldKind::Codes(_) | FieldKind::Refs(_) | FieldKind::People | FieldKind::Day | FieldKind::Check => html! {},
    }
}

/// What several of can be ticked.
fn several(web: &Web, kind: FieldKind) -> Vec<(String, String)> {
    match kind {
        FieldKind::Codes(list) => web.desk.options(list),
        FieldKind::Refs(view) => rows(web, view),
        _ => people(web),
    }
}

/// An instant as it is typed.
fn minute(ms: i64) -> String {
    format!("{} {}", Date::in_japan(ms), time_in_japan(ms).get(..5).unwrap_or_default())
}

/// A list to choose from; a field with suggestions when it is long.
pub(crate) fn choose(
    id: &str,
    value: &str,
    choices: &[(String, String)],
    required: bool,
    described: Option<&str>,
) -> Markup {
    choose_or(id, value, choices, if required { "選んでください" } else { "（なし）" }, described)
}

/// The same, with what choosing nothing means.
pub(crate) fn choose_or(
    id: &str,
    value: &str,
    choices: &[(String, String)],
    nothing: &str,
    described: Option<&str>,
) -> Markup {
    let invalid = described.map(|_| "true");
    if choices.len() > LIST_MAX {
        let list = format!("{id}-list");
        return html! {
            input.wide id=(id) name=(id) value=(value) list=(list) autocomplete="off" aria-invalid=[invalid] aria-describedby=[described];
            datalist id=(list) { @for (code, name) in choices { option value=(code) { (name) } } }
        };
    }
    let known = value.is_empty() || choices.iter().any(|(code, _)| code == value);
    html! {
        select.wide id=(id) name=(id) aria-invalid=[invalid] aria-describedby=[described] {
            @if !choices.iter().any(|(code, _)| code.is_empty()) {
                option value="" { (nothing) }
            }
            @if !known { option value=(value) selected { (value) } }
            @for (code, name) in choices { option value=(code) selected[code == value] { (name) } }
        }
    }
}

const fn hint(kind: FieldKind) -> Option<&'static str> {
    match kind {
        FieldKind::Moment => Some("「2026-04-01 10:05」や「令和8年4月1日 10:05」のように、日と時刻を入力できます。"),
        FieldKind::Day => Some("年は「令和8」「R8」「2026」のどれでも入力できます。"),
        _ => None,
    }
}

/// People who have not left, by section and name.
pub(crate) fn people(web: &Web) -> Vec<(String, String)> {
    let mut rows = web.desk.house().read(|books| books.scan::<Person>(""));
    rows.retain(|row| row.left_on.is_none());
    rows.sort_by(|a, b| a.section.cmp(&b.section).then_with(|| a.person.cmp(&b.person)));
    let name = |row: &Person| format!("{}（{}）", web.desk.private(row.name, "name"), row.section);
    rows.iter().take(CHOICES_MAX).map(|row| (row.person.clone(), name(row))).collect()
}

/// The rows of a register: key, and the key with its first telling columns.
pub(crate) fn rows(web: &Web, view: &'static str) -> Vec<(String, String)> {
    let Some(spec) = web.desk.registry().view(view) else { return Vec::new() };
    let rows = web.desk.house().read(|books| books.rows(view, ""));
    let choice = |row: &Vec<Value>| {
        let key = row.first().and_then(Value::text)?.to_owned();
        let cells =
            spec.columns.iter().zip(row).skip(1).take(3).map(|(column, value)| web.desk.cell(column.kind, value));
        let cells: Vec<String> = cells.filter(|cell| !cell.is_empty() && cell.chars().count() <= 24).collect();
        Some((key.clone(), if cells.is_empty() { key } else { format!("{key}（{}）", cells.join("、")) }))
    };
    rows.iter().take(CHOICES_MAX).filter_map(choice).collect()
}

/// What was posted, as the act reads it: dates joined from their three fields, several codes joined
/// by spaces.
pub(crate) fn form(spec: &ActSpec, posted: &Fields) -> Form {
    let read = |field: &FieldSpec| match field.kind {
        FieldKind::Day => date::joined(field.name, posted),
        FieldKind::Codes(_) | FieldKind::Refs(_) | FieldKind::People => {
            posted.all(field.name).collect::<Vec<_>>().join(" ")
        }
        FieldKind::Lines(_) => posted.raw(field.name).replace("\r\n", "\n"),
        _ => posted.raw(field.name).to_owned(),
    };
    spec.fields.iter().map(|field| (field.name.to_owned(), read(field))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_lead_to_their_fields() {
        let errors =
            [FieldError { field: "reason".into(), sentence: "「理由」を入力してください。".into() }];
        let page = summary(&errors).0;
        assert!(page.contains("href=\"#reason\"") && page.contains("role=\"alert\"") && page.contains("1か所"));
        assert!(summary(&[]).0.is_empty());
    }

    #[test]
    fn dates_and_codes_are_put_together() {
        use sekisho_ledgers::kinds::users::action::DesignateOperator;
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let posted = Fields(vec![
            pair("person", "p1"),
            pair("device_classes", "cs"),
            pair("device_classes", "terminal"),
            pair("from.y", "令和8"),
            pair("from.m", "4"),
            pair("from.d", "1"),
        ]);
        let form = form(DesignateOperator::SPEC, &posted);
        assert_eq!(form.get("device_classes").map(String::as_str), Some("cs terminal"));
        assert!(DesignateOperator::from_form(&form).is_ok());
    }

    #[test]
    fn a_long_list_is_searched_by_typing() {
        let many: Vec<_> = (0..100).map(|n| (n.to_string(), format!("名{n}"))).collect();
        assert!(choose("x", "", &many, true, None).0.contains("<datalist"));
        let few: Vec<_> = many.into_iter().take(3).collect();
        let page = choose("x", "2", &few, true, Some("x-wrong")).0;
        assert!(page.contains("<option value=\"2\" selected>") && page.contains("aria-describedby=\"x-wrong\""));
    }
}
