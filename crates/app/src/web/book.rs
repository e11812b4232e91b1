//! Book: any view as a page with search, filters that stay in the address, sort, paging, columns to
//! choose, print, CSV in two encodings and xlsx.

pub(crate) mod export;
pub(crate) mod query;
pub(crate) mod table;

use std::sync::LazyLock;

use maud::{Markup, html};
use sekisho_ledgers::procedure::shipped;
use sekisho_ledgers::spec::{ColumnKind, ColumnSpec, Keeping, Row, ViewSpec};

use self::query::Asked;
use super::Web;
use super::call::{Call, Fields};
use super::fault::Fault;
use super::parts::{date, evidence, fields};

/// Rows that are searched by what they show, at most; a register is smaller than that.
const SEARCHED_MAX: u64 = 20_000;

/// What this program knows of a book beside its columns.
pub(crate) struct About {
    /// The view.
    pub(crate) view: &'static str,
    /// What it is for, in a sentence.
    pub(crate) sentence: &'static str,
    /// One of these acts must be open to whoever reads it; none: open to all who are signed in.
    pub(crate) opened_by: &'static [&'static str],
    /// Acts that add to it.
    pub(crate) added_by: &'static [&'static str],
    /// Columns that are not shown unless chosen.
    pub(crate) hidden: &'static [&'static str],
}

const fn about(
    view: &'static str,
    sentence: &'static str,
    opened_by: &'static [&'static str],
    added_by: &'static [&'static str],
    hidden: &'static [&'static str],
) -> About {
    About { view, sentence, opened_by, added_by, hidden }
}

const READERS: &[&str] = &["history.inspect"];
const MANAGERS: &[&str] = &["account.unlock", "operator.designate", "history.inspect"];
const HANDLERS: &[&str] = &["identity.print", "identity.import", "history.inspect"];

/// Every book, in the order in which people look for them.
pub(crate) static BOOKS: [About; 28] = [
    about("duties_done", "くり返し行うことを、最後にいつ誰が行ったかを記します。", &[], &[], &["id"]),
    about("duties_raised", "期限のあることを、どこまで知らせたかを記します。", &[], &[], &["id"]),
    about("reminders", "期限のあることを、いつ誰に知らせたかを記します。", &[], &[], &[]),
    about(
        "profile_versions",
        "採用した規程の版ごとに、公布、施行、適用の日と会議の審議を記します。どの判定も、どの版によるかを記録しています。",
        &[],
        &[],
        &["supersedes", "summary"],
    ),
    about("readings", "条文の読み方が分かれるところを、どう読むと決めたかを記します。", &[], &[], &["choice"]),
    about(
        "cards",
        "操作者用ICカード1枚ごとに、いまの状態と貸し借りを記します。",
        &[],
        &["card.register"],
        &[
            "certificate",
            "lost_on",
            "lost_known_on",
            "reported_at",
            "revoked_at",
            "revoked_by",
            "last_holder",
            "circumstances",
            "both_signed",
        ],
    ),
    about(
        "card_operations",
        "カードの種類ごとに、どの機器で何ができるかを、協議の結果とともに記します。",
        &[],
        &["card.settle_operations"],
        &["id"],
    ),
    about("operators", "機器を操作できる人の指定と、その範囲を記します。", &[], &["operator.designate"], &["reason"]),
    about(
        "handlers",
        "本人確認情報を取り扱える人の指定と、その範囲を記します。",
        &[],
        &["handler.designate"],
        &["reason"],
    ),
    about("methods", "カードとパスワードの管理方法を、版ごとに残します。", &[], &["method.settle"], &["text"]),
    about("acknowledgements", "操作者が管理方法のどの版を確認したかを記します。", &[], &["method.acknowledge"], &[]),
    about(
        "accounts",
        "パスワードの期限と、ロックの状態を記します。パスワードそのものは、どこにも表示されません。",
        MANAGERS,
        &["password.reset"],
        &[],
    ),
    about("people", "職員と、ここで働く人の名簿です。", &[], &["person.register"], &[]),
    about(
        "appointments",
        "誰がいつからいつまで、どの職にあるかを記します。役割は職で決まります。",
        &[],
        &["appointment.make"],
        &["id"],
    ),
    about(
        "role_designations",
        "職だけでは決まらない役割に、誰が指名されたかを記します。",
        &[],
        &["role.designate"],
        &["id"],
    ),
    about("devices", "機器の区分と、設置されている室を記します。", &[], &["device.register"], &["reason"]),
    about("keys", "室ごとの鍵の保管と貸出しを記します。", &[], &["key.register"], &["purpose"]),
    about(
        "entry_permits",
        "職員以外の人の入室の許可を、期間と目的とともに記します。",
        &[],
        &["entry.permit"],
        &["affiliation", "revoked_at", "reason"],
    ),
    about(
        "entries",
        "室に入った人と出た人を、すべて記します。",
        &[],
        &["entry.enter"],
        &["level", "affiliation", "staff_id", "entry_card_no", "badge", "recorded_by"],
    ),
    about(
        "permissions",
        "許可を要することの申請と決定、許可の下で行ったことを記します。",
        &[],
        &["permission.apply"],
        &[
            "content",
            "place",
            "licence",
            "checks",
            "checked_by",
            "checked_on",
            "decided_as",
            "mode",
            "spoken_at",
            "conditions",
            "second_reader",
            "withdrawn_at",
            "withdrawal",
            "result",
            "physical",
        ],
    ),
    about("forms", "出力した帳票を、1件ごとに記します。", HANDLERS, &[], &["remarks", "subject"]),
    about("identity_imports", "本人確認情報を取り込んだ記録です。", HANDLERS, &[], &["digest"]),
    about("lookups", "誰の情報が、誰に、何のために表示されたかを記します。", READERS, &[], &["no"]),
    about(
        "operations",
        "すべての操作を、許されたものも断られたものも記します。",
        READERS,
        &[],
        &["articles", "hits", "basis"],
    ),
    about("logons", "サインインの成否を、1回ごとに記します。", READERS, &[], &["capacity"]),
    about("sessions", "サインインの始まりと終わりを記します。", READERS, &[], &["session"]),
    about("erasures", "保存期間を過ぎて消去した本文の記録です。証明は有効なまま残ります。", &[], &["text.erase"], &[]),
    about("signing_keys", "検証点に署名する鍵と、その前の鍵を記します。", &[], &[], &[]),
];

/// What is known of a view.
pub(crate) fn about_view(view: &str) -> Option<&'static About> {
    BOOKS.iter().chain(of_data()).find(|about| about.view == view)
}

/// The books that are data: read by whoever may do one of their steps, or inspect the history.
pub(crate) fn of_data() -> &'static [About] {
    static ALL: LazyLock<Vec<About>> = LazyLock::new(|| {
        let about = |book: &'static sekisho_regulation::procedure::Book| {
            let acts: Vec<&'static str> = book.steps.iter().map(|step| step.act.as_str()).collect();
            let adding: Vec<&'static str> =
                book.steps.iter().filter(|step| step.opens()).map(|step| step.act.as_str()).collect();
            About {
                view: &book.name,
                sentence: &book.about,
                opened_by: acts.into_iter().chain(["history.inspect"]).collect::<Vec<_>>().leak(),
                added_by: adding.leak(),
                hidden: &[],
            }
        };
        shipped().procedures().books().map(|(_, book)| about(book)).collect()
    });
    &ALL
}

/// A page of a book.
pub(crate) struct Loaded {
    pub(crate) rows: Vec<Row>,
    pub(crate) total: u64,
}

/// Reads the rows that are asked for.
pub(crate) fn load(web: &Web, spec: &'static ViewSpec, asked: &Asked, limit: u64) -> Result<Loaded, Fault> {
    let mut list = asked.list(web, spec);
    let house = web.desk.house();
    if asked.q.is_empty() || spec.keeping == Keeping::Journal {
        (list.offset, list.limit) = (asked.page.saturating_sub(1).saturating_mul(limit), limit);
        let page = house.page(spec, &list)?;
        return Ok(Loaded { rows: page.rows, total: page.total });
    }
    list.limit = SEARCHED_MAX;
    let mut rows = house.page(spec, &list)?.rows;
    let wanted = query::fold(&asked.q);
    let shows = |row: &Row| {
        let mut cells = spec.columns.iter().zip(row).filter(|(column, _)| column.kind != ColumnKind::Evidence);
        cells.any(|(column, value)| query::fold(&web.desk.cell(column.kind, value)).contains(&wanted))
    };
    rows.retain(shows);
    let total = u64::try_from(rows.len()).unwrap_or(0);
    let skip = usize::try_from(asked.page.saturating_sub(1).saturating_mul(limit)).unwrap_or(usize::MAX);
    let rows = rows.into_iter().skip(skip).take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
    Ok(Loaded { rows, total })
}

/// The book as a part of a page: tools, table, paging. `base` is its own address (for export and
/// print), `here` the page on which it stands.
pub(crate) fn part(
    web: &Web,
    call: &Call,
    spec: &'static ViewSpec,
    here: &str,
    exports: bool,
) -> Result<Markup, Fault> {
    let asked = Asked::read(&call.query, spec);
    let loaded = load(web, spec, &asked, asked.per)?;
    Ok(html! {
        (tools(web, call, spec, &asked, asked.filtered(), here, exports))
        (body(web, call, spec, &asked, &loaded, here))
    })
}

/// The book as the answer to a question: the question's own condition is no filter of the reader's.
pub(crate) fn answered(
    web: &Web,
    call: &Call,
    spec: &'static ViewSpec,
    asked: &Asked,
    narrowed: bool,
    here: &str,
) -> Result<Markup, Fault> {
    let loaded = load(web, spec, asked, asked.per)?;
    Ok(html! {
        (tools(web, call, spec, asked, narrowed, here, false))
        (body(web, call, spec, asked, &loaded, here))
    })
}

fn body(web: &Web, call: &Call, spec: &'static ViewSpec, asked: &Asked, loaded: &Loaded, here: &str) -> Markup {
    html! {
        @if loaded.rows.is_empty() { (empty(web, spec, asked, &cleared(call, here))) }
        @else {
            (table::of(web, call, spec, asked, &loaded.rows, here))
            (pages(call, asked, loaded.total, here))
        }
    }
}

fn tools(
    web: &Web,
    call: &Call,
    spec: &'static ViewSpec,
    asked: &Asked,
    narrowed: bool,
    here: &str,
    exports: bool,
) -> Markup {
    html! {
        div.no-print {
            form.search method="get" action=(here) role="search" {
                (carry(&call.query, &["q", "page", "done"]))
                div { label for="q" { "台帳の中を探す" } input #q name="q" value=(asked.q) data-key="/" autocomplete="off"; }
                button type="submit" { "探す" }
                @if exports { (export_links(call, spec, here)) }
            }
            @if narrowed {
                p { "絞り込み中　" (in_force(web, spec, &call.query).join("、")) "　" a href=(cleared(call, here)) { "条件を消す" } }
            }
            details.tool {
                summary { "絞り込みと表示する列" }
                form method="get" action=(here) {
                    (carry_plain(&call.query))
                    div.row { @for column in spec.columns.iter().filter(|column| filterable(spec, asked, column)) { (filter(web, column, &call.query)) } }
                    fieldset.field {
                        legend { "表示する列" }
                        div.choices { @for column in spec.columns {
                            label.choice { input type="checkbox" name="cols" value=(column.name) checked[asked.shows(spec, column.name)]; (column.label) }
                        } }
                    }
                    div.acts { button.first type="submit" { "この条件で表示" } a.button href=(cleared(call, here)) { "条件を消す" } }
                }
            }
        }
    }
}

/// A column can be narrowed when it is shown, or is narrowed already.
fn filterable(spec: &ViewSpec, asked: &Asked, column: &ColumnSpec) -> bool {
    asked.shows(spec, column.name) || asked.filters.iter().any(|filter| filter.column == column.name)
}

fn export_links(call: &Call, spec: &ViewSpec, here: &str) -> Markup {
    let to = |file: &str, more: &[(&str, &str)]| format!("/books/{}/{file}{}", spec.name, call.query.with(more));
    html! {
        a.button.plain href=(to("print", &[("back", here)])) { "印刷" }
        a.button.plain href=(to("export.csv", &[])) download { "CSV（UTF-8）" }
        a.button.plain href=(to("export.csv", &[("encoding", "sjis")])) { "CSV（Shift_JIS）" }
        a.button.plain href=(to("export.xlsx", &[])) download { "Excel" }
    }
}

/// Hidden fields that carry a query over, without some of it.
fn carry(query: &Fields, without: &[&str]) -> Markup {
    html! {
        @for (name, value) in query.0.iter().filter(|(name, value)| !value.is_empty() && !without.contains(&name.as_str())) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// Hidden fields for what the filter form does not ask: search, sort, and the page's own question.
fn carry_plain(query: &Fields) -> Markup {
    let kept = |name: &str| !name.starts_with("f.") && !["cols", "page", "done"].contains(&name);
    html! {
        @for (name, value) in query.0.iter().filter(|(name, value)| !value.is_empty() && kept(name)) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

fn filter(web: &Web, column: &ColumnSpec, query: &Fields) -> Markup {
    let name = format!("f.{}", column.name);
    let value = query.get(&name);
    let field = |input: Markup| html! { div.field { label for=(name) { (column.label) } (input) } };
    let text = || field(html! { input.wide id=(name) name=(name) value=(value) autocomplete="off"; });
    match column.kind {
        ColumnKind::Day | ColumnKind::Instant => html! {
            fieldset.field { legend { (column.label) "（から）" } (date::inputs(&format!("{name}.from"), query, false, None)) }
            fieldset.field { legend { (column.label) "（まで）" } (date::inputs(&format!("{name}.to"), query, false, None)) }
        },
        ColumnKind::Private(_) | ColumnKind::Evidence => html! {},
        kind => match choices(web, kind) {
            Some(choices) => field(fields::choose_or(&name, value, &choices, "すべて", None)),
            None => text(),
        },
    }
}

/// What a column can be narrowed to, where that is a list.
fn choices(web: &Web, kind: ColumnKind) -> Option<Vec<(String, String)>> {
    match kind {
        ColumnKind::Code("code") => None,
        ColumnKind::Code(list) => Some(web.desk.options(list)),
        ColumnKind::Person | ColumnKind::People => Some(fields::people(web)),
        ColumnKind::Bool => {
            Some([("true", "はい"), ("false", "いいえ")].map(|(a, b)| (a.to_owned(), b.to_owned())).into())
        }
        _ => None,
    }
}

/// The filters in force, in words.
fn in_force(web: &Web, spec: &ViewSpec, query: &Fields) -> Vec<String> {
    let mut out = Vec::new();
    for column in spec.columns {
        let name = format!("f.{}", column.name);
        let value = query.get(&name);
        let bound = |end: &str| date::read(&format!("{name}.{end}"), query);
        out.extend(bound("from").map(|day| format!("{} {}から", column.label, day.wareki())));
        out.extend(bound("to").map(|day| format!("{} {}まで", column.label, day.wareki())));
        if !value.is_empty() {
            let named = choices(web, column.kind).and_then(|all| all.into_iter().find(|(code, _)| code == value));
            out.push(format!("{}「{}」", column.label, named.map_or_else(|| value.to_owned(), |(_, name)| name)));
        }
    }
    out
}

/// The page without search and filters; what the page itself asks stays.
fn cleared(call: &Call, here: &str) -> String {
    let own = ["book", "question", "about"].map(|name| (name, call.query.get(name)));
    format!("{here}{}", Fields::default().with(&own))
}

fn empty(web: &Web, spec: &ViewSpec, asked: &Asked, clear: &str) -> Markup {
    let added = about_view(spec.name).map_or(&[][..], |about| about.added_by);
    html! {
        div.empty {
            @if asked.filtered() || !asked.q.is_empty() {
                p { "この条件に合う記録はありません。" }
                p { a href=(clear) { "条件を消して、すべて表示する" } }
            } @else {
                p { (spec.label) "には、まだ記録がありません。" }
                @if let Some(act) = added.first() { p { "「" (web.desk.label("act", act)) "」を行うと、ここに載ります。" } }
                @else { p { "操作が行われると、ここに自動で載ります。" } }
            }
        }
    }
}

fn pages(call: &Call, asked: &Asked, total: u64, here: &str) -> Markup {
    let last = total.div_ceil(asked.per).max(1);
    let first_row = (asked.page - 1) * asked.per + 1;
    let to = |page: u64| format!("{here}{}", call.query.with(&[("page", &page.to_string()), ("done", "")]));
    html! {
        nav.pages.no-print aria-label="ページ" {
            span { (evidence::grouped(total)) "件のうち" (evidence::grouped(first_row)) "〜" (evidence::grouped((asked.page * asked.per).min(total))) "件目" }
            @if asked.page > 1 { a.button.small href=(to(asked.page - 1)) rel="prev" { "前へ" } }
            @if asked.page < last { a.button.small href=(to(asked.page + 1)) rel="next" { "次へ" } }
            @if last > 2 { span.quiet { (asked.page) "／" (last) "ページ" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sekisho_ledgers::Registry;
    use sekisho_ledgers::kinds::KINDS;

    #[test]
    fn every_view_is_known_and_every_name_is_right() {
        let registry = Registry::new(KINDS);
        for spec in registry.views() {
            assert!(spec.name == "setup" || about_view(spec.name).is_some(), "{}", spec.name);
        }
        for about in &BOOKS {
            let spec = registry.view(about.view);
            for column in about.hidden {
                assert!(spec.is_some_and(|spec| spec.position(column).is_some()), "{}.{column}", about.view);
            }
            for act in about.opened_by.iter().chain(about.added_by) {
                assert!(registry.act(act).is_some(), "{}: {act}", about.view);
            }
        }
    }
}
