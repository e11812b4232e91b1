//! 機器: which devices there are and in which room each stands (第6条, 第10条).

pub mod action;
#[cfg(test)]
mod tests;
pub mod view;

use sekisho_gate::FactSheet;
use sekisho_regulation::Date;

use crate::books::{Registers as _, Shelf};
use crate::event::Event;
use crate::kind::{ActEntry, Ask, Kind};
use crate::spec::{View as _, ViewSpec};
use action::{Move, RegisterDevice, Retire};
use view::Device;

/// The kind.
#[derive(Debug)]
pub struct Devices;

impl Kind for Devices {
    fn name(&self) -> &'static str {
        "devices"
    }

    fn acts(&self) -> &'static [ActEntry] {
        crate::acts![RegisterDevice, Move, Retire]
    }

    fn views(&self) -> &'static [&'static ViewSpec] {
        const { &[Device::SPEC] }
    }

    fn facts(&self, ask: &Ask<'_>, sheet: &mut FactSheet) {
        let device = ask.books.get::<Device>(ask.text("device"));
        sheet.set("device_known", device.as_ref().is_some_and(|device| device.state == "in_use"));
        let code = device.as_ref().map_or(ask.text("device_class"), |device| device.class.as_str());
        let class = ask.profile.device_class(code);
        sheet.set("device_class", class.map_or("none", |class| class.code.as_str()));
        sheet.set("device_class_known", class.is_some());
        let room = ask.profile.room(ask.text("room"));
        let enough = class.zip(room).is_some_and(|(class, room)| room.level >= class.room_level);
        sheet.set("room_level_enough", enough);
    }

    fn fold(&self, event: &Event, shelf: &mut Shelf<'_>) {
        if event.allowed {
            fold(event, shelf);
        }
    }
}

fn fold(event: &Event, shelf: &mut Shelf<'_>) {
    let evidence = event.seq_cell();
    let today = Date::in_japan(event.at_ms);
    match &*event.act {
        "device.register" => {
            let Some(act) = RegisterDevice::of(&event.body) else { return };
            shelf.put(&Device {
                device: act.device,
                class: act.device_class,
                name: act.name,
                room: act.room,
                serial_no: act.serial_no,
                state: "in_use".to_owned(),
                installed_on: act.installed_on,
                moved_on: None,
                retired_on: None,
                reason: None,
                evidence,
            });
        }
        "device.move" => {
            let Some(act) = Move::of(&event.body) else { return };
            shelf.change::<Device>(&act.device, |row| {
                (row.room, row.moved_on) = (act.room.clone(), Some(today));
                (row.reason, row.evidence) = (Some(evidence), evidence);
            });
        }
        "device.retire" => {
            let Some(act) = Retire::of(&event.body) else { return };
            shelf.change::<Device>(&act.device, |row| {
                (row.state, row.retired_on) = ("retired".to_owned(), Some(today));
                (row.reason, row.evidence) = (Some(evidence), evidence);
            });
        }
        _ => {}
    }
}
