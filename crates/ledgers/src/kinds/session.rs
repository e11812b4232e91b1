//! サインイン: card and password together, or the password alone where the device asks for no card;
//! one session a card, and the state of passwords (第10条第2項, 第12条第1号, 第13条).

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;
use sekisho_regulation::Profile;
use sekisho_regulation::profile::{Factor, PasswordRules};

use crate::books::{Registers, Shelf};
use crate::event::{Body, Event};
use crate::kind::{ActEntry, Ask, Kind};
use crate::kinds::{cards, organisation};
use crate::spec::{View as _, ViewSpec};
use action::{ChangePassword, Close, Open, ResetPassword, SwitchCapacity, Unlock};
use view::{Account, Logon, Session};

/// The kind.
#[derive(Debug)]
pub struct Sessions;

/// A person's account.
pub fn account(books: &impl Registers, person: &str) -> Option<Account> {
    books.get::<Account>(person)
}

/// Whether a person has an account, or may be given one: it comes with the card, and where a class of
/// devices asks for no card, with the office.
pub fn may_have_account(books: &impl Registers, profile: &Profile, person: &str, today: Date) -> bool {
    let without_card = profile.settings.devices.iter().any(|class| !class.asks_for(Factor::IcCard));
    account(books, person).is_some()
        || cards::lent_to(books, person).is_some()
        || (without_card && organisation::in_office(books, person, today))
}

/// Sessions that are open now.
pub fn open(books: &impl Registers) -> Vec<Session> {
    books.scan::<Session>("")
}

/// Whether an account is locked at `now_ms`.
#[must_use]
pub fn locked(account: &Account, rules: &PasswordRules, now_ms: i64) -> bool {
    let minutes = i64::from(rules.lock_minutes);
    account.locked_at.is_some_and(|at| minutes == 0 || now_ms < at + minutes * 60_000)
}

/// Whether a password's term is over, or it is a first password that must be changed. Where passwords
/// are issued, none is only a first one.
#[must_use]
pub fn expired(account: &Account, rules: &PasswordRules, today: Date) -> bool {
    account.must_change && !rules.issued || account.password_set_on.plus_days(i64::from(rules.term_days)) < today
}

impl Kind for Sessions {
    fn name(&self) -> &'static str {
        "session"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![Open, Close, SwitchCapacity, ChangePassword, ResetPassword, Unlock]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Session::SPEC, Account::SPEC, Logon::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        let act = ask.act.asked.act;
        ask.act.given.password.state(sheet);
        if sheet.wants("account_locked") {
            let rules = &ask.profile.settings.password;
            let account = account(&ask.books, ask.act.by.person.as_deref().unwrap_or_default());
            sheet.set("password_expired", account.as_ref().is_some_and(|a| expired(a, rules, ask.today())));
            sheet.set("account_locked", account.as_ref().is_some_and(|a| locked(a, rules, ask.now_ms)));
        }
        if act == "session.switch_capacity" {
            let person = ask.act.by.person.as_deref().unwrap_or_default();
            let held = organisation::holds(&ask.books, ask.profile, person, ask.text("to"), ask.today());
            sheet.set("capacity_held", held);
        }
    }

    fn complete(&self, ask: &Ask<'_>) -> Body {
        let mut body = Body::new();
        if matches!(ask.act.asked.act, "session.open" | "password.change") && ask.act.given.password.is_given() {
            let rules = &ask.profile.settings.password;
            body.insert("password_ok".to_owned(), ask.act.given.password.is_right().into());
            body.insert("failures_max".to_owned(), rules.failures_max.into());
            body.insert("lock_minutes".to_owned(), rules.lock_minutes.into());
        }
        body
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if &*event.act == "session.open" {
            fold_logon(event, shelf);
        }
        if matches!(&*event.act, "session.open" | "password.change") {
            count_failures(event, shelf);
        }
        if event.allowed {
            fold(event, shelf);
        }
    }
}

/// Every attempt goes into the logon history.
fn fold_logon(event: &Event, shelf: &mut Shelf<'_>) {
    shelf.add(&Logon {
        seq: event.seq_cell(),
        at: event.at_ms,
        person: event.by.person.clone(),
        terminal: event.by.terminal.clone(),
        card_no: event.text("card_no").map(str::to_owned),
        capacity: event.by.capacity.clone(),
        allowed: event.allowed,
        code: event.code.to_string(),
        evidence: event.seq_cell(),
    });
}

/// Wrong passwords are counted and lock the account, wherever they are tried.
fn count_failures(event: &Event, shelf: &mut Shelf<'_>) {
    let Some(person) = &event.by.person else { return };
    let number = |field: &str| event.body.get(field).and_then(serde_json::Value::as_i64);
    let Some(right) = event.body.get("password_ok").and_then(serde_json::Value::as_bool) else { return };
    shelf.change::<Account>(person, |account| {
        let freed = number("lock_minutes").is_some_and(|m| m > 0);
        let over = freed
            && account.locked_at.is_some_and(|at| event.at_ms >= at + number("lock_minutes").unwrap_or(0) * 60_000);
        if over {
            (account.locked_at, account.failures) = (None, 0);
        }
        if right {
            if event.allowed && &*event.act == "session.open" {
                (account.failures, account.locked_at) = (0, None);
                account.last_sign_in = Some(event.at_ms);
            }
        } else if account.locked_at.is_none() {
            account.failures += 1;
            if account.failures >= number("failures_max").unwrap_or(i64::MAX) {
                account.locked_at = Some(event.at_ms);
            }
        }
        account.evidence = event.seq_cell();
    });
}

fn fold(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    let today = Date::in_japan(event.at_ms);
    let person = event.text("person").unwrap_or_default();
    match &*event.act {
        "session.open" => open_session(event, shelf),
        "session.close" => {
            let reason = event.text("close_reason").map(str::to_owned);
            shelf.change::<Session>(event.text("session").unwrap_or_default(), |row| {
                (row.closed_at, row.close_reason, row.evidence) = (Some(event.at_ms), reason, evidence);
            });
        }
        "session.switch_capacity" => {
            let to = event.text("to").unwrap_or_default().to_owned();
            shelf.change::<Session>(event.by.session.as_deref().unwrap_or_default(), |row| {
                (row.capacity, row.evidence) = (to, evidence);
            });
        }
        "password.change" | "password.reset" => shelf.put(&Account {
            person: person.to_owned(),
            password_set_on: today,
            must_change: &*event.act == "password.reset",
            failures: 0,
            locked_at: None,
            last_sign_in: account(shelf, person).and_then(|account| account.last_sign_in),
            evidence,
        }),
        "account.unlock" => shelf.change::<Account>(person, |account| {
            (account.failures, account.locked_at, account.evidence) = (0, None, evidence);
        }),
        _ => {}
    }
}

/// One session a card: an older one with the same card ends. Without cards, one session a person and
/// one a terminal.
fn open_session(event: &Event, shelf: &mut Shelf<'_>) {
    let Some(act) = Open::of(&event.body) else { return };
    let evidence = event.seq_cell();
    let (person, terminal) = (&event.by.person, &event.by.terminal);
    let replaced = |older: &Session| match &act.card_no {
        Some(_) => older.card_no == act.card_no,
        None => {
            older.card_no.is_none()
                && (person.as_ref() == Some(&older.person) || terminal.as_ref() == Some(&older.terminal))
        }
    };
    for older in open(shelf).into_iter().filter(replaced) {
        shelf.change::<Session>(&older.session, |row| {
            row.closed_at = Some(event.at_ms);
            (row.close_reason, row.evidence) = (Some("superseded".to_owned()), evidence);
        });
    }
    shelf.put(&Session {
        session: act.session,
        person: event.by.person.clone().unwrap_or_default(),
        card_no: act.card_no,
        terminal: event.by.terminal.clone().unwrap_or_default(),
        capacity: event.by.capacity.clone().unwrap_or_default(),
        opened_at: event.at_ms,
        closed_at: None,
        close_reason: None,
        evidence,
    });
}
