//! 操作者用ICカード: issue, lending signed by both, return, loss and revocation (第12条, 第13条).

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;
use sekisho_regulation::profile::CardKind;

use crate::books::{Registers, Shelf};
use crate::event::Event;
use crate::kind::{ActEntry, Ask, Kind};
use crate::kinds::{organisation, users};
use crate::spec::{View as _, ViewSpec};
use action::{Lend, RegisterCard, ReportLost, Return, Revoke, SettleOperations};
use view::{Card, CardOperation};

/// The kind.
#[derive(Debug)]
pub struct Cards;

/// The card that is lent to a person now.
pub fn lent_to(books: &impl Registers, person: &str) -> Option<Card> {
    let mut cards = books.scan::<Card>("").into_iter();
    cards.find(|card| card.state == "lent" && card.person.as_deref() == Some(person))
}

/// What was settled of a kind of card at a class of device, as far as it is in force on a day: the
/// settlement that took effect last.
pub fn settled(books: &impl Registers, kind: &str, class: &str, day: Date) -> Option<CardOperation> {
    let mut all = books.scan::<CardOperation>(&format!("{kind}/{class}"));
    all.retain(|one| one.card_kind == kind && one.device_class == class && one.effective_from <= day);
    all.into_iter().max_by_key(|one| (one.effective_from, one.evidence))
}

/// Facts about the card that an act is for.
pub(crate) fn card_facts(ask: &Ask<'_>, sheet: &mut FactSheet) {
    let card = ask.books.get::<Card>(ask.text("card_no"));
    sheet.set("target_card_state", card.as_ref().map_or("unknown", |card| card.state.as_str()));
    let kind = card.as_ref().map_or(ask.text("card_kind"), |card| card.kind.as_str());
    let kind = ask.profile.card_kind(kind);
    sheet.set("card_kind_known", kind.is_some());
    // Other devices are the office's own, not the network's.
    let network = |class: &str| ask.profile.device_class(class).is_some_and(|class| class.records);
    let operates = |kind: &CardKind| kind.operations.iter().any(|(class, all)| !all.is_empty() && network(class));
    sheet.set("card_operates", kind.is_some_and(operates));
    if ask.act.asked.act != "method.acknowledge" {
        sheet.set("card_rules_exist", users::method(&ask.books).is_some());
    }
    sheet.set("both_signed", ask.ticked("lender_signed") && ask.ticked("borrower_signed"));
}

impl Kind for Cards {
    fn name(&self) -> &'static str {
        "cards"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![RegisterCard, Lend, Return, ReportLost, Revoke, SettleOperations]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Card::SPEC, CardOperation::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        card_facts(ask, sheet);
        if sheet.wants("consulted") {
            let with = ask.text("consulted_with");
            let on = ask.text("consulted_on").parse::<Date>().ok();
            let officer = |day| consulted_with(ask, with, day);
            let consulted = on.is_some_and(|day| day <= ask.today() && officer(day)) && ask.filled("outcome");
            sheet.set("consulted", consulted);
        }
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if event.allowed {
            fold(event, shelf);
        }
    }
}

/// Whether a person could be consulted on a day: held one of the roles that are.
fn consulted_with(ask: &Ask<'_>, person: &str, day: Date) -> bool {
    let roles = ask.profile.settings.powers.get("consulted").map(Vec::as_slice).unwrap_or_default();
    roles.iter().any(|role| organisation::holds(&ask.books, ask.profile, person, role, day))
}

fn fold(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    let today = Date::in_japan(event.at_ms);
    let by = event.by.person.clone();
    let card_no = event.text("card_no").unwrap_or_default();
    match &*event.act {
        "card.register" => register(event, shelf),
        "card.lend" => {
            let Some(act) = Lend::of(&event.body) else { return };
            shelf.change::<Card>(card_no, |card| {
                card.state = "lent".to_owned();
                card.person = Some(act.person);
                (card.lent_on, card.lent_by) = (Some(today), by);
                card.both_signed = act.lender_signed && act.borrower_signed;
                (card.returned_on, card.evidence) = (None, evidence);
            });
        }
        "card.return" => shelf.change::<Card>(card_no, |card| {
            card.state = "returned".to_owned();
            card.last_holder = card.person.take();
            (card.returned_on, card.evidence) = (Some(today), evidence);
        }),
        "card.report_lost" => {
            let Some(act) = ReportLost::of(&event.body) else { return };
            shelf.change::<Card>(card_no, |card| {
                card.state = "lost".to_owned();
                (card.lost_on, card.lost_known_on) = (Some(act.lost_on), Some(act.known_on));
                (card.reported_at, card.circumstances) = (Some(event.at_ms), Some(evidence));
                card.evidence = evidence;
            });
        }
        "card.revoke" => shelf.change::<Card>(card_no, |card| {
            card.state = "revoked".to_owned();
            card.last_holder = card.person.take().or_else(|| card.last_holder.take());
            (card.revoked_at, card.revoked_by) = (Some(event.at_ms), by);
            card.evidence = evidence;
        }),
        "card.settle_operations" => {
            let Some(act) = SettleOperations::of(&event.body) else { return };
            shelf.put(&CardOperation {
                // Until the day on which it takes effect, what was settled before stays in force.
                id: format!("{}/{}/{}", act.card_kind, act.device_class, act.effective_from),
                card_kind: act.card_kind,
                device_class: act.device_class,
                operations: act.operations,
                consulted_with: act.consulted_with.unwrap_or_default(),
                consulted_on: act.consulted_on.unwrap_or(today),
                outcome: evidence,
                effective_from: act.effective_from,
                decided_by: by.unwrap_or_default(),
                evidence,
            });
        }
        _ => {}
    }
}

fn register(event: &Event, shelf: &mut Shelf<'_>) {
    let Some(act) = RegisterCard::of(&event.body) else { return };
    shelf.put(&Card {
        card_no: act.card_no,
        kind: act.card_kind,
        state: "stock".to_owned(),
        person: None,
        lent_on: None,
        lent_by: None,
        both_signed: false,
        returned_on: None,
        lost_on: None,
        lost_known_on: None,
        reported_at: None,
        revoked_at: None,
        revoked_by: None,
        certificate: act.certificate,
        last_holder: None,
        circumstances: None,
        evidence: event.seq_cell(),
    });
}
