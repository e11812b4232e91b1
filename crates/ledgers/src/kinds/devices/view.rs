//! 機器台帳.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// 機器台帳: devices under access control and the terminals of the office (第10条第1項).
    Device: Register "devices", "機器台帳" {
        device: String = Text, "機器番号";
        class: String = Code("device_class"), "区分";
        name: String = Text, "名称";
        room: String = Code("room"), "設置場所";
        serial_no: String = Text, "製造番号";
        state: String = Code("device_state"), "状態";
        installed_on: Date = Day, "設置日";
        moved_on: Option<Date> = Day, "移設日";
        retired_on: Option<Date> = Day, "廃止日";
        reason: Option<i64> = Private("reason"), "移設・廃止の理由";
        evidence: i64 = Evidence, "記録";
    }
}
