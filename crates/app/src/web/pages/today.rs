//! 今日: what is mine, what went wrong since yesterday, what comes this week. Nothing else.

use maud::{Markup, html};
use sekisho_ledgers::Registers as _;
use sekisho_ledgers::kinds::cards::view::Card;
use sekisho_ledgers::kinds::duties::escalated;
use sekisho_ledgers::kinds::entry::view::{Entry, EntryPermit, Key};
use sekisho_ledgers::kinds::history::view::Operation;
use sekisho_ledgers::kinds::session::view::Account;
use sekisho_ledgers::kinds::users::view::{Handler, Operator};
use sekisho_ledgers::kinds::{session, users};
use sekisho_ledgers::ports::{CountBy, Filter, ListQuery, Test};
use sekisho_ledgers::procedure::duties::{Due, Standing};
use sekisho_ledgers::spec::View as _;
use sekisho_ledgers::value::Value;
use sekisho_regulation::Date;
use sekisho_regulation::date::{DAY_MS, JST_MS, instant_ja};

use super::duties;
use crate::desk::Live;
use crate::web::Web;
use crate::web::call::{Call, Reply, row_path};
use crate::web::fault::Fault;
use crate::web::frame::{self, Head};
use crate::web::parts::evidence;

/// Days before the end of a password at which it is called to mind.
const PASSWORD_DAYS: i64 = 14;
/// Days that "soon" means for permits and designations.
const SOON_DAYS: i64 = 7;

/// Something to do or to know: what, how urgent, and where to go.
struct Item {
    late: bool,
    text: Markup,
    go: Option<(String, &'static str)>,
}

fn item(late: bool, text: Markup, go: Option<(String, &'static str)>) -> Item {
    Item { late, text, go }
}

/// `GET /`
pub(crate) fn show(web: &Web, call: &Call) -> Reply {
    let live = call.live()?;
    let today = Date::in_japan(web.desk.now_ms());
    let mine = mine(web, live, today);
    let mut wrong = standing(web, live, today);
    wrong.extend(refused(web, live, today)?);
    let soon = soon(web, live, today);
    let due = due(web, live, today);
    let body = html! {
        p.lead { (today.wareki()) "(" (today.weekday_ja()) ")　" (web.desk.person_name(&live.person)) "さん（" (web.desk.label("role", &live.capacity)) "）" }
        (section("自分のこと", &mine, "いま、あなたがすることはありません。"))
        (section("期限のあること", &due, "いま、期限の近いことはありません。"))
        (section("気を付けること（きのうから）", &wrong, "きのうから、気を付けることは起きていません。"))
        (section("これからの1週間", &soon, "1週間のうちに期限が来るものはありません。"))
        (record(web))
    };
    Ok(frame::page(web, call, &Head::ok("今日", "/"), &body))
}

/// What is the person's own and near, due or overdue; then what others have left undone for long.
fn due(web: &Web, live: &Live, today: Date) -> Vec<Item> {
    let near = web.desk.duties().into_iter().filter(|due| due.standing != Standing::Later);
    let (mine, others): (Vec<Due>, Vec<Due>) = near.partition(|due| duties::is_mine(web, live, due, today));
    let shown = |due: &Due| {
        let text = html! {
            (due.ja) "　" (duties::subject(web, due)) "　" (due.day.wareki()) "まで　" (duties::sign(due, today))
        };
        item(due.standing <= Standing::Due, text, duties::way(web, live, due))
    };
    let mut items: Vec<Item> = mine.iter().map(shown).collect();
    let oversees = web.desk.may(live, "duty_term.settle").allowed;
    items.extend(others.iter().filter(|due| oversees && escalated(due, today)).map(shown));
    items
}

fn section(title: &str, items: &[Item], zero: &str) -> Markup {
    html! {
        section.sheet {
            h2 { (title) }
            @if items.is_empty() {
                p.zero {
                    svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true" {
                        circle cx="14" cy="14" r="12" fill="none" stroke="#115a36" stroke-width="2" {}
                        path d="M8 14.5l4.2 4.2L20 10.5" fill="none" stroke="#115a36" stroke-width="2.5" {}
                    }
                    (zero)
                }
            } @else {
                ul.todo { @for item in items { li {
                    p { @if item.late { span.sign.bad { "！ " } } (item.text) }
                    @if let Some((path, label)) = &item.go { a.button.small href=(path) { (label) } }
                } } }
            }
        }
    }
}

fn mine(web: &Web, live: &Live, today: Date) -> Vec<Item> {
    let rules = &web.desk.profile().settings.password;
    let (account, operator, handler, acknowledged, keys) = web.desk.house().read(|books| {
        let keys: Vec<Key> =
            books.scan::<Key>("").into_iter().filter(|key| key.holder.as_deref() == Some(&live.person)).collect();
        (
            books.get::<Account>(&live.person),
            users::operator(books, &live.person, today),
            users::handler(books, &live.person, today),
            users::acknowledged(books, &live.person),
            keys,
        )
    });
    let mut out = Vec::new();
    if let Some(account) = account {
        let ends = account.password_set_on.plus_days(i64::from(rules.term_days));
        let left = ends.days() - today.days();
        if left <= PASSWORD_DAYS {
            let text = html! { "パスワードの期限は" (ends.wareki()) "です（あと" (left.max(0)) "日）。" };
            out.push(item(left <= 3, text, Some(("/password".to_owned(), "変更する"))));
        }
    }
    if operator.is_some() && !acknowledged {
        let text = html! { "現行の管理方法を、まだ確認していません。確認するまで本人確認情報を扱えません。" };
        out.push(item(
            true,
            text,
            Some((format!("/acts/method.acknowledge?person={}&_back=/", live.person), "確認する")),
        ));
    }
    for ends in
        [operator.and_then(|o| o.to.map(|to| ("操作者", to))), handler.and_then(|h| h.to.map(|to| ("取扱者", to)))]
            .into_iter()
            .flatten()
    {
        let left = ends.1.days() - today.days();
        if (0..=30).contains(&left) {
            out.push(item(
                left <= SOON_DAYS,
                html! { (ends.0) "の指定は" (ends.1.wareki()) "までです（あと" (left) "日）。" },
                None,
            ));
        }
    }
    for key in keys {
        let late = key.due.is_some_and(|due| due < today);
        let text = html! { "鍵 " (key.key_no) "（" (web.desk.label("room", &key.room)) "）を借りています。" @if let Some(due) = key.due { "返却期限は" (due.wareki()) "です。" } };
        out.push(item(late, text, Some((row_path("keys", &key.key_no), "鍵を見る"))));
    }
    out
}

/// What stands open in the books and somebody should see to.
fn standing(web: &Web, live: &Live, today: Date) -> Vec<Item> {
    let desk = &web.desk;
    let day_start = today.days() * DAY_MS - JST_MS;
    let (cards, entries, keys, accounts) = desk.house().read(|books| {
        (books.scan::<Card>(""), books.scan::<Entry>(""), books.scan::<Key>(""), books.scan::<Account>(""))
    });
    let mut out = Vec::new();
    for card in cards.iter().filter(|card| card.state == "lost") {
        let holder = card.person.as_deref().map_or_else(String::new, |id| desk.person_name(id));
        let text = html! { "カード " (card.card_no) "（" (holder) "）が紛失のまま、失効していません。" };
        let go = if desk.may(live, "card.revoke").allowed {
            (format!("/acts/card.revoke?card_no={}&_back=/", card.card_no), "失効させる")
        } else {
            (row_path("cards", &card.card_no), "カードを見る")
        };
        out.push(item(true, text, Some(go)));
    }
    for card in cards.iter().filter(|card| card.state == "lent") {
        let Some(person) = &card.person else { continue };
        if desk.house().read(|books| sekisho_ledgers::kinds::organisation::in_office(books, person, today)) {
            continue;
        }
        let text = html! { "退職・転出した" (desk.person_name(person)) "さんから、カード " (card.card_no) " が返っていません。" };
        out.push(item(true, text, Some((row_path("cards", &card.card_no), "カードを見る"))));
    }
    for entry in entries.iter().filter(|entry| entry.out_at.is_none() && entry.in_at < day_start) {
        let text = html! { (entrant(web, entry)) "の退室が記録されていません（" (desk.label("room", &entry.room)) "、入室 " (instant_ja(entry.in_at)) "）。" };
        out.push(item(true, text, Some(("/entry".to_owned(), "入退室へ"))));
    }
    for key in keys.iter().filter(|key| key.state == "lent" && key.due.is_some_and(|due| due < today)) {
        let holder = key.holder.as_deref().map_or_else(String::new, |id| desk.person_name(id));
        let text = html! { "鍵 " (key.key_no) "（" (desk.label("room", &key.room)) "）が、" (holder) "さんから期限までに返っていません。" };
        out.push(item(true, text, Some((row_path("keys", &key.key_no), "鍵を見る"))));
    }
    if desk.may(live, "account.unlock").allowed {
        let rules = &desk.profile().settings.password;
        for account in accounts.iter().filter(|account| session::locked(account, rules, desk.now_ms())) {
            let text = html! { (desk.person_name(&account.person)) "さんのアカウントがロックされています。" };
            out.push(item(false, text, Some((row_path("accounts", &account.person), "アカウントを見る"))));
        }
    }
    out
}

/// Who went in, whether employee or visitor.
pub(crate) fn entrant(web: &Web, entry: &Entry) -> String {
    match (&entry.person, entry.visitor) {
        (Some(person), _) => format!("{}さん", web.desk.person_name(person)),
        (None, Some(seq)) => format!("{}さん（職員以外）", web.desk.private(seq, "visitor")),
        (None, None) => "不明の人".to_owned(),
    }
}

/// Refusals since yesterday, for those who may see the history.
fn refused(web: &Web, live: &Live, today: Date) -> Result<Vec<Item>, Fault> {
    if !web.desk.may(live, "history.inspect").allowed {
        return Ok(Vec::new());
    }
    let from = (today.days() - 1) * DAY_MS - JST_MS;
    let filters = vec![
        Filter { column: "at".to_owned(), test: Test::From(Value::Int(from)) },
        Filter { column: "allowed".to_owned(), test: Test::Is(Value::Bool(false)) },
    ];
    let query = ListQuery { filters, ..ListQuery::default() };
    let mut counts = web.desk.house().counts(Operation::SPEC, &query, &[CountBy::Column("act".to_owned())])?;
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let total: u64 = counts.iter().map(|(_, count)| *count).sum();
    if total == 0 {
        return Ok(Vec::new());
    }
    let kinds: Vec<String> = counts
        .iter()
        .take(4)
        .filter_map(|(row, count)| Some(format!("{} {count}件", web.desk.label("act", row.first()?.text()?))))
        .collect();
    let text = html! { "断られた操作が" (total) "件あります（" (kinds.join("、")) "）。" };
    Ok(vec![item(false, text, Some(("/history?question=refused".to_owned(), "履歴で見る")))])
}

fn soon(web: &Web, live: &Live, today: Date) -> Vec<Item> {
    let desk = &web.desk;
    let within = |day: Date| (0..=SOON_DAYS).contains(&(day.days() - today.days()));
    let (permits, operators, handlers) = desk
        .house()
        .read(|books| (books.scan::<EntryPermit>(""), books.scan::<Operator>(""), books.scan::<Handler>("")));
    let mut out = Vec::new();
    for permit in permits.iter().filter(|permit| permit.state == "valid" && within(permit.to)) {
        let name = match (&permit.person, permit.visitor) {
            (Some(person), _) => desk.person_name(person),
            (None, Some(seq)) => desk.private(seq, "visitor"),
            (None, None) => "名前のない方".to_owned(),
        };
        let text = html! { (name) "さんの入室の許可（" (desk.label("room", &permit.room)) "）が" (permit.to.wareki()) "で終わります。" };
        out.push(item(false, text, Some((row_path("entry_permits", &permit.permit_no), "許可を見る"))));
    }
    if desk.may(live, "operator.designate").allowed {
        let operators = operators
            .iter()
            .filter(|row| row.revoked_on.is_none())
            .filter_map(|row| Some(("操作者", &row.person, row.to?)));
        let handlers = handlers
            .iter()
            .filter(|row| row.revoked_on.is_none())
            .filter_map(|row| Some(("取扱者", &row.person, row.to?)));
        for (kind, person, to) in operators.chain(handlers).filter(|(_, _, to)| within(*to)) {
            let view = if kind == "操作者" { "operators" } else { "handlers" };
            let text = html! { (desk.person_name(person)) "さんの" (kind) "の指定が" (to.wareki()) "で終わります。" };
            out.push(item(false, text, Some((row_path(view, person), "指定を見る"))));
        }
    }
    out
}

fn record(web: &Web) -> Markup {
    let (size, at_ms) = web.desk.house().reach();
    let verified = web.desk.verified();
    html! {
        section.sheet {
            h2 { "記録" }
            p { "検証点 #" (evidence::grouped(size)) "（" (instant_ja(at_ms)) "）　"
                @if let Some(problem) = &verified.problem { span.sign.bad { "✕ 異常があります" } " " (problem) }
                @else if verified.ok { span.sign.good { "✓ 検証済み" } " #" (evidence::grouped(verified.size)) "まで" }
                @else { "自己検証は、まだ終わっていません" }
                "　" a href="/verify" { "検証の画面へ" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_a_fine_state() {
        let page = section("自分のこと", &[], "いま、することはありません。").0;
        assert!(page.contains("することはありません") && !page.contains("<li"));
        let page = section("x", &[item(true, html! { "急ぎ" }, Some(("/a".into(), "開く")))], "").0;
        assert!(page.contains("！") && page.contains("href=\"/a\""));
    }
}
