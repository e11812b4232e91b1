//! A device stands in one room until it is moved or retired.

use super::action::{Move, RegisterDevice, Retire};
use super::view::Device;
use crate::books::Registers as _;
use crate::testing::{Hand, day};

#[test]
fn a_device_is_moved_and_retired() {
    let mut hand = Hand::on("2026-04-01");
    let register = RegisterDevice {
        device: "T-01".into(),
        device_class: "terminal".into(),
        name: "統合端末".into(),
        room: "madoguchi".into(),
        serial_no: "S1".into(),
        installed_on: day("2026-03-01"),
    };
    hand.did(register.asked());
    hand.did(Move { device: "T-01".into(), room: "densan".into(), reason: "改修".into() }.asked());
    let device = hand.books.get::<Device>("T-01").unwrap();
    assert_eq!((device.room.as_str(), device.moved_on), ("densan", Some(day("2026-04-01"))));
    hand.did(Retire { device: "T-01".into(), reason: "更新".into() }.asked());
    let device = hand.books.get::<Device>("T-01").unwrap();
    assert_eq!((device.state.as_str(), device.retired_on), ("retired", Some(day("2026-04-01"))));
}
