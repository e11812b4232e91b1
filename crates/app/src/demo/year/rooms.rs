//! Going in and out of rooms: what each asks is looked up in the profile and brought along.

use sekisho_ledgers::Registers as _;
use sekisho_ledgers::kinds::entry;
use sekisho_ledgers::kinds::entry::view::{EntryPermit, Key};
use sekisho_regulation::Date;
use sekisho_regulation::profile::{Demand, Room};

use super::players::Office;
use super::{Diary, Seat, Year};
use crate::demo::DemoError;
use crate::demo::plan::Round;
use crate::demo::roster::Official;

/// Who goes in.
#[derive(Clone, Copy)]
pub(super) enum Entrant<'a> {
    Employee(&'a Official),
    Visitor { name: &'a str, firm: &'a str, escort: Option<&'a Official> },
}

type Fields = Vec<(&'static str, String)>;

fn borrowed(fields: &Fields) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, text)| (*name, text.as_str())).collect()
}

impl<'a> Year<'a> {
    /// Somebody goes in with all that the room asks. Gives the number of the entry.
    pub(super) fn enter(
        &self,
        seat: &Seat,
        room: &'a Room,
        who: Entrant<'_>,
        purpose: &str,
        day: Date,
    ) -> Result<Option<String>, DemoError> {
        let mut fields: Fields = vec![("room", room.code.clone()), ("purpose", purpose.to_owned())];
        let employee = match who {
            Entrant::Employee(one) => {
                fields.push(("person", one.id.clone()));
                Some(one)
            }
            Entrant::Visitor { name, firm, .. } => {
                fields.extend([("visitor", name.to_owned()), ("affiliation", firm.to_owned())]);
                None
            }
        };
        for demand in room.asks_of(employee.is_some()) {
            let paper = match (demand, employee) {
                (Demand::StaffId, _) => ("staff_id", employee.map(|one| one.employee_no.clone()).unwrap_or_default()),
                (Demand::Badge, Some(_)) => ("badge", "職員".to_owned()),
                (Demand::Badge, None) => ("badge", "来訪1".to_owned()),
                (Demand::Card, _) => ("entry_card_no", "V-01".to_owned()),
                (Demand::Key, _) => ("entry_key_no", self.lent_key(seat, room, employee, day)?),
                (Demand::Permit, _) => ("permit_no", self.permit(seat, room, who, purpose, day)?),
                (Demand::Escort, _) => ("escort", self.escort(room, who)),
            };
            if !fields.iter().any(|(name, _)| *name == paper.0) {
                fields.push(paper);
            }
        }
        if let Entrant::Visitor { escort: Some(escort), .. } = who
            && !fields.iter().any(|(name, _)| *name == "escort")
        {
            fields.push(("escort", escort.id.clone()));
        }
        Ok(self.act(seat, "entry.enter", &borrowed(&fields))?.map(|seq| format!("N{seq:06}")))
    }

    /// Goes out again.
    pub(super) fn leave(&self, seat: &Seat, room: &Room, entry_no: &str, staff_id: &str) -> Result<(), DemoError> {
        self.act(seat, "entry.leave", &[("entry_no", entry_no), ("room", &room.code), ("staff_id", staff_id)])?;
        Ok(())
    }

    /// A key of the room that is out, or is lent now.
    fn lent_key(&self, seat: &Seat, room: &Room, to: Option<&Official>, day: Date) -> Result<String, DemoError> {
        let keys = self.desk.house().read(|books| books.scan::<Key>(""));
        let mut of_room = keys.into_iter().filter(|key| key.room == room.code && !key.spare);
        let Some(key) = of_room.next() else { return Ok(String::new()) };
        if key.state == "kept" {
            let holder = to.map_or_else(|| seat.live.person.clone(), |one| one.id.clone());
            self.lend(seat, &key.key_no, room, &holder, day)?;
        }
        Ok(key.key_no)
    }

    fn lend(&self, seat: &Seat, key: &str, room: &Room, to: &str, day: Date) -> Result<bool, DemoError> {
        let due = day.to_string();
        let lend = [("key_no", key), ("room", &room.code), ("person", to), ("purpose", "定期点検"), ("due", &due)];
        // A key that was not brought back in time cannot be lent; that is on record.
        Ok(self.try_act(seat, "key.lend", &lend)?.is_some())
    }

    /// A permit for the room that is in force, or a new one.
    fn permit(
        &self,
        seat: &Seat,
        room: &Room,
        who: Entrant<'_>,
        purpose: &str,
        day: Date,
    ) -> Result<String, DemoError> {
        let (mut fields, days): (Fields, i64) = match who {
            Entrant::Employee(one) => {
                let permits = self.desk.house().read(|books| books.scan::<EntryPermit>(""));
                let ours = |p: &&EntryPermit| p.person.as_ref() == Some(&one.id) && p.room == room.code;
                if let Some(permit) = permits.iter().filter(ours).find(|p| p.state == "valid" && p.to >= day) {
                    return Ok(permit.permit_no.clone());
                }
                (vec![("person", one.id.clone())], 200)
            }
            Entrant::Visitor { name, firm, .. } => {
                (vec![("visitor", name.to_owned()), ("affiliation", firm.to_owned())], 1)
            }
        };
        fields.extend([("room", room.code.clone()), ("purpose", purpose.to_owned())]);
        fields.extend([("from", day.to_string()), ("to", day.plus_days(days).to_string())]);
        let permit = self.act(seat, "entry.permit", &borrowed(&fields))?;
        Ok(permit.map(|seq| format!("P{seq:06}")).unwrap_or_default())
    }

    fn escort(&self, room: &'a Room, who: Entrant<'_>) -> String {
        let manager = self.players.manager(room).map(|office| office.who);
        let other = |one: &&Official| !matches!(who, Entrant::Employee(same) if same.id == one.id);
        let chosen = match who {
            Entrant::Visitor { escort: Some(escort), .. } => Some(escort),
            _ => manager.filter(other).or_else(|| self.players.staff.iter().find(other)),
        };
        chosen.map(|one| one.id.clone()).unwrap_or_default()
    }

    /// Those of the shift go in, noted down by whoever keeps the door.
    pub(super) fn open_counter(&self, diary: &mut Diary, shift: &[&'a Official], day: Date) -> Result<(), DemoError> {
        let Some((room, door)) = self.door() else { return Ok(()) };
        self.clock.set(day.at(8, 15));
        self.renew(diary, &door, day)?;
        let Some(seat) = self.sit(diary, &door)? else { return Ok(()) };
        let inside = self.desk.house().read(|books| entry::inside(books, Some(&room.code)));
        // Who forgot to note the way out is still inside on paper.
        for one in shift.iter().filter(|one| !inside.iter().any(|row| row.person.as_ref() == Some(&one.id))) {
            self.enter(&seat, room, Entrant::Employee(one), "窓口業務", day)?;
        }
        self.rise(&seat);
        Ok(())
    }

    /// Everybody goes out of the counter's room, except `forgets`.
    pub(super) fn close_counter(&self, diary: &Diary, forgets: Option<&str>, day: Date) -> Result<(), DemoError> {
        let Some((room, door)) = self.door() else { return Ok(()) };
        self.clock.set(day.at(17, 20));
        let Some(seat) = self.sit(diary, &door)? else { return Ok(()) };
        for row in self.desk.house().read(|books| entry::inside(books, Some(&room.code))) {
            let person = row.person.as_deref();
            let staff = self.players.staff.iter().find(|one| Some(one.id.as_str()) == person);
            if forgets.is_none() || person != forgets {
                self.leave(&seat, room, &row.entry_no, staff.map_or("", |one| &one.employee_no))?;
            }
        }
        self.return_keys(&seat, room)?;
        self.rise(&seat);
        Ok(())
    }

    fn return_keys(&self, seat: &Seat, room: &Room) -> Result<(), DemoError> {
        if !room.asks_of(true).any(|demand| demand == Demand::Key) {
            return Ok(());
        }
        let keys = self.desk.house().read(|books| books.scan::<Key>(""));
        for key in keys.iter().filter(|key| key.room == room.code && key.state == "lent") {
            self.act(seat, "key.return", &[("key_no", &*key.key_no), ("room", &*room.code)])?;
        }
        Ok(())
    }

    /// The counter's room, if it is under control, and who notes down there. Permits and keys are the
    /// manager's to give.
    fn door(&self) -> Option<(&'a Room, Office<'a>)> {
        let counter = self.players.plan.counter.as_ref()?;
        let room = self.players.controlled_room_of(&counter.terminal)?;
        let managers = room.asks_of(true).any(|demand| matches!(demand, Demand::Permit | Demand::Key));
        let named = counter.doorkeeper.as_deref().filter(|_| !managers).and_then(|post| self.players.of_post(post));
        let door = named.and_then(|one| self.players.office_of(one)).or_else(|| self.players.manager(room))?;
        Some((room, door))
    }

    fn round_place(&self) -> Option<(&'a Round, &'a Room, Office<'a>, &'a Official)> {
        let round = self.players.plan.round.as_ref()?;
        let room = self.players.profile.room(&round.room).filter(|room| room.controlled())?;
        Some((round, room, self.players.manager(room)?, self.players.of_post(&round.post)?))
    }

    /// The weekly round: key lent, in and out, key back. In the last week the key is kept too long.
    pub(super) fn round(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let Some((round, room, manager, engineer)) = self.round_place() else { return Ok(()) };
        self.clock.set(day.at(15, 0));
        self.renew(diary, &manager, day)?;
        let Some(seat) = self.sit(diary, &manager)? else { return Ok(()) };
        let keeps = day.days() >= self.today.days() - 7;
        let lent = match &round.key {
            Some(key) => self.lend(&seat, key, room, &engineer.id, day)?,
            None => false,
        };
        let entered = self.enter(&seat, room, Entrant::Employee(engineer), "機器の定期点検", day)?;
        self.clock.set(day.at(15, 12));
        if let Some(entered) = entered {
            self.leave(&seat, room, &entered, &engineer.employee_no)?;
        }
        if let Some(key) = round.key.as_ref().filter(|_| lent && !keeps) {
            self.act(&seat, "key.return", &[("key_no", key), ("room", &room.code)])?;
        }
        self.rise(&seat);
        Ok(())
    }

    /// Once a month somebody from the maintenance company is let in.
    pub(super) fn visitor(&self, diary: &mut Diary, day: Date) -> Result<(), DemoError> {
        let Some((_, room, manager, engineer)) = self.round_place() else { return Ok(()) };
        self.clock.set(day.at(14, 40));
        self.renew(diary, &manager, day)?;
        let Some(seat) = self.sit(diary, &manager)? else { return Ok(()) };
        let visitor = Entrant::Visitor {
            name: "保守 太一", firm: "架空システム保守株式会社", escort: Some(engineer)
        };
        let entered = self.enter(&seat, room, visitor, "機器の保守点検", day)?;
        self.clock.set(day.at(14, 54));
        if let Some(entered) = entered {
            self.leave(&seat, room, &entered, "")?;
        }
        self.return_keys(&seat, room)?;
        self.rise(&seat);
        Ok(())
    }
}
