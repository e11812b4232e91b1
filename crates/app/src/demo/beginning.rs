//! What is there on the first day: staff, roles, machines, keys, cards, designations, passwords. All of
//! it goes in as entries at introduction.

use std::path::Path;

use sekisho_ledgers::House;
use sekisho_ledgers::event::{Asked, Effect};
use sekisho_ledgers::kinds::{cards, devices, entry, organisation, users};
use sekisho_regulation::Date;
use sekisho_regulation::profile::Factor;

use super::plan::Plan;
use super::roster::{Official, card_no};
use super::{DemoError, PASSWORD, quick_hash};
use crate::setup;
use crate::site::Site;

/// The first day.
pub(super) struct Beginning<'a> {
    pub(super) house: &'a House,
    pub(super) site: &'a Site,
    pub(super) plan: &'a Plan,
    pub(super) staff: &'a [Official],
    pub(super) first: Date,
    pub(super) today: Date,
}

impl Beginning<'_> {
    /// Makes every entry; cards go into the folder as files.
    pub(super) fn enter(&self, dir: &Path) -> Result<(), DemoError> {
        self.staff()?;
        self.machines()?;
        self.cards(dir)?;
        self.rights()
    }

    fn put(&self, asked: Asked) -> Result<(), DemoError> {
        setup::enter(self.house, asked, Vec::new())?;
        Ok(())
    }

    fn staff(&self) -> Result<(), DemoError> {
        use organisation::action::{Appoint, Designate, Register};
        for one in self.staff {
            let register = Register {
                person: one.id.clone(),
                name: one.name.clone(),
                kana: one.kana.clone(),
                birth: Some(one.birth),
                employee_no: one.employee_no.clone(),
                section: one.section.clone(),
                kind: "staff".to_owned(),
            };
            self.put(register.asked())?;
            let appoint = Appoint {
                person: one.id.clone(),
                post: one.post.clone(),
                from: self.first.plus_days(-200),
                concurrent: false,
                order_no: "導入時".to_owned(),
            };
            self.put(appoint.asked())?;
        }
        for (role, post) in &self.plan.designations {
            if let Some(person) = self.staff.iter().find(|one| one.post == *post) {
                let designate = Designate { role: role.clone(), person: person.id.clone(), from: self.first };
                self.put(designate.asked())?;
            }
        }
        Ok(())
    }

    fn machines(&self) -> Result<(), DemoError> {
        for (n, terminal) in (1..).zip(&self.plan.terminals) {
            let device = devices::action::RegisterDevice {
                device: terminal.id.clone(),
                device_class: terminal.class.clone(),
                name: terminal.name.clone(),
                room: terminal.room.clone(),
                serial_no: format!("VIRTUAL-{n:04}"),
                installed_on: self.first.plus_days(-300),
            };
            self.put(device.asked())?;
        }
        for key in &self.plan.keys {
            let key = entry::action::RegisterKey {
                key_no: key.no.clone(),
                room: key.room.clone(),
                kept_at: key.kept_at.clone(),
                spare: key.spare,
            };
            self.put(key.asked())?;
        }
        Ok(())
    }

    /// The cards of the staff, and after them those in stock.
    fn cards(&self, dir: &Path) -> Result<(), DemoError> {
        let folder = dir.join("cards");
        std::fs::create_dir_all(&folder)?;
        let authority = self.site.authority()?;
        let kinds = self.staff.iter().filter_map(|one| one.part.card.as_ref());
        for (n, kind) in (1..).zip(kinds.chain(&self.plan.stock)) {
            let card = authority.issue(&card_no(n), self.first, self.today)?;
            std::fs::write(folder.join(format!("{}.card", card.card_no())), card.to_file())?;
            let register = cards::action::RegisterCard {
                card_no: card.card_no().to_owned(),
                card_kind: kind.clone(),
                certificate: card.fingerprint(),
            };
            self.put(register.asked())?;
        }
        Ok(())
    }

    fn rights(&self) -> Result<(), DemoError> {
        let (title, text) = self.method();
        let method = users::action::Settle { version: "1".to_owned(), title, text, effective_from: self.first };
        self.put(method.asked())?;
        let phc = quick_hash(PASSWORD)?;
        for one in self.staff.iter().filter(|one| one.has_account) {
            let acknowledge = users::action::Acknowledge { person: one.id.clone(), version: "1".to_owned() };
            self.put(acknowledge.asked())?;
            self.designate(one)?;
            if let Some(card_no) = &one.card_no {
                let lend = cards::action::Lend {
                    card_no: card_no.clone(),
                    person: one.id.clone(),
                    lender_signed: true,
                    borrower_signed: true,
                };
                self.put(lend.asked())?;
            }
            let mut password = Asked::new("password.change");
            password.put("person", one.id.clone().into(), false);
            let effect = Effect::Password { person: one.id.clone(), phc: phc.clone() };
            setup::enter(self.house, password, vec![effect])?;
        }
        Ok(())
    }

    fn designate(&self, one: &Official) -> Result<(), DemoError> {
        if !one.part.operates.is_empty() {
            let operator = users::action::DesignateOperator {
                person: one.id.clone(),
                device_classes: one.part.operates.join(" "),
                from: self.first,
                to: None,
            };
            let mut asked = operator.asked();
            asked.put("posts", one.post.clone().into(), false);
            self.put(asked)?;
        }
        if let Some(scope) = &one.part.handles {
            let handler = users::action::DesignateHandler {
                person: one.id.clone(),
                scope: scope.clone(),
                operations: None,
                from: self.first,
                to: None,
            };
            self.put(handler.asked())?;
        }
        Ok(())
    }

    /// The management method: its title, and its text line by line.
    fn method(&self) -> (String, String) {
        let s = &self.site.profile().settings;
        let term = format!("パスワードは書き残さず、{}日ごとに変える。", s.password.term_days);
        if !s.devices.iter().any(|class| class.asks_for(Factor::IcCard)) {
            let text = format!("1 利用者IDは本人だけが使い、貸さない。\n2 {term}\n3 離席のときはサインアウトする。");
            return ("利用者ID及びパスワードの管理方法".to_owned(), text);
        }
        let text = format!(
            "1 カードは本人だけが使い、貸さない。離席のときは抜いて携帯する。\n\
             2 退庁のときは施錠できる保管庫に納める。\n\
             3 {term}\n\
             4 紛失に気付いたら、直ちに管理の責任者に届け出る。\n\
             5 異動や退職のときは、その日のうちにカードを返す。"
        );
        (format!("{}及びパスワードの管理方法", s.card_name), text)
    }
}
