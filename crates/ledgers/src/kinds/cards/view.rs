//! 操作者用ICカード管理簿 and カード種別・操作対応表.

use sekisho_regulation::Date;

use crate::view;

view! {
    /// 操作者用ICカード管理簿: every card is in exactly one state (第12条第4号).
    Card: Register "cards", "操作者用ICカード管理簿" {
        card_no: String = Text, "カード番号";
        kind: String = Code("card_kind"), "種類";
        state: String = Code("card_state"), "状態";
        person: Option<String> = Person, "貸与先";
        lent_on: Option<Date> = Day, "貸与日";
        lent_by: Option<String> = Person, "貸与した者";
        both_signed: bool = Bool, "受領の確認";
        returned_on: Option<Date> = Day, "返却日";
        lost_on: Option<Date> = Day, "紛失日";
        lost_known_on: Option<Date> = Day, "紛失に気付いた日";
        reported_at: Option<i64> = Instant, "紛失の報告";
        revoked_at: Option<i64> = Instant, "失効";
        revoked_by: Option<String> = Person, "失効させた者";
        certificate: String = Text, "証明書の指紋";
        last_holder: Option<String> = Person, "直前の貸与先";
        circumstances: Option<i64> = Private("circumstances"), "紛失の状況";
        evidence: i64 = Evidence, "記録";
    }
}

view! {
    /// カード種別・操作対応表: what each kind of card may do on each class of device, settled after
    /// consultation (第12条第3号).
    CardOperation: Register "card_operations", "カード種別・操作対応表" {
        id: String = Text, "種類／機器／施行日";
        card_kind: String = Code("card_kind"), "カードの種類";
        device_class: String = Code("device_class"), "機器";
        operations: String = Code("operation"), "操作";
        consulted_with: String = Person, "協議の相手";
        consulted_on: Date = Day, "協議日";
        outcome: i64 = Private("outcome"), "協議の結果";
        effective_from: Date = Day, "施行日";
        decided_by: String = Person, "定めた者";
        evidence: i64 = Evidence, "記録";
    }
}
