//! 職員名簿, 責任者・充て職名簿 and 役割指名簿.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// 職員名簿: who works here, or comes to work here. The name lies in the erasable text.
    Person: Register "people", "職員名簿" {
        person: String = Text, "職員ID";
        name: i64 = Private("name"), "氏名";
        kana: i64 = Private("kana"), "ふりがな";
        employee_no: String = Text, "職員証番号";
        section: String = Text, "所属";
        kind: String = Code("person_kind"), "区分";
        registered_on: Date = Day, "登録日";
        left_on: Option<Date> = Day, "退職・転出日";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 責任者・充て職名簿: who holds which post, from when to when.
    Appointment: Register "appointments", "責任者・充て職名簿" {
        id: String = Text, "発令";
        person: String = Person, "氏名";
        post: String = Code("post"), "職";
        from: Date = Day, "発令日";
        to: Option<Date> = Day, "終了日";
        concurrent: bool = Bool, "兼務";
        order_no: String = Text, "発令番号";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// 役割指名簿: who was picked for a role that a post alone does not settle.
    RoleDesignation: Register "role_designations", "役割指名簿" {
        id: String = Text, "指名";
        role: String = Code("role"), "役割";
        person: String = Person, "氏名";
        from: Date = Day, "指名日";
        to: Option<Date> = Day, "終了日";
        evidence: i64 = Evidence, "記録";
    }
}
