//! Registering, moving and retiring devices.

use sekisho_regulation::Date;

use crate::act;

act! {
    /// Registers a device where it stands.
    RegisterDevice: "device.register" {
        device: String = Line(20), "機器番号";
        device_class: String = Code("device_class"), "区分";
        name: String = Line(60), "名称";
        room: String = Code("room"), "設置場所";
        serial_no: String = Line(40), "製造番号";
        installed_on: Date = Day, "設置日";
    }
}

act! {
    /// Moves a device to another room.
    Move: "device.move" {
        device: String = Ref("devices"), "機器番号";
        room: String = Code("room"), "移設先";
        reason: String = Lines(400), private "理由";
    }
}

act! {
    /// Takes a device out of use.
    Retire: "device.retire" {
        device: String = Ref("devices"), "機器番号";
        reason: String = Lines(400), private "理由";
    }
}
