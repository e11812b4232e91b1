//! Designating operators and handlers; settling and acknowledging the management method.

use sekisho_regulation::Date;

use crate::act;

act! {
    /// Designates an operator.
    DesignateOperator: "operator.designate" {
        person: String = Person, "職員";
        device_classes: String = Codes("device_class"), "操作できる機器";
        from: Date = Day, "指定日";
        to: Option<Date> = Day, "期限";
    }
}

act! {
    /// Revokes an operator's designation.
    RevokeOperator: "operator.revoke" {
        person: String = Person, "職員";
        reason: String = Lines(400), private "理由";
    }
}

act! {
    /// Designates who may handle identity records.
    DesignateHandler: "handler.designate" {
        person: String = Person, "職員";
        scope: String = Line(100), "取り扱う範囲";
        operations: Option<String> = Codes("operation"), "取り扱うことのできる操作（選ばなければすべて）";
        from: Date = Day, "指定日";
        to: Option<Date> = Day, "期限";
    }
}

act! {
    /// Revokes a handler's designation.
    RevokeHandler: "handler.revoke" {
        person: String = Person, "職員";
        reason: String = Lines(400), private "理由";
    }
}

act! {
    /// Lays down how cards and passwords are managed; a new version.
    Settle: "method.settle" {
        version: String = Line(20), "版";
        title: String = Line(80), "題名";
        text: String = Lines(20_000), "内容";
        effective_from: Date = Day, "施行日";
    }
}

act! {
    /// An operator confirms having read the method in force.
    Acknowledge: "method.acknowledge" {
        person: String = Person, "確認する人";
        version: String = Ref("methods"), "版";
    }
}
