//! Registering people, recording appointments, and picking holders of roles.

use sekisho_regulation::Date;

use crate::act;

act! {
    /// Puts a person on the roll.
    Register: "person.register" {
        person: String = Line(20), "職員ID";
        name: String = Line(60), private "氏名";
        kana: String = Line(60), private "ふりがな";
        birth: Option<Date> = Day, private "生年月日";
        employee_no: String = Line(20), "職員証番号";
        section: String = Line(40), "所属";
        kind: String = Code("person_kind"), "区分";
    }
}

act! {
    /// Records that a person retired or left for another organisation.
    Leave: "person.leave" {
        person: String = Person, "職員";
        on: Date = Day, "退職・転出日";
    }
}

act! {
    /// Records an appointment to a post.
    Appoint: "appointment.make" {
        person: String = Person, "職員";
        post: String = Code("post"), "職";
        from: Date = Day, "発令日";
        concurrent: bool = Check, "兼務";
        order_no: String = Line(40), "発令番号";
    }
}

act! {
    /// Records that an appointment ended.
    EndAppointment: "appointment.end" {
        id: String = Ref("appointments"), "発令";
        to: Date = Day, "終了日（この日まで在任）";
    }
}

act! {
    /// Picks the holder of a role among those whose post allows it.
    Designate: "role.designate" {
        role: String = Code("role"), "役割";
        person: String = Person, "職員";
        from: Date = Day, "指名日";
    }
}
